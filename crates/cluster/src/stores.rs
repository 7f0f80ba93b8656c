//! Where the lake's files are, as a process of the cluster reaches them: local folders, and buckets by what the environment says.

use std::path::Path;
use std::sync::Arc;

use datafusion::error::Result;
use datafusion::execution::object_store::{DefaultObjectStoreRegistry, ObjectStoreRegistry};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;
use url::Url;

use crate::lists::external;

/// What a process reads files with; it spills into `folder` when one is given.
pub(crate) fn runtime(folder: Option<&Path>) -> Result<Arc<RuntimeEnv>> {
    let builder = RuntimeEnvBuilder::new().with_object_store_registry(Arc::new(Stores::default()));
    match folder {
        Some(folder) => builder.with_temp_file_path(folder).build_arc(),
        None => builder.build_arc(),
    }
}

/// Local folders, and each bucket from when it is first asked for.
#[derive(Debug, Default)]
struct Stores {
    known: DefaultObjectStoreRegistry,
}

impl ObjectStoreRegistry for Stores {
    fn register_store(&self, url: &Url, store: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        self.known.register_store(url, store)
    }

    fn deregister_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>> {
        self.known.deregister_store(url)
    }

    fn get_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>> {
        match (self.known.get_store(url), url.scheme(), url.host_str()) {
            (Err(_), "s3", Some(bucket)) => {
                let store = Arc::new(bucket_store(bucket).map_err(external)?);
                self.known.register_store(url, Arc::clone(&store) as Arc<dyn ObjectStore>);
                Ok(store)
            }
            (found, _, _) => found,
        }
    }
}

/// A bucket with credentials, region and endpoint from the environment, the container or the machine's role.
fn bucket_store(bucket: &str) -> object_store::Result<object_store::aws::AmazonS3> {
    let plain = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .is_some_and(|endpoint| endpoint.starts_with("http://"));
    let builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
    if plain { builder.with_allow_http(true) } else { builder }.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_known_and_a_bucket_from_when_it_is_asked_for() {
        let stores = Stores::default();
        assert!(stores.get_store(&Url::parse("file:///").unwrap()).is_ok());
        let bucket = Url::parse("s3://logs/").unwrap();
        let first = stores.get_store(&bucket).unwrap();
        assert!(Arc::ptr_eq(&first, &stores.get_store(&bucket).unwrap()));
        assert!(stores.get_store(&Url::parse("ftp://logs/").unwrap()).is_err());
    }
}

//! Where a lake is: a folder, or a prefix of a bucket.

use std::fmt;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use deltalake_core::logstore::{LogStoreRef, StorageConfig, default_logstore};
use object_store::ObjectStore;
use object_store::aws::{AmazonS3Builder, S3ConditionalPut};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use url::Url;

use crate::{LakeError, Table};

/// Where a lake is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A local folder. One process writes it at a time.
    Folder(PathBuf),
    /// A prefix of a bucket. Any number of processes write it.
    S3(Bucket),
}

/// A prefix of an S3 bucket, or of a store that speaks its protocol. Credentials come from the environment, from the container or from the
/// machine's role; they are never part of a location.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bucket {
    /// Name of the bucket.
    pub bucket: String,
    /// Keys of the lake begin with it; empty for the whole bucket.
    pub prefix: String,
    /// The bucket's region; without it what `AWS_REGION` says.
    pub region: Option<String>,
    /// Address of a store that is not AWS's own, such as `http://127.0.0.1:9000`; without it what `AWS_ENDPOINT_URL` says.
    pub endpoint: Option<String>,
}

impl Location {
    /// Reads `s3://bucket/prefix`; everything else is a folder.
    ///
    /// # Errors
    /// [`LakeError::Location`] when it is another kind of address, or names no bucket.
    pub fn parse(text: &str) -> Result<Self, LakeError> {
        let location = |reason: &str| LakeError::Location { location: text.to_owned(), reason: reason.to_owned() };
        match text.split_once("://") {
            None => Ok(Self::Folder(PathBuf::from(text))),
            Some(("s3" | "s3a", rest)) => {
                let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
                if bucket.is_empty() {
                    return Err(location("it names no bucket"));
                }
                Ok(Self::S3(Bucket { bucket: bucket.to_owned(), prefix: prefix.trim_matches('/').to_owned(), ..Bucket::default() }))
            }
            Some((scheme, _)) => Err(location(&format!("{scheme} is neither a folder nor s3"))),
        }
    }

    /// Whether several processes may write there at once.
    pub const fn is_shared(&self) -> bool {
        matches!(self, Self::S3(_))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.display().fmt(formatter),
            Self::S3(Bucket { bucket, prefix, .. }) if prefix.is_empty() => write!(formatter, "s3://{bucket}"),
            Self::S3(Bucket { bucket, prefix, .. }) => write!(formatter, "s3://{bucket}/{prefix}"),
        }
    }
}

/// A location that is ready to be read and written.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// URL of the lake, ending in `/`.
    pub(crate) url: Url,
    /// Paths relative to the lake.
    pub(crate) store: Arc<dyn ObjectStore>,
    /// The same store, paths relative to its root, and the lake's path there.
    root: Arc<dyn ObjectStore>,
    path: Path,
    /// Whether several processes may write at once.
    pub(crate) shared: bool,
}

impl Place {
    pub(crate) fn open(location: &Location) -> Result<Self, LakeError> {
        let fault = |reason: String| LakeError::Location { location: location.to_string(), reason };
        match location {
            Location::Folder(folder) => Self::folder(folder, &fault),
            Location::S3(bucket) => Self::bucket(bucket, &fault),
        }
    }

    fn folder(folder: &FilePath, fault: &dyn Fn(String) -> LakeError) -> Result<Self, LakeError> {
        let failed = |error: &dyn fmt::Display| fault(error.to_string());
        std::fs::create_dir_all(folder).map_err(|error| failed(&error))?;
        let folder = folder.canonicalize().map_err(|error| failed(&error))?;
        for table in Table::ALL {
            // Delta creates tables in folders that exist.
            std::fs::create_dir_all(folder.join(table.name())).map_err(|error| failed(&error))?;
        }
        Ok(Self {
            url: Url::from_directory_path(&folder).map_err(|()| fault("it is not an absolute path".to_owned()))?,
            store: Arc::new(LocalFileSystem::new_with_prefix(&folder).map_err(|error| failed(&error))?),
            root: Arc::new(LocalFileSystem::new()),
            path: Path::from_filesystem_path(&folder).map_err(|error| failed(&error))?,
            shared: false,
        })
    }

    fn bucket(bucket: &Bucket, fault: &dyn Fn(String) -> LakeError) -> Result<Self, LakeError> {
        let failed = |error: &dyn fmt::Display| fault(error.to_string());
        // Every commit is a file that must not be there yet: the store has to refuse a second one.
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(&bucket.bucket)
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .with_allow_http(bucket.endpoint.as_deref().is_some_and(|endpoint| endpoint.starts_with("http://")));
        if let Some(region) = &bucket.region {
            builder = builder.with_region(region);
        }
        if let Some(endpoint) = &bucket.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let root: Arc<dyn ObjectStore> = Arc::new(builder.build().map_err(|error| failed(&error))?);
        let address = format!("s3://{}/{}", bucket.bucket, bucket.prefix);
        let url = format!("{}/", address.trim_end_matches('/'));
        Self::shared(root, Url::parse(&url).map_err(|error| failed(&error))?)
    }

    pub(crate) fn shared(root: Arc<dyn ObjectStore>, url: Url) -> Result<Self, LakeError> {
        let path = Path::from_url_path(url.path())
            .map_err(|error| LakeError::Location { location: url.to_string(), reason: error.to_string() })?;
        Ok(Self { url, store: Arc::new(PrefixStore::new(Arc::clone(&root), path.clone())), root, path, shared: true })
    }

    /// The log of one table.
    pub(crate) fn log(&self, table: Table) -> Result<LogStoreRef, LakeError> {
        let url = self
            .url
            .join(&format!("{}/", table.name()))
            .map_err(|error| LakeError::Location { location: self.url.to_string(), reason: error.to_string() })?;
        let prefixed = PrefixStore::new(Arc::clone(&self.root), self.path.clone().join(table.name()));
        Ok(default_logstore(Arc::new(prefixed), Arc::clone(&self.root), &url, &StorageConfig::default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_a_folder_or_a_bucket() {
        let bucket =
            |bucket: &str, prefix: &str| Location::S3(Bucket { bucket: bucket.to_owned(), prefix: prefix.to_owned(), ..Bucket::default() });
        for (text, expected) in [
            ("weir-data/lake", Location::Folder("weir-data/lake".into())),
            ("/var/lib/weir/lake", Location::Folder("/var/lib/weir/lake".into())),
            ("s3://flows", bucket("flows", "")),
            ("s3://flows/", bucket("flows", "")),
            ("s3://flows/weir/lake/", bucket("flows", "weir/lake")),
        ] {
            assert_eq!(Location::parse(text).unwrap(), expected, "{text}");
        }
        assert!(Location::parse("s3:///lake").unwrap_err().to_string().contains("no bucket"));
        assert!(Location::parse("gs://flows/lake").unwrap_err().to_string().contains("gs is neither"));
        assert_eq!(Location::parse("s3://flows/weir/").unwrap().to_string(), "s3://flows/weir");
    }
}

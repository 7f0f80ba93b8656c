//! A store in memory that several lakes share, and that fails now and then: before it has done what it was asked, or after.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions, PutOptions,
    PutPayload, PutResult, Result,
};

/// Fails one request out of `one_in`, told by its number and `seed`; 0 for never.
#[derive(Debug)]
pub(crate) struct Shaky {
    inner: InMemory,
    asked: AtomicU64,
    pub(crate) failed: AtomicU64,
    seed: u64,
    one_in: AtomicU64,
}

/// What becomes of a request.
#[derive(PartialEq, Eq)]
enum Fate {
    Done,
    Refused,
    /// It is done, and the answer is lost.
    Unheard,
}

impl Shaky {
    pub(crate) fn new(seed: u64, one_in: u64) -> Self {
        Self { inner: InMemory::new(), asked: AtomicU64::new(0), failed: AtomicU64::new(0), seed, one_in: AtomicU64::new(one_in) }
    }

    /// From here on it does not fail any more.
    pub(crate) fn heal(&self) {
        self.one_in.store(0, Ordering::SeqCst);
    }

    async fn fate(&self) -> Fate {
        // Others get their turn in the middle of everything.
        tokio::task::yield_now().await;
        let one_in = self.one_in.load(Ordering::SeqCst);
        let number = self.asked.fetch_add(1, Ordering::SeqCst);
        // SplitMix64.
        let mut mixed = (self.seed ^ number).wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^= mixed >> 27;
        mixed = mixed.wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        if one_in == 0 || mixed % one_in != 0 {
            return Fate::Done;
        }
        self.failed.fetch_add(1, Ordering::SeqCst);
        if (mixed >> 32) & 1 == 0 { Fate::Refused } else { Fate::Unheard }
    }
}

fn failure() -> Error {
    Error::Generic { store: "shaky", source: "503 Slow Down".into() }
}

impl fmt::Display for Shaky {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("shaky")
    }
}

#[async_trait]
impl ObjectStore for Shaky {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let fate = self.fate().await;
        if fate == Fate::Refused {
            return Err(failure());
        }
        let done = self.inner.put_opts(location, payload, options).await;
        if fate == Fate::Unheard { Err(failure()) } else { done }
    }

    async fn put_multipart_opts(&self, location: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        if self.fate().await != Fate::Done {
            return Err(failure());
        }
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

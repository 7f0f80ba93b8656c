//! `ingest s3://…`: one pass over what a bucket has.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use collect::{Health, S3Listing, Source as _, State, Surroundings};
use ingest::{Pipeline, Progress, Summary};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::arguments::Bucket;
use super::now;
use crate::home::Weir;
use crate::runtime::gather;

/// Objects that are delivered and not yet gathered.
const WAITING: usize = 64;
/// The same error so many times in a row, with nothing done in between, and the command gives up.
const PATIENCE: u64 = 5;

/// What the URL and the options around it ask for.
pub(super) fn listing(url: &str, bucket: &Bucket) -> anyhow::Result<S3Listing> {
    let mut listing = S3Listing::of_url(url)?;
    listing.start.clone_from(&bucket.start);
    listing.aws.region.clone_from(&bucket.region);
    listing.aws.profile.clone_from(&bucket.profile);
    listing.aws.role_arn.clone_from(&bucket.role_arn);
    listing.aws.endpoint_url.clone_from(&bucket.endpoint_url);
    let config = collect::Config { s3_listing: vec![listing.clone()], ..collect::Config::default() };
    config.check()?;
    Ok(listing)
}

/// Takes in what the bucket has and the lake has not.
///
/// # Errors
/// When the bucket cannot be reached or read, or the lake cannot be written. What was committed stays; the next time goes on from there.
pub(super) async fn ingest(
    weir: &Weir,
    pipeline: &mut Pipeline,
    listing: S3Listing,
    mut progress: impl FnMut(Progress),
) -> anyhow::Result<Summary> {
    let url = listing.name.clone();
    let surroundings = Surroundings::new(weir.root.join("spool"), weir.config.sources.spool_mib, collect::Clock::new(now))?;
    let source = collect::s3_listing::S3ListingSource::new(listing, &surroundings);
    let health = source.health();
    let (deliveries, mut received) = mpsc::channel(WAITING);
    let stop = CancellationToken::new();
    let running = tokio::spawn(Box::new(source).run(deliveries, stop.clone()));
    let mut whole = Summary::default();
    let mut done = Progress { objects: 0, objects_total: 0, bytes: 0, bytes_total: 0, records: 0 };
    let taken = loop {
        let batch = tokio::select! {
            batch = gather(&mut received, weir, &stop) => batch,
            error = stuck(&health) => break Err(error),
        };
        let Some(batch) = batch else { break Ok(()) };
        match pipeline.take_in(batch, now, |_| ()).await {
            Ok(summary) => {
                done.objects += summary.objects;
                done.objects_total = done.objects;
                done.bytes += summary.bytes_in;
                done.bytes_total = done.bytes;
                done.records += summary.counts.records;
                progress(done);
                whole += summary;
            }
            Err(error) => break Err(error.into()),
        }
    };
    stop.cancel();
    drop(received);
    running.await.context("the listing broke off")?;
    taken.with_context(|| format!("{url} was not read to its end; what was committed stays, and the next time goes on from there"))?;
    let report = health.report();
    anyhow::ensure!(report.state == State::Done, "{url} was not read to its end");
    Ok(whole)
}

/// Ends with the error that comes again and again.
async fn stuck(health: &Arc<Health>) -> anyhow::Error {
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let report = health.report();
        if let Some(failure) = report.last_error.filter(|failure| report.state == State::Failing && failure.times >= PATIENCE) {
            return anyhow::anyhow!("{}", failure.message);
        }
    }
}

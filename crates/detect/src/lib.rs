//! Baselines, detectors and findings: batches in, findings out.
//!
//! A [`Detector`] is a pair of a query and a scorer. The query (`features.sql`) is run by whoever has an engine; the scorer takes its
//! rows, in any order and cut into batches anyhow, and returns [`Occurrence`]s: one hour in which one machine did one noteworthy thing,
//! each with the [`Evidence`] that made it one. Occurrences of the same issue share an id, [`finding_id`], and are assembled into one
//! [`Finding`], which keeps every one of them and can be written as GuardDuty writes its findings. A [`baseline`] is what is usual for
//! one hourly series, and draws the same band that the detector judges by.
//!
//! What this crate does not do: read the clock, files or tables; name a query engine; remember anything between calls; decide what an
//! analyst thinks of a finding. Everything it returns follows from its arguments.
//!
//! ```
//! use detect::{Context, Thresholds, detectors};
//! use flow::{TimeRange, Timestamp};
//!
//! let thresholds = Thresholds::default();
//! let from: Timestamp = "2026-11-24T00:00:00Z".parse()?;
//! let context = Context { range: TimeRange::new(from, from.plus_secs(3600)), lake_start: from, thresholds: &thresholds };
//! for detector in detectors() {
//!     assert!(detector.features().contains("ORDER BY"));
//!     assert_eq!(detector.score(&[], &context)?, [], "no rows, no occurrences");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

pub mod baseline;
mod columns;
mod confidence;
mod country;
mod detector;
mod detectors;
mod error;
mod evidence;
mod export;
mod finding;
mod finding_type;
mod group;
mod guardduty;
mod occurrence;
mod reach;
mod resource;
mod rows;
mod sample;
mod severity;
mod story;
mod suppression;
mod thresholds;
mod wording;

pub use confidence::{Confidence, ConfidenceFactor};
pub use detector::{Context, Detector, HISTORY_SECS, detectors};
pub use error::ScoreError;
pub use evidence::{Contribution, Evidence, Expected, Measure, Novelty, NoveltyStatus, Unit};
pub use finding::{Actor, Finding};
pub use finding_type::{FindingType, Technique};
pub use group::{
    Group, GroupEntity, GroupLink, GroupMember, GroupMerge, GroupSide, GroupTactic, GroupThresholds, Grouping, Shared, SharedKind, Signal,
    SignalRemote, Span, StoryLine, group_id,
};
pub use occurrence::{ConnectionAction, Occurrence, Traffic, finding_id};
pub use reach::{ReachEdge, Reached, reach};
pub use resource::{IamInstanceProfile, NetworkInterface, PrivateIpAddressDetails, ProductCode, Resource, SecurityGroup, Tag};
pub use rows::{Peer, RowsQuery};
pub use sample::{sample, sample_resource};
pub use severity::Severity;
pub use story::Story;
pub use suppression::{Bound, Condition, Criteria, Schedule, SuppressionRule, suppressed_by, wildcard};
pub use thresholds::{
    BruteForceThresholds, DenialOfServiceThresholds, ListContactThresholds, NetworkPortUnusualThresholds, NewServiceThresholds,
    NoveltyThresholds, PortProbeThresholds, RareDestinationThresholds, ScanThresholds, Thresholds, TorClientThresholds, TorRelayThresholds,
    TrafficVolumeUnusualThresholds,
};

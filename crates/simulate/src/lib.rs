//! A believable company network as real log objects, inventory, lists and ground truth.
//!
//! Its nouns: a [`Config`] says how large and how long; [`simulate`] writes the world into a folder and gives a [`Summary`]; an
//! [`Entity`] is the machine to look at. What is written:
//!
//! | path | holds |
//! | --- | --- |
//! | `AWSLogs/<account>/vpcflowlogs/…` | flow logs of two accounts, as the service delivers them to S3 |
//! | `inventory/<as-of>-describe-….json` | what the AWS command line prints, at the beginning and after a firewall was opened |
//! | `intel/tor-relays.txt`, `threat-list.txt`, `trusted.txt` | lists, one address a line |
//! | `truth.json` | what really happened: steps, findings they call for, benign look-alikes |
//!
//! The company has a public site with its application servers, databases and caches, jobs, a bastion, build machines, monitoring and a
//! staging environment. Its traffic follows the day and the week; how many bytes a machine moves in an hour does not depend on how many
//! records are asked for. On the last whole day a web server is broken into.
//!
//! What this crate does not do: read logs, or know anything of the rest of this project, which in turn does not know that a world is
//! simulated. The same configuration gives the same bytes.
//!
//! ```
//! # let folder = tempfile::tempdir()?;
//! let config = simulate::Config { out: folder.path().into(), days: 1, instances: 16, records: 9_000, ..simulate::Config::default() };
//! let summary = simulate::simulate(&config, &mut |_| {})?;
//! assert!(summary.records > 8_500);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::cast_possible_truncation))]

mod attacks;
mod delivery;
mod dice;
mod error;
mod events;
mod habits;
mod internet;
mod intrusion;
mod inventory;
mod line;
mod noise;
mod record;
mod time;
mod traffic;
mod truth;
mod world;

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::Serialize;

pub use error::SimulateError;
pub use truth::{Entity, Range};

use delivery::{Delivery, create_folder, write};
use time::{DAY, HOUR, Span};
use traffic::Traffic;
use truth::Truth;
use world::World;

/// Which fields the records have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FormatVersion {
    /// The default format: 14 fields, no TCP flags.
    V2,
    /// All 29 fields of versions 2 to 5, in the documented order.
    V5,
}

/// What to make.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder to write into; it may not hold flow logs yet.
    pub out: PathBuf,
    /// End of the logs, cut to the full hour.
    pub end: DateTime<Utc>,
    /// Days before the end.
    pub days: u32,
    /// Machines, in both accounts together; [`MIN_INSTANCES`](Self::MIN_INSTANCES) to [`MAX_INSTANCES`](Self::MAX_INSTANCES).
    pub instances: u32,
    /// Records wanted, met within a few percent.
    pub records: u64,
    /// Another number makes another company with other traffic.
    pub seed: u64,
    /// Format of the records.
    pub version: FormatVersion,
    /// Length of a capture window in seconds: 60, as machines on the Nitro system have it, or 600.
    pub window_secs: u64,
    /// Whether the last whole day has the intrusion.
    pub intrusion: bool,
    /// Whether it also has one attack of every other kind, each on machines of its own.
    pub attacks: bool,
}

impl Config {
    /// One machine of most roles, three web servers, two application servers and two databases.
    pub const MIN_INSTANCES: u32 = 15;
    /// What the subnets have room for.
    pub const MAX_INSTANCES: u32 = 5000;
    /// Ten years.
    pub const MAX_DAYS: u32 = 3660;
}

impl Default for Config {
    /// A month of forty machines until 20 November 2026, a Friday.
    fn default() -> Self {
        Self {
            out: PathBuf::from("weir-world"),
            end: delivery::instant(1_795_132_800),
            days: 30,
            instances: 40,
            records: 1_200_000,
            seed: 1,
            version: FormatVersion::V5,
            window_secs: record::WINDOW,
            intrusion: true,
            attacks: false,
        }
    }
}

/// How far it is, once for every simulated hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Simulated hours that are done.
    pub hours: u64,
    /// Simulated hours in all.
    pub hours_total: u64,
    /// Records written.
    pub records: u64,
    /// Objects written.
    pub objects: u64,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The folder.
    pub out: PathBuf,
    /// Log objects.
    pub objects: u64,
    /// Records, without header lines.
    pub records: u64,
    /// Bytes of the log objects, compressed.
    pub bytes: u64,
    /// Bytes of the log objects, as text.
    pub text_bytes: u64,
    /// Accounts that own the logs.
    pub accounts: Vec<String>,
    /// Machines.
    pub instances: u32,
    /// Time that the logs cover.
    pub range: Range,
    /// Inventory files, relative to the folder, in order of time.
    pub inventory: Vec<PathBuf>,
    /// Lists, relative to the folder.
    pub intel: Vec<PathBuf>,
    /// The ground truth, relative to the folder.
    pub truth: PathBuf,
    /// The machine to look at; without an intrusion a web server like any other.
    pub entity: Entity,
    /// The time to look at.
    pub scope: Range,
}

/// Makes a world.
///
/// # Errors
///
/// When the configuration is out of range, when the folder already holds flow logs, or when it cannot be written.
pub fn simulate(config: &Config, progress: &mut dyn FnMut(Progress)) -> Result<Summary, SimulateError> {
    let span = check(config)?;
    let opened = config.intrusion.then(|| intrusion::opened_at(span));
    let world = World::new(config.seed, config.instances, span, opened).with_window(config.window_secs);
    let plan = config.intrusion.then(|| intrusion::plan(&world, span));
    let attacks = if config.attacks { attacks::plan(&world, span) } else { Vec::new() };
    let mut traffic = Traffic::new(&world, span, plan.as_ref(), &attacks);
    traffic.calibrate(config.records)?;

    create_folder(&config.out)?;
    let mut delivery = Delivery::new(&world, config, span);
    let hours_total = (span.end - span.start) / HOUR;
    for (hours, hour) in (1_u64..).zip(span.hours()) {
        traffic.hour(hour, &mut |segment| delivery.push(segment));
        delivery.flush(hour + HOUR)?;
        let written = &delivery.written;
        progress(Progress { hours, hours_total, records: written.records.iter().sum(), objects: written.objects });
    }
    delivery.flush(u64::MAX)?;
    let written = delivery.written.clone();

    let mut instants = vec![span.start];
    instants.extend(opened.filter(|opened| *opened > span.start));
    let inventory = inventory::write_all(&world, span, &instants, &config.out)?;
    let intel = lists(config)?;
    let truth = config.out.join("truth.json");
    let document = Truth::new(&world, config, span, plan.as_ref(), &attacks, &written);
    let mut text = serde_json::to_vec_pretty(&document).map_err(|source| SimulateError::Json { path: truth.clone(), source })?;
    text.push(b'\n');
    write(&truth, &text)?;

    let relative = |path: &PathBuf| path.strip_prefix(&config.out).map_or_else(|_| path.clone(), Path::to_path_buf);
    let (from, to) = plan.as_ref().map_or((span.last_day(), span.last_day() + DAY), truth::scope);
    Ok(Summary {
        out: config.out.clone(),
        objects: written.objects,
        records: written.records.iter().sum(),
        bytes: written.bytes,
        text_bytes: written.text_bytes,
        accounts: world.accounts.iter().map(|account| account.id.to_owned()).collect(),
        instances: config.instances,
        range: Range::new(span.start, span.end),
        inventory: inventory.iter().map(relative).collect(),
        intel: intel.iter().map(relative).collect(),
        truth: relative(&truth),
        entity: Entity::new(&world, world.victim()),
        scope: Range::new(from, to),
    })
}

fn check(config: &Config) -> Result<Span, SimulateError> {
    if config.instances < Config::MIN_INSTANCES {
        return Err(SimulateError::TooFewInstances { instances: config.instances });
    }
    if config.instances > Config::MAX_INSTANCES {
        return Err(SimulateError::TooManyInstances { instances: config.instances });
    }
    if config.days == 0 || config.days > Config::MAX_DAYS {
        return Err(SimulateError::Days { days: config.days });
    }
    if !matches!(config.window_secs, 60 | 600) {
        return Err(SimulateError::Window { window_secs: config.window_secs });
    }
    let logs = config.out.join("AWSLogs");
    if logs.exists() {
        return Err(SimulateError::NotEmpty { path: logs });
    }
    let secs = u64::try_from(config.end.timestamp()).unwrap_or(0);
    let end = secs / HOUR * HOUR;
    // Machines are older than the logs, and the clock does not go below zero.
    let start = end.saturating_sub(u64::from(config.days) * DAY).max(400 * DAY);
    Ok(Span { start, end: end.max(start + HOUR) })
}

/// Writes the lists; gives the files.
fn lists(config: &Config) -> Result<Vec<PathBuf>, SimulateError> {
    let folder = config.out.join("intel");
    create_folder(&folder)?;
    let mut lists: Vec<(&str, Vec<IpAddr>)> = vec![
        ("tor-relays.txt", internet::relay_list(config.seed)),
        ("threat-list.txt", internet::threat_list(config.seed)),
        ("trusted.txt", internet::trusted_list()),
    ];
    if config.attacks {
        lists.extend(attacks::LISTED.map(|(name, address)| (name, vec![address.into()])));
    }
    let mut files = Vec::new();
    for (name, addresses) in lists {
        let mut text = String::new();
        for address in addresses {
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "{address}");
        }
        let path = folder.join(name);
        write(&path, text.as_bytes())?;
        files.push(path);
    }
    Ok(files)
}

//! The command line: every command and option, with its help.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use detect::FindingType;
use enrich::ListKind;
use flow::{TimeRange, Timestamp};
use formats::LineFormat;
use lake::Table;
use query::panels::LakeRange;

use crate::output::Format;

/// Weir collects VPC flow logs, learns what is normal for each machine, raises findings, and lets you investigate them.
///
/// Look into logs you have:   weir ingest ./AWSLogs && weir serve
/// See what it is like:       weir demo
#[derive(Debug, Parser)]
#[command(name = "weir", version, propagate_version = true, max_term_width = 110)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Folder that holds the lake, the inventory and the findings; made when it is not there.
    #[arg(long, global = true, default_value = "./weir-data", env = "WEIR_DATA", value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Form of the data on standard output; progress and logs go to standard error.
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    pub(crate) output: Format,
    /// Settings file.
    #[arg(long, global = true, env = "WEIR_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Say less: no progress, errors only.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Say more; twice for everything.
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make the demo world, ingest it, detect, print what was found, and serve.
    Demo(Demo),
    /// Make a believable company network as real log objects, with inventory, lists and `truth.json`.
    Simulate(Simulate),
    /// Collect a folder or file of flow logs once: decode, attribute, store, detect.
    ///
    /// Compression, envelope and columns are told by content. An object that is in the lake already is skipped; a record counts once
    /// whatever object it comes in. What cannot be read is kept with object, line and reason: `weir sql 'SELECT * FROM rejects'`.
    Ingest(Ingest),
    /// Make VPC flow logs of a packet capture, a Zeek log or an Argus log: what the interfaces of that network would have reported.
    Convert(Convert),
    /// Attribute flows anew and rebuild the roll-ups, after the inventory or the geography files changed.
    Rebuild(Rebuild),
    /// What machines there are: instances, interfaces, security groups, network ACLs.
    Inventory {
        #[command(subcommand)]
        command: InventoryCommand,
    },
    /// Lists of addresses: Tor relays, threat lists, trusted addresses.
    Intel {
        #[command(subcommand)]
        command: IntelCommand,
    },
    /// Run the detectors again over the lake. Doing it twice changes nothing.
    Detect(Detect),
    /// Findings: list, show, archive, export.
    Findings {
        #[command(subcommand)]
        command: FindingsCommand,
    },
    /// Rules that hide findings known to be harmless, with an owner, a reason and an end.
    Suppress {
        #[command(subcommand)]
        command: SuppressCommand,
    },
    /// Finding groups: findings that belong to one story, told in order.
    Groups {
        #[command(subcommand)]
        command: GroupsCommand,
    },
    /// The profile page of an entity in the terminal, with charts.
    ///
    /// ENTITY is an instance (i-…), an interface (eni-…), an address, or an account.
    Profile(Scope),
    /// Volume of an entity over time, with the band that was to be expected.
    Volume(Volume),
    /// Who an entity spoke with, on which ports, how much, and whether it was allowed.
    Details(Details),
    /// Affected resources: what a host can have touched from a time on, hop by hop, over connections that were let through.
    Reach(Reach),
    /// Read-only SQL over the tables `flows`, `activity`, `volume`, `seen`, `coverage`, `rejects`, `objects`.
    Sql(Sql),
    /// Prove on this lake that nothing was lost, doubled, or summed wrongly. Exit code 1 when a check fails.
    Verify,
    /// Merge the small files of many commits into few large ones. Every answer stays the same.
    Compact(Compact),
    /// Take old days out of tables. What flows summed up to can be kept longer than the flows.
    Expire(Expire),
    /// Delete data files that no table refers to any more: what compaction and expiry left, and what a crash left.
    Vacuum(Vacuum),
    /// Tokens for the HTTP interface.
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Collect and commit for good, and nothing else: one of several beside a server that watches, over a lake in a bucket. Answers like
    /// `serve` where it listens, which is where Firehose and uploads come in.
    Collect(Serve),
    /// Serve the console and the HTTP interface. With sources in the settings, collect and detect as well, for good.
    Serve(Serve),
    /// Processes of a cluster that runs queries for others: `[query] engine = "ballista"` in their settings.
    ///
    /// Their ports know no passwords: whoever reaches them can read the lake. They belong into a private network.
    Cluster {
        #[command(subcommand)]
        command: ClusterCommand,
    },
    /// Settings.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print a page of the reference.
    #[command(hide = true)]
    Reference {
        /// Which page.
        #[arg(value_enum)]
        page: Page,
    },
}

/// Pages of the generated reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Page {
    /// Tables and columns.
    Tables,
    /// Detectors and their manual pages.
    Detectors,
    /// Settings.
    Configuration,
    /// Every command and option.
    Cli,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Read the settings as every command does, from the file and the environment, and say what is wrong. Reaches for nothing.
    Check,
    /// Print the settings in force, every one of them, as a file; secrets are left out.
    Show,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Address and port to serve on.
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<String>,
    /// Stop after printing what was found.
    #[arg(long)]
    pub(crate) no_serve: bool,
    /// Days of traffic.
    #[arg(long, default_value_t = 30)]
    pub(crate) days: u32,
    /// Instances.
    #[arg(long, default_value_t = 40)]
    pub(crate) instances: u32,
    /// Flow records, about.
    #[arg(long, default_value_t = 1_200_000)]
    pub(crate) records: u64,
    /// Seed: the same seed and end give the same world.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// End of the traffic; the beginning of the current hour when not given.
    #[arg(long, value_name = "TIME")]
    pub(crate) end: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// Folder to write; must be empty or not there.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Days of traffic.
    #[arg(long, default_value_t = 30)]
    pub(crate) days: u32,
    /// Instances.
    #[arg(long, default_value_t = 40)]
    pub(crate) instances: u32,
    /// Flow records, about.
    #[arg(long, default_value_t = 1_200_000)]
    pub(crate) records: u64,
    /// Seed: the same options give the same bytes.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// End of the traffic: RFC 3339, a date, or `-1h`. A fixed day when not given, so that the same options give the same bytes.
    #[arg(long, value_name = "TIME")]
    pub(crate) end: Option<String>,
    /// Fields of the records: 2 is AWS's default format, 5 the one with TCP flags and packet addresses.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(2..=5))]
    pub(crate) log_version: u8,
    /// Leave the intrusion out.
    #[arg(long)]
    pub(crate) no_intrusion: bool,
    /// What happens on the last day: the intrusion alone, or also one attack of every other kind on other machines.
    #[arg(long, default_value = "intrusion", value_parser = ["intrusion", "all"])]
    pub(crate) scenario: String,
}

#[derive(Debug, Args)]
pub(crate) struct Ingest {
    /// Folders, files, or buckets as `s3://bucket/prefix`. Below an `AWSLogs/` a bucket's VPC flow logs are found by account, region and day.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) bucket: Bucket,
    /// Fields of logs that carry no header, as `aws ec2 describe-flow-logs` shows them: '${version} ${account-id} …'.
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format_line: Option<LineFormat>,
    /// Inventory documents to import first; see `weir inventory import`.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) inventory: Vec<PathBuf>,
    /// Do not run the detectors.
    #[arg(long)]
    pub(crate) no_detect: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Convert {
    /// The capture: pcap, pcapng, Zeek's conn.log (TSV or JSON), or Argus' CSV; packed by gzip or not. Told by content.
    #[arg(value_name = "FILE")]
    pub(crate) input: PathBuf,
    /// Folder for the logs and the inventory.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Networks that are inside, of which each host becomes an instance; the private ranges when not given.
    #[arg(long, value_name = "CIDR", value_delimiter = ',')]
    pub(crate) local: Vec<String>,
    /// Length of a capture window, seconds: 60 or 600.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) window: u32,
    /// Version of the records: 2 has no TCP flags.
    #[arg(long, value_name = "VERSION", default_value_t = 5, value_parser = clap::value_parser!(u8).range(2..=5))]
    pub(crate) log_version: u8,
    /// Move the capture so that it begins then: RFC 3339, a date, or `-7d` from now.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) begin: Option<String>,
    /// Account that the interfaces belong to.
    #[arg(long, value_name = "ID", default_value = "123456789012")]
    pub(crate) account: String,
    /// Region that they are in.
    #[arg(long, value_name = "REGION", default_value = "eu-west-1")]
    pub(crate) region: String,
}

/// How buckets are reached. Credentials come from the usual places: environment, profile, web identity, container, instance.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Buckets")]
pub(crate) struct Bucket {
    /// Only objects from this time on: a date, RFC 3339, or back from now as in `-30d`.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) start: Option<String>,
    /// Region of the bucket; that of the environment when not given.
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// Profile of the shared configuration files.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Role to take on.
    #[arg(long, value_name = "ARN")]
    pub(crate) role_arn: Option<String>,
    /// Base URL of an S3-compatible store.
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Rebuild {
    /// First day; the first of the lake when not given.
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    /// Last day; the last of the lake when not given.
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<String>,
    /// Do not run the detectors afterwards.
    #[arg(long)]
    pub(crate) no_detect: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Compact {
    /// Size that files are merged up to, MiB.
    #[arg(long, default_value_t = 128, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) target_mib: u64,
    /// Only say what would be merged.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Expire {
    /// flows, activity, volume, seen, coverage, rejects.
    #[arg(required = true, value_name = "TABLE", value_parser = crate::config::expirable)]
    pub(crate) tables: Vec<Table>,
    /// The first day to keep: a date, an instant, or `-90d`.
    #[arg(long, value_name = "TIME")]
    pub(crate) before: String,
    /// Only the rows of this account.
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    /// Only say what would go.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Vacuum {
    /// Files younger than this stay: a query may still read them.
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    pub(crate) keep_hours: u32,
    /// Only say what would go.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum InventoryCommand {
    /// Import what the AWS CLI prints: `aws ec2 describe-instances`, `describe-network-interfaces`, `describe-security-groups`,
    /// `describe-network-acls`, `describe-subnets`, `describe-vpcs`, `describe-flow-logs`.
    Import(ImportInventory),
}

#[derive(Debug, Args)]
pub(crate) struct ImportInventory {
    /// JSON documents.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// When they were true; else as each name begins (`20261121T000000Z-…`), else when the file was written.
    #[arg(long, value_name = "TIME")]
    pub(crate) as_of: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum IntelCommand {
    /// Import a list in one of GuardDuty's formats: plain text, STIX, OTX CSV, AlienVault, Proofpoint, FireEye.
    ///
    /// A list of the same name is replaced, and the whole past is matched against it at once.
    Import(ImportList),
    /// Show the lists, with their age.
    List,
    /// Remove a list.
    Remove {
        /// Its name.
        name: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ImportList {
    /// Name of the list; findings show it.
    #[arg(long)]
    pub(crate) name: String,
    /// What being on it means: tor-guard, tor-relay, tor-exit, mining, c2, drop-point, black-hole, scanner, threat, trusted.
    #[arg(long)]
    pub(crate) kind: ListKind,
    /// The file.
    pub(crate) file: PathBuf,
    /// Do not match the past against it.
    #[arg(long)]
    pub(crate) no_detect: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Detect {
    /// First hour; the first of the lake when not given.
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    /// End; that of the lake when not given.
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<String>,
    /// One detector only, by its finding type.
    #[arg(long, value_name = "TYPE", value_parser = finding_type)]
    pub(crate) detector: Option<FindingType>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FindingsCommand {
    /// List findings, the gravest and latest first.
    List(FindingFilter),
    /// Show one finding: what happened, why it was raised, what would have made it not fire.
    Show {
        /// Its id, or enough of its beginning.
        id: String,
    },
    /// Archive findings: they leave the list and come back when asked for.
    Archive {
        /// Their ids.
        #[arg(required = true)]
        ids: Vec<String>,
    },
    /// Take findings back from the archive.
    Unarchive {
        /// Their ids.
        #[arg(required = true)]
        ids: Vec<String>,
    },
    /// Write findings as other tools read them.
    Export {
        #[command(flatten)]
        filter: FindingFilter,
        /// The form.
        #[arg(long, value_enum, default_value_t = ExportFormat::Guardduty)]
        format: ExportFormat,
    },
    /// Make sample findings: what a finding of each type looks like. They are marked, are in no group, and nothing happened.
    Sample {
        /// Only of these types.
        #[arg(long = "type", value_name = "TYPE", value_parser = finding_type)]
        types: Vec<FindingType>,
        /// Take every sample away.
        #[arg(long, conflicts_with = "types")]
        remove: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum SuppressCommand {
    /// Make a rule, in the place of one with the same name; it hides findings that are there already, too.
    Add(RuleArguments),
    /// Show the rules, and how much each hides.
    List,
    /// Show what a rule would hide of the last 90 days; nothing is hidden by it.
    Preview(RuleArguments),
    /// Remove a rule. What it hid comes back.
    Remove {
        /// Its name.
        name: String,
    },
}

/// A suppression rule. Every condition has to hold; what is said of the connection, for each connection of a finding.
#[derive(Debug, Args)]
pub(crate) struct RuleArguments {
    /// Name of the rule.
    pub(crate) name: String,
    /// Why it is right.
    #[arg(long)]
    pub(crate) reason: String,
    /// Who answers for it; you when not given.
    #[arg(long)]
    pub(crate) owner: Option<String>,
    /// Only these types.
    #[arg(long = "type", value_name = "TYPE", value_parser = finding_type)]
    pub(crate) finding_type: Vec<FindingType>,
    /// Only these entities.
    #[arg(long)]
    pub(crate) entity: Vec<String>,
    /// Only with remote addresses in these networks: 10.0.0.0/8, or one address.
    #[arg(long, value_name = "CIDR")]
    pub(crate) remote: Vec<String>,
    /// Only on these ports of the entity: 22, 8000-8100.
    #[arg(long, value_name = "PORTS")]
    pub(crate) local_port: Vec<String>,
    /// Only on these remote ports.
    #[arg(long, value_name = "PORTS")]
    pub(crate) remote_port: Vec<String>,
    /// Only for entities with this tag.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) tag: Vec<String>,
    /// GuardDuty's finding criteria as JSON, or @FILE: '{"criterion": {"severity": {"lt": 4}}}'.
    #[arg(long, value_name = "JSON")]
    pub(crate) criteria: Option<String>,
    /// Only what happens then, UTC: '22:00-06:00', 'saturday,sunday 00:00-24:00'.
    #[arg(long, value_name = "TIMES")]
    pub(crate) schedule: Option<String>,
    /// When it ends: a date or an instant.
    #[arg(long, value_name = "TIME")]
    pub(crate) expires: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum GroupsCommand {
    /// List finding groups, what to look at first coming first.
    List(GroupFilter),
    /// Show one group: what happened in order, its findings and why they belong together, who takes part.
    Show {
        /// Its id, or enough of its beginning; an id that it had before it grew or merged will do.
        id: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct GroupFilter {
    /// Only this severity or graver.
    #[arg(long, value_enum)]
    pub(crate) severity: Option<Severity>,
    /// Only groups with a finding about this entity.
    #[arg(long)]
    pub(crate) entity: Option<String>,
    /// Only groups seen since then.
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    /// Only groups seen before then.
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<String>,
    /// Groups of which every finding is archived too.
    #[arg(long)]
    pub(crate) archived: bool,
}

/// Forms that findings are exported in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// GuardDuty's finding JSON.
    Guardduty,
    /// GuardDuty's finding JSON, one finding a line.
    Jsonl,
    /// OCSF 1.5.0, class Detection Finding.
    Ocsf,
    /// The AWS Security Finding Format, as Security Hub takes it.
    Asff,
}

#[derive(Debug, Args)]
pub(crate) struct FindingFilter {
    /// Only this type.
    #[arg(long = "type", value_name = "TYPE", value_parser = finding_type)]
    pub(crate) finding_type: Option<FindingType>,
    /// Only this severity or graver.
    #[arg(long, value_enum)]
    pub(crate) severity: Option<Severity>,
    /// Only this entity.
    #[arg(long)]
    pub(crate) entity: Option<String>,
    /// Only findings seen since then.
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    /// Only findings seen before then.
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<String>,
    /// Archived findings too.
    #[arg(long)]
    pub(crate) archived: bool,
}

/// GuardDuty's bands of severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Severity {
    /// 1.0 to 3.9.
    Low,
    /// 4.0 to 6.9.
    Medium,
    /// 7.0 to 8.9.
    High,
    /// 9.0 to 10.0.
    Critical,
}

impl Severity {
    pub(crate) const fn least(self) -> f64 {
        match self {
            Self::Low => 1.0,
            Self::Medium => 4.0,
            Self::High => 7.0,
            Self::Critical => 9.0,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Scope {
    /// What it is about.
    #[arg(value_name = "ENTITY")]
    pub(crate) entity: String,
    /// Start: RFC 3339, a date, Unix seconds, or `-24h`. 24 hours before the end when not given.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) from: Option<String>,
    /// End; that of the lake when not given. `-24h` counts back from it.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) to: Option<String>,
}

impl Scope {
    /// The scope in time; relative times count from the end of the lake's data, else from `now`.
    pub(crate) fn range(&self, lake: LakeRange, now: Timestamp) -> anyhow::Result<TimeRange> {
        scope(self.from.as_deref(), self.to.as_deref(), lake, now)
    }
}

/// A range from what was typed; relative times count from the end of the lake's data.
pub(crate) fn scope(from: Option<&str>, to: Option<&str>, lake: LakeRange, now: Timestamp) -> anyhow::Result<TimeRange> {
    let end = lake.last.unwrap_or(now);
    let to = to.map_or(Ok(end), |text| Timestamp::parse_relative(text, end))?;
    let from = from.map_or(Ok(to.plus_secs(-flow::DAY_SECS)), |text| Timestamp::parse_relative(text, end))?;
    anyhow::ensure!(from < to, "the scope is empty: it begins at {from} and ends at {to}");
    Ok(TimeRange::new(from, to))
}

#[derive(Debug, Args)]
pub(crate) struct Reach {
    #[command(flatten)]
    pub(crate) scope: Scope,
    /// Hosts to list.
    #[arg(long, default_value_t = 100)]
    pub(crate) limit: usize,
}

#[derive(Debug, Args)]
pub(crate) struct Volume {
    #[command(flatten)]
    pub(crate) scope: Scope,
    /// Length of an interval: `1h`, `5m`, `1d`. The expected band is drawn for hours.
    #[arg(long, default_value = "1h", value_parser = interval)]
    pub(crate) bin: i64,
}

#[derive(Debug, Args)]
pub(crate) struct Details {
    #[command(flatten)]
    pub(crate) scope: Scope,
    /// Keep rows for which this holds; repeat to narrow. `remote=10.0.0.0/8`, `remote=198.51`, `reach=public`, `port=22,3389` (one of
    /// these), `port!=443` (none of these), `local_port=22`, `remote_port=443`, `protocol=tcp`, `direction=inbound`, `action=reject`.
    #[arg(long = "where", value_name = "COLUMN=VALUE")]
    pub(crate) conditions: Vec<String>,
    /// Keep rows for which one of the conditions holds, not all.
    #[arg(long)]
    pub(crate) any: bool,
    /// Order by this column, such as `bytes_out`; rows of findings first, then bytes in, when not given.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) sort: Option<String>,
    /// Smallest first.
    #[arg(long)]
    pub(crate) ascending: bool,
    /// Fold the client's port away: one row for all connections to a service.
    #[arg(long)]
    pub(crate) fold: bool,
    /// Rows at the most.
    #[arg(long, default_value_t = 100)]
    pub(crate) limit: usize,
}

#[derive(Debug, Args)]
pub(crate) struct Sql {
    /// The query; `-` reads it from standard input.
    pub(crate) query: String,
    /// Rows at the most; more is an error, not a cut.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) limit: usize,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token and print it; it is not shown again.
    Create {
        /// What it is for.
        name: String,
    },
    /// Show the tokens' names.
    List,
    /// Make a token worthless.
    Revoke {
        /// Its name.
        name: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address and port; 127.0.0.1:8420 when neither this nor the settings say. Off loopback there must be a token.
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ClusterCommand {
    /// Plan queries and hand their parts to executors, until told to end.
    Scheduler(SchedulerArguments),
    /// Work on parts of queries for a scheduler, until told to end; what is in work then is finished first.
    Executor(ExecutorArguments),
}

#[derive(Debug, Args)]
pub(crate) struct SchedulerArguments {
    /// Address and port, for those who ask and for executors.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:50050")]
    pub(crate) listen: SocketAddr,
    /// Host under which executors reach it, when it is not the address it listens on.
    #[arg(long, value_name = "HOST")]
    pub(crate) advertise: Option<String>,
    /// An executor that was silent for so long is gone: its work is given to others. No less than 11 s.
    #[arg(long, value_name = "TIME", value_parser = interval, default_value = "30s")]
    pub(crate) executor_timeout: i64,
}

#[derive(Debug, Args)]
pub(crate) struct ExecutorArguments {
    /// The scheduler to work for.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:50050")]
    pub(crate) scheduler: String,
    /// Address and port on which those who ask and other executors fetch rows.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:50051")]
    pub(crate) listen: SocketAddr,
    /// Host under which others reach it, when it is not the one that the scheduler sees.
    #[arg(long, value_name = "HOST")]
    pub(crate) advertise: Option<String>,
    /// Folder for intermediate rows; one that is removed in the end when left out.
    #[arg(long, value_name = "DIR")]
    pub(crate) work_dir: Option<PathBuf>,
    /// Parts of queries that it works on at the same time; as many as there are processors when left out.
    #[arg(long, value_name = "N")]
    pub(crate) slots: Option<u16>,
    /// Memory of all its work together, MiB; more spills to disk. Seven tenths of the machine's when left out.
    #[arg(long, value_name = "MIB")]
    pub(crate) memory_mib: Option<u32>,
}

pub(crate) fn finding_type(text: &str) -> Result<FindingType, String> {
    FindingType::ALL.iter().copied().find(|kind| kind.name().eq_ignore_ascii_case(text)).ok_or_else(|| {
        format!(
            "there is no such finding type; there are {}",
            FindingType::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ")
        )
    })
}

fn interval(text: &str) -> Result<i64, String> {
    let wrong = || "write a number and a unit, such as 1h, 5m, 30s or 1d".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let secs = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let number: i64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    number.checked_mul(secs).filter(|secs| *secs > 0).ok_or_else(wrong)
}

pub(crate) fn print_completions(shell: Shell) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "weir", &mut script);
    crate::output::print(&String::from_utf8_lossy(&script))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn intervals() {
        assert_eq!(interval("1h"), Ok(3_600));
        assert_eq!(interval("5m"), Ok(300));
        for text in ["", "h", "0h", "-1h", "5", "1w"] {
            assert!(interval(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn relative_scopes_count_from_the_end_of_the_data() {
        let last: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
        let lake = LakeRange { first: None, last: Some(last) };
        let range = scope(Some("-2h"), None, lake, Timestamp::default()).unwrap();
        assert_eq!((range.to, range.secs()), (last, 7_200));
        assert!(scope(Some("now"), Some("-1h"), lake, Timestamp::default()).is_err());
    }
}

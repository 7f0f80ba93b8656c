//! The tables of the lake: what each holds, its columns and its order.

use std::fmt::{self, Display, Formatter};
use std::sync::{Arc, OnceLock};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

/// Name of the partition column of every table: the UTC day as `YYYY-MM-DD`.
pub const PARTITION: &str = "date";

/// A table of the lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Table {
    /// Flow records as reported.
    Flows,
    /// Hourly sums by remote, service and connection direction.
    Activity,
    /// Hourly sums by direction and action.
    Volume,
    /// What an entity was seen to talk to, by day.
    Seen,
    /// Intervals with a caveat.
    Coverage,
    /// Records that could not be read.
    Rejects,
    /// Objects read: the ledger.
    Objects,
}

/// One column of a derived table.
#[derive(Debug, Clone, Copy)]
pub struct ColumnSpec {
    /// Name in every schema.
    pub name: &'static str,
    /// Kind of value.
    pub kind: ColumnKind,
    /// One sentence: meaning, unit, what null means.
    pub doc: &'static str,
    /// What becomes of it when rows of one key are made one.
    pub merge: Merge,
}

/// What becomes of a column when rows with the same key are made one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// It is part of the key.
    Key,
    /// The sum.
    Sum,
    /// The least; null only when all are.
    Least,
    /// The greatest; null only when all are.
    Greatest,
    /// The bits of all; null only when all are.
    Or,
}

/// Kinds of column in derived tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// UTF-8 text.
    Text,
    /// 32-bit integer.
    Integer,
    /// 64-bit count.
    Count,
    /// 64-bit float.
    Real,
    /// Microseconds UTC.
    Time,
    /// Yes or no.
    Flag,
}

impl ColumnKind {
    /// The Arrow type stored.
    pub fn data_type(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Integer => DataType::Int32,
            Self::Count => DataType::Int64,
            Self::Real => DataType::Float64,
            Self::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::Flag => DataType::Boolean,
        }
    }
}

const fn column(name: &'static str, kind: ColumnKind, doc: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind, doc, merge: Merge::Key }
}

impl ColumnSpec {
    const fn merged(mut self, merge: Merge) -> Self {
        self.merge = merge;
        self
    }
}

use ColumnKind::{Count, Flag, Integer, Real, Text, Time};

/// Columns of `activity`.
pub const ACTIVITY: &[ColumnSpec] = &[
    column("entity", Text, "The entity whose interface saw the traffic."),
    column("hour", Time, "Start of the UTC hour."),
    column("remote_addr", Text, "The other side; null when it is not known which side is which."),
    column("service_port", Integer, "Port of the side that was connected to; null when that is unknown or the protocol has no ports."),
    column("protocol", Integer, "IANA protocol number."),
    column("connection_direction", Text, "Who opened the connection: `inbound` the remote, `outbound` the entity, or `unknown`."),
    column("action", Text, "`accept` or `reject`; null when the source does not say."),
    column("bytes_in", Count, "Bytes towards the entity.").merged(Merge::Sum),
    column("bytes_out", Count, "Bytes away from the entity.").merged(Merge::Sum),
    column("packets_in", Count, "Packets towards the entity.").merged(Merge::Sum),
    column("packets_out", Count, "Packets away from the entity.").merged(Merge::Sum),
    column("flows", Count, "Flow records summed.").merged(Merge::Sum),
    column("tcp_flags_in", Integer, "TCP flags or-ed over the records towards the entity; null when none was reported.").merged(Merge::Or),
    column("tcp_flags_out", Integer, "TCP flags or-ed over the records away from the entity; null when none was reported.")
        .merged(Merge::Or),
    column("first_time", Time, "Earliest start of the records summed.").merged(Merge::Least),
    column("last_time", Time, "Latest end of the records summed.").merged(Merge::Greatest),
    column("confidence", Real, "Highest confidence of the rules that decided the connection direction, 0 to 1.").merged(Merge::Greatest),
    column("remote_country", Text, "Country of the remote address, ISO 3166-1 alpha-2; null when unknown."),
    column("remote_asn", Count, "Autonomous system of the remote address; null when unknown."),
    column("account_id", Text, "Account that owns the interface."),
];

/// Columns of `volume`.
pub const VOLUME: &[ColumnSpec] = &[
    column("entity", Text, "The entity whose interface saw the traffic."),
    column("hour", Time, "Start of the UTC hour."),
    column("direction", Text, "Which way the bytes went: `inbound`, `outbound` or `unknown`."),
    column("action", Text, "`accept` or `reject`; null when the source does not say."),
    column("bytes", Count, "Bytes.").merged(Merge::Sum),
    column("packets", Count, "Packets.").merged(Merge::Sum),
    column("flows", Count, "Flow records summed.").merged(Merge::Sum),
    column("account_id", Text, "Account that owns the interface."),
];

/// Columns of `seen`.
pub const SEEN: &[ColumnSpec] = &[
    column("entity", Text, "The entity that saw the value."),
    column(
        "kind",
        Text,
        "What the value is: `remote_port` (the entity as client), `local_port` (the entity as server), `remote_addr`, `remote_net`, `asn`, `country`.",
    ),
    column("value", Text, "The value as text: `tcp/443`, an address, the first address of a /24 or /64, a number, a country code."),
    column("first_time", Time, "First time on this day.").merged(Merge::Least),
    column("last_time", Time, "Last time on this day.").merged(Merge::Greatest),
    column("flows", Count, "Flow records with this value on this day.").merged(Merge::Sum),
    column("bytes", Count, "Bytes of those records, both ways.").merged(Merge::Sum),
    column("confidence", Real, "Highest confidence in the connection direction among those records, 0 to 1.").merged(Merge::Greatest),
];

/// Columns of `coverage`.
pub const COVERAGE: &[ColumnSpec] = &[
    column("interface_id", Text, "The interface, or the resource that stands for it."),
    column("account_id", Text, "Account that owns the interface."),
    column("entity", Text, "The entity the interface belongs to."),
    column("kind", Text, "`nodata`: there was no traffic; `skipdata`: records were lost."),
    column("start_time", Time, "Start of the interval."),
    column("end_time", Time, "End of the interval."),
    column("source_object", Text, "The object that said so."),
];

/// Columns of `rejects`.
pub const REJECTS: &[ColumnSpec] = &[
    column("object", Text, "The object the record came in."),
    column("position", Count, "Line or row number in the decoded object, from 1."),
    column("reason", Text, "Why it was refused."),
    column("text", Text, "The record itself, cut to 512 bytes."),
];

/// Columns of `objects`.
pub const OBJECTS: &[ColumnSpec] = &[
    column("uri", Text, "Where the object was read from."),
    column("size", Count, "Bytes as delivered."),
    column("modified", Time, "Last modification as the source tells it."),
    column("content_hash", Text, "XXH3-128 of the bytes as delivered, hexadecimal."),
    column("batch", Count, "Batch that committed it."),
    column("format", Text, "What it was found to be; null when it could not be told."),
    column("guessed", Flag, "Whether its columns were guessed from the content."),
    column("complete", Flag, "Whether it was read to its end."),
    column("problem", Text, "What went wrong with the object as a whole; null when nothing did."),
    column("duplicate_of", Text, "The object with the same content that was read before; null when this one was read."),
    column("records", Count, "Records in the object; header and blank lines are none."),
    column("accepted", Count, "Records that became flows."),
    column("rejected", Count, "Records refused."),
    column("coverage", Count, "Records that are coverage facts."),
    column("duplicates", Count, "Records already known."),
    column("first_time", Time, "Earliest start in the object."),
    column("last_time", Time, "Latest end in the object."),
    column("ingested_at", Time, "When it was committed."),
];

impl Table {
    /// Every table, in the order in which a batch is applied: the ledger last.
    pub const ALL: [Self; 7] = [Self::Flows, Self::Activity, Self::Volume, Self::Seen, Self::Coverage, Self::Rejects, Self::Objects];

    /// Name of the table: its folder and its name in SQL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flows => "flows",
            Self::Activity => "activity",
            Self::Volume => "volume",
            Self::Seen => "seen",
            Self::Coverage => "coverage",
            Self::Rejects => "rejects",
            Self::Objects => "objects",
        }
    }

    /// One sentence: what a row is.
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Flows => "One reported flow segment at one interface.",
            Self::Activity => {
                "Sums per entity, hour, remote address, service port, protocol, connection direction and action. Additive: a key may \
                 stand in several rows, one for each batch that touched it."
            }
            Self::Volume => "Sums per entity, hour, direction of the bytes and action. Additive, as `activity`.",
            Self::Seen => {
                "What an entity was seen to talk to on a day, rejected traffic left out. Additive: take the earliest first and the latest last."
            }
            Self::Coverage => "An interval of an interface in which there was nothing to report, or something was lost.",
            Self::Rejects => "A record that was read and could not be understood.",
            Self::Objects => "An object that was read: the ledger. An object that stands here is in the lake wholly.",
        }
    }

    /// The columns of a derived table; `None` for `flows`, whose columns are [`flow::FIELDS`].
    pub const fn columns(self) -> Option<&'static [ColumnSpec]> {
        match self {
            Self::Flows => None,
            Self::Activity => Some(ACTIVITY),
            Self::Volume => Some(VOLUME),
            Self::Seen => Some(SEEN),
            Self::Coverage => Some(COVERAGE),
            Self::Rejects => Some(REJECTS),
            Self::Objects => Some(OBJECTS),
        }
    }

    /// The columns stored in the files: the partition column is in the path and not among them.
    pub fn schema(self) -> SchemaRef {
        static SCHEMAS: OnceLock<Vec<SchemaRef>> = OnceLock::new();
        let schemas = SCHEMAS.get_or_init(|| {
            Self::ALL
                .iter()
                .map(|table| match table.columns() {
                    None => flow::schema(),
                    Some(columns) => {
                        let fields: Vec<Field> = columns.iter().map(|spec| Field::new(spec.name, spec.kind.data_type(), true)).collect();
                        Arc::new(Schema::new(fields))
                    }
                })
                .collect()
        });
        Arc::clone(&schemas[self as usize])
    }

    /// Whether a key may stand in several rows, which mean the same when made one.
    pub const fn is_additive(self) -> bool {
        matches!(self, Self::Activity | Self::Volume | Self::Seen)
    }

    /// The order of rows inside a file.
    pub const fn order(self) -> &'static [&'static str] {
        match self {
            Self::Flows => &["entity", "start_time"],
            Self::Activity => &["entity", "hour"],
            Self::Volume => &["entity", "hour"],
            Self::Seen => &["entity", "kind"],
            Self::Coverage => &["interface_id", "start_time"],
            Self::Rejects => &["object", "position"],
            Self::Objects => &["uri"],
        }
    }

    /// Columns whose least and greatest value each file's log entry carries, so that files are skipped without being opened.
    pub const fn bounded(self) -> &'static [&'static str] {
        match self {
            Self::Flows => &["entity", "hour", "start_time"],
            Self::Activity | Self::Volume => &["entity", "hour"],
            Self::Seen => &["entity", "kind"],
            Self::Coverage => &["interface_id", "start_time"],
            Self::Rejects => &["object"],
            Self::Objects => &["uri"],
        }
    }
}

impl Display for Table {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

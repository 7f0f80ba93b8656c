//! What the features of several detectors have in common: an hour of traffic with one remote address and service.

use arrow::array::{Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use flow::{Action, Direction, DirectionRule, HOUR_SECS, TimeRange, Timestamp};

use crate::columns::{Column, Columns};
use crate::{ConnectionAction, Context, FindingType, Novelty, Peer, RowsQuery, ScoreError, Traffic, wording};

/// One hour of accepted traffic of one entity with one remote address, service port and protocol.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Contact {
    pub(super) entity: String,
    pub(super) hour: Timestamp,
    pub(super) remote_addr: String,
    pub(super) service_port: Option<u16>,
    pub(super) protocol: Option<u8>,
    pub(super) direction: Direction,
    pub(super) bytes_in: u64,
    pub(super) bytes_out: u64,
    pub(super) packets_in: u64,
    pub(super) packets_out: u64,
    pub(super) flows: u64,
    pub(super) first_time: Timestamp,
    pub(super) last_time: Timestamp,
    pub(super) confidence: f64,
    pub(super) country: Option<String>,
    pub(super) asn: Option<u32>,
    pub(super) account_id: Option<String>,
    /// When the remote address was seen last before this hour.
    pub(super) remote_last_seen: Option<Timestamp>,
}

/// The columns a [`Contact`] is read from.
pub(super) struct ContactColumns {
    entity: Column<StringArray>,
    hour: Column<TimestampMicrosecondArray>,
    remote_addr: Column<StringArray>,
    service_port: Column<Int64Array>,
    protocol: Column<Int64Array>,
    direction: Column<StringArray>,
    counts: [Column<Int64Array>; 5],
    first_time: Column<TimestampMicrosecondArray>,
    last_time: Column<TimestampMicrosecondArray>,
    confidence: Column<Float64Array>,
    country: Column<StringArray>,
    asn: Column<Int64Array>,
    account_id: Column<StringArray>,
    remote_last_seen: Column<TimestampMicrosecondArray>,
}

impl ContactColumns {
    pub(super) fn new(columns: &Columns<'_>) -> Result<Self, ScoreError> {
        Ok(Self {
            entity: columns.text("entity")?,
            hour: columns.time("hour")?,
            remote_addr: columns.text("remote_addr")?,
            service_port: columns.integer("service_port")?,
            protocol: columns.integer("protocol")?,
            direction: columns.text("connection_direction")?,
            counts: [
                columns.integer("bytes_in")?,
                columns.integer("bytes_out")?,
                columns.integer("packets_in")?,
                columns.integer("packets_out")?,
                columns.integer("flows")?,
            ],
            first_time: columns.time("first_time")?,
            last_time: columns.time("last_time")?,
            confidence: columns.float("confidence")?,
            country: columns.text("remote_country")?,
            asn: columns.integer("remote_asn")?,
            account_id: columns.text("account_id")?,
            remote_last_seen: columns.time("remote_last_seen")?,
        })
    }

    pub(super) fn read(&self, row: usize) -> Result<Contact, ScoreError> {
        let [bytes_in, bytes_out, packets_in, packets_out, flows] = &self.counts;
        let hour = self.hour.required(row)?;
        Ok(Contact {
            entity: self.entity.required(row)?.to_owned(),
            hour,
            remote_addr: self.remote_addr.required(row)?.to_owned(),
            service_port: self.service_port.narrow(row, "port")?,
            protocol: self.protocol.narrow(row, "protocol")?,
            direction: self.direction.direction(row)?,
            bytes_in: bytes_in.count(row)?,
            bytes_out: bytes_out.count(row)?,
            packets_in: packets_in.count(row)?,
            packets_out: packets_out.count(row)?,
            flows: flows.count(row)?,
            first_time: self.first_time.get(row).unwrap_or(hour),
            last_time: self.last_time.get(row).unwrap_or_else(|| hour.plus_secs(HOUR_SECS)),
            confidence: self.confidence.get(row).unwrap_or(0.0),
            country: self.country.owned(row),
            asn: self.asn.narrow(row, "autonomous system number")?,
            account_id: self.account_id.owned(row),
            remote_last_seen: self.remote_last_seen.get(row),
        })
    }
}

/// Reads what `read` makes of the rows of all batches, and keeps what is inside the range. Order is the caller's business.
pub(super) fn read_all<T, C>(
    finding_type: FindingType,
    batches: &[RecordBatch],
    open: impl Fn(&Columns<'_>) -> Result<C, ScoreError>,
    read: impl Fn(&C, usize) -> Result<T, ScoreError>,
) -> Result<Vec<T>, ScoreError> {
    let mut rows = Vec::with_capacity(batches.iter().map(RecordBatch::num_rows).sum());
    for batch in batches {
        let columns = open(&Columns::new(finding_type, batch))?;
        for row in 0..batch.num_rows() {
            rows.push(read(&columns, row)?);
        }
    }
    Ok(rows)
}

/// Entity, remote address, service port and protocol: whom an entity speaks with, and for what.
pub(super) type Pair = (String, String, Option<u16>, Option<u8>);

impl Contact {
    /// Whom the entity speaks with, and for what.
    pub(super) fn pair(&self) -> Pair {
        (self.entity.clone(), self.remote_addr.clone(), self.service_port, self.protocol)
    }

    /// Whether something came back: bytes both ways.
    pub(super) const fn answered(&self) -> bool {
        self.bytes_in > 0 && self.bytes_out > 0
    }

    /// Whether occurrences may be raised in its hour.
    pub(super) fn in_range(&self, context: &Context<'_>) -> bool {
        context.range.contains(self.hour)
    }

    /// The service in words.
    pub(super) fn service(&self) -> String {
        wording::service(self.protocol, self.service_port)
    }

    /// What tells it from the others of the same issue.
    pub(super) fn key(&self) -> String {
        let number = |value: Option<u16>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
        format!(
            "{} {} {} {} {}",
            self.hour,
            self.direction,
            self.remote_addr,
            number(self.protocol.map(u16::from)),
            number(self.service_port)
        )
    }

    /// The connections.
    pub(super) fn action(&self) -> ConnectionAction {
        let (local_port, remote_port) = match self.direction {
            Direction::Inbound => (self.service_port, None),
            Direction::Outbound => (None, self.service_port),
            Direction::Unknown => (None, None),
        };
        ConnectionAction {
            connection_direction: self.direction,
            protocol: self.protocol,
            local_port,
            remote_port,
            remote_addr: self.remote_addr.clone(),
            action: Action::Accept,
            bytes_in: self.bytes_in,
            bytes_out: self.bytes_out,
            packets_in: self.packets_in,
            packets_out: self.packets_out,
            flows: self.flows,
            remote_country: self.country.clone(),
            remote_asn: self.asn,
        }
    }

    /// What was exchanged.
    pub(super) const fn volume(&self) -> Traffic {
        Traffic { bytes_in: self.bytes_in, bytes_out: self.bytes_out, flows: self.flows }
    }

    /// The rows behind it.
    pub(super) fn rows(&self) -> RowsQuery {
        RowsQuery::new(
            &self.entity,
            TimeRange::new(self.hour, self.hour.plus_secs(HOUR_SECS)),
            &Peer::Connection {
                connection_direction: self.direction,
                remote_addr: self.remote_addr.clone(),
                service_port: self.service_port,
                protocol: self.protocol,
            },
        )
    }

    /// How well the remote address is known.
    pub(super) fn remote_novelty(&self) -> Novelty {
        Novelty::seen("remote_addr", self.remote_addr.as_str(), self.remote_last_seen, self.hour)
    }

    /// Why the direction is believed, as a factor of confidence.
    pub(super) fn direction_factor(&self) -> (&'static str, f64, String) {
        ("direction", self.confidence, direction_reason(self.direction, self.confidence))
    }

    /// Bytes and packets both ways, in words.
    pub(super) fn traffic(&self) -> String {
        #[expect(clippy::cast_precision_loss, reason = "for display")]
        let words = |count: u64| wording::bytes(count as f64);
        format!("{} out, {} in, {}", words(self.bytes_out), words(self.bytes_in), wording::count(self.flows, "flow"))
    }
}

/// The strongest rule that has this confidence, in words.
fn direction_reason(direction: Direction, confidence: f64) -> String {
    let rule = if confidence >= DirectionRule::SynAck.confidence() {
        "a SYN-ACK was recorded"
    } else if confidence >= DirectionRule::Syn.confidence() {
        "a SYN, another record of the session, or the service inventory tells"
    } else if confidence >= DirectionRule::SecurityGroup.confidence() {
        "no security-group rule would have let it in"
    } else if confidence >= DirectionRule::WellKnownPort.confidence() {
        "one port is well known"
    } else if confidence >= DirectionRule::RegisteredPort.confidence() {
        "one port is registered"
    } else if confidence > 0.0 {
        "one port is ephemeral"
    } else {
        return "who opened the connection is not known".to_owned();
    };
    format!("direction {direction}: {rule} ({confidence:.2})")
}

/// Splits the names of lists, sorted, each once.
pub(super) fn list_names(text: &str) -> Vec<String> {
    let names: std::collections::BTreeSet<&str> = text.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    names.into_iter().map(str::to_owned).collect()
}

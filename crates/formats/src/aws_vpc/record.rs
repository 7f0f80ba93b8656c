//! One record: from the values of a line or row to the columns of a batch.

use std::borrow::Cow;

use flow::{Action, Address, CoverageKind, Encryption, FlowDirection, TimeQuality, Timestamp, has_ports};

use super::fields::{GatewaySide, NOWHERE, Plan, Slot, TextColumn};
use crate::sink::{Reason, Sink, account};

/// How far ahead of the caller's clock a record may lie. Capture windows end up to a minute late and hosts' clocks drift; ten minutes
/// are the longest capture window.
const FUTURE_SECS: i64 = 600;
/// Longest believable span of one record. A capture window is at most 600 s; a day leaves room for re-aggregated logs.
const LONGEST_MICROS: i64 = 86_400 * 1_000_000;
/// 2010-01-01: no VPC reported flows before.
const EARLIEST_MICROS: i64 = 1_262_304_000 * 1_000_000;

/// A value read as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Integer {
    /// The format lacks the field, or the record its value.
    Absent,
    /// The number.
    Value(u64),
    /// Something else.
    Invalid,
}

/// The values of one record, by slot. A slot beyond the record's width is absent.
pub(crate) trait Cells {
    /// The text of a value, `None` when absent.
    fn text(&self, slot: Slot) -> Option<Cow<'_, [u8]>>;
    /// The value as a number.
    fn integer(&self, slot: Slot) -> Integer;
    /// The value as an address; `Err` when it is something else.
    #[inline]
    fn address(&self, slot: Slot) -> Result<Option<Address>, ()> {
        match self.text(slot) {
            Some(text) => Address::parse(&text).map(Some).ok_or(()),
            None => Ok(None),
        }
    }
}

/// Whether a value says that there is none.
#[inline]
pub(crate) fn is_null(value: &[u8]) -> bool {
    match value.len() {
        0 => true,
        1 => value == b"-",
        3 => value == b"NaN",
        4 => matches!(value, b"None" | b"null" | b"NULL"),
        _ => false,
    }
}

/// A time by its magnitude: seconds, milliseconds, microseconds or nanoseconds since the epoch. The flag tells whether it is finer
/// than a second.
#[inline]
pub(crate) fn time_of(value: u64) -> (Timestamp, bool) {
    let value = i64::try_from(value).unwrap_or(i64::MAX);
    let (micros, fine) = if value <= 100_000_000_000 {
        (value * 1_000_000, false)
    } else if value <= 100_000_000_000_000 {
        (value * 1_000, true)
    } else if value <= 100_000_000_000_000_000 {
        (value, true)
    } else {
        (value / 1_000, true)
    };
    (Timestamp::from_micros(micros), fine)
}

#[inline]
fn number(cell: Integer, max: u64, reason: &'static str) -> Result<Option<u64>, Reason> {
    match cell {
        Integer::Absent => Ok(None),
        Integer::Value(value) if value <= max => Ok(Some(value)),
        _ => Err(Cow::Borrowed(reason)),
    }
}

#[inline]
fn byte(cell: Integer, reason: &'static str) -> Result<Option<u8>, Reason> {
    Ok(number(cell, u64::from(u8::MAX), reason)?.and_then(|value| u8::try_from(value).ok()))
}

#[inline]
fn port(cell: Integer, reason: &'static str) -> Result<Option<u16>, Reason> {
    Ok(number(cell, u64::from(u16::MAX), reason)?.and_then(|value| u16::try_from(value).ok()))
}

#[inline]
fn time(cell: Integer, reason: &'static str) -> Result<Option<(Timestamp, bool)>, Reason> {
    Ok(number(cell, i64::MAX as u64, reason)?.map(time_of))
}

#[inline]
fn address(cell: Result<Option<Address>, ()>, reason: &'static str) -> Result<Option<Address>, Reason> {
    cell.map_err(|()| Cow::Borrowed(reason))
}

/// The packet-level address if there is one, and the interface's where it differs.
#[inline]
fn ends(packet: Option<Address>, interface: Option<Address>) -> (Option<Address>, Option<Address>) {
    match (packet, interface) {
        (Some(packet), Some(interface)) if packet != interface => (Some(packet), Some(interface)),
        (Some(packet), _) => (Some(packet), None),
        (None, interface) => (interface, None),
    }
}

struct Times {
    start: Timestamp,
    end: Timestamp,
    quality: TimeQuality,
    suspect: bool,
}

/// Start and end from the record, else from the event that carried it, else from the slot in the object's name.
#[inline]
fn times<C: Cells>(cells: &C, plan: &Plan, event_time: Option<Timestamp>, sink: &Sink<'_, '_>) -> Result<Times, Reason> {
    let start = time(cells.integer(plan.start), "start is not a time")?;
    let end = time(cells.integer(plan.end), "end is not a time")?;
    let (start, end, quality) = match (start, end) {
        (Some((start, fine)), Some((end, _))) => (start, end, quality(fine)),
        (Some((one, fine)), None) | (None, Some((one, fine))) => (one, one, quality(fine)),
        (None, None) => {
            let delivered =
                event_time.or(sink.key.slot).ok_or("no time: neither start nor end, nor in the envelope or the object's name")?;
            (delivered, delivered, TimeQuality::Window)
        }
    };
    let ahead = sink.now.plus_secs(FUTURE_SECS);
    let span = end.micros() - start.micros();
    let suspect = !(0..=LONGEST_MICROS).contains(&span) || start > ahead || end > ahead || end.micros() < EARLIEST_MICROS;
    Ok(Times { start, end, quality, suspect })
}

#[inline]
fn quality(fine: bool) -> TimeQuality {
    if fine { TimeQuality::Exact } else { TimeQuality::Second }
}

/// Reads one record and counts it as accepted or as coverage; `Err` with the reason when it has to be refused, in which case nothing of
/// it is left behind.
#[inline]
pub(crate) fn assemble<C: Cells>(cells: &C, plan: &Plan, event_time: Option<Timestamp>, sink: &mut Sink<'_, '_>) -> Result<(), Reason> {
    let coverage = match cells.text(plan.log_status).as_deref() {
        None | Some(b"OK") => None,
        Some(b"NODATA") => Some(CoverageKind::NoData),
        Some(b"SKIPDATA") => Some(CoverageKind::SkipData),
        Some(_) => return Err(Cow::Borrowed("log-status is none of OK, NODATA, SKIPDATA")),
    };
    let times = times(cells, plan, event_time, sink)?;
    let (src_addr, iface_src_addr) = ends(
        address(cells.address(plan.pkt_src_addr), "pkt-srcaddr is not an address")?,
        address(cells.address(plan.src_addr), "srcaddr is not an address")?,
    );
    let (dst_addr, iface_dst_addr) = ends(
        address(cells.address(plan.pkt_dst_addr), "pkt-dstaddr is not an address")?,
        address(cells.address(plan.dst_addr), "dstaddr is not an address")?,
    );
    let protocol = byte(cells.integer(plan.protocol), "protocol is not a number from 0 to 255")?;
    let mut src_port = port(cells.integer(plan.src_port), "srcport is not a number from 0 to 65535")?;
    let mut dst_port = port(cells.integer(plan.dst_port), "dstport is not a number from 0 to 65535")?;
    if protocol.is_some_and(|protocol| !has_ports(protocol)) {
        (src_port, dst_port) = (None, None);
    }
    let most = i64::MAX as u64;
    let bytes = number(cells.integer(plan.bytes), most, "bytes is not a number from 0 to 9223372036854775807")?;
    let packets = number(cells.integer(plan.packets), most, "packets is not a number from 0 to 9223372036854775807")?;
    let tcp_flags = byte(cells.integer(plan.tcp_flags), "tcp-flags is not a number from 0 to 255")?;
    let action = match cells.text(plan.action).as_deref() {
        None => None,
        Some(b"ACCEPT") => Some(Action::Accept),
        Some(b"REJECT") => Some(Action::Reject),
        Some(_) => return Err(Cow::Borrowed("action is neither ACCEPT nor REJECT")),
    };
    let flow_direction = match cells.text(plan.flow_direction).as_deref() {
        None => None,
        Some(b"ingress") => Some(FlowDirection::Ingress),
        Some(b"egress") => Some(FlowDirection::Egress),
        Some(_) => return Err(Cow::Borrowed("flow-direction is neither ingress nor egress")),
    };
    let traffic_path = byte(cells.integer(plan.traffic_path), "traffic-path is not a number from 0 to 255")?;
    let encryption = number(cells.integer(plan.encryption), most, "encryption-status is not a number")?;

    if let Some(kind) = coverage {
        cover(cells, plan, kind, &times, sink)?;
        if src_addr.is_none() && dst_addr.is_none() && protocol.is_none() {
            sink.counts.records += 1;
            sink.counts.coverage += 1;
            return Ok(());
        }
    }

    if let Err(reason) = texts(cells, plan, flow_direction, sink).and_then(|()| extra(cells, plan, encryption, sink)) {
        sink.out.flows.undo_row();
        if coverage.is_some() {
            sink.out.coverage.pop();
        }
        return Err(reason);
    }
    let constants = sink.constants;
    let flows = &mut sink.out.flows;
    let row = flows.len();
    flows.start_time.set(row, times.start);
    flows.end_time.set(row, times.end);
    flows.time_quality.set(row, times.quality);
    flows.src_addr.set_option(row, src_addr);
    flows.dst_addr.set_option(row, dst_addr);
    flows.iface_src_addr.set_option(row, iface_src_addr);
    flows.iface_dst_addr.set_option(row, iface_dst_addr);
    flows.src_port.set_option(row, src_port);
    flows.dst_port.set_option(row, dst_port);
    flows.protocol.set_option(row, protocol);
    flows.bytes.set_option(row, bytes);
    flows.packets.set_option(row, packets);
    flows.tcp_flags.set_option(row, tcp_flags);
    flows.action.set_option(row, action);
    flows.flow_direction.set_option(row, flow_direction);
    flows.traffic_path.set_option(row, traffic_path);
    flows.encryption.set_option(row, encryption.and_then(encryption_of));
    flows.flow_log_id.set_option(row, constants.flow_log);
    flows.source_object.set(row, constants.source);
    if times.suspect {
        flows.clock_suspect.set(row, true);
    }
    flows.push_row();
    sink.counts.records += 1;
    sink.counts.accepted += 1;
    if !times.suspect {
        sink.saw(times.start, times.end);
    }
    Ok(())
}

fn encryption_of(code: u64) -> Option<Encryption> {
    usize::try_from(code).ok().and_then(|code| Encryption::ALL.get(code)).copied()
}

/// Fills the text columns.
#[inline]
fn texts<C: Cells>(cells: &C, plan: &Plan, direction: Option<FlowDirection>, sink: &mut Sink<'_, '_>) -> Result<(), Reason> {
    let row = sink.out.flows.len();
    match cells.text(plan.account) {
        Some(raw) => {
            let symbol = sink.symbol(TextColumn::Account, &raw).map_err(|()| not_utf8(TextColumn::Account))?;
            sink.out.flows.account_id.set_option(row, symbol);
        }
        None => sink.out.flows.account_id.set_option(row, sink.constants.account),
    }
    match cells.text(plan.region) {
        Some(raw) => text(TextColumn::Region, &raw, row, sink)?,
        None => sink.out.flows.region.set_option(row, sink.constants.region),
    }
    if let Some(raw) = cells.text(plan.resource) {
        text(TextColumn::Resource, &raw, row, sink)?;
    }
    if let Some(sides) = &plan.gateway {
        // Traffic enters the gateway at the source's attachment and leaves it at the destination's.
        let [src, dst] = sides;
        let GatewaySide { interface, vpc, subnet, zone } = if direction == Some(FlowDirection::Egress) { *dst } else { *src };
        let columns = [(interface, TextColumn::Interface), (vpc, TextColumn::Vpc), (subnet, TextColumn::Subnet), (zone, TextColumn::Zone)];
        for (slot, column) in columns {
            if let Some(raw) = cells.text(slot) {
                text(column, &raw, row, sink)?;
            }
        }
        for &(slot, column) in
            plan.texts.iter().filter(|(_, column)| !columns.iter().any(|(slot, taken)| taken == column && *slot != NOWHERE))
        {
            if let Some(raw) = cells.text(slot) {
                text(column, &raw, row, sink)?;
            }
        }
        return Ok(());
    }
    if let Some(raw) = cells.text(plan.interface) {
        text(TextColumn::Interface, &raw, row, sink)?;
    }
    for &(slot, column) in &plan.texts {
        if let Some(raw) = cells.text(slot) {
            text(column, &raw, row, sink)?;
        }
    }
    Ok(())
}

#[inline]
fn text(column: TextColumn, raw: &[u8], row: usize, sink: &mut Sink<'_, '_>) -> Result<(), Reason> {
    let symbol = sink.symbol(column, raw).map_err(|()| not_utf8(column))?;
    let flows = &mut sink.out.flows;
    let target = match column {
        TextColumn::Account => &mut flows.account_id,
        TextColumn::Interface => &mut flows.interface_id,
        TextColumn::Instance => &mut flows.instance_id,
        TextColumn::Region => &mut flows.region,
        TextColumn::Zone => &mut flows.zone_id,
        TextColumn::Vpc => &mut flows.vpc_id,
        TextColumn::Subnet => &mut flows.subnet_id,
        TextColumn::Resource => &mut flows.resource_id,
        TextColumn::SrcService => &mut flows.src_service,
        TextColumn::DstService => &mut flows.dst_service,
        TextColumn::RejectReason => &mut flows.reject_reason,
    };
    target.set_option(row, symbol);
    Ok(())
}

#[cold]
fn not_utf8(column: TextColumn) -> Reason {
    let name = match column {
        TextColumn::Account => "account-id",
        TextColumn::Interface => "interface-id",
        TextColumn::Instance => "instance-id",
        TextColumn::Region => "region",
        TextColumn::Zone => "az-id",
        TextColumn::Vpc => "vpc-id",
        TextColumn::Subnet => "subnet-id",
        TextColumn::Resource => "resource-id",
        TextColumn::SrcService => "pkt-src-aws-service",
        TextColumn::DstService => "pkt-dst-aws-service",
        TextColumn::RejectReason => "reject-reason",
    };
    Cow::Owned(format!("{name} is not UTF-8"))
}

/// Collects the fields without a column as a JSON object, keys in alphabetical order.
#[inline]
fn extra<C: Cells>(cells: &C, plan: &Plan, encryption: Option<u64>, sink: &mut Sink<'_, '_>) -> Result<(), Reason> {
    let address_type = cells.text(plan.address_type);
    let odd_type = address_type.as_deref().filter(|kind| !matches!(*kind, b"IPv4" | b"IPv6"));
    let odd_encryption = encryption.filter(|code| encryption_of(*code).is_none());
    if plan.extra.is_empty() && odd_type.is_none() && odd_encryption.is_none() {
        return Ok(());
    }
    let mut json = std::mem::take(&mut sink.scratch);
    json.clear();
    let mut odd: Vec<(&str, Cow<'_, [u8]>)> = Vec::new();
    if let Some(code) = odd_encryption {
        odd.push(("encryption-status", Cow::Owned(code.to_string().into_bytes())));
    }
    if let Some(kind) = odd_type {
        odd.push(("type", Cow::Borrowed(kind)));
    }
    let mut odd = odd.into_iter().peekable();
    for (slot, name) in &plan.extra {
        while let Some((name, value)) = odd.next_if(|(odd, _)| *odd < name.as_str()) {
            push_member(&mut json, name, &value);
        }
        if let Some(value) = cells.text(*slot) {
            push_member(&mut json, name, &value);
        }
    }
    for (name, value) in odd {
        push_member(&mut json, name, &value);
    }
    let found = !json.is_empty();
    if found {
        json.push('}');
    }
    sink.scratch = json;
    if found {
        let symbol = sink.extra_symbol();
        let row = sink.out.flows.len();
        sink.out.flows.extra.set(row, symbol);
    }
    Ok(())
}

fn push_member(json: &mut String, name: &str, value: &[u8]) {
    json.push(if json.is_empty() { '{' } else { ',' });
    push_json(json, name);
    json.push(':');
    push_json(json, &String::from_utf8_lossy(value));
}

/// Appends a JSON string (RFC 8259, section 7).
fn push_json(json: &mut String, text: &str) {
    use std::fmt::Write as _;
    json.push('"');
    let mut plain = 0;
    for (index, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        json.push_str(&text[plain..index]);
        plain = index + 1;
        // Writing to a `String` cannot fail.
        let _ = match byte {
            b'"' => json.write_str("\\\""),
            b'\\' => json.write_str("\\\\"),
            _ => write!(json, "\\u{byte:04x}"),
        };
    }
    json.push_str(&text[plain..]);
    json.push('"');
}

/// Keeps what a NODATA or SKIPDATA record says.
#[cold]
fn cover<C: Cells>(cells: &C, plan: &Plan, kind: CoverageKind, times: &Times, sink: &mut Sink<'_, '_>) -> Result<(), Reason> {
    let owned = |slot: Slot, column: TextColumn| match cells.text(slot) {
        Some(raw) => String::from_utf8(raw.into_owned()).map(Some).map_err(|_| not_utf8(column)),
        None => Ok(None),
    };
    let mut interface = owned(plan.interface, TextColumn::Interface)?;
    if let (None, Some([src, _])) = (&interface, &plan.gateway) {
        interface = owned(src.interface, TextColumn::Interface)?;
    }
    if interface.is_none() {
        interface = owned(plan.resource, TextColumn::Resource)?;
    }
    let account_id = match owned(plan.account, TextColumn::Account)? {
        Some(text) => account(&text).map(Cow::into_owned),
        None => sink.key.account_id.clone(),
    };
    if !times.suspect {
        sink.saw(times.start, times.end);
    }
    sink.cover(kind, interface, account_id, times.start, times.end);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_by_magnitude() {
        let instant = Timestamp::from_secs(1_700_000_000);
        for (value, fine) in
            [(1_700_000_000, false), (1_700_000_000_000, true), (1_700_000_000_000_000, true), (1_700_000_000_000_000_000, true)]
        {
            assert_eq!(time_of(value), (instant, fine), "{value}");
        }
        assert_eq!(time_of(4_000_000_000), (Timestamp::from_secs(4_000_000_000), false), "seconds after 2038 are seconds");
        let _ = time_of(u64::MAX);
    }

    #[test]
    fn json_strings_are_escaped() {
        let mut json = String::new();
        push_member(&mut json, "a\"b", b"c\\d\x01e\xff");
        json.push('}');
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["a\"b"], "c\\d\u{1}e\u{fffd}");
    }
}

//! The one table of columns of a flow record.
//!
//! Everything that speaks of a column derives from [`FIELDS`] and the [`FlowBatch`] that the table generates: the Arrow and Parquet
//! schema, the names a decoder aims at, the SQL table `flows`, the reference page. To add a column, add a row here.

use std::ops::Range;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Field as ArrowField, Schema, SchemaRef};
use arrow::error::ArrowError;

use crate::column::Column;
use crate::kind::{self, Kind};
use crate::symbol::Symbols;

/// Who fills a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A decoder, from what the source says.
    Observed,
    /// Attribution, from inventory, geography and the record itself.
    Attributed,
}

/// What is to be said of one column.
#[derive(Debug, Clone, Copy)]
pub struct FieldSpec {
    /// Which column.
    pub field: Field,
    /// Its name in every schema, SQL included.
    pub name: &'static str,
    /// One paragraph: meaning, unit, and what null means.
    pub doc: &'static str,
    /// Kind of value, as written in the reference page.
    pub kind: &'static str,
    /// Who fills it.
    pub stage: Stage,
    /// Names of the AWS VPC flow-log fields it is read from, first choice first; hyphenated.
    pub aws: &'static [&'static str],
    /// Whether every stored record has a value.
    pub required: bool,
}

macro_rules! flow_fields {
    ($( $(#[doc = $doc:literal])+ $variant:ident $name:ident: $kind:ident, $stage:ident, $presence:ident, [$($aws:literal),*]; )+) => {
        /// A column of the canonical flow record.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field { $( $(#[doc = $doc])+ $variant, )+ }

        /// Every column, in schema order.
        pub const FIELDS: &[FieldSpec] = &[ $( FieldSpec {
            field: Field::$variant,
            name: stringify!($name),
            doc: concat!($($doc, "\n"),+),
            kind: <kind::$kind as Kind>::NAME,
            stage: Stage::$stage,
            aws: &[$($aws),*],
            required: flow_fields!(@required $presence),
        }, )+ ];

        /// A batch of flow records, one [`Column`] a field, sharing one table of strings.
        ///
        /// Row *n* of every column belongs to record *n*. A decoder sets the columns it knows at row [`len`](Self::len) and then calls
        /// [`push_row`](Self::push_row); columns it never sets are null and take no memory.
        #[derive(Debug, Default)]
        pub struct FlowBatch {
            len: usize,
            /// The strings that the text columns refer to.
            pub symbols: Symbols,
            $( $(#[doc = $doc])+ pub $name: Column<<kind::$kind as Kind>::Native>, )+
        }

        impl FlowBatch {
            /// Takes back what was set at row `len`, for a record refused half-way.
            pub fn undo_row(&mut self) {
                $( self.$name.truncate(self.len); )+
            }

            /// Forgets all records and strings, keeping the columns' memory.
            pub fn clear(&mut self) {
                self.len = 0;
                self.symbols = Symbols::default();
                $( self.$name.clear(); )+
            }

            /// The records at `indices`, in that order, with the same strings.
            pub fn take(&self, indices: &[u32]) -> Self {
                Self { len: indices.len(), symbols: self.symbols.clone(), $( $name: self.$name.take(indices), )+ }
            }

            /// Reorders the records in place, one column at a time; `order` may leave records out. At most one column is held twice.
            pub fn permute(&mut self, order: &[u32]) {
                self.len = order.len();
                $( self.$name = self.$name.take(order); )+
            }

            /// The records of `rows` as an Arrow batch with the schema of [`schema`]; texts come as dictionaries.
            pub fn to_arrow(&self, rows: Range<usize>) -> Result<RecordBatch, ArrowError> {
                let columns: Vec<ArrayRef> = self.columns(rows).collect::<Result<_, _>>()?;
                let fields: Vec<ArrowField> = FIELDS.iter().zip(&columns)
                    .map(|(spec, column)| ArrowField::new(spec.name, column.data_type().clone(), true)).collect();
                RecordBatch::try_new(Schema::new(fields).into(), columns)
            }

            /// The columns of `rows` one after the other, as [`to_arrow`](Self::to_arrow) has them: no more than one need be in memory.
            pub fn columns(&self, rows: Range<usize>) -> impl Iterator<Item = Result<ArrayRef, ArrowError>> {
                let strings = kind::strings(&self.symbols);
                FIELDS.iter().map(move |spec| match spec.field {
                    $( Field::$variant => kind::$kind::to_arrow(&self.$name, rows.clone(), &strings), )+
                })
            }

            /// Appends the records of an Arrow batch; columns are found by name, missing ones are null, others are ignored.
            pub fn append_arrow(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
                let start = self.len;
                $( if let Some(column) = batch.column_by_name(stringify!($name)) {
                    kind::$kind::append_arrow(column, start, &mut self.$name, &mut self.symbols)?;
                } )+
                self.len += batch.num_rows();
                Ok(())
            }

            /// Bytes of memory held by columns and strings.
            pub fn memory(&self) -> usize {
                self.symbols.text_bytes() + self.symbols.len() * 24 $( + self.$name.memory() )+
            }
        }

        /// The schema of stored flow records: plain columns, in the order of [`FIELDS`].
        pub fn schema() -> SchemaRef {
            let types: Vec<DataType> = vec![ $( <kind::$kind as Kind>::data_type(), )+ ];
            let fields: Vec<ArrowField> = FIELDS.iter().zip(types)
                .map(|(spec, data_type)| ArrowField::new(spec.name, data_type, true)).collect();
            Schema::new(fields).into()
        }
    };
    (@required required) => { true };
    (@required optional) => { false };
}

flow_fields! {
    /// The entity that saw the record: the EC2 instance when it is known, else the interface, else the resource or account.
    Entity entity: Text, Attributed, required, [];
    /// Start of the UTC hour that the record counts for: the hour of `start_time`, or of `end_time` when the clock is suspect.
    Hour hour: Time, Attributed, required, [];
    /// Start of the capture window in which the segment was seen. A Nitro instance reports windows of 60 s, others up to 600 s; it is
    /// not the time of the first packet.
    StartTime start_time: Time, Observed, required, ["start"];
    /// End of the capture window.
    EndTime end_time: Time, Observed, required, ["end"];
    /// Sender of the packets; the packet-level address where the source gives one.
    SrcAddr src_addr: Addr, Observed, optional, ["pkt-srcaddr", "srcaddr"];
    /// Receiver of the packets; the packet-level address where the source gives one.
    DstAddr dst_addr: Addr, Observed, optional, ["pkt-dstaddr", "dstaddr"];
    /// Sender's port; null for protocols without ports.
    SrcPort src_port: Small, Observed, optional, ["srcport"];
    /// Receiver's port; null for protocols without ports.
    DstPort dst_port: Small, Observed, optional, ["dstport"];
    /// IANA protocol number.
    Protocol protocol: Byte, Observed, optional, ["protocol"];
    /// Bytes of the segment, IP headers included.
    Bytes bytes: Count, Observed, optional, ["bytes"];
    /// Packets of the segment.
    Packets packets: Count, Observed, optional, ["packets"];
    /// TCP flags or-ed over the segment. AWS reports only FIN 1, SYN 2, RST 4 and SYN-ACK 18; a segment of plain ACKs has 0.
    TcpFlags tcp_flags: Byte, Observed, optional, ["tcp-flags"];
    /// Whether the network let it pass: `accept` or `reject`; null when the source does not say.
    Action action: Action, Observed, optional, ["action"];
    /// Which way the bytes went as seen from the entity: `inbound`, `outbound` or `unknown`.
    Direction direction: Direction, Attributed, required, [];
    /// Who opened the connection: `inbound` when the remote side did, `outbound` when the entity did, else `unknown`.
    ConnectionDirection connection_direction: Direction, Attributed, required, [];
    /// The rule that decided `connection_direction`; its confidence is fixed per rule.
    DirectionRule direction_rule: DirectionRule, Attributed, required, [];
    /// Country of the remote address, ISO 3166-1 alpha-2; null for private addresses, or without a geography file.
    RemoteCountry remote_country: Text, Attributed, optional, [];
    /// Autonomous system of the remote address; null for private addresses, or without an ASN file.
    RemoteAsn remote_asn: Wide, Attributed, optional, [];
    /// Network interface that saw the record.
    InterfaceId interface_id: Text, Observed, optional, ["interface-id"];
    /// EC2 instance named by the record itself.
    InstanceId instance_id: Text, Observed, optional, ["instance-id"];
    /// Account that owns the interface, twelve digits; from the object's key when the record lacks it.
    AccountId account_id: Text, Observed, optional, ["account-id"];
    /// Region; from the object's key when the record lacks it.
    Region region: Text, Observed, optional, ["region"];
    /// Availability-zone id such as `use1-az1`.
    ZoneId zone_id: Text, Observed, optional, ["az-id"];
    /// VPC of the interface.
    VpcId vpc_id: Text, Observed, optional, ["vpc-id"];
    /// Subnet of the interface.
    SubnetId subnet_id: Text, Observed, optional, ["subnet-id"];
    /// Resource that the record names instead of an interface, such as a regional NAT gateway.
    ResourceId resource_id: Text, Observed, optional, ["resource-id"];
    /// Flow log that delivered the record, from the object's key.
    FlowLogId flow_log_id: Text, Observed, optional, [];
    /// Direction at the interface as the source reports it: `ingress` or `egress`.
    FlowDirection flow_direction: FlowDirection, Observed, optional, ["flow-direction"];
    /// Sender as the interface saw it, when it differs from `src_addr`: behind a NAT gateway, a pod, a secondary address.
    IfaceSrcAddr iface_src_addr: Addr, Observed, optional, ["srcaddr"];
    /// Receiver as the interface saw it, when it differs from `dst_addr`.
    IfaceDstAddr iface_dst_addr: Addr, Observed, optional, ["dstaddr"];
    /// AWS traffic-path code of an egress record, 1 to 8.
    TrafficPath traffic_path: Byte, Observed, optional, ["traffic-path"];
    /// AWS service that owns the source address, such as `S3`.
    SrcService src_service: Text, Observed, optional, ["pkt-src-aws-service"];
    /// AWS service that owns the destination address.
    DstService dst_service: Text, Observed, optional, ["pkt-dst-aws-service"];
    /// Why the packets were rejected, when AWS says: `BPA` or `EC`; open text.
    RejectReason reject_reason: Text, Observed, optional, ["reject-reason"];
    /// Encryption in transit: `none`, `transport`, `application` or `both`.
    Encryption encryption: Encryption, Observed, optional, ["encryption-status"];
    /// How good the times are: `exact`, `second`, or `window` when only the delivery time is known.
    TimeQuality time_quality: TimeQuality, Observed, required, [];
    /// Set when the times contradict each other or the clock: end before start, an absurd span, far in the future.
    ClockSuspect clock_suspect: Flag, Observed, optional, [];
    /// Every field of the record that has no column, as a JSON object of strings; null when there is none.
    Extra extra: Text, Observed, optional, [];
    /// The object the record came in.
    SourceObject source_object: Text, Observed, required, [];
}

impl FlowBatch {
    /// Number of complete records.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no record.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Completes the record at row `len`.
    #[inline]
    pub const fn push_row(&mut self) {
        self.len += 1;
    }

    /// The text of a text column at `row`.
    pub fn text(&self, column: &Column<crate::Symbol>, row: usize) -> Option<&str> {
        column.get(row).map(|symbol| self.symbols.text(symbol))
    }
}

impl Field {
    /// What is to be said of this column.
    pub fn spec(self) -> &'static FieldSpec {
        &FIELDS[self as usize]
    }

    /// The column with this name.
    pub fn by_name(name: &str) -> Option<Self> {
        FIELDS.iter().find(|spec| spec.name == name).map(|spec| spec.field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Action, Address, Direction, Timestamp};
    use proptest::prelude::*;

    #[test]
    fn specs_stand_at_their_own_index() {
        for spec in FIELDS {
            assert_eq!(spec.field.spec().name, spec.name);
            assert_eq!(Field::by_name(spec.name), Some(spec.field));
            assert!(!spec.doc.trim().is_empty());
        }
    }

    #[test]
    fn a_refused_row_leaves_no_trace() {
        let mut batch = FlowBatch::default();
        batch.src_port.set(0, 1);
        batch.bytes.set(0, 10);
        batch.push_row();
        batch.src_port.set(1, 2);
        batch.undo_row();
        batch.bytes.set(1, 20);
        batch.push_row();
        assert_eq!((batch.len(), batch.src_port.get(1), batch.bytes.get(1)), (2, None, Some(20)));
    }

    proptest! {
        #[test]
        fn arrow_round_trips(rows in prop::collection::vec((any::<Option<u128>>(), any::<Option<u16>>(), any::<Option<i64>>(), any::<Option<bool>>(), any::<Option<String>>(), 0u64..1 << 62), 0..40)) {
            let mut batch = FlowBatch::default();
            for (row, (address, port, time, flag, text, bytes)) in rows.iter().enumerate() {
                batch.src_addr.set_option(row, address.map(Address::from_bits));
                batch.dst_port.set_option(row, *port);
                batch.start_time.set_option(row, time.map(Timestamp::from_micros));
                batch.action.set_option(row, flag.map(|accept| if accept { Action::Accept } else { Action::Reject }));
                batch.direction.set_option(row, flag.map(|inbound| if inbound { Direction::Inbound } else { Direction::Unknown }));
                if let Some(text) = text {
                    let symbol = batch.symbols.intern(text);
                    batch.vpc_id.set(row, symbol);
                }
                batch.bytes.set(row, *bytes);
                batch.clock_suspect.set_option(row, *flag);
                batch.push_row();
            }
            let arrow = batch.to_arrow(0..batch.len()).unwrap();
            let mut read = FlowBatch::default();
            read.append_arrow(&arrow).unwrap();
            prop_assert_eq!(read.len(), rows.len());
            for (row, (address, port, time, flag, text, bytes)) in rows.iter().enumerate() {
                prop_assert_eq!(read.src_addr.get(row), address.map(Address::from_bits));
                prop_assert_eq!(read.dst_port.get(row), *port);
                prop_assert_eq!(read.start_time.get(row), time.map(Timestamp::from_micros));
                prop_assert_eq!(read.action.get(row).is_some(), flag.is_some());
                prop_assert_eq!(read.text(&read.vpc_id, row), text.as_deref());
                prop_assert_eq!(read.bytes.get(row), Some(*bytes));
                prop_assert_eq!(read.clock_suspect.get(row), *flag);
            }
        }
    }
}

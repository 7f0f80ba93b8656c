//! Kinds of column: how a value is held in a batch, and how it is stored.

use std::ops::Range;
use std::sync::Arc;

use ahash::AHashMap;
use arrow::array::{
    ArrayRef, AsArray, BooleanArray, DictionaryArray, Int32Array, Int64Array, PrimitiveArray, StringArray, TimestampMicrosecondArray,
    new_null_array,
};
use arrow::buffer::BooleanBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use arrow::error::ArrowError;

use crate::column::Column;
use crate::symbol::{Symbol, Symbols};
use crate::{Address, Timestamp};

/// How one kind of value is held and stored.
pub trait Kind {
    /// The value in a [`Column`].
    type Native: Copy + Default;
    /// Name for the reference page.
    const NAME: &'static str;
    /// Type in the stored schema.
    fn data_type() -> DataType;
    /// The rows as an Arrow array; texts as dictionaries over [`strings`].
    fn to_arrow(column: &Column<Self::Native>, rows: Range<usize>, strings: &ArrayRef) -> Result<ArrayRef, ArrowError>;
    /// Appends an array's values from row `start` on.
    fn append_arrow(array: &ArrayRef, start: usize, column: &mut Column<Self::Native>, symbols: &mut Symbols) -> Result<(), ArrowError>;
}

/// Every string of a table as one array, shared by the dictionaries of all text columns.
pub fn strings(symbols: &Symbols) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(symbols.iter()))
}

fn dictionary_type() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

fn dictionary(keys: Int32Array, values: ArrayRef) -> Result<ArrayRef, ArrowError> {
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, values)?))
}

/// An instant.
#[derive(Debug)]
pub struct Time;

impl Kind for Time {
    type Native = Timestamp;
    const NAME: &'static str = "timestamp (µs, UTC)";

    fn data_type() -> DataType {
        DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
    }

    fn to_arrow(column: &Column<Timestamp>, rows: Range<usize>, _: &ArrayRef) -> Result<ArrayRef, ArrowError> {
        if column.is_absent() {
            return Ok(new_null_array(&Self::data_type(), rows.len()));
        }
        let (values, nulls) = column.slice(rows);
        let micros: Vec<i64> = values.into_iter().map(Timestamp::micros).collect();
        Ok(Arc::new(TimestampMicrosecondArray::try_new(micros.into(), nulls)?.with_timezone("UTC")))
    }

    fn append_arrow(array: &ArrayRef, start: usize, column: &mut Column<Timestamp>, _: &mut Symbols) -> Result<(), ArrowError> {
        let array = cast(array, &Self::data_type())?;
        for (row, value) in array.as_primitive::<TimestampMicrosecondType>().iter().enumerate() {
            column.set_option(start + row, value.map(Timestamp::from_micros));
        }
        Ok(())
    }
}

/// An internet address, stored as text so that any reader of the files can read it.
#[derive(Debug)]
pub struct Addr;

impl Kind for Addr {
    type Native = Address;
    const NAME: &'static str = "address (text)";

    fn data_type() -> DataType {
        DataType::Utf8
    }

    fn to_arrow(column: &Column<Address>, rows: Range<usize>, _: &ArrayRef) -> Result<ArrayRef, ArrowError> {
        if column.is_absent() {
            return Ok(new_null_array(&dictionary_type(), rows.len()));
        }
        let (values, nulls) = column.slice(rows);
        let mut known: AHashMap<Address, i32> = AHashMap::new();
        let mut ends = vec![0i32];
        let mut text = String::new();
        let mut last = (Address::default(), -1);
        let keys: Vec<i32> = values
            .into_iter()
            .map(|address| {
                if last.1 < 0 || last.0 != address {
                    let next = ends.len() as i32 - 1;
                    let key = *known.entry(address).or_insert_with(|| {
                        address.write_to(&mut text);
                        ends.push(text.len() as i32);
                        next
                    });
                    last = (address, key);
                }
                last.1
            })
            .collect();
        let values = StringArray::try_new(arrow::buffer::OffsetBuffer::new(ends.into()), text.into_bytes().into(), None)?;
        dictionary(PrimitiveArray::try_new(keys.into(), nulls)?, Arc::new(values))
    }

    fn append_arrow(array: &ArrayRef, start: usize, column: &mut Column<Address>, _: &mut Symbols) -> Result<(), ArrowError> {
        let array = cast(array, &DataType::Utf8)?;
        for (row, text) in array.as_string::<i32>().iter().enumerate() {
            let Some(text) = text else { continue };
            let address = Address::parse(text.as_bytes()).ok_or_else(|| ArrowError::ParseError(format!("{text:?} is not an address")))?;
            column.set(start + row, address);
        }
        Ok(())
    }
}

/// A text from the batch's table of strings.
#[derive(Debug)]
pub struct Text;

impl Kind for Text {
    type Native = Symbol;
    const NAME: &'static str = "text";

    fn data_type() -> DataType {
        DataType::Utf8
    }

    fn to_arrow(column: &Column<Symbol>, rows: Range<usize>, strings: &ArrayRef) -> Result<ArrayRef, ArrowError> {
        if column.is_absent() {
            return Ok(new_null_array(&dictionary_type(), rows.len()));
        }
        let (values, nulls) = column.slice(rows);
        let keys: Vec<i32> = values.into_iter().map(|symbol| symbol.index() as i32).collect();
        dictionary(PrimitiveArray::try_new(keys.into(), nulls)?, Arc::clone(strings))
    }

    fn append_arrow(array: &ArrayRef, start: usize, column: &mut Column<Symbol>, symbols: &mut Symbols) -> Result<(), ArrowError> {
        let array = cast(array, &DataType::Utf8)?;
        for (row, text) in array.as_string::<i32>().iter().enumerate() {
            column.set_option(start + row, text.map(|text| symbols.intern(text)));
        }
        Ok(())
    }
}

/// Integers, stored in the signed types that every table format has.
macro_rules! integer_kind {
    ($(#[doc = $doc:literal] $kind:ident: $native:ty => $arrow:ident $array:ident $stored:ty, $type:ident, $name:literal;)+) => { $(
        #[doc = $doc]
        #[derive(Debug)]
        pub struct $kind;

        impl Kind for $kind {
            type Native = $native;
            const NAME: &'static str = $name;

            fn data_type() -> DataType {
                DataType::$type
            }

            fn to_arrow(column: &Column<$native>, rows: Range<usize>, _: &ArrayRef) -> Result<ArrayRef, ArrowError> {
                if column.is_absent() {
                    return Ok(new_null_array(&Self::data_type(), rows.len()));
                }
                let (values, nulls) = column.slice(rows);
                // Decoders refuse counts above the signed range, so this cannot saturate.
                let stored: Vec<$stored> = values.into_iter().map(|value| <$stored>::try_from(value).unwrap_or(<$stored>::MAX)).collect();
                Ok(Arc::new($array::try_new(stored.into(), nulls)?))
            }

            fn append_arrow(array: &ArrayRef, start: usize, column: &mut Column<$native>, _: &mut Symbols) -> Result<(), ArrowError> {
                let array = cast(array, &Self::data_type())?;
                for (row, value) in array.as_primitive::<$arrow>().iter().enumerate() {
                    let Some(value) = value else { continue };
                    let value = <$native>::try_from(value).map_err(|_| ArrowError::ParseError(format!("{value} is out of range for {}", $name)))?;
                    column.set(start + row, value);
                }
                Ok(())
            }
        }
    )+ };
}

integer_kind! {
    /// A number of eight bits.
    Byte: u8 => Int32Type Int32Array i32, Int32, "integer (0 to 255)";
    /// A number of sixteen bits.
    Small: u16 => Int32Type Int32Array i32, Int32, "integer (0 to 65535)";
    /// A number of thirty-two bits.
    Wide: u32 => Int64Type Int64Array i64, Int64, "integer (0 to 4294967295)";
    /// A count of bytes or packets, at most 2^63-1.
    Count: u64 => Int64Type Int64Array i64, Int64, "count";
}

/// Yes or no.
#[derive(Debug)]
pub struct Flag;

impl Kind for Flag {
    type Native = bool;
    const NAME: &'static str = "boolean";

    fn data_type() -> DataType {
        DataType::Boolean
    }

    fn to_arrow(column: &Column<bool>, rows: Range<usize>, _: &ArrayRef) -> Result<ArrayRef, ArrowError> {
        if column.is_absent() {
            return Ok(new_null_array(&Self::data_type(), rows.len()));
        }
        let (values, nulls) = column.slice(rows);
        Ok(Arc::new(BooleanArray::new(BooleanBuffer::from(values), nulls)))
    }

    fn append_arrow(array: &ArrayRef, start: usize, column: &mut Column<bool>, _: &mut Symbols) -> Result<(), ArrowError> {
        let array = cast(array, &DataType::Boolean)?;
        for (row, value) in array.as_boolean().iter().enumerate() {
            column.set_option(start + row, value);
        }
        Ok(())
    }
}

/// A closed set of words: declares the enum, its texts, and the kind that stores it as text.
macro_rules! words {
    ($( $(#[doc = $doc:literal])+ $name:ident { $( $(#[doc = $variant_doc:literal])+ $variant:ident = $text:literal, )+ } )+) => { $(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub enum $name { #[default] $( $(#[doc = $variant_doc])+ $variant, )+ }

        impl $name {
            /// Every word, in order.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text, )+ }
            }

            /// The value of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $( $text => Some(Self::$variant), )+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = std::borrow::Cow::<str>::deserialize(deserializer)?;
                Self::from_word(&word).ok_or_else(|| serde::de::Error::custom(format!("{word:?} is not one of {:?}", [$($text),+])))
            }
        }

        impl Kind for $name {
            type Native = Self;
            const NAME: &'static str = concat!("one of", $( " `", $text, "`" ),+);

            fn data_type() -> DataType {
                DataType::Utf8
            }

            fn to_arrow(column: &Column<Self>, rows: Range<usize>, _: &ArrayRef) -> Result<ArrayRef, ArrowError> {
                if column.is_absent() {
                    return Ok(new_null_array(&dictionary_type(), rows.len()));
                }
                let (values, nulls) = column.slice(rows);
                let keys: Vec<i32> = values.into_iter().map(|word| word as i32).collect();
                let words = StringArray::from_iter_values(Self::ALL.iter().map(|word| word.as_str()));
                dictionary(PrimitiveArray::try_new(keys.into(), nulls)?, Arc::new(words))
            }

            fn append_arrow(array: &ArrayRef, start: usize, column: &mut Column<Self>, _: &mut Symbols) -> Result<(), ArrowError> {
                let array = cast(array, &DataType::Utf8)?;
                for (row, word) in array.as_string::<i32>().iter().enumerate() {
                    let Some(word) = word else { continue };
                    let word = Self::from_word(word).ok_or_else(|| ArrowError::ParseError(format!("{word:?} is no {}", stringify!($name))))?;
                    column.set(start + row, word);
                }
                Ok(())
            }
        }
    )+ };
}

words! {
    /// What the network did with the packets.
    Action {
        /// Let them pass.
        Accept = "accept",
        /// Dropped them.
        Reject = "reject",
    }
    /// Which way, as seen from the entity.
    Direction {
        /// It cannot be known.
        Unknown = "unknown",
        /// Towards the entity.
        Inbound = "inbound",
        /// Away from the entity.
        Outbound = "outbound",
    }
    /// Direction at the interface as the source reports it.
    FlowDirection {
        /// Into the interface.
        Ingress = "ingress",
        /// Out of the interface.
        Egress = "egress",
    }
    /// The rule that told who opened a connection, strongest first.
    DirectionRule {
        /// Nothing tells.
        Unknown = "unknown",
        /// The segment carries SYN-ACK: its sender is the server.
        SynAck = "syn-ack",
        /// The segment carries SYN without ACK: its sender is the client.
        Syn = "syn",
        /// Another segment of the same connection told, within the hour.
        Session = "session",
        /// Exactly one of the end points was seen to answer with SYN-ACK within 45 days.
        Inventory = "inventory",
        /// No security-group rule lets the connection in, yet packets passed: the entity opened it.
        SecurityGroup = "security-group",
        /// Exactly one port is below 1024.
        WellKnownPort = "well-known-port",
        /// Exactly one port is registered for a common service.
        RegisteredPort = "registered-port",
        /// Exactly one port is in the ephemeral range.
        EphemeralPort = "ephemeral-port",
    }
    /// How good the times of a record are.
    TimeQuality {
        /// To the second.
        Second = "second",
        /// Finer than a second.
        Exact = "exact",
        /// Only the delivery time is known.
        Window = "window",
    }
    /// Encryption in transit (AWS `encryption-status`).
    Encryption {
        /// Not encrypted.
        None = "none",
        /// Encrypted by the network (Nitro).
        Transport = "transport",
        /// Encrypted by the application.
        Application = "application",
        /// Encrypted by both.
        Both = "both",
    }
}

impl DirectionRule {
    /// How often the rule is right, 0 to 1.
    ///
    /// Source: measured against SYN order on a campus capture (CTU-13 scenario 11) and three days of a public cloud host; the
    /// security-group rule is a property of stateful filtering and limited by the age of the inventory.
    pub const fn confidence(self) -> f64 {
        match self {
            Self::SynAck => 1.0,
            Self::Syn | Self::Session | Self::Inventory => 0.99,
            Self::SecurityGroup => 0.97,
            Self::WellKnownPort => 0.90,
            Self::RegisteredPort => 0.85,
            Self::EphemeralPort => 0.60,
            Self::Unknown => 0.0,
        }
    }
}

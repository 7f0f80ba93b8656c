//! SQL functions that know networks.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanBuilder, StringBuilder};
use arrow::datatypes::{DataType, Int64Type};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use datafusion::prelude::SessionContext;
use enrich::{ListKind, Lists};
use flow::Address;

/// A function for the reference page.
#[derive(Debug, Clone, Copy)]
pub struct FunctionSpec {
    /// How it is called.
    pub signature: &'static str,
    /// What it gives.
    pub doc: &'static str,
}

/// Every function that Weir adds to SQL.
pub const FUNCTIONS: &[FunctionSpec] = &[
    FunctionSpec {
        signature: "is_public(address) → boolean",
        doc: "Whether the address can be reached on the public internet; null when it is no address.",
    },
    FunctionSpec { signature: "cidr_match(cidr, address) → boolean", doc: "Whether the address lies in the prefix, IPv4 or IPv6." },
    FunctionSpec { signature: "neighbourhood(address) → text", doc: "First address of the covering /24 (IPv4) or /64 (IPv6)." },
    FunctionSpec {
        signature: "in_list(address, kind) → boolean",
        doc: "Whether the address is on a list of that kind, such as `tor-guard` or `threat`. A trusted list wins.",
    },
    FunctionSpec {
        signature: "list_names(address, kind) → text",
        doc: "Names of those lists, separated by commas; null when there is none.",
    },
    FunctionSpec { signature: "protocol_name(number) → text", doc: "Name of an IANA protocol number." },
    FunctionSpec {
        signature: "service_name(protocol, port) → text", doc: "Service commonly found on that port; null when there is none."
    },
];

/// Registers the functions; `lists` answers those that ask for lists.
pub(crate) fn register(context: &SessionContext, lists: &Arc<Lists>) {
    let add = |function: ScalarUDF| context.register_udf(function);
    add(text_to("is_public", &[DataType::Utf8], DataType::Boolean, |columns, rows| {
        let addresses = texts(columns, 0);
        let mut answer = BooleanBuilder::with_capacity(rows);
        (0..rows).for_each(|row| answer.append_option(address(addresses, row).map(Address::is_public)));
        Arc::new(answer.finish())
    }));
    add(text_to("cidr_match", &[DataType::Utf8, DataType::Utf8], DataType::Boolean, |columns, rows| {
        let (prefixes, addresses) = (texts(columns, 0), texts(columns, 1));
        let mut answer = BooleanBuilder::with_capacity(rows);
        let mut last: Option<(String, Option<ipnet::IpNet>)> = None;
        for row in 0..rows {
            let prefix = text(prefixes, row).and_then(|text| {
                if last.as_ref().is_none_or(|(known, _)| known != text) {
                    last = Some((text.to_owned(), text.parse().ok()));
                }
                last.as_ref().and_then(|(_, prefix)| *prefix)
            });
            answer.append_option(prefix.zip(address(addresses, row)).map(|(prefix, address)| prefix.contains(&address.to_ip())));
        }
        Arc::new(answer.finish())
    }));
    add(text_to("neighbourhood", &[DataType::Utf8], DataType::Utf8, |columns, rows| {
        let addresses = texts(columns, 0);
        let mut answer = StringBuilder::new();
        (0..rows).for_each(|row| answer.append_option(address(addresses, row).map(|address| address.neighbourhood().to_string())));
        Arc::new(answer.finish())
    }));
    let known = Arc::clone(lists);
    add(text_to("in_list", &[DataType::Utf8, DataType::Utf8], DataType::Boolean, move |columns, rows| {
        let mut answer = BooleanBuilder::with_capacity(rows);
        for_each_hit(&known, columns, rows, |hit| answer.append_value(hit.is_some()));
        Arc::new(answer.finish())
    }));
    let known = Arc::clone(lists);
    add(text_to("list_names", &[DataType::Utf8, DataType::Utf8], DataType::Utf8, move |columns, rows| {
        let mut answer = StringBuilder::new();
        for_each_hit(&known, columns, rows, |hit| answer.append_option(hit));
        Arc::new(answer.finish())
    }));
    add(text_to("protocol_name", &[DataType::Int64], DataType::Utf8, |columns, rows| {
        let numbers = columns[0].as_primitive::<Int64Type>();
        let mut answer = StringBuilder::new();
        for row in 0..rows {
            let number = numbers.is_valid(row).then(|| u8::try_from(numbers.value(row)).ok()).flatten();
            match number.map(|number| (number, flow::protocol_name(number))) {
                Some((_, Some(name))) => answer.append_value(name),
                Some((number, None)) => answer.append_value(number.to_string()),
                None => answer.append_null(),
            }
        }
        Arc::new(answer.finish())
    }));
    add(text_to("service_name", &[DataType::Int64, DataType::Int64], DataType::Utf8, |columns, rows| {
        let (protocols, ports) = (columns[0].as_primitive::<Int64Type>(), columns[1].as_primitive::<Int64Type>());
        let mut answer = StringBuilder::new();
        for row in 0..rows {
            let name = (protocols.is_valid(row) && ports.is_valid(row))
                .then(|| u8::try_from(protocols.value(row)).ok().zip(u16::try_from(ports.value(row)).ok()))
                .flatten()
                .and_then(|(protocol, port)| flow::service_name(protocol, port));
            answer.append_option(name);
        }
        Arc::new(answer.finish())
    }));
}

/// A function over plain columns; scalars are spread to columns first.
fn text_to(
    name: &str,
    inputs: &[DataType],
    output: DataType,
    body: impl Fn(&[ArrayRef], usize) -> ArrayRef + Send + Sync + 'static,
) -> ScalarUDF {
    create_udf(
        name,
        inputs.to_vec(),
        output,
        Volatility::Stable,
        Arc::new(move |arguments: &[ColumnarValue]| {
            let scalar = arguments.iter().all(|argument| matches!(argument, ColumnarValue::Scalar(_)));
            let columns = ColumnarValue::values_to_arrays(arguments)?;
            let rows = columns.first().map_or(0, Array::len);
            let answer = body(&columns, rows);
            if scalar {
                return Ok(ColumnarValue::Scalar(datafusion::common::ScalarValue::try_from_array(&answer, 0)?));
            }
            Ok(ColumnarValue::Array(answer))
        }) as Arc<dyn Fn(&[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> + Send + Sync>,
    )
}

fn texts(columns: &[ArrayRef], index: usize) -> &arrow::array::StringArray {
    columns[index].as_string::<i32>()
}

fn text(column: &arrow::array::StringArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}

fn address(column: &arrow::array::StringArray, row: usize) -> Option<Address> {
    text(column, row).and_then(|text| Address::parse(text.as_bytes()))
}

fn for_each_hit(lists: &Lists, columns: &[ArrayRef], rows: usize, mut then: impl FnMut(Option<String>)) {
    let (addresses, kinds) = (texts(columns, 0), texts(columns, 1));
    for row in 0..rows {
        let kind = text(kinds, row).and_then(|kind| kind.parse::<ListKind>().ok());
        let hit = kind.zip(address(addresses, row)).and_then(|(kind, address)| lists.hit(address, kind));
        then(hit.map(|names| names.join(",")));
    }
}

//! SQL functions that know networks.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanBuilder, StringBuilder};
use arrow::datatypes::{DataType, Int64Type};
use datafusion::error::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
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
    all(lists).into_iter().for_each(|function| context.register_udf(function));
}

/// Every function; `lists` answers those that ask for lists.
pub(crate) fn all(lists: &Arc<Lists>) -> Vec<ScalarUDF> {
    let mut functions = Vec::new();
    let mut add = |function: Function| functions.push(ScalarUDF::from(function));
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
    let in_list = text_to("in_list", &[DataType::Utf8, DataType::Utf8], DataType::Boolean, move |columns, rows| {
        let mut answer = BooleanBuilder::with_capacity(rows);
        for_each_hit(&known, columns, rows, |hit| answer.append_value(hit.is_some()));
        Arc::new(answer.finish())
    });
    add(Function { lists: Some(Arc::clone(lists)), ..in_list });
    let known = Arc::clone(lists);
    let list_names = text_to("list_names", &[DataType::Utf8, DataType::Utf8], DataType::Utf8, move |columns, rows| {
        let mut answer = StringBuilder::new();
        for_each_hit(&known, columns, rows, |hit| answer.append_option(hit));
        Arc::new(answer.finish())
    });
    add(Function { lists: Some(Arc::clone(lists)), ..list_names });
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
    functions
}

/// What a function does with its columns, all of as many rows.
type Body = dyn Fn(&[ArrayRef], usize) -> ArrayRef + Send + Sync;

/// One of Weir's functions. Another process makes the same from its name and its lists.
pub(crate) struct Function {
    name: String,
    signature: Signature,
    output: DataType,
    body: Box<Body>,
    /// The lists that answer, of a function that asks for lists.
    pub(crate) lists: Option<Arc<Lists>>,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Function").field("name", &self.name).finish_non_exhaustive()
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && match (&self.lists, &other.lists) {
                (Some(own), Some(others)) => Arc::ptr_eq(own, others),
                (own, others) => own.is_none() && others.is_none(),
            }
    }
}

impl Eq for Function {}

impl std::hash::Hash for Function {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.output.clone())
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let scalar = arguments.args.iter().all(|argument| matches!(argument, ColumnarValue::Scalar(_)));
        let columns = ColumnarValue::values_to_arrays(&arguments.args)?;
        let rows = columns.first().map_or(0, Array::len);
        let answer = (self.body)(&columns, rows);
        if scalar {
            return Ok(ColumnarValue::Scalar(datafusion::common::ScalarValue::try_from_array(&answer, 0)?));
        }
        Ok(ColumnarValue::Array(answer))
    }
}

/// A function over plain columns; scalars are spread to columns first.
fn text_to(
    name: &str,
    inputs: &[DataType],
    output: DataType,
    body: impl Fn(&[ArrayRef], usize) -> ArrayRef + Send + Sync + 'static,
) -> Function {
    let signature = Signature::exact(inputs.to_vec(), Volatility::Stable);
    Function { name: name.to_owned(), signature, output, body: Box::new(body), lists: None }
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

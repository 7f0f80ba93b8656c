//! Plans as they are sent: Ballista's form, with the lake's tables and Weir's functions in theirs.

use std::io;
use std::sync::Arc;

use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use ballista_core::serde::{BallistaLogicalExtensionCodec, BallistaPhysicalExtensionCodec};
use datafusion::arrow::ipc::reader::StreamReader;
use datafusion::arrow::ipc::writer::StreamWriter;
use datafusion::catalog::TableProvider;
use datafusion::common::TableReference;
use datafusion::datasource::MemTable;
use datafusion::datasource::file_format::FileFormatFactory;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::TaskContext;
use datafusion::logical_expr::{Extension, LogicalPlan, ScalarUDF};
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::logical_plan::LogicalExtensionCodec;
use datafusion_proto::physical_plan::{PhysicalExtensionCodec, PhysicalProtoConverterExtension};
use query::remote::{self, TableFiles};

use crate::lists::{KnownLists, external, unpack};
use crate::plan::Piece;
use crate::windows::with_ordered_windows;

/// Largest description of a table, unpacked: a million files.
const TABLE_CAP: u64 = 1 << 30;
/// What the bytes of a table begin with: the files of one of the lake's, or rows that were computed.
const FILES: u8 = 0;
const ROWS: u8 = 1;
/// Parts that computed rows come in at most, and rows of a part at least.
const PARTS: usize = 8;
const PART_ROWS: usize = 8_192;
/// What the bytes of a function begin with: one that asks no lists, one whose packed lists follow.
const PLAIN: u8 = 0;
const ASKS: u8 = 1;

/// Functions as they are sent.
#[derive(Debug, Default)]
struct Functions {
    lists: KnownLists,
}

impl Functions {
    /// Writes what the name does not tell. Functions that are not Weir's are known by their names.
    fn encode(&self, function: &ScalarUDF, buffer: &mut Vec<u8>) -> Result<()> {
        match remote::lists_of(function) {
            None => {}
            Some(None) => buffer.push(PLAIN),
            Some(Some(lists)) => {
                buffer.push(ASKS);
                buffer.extend_from_slice(&self.lists.pack(lists)?);
            }
        }
        Ok(())
    }

    fn decode(&self, name: &str, buffer: &[u8]) -> Result<Arc<ScalarUDF>> {
        let lists = match buffer {
            [PLAIN] => Arc::default(),
            [ASKS, packed @ ..] => self.lists.unpack(packed)?,
            _ => return Err(DataFusionError::Plan(format!("no function {name:?} is known here"))),
        };
        remote::function(name, &lists).ok_or_else(|| DataFusionError::Plan(format!("no function {name:?} is known here")))
    }
}

/// Logical plans: from who asks to the scheduler.
#[derive(Debug, Default)]
pub(crate) struct Logical {
    ballista: BallistaLogicalExtensionCodec,
    functions: Functions,
}

impl LogicalExtensionCodec for Logical {
    fn try_decode(&self, buffer: &[u8], inputs: &[LogicalPlan], context: &TaskContext) -> Result<Extension> {
        Piece::decode(buffer, context, self).unwrap_or_else(|| self.ballista.try_decode(buffer, inputs, context))
    }

    fn try_encode(&self, node: &Extension, buffer: &mut Vec<u8>) -> Result<()> {
        Piece::encode(node, self, buffer).unwrap_or_else(|| self.ballista.try_encode(node, buffer))
    }

    fn try_decode_table_provider(
        &self,
        buffer: &[u8],
        _: &TableReference,
        schema: SchemaRef,
        _: &TaskContext,
    ) -> Result<Arc<dyn TableProvider>> {
        let table: Arc<dyn TableProvider> = match buffer {
            [FILES, packed @ ..] => {
                let files: TableFiles = serde_json::from_slice(&unpack(packed, TABLE_CAP)?).map_err(external)?;
                files.provider()?
            }
            [ROWS, packed @ ..] => {
                let reader = StreamReader::try_new(io::Cursor::new(unpack(packed, TABLE_CAP)?), None)?;
                let (schema, batches) = (reader.schema(), reader.collect::<Result<Vec<_>, _>>()?);
                // A part for each batch, so that they can be worked on at the same time.
                Arc::new(MemTable::try_new(schema, batches.into_iter().map(|batch| vec![batch]).collect())?)
            }
            _ => return Err(DataFusionError::Plan("a table came in an unknown form; use one version".to_owned())),
        };
        if table.schema() != schema {
            return Err(DataFusionError::Plan("the asker knows other columns of the table than this process; use one version".to_owned()));
        }
        Ok(table)
    }

    fn try_encode_table_provider(&self, name: &TableReference, table: Arc<dyn TableProvider>, buffer: &mut Vec<u8>) -> Result<()> {
        let (form, bytes) = if let Some(files) = TableFiles::of(table.as_ref()) {
            (FILES, serde_json::to_vec(&files).map_err(external)?)
        } else if let Some(batches) = remote::rows_of(table.as_ref()) {
            let mut bytes = Vec::new();
            let mut writer = StreamWriter::try_new(&mut bytes, &table.schema())?;
            if !batches.is_empty() {
                // Few parts of some size: each is a piece of work.
                let rows = concat_batches(&table.schema(), &batches)?;
                let step = rows.num_rows().div_ceil(PARTS).max(PART_ROWS);
                for start in (0..rows.num_rows()).step_by(step) {
                    writer.write(&rows.slice(start, step.min(rows.num_rows() - start)))?;
                }
            }
            writer.finish()?;
            drop(writer);
            (ROWS, bytes)
        } else {
            return Err(DataFusionError::NotImplemented(format!("{name} is no table of the lake and cannot be sent")));
        };
        buffer.push(form);
        buffer.extend(zstd::bulk::compress(&bytes, 3).map_err(external)?);
        Ok(())
    }

    fn try_decode_file_format(&self, buffer: &[u8], context: &TaskContext) -> Result<Arc<dyn FileFormatFactory>> {
        self.ballista.try_decode_file_format(buffer, context)
    }

    fn try_encode_file_format(&self, buffer: &mut Vec<u8>, format: Arc<dyn FileFormatFactory>) -> Result<()> {
        self.ballista.try_encode_file_format(buffer, format)
    }

    fn try_decode_udf(&self, name: &str, buffer: &[u8]) -> Result<Arc<ScalarUDF>> {
        self.functions.decode(name, buffer)
    }

    fn try_encode_udf(&self, function: &ScalarUDF, buffer: &mut Vec<u8>) -> Result<()> {
        self.functions.encode(function, buffer)
    }
}

/// Physical plans: from the scheduler to the executors.
#[derive(Debug, Default)]
pub(crate) struct Physical {
    ballista: BallistaPhysicalExtensionCodec,
    functions: Functions,
}

impl PhysicalExtensionCodec for Physical {
    fn try_decode(
        &self,
        buffer: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        context: &TaskContext,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let inputs = inputs.iter().map(|input| with_ordered_windows(Arc::clone(input))).collect::<Result<Vec<_>>>()?;
        self.ballista.try_decode(buffer, &inputs, context, converter)
    }

    fn try_encode(
        &self,
        node: Arc<dyn ExecutionPlan>,
        buffer: &mut Vec<u8>,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<()> {
        self.ballista.try_encode(node, buffer, converter)
    }

    fn try_decode_udf(&self, name: &str, buffer: &[u8]) -> Result<Arc<ScalarUDF>> {
        self.functions.decode(name, buffer)
    }

    fn try_encode_udf(&self, function: &ScalarUDF, buffer: &mut Vec<u8>) -> Result<()> {
        self.functions.encode(function, buffer)
    }
}

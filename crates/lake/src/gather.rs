//! Rows that come in small batches, put together column by column until they make a row group.

use std::sync::Arc;

use ahash::AHashMap;
use arrow::array::{Array, ArrayRef, AsArray, DictionaryArray, Int32Array, NullBufferBuilder, RecordBatch, StringArray, new_null_array};
use arrow::compute::concat;
use arrow::datatypes::{DataType, Int32Type, SchemaRef};
use arrow::error::ArrowError;

/// Columns being put together. Texts are kept once each.
pub(crate) struct Gathered {
    schema: SchemaRef,
    columns: Vec<Column>,
    rows: usize,
}

enum Column {
    Texts(Texts),
    Others(Vec<ArrayRef>),
}

struct Texts {
    known: AHashMap<Box<str>, i32>,
    /// Rows before the first text: a column that is not used takes no memory.
    missing: usize,
    keys: Vec<i32>,
    nulls: NullBufferBuilder,
}

impl Gathered {
    /// Nothing yet, of these columns.
    pub(crate) fn new(schema: SchemaRef) -> Self {
        let texts = || Column::Texts(Texts { known: AHashMap::new(), missing: 0, keys: Vec::new(), nulls: NullBufferBuilder::new(0) });
        let columns = schema.fields().iter().map(|field| match field.data_type() {
            DataType::Utf8 => texts(),
            _ => Column::Others(Vec::new()),
        });
        Self { columns: columns.collect(), rows: 0, schema }
    }

    /// Rows held.
    pub(crate) const fn rows(&self) -> usize {
        self.rows
    }

    /// Adds the rows of a batch of the same columns.
    pub(crate) fn push(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        self.rows += batch.num_rows();
        for (column, array) in self.columns.iter_mut().zip(batch.columns()) {
            match column {
                Column::Texts(texts) => {
                    let array = array.as_string_opt::<i32>();
                    texts.push(array.ok_or_else(|| ArrowError::SchemaError("texts are gathered plain".to_owned()))?)?;
                }
                Column::Others(arrays) => arrays.push(Arc::clone(array)),
            }
        }
        Ok(())
    }

    /// The columns, texts as dictionaries. Nothing is held afterwards.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = Result<ArrayRef, ArrowError>> + use<> {
        let taken = std::mem::replace(self, Self::new(Arc::clone(&self.schema)));
        taken.columns.into_iter().map(|column| match column {
            Column::Texts(texts) => texts.finish(),
            Column::Others(arrays) => concat(&arrays.iter().map(AsRef::as_ref).collect::<Vec<&dyn Array>>()),
        })
    }
}

impl Texts {
    fn push(&mut self, array: &StringArray) -> Result<(), ArrowError> {
        let mut last: Option<(&str, i32)> = None;
        for text in array {
            let Some(text) = text else {
                if self.keys.is_empty() {
                    self.missing += 1;
                    continue;
                }
                self.keys.push(0);
                self.nulls.append_null();
                continue;
            };
            let key = match last {
                Some((known, key)) if known == text => key,
                _ => match self.known.get(text) {
                    Some(key) => *key,
                    None => {
                        let key = i32::try_from(self.known.len()).map_err(|_| ArrowError::DictionaryKeyOverflowError)?;
                        self.known.insert(text.into(), key);
                        key
                    }
                },
            };
            last = Some((text, key));
            if self.keys.is_empty() {
                self.keys.resize(self.missing, 0);
                self.nulls.append_n_nulls(self.missing);
            }
            self.keys.push(key);
            self.nulls.append_non_null();
        }
        Ok(())
    }

    fn finish(mut self) -> Result<ArrayRef, ArrowError> {
        if self.keys.is_empty() {
            return Ok(new_null_array(&DataType::Utf8, self.missing));
        }
        let mut texts: Vec<(i32, Box<str>)> = self.known.into_iter().map(|(text, key)| (key, text)).collect();
        texts.sort_unstable_by_key(|(key, _)| *key);
        let values = Arc::new(StringArray::from_iter_values(texts.iter().map(|(_, text)| text)));
        let keys = Int32Array::try_new(self.keys.into(), self.nulls.finish())?;
        Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, values)?))
    }
}

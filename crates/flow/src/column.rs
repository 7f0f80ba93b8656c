//! One column of a batch: values with implicit nulls.

use arrow::array::BooleanBufferBuilder;
use arrow::buffer::NullBuffer;

/// A column of `T` in which a row that was never set is null.
///
/// Rows are set in ascending order. Setting row *n* when fewer than *n* rows are there fills the gap with nulls, and rows after the
/// last one set are null too, so a column that a format does not have costs nothing at all.
#[derive(Debug, Default)]
pub struct Column<T> {
    values: Vec<T>,
    /// Present from the first null on; as long as `values`.
    validity: Option<BooleanBufferBuilder>,
}

impl<T: Copy + Default> Column<T> {
    /// An empty column.
    pub const fn new() -> Self {
        Self { values: Vec::new(), validity: None }
    }

    /// Sets `row`, which must not have been passed already. Rows skipped become null.
    #[inline]
    pub fn set(&mut self, row: usize, value: T) {
        debug_assert!(row >= self.values.len(), "rows are set in ascending order");
        if row > self.values.len() {
            self.pad(row);
        }
        self.values.push(value);
        if let Some(validity) = &mut self.validity {
            validity.append(true);
        }
    }

    /// Sets `row` when there is a value.
    #[inline]
    pub fn set_option(&mut self, row: usize, value: Option<T>) {
        if let Some(value) = value {
            self.set(row, value);
        }
    }

    /// The value of `row`, `None` when null.
    #[inline]
    pub fn get(&self, row: usize) -> Option<T> {
        let value = *self.values.get(row)?;
        match &self.validity {
            Some(validity) if !validity.get_bit(row) => None,
            _ => Some(value),
        }
    }

    /// Whether no row was ever set.
    pub fn is_absent(&self) -> bool {
        self.values.is_empty()
    }

    /// The values when no row of the first `len` is null.
    pub fn dense(&self, len: usize) -> Option<&[T]> {
        (self.validity.is_none() && self.values.len() == len).then_some(self.values.as_slice())
    }

    /// Forgets `row` and all after it; used when a line turns out to be refused half-way.
    pub fn truncate(&mut self, row: usize) {
        if row < self.values.len() {
            self.values.truncate(row);
            if let Some(validity) = &mut self.validity {
                validity.truncate(row);
            }
        }
    }

    /// Forgets every row, keeping the memory.
    pub fn clear(&mut self) {
        self.values.clear();
        self.validity = None;
    }

    /// The rows at `indices`, in that order.
    pub fn take(&self, indices: &[u32]) -> Self {
        if self.is_absent() {
            return Self::new();
        }
        if self.validity.is_none() && indices.iter().all(|&index| (index as usize) < self.values.len()) {
            return Self { values: indices.iter().map(|&index| self.values[index as usize]).collect(), validity: None };
        }
        let mut taken = Self { values: Vec::with_capacity(indices.len()), validity: None };
        for (row, &index) in indices.iter().enumerate() {
            taken.set_option(row, self.get(index as usize));
        }
        taken
    }

    /// Values and null mask of `rows`, nulls holding an arbitrary value; what an Arrow array is made of.
    pub fn slice(&self, rows: std::ops::Range<usize>) -> (Vec<T>, Option<NullBuffer>) {
        let known = rows.start.min(self.values.len())..rows.end.min(self.values.len());
        let mut values = self.values[known.clone()].to_vec();
        values.resize(rows.len(), T::default());
        let complete = known.len() == rows.len();
        let nulls = match &self.validity {
            None if complete => None,
            validity => {
                let mut mask = BooleanBufferBuilder::new(rows.len());
                for row in known.clone() {
                    mask.append(validity.as_ref().is_none_or(|bits| bits.get_bit(row)));
                }
                mask.append_n(rows.len() - known.len(), false);
                Some(NullBuffer::new(mask.finish()))
            }
        };
        (values, nulls)
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        self.values.capacity() * size_of::<T>() + self.validity.as_ref().map_or(0, |bits| bits.capacity() / 8)
    }

    #[cold]
    fn pad(&mut self, row: usize) {
        let known = self.values.len();
        let validity = self.validity.get_or_insert_with(|| {
            let mut bits = BooleanBufferBuilder::new(row + 1);
            bits.append_n(known, true);
            bits
        });
        validity.append_n(row - known, false);
        self.values.resize(row, T::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn behaves_as_a_vector_of_options(rows: Vec<Option<u16>>, cut in 0usize..40, picks: Vec<proptest::sample::Index>) {
            let mut column = Column::new();
            for (row, value) in rows.iter().enumerate() {
                column.set_option(row, *value);
            }
            let mut rows = rows;
            if cut < rows.len() {
                column.truncate(cut);
                rows.truncate(cut);
            }
            for (row, value) in rows.iter().enumerate() {
                prop_assert_eq!(column.get(row), *value);
            }
            prop_assert_eq!(column.get(rows.len()), None);
            if !rows.is_empty() {
                let indices: Vec<u32> = picks.iter().map(|pick| pick.index(rows.len()) as u32).collect();
                let taken = column.take(&indices);
                for (row, &index) in indices.iter().enumerate() {
                    prop_assert_eq!(taken.get(row), rows[index as usize]);
                }
                let (values, nulls) = column.slice(0..rows.len());
                for (row, expected) in rows.iter().enumerate() {
                    let value = nulls.as_ref().is_none_or(|mask| mask.is_valid(row)).then(|| values[row]);
                    prop_assert_eq!(value, *expected);
                }
            }
        }
    }
}

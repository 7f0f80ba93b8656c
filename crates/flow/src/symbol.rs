//! Interned strings: identifiers repeat in nearly every record, so a batch keeps each text once.

use std::fmt::{self, Debug, Formatter};

use ahash::RandomState;
use hashbrown::HashTable;

/// A string of one [`Symbols`] table. Meaningless with another table.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Symbol(u32);

impl Symbol {
    /// Position in the table, counted from 0 in order of first appearance.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A table of distinct strings. Grows only; holds at most `u32::MAX` strings.
#[derive(Clone)]
pub struct Symbols {
    text: String,
    ends: Vec<usize>,
    table: HashTable<u32>,
    hasher: RandomState,
}

impl Default for Symbols {
    fn default() -> Self {
        // Fixed seeds: a table's layout never depends on the run, and hostile texts are bounded by the batch they come in.
        Self { text: String::new(), ends: Vec::new(), table: HashTable::new(), hasher: RandomState::with_seeds(1, 2, 3, 4) }
    }
}

impl Symbols {
    /// The symbol of `text`, added if it is new.
    pub fn intern(&mut self, text: &str) -> Symbol {
        let Self { text: arena, ends, table, hasher } = self;
        let hash = hasher.hash_one(text);
        let entry = table.entry(hash, |&index| slice(arena, ends, index) == text, |&index| hasher.hash_one(slice(arena, ends, index)));
        let index = *entry
            .or_insert_with(|| {
                arena.push_str(text);
                ends.push(arena.len());
                // A batch is capped far below four thousand million strings.
                u32::try_from(ends.len() - 1).unwrap_or(u32::MAX)
            })
            .get();
        Symbol(index)
    }

    /// The symbol of `text` if the table has it.
    pub fn find(&self, text: &str) -> Option<Symbol> {
        let hash = self.hasher.hash_one(text);
        self.table.find(hash, |&index| slice(&self.text, &self.ends, index) == text).map(|&index| Symbol(index))
    }

    /// The text of a symbol of this table.
    ///
    /// # Panics
    /// When the symbol belongs to another, longer table.
    pub fn text(&self, symbol: Symbol) -> &str {
        slice(&self.text, &self.ends, symbol.0)
    }

    /// The text of the symbol with this index, `None` when there is no such symbol.
    pub fn at(&self, index: usize) -> Option<&str> {
        (index < self.ends.len()).then(|| slice(&self.text, &self.ends, index as u32))
    }

    /// How many strings the table holds.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether the table holds nothing.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes held by the texts.
    pub fn text_bytes(&self) -> usize {
        self.text.len()
    }

    /// Every text in the order of its symbol.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|index| slice(&self.text, &self.ends, index as u32))
    }

    /// The alphabetical rank of each symbol, by index: sorting by rank sorts by text.
    pub fn ranks(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.ends.len() as u32).collect();
        order.sort_unstable_by(|&left, &right| slice(&self.text, &self.ends, left).cmp(slice(&self.text, &self.ends, right)));
        let mut ranks = vec![0; order.len()];
        for (rank, index) in order.into_iter().enumerate() {
            ranks[index as usize] = rank as u32;
        }
        ranks
    }
}

fn slice<'a>(text: &'a str, ends: &[usize], index: u32) -> &'a str {
    let index = index as usize;
    let start = if index == 0 { 0 } else { ends[index - 1] };
    &text[start..ends[index]]
}

impl Debug for Symbols {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn interning_is_a_bijection(texts: Vec<String>) {
            let mut symbols = Symbols::default();
            let interned: Vec<Symbol> = texts.iter().map(|text| symbols.intern(text)).collect();
            for (text, symbol) in texts.iter().zip(&interned) {
                prop_assert_eq!(symbols.text(*symbol), text);
                prop_assert_eq!(symbols.find(text), Some(*symbol));
            }
            let distinct: std::collections::BTreeSet<&String> = texts.iter().collect();
            prop_assert_eq!(symbols.len(), distinct.len());
            let ranks = symbols.ranks();
            for (rank, text) in distinct.iter().enumerate() {
                prop_assert_eq!(ranks[symbols.find(text).unwrap().index()] as usize, rank);
            }
        }
    }
}

//! A sorted list of a few hundred numbers: insertion and removal move memory, the median is where it lies.

/// Numbers in ascending order, equal ones repeated.
#[derive(Debug, Clone, Default)]
pub(super) struct Sorted {
    values: Vec<f32>,
}

impl Sorted {
    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.values.len()
    }

    /// Adds a number.
    pub(super) fn insert(&mut self, value: f32) {
        let index = self.values.partition_point(|known| known.total_cmp(&value).is_lt());
        self.values.insert(index, value);
    }

    /// Removes one such number, if there is one.
    pub(super) fn remove(&mut self, value: f32) {
        if let Ok(index) = self.values.binary_search_by(|known| known.total_cmp(&value)) {
            self.values.remove(index);
        }
    }

    /// How many are at least `value`.
    pub(super) fn count_from(&self, value: f32) -> usize {
        self.values.len() - self.values.partition_point(|known| known.total_cmp(&value).is_lt())
    }

    /// The median, the mean of the middle two when their number is even.
    pub(super) fn median(&self) -> Option<f64> {
        let middle = self.values.len() / 2;
        let upper = f64::from(*self.values.get(middle)?);
        Some(if self.values.len() % 2 == 1 { upper } else { f64::midpoint(f64::from(self.values[middle - 1]), upper) })
    }

    /// The median of the distances from the median.
    ///
    /// The nearest values lie side by side around the median, so two fingers that walk outwards from it meet the distances in
    /// ascending order and the middle one is reached after half the list.
    pub(super) fn median_absolute_deviation(&self) -> Option<f64> {
        let median = self.median()?;
        let len = self.values.len();
        let distance = |index: usize| (f64::from(self.values[index]) - median).abs();
        let mut upper = self.values.partition_point(|value| f64::from(*value) < median);
        let mut lower = upper;
        let mut previous = 0.0;
        let mut current = 0.0;
        for _ in 0..=len / 2 {
            previous = current;
            let go_up = upper < len && (lower == 0 || distance(upper) <= distance(lower - 1));
            if go_up {
                current = distance(upper);
                upper += 1;
            } else {
                lower -= 1;
                current = distance(lower);
            }
        }
        Some(if len % 2 == 1 { current } else { f64::midpoint(previous, current) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain_median(mut values: Vec<f64>) -> f64 {
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
    }

    proptest! {
        #[test]
        fn agrees_with_the_definitions(values in prop::collection::vec(-1e3f32..1e3, 1..60), removed in 0usize..30) {
            let mut sorted = Sorted::default();
            for value in &values {
                sorted.insert(*value);
            }
            let removed = removed.min(values.len() - 1);
            for value in &values[..removed] {
                sorted.remove(*value);
            }
            let left: Vec<f64> = values[removed..].iter().map(|value| f64::from(*value)).collect();
            let median = plain_median(left.clone());
            prop_assert_eq!(sorted.len(), left.len());
            prop_assert_eq!(sorted.median(), Some(median));
            let deviation = plain_median(left.iter().map(|value| (value - median).abs()).collect());
            prop_assert_eq!(sorted.median_absolute_deviation(), Some(deviation));
            prop_assert_eq!(sorted.count_from(0.0), left.iter().filter(|value| **value >= 0.0).count());
        }
    }

    #[test]
    fn an_empty_list_has_no_median() {
        assert_eq!(Sorted::default().median(), None);
        assert_eq!(Sorted::default().median_absolute_deviation(), None);
    }
}

//! Charts in the terminal: one column an interval, eight steps a line, the expected band behind.

/// One column of a chart.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Column {
    /// What was.
    pub(crate) value: f64,
    /// The most that would have been usual, when that is known.
    pub(crate) usual: Option<f64>,
}

const STEPS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Merges columns until there are at most `width`, or widens them until they nearly fill it. Sums would change the scale, so merged
/// columns keep their greatest value.
pub(crate) fn fit(columns: &[Column], width: usize) -> Vec<Column> {
    let group = columns.len().div_ceil(width.max(1)).max(1);
    let greatest = |left: Option<f64>, right: Option<f64>| match (left, right) {
        (Some(left), Some(right)) => Some(left.max(right)),
        (left, right) => left.or(right),
    };
    let repeat = (width / columns.len().max(1)).max(1);
    columns
        .chunks(group)
        .map(|chunk| {
            chunk
                .iter()
                .skip(1)
                .fold(chunk[0], |most, column| Column { value: most.value.max(column.value), usual: greatest(most.usual, column.usual) })
        })
        .flat_map(|column| std::iter::repeat_n(column, repeat))
        .collect()
}

/// Lines of a chart, top first. A column higher than usual is drawn solid above the band; `·` marks the band's upper edge.
pub(crate) fn draw(columns: &[Column], height: usize) -> Vec<String> {
    let top = columns.iter().map(|column| column.value).fold(0.0, f64::max);
    if top <= 0.0 || height == 0 {
        return vec![" ".repeat(columns.len()); height];
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a fraction of a small height"
    )]
    let eighths = |value: f64| (value / top * (height * 8) as f64).round().clamp(0.0, (height * 8) as f64) as usize;
    (0..height)
        .rev()
        .map(|line| {
            columns
                .iter()
                .map(|column| {
                    let filled = eighths(column.value).max(usize::from(column.value > 0.0));
                    let step = filled.saturating_sub(line * 8).min(8);
                    let edge = column.usual.filter(|usual| *usual <= top).map(|usual| eighths(usual) / 8);
                    if step == 0 && edge == Some(line) { '·' } else { STEPS[step] }
                })
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(values: &[f64]) -> Vec<Column> {
        values.iter().map(|value| Column { value: *value, usual: None }).collect()
    }

    #[test]
    fn heights_follow_values() {
        assert_eq!(draw(&values(&[0.0, 1.0, 2.0, 4.0]), 1), [" ▂▄█"]);
        assert_eq!(draw(&values(&[8.0, 4.0, 0.001]), 2), ["█  ", "██▁"]);
        assert_eq!(draw(&values(&[0.0, 0.0]), 2), ["  ", "  "]);
    }

    #[test]
    fn the_band_shows_where_nothing_covers_it() {
        let columns = [Column { value: 8.0, usual: Some(4.0) }, Column { value: 1.0, usual: Some(5.0) }];
        assert_eq!(draw(&columns, 2), ["█·", "█▂"]);
    }

    #[test]
    fn narrowing_keeps_spikes() {
        let heights = |width| fit(&values(&[1.0, 9.0, 2.0, 3.0, 4.0]), width).iter().map(|column| column.value).collect::<Vec<_>>();
        assert_eq!(heights(3), [9.0, 3.0, 4.0]);
        assert_eq!(heights(11), [1.0, 1.0, 9.0, 9.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]);
    }
}

//! What a failed job means to who asked: Ballista tells of it in words only.

use arrow::error::ArrowError;
use datafusion::error::DataFusionError;

/// The error of a job as this process would have met it, when it lies in the question. `None`: it lies in the cluster, and another try
/// may well succeed.
///
/// Ballista hands on what an executor met in its debug form, such as `ArrowError(CastError("Cannot cast string 'x' to …"), None)`.
pub(crate) fn of_question(told: &str) -> Option<DataFusionError> {
    let arrow = |error: ArrowError| Some(DataFusionError::ArrowError(Box::new(error), None));
    if told.contains("ResourcesExhausted(") || told.contains("Resources exhausted") {
        return Some(DataFusionError::ResourcesExhausted(told.to_owned()));
    }
    if told.contains("DivideByZero") || told.contains("Divide by zero error") {
        return arrow(ArrowError::DivideByZero);
    }
    let kinds: [(&str, fn(String) -> ArrowError); 5] = [
        ("CastError(\"", ArrowError::CastError),
        ("ArithmeticOverflow(\"", ArrowError::ArithmeticOverflow),
        ("ParseError(\"", ArrowError::ParseError),
        ("ComputeError(\"", ArrowError::ComputeError),
        ("InvalidArgumentError(\"", ArrowError::InvalidArgumentError),
    ];
    kinds.into_iter().find_map(|(name, kind)| {
        let (_, rest) = told.split_once(name)?;
        arrow(kind(quoted(rest)))
    })
}

/// The text up to the quotation mark that ends it, what was escaped in it as it was.
fn quoted(text: &str) -> String {
    let mut plain = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => break,
            '\\' => match letters.next() {
                Some('n') => plain.push('\n'),
                Some('t') => plain.push('\t'),
                Some(escaped) => plain.push(escaped),
                None => break,
            },
            letter => plain.push(letter),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use query::QueryError;

    use super::*;

    #[test]
    fn what_lies_in_the_question_is_told_as_if_it_was_met_here() {
        let told = r#"Job J failed: Task failed due to runtime execution error: DataFusionError(ArrowError(CastError("Cannot cast string 'a\"b' to value of Int64 type"), Some("")))"#;
        let error = QueryError::from(of_question(told).unwrap());
        assert_eq!(error.to_string(), "the query cannot be run: Arrow error: Cast error: Cannot cast string 'a\"b' to value of Int64 type");
        assert!(QueryError::from(of_question("… ArrowError(DivideByZero, None)").unwrap()).is_callers());
        assert!(matches!(QueryError::from(of_question("DataFusionError(ResourcesExhausted(\"x\"))").unwrap()), QueryError::Limit { .. }));
        assert!(of_question("Job J failed: ExecutorLost").is_none());
    }
}

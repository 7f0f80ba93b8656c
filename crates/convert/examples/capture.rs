//! Converts a capture: `cargo run -p convert --example capture -- INPUT OUT [LOCAL,…] [BEGIN]`.

use std::error::Error;
use std::io::Write as _;
use std::path::Path;

use convert::{Options, convert};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(input), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("usage: capture INPUT OUT [LOCAL,…] [BEGIN]".into());
    };
    let mut options = Options::default();
    if let Some(local) = arguments.next().filter(|local| !local.is_empty()) {
        options.local = local.split(',').map(str::parse).collect::<Result<_, _>>()?;
    }
    if let Some(begin) = arguments.next() {
        options.begin = Some(begin.parse()?);
    }
    let summary = convert(Path::new(&input), None, &options, Path::new(&out))?;
    writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&summary)?)?;
    Ok(())
}

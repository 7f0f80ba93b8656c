//! Makes a world from the command line: `world OUT [DAYS INSTANCES RECORDS v2|v5 [SEED [all]]]`, and says how long it took.

use std::error::Error;
use std::io::Write;
use std::time::Instant;

use simulate::{Config, FormatVersion, simulate};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut config = Config { out: arguments.next().ok_or("which folder?")?.into(), ..Config::default() };
    let rest: Vec<String> = arguments.collect();
    if let [days, instances, records, version, seed @ ..] = rest.as_slice() {
        config.days = days.parse()?;
        config.instances = instances.parse()?;
        config.records = records.parse()?;
        config.version = if version == "v2" { FormatVersion::V2 } else { FormatVersion::V5 };
        config.attacks = seed.get(1).is_some_and(|scenario| scenario == "all");
        config.seed = seed.first().map_or(Ok(config.seed), |seed| seed.parse())?;
    }
    let begin = Instant::now();
    let summary = simulate(&config, &mut |_| {})?;
    let mut out = std::io::stdout();
    writeln!(out, "{summary:#?}\n{:.1} s", begin.elapsed().as_secs_f64())?;
    Ok(())
}

//! Version-2 lines without end or repetition, for objects that are too large to keep: `lines BYTES | gzip -1 > object.log.gz`.

use std::io::{BufWriter, Write as _};

fn main() -> anyhow::Result<()> {
    let Some(bytes) = std::env::args().nth(1).and_then(|text| text.parse::<u64>().ok()) else { anyhow::bail!("lines BYTES") };
    let mut out = BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
    let mut line =
        b"version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n".to_vec();
    let mut written = 0;
    // A linear congruential generator (Knuth, MMIX): the same lines every time.
    let mut state = 1u64;
    let mut record = 0u64;
    while written < bytes {
        out.write_all(&line)?;
        written += line.len() as u64;
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (dice, host) = (state >> 33, record % 200);
        // Two hundred interfaces report once a second.
        let start = 1_790_000_000 + record / 200;
        line.clear();
        writeln!(
            line,
            "2 111122223333 eni-{:017x} 10.20.{}.{} 52.{}.{}.{} {} 443 6 {} {} {start} {} ACCEPT OK",
            host * 7_919,
            host / 100,
            host % 100 + 1,
            dice % 8,
            dice / 8 % 64,
            dice / 512 % 256,
            32_768 + dice / 131_072 % 28_000,
            dice % 90 + 1,
            dice % 90_000 + 40,
            start + 59
        )?;
        record += 1;
    }
    out.flush()?;
    Ok(())
}

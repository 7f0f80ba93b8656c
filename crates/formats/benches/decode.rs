//! Speed of decoding on one thread: records for each second of processor time, from text in memory and from gzip.
#![allow(missing_docs, clippy::unwrap_used, reason = "benchmark")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::time::Duration;

use bytes::Bytes;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flow::Decoded;
use formats::{Body, Options, decode};

const RECORDS: u64 = 200_000;
const V2: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
const V5: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status vpc-id \
                  subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type sublocation-id \
                  pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path";

/// Time that this thread spent on a processor, which other work on the machine does not lengthen as it does wall time. Linux only: all
/// zeros elsewhere.
struct ProcessorTime(WallTime);

impl ProcessorTime {
    fn now() -> Duration {
        let spent = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        Duration::from_nanos(spent.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
    }
}

impl Measurement for ProcessorTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        Self::now()
    }

    fn end(&self, start: Duration) -> Duration {
        Self::now().saturating_sub(start)
    }

    fn add(&self, left: &Duration, right: &Duration) -> Duration {
        *left + *right
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        self.0.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        self.0.formatter()
    }
}

/// Pseudo-random numbers (SplitMix64), the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// Records of 400 interfaces talking to each other and to the internet.
fn records(v5: bool) -> Vec<u8> {
    let mut numbers = Numbers(7);
    let mut text = String::from(if v5 { V5 } else { V2 });
    text.push('\n');
    for _ in 0..RECORDS {
        let host = numbers.below(400);
        let local = format!("10.{}.{}.{}", host % 3, host / 7, 10 + host % 200);
        let remote = if numbers.below(2) == 0 {
            let other = numbers.below(400);
            format!("10.{}.{}.{}", other % 3, other / 7, 10 + other % 200)
        } else {
            format!("{}.{}.{}.{}", 11 + numbers.below(150), numbers.below(256), numbers.below(256), numbers.below(256))
        };
        let port = [443, 443, 443, 80, 53, 22, 5432, 6379][usize::try_from(numbers.below(8)).unwrap()];
        let client = 32_768 + numbers.below(28_000);
        let egress = numbers.below(2) == 0;
        let (src, dst, src_port, dst_port) = if egress { (&local, &remote, client, port) } else { (&remote, &local, port, client) };
        let protocol = if port == 53 { 17 } else { 6 };
        let packets = 1 + numbers.below(40);
        let bytes = packets * (40 + numbers.below(1_400));
        let start = 1_700_000_000 + numbers.below(300);
        let action = if numbers.below(20) == 0 { "REJECT" } else { "ACCEPT" };
        write!(
            text,
            "{} 123456789012 eni-0{host:016x} {src} {dst} {src_port} {dst_port} {protocol} {packets} {bytes} {start} {} {action} OK",
            if v5 { 5 } else { 2 },
            start + 60
        )
        .unwrap();
        if v5 {
            write!(
                text,
                " vpc-0123456789abcdef0 subnet-0{:016x} i-0{host:016x} {} IPv4 {src} {dst} us-east-1 use1-az{} - - - - {} {}",
                host % 12,
                [0, 2, 18, 3][usize::try_from(numbers.below(4)).unwrap()],
                1 + host % 3,
                if egress { "egress" } else { "ingress" },
                if egress { "8" } else { "-" },
            )
            .unwrap();
        }
        text.push('\n');
    }
    text.into_bytes()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn bench(criterion: &mut Criterion<ProcessorTime>) {
    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Elements(RECORDS)).sample_size(10);
    for (name, v5) in [("v2", false), ("v5", true)] {
        let text = records(v5);
        for (form, object) in [("text", Bytes::from(text.clone())), ("gzip", Bytes::from(gzip(&text)))] {
            let mut out = Decoded::default();
            group.bench_function(format!("{name} {form}"), |bencher| {
                bencher.iter(|| {
                    out.clear();
                    let summary =
                        decode("a.log", Body::Whole(object.clone()), &Options::default(), black_box(&mut out), &mut |_| Ok(())).unwrap();
                    assert_eq!(summary.counts.accepted, RECORDS);
                });
            });
        }
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(ProcessorTime(WallTime)).warm_up_time(Duration::from_secs(1));
    targets = bench
}
criterion_main!(benches);

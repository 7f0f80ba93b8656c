//! What was written, as the decoders of the project read it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use flow::Decoded;
use formats::{Body, Options, decode};

/// Every record of a folder of logs.
pub(crate) fn records(logs: &Path) -> Decoded {
    let mut all = Decoded::default();
    for object in objects(logs) {
        let body = Body::Whole(fs::read(&object).unwrap().into());
        let name = object.to_string_lossy();
        let summary = decode(&name, body, &Options::default(), &mut all, &mut |_| Ok(())).unwrap();
        assert!(summary.complete && summary.counts.rejected == 0, "{name}: {summary:?}");
        assert_eq!(formats::ObjectKey::parse(&name).account_id.as_deref(), Some("123456789012"));
    }
    all
}

/// The objects under a folder, in order.
pub(crate) fn objects(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { all.push(path) }
        }
    }
    all.sort();
    all
}

/// Packets, bytes and flags of each direction as one interface reports it: `interface source>destination`.
pub(crate) fn sums(decoded: &Decoded) -> BTreeMap<String, (u64, u64, u8)> {
    let flows = &decoded.flows;
    let mut sums = BTreeMap::new();
    for row in 0..flows.len() {
        let end = |address: &flow::Column<flow::Address>, port: &flow::Column<u16>| {
            format!("{}:{}", address.get(row).unwrap().to_ip(), port.get(row).unwrap_or(0))
        };
        let interface = flows.text(&flows.interface_id, row).unwrap();
        let key = format!("{interface} {}>{}", end(&flows.src_addr, &flows.src_port), end(&flows.dst_addr, &flows.dst_port));
        let sum: &mut (u64, u64, u8) = sums.entry(key).or_default();
        sum.0 += flows.packets.get(row).unwrap();
        sum.1 += flows.bytes.get(row).unwrap();
        sum.2 |= flows.tcp_flags.get(row).unwrap_or(0);
    }
    sums
}

//! AWS, simulated. One server for all tests, which ends with them.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

/// The server's base URL.
pub(crate) fn url() -> &'static str {
    &SERVER.1
}

// The child reads our end of a pipe, and ends when this process does.
static SERVER: LazyLock<(Child, String)> = LazyLock::new(|| {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/moto");
    let mut child = Command::new(&script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut url = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let url = url.trim().to_owned();
    assert!(url.starts_with("http://127.0.0.1:"), "{} did not start: {url:?}", script.display());
    (child, url)
});

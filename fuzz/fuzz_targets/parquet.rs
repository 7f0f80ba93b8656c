#![no_main]

use std::sync::Once;

#[path = "../entry.rs"]
mod entry;

static QUIET: Once = Once::new();

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    // Panics inside the Parquet reader are caught and told as errors; the fuzzer's own hook would abort before they can be.
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    entry::parquet(data);
});

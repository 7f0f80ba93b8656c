//! Baselines, detectors and findings: batches in, findings out; no I/O, no clock.

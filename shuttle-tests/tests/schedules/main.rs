//! Schedules of more threads than the exhaustive models can run, drawn by chance.
//!
//! queue-core's own source runs here, built against shuttle. A failure prints its schedule: with that text in
//! the variable `QUEUE_SCHEDULE` the test that failed runs that schedule alone. `SHUTTLE_RANDOM_SEED` draws
//! others, and `QUEUE_TIMES` as many times as many. What shuttle does not see stands in VERIFICATION.md.

mod awaiting;
mod batch;
mod blocking;
mod closing;
mod evidence;
mod lone;
mod ring;
mod select;
mod support;
#[path = "../../../loom-tests/tests/models/weakened.rs"]
mod weakened;
mod weighted;

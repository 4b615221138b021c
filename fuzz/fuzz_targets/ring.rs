//! Fuzzes the ring: `cargo +nightly fuzz run ring`. See the library for the input.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
use queue_core_fuzz::{Input, RingStep};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: Input<RingStep>| input.run());

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    queue_core_fuzz::replay_arguments(queue_core_fuzz::ring)
}

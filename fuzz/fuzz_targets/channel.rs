//! Fuzzes the channel: `cargo +nightly fuzz run channel`. See the library for the input.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
use queue_core_fuzz::{ChannelStep, Input};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: Input<ChannelStep>| input.run());

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    queue_core_fuzz::replay_arguments(queue_core_fuzz::channel)
}

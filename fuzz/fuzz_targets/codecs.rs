//! Fuzzes the codecs: `cargo +nightly fuzz run codecs`. See the library for the input.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| queue_core_fuzz::codecs(input));

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    queue_core_fuzz::replay_arguments(queue_core_fuzz::codecs)
}

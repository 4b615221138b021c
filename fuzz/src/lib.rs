//! The bodies of the fuzz targets.
//!
//! The model, its steps and its payloads are those of queue-core's property tests, and the values of the codecs are
//! those of queue-message's. `cargo +nightly fuzz fmt <target> <file>` prints what an input does.

use std::process::ExitCode;
use std::{env, fs};

mod codecs;
mod input;
#[path = "../../queue-core/tests/behaviour/model/mod.rs"]
#[expect(dead_code, reason = "the property tests decode steps in their own way")]
mod model;
#[path = "../../queue-message/tests/behaviour/codecs/sample/mod.rs"]
mod sample;

pub use codecs::{CODECS, Decode};
pub use input::{ChannelStep, Input, Kind, RingStep, Steps};

/// Runs an input against a ring. Panics where the ring and the model differ.
pub fn ring(input: &[u8]) {
    Input::<RingStep>::decode(input).run();
}

/// Runs an input against a channel with a limit and one without. Panics where they and the model differ.
pub fn channel(input: &[u8]) {
    Input::<ChannelStep>::decode(input).run();
}

/// Decodes what follows the first byte, which chooses one of [`CODECS`]. Panics where a value that was decoded is
/// encoded to another one.
pub fn codecs(input: &[u8]) {
    if let [first, bytes @ ..] = input {
        let (_, decode) = CODECS[usize::from(*first) % CODECS.len()];
        decode(bytes);
    }
}

/// The `main` of a target that is built without the fuzzer: runs the inputs
/// in the files that the command line names, to reproduce what was found.
pub fn replay_arguments(target: fn(&[u8])) -> ExitCode {
    for path in env::args_os().skip(1) {
        match fs::read(&path) {
            Ok(input) => target(&input),
            Err(error) => {
                eprintln!("{}: {error}", path.display());
                return ExitCode::from(2);
            }
        }
    }
    ExitCode::SUCCESS
}

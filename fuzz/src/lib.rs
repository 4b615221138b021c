//! The bodies of the fuzz targets.
//!
//! ```text
//! input  { capacity - 1 | payload | step code, number | step code, number | … }   bytes
//! ```
//!
//! The model, its steps and its payloads are those of queue-core's property
//! tests. Two plain bytes make a step, so that a mutation of the input stays a
//! mutation of the sequence, and a seed can be written with `printf`.

use std::process::ExitCode;
use std::{env, fs};

#[path = "../../queue-core/tests/behaviour/model/mod.rs"]
mod model;

use model::payload::{Aligned, Boxed, Counted, Nothing};
use model::{channel, ring};

/// Runs an input against a ring. Panics where the ring and the model differ.
pub fn ring(input: &[u8]) {
    let Some((capacity, payload, steps)) = decode(input, ring::Step::decode) else {
        return;
    };
    match payload {
        0 => ring::run::<Nothing>(capacity, steps),
        1 => ring::run::<Counted>(capacity, steps),
        2 => ring::run::<Boxed>(capacity, steps),
        _ => ring::run::<Aligned>(capacity, steps),
    }
}

/// Runs an input against a channel. Panics where the channel and the model differ.
pub fn channel(input: &[u8]) {
    let Some((capacity, payload, steps)) = decode(input, channel::Step::decode) else {
        return;
    };
    match payload {
        0 => channel::run::<Nothing>(capacity, steps),
        1 => channel::run::<Counted>(capacity, steps),
        2 => channel::run::<Boxed>(capacity, steps),
        _ => channel::run::<Aligned>(capacity, steps),
    }
}

/// The capacity (1 to 16), the kind of payload (0 to 3) and the steps; an odd
/// byte at the end is left out.
fn decode<S>(input: &[u8], step: fn([u8; 2]) -> S) -> Option<(usize, u8, impl Iterator<Item = S>)> {
    let (&[capacity, payload], steps) = input.split_first_chunk()?;
    let steps = steps.as_chunks().0.iter().copied().map(step);
    Some((usize::from(capacity % 16) + 1, payload % 4, steps))
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

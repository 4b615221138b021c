//! A producer that never waits: an audio callback, an interrupt's thread, a control loop.
//!
//! ```text
//! cargo run --release -p queue-core --example realtime
//! ```
//!
//! It sends by `try_send_now`, which waits neither for room nor for a receiver in the middle of its operation, and
//! its receiver yields instead of sleeping, so that there is nobody to wake: no lock, no system call. What cannot be
//! sent now is counted, as a real one would count an overrun.

use std::thread;
use std::time::{Duration, Instant};

use queue_core::{Builder, SendNowError, Waiting};

const PERIODS: u32 = 2_000;
const PERIOD: Duration = Duration::from_micros(50);
const CAPACITY: usize = 64;

/// What a period brings.
#[derive(Clone, Copy)]
struct Block {
    number: u32,
    samples: [i16; 32],
}

impl Block {
    fn record(number: u32) -> Self {
        Self {
            number,
            samples: std::array::from_fn(|offset| (number as i16).wrapping_mul(31) ^ offset as i16),
        }
    }
}

fn main() {
    let (sender, receiver) = Builder::new()
        .receivers_wait(Waiting::Yield)
        .bounded::<Block>(CAPACITY);
    let recorder = thread::spawn(move || {
        let (mut blocks, mut newest, mut energy) = (0_u32, None, 0_u64);
        for block in receiver.iter() {
            assert!(
                newest.is_none_or(|newest| newest < block.number),
                "blocks come in order"
            );
            newest = Some(block.number);
            let of_block = block
                .samples
                .iter()
                .map(|&sample| u64::from(sample.unsigned_abs()));
            energy += of_block.sum::<u64>();
            blocks += 1;
        }
        (blocks, energy)
    });
    let (mut sent, mut full, mut busy) = (0_u32, 0_u32, 0_u32);
    let mut slowest = Duration::ZERO;
    let mut due = Instant::now();
    for number in 0..PERIODS {
        let block = Block::record(number);
        let start = Instant::now();
        match sender.try_send_now(block) {
            Ok(()) => sent += 1,
            Err(SendNowError::Full(_)) => full += 1,
            Err(SendNowError::Busy(_)) => busy += 1,
            Err(SendNowError::Disconnected(_)) => unreachable!("the recorder stays until the end"),
        }
        slowest = slowest.max(start.elapsed());
        due += PERIOD;
        while Instant::now() < due {
            thread::yield_now();
        }
    }
    drop(sender);
    let (blocks, energy) = recorder.join().expect("the recorder does not panic");
    println!("{PERIODS} periods: {sent} sent, {full} overrun, {busy} in the way of the recorder");
    println!("slowest send {slowest:?}; {blocks} blocks recorded, {energy} in all");
    assert_eq!(blocks, sent);
    assert_eq!(sent + full + busy, PERIODS);
}

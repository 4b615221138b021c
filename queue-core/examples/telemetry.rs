//! Telemetry: a display wants the newest readings, and may miss old ones. The sensor never waits for room.
//!
//! ```text
//! cargo run --release -p queue-core --example telemetry
//! ```
//!
//! The sensor overwrites: where the display has fallen behind, the oldest reading makes room for the newest.
//! What is shown and what was displaced are together all that was measured, in order. (`force_send` may still wait for
//! a display that was suspended while it took a reading. `realtime` shows a sender that never does.)

use std::thread;
use std::time::{Duration, Instant};

use queue_core::bounded;

/// What the display remembers.
const DEPTH: usize = 16;
const READINGS: u64 = 20_000;
/// What it takes to measure.
const MEASURING: Duration = Duration::from_micros(5);
/// What it takes to draw: of four readings the display can show one.
const DRAWING: Duration = Duration::from_micros(20);

#[derive(Clone, Copy)]
struct Reading {
    number: u64,
    millivolts: u64,
}

fn be_busy(duration: Duration) {
    let end = Instant::now() + duration;
    while Instant::now() < end {
        std::hint::spin_loop();
    }
}

fn measure(number: u64) -> Reading {
    be_busy(MEASURING);
    Reading {
        number,
        millivolts: 3_300 + number * 7_919 % 100,
    }
}

fn main() {
    let (sensor, display) = bounded(DEPTH);
    let displayed = thread::spawn(move || {
        let (mut shown, mut newest, mut sum) = (0_u64, None, 0_u64);
        for reading in display.iter() {
            let Reading { number, millivolts } = reading;
            assert!(
                newest.is_none_or(|newest| newest < number),
                "readings come in order"
            );
            newest = Some(number);
            sum += millivolts;
            shown += 1;
            be_busy(DRAWING);
        }
        (shown, newest, sum)
    });
    let mut displaced = 0_u64;
    for number in 0..READINGS {
        match sensor.force_send(measure(number)) {
            Ok(None) => {}
            Ok(Some(_)) => displaced += 1,
            Err(_) => unreachable!("the display stays until the sensor is gone"),
        }
    }
    drop(sensor);
    let (shown, newest, sum) = displayed.join().expect("the display does not panic");
    assert_eq!(
        newest,
        Some(READINGS - 1),
        "the newest reading is always shown"
    );
    println!("{READINGS} readings: {shown} shown, {displaced} displaced by newer ones");
    println!("mean of those shown: {} mV", sum / shown);
    assert_eq!(shown + displaced, READINGS);
}

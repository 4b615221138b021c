//! A log: many threads write lines, one writes them out, as many at a time as there are.
//!
//! ```text
//! cargo run --release -p queue-core --example batched_log [FILE]
//! ```
//!
//! Lines go to the file, or to standard output; a summary to standard error. A line costs its thread one send, and
//! the writer one call of the system for a whole batch. The lines of a thread stay in their order.

use std::fs::File;
use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;

use queue_core::{Receiver, bounded};

const THREADS: usize = 4;
const LINES: usize = 25_000;
/// The most lines that are written at once.
const BATCH: usize = 256;

/// Writes lines until the last thread that has any is gone: how many lines, in how many batches.
fn write_out(lines: &Receiver<String>, mut to: impl Write) -> io::Result<(usize, usize)> {
    let (mut written, mut batches) = (0, 0);
    let mut batch = Vec::with_capacity(BATCH);
    let mut text = String::new();
    while let Ok(length) = lines.recv_batch(&mut batch, BATCH) {
        text.clear();
        for line in batch.drain(..) {
            text.push_str(&line);
            text.push('\n');
        }
        to.write_all(text.as_bytes())?;
        written += length;
        batches += 1;
    }
    to.flush()?;
    Ok((written, batches))
}

fn main() -> ExitCode {
    let to: Box<dyn Write + Send> = match std::env::args_os().nth(1) {
        None => Box::new(io::stdout()),
        Some(path) => match File::create(&path) {
            Ok(file) => Box::new(file),
            Err(error) => {
                eprintln!("batched_log: {}: {error}", path.display());
                return ExitCode::from(2);
            }
        },
    };
    let (log, lines) = bounded(4 * BATCH);
    let writer = thread::spawn(move || write_out(&lines, to));
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let log = log.clone();
            scope.spawn(move || {
                for line in 0..LINES {
                    // Where the writer has failed, there is nobody to tell.
                    if log.send(format!("thread {thread} line {line}")).is_err() {
                        return;
                    }
                }
            });
        }
    });
    drop(log);
    match writer.join().expect("the writer does not panic") {
        Ok((written, batches)) => {
            eprintln!("{written} lines in {batches} batches");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("batched_log: cannot write: {error}");
            ExitCode::from(2)
        }
    }
}

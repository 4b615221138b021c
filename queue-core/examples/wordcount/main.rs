//! Counts words: one thread reads, the others count, a bounded channel between them.
//!
//! ```text
//! cargo run --release -p queue-core --example wordcount -- FILES...
//! ```
//!
//! Prints the ten most frequent words and how many messages went through the
//! channel in a second, after it has checked the counts against one made by a
//! single thread. Exits with 1 if they differ, with 2 if a file cannot be read.

mod count;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use count::Counts;
use queue_core::bounded;

/// Long enough that its counting outweighs its sending.
const BLOCK: usize = 64 * 1024;
const TOP: usize = 10;

/// What to say and how to exit.
struct Failure {
    code: u8,
    message: String,
}

/// What the threads did.
struct Outcome {
    counts: Counts,
    messages: u64,
    bytes: usize,
    took: Duration,
}

fn main() -> ExitCode {
    match run(std::env::args_os().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, message }) => {
            // There is nobody left to tell if this fails.
            let _ = writeln!(io::stderr(), "wordcount: {message}");
            ExitCode::from(code)
        }
    }
}

fn run(files: Vec<OsString>) -> Result<(), Failure> {
    if files.is_empty() {
        return Err(Failure {
            code: 2,
            message: "no file given (usage: wordcount FILES...)".to_owned(),
        });
    }
    files.iter().try_for_each(check)?;
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let outcome = count_in_parallel(&files, workers)?;
    let mut expected = Counts::new();
    for file in &files {
        open(file)
            .and_then(|source| count::count_plainly(source, &mut expected))
            .map_err(|error| unreadable(file, &error))?;
    }
    if let Some((word, found, expected)) = count::difference(&outcome.counts, &expected) {
        return Err(Failure {
            code: 1,
            message: format!(
                "the threads counted {:?} {found} times, a single one {expected} times",
                String::from_utf8_lossy(word)
            ),
        });
    }
    match report(&outcome, workers) {
        // Who reads has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure {
            code: 2,
            message: format!("cannot write the result: {error}"),
        }),
        Ok(()) => Ok(()),
    }
}

/// Refuses what is no file: it is read twice, and a pipe gives its bytes only once.
fn check(file: &OsString) -> Result<(), Failure> {
    let metadata = fs::metadata(file).map_err(|error| unreadable(file, &error))?;
    if metadata.is_file() {
        open(file).map_err(|error| unreadable(file, &error))?;
        return Ok(());
    }
    let kind = if metadata.is_dir() {
        "it is a directory"
    } else {
        "it is not a regular file"
    };
    Err(unreadable(file, &io::Error::other(kind)))
}

fn open(file: &OsString) -> io::Result<File> {
    File::open(file)
}

fn unreadable(file: &OsString, error: &io::Error) -> Failure {
    Failure {
        code: 2,
        message: format!("cannot read {}: {error}", file.display()),
    }
}

fn count_in_parallel(files: &[OsString], workers: usize) -> Result<Outcome, Failure> {
    let (sender, receiver) = bounded::<Vec<u8>>(4 * workers);
    let begin = Instant::now();
    thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut bytes = 0;
            for file in files {
                open(file)
                    .and_then(|source| {
                        count::read_blocks(source, BLOCK, |block| {
                            bytes += block.len();
                            sender.send(block).is_ok()
                        })
                    })
                    .map_err(|error| unreadable(file, &error))?;
            }
            Ok(bytes)
        });
        let workers: Vec<_> = (0..workers)
            .map(|_| {
                let receiver = receiver.clone();
                scope.spawn(move || {
                    let (mut counts, mut messages) = (Counts::new(), 0_u64);
                    for block in receiver {
                        count::count_block(&block, &mut counts);
                        messages += 1;
                    }
                    (counts, messages)
                })
            })
            .collect();
        drop(receiver);
        let bytes = reader.join().expect("the reader does not panic")?;
        let (mut counts, mut messages) = (Counts::new(), 0);
        for worker in workers {
            let (part, received) = worker.join().expect("a worker does not panic");
            count::merge(&mut counts, part);
            messages += received;
        }
        Ok(Outcome {
            counts,
            messages,
            bytes,
            took: begin.elapsed(),
        })
    })
}

fn report(outcome: &Outcome, workers: usize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for (word, count) in count::top(&outcome.counts, TOP) {
        writeln!(out, "{count:>10}  {}", String::from_utf8_lossy(word))?;
    }
    let words: u64 = outcome.counts.values().sum();
    let seconds = outcome.took.max(Duration::from_nanos(1)).as_secs_f64();
    writeln!(
        out,
        "{words} words, {} different, in {} bytes, as one thread counts them too",
        outcome.counts.len(),
        outcome.bytes
    )?;
    writeln!(
        out,
        "{} messages from one reader to {workers} workers in {:.3} ms: {:.0} messages per second",
        outcome.messages,
        seconds * 1e3,
        outcome.messages as f64 / seconds
    )?;
    out.flush()
}

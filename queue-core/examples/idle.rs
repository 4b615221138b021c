//! Who waits on a channel sleeps: five seconds cost less than five milliseconds.
//!
//! ```text
//! cargo run --release -p queue-core --example idle
//! ```
//!
//! First a receiver waits on an empty channel, then a sender on a full one. The
//! CPU time is that of the whole process. Exits with 1 if a wait costs too
//! much, or ends before it should.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    println!("skipped: only on Linux");
    ExitCode::SUCCESS
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::io;
    use std::process::ExitCode;
    use std::thread;
    use std::time::Duration;

    use queue_core::bounded;

    const WAIT: Duration = Duration::from_secs(5);
    const LIMIT: Duration = Duration::from_millis(5);

    pub(super) fn main() -> ExitCode {
        let (sender, receiver) = bounded(1);
        let asleep = measure(
            "a receiver on an empty channel",
            || receiver.recv() == Ok("first"),
            || sender.send("first").is_ok(),
        );
        let (sender, receiver) = bounded(1);
        let filled = sender.send("second").is_ok();
        let full = measure(
            "a sender on a full channel",
            || filled && sender.send("third").is_ok(),
            || ["second", "third"].map(Ok) == [(); 2].map(|()| receiver.recv_timeout(WAIT)),
        );
        match (asleep, full) {
            (Ok(true), Ok(true)) => ExitCode::SUCCESS,
            (Ok(_), Ok(_)) => ExitCode::FAILURE,
            (Err(error), _) | (_, Err(error)) => {
                eprintln!("idle: cannot read the CPU time: {error}");
                ExitCode::FAILURE
            }
        }
    }

    /// Lets one thread wait, takes the time, and has the wait ended.
    fn measure(
        who: &str,
        wait: impl FnOnce() -> bool + Send,
        end: impl FnOnce() -> bool,
    ) -> io::Result<bool> {
        thread::scope(|scope| {
            let before = cpu_time()?;
            let waiter = scope.spawn(wait);
            thread::sleep(WAIT);
            let waited = !waiter.is_finished();
            // The waiter's time is counted as long as it lives: read it before the wait ends.
            let spent = cpu_time().map(|after| after.saturating_sub(before));
            let went_on = end() && waiter.join().unwrap_or(false);
            let spent = spent?;
            println!("{who}: {spent:?} of CPU time in {WAIT:?}, less than {LIMIT:?} is asked for");
            if !waited {
                println!("{who}: did not wait");
            }
            if !went_on {
                println!("{who}: did not get what it waited for");
            }
            Ok(waited && went_on && spent < LIMIT)
        })
    }

    /// The time that the living threads of this process have run, to the nanosecond.
    fn cpu_time() -> io::Result<Duration> {
        // A running thread's account is behind until it is next put aside: put this one aside.
        thread::sleep(Duration::from_millis(1));
        let mut nanoseconds = 0;
        for task in fs::read_dir("/proc/self/task")? {
            let text = fs::read_to_string(task?.path().join("schedstat"))?;
            let on_cpu = text.split_whitespace().next().unwrap_or_default();
            nanoseconds += on_cpu.parse::<u64>().map_err(io::Error::other)?;
        }
        Ok(Duration::from_nanos(nanoseconds))
    }
}

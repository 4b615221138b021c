//! What a thread has cost so far.

use std::ops::{AddAssign, Sub};
use std::time::Duration;

/// CPU time and context switches of one thread, or of several together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Time on a core, in user code and in the kernel.
    pub(crate) cpu: Duration,
    /// How often it has given up its core, or lost it.
    pub(crate) switches: u64,
}

impl Usage {
    /// That of the calling thread; nothing where the system does not tell.
    pub(crate) fn of_this_thread() -> Self {
        #[cfg(target_os = "linux")]
        return Self::of(nix::sys::resource::UsageWho::RUSAGE_THREAD);
        #[cfg(not(target_os = "linux"))]
        Self::default()
    }

    /// That of all threads of the process; nothing where the system does not tell.
    pub(crate) fn of_this_process() -> Self {
        #[cfg(target_os = "linux")]
        return Self::of(nix::sys::resource::UsageWho::RUSAGE_SELF);
        #[cfg(not(target_os = "linux"))]
        Self::default()
    }

    #[cfg(target_os = "linux")]
    fn of(whom: nix::sys::resource::UsageWho) -> Self {
        use nix::sys::time::TimeValLike;

        let Ok(usage) = nix::sys::resource::getrusage(whom) else {
            return Self::default();
        };
        let micros = (usage.user_time() + usage.system_time()).num_microseconds();
        let switches = usage.voluntary_context_switches() + usage.involuntary_context_switches();
        Self {
            cpu: Duration::from_micros(micros.try_into().unwrap_or_default()),
            switches: switches.try_into().unwrap_or_default(),
        }
    }
}

impl Sub for Usage {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self {
            cpu: self.cpu.saturating_sub(earlier.cpu),
            switches: self.switches.saturating_sub(earlier.switches),
        }
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.cpu += other.cpu;
        self.switches += other.switches;
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::hint::black_box;
    use std::thread;
    use std::time::Instant;

    use super::*;

    #[test]
    fn work_costs_time_on_a_core_and_sleep_costs_a_switch() {
        let before = Usage::of_this_thread();
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_millis(20) || spent_since(before).cpu.is_zero() {
            black_box(0);
        }
        assert!(spent_since(before).cpu <= begin.elapsed() + Duration::from_millis(10));

        let before = Usage::of_this_thread();
        thread::sleep(Duration::from_millis(2));
        assert!(spent_since(before).switches > 0);
    }

    #[test]
    fn a_process_costs_what_its_threads_do() {
        let before = Usage::of_this_process();
        let work = || {
            let before = Usage::of_this_thread();
            while spent_since(before).cpu < Duration::from_millis(10) {
                black_box(0);
            }
        };
        let threads = [(); 2].map(|()| thread::spawn(work));
        for thread in threads {
            thread.join().unwrap();
        }
        let spent = Usage::of_this_process() - before;
        assert!(spent.cpu >= Duration::from_millis(20), "{spent:?}");
    }

    fn spent_since(before: Usage) -> Usage {
        Usage::of_this_thread() - before
    }
}

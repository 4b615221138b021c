//! Whether one thread can wait awake for another: only where the two can run at the same time.
//!
//! **Pinned threads.** What a thread may run on says little of its peers: one that is bound to a CPU of its own waits
//! for others that are bound to theirs. (`available_parallelism` tells it that there is one CPU.) Where the
//! thread that asks has one, what all threads of the process have counts. Where that is one, too, it
//! is asked for again now and then, as others may have come.

use super::{AtomicU8, AtomicU32, Ordering};

/// [`UNKNOWN`] until somebody who waits has asked.
static CORES: AtomicU8 = AtomicU8::new(UNKNOWN);
const UNKNOWN: u8 = 0;
const ONE: u8 = 1;
const SEVERAL: u8 = 2;

/// After so many waits with one CPU it is asked for again.
const WAITS: u32 = 1024;

/// Whether more than one thread can run at a time, as far as is known: for who never waits, and so must not
/// ask. Where nobody has asked yet it says yes.
#[inline]
pub(crate) fn has_cores() -> bool {
    // ORDERING(relaxed): the value is all there is to it.
    CORES.load(Ordering::Relaxed) != ONE
}

/// Whether more than one thread can run at a time, so that one may wait for another awake. Asks the operating
/// system once in a process, with system calls and allocations; with one CPU now and then.
#[inline]
pub(crate) fn ask_for_cores() -> bool {
    // ORDERING(relaxed): as above.
    CORES.load(Ordering::Relaxed) == SEVERAL || ask()
}

#[cold]
fn ask() -> bool {
    static WAITS_WITH_ONE: AtomicU32 = AtomicU32::new(0);
    // ORDERING(relaxed): a count, and the value is all there is to the other.
    if CORES.load(Ordering::Relaxed) == ONE
        && WAITS_WITH_ONE.fetch_add(1, Ordering::Relaxed) % WAITS != WAITS - 1
    {
        return false;
    }
    let cores = if runs_in_parallel() { SEVERAL } else { ONE };
    // ORDERING(relaxed): as above. Who asks at the same time stores the same.
    CORES.store(cores, Ordering::Relaxed);
    cores == SEVERAL
}

fn runs_in_parallel() -> bool {
    // It reads the affinity of this thread, and the quota of a container.
    std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1)
        || affinity::is_one_of_several()
}

#[cfg(all(target_os = "linux", target_pointer_width = "64", not(miri)))]
mod affinity {
    use std::fs;
    use std::mem;

    /// The CPUs that a thread may run on, 0 being this one.
    pub(super) fn of_thread(thread: libc::pid_t) -> Option<libc::cpu_set_t> {
        // SAFETY: any bytes are a set.
        let mut set: libc::cpu_set_t = unsafe { mem::zeroed() };
        // SAFETY: the set has the size that is told.
        let failed =
            unsafe { libc::sched_getaffinity(thread, mem::size_of_val(&set), &raw mut set) };
        (failed == 0).then_some(set)
    }

    /// Whether this thread is bound to one CPU, and others of the process may run on others.
    pub(super) fn is_one_of_several() -> bool {
        let Some(mine) = of_thread(0) else {
            return false;
        };
        // SAFETY: it only counts the bits of a set.
        if unsafe { libc::CPU_COUNT(&mine) } != 1 {
            // It is a quota that leaves it one.
            return false;
        }
        let threads = fs::read_dir("/proc/self/task").into_iter().flatten();
        threads
            .filter_map(|thread| thread.ok()?.file_name().to_str()?.parse().ok())
            .filter_map(of_thread)
            // SAFETY: it only compares the bits of two sets.
            .any(|others| !unsafe { libc::CPU_EQUAL(&mine, &others) })
    }
}

#[cfg(not(all(target_os = "linux", target_pointer_width = "64", not(miri))))]
mod affinity {
    /// Nobody tells.
    pub(super) fn is_one_of_several() -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use std::{env, process};

    use super::*;
    use crate::sync::Backoff;

    /// Runs a test in a process of its own, as in this one others may have asked before. Whether this is
    /// that process.
    fn is_alone(test: &str) -> bool {
        const ALONE: &str = "QUEUE_TEST_ALONE";
        if env::var_os(ALONE).is_some() {
            return true;
        }
        let mut alone = process::Command::new(env::current_exe().unwrap());
        let name = format!("sync::native::cores::tests::{test}");
        let output = alone.args(["--exact", &name]).env(ALONE, "").output();
        let output = String::from_utf8(output.unwrap().stdout).unwrap();
        assert!(output.contains("1 passed"), "{output}");
        false
    }

    fn known() -> u8 {
        // ORDERING(relaxed): the only thread that asks.
        CORES.load(Ordering::Relaxed)
    }

    #[test]
    #[cfg_attr(miri, ignore = "it starts a process")]
    fn a_lost_race_does_not_ask_for_the_number_of_cpus() {
        if is_alone("a_lost_race_does_not_ask_for_the_number_of_cpus") {
            let backoff = Backoff::new();
            backoff.spin();
            assert_eq!(known(), UNKNOWN);
            backoff.snooze();
            assert_ne!(known(), UNKNOWN);
        }
    }

    #[cfg(target_os = "linux")]
    mod bound {
        use std::thread;

        use super::*;

        fn cpus() -> Vec<usize> {
            let set = affinity::of_thread(0).unwrap();
            (0..libc::CPU_SETSIZE as usize)
                // SAFETY: the set has as many bits.
                .filter(|&cpu| unsafe { libc::CPU_ISSET(cpu, &set) })
                .collect()
        }

        /// Binds a thread, 0 being this one.
        fn bind(thread: libc::pid_t, cpu: usize) {
            // SAFETY: any bytes are a set, and the set has the size that is told.
            unsafe {
                let mut set: libc::cpu_set_t = std::mem::zeroed();
                libc::CPU_SET(cpu, &mut set);
                let size = std::mem::size_of_val(&set);
                assert_eq!(libc::sched_setaffinity(thread, size, &raw const set), 0);
            }
        }

        #[test]
        #[cfg_attr(miri, ignore = "it starts a process")]
        fn a_thread_with_a_cpu_of_its_own_waits_awake_for_others() {
            if is_alone("bound::a_thread_with_a_cpu_of_its_own_waits_awake_for_others") {
                let cpus = cpus();
                bind(0, cpus[0]);
                assert_eq!(
                    ask_for_cores(),
                    cpus.len() > 1,
                    "the main thread has them all"
                );
            }
        }

        #[test]
        #[cfg_attr(miri, ignore = "it starts a process")]
        fn with_one_cpu_for_all_it_is_asked_for_again() {
            if is_alone("bound::with_one_cpu_for_all_it_is_asked_for_again") {
                let cpus = cpus();
                bind(process::id().try_into().unwrap(), cpus[0]);
                bind(0, cpus[0]);
                assert!(!ask_for_cores());
                let asked_again = thread::scope(|scope| {
                    let last = cpus[cpus.len() - 1];
                    let other = scope.spawn(move || {
                        bind(0, last);
                        thread::park();
                    });
                    let asked_again = (0..2 * WAITS).any(|_| {
                        thread::yield_now();
                        ask_for_cores()
                    });
                    other.thread().unpark();
                    asked_again
                });
                assert_eq!(asked_again, cpus.len() > 1);
            }
        }
    }
}

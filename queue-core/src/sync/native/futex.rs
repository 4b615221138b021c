//! A word to sleep on: the operating system's futex, or where there is none
//! (and under the feature `portable-park`) `std::thread::park`.
//!
//! Both keep one contract:
//! - [`Futex::wait`] sleeps only while the word holds the expected value, and
//!   may return early for no reason; callers look at the word again.
//! - An [`Alarm`] is taken while the futex is known to be alive and sounded
//!   whenever: it never reads the futex's memory, which the sleeper may have
//!   given up as soon as it saw the word change.

#[cfg(all(
    target_os = "linux",
    target_pointer_width = "64",
    not(feature = "portable-park")
))]
pub(crate) use system::{Alarm, Futex};

#[cfg(not(all(
    target_os = "linux",
    target_pointer_width = "64",
    not(feature = "portable-park")
)))]
pub(crate) use portable::{Alarm, Futex};

#[cfg(all(
    target_os = "linux",
    target_pointer_width = "64",
    not(feature = "portable-park")
))]
mod system {
    use std::ptr;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::{Duration, Instant};

    /// A futex word of this process.
    #[derive(Debug)]
    pub(crate) struct Futex {
        word: AtomicU32,
    }

    impl Futex {
        pub(crate) fn new(value: u32) -> Self {
            Self {
                word: AtomicU32::new(value),
            }
        }

        #[inline]
        pub(crate) fn load(&self, order: Ordering) -> u32 {
            self.word.load(order)
        }

        #[inline]
        pub(crate) fn compare_exchange(
            &self,
            current: u32,
            new: u32,
            success: Ordering,
            failure: Ordering,
        ) -> Result<u32, u32> {
            self.word.compare_exchange(current, new, success, failure)
        }

        /// Sleeps while the word is `expected`, until the deadline at the latest.
        pub(crate) fn wait(&self, expected: u32, deadline: Option<Instant>) {
            let Some(deadline) = deadline else {
                return self.wait_relative(expected, None);
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                self.wait_relative(expected, Some(left));
            }
        }

        fn wait_relative(&self, expected: u32, timeout: Option<Duration>) {
            let timeout = timeout.map(|left| libc::timespec {
                // A time that the kernel's type cannot hold is cut short: the caller waits again.
                tv_sec: libc::time_t::try_from(left.as_secs()).unwrap_or(libc::time_t::MAX),
                tv_nsec: left.subsec_nanos() as _,
            });
            let timeout = timeout.as_ref().map_or(ptr::null(), ptr::from_ref);
            // SAFETY: the word is alive for the whole call, the timeout is null or points to a
            // timespec on this frame, and FUTEX_WAIT writes to neither. Its result is of no
            // interest: woken, changed, timed out and interrupted all send the caller back to
            // look at the word.
            unsafe {
                libc::syscall(
                    libc::SYS_futex,
                    self.word.as_ptr(),
                    libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
                    expected,
                    timeout,
                );
            }
        }

        /// What wakes the sleeper, now or after this futex is gone.
        #[inline]
        pub(crate) fn alarm(&self) -> Alarm {
            Alarm {
                word: self.word.as_ptr(),
            }
        }
    }

    /// The address of a futex word. It is handed to the kernel and never dereferenced here.
    #[derive(Debug)]
    pub(crate) struct Alarm {
        word: *const u32,
    }

    impl Alarm {
        /// Wakes the thread that sleeps on the word.
        ///
        /// Where the sleeper has already gone, the kernel finds nobody at the address, or no
        /// such address, or wakes a later sleeper of this process for no reason, which the
        /// contract of `wait` allows.
        pub(crate) fn sound(self) {
            // SAFETY: FUTEX_WAKE only looks the address up in a table of the kernel; for a
            // private futex it does not read the memory, and an unmapped address is an error
            // code.
            unsafe {
                libc::syscall(
                    libc::SYS_futex,
                    self.word,
                    libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG,
                    1,
                );
            }
        }
    }
}

#[cfg(not(all(
    target_os = "linux",
    target_pointer_width = "64",
    not(feature = "portable-park")
)))]
mod portable {
    use std::cell::UnsafeCell;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread::{self, Thread};
    use std::time::Instant;

    /// A word and the thread that may sleep on it: the one that made it.
    #[derive(Debug)]
    pub(crate) struct Futex {
        word: AtomicU32,
        /// Never written; in a cell because the owner may give the futex up while a notifier is
        /// still inside `compare_exchange`, which it is not allowed to do to plain shared memory.
        sleeper: UnsafeCell<Thread>,
    }

    impl Futex {
        pub(crate) fn new(value: u32) -> Self {
            Self {
                word: AtomicU32::new(value),
                sleeper: UnsafeCell::new(thread::current()),
            }
        }

        #[inline]
        pub(crate) fn load(&self, order: Ordering) -> u32 {
            self.word.load(order)
        }

        #[inline]
        pub(crate) fn compare_exchange(
            &self,
            current: u32,
            new: u32,
            success: Ordering,
            failure: Ordering,
        ) -> Result<u32, u32> {
            self.word.compare_exchange(current, new, success, failure)
        }

        /// Sleeps while the word is `expected`, until the deadline at the latest.
        pub(crate) fn wait(&self, expected: u32, deadline: Option<Instant>) {
            // ORDERING(relaxed): only decides whether to sleep; an alarm sounded in between has
            // left its token, so the park returns at once. The caller looks again with its own.
            if self.word.load(Ordering::Relaxed) != expected {
                return;
            }
            match deadline {
                None => thread::park(),
                Some(deadline) => {
                    thread::park_timeout(deadline.saturating_duration_since(Instant::now()));
                }
            }
        }

        /// What wakes the sleeper, now or after this futex is gone.
        #[inline]
        pub(crate) fn alarm(&self) -> Alarm {
            // SAFETY: nobody writes to the cell.
            let sleeper = unsafe { &*self.sleeper.get() };
            Alarm {
                sleeper: sleeper.clone(),
            }
        }
    }

    /// A handle to the sleeping thread.
    #[derive(Debug)]
    pub(crate) struct Alarm {
        sleeper: Thread,
    }

    impl Alarm {
        /// Wakes the thread, or has its next `park` return at once.
        pub(crate) fn sound(self) {
            self.sleeper.unpark();
        }
    }
}

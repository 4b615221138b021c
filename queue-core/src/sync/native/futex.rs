//! A word to sleep on: the operating system's futex, or where there is none
//! (and under the feature `portable-park`) `std::thread::park`.
//!
//! Both keep one contract:
//! - [`Futex::wait`] sleeps only while the word holds the expected value, and
//!   may return early for no reason; callers look at the word again.
//! - An [`Alarm`] is taken while the futex is known to be alive and sounded
//!   whenever: it never reads the futex's memory, which the sleeper may have
//!   given up as soon as it saw the word change.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

#[cfg(not(all(
    target_os = "linux",
    target_pointer_width = "64",
    not(feature = "portable-park")
)))]
use portable as way;
#[cfg(all(
    target_os = "linux",
    target_pointer_width = "64",
    not(feature = "portable-park")
))]
use system as way;

pub(crate) use way::Alarm;

/// A word, and the way in which a thread sleeps on it.
#[derive(Debug)]
pub(crate) struct Futex {
    word: AtomicU32,
    sleeper: way::Sleeper,
}

impl Futex {
    pub(crate) fn new(value: u32) -> Self {
        Self {
            word: AtomicU32::new(value),
            sleeper: way::Sleeper::new(),
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
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left.is_none_or(|left| !left.is_zero()) {
            self.sleeper.sleep(&self.word, expected, left);
        }
    }

    /// What wakes the sleeper, now or after this futex is gone.
    #[inline]
    pub(crate) fn alarm(&self) -> Alarm {
        self.sleeper.alarm(&self.word)
    }
}

/// futex(2).
#[cfg(all(
    target_os = "linux",
    target_pointer_width = "64",
    not(feature = "portable-park")
))]
mod system {
    use std::ptr;
    use std::sync::atomic::AtomicU32;
    use std::time::Duration;

    /// Nothing: the kernel knows sleepers by the address of the word.
    #[derive(Debug)]
    pub(crate) struct Sleeper;

    impl Sleeper {
        pub(crate) fn new() -> Self {
            Self
        }

        /// Sleeps while the word is `expected`, for `timeout` at most.
        pub(crate) fn sleep(&self, word: &AtomicU32, expected: u32, timeout: Option<Duration>) {
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
                    word.as_ptr(),
                    libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
                    expected,
                    timeout,
                );
            }
        }

        #[inline]
        pub(crate) fn alarm(&self, word: &AtomicU32) -> Alarm {
            Alarm {
                word: word.as_ptr(),
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

/// `std::thread::park`.
#[cfg(not(all(
    target_os = "linux",
    target_pointer_width = "64",
    not(feature = "portable-park")
)))]
mod portable {
    use std::cell::UnsafeCell;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread::{self, Thread};
    use std::time::Duration;

    /// The thread that may sleep: the one that made the futex.
    ///
    /// Never written; in a cell because the owner may give the futex up while a notifier is
    /// still inside `compare_exchange`, which it is not allowed to do to plain shared memory.
    #[derive(Debug)]
    pub(crate) struct Sleeper(UnsafeCell<Thread>);

    impl Sleeper {
        pub(crate) fn new() -> Self {
            Self(UnsafeCell::new(thread::current()))
        }

        /// Sleeps while the word is `expected`, for `timeout` at most.
        pub(crate) fn sleep(&self, word: &AtomicU32, expected: u32, timeout: Option<Duration>) {
            // ORDERING(relaxed): only decides whether to sleep; an alarm sounded in between has
            // left its token, so the park returns at once. The caller looks again with its own.
            if word.load(Ordering::Relaxed) != expected {
                return;
            }
            match timeout {
                None => thread::park(),
                Some(timeout) => thread::park_timeout(timeout),
            }
        }

        #[inline]
        pub(crate) fn alarm(&self, _word: &AtomicU32) -> Alarm {
            // SAFETY: nobody writes to the cell.
            let sleeper = unsafe { &*self.0.get() };
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

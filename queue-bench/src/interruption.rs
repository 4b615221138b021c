//! Ctrl-C, or a request to terminate: a run ends with the launch at hand and reports what it has
//! measured by then; a second request ends the program at once.

use std::io;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

/// The exit code of a run that was interrupted, as shells have it.
pub(crate) const INTERRUPTED: u8 = 130;

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// From now on a request is noted.
pub(crate) fn listen() -> io::Result<()> {
    ctrlc::set_handler(|| {
        if REQUESTED.swap(true, Ordering::Relaxed) {
            process::exit(INTERRUPTED.into());
        }
    })
    .map_err(io::Error::other)
}

/// Whether there was one.
pub(crate) fn is_requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

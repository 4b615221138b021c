//! What was built, and how: `build.rs` has told it to the compiler.

use serde::Serialize;

/// This build of the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Build {
    pub(super) queue_bench: &'static str,
    pub(super) commit: &'static str,
    /// Whether what was compiled in differed from the commit.
    pub(super) dirty: Option<bool>,
    /// A hash of the versions of everything.
    pub(super) lock_file: &'static str,
    pub(super) rustc: &'static str,
    pub(super) target: &'static str,
    pub(super) profile: &'static str,
    pub(super) rustflags: &'static str,
    pub(super) optimised: bool,
}

impl Build {
    pub(super) fn this() -> Self {
        let profile = env!("BUILT_PROFILE");
        Self {
            queue_bench: env!("CARGO_PKG_VERSION"),
            commit: env!("BUILT_COMMIT"),
            dirty: env!("BUILT_DIRTY").parse().ok(),
            lock_file: env!("BUILT_LOCK_FILE"),
            rustc: env!("VERSION_RUSTC"),
            target: env!("BUILT_TARGET"),
            profile,
            rustflags: env!("BUILT_RUSTFLAGS"),
            optimised: !cfg!(debug_assertions) && !profile.contains("opt-level=0"),
        }
    }
}

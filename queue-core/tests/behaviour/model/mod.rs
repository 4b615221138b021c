//! Random operation sequences against a `VecDeque`, on one thread.
//!
//! Two bytes make one operation, whatever they are. The property tests draw the
//! bytes, the fuzzer (`fuzz/`, which includes these files) evolves them, and both
//! run the same checks.

pub(crate) mod channel;
pub(crate) mod payload;
pub(crate) mod ring;

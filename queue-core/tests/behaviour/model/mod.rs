//! Random operation sequences against a `VecDeque`, on one thread.
//!
//! The property tests draw two bytes for an operation, the fuzzer (`fuzz/`, which
//! includes these files) evolves whole sequences, and both run the same checks.

mod books;
pub(crate) mod channel;
pub(crate) mod payload;
pub(crate) mod ring;
pub(crate) mod select;

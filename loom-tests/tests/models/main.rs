//! The models that hold queue-core to its word, and the proof that they can fail.
//!
//! queue-core's own source runs here, built against loom, which tries the
//! interleavings of a model's threads and the stale values that the orderings
//! allow. What loom does not see stands in VERIFICATION.md.

mod awaiting;
mod batch;
mod channel;
mod close;
mod evidence;
mod lone;
mod overtaking;
mod rendezvous;
mod ring;
mod search;
mod select;
mod slots;
mod spsc;
mod support;
mod tagged;
mod unbounded;
mod waiting;
mod weak;
mod weakened;
mod weighted;

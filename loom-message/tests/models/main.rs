//! The models that hold the queue in memory to its word, and the proof that they can fail.
//!
//! queue-message's own source runs here, over queue-core's, both built against loom.

mod cached;
mod clock;
mod closing;
mod delivery;
mod evidence;
mod expiry;
mod queue;
mod request;
#[path = "../../../loom-tests/tests/models/search.rs"]
mod search;
#[path = "../../../loom-tests/tests/models/tagged.rs"]
mod tagged;
#[path = "../../../loom-tests/tests/models/weakened.rs"]
mod weakened;

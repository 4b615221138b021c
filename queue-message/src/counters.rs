//! What a queue counts.

use metrics::{Counter, counter};

/// The counters of one queue, for backends: `queue.<name>.sent_messages`, `queue.<name>.received_messages` and
/// `queue.<name>.dead_messages`.
///
/// They go to whatever recorder the [`metrics`] facade has *at the time of [`of`](Self::of)*, and cost next to nothing
/// where there is none. A program installs its recorder before it makes its queues. Clones count into the same
/// counters, as do those of queues of one name.
///
/// ```
/// use queue_message::Counters;
///
/// let counters = Counters::of("orders");
/// counters.sent();
/// counters.received();
/// counters.dead();
/// ```
#[derive(Clone, Debug)]
pub struct Counters {
    sent: Counter,
    received: Counter,
    dead: Counter,
}

impl Counters {
    /// The counters of the queue of this name, from the recorder that is installed now.
    #[must_use]
    pub fn of(queue_name: &str) -> Self {
        let of = |what: &str| counter!(format!("queue.{queue_name}.{what}"));
        Self {
            sent: of("sent_messages"),
            received: of("received_messages"),
            dead: of("dead_messages"),
        }
    }

    /// A message was accepted from a sender. One that comes back, of itself or by hand, is not sent again; nor is a dead
    /// letter, to the queue that takes it.
    pub fn sent(&self) {
        self.sent.increment(1);
    }

    /// A message was handed to a receiver. Each delivery counts.
    pub fn received(&self) {
        self.received.increment(1);
    }

    /// A message of this queue was moved to the dead letters, by hand or for its many deliveries.
    pub fn dead(&self) {
        self.dead.increment(1);
    }
}

//! What a queue promises: the terms under which two of them may be compared.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The order in which messages come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// One order for all messages: first in, first out.
    Fifo,
    /// Only the messages of one producer keep their order.
    PerProducer,
    /// Only the messages of one channel keep their order, of several that are received from.
    PerChannel,
}

impl Order {
    /// Whether whoever keeps this order keeps that one as well.
    #[must_use]
    pub fn implies(self, other: Self) -> bool {
        self == other || matches!((self, other), (Self::Fifo, Self::PerProducer))
    }
}

/// How many threads may use each end at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Topology {
    /// One producer, one consumer.
    Spsc,
    /// Many producers, one consumer.
    Mpsc,
    /// One producer, many consumers.
    Spmc,
    /// Many producers, many consumers.
    Mpmc,
}

impl Topology {
    /// Every topology.
    pub const ALL: [Self; 4] = [Self::Spsc, Self::Mpsc, Self::Spmc, Self::Mpmc];

    /// Whether whoever allows this allows that as well.
    #[must_use]
    pub fn implies(self, other: Self) -> bool {
        self == other || self == Self::Mpmc || other == Self::Spsc
    }

    /// Whether that many producers and consumers may share the queue.
    #[must_use]
    pub fn serves(self, producers: usize, consumers: usize) -> bool {
        let (many_producers, many_consumers) = match self {
            Self::Spsc => (false, false),
            Self::Mpsc => (true, false),
            Self::Spmc => (false, true),
            Self::Mpmc => (true, true),
        };
        (producers == 1 || many_producers) && (consumers == 1 || many_consumers)
    }
}

/// What an operation does when the queue is full, or empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// It waits, in whatever way the queue has.
    Block,
    /// It returns at once; the caller backs off and tries again.
    Try,
    /// It suspends the task, which is all that its thread runs.
    Async,
    /// The like, with all tasks on a runtime of tokio's that has as many threads as the cell uses cores.
    Tokio,
    /// The like, on a runtime that has one thread.
    TokioCurrent,
    /// Sixteen messages at a time, in one call if the queue has such a call.
    Batch16,
    /// The like with sixty-four.
    Batch64,
    /// A message is sent, received and completed, each by a task, on a runtime of tokio's that has as many threads as the
    /// cell uses cores.
    Messages,
    /// The like, on a runtime that has one thread.
    MessagesCurrent,
}

impl Mode {
    /// Every mode, in the order in which they are run.
    pub const ALL: [Self; 9] = [
        Self::Block,
        Self::Try,
        Self::Async,
        Self::Tokio,
        Self::TokioCurrent,
        Self::Batch16,
        Self::Batch64,
        Self::Messages,
        Self::MessagesCurrent,
    ];

    /// Those in which each worker is a thread.
    pub const OF_THREADS: [Self; 5] = [
        Self::Block,
        Self::Try,
        Self::Async,
        Self::Batch16,
        Self::Batch64,
    ];

    /// Those in which the workers are tasks of one runtime.
    pub const OF_TASKS: [Self; 2] = [Self::Tokio, Self::TokioCurrent];

    /// Those in which such tasks pass messages that are completed.
    pub const OF_MESSAGES: [Self; 2] = [Self::Messages, Self::MessagesCurrent];

    /// Whether messages are completed.
    #[must_use]
    pub const fn is_of_messages(self) -> bool {
        matches!(self, Self::Messages | Self::MessagesCurrent)
    }

    /// Whether the workers are tasks of one runtime.
    #[must_use]
    pub const fn has_runtime(self) -> bool {
        matches!(self, Self::Tokio | Self::TokioCurrent) || self.is_of_messages()
    }

    /// How many messages a call passes at most.
    #[must_use]
    pub const fn batch(self) -> usize {
        match self {
            Self::Block | Self::Try | Self::Async => 1,
            Self::Tokio | Self::TokioCurrent | Self::Messages | Self::MessagesCurrent => 1,
            Self::Batch16 => 16,
            Self::Batch64 => 64,
        }
    }
}

/// What an operation that does not wait does for those who would.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Nothing: nobody can sleep on the queue.
    Ring,
    /// It wakes whoever sleeps at the other end.
    Channel,
    /// The like, where others keep a message until it is completed; this one lets go of it when it is received.
    Raw,
}

/// How a contract ends that is a ring's, ...
const RING: &str = "/ring";
/// ... and one that keeps no messages.
const RAW: &str = "/raw";

/// What a queue promises, whatever the cell makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contract {
    /// The order of the messages.
    pub order: Order,
    /// How many threads may use each end.
    pub topology: Topology,
    /// What happens at the limits.
    pub mode: Mode,
    /// Whether anybody may sleep on it meanwhile.
    pub form: Form,
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fifo => "fifo",
            Self::PerProducer => "per-producer",
            Self::PerChannel => "per-channel",
        })
    }
}

impl fmt::Display for Topology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Spsc => "spsc",
            Self::Mpsc => "mpsc",
            Self::Spmc => "spmc",
            Self::Mpmc => "mpmc",
        })
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Block => "block",
            Self::Try => "try",
            Self::Async => "async",
            Self::Tokio => "tokio",
            Self::TokioCurrent => "tokio-current",
            Self::Batch16 => "batch16",
            Self::Batch64 => "batch64",
            Self::Messages => "messages",
            Self::MessagesCurrent => "messages-current",
        })
    }
}

impl fmt::Display for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.order, self.topology, self.mode)?;
        match self.form {
            Form::Ring => f.write_str(RING),
            Form::Raw => f.write_str(RAW),
            Form::Channel => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contract_is_written_order_topology_mode() {
        let contract = Contract {
            order: Order::PerProducer,
            topology: Topology::Spmc,
            mode: Mode::Try,
            form: Form::Channel,
        };
        assert_eq!(contract.to_string(), "per-producer/spmc/try");
        let ring = Contract {
            form: Form::Ring,
            ..contract
        };
        assert_eq!(ring.to_string(), "per-producer/spmc/try/ring");
        let raw = Contract {
            mode: Mode::MessagesCurrent,
            form: Form::Raw,
            ..contract
        };
        assert_eq!(raw.to_string(), "per-producer/spmc/messages-current/raw");
    }

    #[test]
    fn a_worker_is_a_thread_or_a_task_in_every_mode() {
        for mode in Mode::ALL {
            let kinds = [&Mode::OF_THREADS[..], &Mode::OF_TASKS, &Mode::OF_MESSAGES];
            let is_of = kinds.map(|kind| kind.contains(&mode));
            let completes = mode.is_of_messages();
            let passes_on = mode.has_runtime() && !completes;
            assert_eq!(is_of, [!mode.has_runtime(), passes_on, completes], "{mode}");
            let written = serde_json::to_value(mode).unwrap();
            assert_eq!(
                written,
                mode.to_string(),
                "a plan and a row call it the same"
            );
        }
    }

    #[test]
    fn a_queue_serves_the_shapes_within_its_topology() {
        assert!(Topology::Mpmc.serves(2, 2));
        assert!(Topology::Mpsc.serves(4, 1) && !Topology::Mpsc.serves(1, 2));
        assert!(Topology::Spmc.serves(1, 4) && !Topology::Spmc.serves(2, 1));
        assert!(Topology::Mpmc.implies(Topology::Spmc) && Topology::Mpsc.implies(Topology::Spsc));
        assert!(!Topology::Mpsc.implies(Topology::Spmc) && !Topology::Spsc.implies(Topology::Mpmc));
        assert!(Topology::Spsc.serves(1, 1) && !Topology::Spsc.serves(2, 1));
    }
}

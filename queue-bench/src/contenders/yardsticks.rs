//! Our queues, and whose yardstick each of them is.
//!
//! A queue that promises less can be faster, so that a peer is compared with the one of ours that is
//! made for its contract. Which that is stands in [`YARDSTICKS`]: another queue of ours is another line.

use super::Contender;
use crate::contract::{Contract, Form, Mode, Topology};

/// The name that our own queues compete under.
pub const OURS: &str = "queue-core";

/// The name of our channel where our ring has that name.
pub const OUR_CHANNEL: &str = "queue-core-channel";

/// The name of our ring for one producer and one consumer.
pub const OUR_SPSC_RING: &str = "queue-core-spsc";

/// The name of our queue of messages.
pub const OUR_MESSAGES: &str = "queue-message";

/// The name under which they run a second time, as their own peer: what differs between
/// the two is noise.
pub const CONTROL: &str = "control";

/// The like of our channel in `try`.
pub const CHANNEL_CONTROL: &str = "control-channel";

/// The like of our ring for one producer and one consumer.
pub const SPSC_RING_CONTROL: &str = "control-spsc";

/// The like of our queue of messages.
pub const MESSAGES_CONTROL: &str = "control-message";

/// One of our queues, and the contracts of those who are compared with it.
struct Yardstick {
    ours: &'static str,
    control: &'static str,
    /// What the contracts may be, in each respect.
    topologies: &'static [Topology],
    forms: &'static [Form],
    modes: &'static [Mode],
}

/// The first line that fits a contract counts, of those whose queue takes part.
///
/// A queue of ours stands in it with all modes that it takes part in, and fits its own line first.
const YARDSTICKS: [Yardstick; 4] = [
    Yardstick {
        ours: OUR_MESSAGES,
        control: MESSAGES_CONTROL,
        topologies: &Topology::ALL,
        forms: &[Form::Channel, Form::Raw],
        modes: &Mode::OF_MESSAGES,
    },
    Yardstick {
        ours: OUR_SPSC_RING,
        control: SPSC_RING_CONTROL,
        topologies: &[Topology::Spsc],
        forms: &[Form::Ring],
        modes: &[Mode::Try, Mode::Batch16, Mode::Batch64],
    },
    Yardstick {
        ours: OUR_CHANNEL,
        control: CHANNEL_CONTROL,
        topologies: &Topology::ALL,
        forms: &[Form::Channel],
        modes: &[Mode::Try],
    },
    Yardstick {
        ours: OURS,
        control: CONTROL,
        topologies: &Topology::ALL,
        forms: &[Form::Ring, Form::Channel],
        modes: &Mode::ALL,
    },
];

impl Yardstick {
    fn fits(&self, contract: &Contract) -> bool {
        self.topologies.contains(&contract.topology)
            && self.forms.contains(&contract.form)
            && self.modes.contains(&contract.mode)
    }
}

/// The names of our own queues.
pub(crate) fn our_names() -> impl Iterator<Item = &'static str> {
    YARDSTICKS.iter().rev().map(|line| line.ours)
}

/// Whether one of our own queues is called so.
#[must_use]
pub fn is_ours(name: &str) -> bool {
    our_names().any(|ours| ours == name)
}

/// The second name of one of ours.
#[must_use]
pub fn control_of(ours: &str) -> &'static str {
    let line = YARDSTICKS.iter().find(|line| line.ours == ours);
    line.map_or(CONTROL, |line| line.control)
}

/// Which of ours, of those that are there, is compared with queues of this contract; if none is made
/// for it, the first.
pub(crate) fn yardstick<'a>(
    contract: &Contract,
    ours: impl Iterator<Item = &'a Contender>,
) -> Option<&'static str> {
    let there: Vec<_> = ours.map(|contender| contender.name).collect();
    let mut fitting = YARDSTICKS.iter().filter(|line| line.fits(contract));
    fitting
        .find(|line| there.contains(&line.ours))
        .map(|line| line.ours)
        .or(there.first().copied())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::contenders::all;

    #[test]
    fn each_of_ours_is_its_own_yardstick_in_all_that_it_does() {
        let all = all();
        for name in our_names() {
            assert!(all.iter().any(|contender| contender.name == name), "{name}");
        }
        for ours in all.iter().filter(|contender| contender.is_ours()) {
            let together = all
                .iter()
                .filter(|other| other.is_ours() && other.contract.mode == ours.contract.mode);
            assert_eq!(yardstick(&ours.contract, together), Some(ours.name));
        }
    }

    #[test]
    fn names_and_controls_are_all_different() {
        let names = our_names().chain(our_names().map(control_of));
        assert_eq!(names.collect::<BTreeSet<_>>().len(), 2 * YARDSTICKS.len());
        assert!(!is_ours(CONTROL) && !is_ours("kanal"));
    }

    #[test]
    fn rings_for_two_threads_are_measured_by_ours_for_two_threads_if_it_is_there() {
        let all = all();
        let of = |name: &str, mode: Mode| {
            let mut all = all.iter();
            let found = all.find(|c| c.name == name && c.contract.mode == mode);
            found.unwrap_or_else(|| panic!("{name} {mode}"))
        };
        let measured_by = |peer: &str, mode: Mode, ours: &[&str]| {
            let ours = all.iter().filter(|c| ours.contains(&c.name));
            yardstick(&of(peer, mode).contract, ours)
        };
        let every = [OURS, OUR_CHANNEL, OUR_SPSC_RING, OUR_MESSAGES];
        for (peer, mode, ours) in [
            ("rtrb", Mode::Try, OUR_SPSC_RING),
            ("ringbuf", Mode::Batch64, OUR_SPSC_RING),
            ("gil-spsc", Mode::Batch16, OUR_SPSC_RING),
            ("nexus-queue", Mode::Try, OUR_SPSC_RING),
            ("nexus-queue-mpsc", Mode::Try, OURS),
            ("crossbeam-queue", Mode::Try, OURS),
            ("gil-sharded", Mode::Batch64, OURS),
            ("crossfire-spsc", Mode::Try, OUR_CHANNEL),
            ("crossfire-spsc", Mode::Block, OURS),
            ("tokio", Mode::TokioCurrent, OURS),
            ("omniqueue", Mode::Messages, OUR_MESSAGES),
            ("raw-channel", Mode::MessagesCurrent, OUR_MESSAGES),
        ] {
            assert_eq!(measured_by(peer, mode, &every), Some(ours), "{peer} {mode}");
        }
        assert_eq!(measured_by("rtrb", Mode::Try, &every[..2]), Some(OURS));
        assert_eq!(
            measured_by("rtrb", Mode::Try, &[OUR_CHANNEL]),
            Some(OUR_CHANNEL)
        );
        assert_eq!(measured_by("rtrb", Mode::Try, &[]), None);
    }
}

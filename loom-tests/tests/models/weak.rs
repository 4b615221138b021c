//! Models of weak handles: upgraded, or too late, and who frees the memory.

use crate::support::{Search, explore, recv, try_recv};
use loom::alloc::Track;
use loom::thread;
use queue_core_loom::bounded;

/// An upgrade against the drop of the last sender: a sender that sends, or none, and then the end. Three
/// preemptions.
/// Explores 510 executions.
#[test]
fn upgrade_against_the_last_sender() {
    explore(Search::preemptions(3, 255), || {
        let (sender, receiver) = bounded(1);
        let weak = sender.downgrade();
        let dropper = thread::spawn(move || drop(sender));
        let sent = match weak.upgrade() {
            Some(sender) => {
                assert!(sender.send(Track::new(1)).is_ok());
                true
            }
            None => false,
        };
        assert_eq!(recv(&receiver), sent.then_some(1));
        assert_eq!(recv(&receiver), None);
        dropper.join().unwrap();
        assert!(weak.upgrade().is_none());
    });
}

/// An upgrade against the drop of the last receiver: one that receives, or none, and the message is
/// dropped. Unbounded.
/// Explores 18 executions.
#[test]
fn upgrade_against_the_last_receiver() {
    explore(Search::unbounded(9), || {
        let (sender, receiver) = bounded(1);
        assert!(sender.send(Track::new(1)).is_ok());
        let weak = receiver.downgrade();
        let dropper = thread::spawn(move || drop(receiver));
        if let Some(receiver) = weak.upgrade() {
            assert_eq!(try_recv(&receiver), Some(1));
        }
        dropper.join().unwrap();
        assert!(weak.upgrade().is_none());
        assert!(sender.send(Track::new(2)).is_err());
    });
}

/// Both ends and a weak handle go at the same time: the last one frees. Without D3 it may do so while
/// another looks at the counts. Unbounded.
/// Explores 220 executions.
#[test]
fn a_weak_handle_against_both_ends() {
    explore(Search::unbounded(110), || {
        let (sender, receiver) = bounded::<u8>(1);
        let weak = sender.downgrade();
        let other = thread::spawn(move || drop(weak.upgrade()));
        drop((sender, receiver));
        other.join().unwrap();
    });
}

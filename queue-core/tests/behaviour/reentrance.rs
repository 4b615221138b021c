//! Messages whose `Drop` uses the channel that drops them, and messages that
//! hold handles of the channel they lie in.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use queue_core::{
    Receiver, RecvError, Select, SendError, SendTimeoutError, Sender, TryRecvError, TrySendError,
    bounded, select,
};

use crate::model::channel::open;
use crate::support::{Ledger, Tracked, Watchdog, dawdle};

/// With so many messages in it, each is full or has more than one block.
const FILLED: [(Option<usize>, usize); 4] = [(Some(1), 1), (Some(3), 3), (Some(3), 2), (None, 70)];

/// A message that does something when it is dropped.
struct Meddler {
    _tracked: Tracked,
    meddle: Option<Box<dyn FnOnce() + Send>>,
}

impl Meddler {
    fn new(id: usize, ledger: &Arc<Ledger>, meddle: impl FnOnce() + Send + 'static) -> Self {
        Self {
            _tracked: Tracked::new(id, ledger),
            meddle: Some(Box::new(meddle)),
        }
    }
}

impl Drop for Meddler {
    fn drop(&mut self) {
        if let Some(meddle) = self.meddle.take() {
            meddle();
        }
    }
}

/// Each of the first `inside` messages of the ledger sends five more when it is dropped, in every
/// way, and is turned away. It keeps a sender to do so.
fn fill_with_stubborn(sender: &Sender<Meddler>, inside: usize, ledger: &Arc<Ledger>) {
    for id in 0..inside {
        let (own, ids) = (sender.clone(), Arc::clone(ledger));
        let meddle = move || {
            let mut more = (0..5).map(|offset| {
                let id = inside + 5 * id + offset;
                Meddler::new(id, &ids, || {})
            });
            let mut next = || more.next().unwrap();
            assert!(matches!(
                own.try_send(next()),
                Err(TrySendError::Disconnected(_))
            ));
            assert!(own.send(next()).is_err());
            assert!(matches!(
                own.send_timeout(next(), Duration::MAX),
                Err(SendTimeoutError::Disconnected(_))
            ));
            select! {
                send(own, next()) -> sent => assert!(sent.is_err()),
            }
            let mut select = Select::new();
            select.send(&own);
            assert_eq!(select.ready(), 0);
            assert!(own.clone().try_send(next()).is_err());
        };
        assert!(sender.try_send(Meddler::new(id, ledger, meddle)).is_ok());
    }
}

#[test]
fn messages_that_send_while_the_last_receiver_drops_them_are_turned_away() {
    let _limit = Watchdog::new();
    for (capacity, inside) in FILLED {
        for senders_go_first in [false, true] {
            let ledger = Ledger::new(6 * inside);
            let (sender, receiver) = open(capacity);
            fill_with_stubborn(&sender, inside, &ledger);
            // Otherwise the last senders go with their messages.
            let kept = (!senders_go_first).then_some(sender);
            drop(receiver);
            assert!((0..6 * inside).all(|id| ledger.drops(id) == 1));
            assert!(kept.is_none_or(|sender| sender.is_empty()));
        }
    }
}

#[test]
fn a_message_that_is_turned_away_at_last_may_send_again() {
    let _limit = Watchdog::new();
    for round in 0..100 {
        let ledger = Ledger::new(2);
        let (sender, receiver) = bounded::<Meddler>(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                let (own, ids) = (sender.clone(), Arc::clone(&ledger));
                let again = move || {
                    assert!(own.send(Meddler::new(1, &ids, || {})).is_err());
                };
                let SendError(refused) = sender.send(Meddler::new(0, &ledger, again)).unwrap_err();
                assert_eq!((ledger.drops(0), ledger.drops(1)), (0, 0));
                drop(refused);
            });
            dawdle(round);
            drop(receiver);
        });
        assert_eq!((ledger.drops(0), ledger.drops(1)), (1, 1));
    }
}

/// A message that sends its successor when it is dropped.
struct Chain {
    left: usize,
    sender: Sender<Self>,
    _tracked: Tracked,
    ledger: Arc<Ledger>,
}

const LINKS: usize = 100;

impl Chain {
    fn new(left: usize, sender: &Sender<Self>, ledger: &Arc<Ledger>) -> Self {
        Self {
            left,
            sender: sender.clone(),
            _tracked: Tracked::new(left, ledger),
            ledger: Arc::clone(ledger),
        }
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        if let Some(left) = self.left.checked_sub(1) {
            // Where it is refused, it is dropped, and tries in its turn.
            let next = Self::new(left, &self.sender, &self.ledger);
            drop(self.sender.try_send(next));
        }
    }
}

#[test]
fn messages_that_send_their_successors_come_to_an_end() {
    for capacity in [Some(1), Some(3), None] {
        let ledger = Ledger::new(LINKS);
        let (sender, receiver) = open(capacity);
        let first = || Chain::new(LINKS - 1, &sender, &ledger);
        assert!(sender.send(first()).is_ok());
        let mut links = 0;
        while let Ok(link) = receiver.try_recv() {
            links += 1;
            assert_eq!(link.left, LINKS - links);
        }
        assert_eq!(links, LINKS);
        assert!((0..LINKS).all(|id| ledger.drops(id) == 1));
        // Now its successors are refused, all the way.
        assert!(sender.send(first()).is_ok());
        drop(receiver);
        assert!((0..LINKS).all(|id| ledger.drops(id) == 2));
    }
}

#[test]
fn a_message_dropped_with_its_selection_may_send_its_successor() {
    for capacity in [Some(1), Some(3), None] {
        let ledger = Ledger::new(LINKS);
        let (sender, receiver) = open(capacity);
        let first = Chain::new(LINKS - 1, &sender, &ledger);
        assert!(sender.send(first).is_ok());
        for left in (0..LINKS).rev() {
            let mut select = Select::new();
            select.recv(&receiver);
            let chosen = select.select();
            assert!(receiver.is_empty());
            let dropped = catch_unwind(AssertUnwindSafe(|| drop(chosen)));
            assert!(dropped.is_err());
            assert_eq!(ledger.drops(left), 1);
            assert_eq!(receiver.len(), usize::from(left > 0));
        }
        drop(receiver);
        assert!((0..LINKS).all(|id| ledger.drops(id) == 1));
    }
}

#[test]
fn a_message_that_receives_while_it_is_dropped_finds_the_others() {
    for (capacity, inside) in FILLED {
        let ledger = Ledger::new(inside + 1);
        let found = Arc::new(AtomicUsize::new(0));
        let (sender, receiver) = open(capacity);
        let (own, count) = (receiver.clone(), Arc::clone(&found));
        let meddle = move || {
            count.store(own.try_iter().count(), Ordering::Relaxed);
            assert_eq!(own.try_recv().err(), Some(TryRecvError::Empty));
        };
        assert!(sender.send(Meddler::new(0, &ledger, meddle)).is_ok());
        let first = receiver.recv().ok();
        for id in 1..=inside {
            let plain = Meddler::new(id, &ledger, || {});
            assert!(sender.try_send(plain).is_ok());
        }
        drop(receiver);
        assert_eq!(ledger.drops(0), 0);
        // With it goes the last receiver.
        drop(first);
        assert_eq!(found.load(Ordering::Relaxed), inside);
        assert!((0..=inside).all(|id| ledger.drops(id) == 1));
        let late = Meddler::new(0, &ledger, || {});
        assert!(sender.try_send(late).unwrap_err().is_disconnected());
    }
}

/// A message that may hold either end of a channel of its kind, its own even.
struct Parcel {
    _tracked: Tracked,
    ends: (Option<Sender<Self>>, Option<Receiver<Self>>),
}

fn parcel(
    id: usize,
    ledger: &Arc<Ledger>,
    ends: (Option<Sender<Parcel>>, Option<Receiver<Parcel>>),
) -> Parcel {
    Parcel {
        _tracked: Tracked::new(id, ledger),
        ends,
    }
}

#[test]
fn the_last_receiver_may_drop_the_last_senders_out_of_messages() {
    for (capacity, inside) in FILLED {
        let ledger = Ledger::new(inside);
        let (sender, receiver) = open(capacity);
        for id in 0..inside {
            let message = parcel(id, &ledger, (Some(sender.clone()), None));
            assert!(sender.try_send(message).is_ok());
        }
        drop(sender);
        let first = receiver.recv().ok();
        drop(receiver);
        assert!((1..inside).all(|id| ledger.drops(id) == 1));
        let turned_away = first.map(|mut first| {
            let last = first.ends.0.take().expect("a sender");
            last.try_send(first).unwrap_err().is_disconnected()
        });
        assert_eq!(turned_away, Some(true));
        assert_eq!(ledger.drops(0), 1);
    }
}

#[test]
fn a_receiver_in_a_message_of_its_own_channel_keeps_it_open_and_is_the_last() {
    for (capacity, inside) in FILLED {
        let ledger = Ledger::new(inside + 1);
        let (sender, receiver) = open(capacity);
        let own = (Some(sender.clone()), Some(receiver.clone()));
        assert!(sender.try_send(parcel(0, &ledger, own)).is_ok());
        let taken = receiver.recv().ok();
        for id in 1..=inside {
            assert!(sender.try_send(parcel(id, &ledger, (None, None))).is_ok());
        }
        drop(receiver);
        assert!((0..=inside).all(|id| ledger.drops(id) == 0));
        drop(taken);
        assert!((0..=inside).all(|id| ledger.drops(id) == 1));
        let late = parcel(0, &ledger, (None, None));
        assert!(sender.send(late).is_err(), "the last receiver is gone");
    }
}

#[test]
fn handles_travel_through_a_rendezvous_of_their_own() {
    let _limit = Watchdog::new();
    let ledger = Ledger::new(2);
    let (sender, receiver) = bounded(0);
    thread::scope(|scope| {
        let ends = (Some(sender.clone()), Some(receiver.clone()));
        let partner = scope.spawn(|| sender.send(parcel(0, &ledger, ends)).is_ok());
        let received = receiver.recv().ok();
        assert!(partner.join().unwrap());
        let (own_sender, own_receiver) = received.expect("a parcel").ends;
        let (own_sender, own_receiver) = (own_sender.unwrap(), own_receiver.unwrap());
        assert!(own_sender.same_channel(&sender) && own_receiver.same_channel(&receiver));
        let ends = (Some(own_sender), None);
        let partner = scope.spawn(move || own_receiver.recv().map(drop));
        assert!(sender.send(parcel(1, &ledger, ends)).is_ok());
        assert_eq!(partner.join().unwrap(), Ok(()));
    });
    assert_eq!((ledger.drops(0), ledger.drops(1)), (1, 1));
    drop(sender);
    assert_eq!(receiver.recv().err(), Some(RecvError));
}

#[test]
fn channels_within_channels_close_one_after_the_other() {
    for capacity in [Some(1), None] {
        let ledger = Ledger::new(LINKS);
        let (mut sender, mut receiver) = open(capacity);
        for id in 0..LINKS {
            let (outer, outer_end) = open(capacity);
            let message = parcel(id, &ledger, (Some(sender), Some(receiver)));
            assert!(outer.send(message).is_ok());
            (sender, receiver) = (outer, outer_end);
        }
        assert!((0..LINKS).all(|id| ledger.drops(id) == 0));
        drop(receiver);
        assert!((0..LINKS).all(|id| ledger.drops(id) == 1));
    }
}

#[test]
fn a_message_that_sends_while_a_receiver_drops_it_wakes_who_waits() {
    let _limit = Watchdog::new();
    for round in 0..200 {
        let capacity = [Some(0), Some(1), None][round % 3];
        let ledger = Ledger::new(2);
        let (sender, receiver) = open::<Meddler>(capacity);
        thread::scope(|scope| {
            let receivers = [(); 2].map(|()| scope.spawn(|| receiver.recv().map(drop)));
            dawdle(round);
            let (own, ids) = (sender.clone(), Arc::clone(&ledger));
            // Whoever drops it finds the other one waiting, or on its way.
            let meddle = move || assert!(own.send(Meddler::new(1, &ids, || {})).is_ok());
            assert!(sender.send(Meddler::new(0, &ledger, meddle)).is_ok());
            let received = receivers.map(|receiver| receiver.join().unwrap());
            assert_eq!(received, [Ok(()), Ok(())]);
        });
        assert_eq!((ledger.drops(0), ledger.drops(1)), (1, 1));
    }
}

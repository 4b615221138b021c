//! A selected operation that is dropped, forgotten or completed late: messages
//! are dropped once, room comes back, and whoever is parked gets going.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use queue_core::{
    Receiver, RecvError, RecvTimeoutError, Select, SelectedOperation, SendError, Sender,
    TryRecvError, TrySendError, bounded, unbounded,
};

use crate::model::channel::open;
use crate::support::{Ledger, Tracked, Watchdog, dawdle};

const BUFFERS: [Option<usize>; 3] = [Some(1), Some(3), None];

fn select_send<T>(sender: &Sender<T>) -> SelectedOperation<'_> {
    let mut select = Select::new();
    select.send(sender);
    select.select()
}

fn select_recv<T>(receiver: &Receiver<T>) -> SelectedOperation<'_> {
    let mut select = Select::new();
    select.recv(receiver);
    select.select()
}

/// What the panic says that the action ends in.
fn panic_of<R>(action: impl FnOnce() -> R) -> String {
    let panic = catch_unwind(AssertUnwindSafe(action))
        .err()
        .expect("it panics");
    match panic.downcast::<String>() {
        Ok(words) => *words,
        Err(panic) => (*panic.downcast::<&str>().expect("words")).to_owned(),
    }
}

fn drop_uncompleted(chosen: SelectedOperation<'_>) {
    let words = panic_of(|| drop(chosen));
    assert!(words.contains("without completing"), "{words}");
}

/// A message too large to be kept beside its selection, and one that asks for a wide alignment.
#[repr(align(128))]
struct Bulky {
    tracked: Tracked,
    _bulk: [u8; 200],
}

impl From<Tracked> for Bulky {
    fn from(tracked: Tracked) -> Self {
        Self {
            tracked,
            _bulk: [7; 200],
        }
    }
}

impl From<Bulky> for Tracked {
    fn from(bulky: Bulky) -> Self {
        bulky.tracked
    }
}

fn drop_a_selected_receive<T: From<Tracked> + Into<Tracked> + Send>() {
    for capacity in BUFFERS {
        let ledger = Ledger::new(3);
        let message = |id| T::from(Tracked::new(id, &ledger));
        let (sender, receiver) = open(capacity);
        assert!(sender.send(message(0)).is_ok());
        let chosen = select_recv(&receiver);
        assert!(receiver.is_empty(), "it is taken already");
        assert!(sender.try_send(message(1)).is_ok(), "its room is free");
        assert_eq!(ledger.drops(0), 0);
        drop_uncompleted(chosen);
        assert_eq!(ledger.drops(0), 1);
        let next: Tracked = receiver.recv().unwrap().into();
        assert_eq!(next.id, 1);
    }
    thread::scope(|scope| {
        let ledger = Ledger::new(1);
        let (sender, receiver) = bounded(0);
        let message = T::from(Tracked::new(0, &ledger));
        let partner = scope.spawn(move || sender.send(message).is_ok());
        let chosen = select_recv(&receiver);
        assert!(partner.join().unwrap(), "it was received");
        assert_eq!(ledger.drops(0), 0);
        drop_uncompleted(chosen);
        assert_eq!(ledger.drops(0), 1);
    });
}

#[test]
fn a_selected_receive_that_is_dropped_drops_its_message_once_and_panics() {
    let _limit = Watchdog::new();
    drop_a_selected_receive::<Tracked>();
    drop_a_selected_receive::<Bulky>();
}

#[test]
fn a_selected_end_that_is_dropped_panics_and_harms_nobody() {
    for capacity in [Some(0), Some(1), Some(3), None] {
        let (sender, receiver) = open::<u8>(capacity);
        drop(receiver);
        drop_uncompleted(select_send(&sender));
        assert_eq!(sender.try_send(7), Err(TrySendError::Disconnected(7)));
        let (sender, receiver) = open::<u8>(capacity);
        drop(sender);
        drop_uncompleted(select_recv(&receiver));
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    }
}

#[test]
fn a_selected_send_that_is_dropped_gives_its_room_back() {
    for capacity in [1, 3] {
        for (before, after) in (0..capacity).flat_map(|before| {
            let room = capacity - before - 1;
            (0..=room).map(move |after| (before, after))
        }) {
            let ledger = Ledger::new(3 * capacity);
            let mut ids = 0..3 * capacity;
            let mut message = || Tracked::new(ids.next().unwrap(), &ledger);
            let (sender, receiver) = bounded(capacity);
            (0..before).for_each(|_| assert!(sender.try_send(message()).is_ok()));
            let chosen = select_send(&sender);
            (0..after).for_each(|_| assert!(sender.try_send(message()).is_ok()));
            assert_eq!(sender.len(), before + 1 + after);
            drop_uncompleted(chosen);
            let in_order = |ids: std::ops::Range<usize>| {
                ids.for_each(|id| assert_eq!(receiver.try_recv().unwrap().id, id));
            };
            in_order(0..before);
            assert_eq!((receiver.len(), receiver.is_empty()), (after, after == 0));
            assert!(!receiver.is_full());
            // As much as if it had never been.
            (after..capacity).for_each(|_| assert!(sender.try_send(message()).is_ok()));
            assert!(sender.try_send(message()).unwrap_err().is_full());
            in_order(before..before + capacity);
            assert_eq!(receiver.try_recv().err(), Some(TryRecvError::Empty));
            assert!((0..before + capacity + 1).all(|id| ledger.drops(id) == 1));
        }
    }
}

/// A send is selected with so many messages before it and after it, and dropped while senders
/// are parked: they need that room, and that of those that are then received.
fn parked_senders_get_going(capacity: usize, before: usize, after: usize, parked: usize) {
    for round in 0..100 {
        let (sender, receiver) = bounded(capacity);
        (0..before).for_each(|_| sender.try_send(0).unwrap());
        let chosen = select_send(&sender);
        (0..after).for_each(|_| sender.try_send(0).unwrap());
        assert!(sender.is_full());
        thread::scope(|scope| {
            for _ in 0..parked {
                scope.spawn(|| sender.send(1).unwrap());
            }
            dawdle(round);
            drop_uncompleted(chosen);
            (0..before).for_each(|_| assert_eq!(receiver.recv(), Ok(0)));
        });
        let left = receiver.try_iter().sum::<usize>();
        assert_eq!(left, parked);
    }
}

#[test]
fn a_parked_sender_gets_the_room_that_a_selected_send_gives_up() {
    let _limit = Watchdog::new();
    parked_senders_get_going(1, 0, 0, 1);
    parked_senders_get_going(3, 0, 2, 1);
    parked_senders_get_going(3, 1, 1, 2);
    parked_senders_get_going(3, 2, 0, 3);
}

#[test]
fn parked_receivers_get_what_was_sent_behind_a_selected_send() {
    let _limit = Watchdog::new();
    for round in 0..200 {
        let (sender, receiver) = bounded(3);
        let chosen = select_send(&sender);
        thread::scope(|scope| {
            let receivers = [(); 2].map(|()| scope.spawn(|| receiver.recv().unwrap()));
            dawdle(round);
            sender.try_send(1).unwrap();
            let expected = if round % 2 == 0 {
                dawdle(round / 2);
                drop_uncompleted(chosen);
                sender.send(2).unwrap();
                [1, 2]
            } else {
                dawdle(round / 2);
                chosen.send(&sender, 0).unwrap();
                [0, 1]
            };
            let mut received = receivers.map(|receiver| receiver.join().unwrap());
            received.sort_unstable();
            assert_eq!(received, expected);
        });
    }
}

#[test]
fn a_message_behind_a_selected_send_is_not_received_before_it() {
    for capacity in [2, 3] {
        let (sender, receiver) = bounded(capacity);
        let chosen = select_send(&sender);
        sender.try_send("second").unwrap();
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
        let a_moment = Duration::from_millis(1);
        assert_eq!(
            receiver.recv_timeout(a_moment),
            Err(RecvTimeoutError::Timeout)
        );
        let mut select = Select::new();
        select.recv(&receiver);
        assert!(select.try_select().is_err() && select.try_ready().is_err());
        assert!(select.select_timeout(a_moment).is_err());
        chosen.send(&sender, "first").unwrap();
        assert_eq!(receiver.try_iter().collect::<Vec<_>>(), ["first", "second"]);
    }
}

#[test]
fn a_met_receiver_finds_another_partner_where_the_selected_send_is_dropped() {
    let _limit = Watchdog::new();
    for round in 0..100 {
        let (sender, receiver) = bounded(0);
        thread::scope(|scope| {
            let met = scope.spawn(|| receiver.recv());
            drop_uncompleted(select_send(&sender));
            dawdle(round);
            sender.send(round).unwrap();
            assert_eq!(met.join().unwrap(), Ok(round));
            // One that is late by then says so.
            let late = scope.spawn(|| receiver.recv_timeout(Duration::from_micros(200)));
            if let Ok(chosen) = {
                let mut select = Select::new();
                select.send(&sender);
                select.select_timeout(Duration::from_millis(1))
            } {
                drop_uncompleted(chosen);
            }
            assert_eq!(late.join().unwrap(), Err(RecvTimeoutError::Timeout));
        });
    }
}

#[test]
fn a_forgotten_receive_leaks_its_message_and_nothing_else() {
    for capacity in BUFFERS {
        let ledger = Ledger::new(3);
        let (sender, receiver) = open(capacity);
        for id in 0..3 {
            assert!(sender.try_send(Tracked::new(id, &ledger)).is_ok());
            if id == 0 {
                mem::forget(select_recv(&receiver));
            } else {
                assert_eq!(receiver.recv().unwrap().id, id);
            }
        }
        drop((sender, receiver));
        assert!((0..3).map(|id| ledger.drops(id)).eq([0, 1, 1]));
    }
}

#[test]
fn a_forgotten_send_holds_up_what_comes_after_and_drops_nothing_twice() {
    for (capacity, before, after, receiver_goes_first) in [
        (1, 0, 0, false),
        (1, 0, 0, true),
        (3, 1, 1, false),
        (3, 1, 1, true),
        (3, 0, 2, true),
        (3, 2, 0, false),
    ] {
        let ledger = Ledger::new(9);
        let mut ids = 0..9;
        let mut message = || Tracked::new(ids.next().unwrap(), &ledger);
        let (sender, receiver) = bounded(capacity);
        (0..before).for_each(|_| assert!(sender.try_send(message()).is_ok()));
        mem::forget(select_send(&sender));
        (0..after).for_each(|_| assert!(sender.try_send(message()).is_ok()));
        assert!(sender.try_send(message()).unwrap_err().is_full());
        (0..before).for_each(|id| assert_eq!(receiver.try_recv().unwrap().id, id));
        assert_eq!(receiver.try_recv().err(), Some(TryRecvError::Empty));
        // The room of those that were received is there again, and no more.
        (0..before).for_each(|_| assert!(sender.try_send(message()).is_ok()));
        assert!(sender.try_send(message()).unwrap_err().is_full());
        assert_eq!(receiver.len(), capacity);
        if receiver_goes_first {
            drop(receiver);
            assert!(sender.try_send(message()).unwrap_err().is_disconnected());
            drop(sender);
        } else {
            drop(sender);
            drop(receiver);
        }
        let made = ids.start;
        assert!((0..made).all(|id| ledger.drops(id) == 1));
    }
    let (sender, receiver) = unbounded();
    mem::forget(select_send(&sender));
    sender.send(1).unwrap();
    assert_eq!(receiver.try_recv(), Ok(1), "it has reserved nothing");
}

#[test]
fn a_receiver_that_a_forgotten_send_has_met_waits_on_and_others_meet() {
    let _limit = Watchdog::new();
    let ledger = Ledger::new(1);
    let (sender, receiver) = bounded::<Tracked>(0);
    let stranded = receiver.clone();
    // It is never told anything, and ends with the process.
    thread::spawn(move || stranded.recv().map(drop));
    mem::forget(select_send(&sender));
    thread::scope(|scope| {
        let partner = scope.spawn(|| receiver.recv().unwrap().id);
        assert!(sender.send(Tracked::new(0, &ledger)).is_ok());
        assert_eq!(partner.join().unwrap(), 0);
    });
    drop((sender, receiver));
    assert_eq!(ledger.drops(0), 1);
}

#[test]
fn a_selected_send_whose_receivers_go_gives_the_message_back() {
    for capacity in BUFFERS {
        let ledger = Ledger::new(3);
        let message = |id| Tracked::new(id, &ledger);
        let (sender, receiver) = open(capacity);
        let room = capacity.is_none_or(|capacity| capacity == 3);
        assert!(!room || sender.try_send(message(0)).is_ok());
        let chosen = select_send(&sender);
        assert!(!room || sender.try_send(message(1)).is_ok());
        drop(receiver);
        let SendError(back) = chosen.send(&sender, message(2)).unwrap_err();
        assert_eq!((back.id, ledger.drops(2)), (2, 0));
        assert_eq!(ledger.drops(0) + ledger.drops(1), 2 * u32::from(room));
        drop(sender);
        assert_eq!(ledger.drops(0) + ledger.drops(1), 2 * u32::from(room));
    }
}

#[test]
fn a_selected_send_that_is_dropped_after_the_receivers_drops_what_lies_behind_it() {
    let ledger = Ledger::new(2);
    let (sender, receiver) = bounded(3);
    assert!(sender.try_send(Tracked::new(0, &ledger)).is_ok());
    let chosen = select_send(&sender);
    assert!(sender.try_send(Tracked::new(1, &ledger)).is_ok());
    drop(receiver);
    assert_eq!(ledger.drops(0), 1);
    drop_uncompleted(chosen);
    assert_eq!(ledger.drops(1), 1, "nobody else ever comes there");
    assert!(sender.is_empty());
}

#[test]
fn a_selected_message_is_nobody_else_s_whatever_happens_to_the_channel() {
    for capacity in BUFFERS {
        let (sender, receiver) = open(capacity);
        sender.send(Arc::new(7)).unwrap();
        let chosen = select_recv(&receiver);
        let other = receiver.clone();
        assert_eq!(other.try_recv(), Err(TryRecvError::Empty));
        sender.send(Arc::new(8)).unwrap();
        drop(sender);
        assert_eq!(other.iter().map(|number| *number).collect::<Vec<_>>(), [8]);
        drop(other);
        assert_eq!(chosen.recv(&receiver).as_deref(), Ok(&7));
        assert_eq!(receiver.recv(), Err(RecvError));
    }
}

#[test]
fn another_handle_than_the_selected_one_is_refused_and_harms_nobody() {
    for capacity in BUFFERS {
        let ledger = Ledger::new(3);
        let message = |id| Tracked::new(id, &ledger);
        let (sender, receiver) = open(capacity);
        let clone = sender.clone();
        let words = panic_of(|| select_send(&sender).send(&clone, message(0)));
        assert!(words.contains("wasn't selected"), "{words}");
        assert_eq!((sender.len(), ledger.drops(0)), (0, 1));
        assert!(sender.try_send(message(1)).is_ok());
        let (_sender, stranger) = bounded::<u8>(1);
        let words = panic_of(|| select_recv(&receiver).recv(&stranger));
        assert!(words.contains("wasn't selected"), "{words}");
        assert_eq!((receiver.len(), ledger.drops(1)), (0, 1));
        assert!(sender.try_send(message(2)).is_ok());
        assert_eq!(receiver.recv().unwrap().id, 2);
    }
}

#[test]
fn messages_bound_to_their_thread_are_not_dropped_on_another() {
    for capacity in BUFFERS {
        let bound = Rc::new(());
        let (sender, receiver) = open(capacity);
        sender.send(Rc::clone(&bound)).unwrap();
        let mut select = Select::new();
        select.recv(&receiver);
        thread::scope(|scope| {
            scope.spawn(move || drop_uncompleted(select.select()));
        });
        assert_eq!(Rc::strong_count(&bound), 2, "leaked, and not touched");
        assert!(receiver.is_empty());
    }
}

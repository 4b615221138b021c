//! Handles that are forgotten, moved, cloned or printed; capacities that are refused.

use std::collections::HashSet;
use std::error::Error;
use std::mem;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use queue_core::{
    ReadyTimeoutError, RecvError, RecvTimeoutError, Ring, Select, SelectTimeoutError, SendError,
    SendTimeoutError, Sender, TryReadyError, TryRecvError, TrySelectError, TrySendError, bounded,
    never,
};

use crate::model::channel::open;
use crate::support::{Ledger, Tracked};

#[test]
fn a_forgotten_sender_keeps_the_channel_connected() {
    let (sender, receiver) = bounded(2);
    sender.send(1).unwrap();
    mem::forget(sender);
    assert_eq!(receiver.recv(), Ok(1));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    let at_once = receiver.recv_timeout(Duration::ZERO);
    assert_eq!(at_once, Err(RecvTimeoutError::Timeout));
}

#[test]
fn a_forgotten_receiver_keeps_the_channel_connected() {
    let (sender, receiver) = bounded(1);
    mem::forget(receiver);
    sender.send(1).unwrap();
    assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
    let at_once = sender.send_timeout(2, Duration::ZERO);
    assert_eq!(at_once, Err(SendTimeoutError::Timeout(2)));
}

#[test]
fn a_forgotten_clone_outlives_the_original_s_drop() {
    let ledger = Ledger::new(1);
    let (sender, receiver) = bounded(1);
    mem::forget(receiver.clone());
    drop(receiver);
    assert!(sender.send(Tracked::new(0, &ledger)).is_ok());
    drop(sender);
    assert_eq!(ledger.drops(0), 0, "the clone might still receive it");
}

#[test]
fn a_forgotten_ring_or_iterator_drops_nothing() {
    let ledger = Ledger::new(4);
    let ring = |ids: [usize; 2]| {
        let ring = Ring::new(2);
        for id in ids {
            assert!(ring.push(Tracked::new(id, &ledger)).is_ok());
        }
        ring
    };
    mem::forget(ring([0, 1]));
    let mut messages = ring([2, 3]).into_iter();
    drop(messages.next());
    mem::forget(messages);
    assert!((0..4).map(|id| ledger.drops(id)).eq([0, 0, 1, 0]));
}

/// A message that may carry a sender of the channel it lies in.
struct Carrier {
    sender: Option<Sender<Carrier>>,
    _tracked: Tracked,
}

impl Carrier {
    fn new(id: usize, ledger: &Arc<Ledger>, sender: Option<Sender<Self>>) -> Self {
        Self {
            sender,
            _tracked: Tracked::new(id, ledger),
        }
    }
}

#[test]
fn a_sender_that_travels_in_its_own_channel_keeps_it_open() {
    let ledger = Ledger::new(2);
    let (sender, receiver) = bounded(1);
    let carrier = Carrier::new(0, &ledger, Some(sender.clone()));
    assert!(sender.send(carrier).is_ok());
    drop(sender);
    let carried = receiver.recv().ok().and_then(|carrier| carrier.sender);
    let plain = Carrier::new(1, &ledger, None);
    assert!(carried.expect("a sender").send(plain).is_ok());
    assert!(receiver.recv().is_ok());
    assert!(
        receiver.recv().is_err(),
        "the last sender went with its message"
    );
    assert!((0..2).all(|id| ledger.drops(id) == 1));
}

#[test]
fn the_last_receiver_may_drop_the_last_sender_out_of_a_message() {
    let ledger = Ledger::new(1);
    let (sender, receiver) = bounded(1);
    let carrier = Carrier::new(0, &ledger, Some(sender.clone()));
    assert!(sender.send(carrier).is_ok());
    drop(sender);
    drop(receiver);
    assert_eq!(ledger.drops(0), 1);
}

#[test]
fn a_clone_taken_to_another_thread_outlives_its_origin() {
    let (sender, receiver) = bounded(4);
    let clone = sender.clone();
    let thread = thread::spawn(move || (0..100).for_each(|number| clone.send(number).unwrap()));
    drop(sender);
    let received: HashSet<_> = receiver.into_iter().collect();
    assert_eq!(received.len(), 100);
    thread.join().unwrap();
}

#[test]
fn iterators_stay_at_their_end() {
    let (sender, receiver) = bounded(2);
    sender.send(1).unwrap();
    drop(sender);
    let mut iter = receiver.iter();
    assert_eq!(iter.by_ref().collect::<Vec<_>>(), [1]);
    assert_eq!(iter.next(), None);
    assert_eq!(receiver.try_iter().next(), None);
    let mut into_iter = receiver.into_iter();
    assert_eq!((into_iter.next(), into_iter.next()), (None, None));
}

#[test]
fn errors_give_the_message_back_and_say_why() {
    fn says(error: impl Error, words: &str) {
        assert!(error.to_string().contains(words), "{error}");
        assert!(error.source().is_none());
    }
    says(SendError(1), "disconnected");
    says(TrySendError::Full(1), "full");
    says(TrySendError::Disconnected(1), "disconnected");
    says(SendTimeoutError::Timeout(1), "timed out");
    says(SendTimeoutError::Disconnected(1), "disconnected");
    says(RecvError, "disconnected");
    says(TryRecvError::Empty, "empty");
    says(TryRecvError::Disconnected, "disconnected");
    says(RecvTimeoutError::Timeout, "timed out");
    says(RecvTimeoutError::Disconnected, "disconnected");
    says(TrySelectError, "ready");
    says(SelectTimeoutError, "timed out");
    says(TryReadyError, "ready");
    says(ReadyTimeoutError, "timed out");
    let (tried, timed) = (
        TrySendError::from(SendError(7)),
        SendTimeoutError::from(SendError(7)),
    );
    assert!(tried.is_disconnected() && !tried.is_full() && tried.into_inner() == 7);
    assert!(timed.is_disconnected() && !timed.is_timeout() && timed.into_inner() == 7);
    assert!(TryRecvError::from(RecvError).is_disconnected());
    assert!(RecvTimeoutError::from(RecvError).is_disconnected());
}

/// Has no `Debug`, as messages need none.
struct Plain;

#[test]
fn everything_prints_without_the_message() {
    for capacity in [Some(0), Some(1), None] {
        let (sender, receiver) = open::<Plain>(capacity);
        assert_eq!(
            format!("{sender:?} {receiver:?}"),
            "Sender { .. } Receiver { .. }"
        );
    }
    let (sender, _receiver) = bounded(1);
    let mut list = Select::new();
    list.send(&sender);
    assert_eq!(format!("{list:?}"), "Select { .. }");
    let chosen = list.select();
    assert_eq!(format!("{chosen:?}"), "SelectedOperation { .. }");
    assert!(chosen.send(&sender, Plain).is_ok());
    let errors = format!(
        "{TrySelectError:?} {SelectTimeoutError:?} {TryReadyError:?} {ReadyTimeoutError:?}"
    );
    assert_eq!(
        errors,
        "TrySelectError SelectTimeoutError TryReadyError ReadyTimeoutError"
    );
    let refused = sender.try_send(Plain);
    assert_eq!(format!("{:?}", refused.as_ref().err()), "Some(Full(..))");
    let ring = Ring::new(3);
    assert!(ring.push(Plain).is_ok());
    assert!(format!("{ring:?}").contains("len: 1, capacity: 3"));
}

#[test]
#[should_panic(expected = "capacity")]
fn a_ring_without_room_is_refused() {
    drop(Ring::<u8>::new(0));
}

#[test]
#[should_panic(expected = "capacity")]
fn a_ring_beyond_the_address_space_is_refused_before_it_allocates() {
    drop(Ring::<u8>::new(usize::MAX));
}

#[test]
#[should_panic(expected = "no operations")]
fn a_select_of_nothing_is_refused() {
    let _chosen = Select::new().select();
}

#[test]
#[should_panic(expected = "no operations")]
fn to_wait_for_nothing_to_be_ready_is_refused() {
    Select::new().ready();
}

#[test]
fn a_select_of_nothing_with_a_limit_finds_nothing() {
    let a_moment = Duration::from_millis(1);
    let mut list = Select::default();
    assert!(list.try_select().is_err() && list.select_timeout(a_moment).is_err());
    assert!(list.try_ready().is_err() && list.ready_timeout(a_moment).is_err());
}

#[test]
#[should_panic(expected = "out of bounds")]
fn to_take_out_what_was_never_added_is_refused() {
    Select::new().remove(0);
}

#[test]
#[should_panic(expected = "no operation with this index")]
fn to_take_out_the_same_twice_is_refused() {
    let idle = never::<u8>();
    let mut list = Select::new();
    let index = list.recv(&idle);
    list.remove(index);
    list.remove(index);
}

#[test]
fn a_copy_of_a_list_goes_on_by_itself() {
    let (sender, receiver) = bounded(1);
    sender.send(7).unwrap();
    let mut list = Select::new_biased();
    let send = list.send(&sender);
    let recv = list.recv(&receiver);
    let mut copy = list.clone();
    list.remove(recv);
    assert!(list.try_ready().is_err());
    assert_eq!(copy.ready(), recv);
    let chosen = copy.select();
    assert_eq!(chosen.recv(&receiver), Ok(7));
    assert_eq!((copy.ready(), list.ready()), (send, send));
}

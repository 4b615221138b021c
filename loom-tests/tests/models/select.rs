//! Models of selection: one waiter in several lists, and slots granted to user code.

use crate::support::{Message, Search, explore, recv, send, try_recv};
use loom::alloc::Track;
use loom::thread;
use queue_core_loom::model::Deadline;
use queue_core_loom::{Receiver, RecvError, Select, Sender, bounded, unbounded};

/// Receives from whichever has a message: the number of the channel, and the message.
fn select_recv(receivers: &[Receiver<Message>]) -> (usize, Option<u32>) {
    let mut select = Select::new();
    for receiver in receivers {
        select.recv(receiver);
    }
    let chosen = select.select();
    let index = chosen.index();
    (
        index,
        chosen.recv(&receivers[index]).ok().map(Track::into_inner),
    )
}

/// Grants a slot to user code, which finishes or gives up.
fn selected_send(sender: &Sender<Message>, message: Option<u32>) {
    let mut select = Select::new();
    select.send(sender);
    let chosen = select.select();
    match message {
        Some(value) => assert!(chosen.send(sender, Track::new(value)).is_ok()),
        None => chosen.give_up(),
    }
}

/// A select over two channels is woken by the send into one.
/// Explores 504 executions.
#[test]
fn a_waiting_select_is_woken_by_a_send() {
    explore(Search::preemptions(3, 252), || {
        let (_quiet, silence) = bounded(1);
        let (sender, receiver) = bounded(1);
        let waiter = thread::spawn(move || select_recv(&[silence, receiver]));
        send(&sender, 7);
        assert_eq!(waiter.join().unwrap(), (1, Some(7)));
    });
}

/// The like where both channels get a message: it takes one, and the other stays.
/// Explores 1,507 executions.
#[test]
fn a_select_takes_one_of_two_messages() {
    explore(Search::preemptions(2, 753), || {
        let (one, first) = bounded(1);
        let (other, second) = unbounded();
        let kept = [first.clone(), second.clone()];
        let waiter = thread::spawn(move || select_recv(&[first, second]));
        send(&one, 0);
        send(&other, 1);
        let (index, message) = waiter.join().unwrap();
        assert_eq!(message, Some(index as u32));
        let left = 1 - index;
        assert_eq!(try_recv(&kept[left]), Some(left as u32));
        assert_eq!(try_recv(&kept[index]), None);
    });
}

/// A select that is woken by one channel and takes from the other passes the wake on, to a plain
/// receiver that sleeps behind it.
/// Explores the first 59,999 executions.
#[test]
fn a_select_passes_on_the_wake_that_it_does_not_use() {
    let search = Search {
        preemptions: Some(2),
        at_least: 49_999,
        at_most: Some(60_000),
    };
    explore(search, || {
        let (one, first) = bounded(1);
        let (other, second) = bounded(1);
        let (behind, _kept) = (second.clone(), [first.clone(), second.clone()]);
        let selecting = thread::spawn(move || select_recv(&[first, second]));
        let plain = thread::spawn(move || recv(&behind));
        // The sender lets go between its sends, so that this costs no preemption.
        thread::yield_now();
        send(&other, 2);
        thread::yield_now();
        send(&one, 1);
        // Whoever had the 2, the other is woken for what there is for it.
        match selecting.join().unwrap() {
            (0, message) => assert_eq!(message, Some(1)),
            (_, message) => {
                assert_eq!(message, Some(2));
                send(&other, 3);
            }
        }
        assert!(plain.join().unwrap().is_some());
    });
}

/// The last sender of one of two channels goes while a select goes to sleep: that is an event.
/// Explores 370 executions.
#[test]
fn disconnect_wakes_a_waiting_select() {
    explore(Search::preemptions(3, 185), || {
        let (_quiet, silence) = bounded(1);
        let (sender, receiver) = bounded::<Message>(1);
        let waiter = thread::spawn(move || select_recv(&[silence, receiver]));
        drop(sender);
        assert_eq!(waiter.join().unwrap(), (1, None));
    });
}

/// A select with a deadline that comes while it is woken has taken the message, or left it.
/// Explores 726 executions.
#[test]
fn a_select_times_out_against_a_send() {
    explore(Search::preemptions(2, 363), || {
        let (sender, receiver) = bounded(1);
        let left = receiver.clone();
        let deadline = Deadline::new();
        let until = deadline.instant();
        let waiter = thread::spawn(move || {
            let mut select = Select::new();
            select.recv(&receiver);
            let chosen = select.select_deadline(until).ok()?;
            chosen.recv(&receiver).ok().map(Track::into_inner)
        });
        let timer = thread::spawn(move || deadline.fire());
        send(&sender, 7);
        let received = waiter.join().unwrap();
        timer.join().unwrap();
        assert_eq!(received.or_else(|| try_recv(&left)), Some(7));
    });
}

/// A watcher that is woken takes nothing, so the receiver that sleeps behind it is woken, too.
/// Explores 18,861 executions.
#[test]
fn a_watcher_passes_its_wake_on() {
    explore(Search::preemptions(1, 9_430), || {
        let (sender, receiver) = bounded(1);
        let watched = receiver.clone();
        let watcher = thread::spawn(move || {
            let mut select = Select::new();
            select.recv(&watched);
            select.ready()
        });
        let waiter = thread::spawn(move || {
            let message = recv(&receiver);
            // What ends the wait of the watcher, if the message was gone before it looked.
            (message, receiver)
        });
        send(&sender, 7);
        let (message, _receiver) = waiter.join().unwrap();
        assert_eq!(message, Some(7));
        drop(sender);
        assert_eq!(watcher.join().unwrap(), 0);
    });
}

/// A receiver that finds a granted slot sleeps, and is woken when the message is there. Without H4
/// or G3 it sleeps for ever; without G1 it reads what is not written.
/// Explores 16,643 executions.
#[test]
fn a_parked_receiver_is_woken_by_the_end_of_a_grant() {
    explore(Search::preemptions(3, 8_321), || {
        let (sender, receiver) = bounded(1);
        let waiter = thread::spawn(move || recv(&receiver));
        selected_send(&sender, Some(7));
        assert_eq!(waiter.join().unwrap(), Some(7));
    });
}

/// Two messages, of which the first is granted and the second ready: two receivers that sleep are
/// both woken by the end of the grant.
/// Explores the first 59,999 executions.
#[test]
fn the_end_of_a_grant_wakes_for_what_lies_behind_it() {
    let search = Search {
        preemptions: Some(1),
        at_least: 49_999,
        at_most: Some(60_000),
    };
    explore(search, || {
        let (sender, receiver) = bounded(2);
        let other = receiver.clone();
        let waiters = [receiver, other].map(|receiver| thread::spawn(move || recv(&receiver)));
        thread::yield_now();
        let mut select = Select::new();
        select.send(&sender);
        let chosen = select.select();
        send(&sender, 2);
        thread::yield_now();
        assert!(chosen.send(&sender, Track::new(1)).is_ok());
        let mut received = waiters.map(|waiter| waiter.join().unwrap());
        received.sort_unstable();
        assert_eq!(received, [Some(1), Some(2)]);
    });
}

/// A grant that is given up makes room, of which a sender that sleeps is told. Without H5 it sleeps
/// for ever.
/// Explores 151,297 executions.
#[test]
fn a_parked_sender_is_woken_by_a_grant_given_up() {
    explore(Search::preemptions(3, 75_648), || {
        let (sender, receiver) = bounded(1);
        let mut select = Select::new();
        select.send(&sender);
        let chosen = select.select();
        let other = sender.clone();
        let waiter = thread::spawn(move || send(&other, 7));
        chosen.give_up();
        waiter.join().unwrap();
        assert_eq!(try_recv(&receiver), Some(7));
    });
}

/// A grant is given up behind a message that is being received: whoever comes second passes over
/// it, and wakes the sender that waits for its room. Without G5 nobody may.
/// Explores the first 59,999 executions.
#[test]
fn a_grant_given_up_against_the_pop_before_it() {
    let search = Search {
        preemptions: Some(1),
        at_least: 49_999,
        at_most: Some(60_000),
    };
    explore(search, || {
        let (sender, receiver) = bounded(2);
        send(&sender, 1);
        let mut select = Select::new();
        select.send(&sender);
        let chosen = select.select();
        let waiters = [2, 3].map(|value| {
            let sender = sender.clone();
            thread::spawn(move || send(&sender, value))
        });
        let popped = thread::spawn(move || {
            // After the senders, and maybe after the one who gives up.
            thread::yield_now();
            assert_eq!(try_recv(&receiver), Some(1));
            receiver
        });
        // Both senders are parked before, or that is another model.
        thread::yield_now();
        chosen.give_up();
        let receiver = popped.join().unwrap();
        for waiter in waiters {
            waiter.join().unwrap();
        }
        assert_eq!(receiver.len(), 2);
    });
}

/// A slot that was granted and given up is used again: what is written comes after what was read
/// before. Breaks without G2 or G4.
/// Explores 165,321 executions.
#[test]
fn a_slot_given_up_is_used_again() {
    explore(Search::preemptions(1, 82_660), || {
        let (sender, receiver) = bounded(1);
        send(&sender, 1);
        let others = [sender.clone(), sender.clone()];
        let [granting, sending] = others;
        let granted = thread::spawn(move || {
            let mut select = Select::new();
            select.send(&granting);
            if let Ok(chosen) = select.try_select() {
                chosen.give_up();
            }
        });
        let sent = thread::spawn(move || {
            // A look passes over what was given up, and knows of it only from the stamp.
            if sending.is_empty() {
                // There is room, unless it has just been granted.
                drop(sending.try_send(Track::new(2)));
            }
        });
        assert_eq!(try_recv(&receiver), Some(1));
        granted.join().unwrap();
        sent.join().unwrap();
    });
}

/// A selected send is completed while the last receiver goes: the message comes back, or is dropped
/// there and then, though the receiver could not get past the grant; and so is the one behind it.
/// Explores 4,350 executions.
#[test]
fn a_grant_ends_while_the_last_receiver_goes() {
    explore(Search::preemptions(3, 2_175), || {
        let (sender, receiver) = bounded(1);
        let client = thread::spawn(move || {
            let (answer, reply) = bounded::<Message>(1);
            let mut select = Select::new();
            select.send(&sender);
            let sent = select.select().send(&sender, answer);
            drop(sent);
            assert_eq!(reply.recv().err(), Some(RecvError));
            sender
        });
        drop(receiver);
        drop(client.join().unwrap());
    });
}

/// A message that was selected and is given up is dropped, once, and so is the one left in the
/// channel.
/// Explores 24,852 executions.
#[test]
fn a_selected_message_that_is_given_up_is_dropped() {
    explore(Search::preemptions(3, 12_426), || {
        let (sender, receiver) = unbounded();
        let producer = thread::spawn(move || {
            send(&sender, 1);
            send(&sender, 2);
        });
        let mut select = Select::new();
        select.recv(&receiver);
        select.select().give_up();
        producer.join().unwrap();
        assert_eq!(receiver.len(), 1);
    });
}

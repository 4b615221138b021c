//! Which of the ready operations a select chooses: the first, or any by chance;
//! and an end of a channel is ready like a message.

use std::time::Duration;

use queue_core::{Select, SendError, bounded, never, select, select_biased, tick, unbounded};

use crate::model::channel::open;
use crate::model::select::give_up;

/// The message of an operation that is not ready.
fn unreachable<T>() -> T {
    panic!("it was not ready")
}

#[test]
fn a_message_is_made_only_for_the_arm_that_is_chosen() {
    let (full, kept) = bounded(1);
    full.send(0).unwrap();
    let (open, taken) = unbounded();
    let mut made = 0;
    for _ in 0..50 {
        select! {
            send(full, unreachable()) -> _ => {},
            send(open, { made += 1; made }) -> sent => sent.unwrap(),
            recv(never::<()>()) -> _ => panic!("nothing ever comes"),
        }
    }
    assert!(taken.try_iter().eq(1..=50));
    select! {
        send(full, unreachable()) -> _ => {},
        default => {},
    }
    assert_eq!(kept.len(), 1);
}

#[test]
fn a_biased_select_takes_the_first_ready_arm_in_the_text() {
    let ((first, first_end), (second, second_end)) = (bounded(1), unbounded());
    for number in 0..50 {
        second.send(number).unwrap();
        let place = select_biased! {
            recv(first_end) -> message => message.map(|()| 0),
            recv(second_end) -> message => message,
            default => panic!("something is there"),
        };
        assert_eq!(place, Ok(number));
        second.send(0).unwrap();
        first.send(()).unwrap();
        let place = select_biased! {
            recv(first_end) -> message => message.map(|()| 0),
            recv(second_end) -> _ => panic!("the first is ready"),
        };
        assert_eq!(place, Ok(0));
        assert_eq!(second_end.recv(), Ok(0));
    }
}

#[test]
fn a_biased_select_takes_an_end_that_comes_first_for_a_ready_arm() {
    for capacity in [Some(0), Some(1), Some(3), None] {
        let ((_, ended), (idle, end)) = (open::<u8>(capacity), unbounded());
        idle.send(7).unwrap();
        select_biased! {
            recv(ended) -> message => assert!(message.is_err()),
            recv(end) -> _ => panic!("the first is ready: its senders are gone"),
        }
        let (turned_away, _) = open::<u8>(capacity);
        select_biased! {
            send(turned_away, 1) -> sent => assert_eq!(sent, Err(SendError(1))),
            recv(end) -> _ => panic!("the first is ready: its receivers are gone"),
        }
        assert_eq!(end.recv(), Ok(7));
    }
}

#[test]
fn a_biased_select_sees_past_room_that_was_given_up() {
    let (ready, ready_end) = unbounded();
    ready.send(()).unwrap();
    for is_full in [false, true] {
        let (sender, receiver) = bounded(3);
        sender.send(1).unwrap();
        let mut list = Select::new();
        list.send(&sender);
        give_up(list.select());
        sender.send(2).unwrap();
        assert_eq!(receiver.try_recv(), Ok(1));
        if is_full {
            // With the room that was given up, which is now the first.
            sender.send(3).unwrap();
            select_biased! {
                send(sender, 4) -> sent => sent.unwrap(),
                recv(ready_end) -> _ => panic!("there is room for a third"),
            }
        }
        select_biased! {
            recv(receiver) -> message => assert_eq!(message, Ok(2)),
            recv(ready_end) -> _ => panic!("there is a message"),
        }
    }
}

#[test]
fn every_ready_operation_is_chosen_now_and_then() {
    let ((_, ended), (turned_away, _)) = (bounded::<u8>(1), bounded(1));
    let (roomy, mailbox) = unbounded();
    roomy.send(0).unwrap();
    let due = tick(Duration::ZERO);
    let mut select = Select::new();
    select.recv(&ended);
    select.send(&turned_away);
    select.send(&roomy);
    select.recv(&mailbox);
    select.recv(&due);
    let (mut seen, mut chosen) = ([0; 5], [0; 5]);
    // By chance one is left out in less than one of 10^30 runs.
    for number in 0..400 {
        seen[select.try_ready().unwrap()] += 1;
        roomy.send(number).unwrap();
        let place = select! {
            recv(ended) -> end => end.map_or(0, |_| panic!("nothing was sent")),
            send(turned_away, 1) -> sent => sent.map_or(1, |()| panic!("nobody is left")),
            send(roomy, number) -> sent => sent.map_or_else(|_| panic!("it is open"), |()| 2),
            recv(mailbox) -> message => message.map_or_else(|_| panic!("it is open"), |_| 3),
            recv(due) -> due => due.map_or_else(|_| panic!("time has no end"), |_| 4),
        };
        chosen[place] += 1;
    }
    assert!(seen.iter().all(|&times| times > 0), "{seen:?}");
    assert!(chosen.iter().all(|&times| times > 0), "{chosen:?}");
}

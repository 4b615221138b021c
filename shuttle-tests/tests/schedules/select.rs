//! Threads that select, and what they meet.

use queue_core_shuttle::{Receiver, Select, Sender};
use shuttle::rand::{Rng, thread_rng};
use shuttle::thread;

use crate::support::{Message, Mint, Receipts, all_of, finish, joined, open, sample};

const EACH: u32 = 3;

/// The channels of the models, two at a time.
const PAIRS: [[Option<usize>; 2]; 4] = [
    [Some(0), Some(0)],
    [Some(1), Some(1)],
    [Some(0), Some(1)],
    [Some(1), None],
];

/// Receives from whichever has a message, to the end of both.
fn select_to_the_end(receivers: &[Receiver<Message>; 2]) -> Receipts {
    let mut receipts = [Receipts::default(), Receipts::default()];
    let mut select = Select::new();
    for receiver in receivers {
        select.recv(receiver);
    }
    let mut open = receivers.len();
    while open > 0 {
        let chosen = select.select();
        let index = chosen.index();
        match chosen.recv(&receivers[index]) {
            Ok(message) => receipts[index].note(message),
            Err(_) => {
                select.remove(index);
                open -= 1;
            }
        }
    }
    let [one, other] = receipts;
    one.and(other)
}

/// Sends each message into whichever takes it.
fn select_to_send(senders: &[Sender<Message>], messages: impl Iterator<Item = Message>) {
    let mut select = Select::new();
    for sender in senders {
        select.send(sender);
    }
    for message in messages {
        let chosen = select.select();
        let index = chosen.index();
        chosen.send(&senders[index], message).unwrap();
    }
}

/// Two threads select from two channels, into each of which one sends.
#[test]
fn two_select_from_two_senders() {
    sample(1_200, || {
        for [one, other] in PAIRS {
            let mint = Mint::default();
            let ((one, one_end), (other, other_end)) = (open(one), open(other));
            let selecting = [(); 2].map(|()| {
                let receivers = [one_end.clone(), other_end.clone()];
                thread::spawn(move || select_to_the_end(&receivers))
            });
            drop((one_end, other_end));
            let senders = [(0, one), (1, other)].map(|(producer, sender)| {
                let mint = mint.clone();
                thread::spawn(move || {
                    for message in mint.messages(producer, EACH) {
                        sender.send(message).unwrap();
                    }
                })
            });
            assert_eq!(joined(selecting), all_of(2, EACH));
            finish(senders);
            mint.assert_all_gone();
        }
    });
}

/// Two threads select where to send, among two channels, from each of which one receives.
#[test]
fn two_select_for_two_receivers() {
    sample(1_200, || {
        for [one, other] in PAIRS {
            let mint = Mint::default();
            let ((one, one_end), (other, other_end)) = (open(one), open(other));
            let selecting = [0, 1].map(|producer| {
                let (senders, mint) = ([one.clone(), other.clone()], mint.clone());
                thread::spawn(move || select_to_send(&senders, mint.messages(producer, EACH)))
            });
            drop((one, other));
            let receivers = [one_end, other_end]
                .map(|receiver| thread::spawn(move || Receipts::noted(receiver.iter())));
            assert_eq!(joined(receivers), all_of(2, EACH));
            finish(selecting);
            mint.assert_all_gone();
        }
    });
}

/// Two threads select where to send, and two from where to receive: at two meeting points they find each other.
#[test]
fn selects_meet_selects() {
    sample(1_200, || {
        for [one, other] in PAIRS {
            let mint = Mint::default();
            let ((one, one_end), (other, other_end)) = (open(one), open(other));
            let sending = [0, 1].map(|producer| {
                let (senders, mint) = ([one.clone(), other.clone()], mint.clone());
                thread::spawn(move || select_to_send(&senders, mint.messages(producer, EACH)))
            });
            let receiving = [
                [one_end.clone(), other_end.clone()],
                [other_end.clone(), one_end.clone()],
            ]
            .map(|receivers| thread::spawn(move || select_to_the_end(&receivers)));
            drop((one, other, one_end, other_end));
            assert_eq!(joined(receiving), all_of(2, EACH));
            finish(sending);
            mint.assert_all_gone();
        }
    });
}

/// Is granted a slot for each message, and sends it, or gives the slot up: how many it has sent.
fn send_or_give_up(sender: &Sender<Message>, messages: impl Iterator<Item = Message>) -> u32 {
    let mut select = Select::new();
    select.send(sender);
    let mut sent = 0;
    for message in messages {
        let chosen = select.select();
        if thread_rng().gen_ratio(1, 2) {
            chosen.give_up();
        } else if chosen.send(sender, message).is_ok() {
            sent += 1;
        }
    }
    sent
}

/// Two threads are granted slots, and give them up or not, beside two that send.
#[test]
fn slots_given_up_beside_senders() {
    sample(1_800, || {
        for capacity in [Some(1), Some(3)] {
            let mint = Mint::default();
            let (sender, receiver) = open(capacity);
            let granted = [0, 1].map(|producer| {
                let (sender, mint) = (sender.clone(), mint.clone());
                thread::spawn(move || send_or_give_up(&sender, mint.messages(producer, EACH)))
            });
            let senders = [2, 3].map(|producer| {
                let (sender, mint) = (sender.clone(), mint.clone());
                thread::spawn(move || {
                    for message in mint.messages(producer, EACH) {
                        sender.send(message).unwrap();
                    }
                })
            });
            drop(sender);
            let receivers = [receiver.clone(), receiver]
                .map(|receiver| thread::spawn(move || Receipts::noted(receiver.iter())));
            let sent: u32 = granted.map(|thread| thread.join().unwrap()).iter().sum();
            finish(senders);
            let seen = joined(receivers);
            let plain = all_of(4, EACH) & !all_of(2, EACH);
            assert_eq!(seen & plain, plain);
            assert_eq!((seen & !plain).count_ones(), sent);
            mint.assert_all_gone();
        }
    });
}

/// A close while slots are granted, with three that receive to the end: each of them is told of it, though no handle goes.
#[test]
fn a_close_against_slots_given_up() {
    sample(1_800, || {
        for capacity in [Some(1), Some(3)] {
            let mint = Mint::default();
            let (sender, receiver) = open(capacity);
            let granted = [0, 1].map(|producer| {
                let (sender, mint) = (sender.clone(), mint.clone());
                thread::spawn(move || send_or_give_up(&sender, mint.messages(producer, EACH)))
            });
            let receivers = [(); 3].map(|()| {
                let receiver = receiver.clone();
                thread::spawn(move || Receipts::noted(receiver.iter()))
            });
            let closer = {
                let receiver = receiver.clone();
                thread::spawn(move || assert!(receiver.close()))
            };
            let sent: u32 = granted.map(|thread| thread.join().unwrap()).iter().sum();
            assert_eq!(joined(receivers).count_ones(), sent);
            finish([closer]);
            drop((sender, receiver));
            mint.assert_all_gone();
        }
    });
}

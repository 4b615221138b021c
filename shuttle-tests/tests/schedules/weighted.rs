//! Channels bounded by what their messages weigh.

use queue_core_shuttle::model::Deadline;
use queue_core_shuttle::{WeightedReceiver, WeightedSender, weighted};
use shuttle::thread;

use crate::support::{Message, Mint, Receipts, all_of, finish, joined, sample};

type Heavy = (usize, Message);

fn open(max_weight: usize) -> (WeightedSender<Heavy>, WeightedReceiver<Heavy>) {
    weighted(3, max_weight, |message: &Heavy| message.0)
}

fn messages(receiver: &WeightedReceiver<Heavy>) -> impl Iterator<Item = Message> + '_ {
    receiver.iter().map(|(_, message)| message)
}

/// Three threads send messages of different weights to two: all arrive, and no weight is left over.
#[test]
fn three_weights() {
    sample(2_400, || {
        let (sender, receiver) = open(4);
        let mint = Mint::default();
        let senders = [1, 2, 4].map(|weight| {
            let (sender, mint) = (sender.clone(), mint.clone());
            thread::spawn(move || {
                for message in mint.messages(weight as u32, 3) {
                    sender.send((weight, message)).unwrap();
                }
            })
        });
        drop(sender);
        let receivers = [(); 2].map(|()| {
            let receiver = receiver.clone();
            thread::spawn(move || Receipts::noted(messages(&receiver)))
        });
        let third = |producer| all_of(producer + 1, 3) & !all_of(producer, 3);
        assert_eq!(joined(receivers), third(1) | third(2) | third(4));
        finish(senders);
        assert_eq!(receiver.weight(), 0);
        mint.assert_all_gone();
    });
}

/// Two heavy senders give up in front of two light ones, and nobody receives: the light ones are let in. Without
/// H13 they sleep for ever.
#[test]
fn the_heavy_give_up_before_the_light() {
    sample(2_400, || {
        let (sender, receiver) = open(4);
        let mint = Mint::default();
        sender.send((2, mint.message(0, 0))).unwrap();
        let deadline = Deadline::new();
        let until = deadline.instant();
        let heavy = [1, 2].map(|producer| {
            let (sender, message) = (sender.clone(), mint.message(producer, 0));
            thread::spawn(move || assert!(sender.send_deadline((3, message), until).is_err()))
        });
        let light = [3, 4].map(|producer| {
            let (sender, message) = (sender.clone(), mint.message(producer, 0));
            thread::spawn(move || sender.send((1, message)).unwrap())
        });
        let timer = thread::spawn(move || deadline.fire());
        finish(heavy);
        finish(light);
        finish([timer]);
        drop(sender);
        assert_eq!(Receipts::noted(messages(&receiver)).count(), 3);
        assert_eq!(receiver.weight(), 0);
        drop(receiver);
        mint.assert_all_gone();
    });
}

/// Two receivers take one message each and go, while three threads send.
#[test]
fn the_last_receivers_go() {
    sample(2_400, || {
        let (sender, receiver) = open(3);
        let mint = Mint::default();
        let senders = [1, 2, 3].map(|weight| {
            let (sender, mint) = (sender.clone(), mint.clone());
            thread::spawn(move || {
                let all = mint.messages(weight as u32, 3);
                for message in all {
                    // Once it is closed it refuses.
                    let _ = sender.send((weight, message));
                }
            })
        });
        let receivers = [receiver.clone(), receiver].map(|receiver| {
            thread::spawn(move || {
                let receipts = Receipts::noted(receiver.recv().map(|(_, message)| message));
                drop(receiver);
                receipts
            })
        });
        assert_eq!(joined(receivers).count_ones(), 2);
        finish(senders);
        drop(sender);
        mint.assert_all_gone();
    });
}

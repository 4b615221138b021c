//! Closes, and ends that go, while others send and receive.

use shuttle::thread;

use crate::support::{CAPACITIES, Mint, Receipts, all_of, finish, joined, open, sample};

const EACH: u32 = 3;

/// One thread closes what two send into and two receive from, by either end: what was accepted is received, and the
/// rest comes back.
#[test]
fn a_close_against_two_by_two() {
    sample(1_200, || {
        for capacity in CAPACITIES {
            let (sender, receiver) = open(capacity);
            let mint = Mint::default();
            let receivers = [receiver.clone(), receiver.clone()]
                .map(|receiver| thread::spawn(move || Receipts::noted(receiver.iter())));
            let senders = [(0, sender.clone()), (1, sender.clone())].map(|(producer, sender)| {
                let mint = mint.clone();
                thread::spawn(move || {
                    let mut accepted = 0;
                    for message in mint.messages(producer, EACH) {
                        match sender.send(message) {
                            Ok(()) => accepted += 1,
                            Err(refused) => drop(refused.into_inner()),
                        }
                    }
                    accepted
                })
            });
            let closers = [
                thread::spawn(move || sender.close()),
                thread::spawn(move || receiver.close()),
            ];
            let accepted = senders.map(|sender| sender.join().unwrap());
            // Who has been refused once is refused ever after.
            let expected = [0, 1].map(|producer| {
                all_of(producer + 1, accepted[producer as usize]) & !all_of(producer, 8)
            });
            assert_eq!(joined(receivers), expected[0] | expected[1]);
            let first = closers.map(|closer| closer.join().unwrap());
            assert!(first[0] != first[1], "one of the two has closed it");
            mint.assert_all_gone();
        }
    });
}

/// Two receivers take one message each and go, while three threads send until they are refused.
#[test]
fn the_last_receivers_go() {
    sample(1_200, || {
        for capacity in CAPACITIES {
            let (sender, receiver) = open(capacity);
            let mint = Mint::default();
            let senders = [0, 1, 2].map(|producer| {
                let (sender, mint) = (sender.clone(), mint.clone());
                thread::spawn(move || {
                    mint.messages(producer, 8)
                        .take_while(|_| producer != 2)
                        .chain(mint.messages(2, 2).take_while(|_| producer == 2))
                        .map_while(|message| sender.send(message).ok())
                        .count()
                })
            });
            drop(sender);
            let receivers = [receiver.clone(), receiver].map(|receiver| {
                thread::spawn(move || {
                    let receipts = Receipts::noted(receiver.recv());
                    drop(receiver);
                    receipts
                })
            });
            let received = joined(receivers).count_ones() as usize;
            let accepted: usize = senders.map(|sender| sender.join().unwrap()).iter().sum();
            assert_eq!(received, 2);
            assert!(accepted >= received);
            mint.assert_all_gone();
        }
    });
}

/// Two that wait for a message, and two that wait for room, are told of the close though no handle goes.
#[test]
fn a_close_wakes_all_who_sleep() {
    sample(1_200, || {
        for capacity in CAPACITIES {
            let (sender, receiver) = open(capacity);
            let mint = Mint::default();
            let receivers = [(); 2].map(|()| {
                let receiver = receiver.clone();
                thread::spawn(move || assert!(receiver.recv().is_err()))
            });
            let (full_sender, full_receiver) = open(Some(capacity.unwrap_or(2)));
            let fill = mint.messages(0, capacity.unwrap_or(2) as u32);
            fill.for_each(|message| full_sender.send(message).unwrap());
            let senders = [1, 2].map(|producer| {
                let (sender, message) = (full_sender.clone(), mint.message(producer, 0));
                thread::spawn(move || assert!(sender.send(message).is_err()))
            });
            let closers = [
                {
                    let sender = sender.clone();
                    thread::spawn(move || assert!(sender.close()))
                },
                {
                    let receiver = full_receiver.clone();
                    thread::spawn(move || assert!(receiver.close()))
                },
            ];
            finish(receivers);
            finish(senders);
            finish(closers);
            drop((sender, receiver, full_sender, full_receiver));
            mint.assert_all_gone();
        }
    });
}

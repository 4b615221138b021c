//! Closes, and ends that go, while others send and receive.

use shuttle::thread;

use crate::support::{CAPACITIES, Mint, Receipts, all_of, joined, open, sample};

const EACH: u32 = 3;

/// One thread closes what two send into and two receive from, by either end: what was accepted is received, and the
/// rest comes back.
#[test]
fn a_close_against_two_by_two() {
    sample(400, || {
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
    sample(400, || {
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

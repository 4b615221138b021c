//! Threads that wait for each other.

use queue_core_shuttle::model::Deadline;
use queue_core_shuttle::{Builder, Receiver, Sender, Waiting};
use shuttle::thread;

use crate::support::{
    CAPACITIES, Message, Mint, Receipts, all_of, finish, joined, open, sample, union,
};

const EACH: u32 = 3;

/// Two threads that send, and two that receive to the end.
fn exchange((sender, receiver): (Sender<Message>, Receiver<Message>)) {
    let mint = Mint::default();
    let receivers = [receiver.clone(), receiver].map(|receiver| {
        thread::spawn(move || {
            let receipts = Receipts::noted(receiver.iter());
            drop(receiver);
            receipts
        })
    });
    let senders = [(0, sender.clone()), (1, sender)].map(|(producer, sender)| {
        let mint = mint.clone();
        thread::spawn(move || {
            for message in mint.messages(producer, EACH) {
                sender.send(message).unwrap();
            }
        })
    });
    assert_eq!(joined(receivers), all_of(2, EACH));
    finish(senders);
    mint.assert_all_gone();
}

#[test]
fn two_by_two_over_a_meeting_point() {
    sample(4_500, || exchange(open(Some(0))));
}

#[test]
fn two_by_two_over_one_slot() {
    sample(4_500, || exchange(open(Some(1))));
}

#[test]
fn two_by_two_over_three_slots() {
    sample(4_500, || exchange(open(Some(3))));
}

#[test]
fn two_by_two_without_a_limit() {
    sample(4_500, || exchange(open(None)));
}

/// One end never sleeps, and the sleepers of the other are counted.
#[test]
fn two_by_two_awake_at_one_end() {
    sample(1_500, || {
        for capacity in [0, 1] {
            let waking = Builder::new().with_stats();
            exchange(waking.receivers_wait(Waiting::Yield).bounded(capacity));
            exchange(waking.senders_wait(Waiting::Spin).bounded(capacity));
        }
    });
}

/// Three threads that send and three that receive exactly what there is, one by one, so that nobody is woken by
/// the end: each wake-up must have been meant.
#[test]
fn three_by_three_without_an_end() {
    sample(900, || {
        for capacity in CAPACITIES {
            let (sender, receiver) = open(capacity);
            let mint = Mint::default();
            let receivers = [0; 3].map(|_| {
                let receiver = receiver.clone();
                thread::spawn(move || Receipts::noted((0..2).map(|_| receiver.recv().unwrap())))
            });
            let senders = [0, 1, 2].map(|producer| {
                let (sender, mint) = (sender.clone(), mint.clone());
                thread::spawn(move || {
                    for message in mint.messages(producer, 2) {
                        sender.send(message).unwrap();
                    }
                })
            });
            assert_eq!(joined(receivers), all_of(3, 2));
            finish(senders);
            drop((sender, receiver));
            mint.assert_all_gone();
        }
    });
}

/// Two threads whose time runs out at some moment, one at each end, beside two that are patient: who gives up leaves
/// nobody asleep beside a message, or beside room.
#[test]
fn time_runs_out_beside_the_patient() {
    sample(900, || {
        for capacity in CAPACITIES {
            let (sender, receiver) = open(capacity);
            let mint = Mint::default();
            let deadline = Deadline::new();
            let until = deadline.instant();
            let hasty_receiver = {
                let receiver = receiver.clone();
                thread::spawn(move || Receipts::noted(receiver.recv_deadline(until)))
            };
            let hasty_sender = {
                let (sender, mint) = (sender.clone(), mint.clone());
                thread::spawn(move || sender.send_deadline(mint.message(0, 0), until).is_ok())
            };
            let patient_receiver = thread::spawn(move || Receipts::noted(receiver.iter()));
            let patient_sender = {
                let mint = mint.clone();
                thread::spawn(move || {
                    for message in mint.messages(1, EACH) {
                        sender.send(message).unwrap();
                    }
                })
            };
            let timer = thread::spawn(move || deadline.fire());
            let hasty = hasty_receiver.join().unwrap();
            assert!(hasty.count() <= 1);
            let patient = patient_receiver.join().unwrap();
            let seen = union([hasty, patient]);
            if hasty_sender.join().unwrap() {
                assert_eq!(seen, all_of(1, 1) | all_of(2, EACH) & !all_of(1, EACH));
            } else {
                assert_eq!(seen, all_of(2, EACH) & !all_of(1, EACH));
            }
            patient_sender.join().unwrap();
            timer.join().unwrap();
            mint.assert_all_gone();
        }
    });
}

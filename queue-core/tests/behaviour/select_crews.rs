//! Many threads that select: every message arrives once, nobody waits for ever.

use std::thread;
use std::time::Duration;

use queue_core::{Receiver, Select, Sender, after, bounded, never, select, select_biased, tick};

use crate::model::channel::open;
use crate::support::{Parcel, Receipts, Watchdog};

/// The last has no limit.
const KINDS: [Option<usize>; 4] = [Some(0), Some(1), Some(3), None];
const CREW: usize = 4;

/// Sends all that it has and receives what comes, whichever goes; then receives to the end.
fn trade(
    outbound: Sender<Parcel>,
    inbound: Receiver<Parcel>,
    own: impl IntoIterator<Item = Parcel>,
    producers: usize,
) -> Receipts {
    let mut receipts = Receipts::new(producers);
    let (mut own, mut inbound) = (own.into_iter().peekable(), inbound);
    while own.peek().is_some() {
        select! {
            send(outbound, own.next().unwrap()) -> sent => sent.expect("others still receive"),
            recv(inbound) -> parcel => match parcel {
                Ok(parcel) => receipts.note(parcel),
                Err(_) => inbound = never(),
            },
        }
    }
    drop(outbound);
    // Its end has come already, where it was replaced.
    if !inbound.same_channel(&never()) {
        inbound.iter().for_each(|parcel| receipts.note(parcel));
    }
    receipts
}

fn parcels(producer: usize, count: usize) -> impl Iterator<Item = Parcel> {
    (0..count).map(move |number| Parcel::new(producer, number))
}

/// Two crews, each of which sends into the channel from which the other receives.
fn trade_both_ways(capacity: Option<usize>, per_side: usize) {
    const EACH: usize = 500;
    let ((there, there_end), (back, back_end)) = (open(capacity), open(capacity));
    let receipts: Vec<_> = thread::scope(|scope| {
        let mut traders = Vec::new();
        for producer in 0..2 * per_side {
            let (outbound, inbound) = if producer % 2 == 0 {
                (there.clone(), back_end.clone())
            } else {
                (back.clone(), there_end.clone())
            };
            traders.push(scope.spawn(move || {
                let own = parcels(producer, EACH);
                trade(outbound, inbound, own, 2 * per_side)
            }));
        }
        drop((there, there_end, back, back_end));
        traders
            .into_iter()
            .map(|trader| trader.join().unwrap())
            .collect()
    });
    Receipts::assert_complete(receipts, EACH);
}

#[test]
fn selects_that_send_and_receive_meet_in_both_directions() {
    let _limit = Watchdog::new();
    for capacity in KINDS {
        for per_side in [1, 2] {
            trade_both_ways(capacity, per_side);
        }
    }
}

#[test]
fn selects_that_send_and_receive_on_one_channel_meet_each_other() {
    const EACH: usize = 500;
    let _limit = Watchdog::new();
    for capacity in KINDS {
        for crew in 2..=CREW {
            let (sender, receiver) = open(capacity);
            let receipts: Vec<_> = thread::scope(|scope| {
                let traders: Vec<_> = (0..crew)
                    .map(|producer| {
                        let (sender, receiver) = (sender.clone(), receiver.clone());
                        scope.spawn(move || trade(sender, receiver, parcels(producer, EACH), crew))
                    })
                    .collect();
                drop((sender, receiver));
                traders
                    .into_iter()
                    .map(|trader| trader.join().unwrap())
                    .collect()
            });
            Receipts::assert_complete(receipts, EACH);
        }
    }
}

#[test]
fn selects_in_a_ring_meet_their_neighbours() {
    const EACH: usize = 300;
    let _limit = Watchdog::new();
    for capacity in KINDS {
        for crew in [3, 5] {
            let (senders, mut receivers): (Vec<_>, Vec<_>) =
                (0..crew).map(|_| open(capacity)).unzip();
            receivers.rotate_right(1);
            let receipts: Vec<_> = thread::scope(|scope| {
                let ends = senders.into_iter().zip(receivers).enumerate();
                let traders: Vec<_> = ends
                    .map(|(producer, (sender, receiver))| {
                        scope.spawn(move || trade(sender, receiver, parcels(producer, EACH), crew))
                    })
                    .collect();
                traders
                    .into_iter()
                    .map(|trader| trader.join().unwrap())
                    .collect()
            });
            Receipts::assert_complete(receipts, EACH);
        }
    }
}

#[test]
fn a_select_does_not_meet_itself() {
    let (sender, receiver) = bounded::<u8>(0);
    let mut list = Select::new();
    list.send(&sender);
    list.recv(&receiver);
    list.send(&sender);
    for limit in [0, 100, 1_000].map(Duration::from_micros) {
        assert!(list.try_select().is_err());
        assert!(list.try_ready().is_err());
        assert!(list.select_timeout(limit).is_err());
        assert!(list.ready_timeout(limit).is_err());
    }
}

/// A producer's messages in one of the channels are numbered by themselves.
fn line(channel: usize, producer: usize) -> usize {
    channel * CREW + producer
}

/// Sends `count` messages into whichever channel has room: how many went into each.
fn spread(senders: &[Sender<Parcel>], producer: usize, count: usize) -> Vec<usize> {
    let mut sent = vec![0; senders.len()];
    let mut list = Select::new();
    for sender in senders {
        list.send(sender);
    }
    for turn in 0..count {
        let chosen = if turn % 5 == 4 {
            match list.select_timeout(Duration::from_micros(20)) {
                Ok(chosen) => chosen,
                Err(_) => list.select(),
            }
        } else {
            list.select()
        };
        let channel = chosen.index();
        let parcel = Parcel::new(line(channel, producer), sent[channel]);
        chosen.send(&senders[channel], parcel).unwrap();
        sent[channel] += 1;
    }
    sent
}

/// Receives from all channels to their ends.
fn gather(receivers: &[Receiver<Parcel>], is_biased: bool) -> Receipts {
    let mut receipts = Receipts::new(receivers.len() * CREW);
    let mut list = if is_biased {
        Select::new_biased()
    } else {
        Select::new()
    };
    for receiver in receivers {
        list.recv(receiver);
    }
    let mut open = receivers.len();
    while open > 0 {
        let chosen = list.select();
        let channel = chosen.index();
        match chosen.recv(&receivers[channel]) {
            Ok(parcel) => receipts.note(parcel),
            Err(_) => {
                list.remove(channel);
                open -= 1;
            }
        }
    }
    receipts
}

/// The like by the macros, with timers, a timeout and a `default` among the arms.
fn gather_by_macro(receivers: &[Receiver<Parcel>], is_biased: bool) -> Receipts {
    let mut receipts = Receipts::new(receivers.len() * CREW);
    let [mut r0, mut r1, mut r2, mut r3] = [0, 1, 2, 3].map(|channel| receivers[channel].clone());
    let ticks = tick(Duration::from_micros(50));
    let mut open = receivers.len();
    while open > 0 {
        let (end, parcel) = if is_biased {
            select_biased! {
                recv(r0) -> parcel => (&mut r0, parcel),
                recv(r1) -> parcel => (&mut r1, parcel),
                recv(r2) -> parcel => (&mut r2, parcel),
                recv(r3) -> parcel => (&mut r3, parcel),
                recv(ticks) -> _ => continue,
            }
        } else {
            select! {
                recv(r0) -> parcel => (&mut r0, parcel),
                recv(r1) -> parcel => (&mut r1, parcel),
                recv(after(Duration::from_micros(30))) -> _ => continue,
                recv(r2) -> parcel => (&mut r2, parcel),
                recv(r3) -> parcel => (&mut r3, parcel),
                default(Duration::from_micros(20)) => continue,
            }
        };
        match parcel {
            Ok(parcel) => receipts.note(parcel),
            Err(_) => (*end, open) = (never(), open - 1),
        }
    }
    receipts
}

type Gather = fn(&[Receiver<Parcel>], bool) -> Receipts;

fn spread_and_gather(gathers: [Gather; 2]) {
    const EACH: usize = 1_500;
    let (senders, receivers): (Vec<_>, Vec<_>) = KINDS.into_iter().map(open::<Parcel>).unzip();
    let (sent, receipts): (Vec<_>, Vec<_>) = thread::scope(|scope| {
        let producers: Vec<_> = (0..CREW)
            .map(|producer| {
                let senders = senders.clone();
                scope.spawn(move || spread(&senders, producer, EACH))
            })
            .collect();
        drop(senders);
        let consumers: Vec<_> = (0..CREW)
            .map(|consumer| {
                let (receivers, gather) = (&receivers, gathers[consumer % 2]);
                scope.spawn(move || gather(receivers, consumer / 2 == 1))
            })
            .collect();
        (
            producers
                .into_iter()
                .map(|one| one.join().unwrap())
                .collect(),
            consumers
                .into_iter()
                .map(|one| one.join().unwrap())
                .collect(),
        )
    });
    let by_line = (0..KINDS.len() * CREW).map(|line| sent[line % CREW][line / CREW]);
    Receipts::assert_counts(receipts, by_line);
}

#[test]
fn selects_over_channels_of_all_kinds_deliver_each_message_once() {
    let _limit = Watchdog::new();
    spread_and_gather([gather, gather]);
    spread_and_gather([gather_by_macro, gather_by_macro]);
    spread_and_gather([gather, gather_by_macro]);
}

#[test]
fn plain_ends_and_selects_share_channels_of_all_kinds() {
    const EACH: usize = 1_500;
    let _limit = Watchdog::new();
    let (senders, receivers): (Vec<_>, Vec<_>) = KINDS.into_iter().map(open::<Parcel>).unzip();
    let receipts: Vec<_> = thread::scope(|scope| {
        // One plain producer for each channel, one plain consumer for every other channel.
        for (channel, sender) in senders.into_iter().enumerate() {
            scope.spawn(move || {
                for parcel in parcels(line(channel, 0), EACH) {
                    sender.send(parcel).unwrap();
                }
            });
        }
        let mut consumers = Vec::new();
        for channel in [0, 3] {
            let receiver = receivers[channel].clone();
            consumers.push(scope.spawn(move || {
                let mut receipts = Receipts::new(KINDS.len() * CREW);
                receiver.iter().for_each(|parcel| receipts.note(parcel));
                receipts
            }));
        }
        for is_biased in [false, true] {
            let receivers = &receivers;
            consumers.push(scope.spawn(move || gather(receivers, is_biased)));
        }
        consumers
            .into_iter()
            .map(|consumer| consumer.join().unwrap())
            .collect()
    });
    let by_line = (0..KINDS.len() * CREW).map(|line| if line % CREW == 0 { EACH } else { 0 });
    Receipts::assert_counts(receipts, by_line);
}

#[test]
fn selects_that_name_a_channel_more_than_once_meet() {
    let _limit = Watchdog::new();
    for capacity in KINDS {
        let (sender, receiver) = open(capacity);
        thread::scope(|scope| {
            let sender = &sender;
            scope.spawn(move || {
                let clone = sender.clone();
                for number in 0..500 {
                    select! {
                        send(sender, number) -> sent => sent.unwrap(),
                        send(clone, number) -> sent => sent.unwrap(),
                        send(sender, number) -> sent => sent.unwrap(),
                    }
                }
            });
            let clone = receiver.clone();
            for number in 0..500 {
                let received = select! {
                    recv(receiver) -> message => message,
                    recv(clone) -> message => message,
                    recv(receiver) -> message => message,
                };
                assert_eq!(received, Ok(number));
            }
        });
    }
}

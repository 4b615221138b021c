//! One consumer over several channels.

use std::marker::PhantomData;

use super::{Blocking, Held, Link, Producers};
use crate::cells::Cell;
use crate::contract::{Mode, Order};
use crate::message::Message;

/// A way to wait for whichever of several channels has a message.
pub trait Selecting: Blocking {
    /// What else a reader should know about it.
    const SELECT_NOTES: &'static str;

    /// What is set up once to receive from all of the channels.
    type Selection<'a, M: Message>;

    /// Sets it up.
    fn selection<M: Message>(receivers: &[Self::Receiver<M>]) -> Self::Selection<'_, M>;

    /// Receives from any of the channels; `None` once all of them are at their end.
    fn recv_any<M: Message>(selection: &mut Self::Selection<'_, M>) -> Option<M>;
}

/// The consumer selects, and each producer sends to its channels in turn.
#[derive(Debug)]
pub struct Select<Q>(PhantomData<Q>);

/// The channels of one producer.
#[derive(Debug)]
pub struct InTurn<S> {
    senders: Vec<S>,
    next: usize,
}

impl<Q: Selecting> Link for Select<Q> {
    type Queue = Q;
    const MODE: Mode = Mode::Block;
    const ORDER: Order = Order::PerChannel;
    const NOTES: &'static str = Q::SELECT_NOTES;

    type Sender<M: Message> = InTurn<Q::Sender<M>>;
    type Receiver<M: Message> = Vec<Q::Receiver<M>>;
    type Source<'a, M: Message> = Q::Selection<'a, M>;

    fn open<M: Message>(cell: &Cell) -> Held<Self, M> {
        assert_eq!(cell.consumers, 1, "one consumer selects");
        let (mut senders, mut receivers) = (Vec::new(), Vec::new());
        for _ in 0..cell.channels {
            let ends = Q::open::<M>(&cell.of_one_channel());
            senders.extend(ends.0);
            receivers.extend(ends.1);
        }
        let mut senders = senders.into_iter();
        let producers = (0..cell.producers).map(|_| InTurn {
            senders: senders
                .by_ref()
                .take(cell.channels_per_producer())
                .collect(),
            next: 0,
        });
        (producers.collect(), vec![receivers])
    }

    fn source<M: Message>(receivers: &mut Self::Receiver<M>) -> Self::Source<'_, M> {
        Q::selection(receivers)
    }

    #[inline(always)]
    fn send<M: Message>(InTurn { senders, next }: &mut Self::Sender<M>, message: M) {
        <Q as Blocking>::send(&mut senders[*next], message);
        *next += 1;
        if *next == senders.len() {
            *next = 0;
        }
    }

    #[inline(always)]
    fn recv<M: Message>(selection: &mut Self::Source<'_, M>, _: &Producers) -> Option<M> {
        Q::recv_any(selection)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::contract::Topology;
    use crate::crew::Crew;
    use crate::link::{Ends, Queue};
    use crate::slice::{self, Failure, Measured};
    use crate::watchdog::Watchdog;

    // What befalls the fifth message that is selected.
    const RECEIVED: u8 = 0;
    const LOST: u8 = 1;
    const OVERTAKEN: u8 = 2;

    /// Standard channels, polled one after another.
    struct Polled<const FATE: u8>;

    struct Selection<'a, M> {
        receivers: &'a [Receiver<M>],
        taken: u64,
        overtaken: Option<M>,
    }

    impl<const FATE: u8> Queue for Polled<FATE> {
        const NAME: &'static str = "polled";
        const VERSION: &'static str = "0";
        const TOPOLOGY: Topology = Topology::Mpsc;
        type Sender<M: Message> = SyncSender<M>;
        type Receiver<M: Message> = Receiver<M>;

        fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
            let (sender, receiver) = sync_channel(cell.slots());
            (vec![sender; cell.producers], vec![receiver])
        }
    }

    impl<const FATE: u8> Blocking for Polled<FATE> {
        fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
            sender.send(message).unwrap();
        }

        fn recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
            receiver.recv().ok()
        }
    }

    impl<const FATE: u8> Selecting for Polled<FATE> {
        const SELECT_NOTES: &'static str = "polled";
        type Selection<'a, M: Message> = Selection<'a, M>;

        fn selection<M: Message>(receivers: &[Self::Receiver<M>]) -> Selection<'_, M> {
            Selection {
                receivers,
                taken: 0,
                overtaken: None,
            }
        }

        fn recv_any<M: Message>(selection: &mut Selection<'_, M>) -> Option<M> {
            if let Some(overtaken) = selection.overtaken.take() {
                return Some(overtaken);
            }
            let (receiver, message) = poll(selection.receivers)?;
            selection.taken += 1;
            match (FATE, selection.taken) {
                (LOST, 5) => receiver.recv().ok(),
                (OVERTAKEN, 5) => {
                    selection.overtaken = Some(message);
                    receiver.recv().ok()
                }
                _ => Some(message),
            }
        }
    }

    fn poll<M>(receivers: &[Receiver<M>]) -> Option<(&Receiver<M>, M)> {
        loop {
            let mut ended = 0;
            for receiver in receivers {
                match receiver.try_recv() {
                    Ok(message) => return Some((receiver, message)),
                    Err(TryRecvError::Disconnected) => ended += 1,
                    Err(TryRecvError::Empty) => {}
                }
            }
            if ended == receivers.len() {
                return None;
            }
            thread::yield_now();
        }
    }

    #[test]
    fn each_producer_sends_to_channels_of_its_own_in_turn() {
        let (mut senders, mut receivers) =
            Select::<Polled<RECEIVED>>::open::<u64>(&Cell::select(4, 2, 8));
        assert_eq!((senders.len(), receivers.len()), (2, 1));
        for (producer, sender) in (0..).zip(&mut senders) {
            for sequence in 0..5 {
                Select::<Polled<RECEIVED>>::send(sender, 10 * producer + sequence);
            }
        }
        drop(senders);
        let arrived: Vec<Vec<_>> = receivers
            .remove(0)
            .into_iter()
            .map(|receiver| receiver.into_iter().collect())
            .collect();
        assert_eq!(
            arrived,
            [vec![0, 2, 4], vec![1, 3], vec![10, 12, 14], vec![11, 13]]
        );
    }

    #[test]
    fn what_a_selection_loses_or_misorders_is_noticed() {
        fn outcome<const FATE: u8>(producers: usize) -> Result<Measured, Failure> {
            let cell = Cell::select(8, producers, 16);
            let crew = Crew::assemble(cell.threads(), false);
            slice::measure::<Select<Polled<FATE>>, u64>(&crew, &cell, Duration::from_millis(1))
        }
        let watchdog = Watchdog::for_tests();
        watchdog.watch("a selection", Duration::ZERO);
        for producers in [1, 2] {
            assert!(outcome::<RECEIVED>(producers).is_ok_and(|measured| measured.rate > 0.0));
            let Failure(lost) = outcome::<LOST>(producers).unwrap_err();
            assert!(lost.contains("received"), "{lost}");
            let Failure(overtaken) = outcome::<OVERTAKEN>(producers).unwrap_err();
            assert!(overtaken.contains("order"), "{overtaken}");
        }
    }
}

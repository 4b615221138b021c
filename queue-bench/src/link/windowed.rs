//! Unbounded queues that do not grow without limit.
//!
//! Nothing holds back the producers of an unbounded queue, and where they are faster
//! than the consumers, a slice would measure the memory. So they are held back from
//! outside, in the same way for every contender: a producer takes the right to send the
//! next [`STRIDE`] messages, and waits until these are within [`MOST_AHEAD`] of what the
//! consumers have reported; a consumer reports every [`STRIDE`] messages. Per message
//! that is a count and a branch; per stride, one atomic addition to a line of its own.
//! A producer that has to wait looks again after a [`Backoff::snooze`].
//!
//! The queue thus holds [`MOST_AHEAD`] messages at most, and what the consumers have
//! not reported yet, which is less than a stride for each of them. A producer never
//! waits for nothing: all strides before the first that has to wait were sent, but for
//! the rests of those whose producer has left, and all that was sent is reported, but
//! for the rests that consumers have not; [`Windowed::open`] sees to it that the window
//! has room for these rests and one more stride.

use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam_utils::{Backoff, CachePadded};

use super::{Blocking, Held, Link, Producers};
use crate::cells::{Cell, MOST_AHEAD};
use crate::contract::Mode;
use crate::message::Message;

/// How many messages a worker passes between two looks at the window.
const STRIDE: u64 = 1024;

/// The queue waits by its own means if it is empty; its producers keep within a window.
#[derive(Debug)]
pub struct Windowed<Q>(PhantomData<Q>);

/// What producers may send, and what consumers have received.
#[derive(Debug)]
struct Window {
    taken: CachePadded<AtomicU64>,
    reported: CachePadded<AtomicU64>,
}

/// A producer's sender, and how much it may send before its next look.
#[derive(Debug)]
pub struct WindowedSender<S> {
    sender: S,
    window: Arc<Window>,
    left: u64,
}

/// A consumer's receiver.
#[derive(Debug)]
pub struct WindowedReceiver<R> {
    receiver: R,
    window: Arc<Window>,
}

/// What a consumer takes from, and how much it has not reported.
#[derive(Debug)]
pub struct WindowedSource<'a, R> {
    receiver: &'a mut R,
    window: &'a Window,
    unreported: u64,
}

// Relaxed: the counts carry no data; the queue hands over the messages.
impl Window {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            taken: CachePadded::new(AtomicU64::new(0)),
            reported: CachePadded::new(AtomicU64::new(0)),
        })
    }

    /// Takes the next stride for a producer, once it is within the window.
    #[inline(never)]
    fn take(&self) {
        let end = self.taken.fetch_add(STRIDE, Ordering::Relaxed) + STRIDE;
        let backoff = Backoff::new();
        while !self.contains(end) {
            backoff.snooze();
        }
    }

    fn contains(&self, end: u64) -> bool {
        end <= self.reported.load(Ordering::Relaxed) + MOST_AHEAD as u64
    }

    /// A consumer has received a stride.
    #[inline(never)]
    fn report(&self) {
        self.reported.fetch_add(STRIDE, Ordering::Relaxed);
    }

    /// Nobody is held back any more.
    fn lift(&self) {
        self.reported.store(u64::MAX / 2, Ordering::Relaxed);
    }
}

/// Nobody waits for a consumer that is gone, however it went.
impl<R> Drop for WindowedReceiver<R> {
    fn drop(&mut self) {
        self.window.lift();
    }
}

impl<Q: Blocking> Link for Windowed<Q> {
    type Queue = Q;
    const MODE: Mode = Mode::Block;

    type Sender<M: Message> = WindowedSender<Q::Sender<M>>;
    type Receiver<M: Message> = WindowedReceiver<Q::Receiver<M>>;
    type Source<'a, M: Message> = WindowedSource<'a, Q::Receiver<M>>;

    fn open<M: Message>(cell: &Cell) -> Held<Self, M> {
        assert!(
            (cell.threads() + 1) * STRIDE as usize <= MOST_AHEAD,
            "the window is for fewer workers"
        );
        let window = Window::new();
        let (senders, receivers) = Q::open(cell);
        let senders = senders.into_iter().map(|sender| WindowedSender {
            sender,
            window: Arc::clone(&window),
            left: 0,
        });
        let receivers = receivers.into_iter().map(|receiver| WindowedReceiver {
            receiver,
            window: Arc::clone(&window),
        });
        (senders.collect(), receivers.collect())
    }

    fn source<M: Message>(receiver: &mut Self::Receiver<M>) -> Self::Source<'_, M> {
        WindowedSource {
            receiver: &mut receiver.receiver,
            window: &receiver.window,
            unreported: 0,
        }
    }

    #[inline(always)]
    fn hold_back<M: Message>(sender: &mut Self::Sender<M>) {
        if sender.left == 0 {
            sender.window.take();
            sender.left = STRIDE;
        }
    }

    #[inline(always)]
    fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
        Self::hold_back(sender);
        sender.left -= 1;
        Q::send(&mut sender.sender, message);
    }

    #[inline(always)]
    fn recv<M: Message>(source: &mut Self::Source<'_, M>, _: &Producers) -> Option<M> {
        let message = Q::recv(source.receiver)?;
        source.unreported += 1;
        if source.unreported == STRIDE {
            source.unreported = 0;
            source.window.report();
        }
        Some(message)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::contract::Topology;
    use crate::link::{Ends, Queue};
    use crate::watchdog::Watchdog;

    struct Standard;

    impl Queue for Standard {
        const NAME: &'static str = "standard";
        const VERSION: &'static str = "0";
        const TOPOLOGY: Topology = Topology::Mpsc;
        type Sender<M: Message> = Sender<M>;
        type Receiver<M: Message> = Receiver<M>;

        fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
            let (sender, receiver) = channel();
            (vec![sender; cell.producers], vec![receiver])
        }
    }

    impl Blocking for Standard {
        fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
            sender.send(message).unwrap();
        }

        fn recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
            receiver.recv().ok()
        }
    }

    type Guarded = Windowed<Standard>;
    const WINDOW: u64 = MOST_AHEAD as u64;

    #[test]
    fn a_window_opens_by_as_much_as_was_reported() {
        let window = Window::new();
        (0..WINDOW / STRIDE).for_each(|_| window.take());
        assert!(!window.contains(WINDOW + STRIDE));
        window.report();
        assert!(window.contains(WINDOW + STRIDE));
        assert!(!window.contains(WINDOW + 2 * STRIDE));
        window.lift();
        window.report();
        assert!(window.contains(1 << 62));
    }

    #[test]
    fn producers_wait_at_the_edge_of_the_window_until_consumers_follow() {
        let watchdog = Watchdog::for_tests();
        watchdog.watch("a window", Duration::ZERO);
        let cell = Cell::unbounded(Topology::Mpsc, 2, 1);
        let (senders, mut receivers) = Guarded::open::<u64>(&cell);
        let sent = Arc::new(AtomicU64::new(0));
        let producers: Vec<_> = senders
            .into_iter()
            .map(|mut sender| {
                let sent = Arc::clone(&sent);
                thread::spawn(move || {
                    for message in 0..WINDOW {
                        Guarded::send(&mut sender, message);
                        sent.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        let settle_at = |count| {
            while sent.load(Ordering::Relaxed) < count {
                thread::yield_now();
            }
            thread::sleep(Duration::from_millis(20));
            assert_eq!(sent.load(Ordering::Relaxed), count);
        };
        settle_at(WINDOW);

        let going = Producers::new(cell.producers);
        let mut source = Guarded::source(&mut receivers[0]);
        let mut receive = |count| {
            for _ in 0..count {
                assert!(Guarded::recv(&mut source, &going).is_some());
            }
        };
        receive(STRIDE - 1);
        settle_at(WINDOW);
        receive(1);
        settle_at(WINDOW + STRIDE);
        receive(2 * WINDOW - STRIDE);
        producers
            .into_iter()
            .for_each(|producer| producer.join().unwrap());
    }

    #[test]
    fn nobody_waits_for_a_consumer_that_is_gone() {
        let watchdog = Watchdog::for_tests();
        watchdog.watch("a window", Duration::ZERO);
        let (mut senders, receivers) = Guarded::open::<u64>(&Cell::unbounded(Topology::Spsc, 1, 1));
        let producer = thread::spawn(move || {
            for message in 0.. {
                Guarded::send(&mut senders[0], message);
            }
        });
        thread::sleep(Duration::from_millis(5));
        drop(receivers);
        assert!(producer.join().is_err(), "its send fails");
    }
}

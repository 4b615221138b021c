//! The baseline: a `VecDeque` behind a `Mutex`, with two `Condvar`s.
//!
//! What one writes without a library, with reasonable care: the buffer is
//! allocated up front, and a condition is notified only if somebody waits for it
//! (the standard library's notification is a system call either way).

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{Blocking, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Bounded;

#[derive(Debug)]
struct Shared<M> {
    state: Mutex<State<M>>,
    has_room: Condvar,
    has_message: Condvar,
}

#[derive(Debug)]
struct State<M> {
    messages: VecDeque<M>,
    capacity: usize,
    senders: usize,
    waiting_for_room: usize,
    waiting_for_message: usize,
}

impl<M> Shared<M> {
    fn state(&self) -> MutexGuard<'_, State<M>> {
        self.state
            .lock()
            .expect("nobody panics while holding the lock")
    }

    fn put(&self, mut state: MutexGuard<'_, State<M>>, message: M) {
        state.messages.push_back(message);
        let wake = state.waiting_for_message > 0;
        drop(state);
        if wake {
            self.has_message.notify_one();
        }
    }

    fn take(&self, mut state: MutexGuard<'_, State<M>>) -> Option<M> {
        let message = state.messages.pop_front()?;
        let wake = state.waiting_for_room > 0;
        drop(state);
        if wake {
            self.has_room.notify_one();
        }
        Some(message)
    }
}

impl<M> State<M> {
    fn is_full(&self) -> bool {
        self.messages.len() == self.capacity
    }
}

#[derive(Debug)]
pub(super) struct Sender<M>(Arc<Shared<M>>);

#[derive(Debug)]
pub(super) struct Receiver<M>(Arc<Shared<M>>);

impl<M> Drop for Sender<M> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.senders -= 1;
        if state.senders == 0 {
            drop(state);
            self.0.has_message.notify_all();
        }
    }
}

impl Queue for Bounded {
    const NAME: &'static str = "mutex-condvar";
    const VERSION: &'static str = env!("VERSION_RUSTC");
    const TOPOLOGY: Topology = Topology::Mpmc;
    const NOTES: &'static str = "Mutex, VecDeque and two Condvars; the version is the compiler's";

    type Sender<M: Message> = Sender<M>;
    type Receiver<M: Message> = Receiver<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                messages: VecDeque::with_capacity(cell.slots()),
                capacity: cell.slots(),
                senders: cell.producers,
                waiting_for_room: 0,
                waiting_for_message: 0,
            }),
            has_room: Condvar::new(),
            has_message: Condvar::new(),
        });
        let sender = |_| Sender(Arc::clone(&shared));
        let receiver = |_| Receiver(Arc::clone(&shared));
        (
            (0..cell.producers).map(sender).collect(),
            (0..cell.consumers).map(receiver).collect(),
        )
    }
}

impl Blocking for Bounded {
    #[inline]
    fn send<M: Message>(Sender(shared): &mut Sender<M>, message: M) {
        let mut state = shared.state();
        while state.is_full() {
            state.waiting_for_room += 1;
            state = shared.has_room.wait(state).expect("not poisoned");
            state.waiting_for_room -= 1;
        }
        shared.put(state, message);
    }

    #[inline]
    fn recv<M: Message>(Receiver(shared): &mut Receiver<M>) -> Option<M> {
        let mut state = shared.state();
        while state.messages.is_empty() && state.senders > 0 {
            state.waiting_for_message += 1;
            state = shared.has_message.wait(state).expect("not poisoned");
            state.waiting_for_message -= 1;
        }
        shared.take(state)
    }
}

impl Polling for Bounded {
    #[inline]
    fn try_send<M: Message>(Sender(shared): &mut Sender<M>, message: M) -> Result<(), M> {
        let state = shared.state();
        if state.is_full() {
            return Err(message);
        }
        shared.put(state, message);
        Ok(())
    }

    #[inline]
    fn try_recv<M: Message>(Receiver(shared): &mut Receiver<M>) -> Option<M> {
        shared.take(shared.state())
    }
}

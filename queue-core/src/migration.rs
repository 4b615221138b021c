//! Coming from another channel crate: what each call is called here, and what it does otherwise.
//!
//! Compared are crossbeam-channel 0.5.17, flume 0.12.0, `std::sync::mpsc` of Rust 1.95 and
//! kanal 0.1.1. A dash says that there is no such call.
//!
//! This crate asks for Rust 1.95; without `std` it has
//! rings, and no channels.
//!
//! # From crossbeam-channel 0.5
//!
//! Change `use crossbeam_channel` to `use queue_core`. Names, signatures and error types are the
//! same; every public item of theirs is here.
//!
//! | crossbeam-channel | here |
//! |---|---|
//! | `bounded(n)`, `bounded(0)`, `unbounded()` | the same |
//! | `after`, `at`, `tick`, `never` | the same |
//! | `send`, `try_send`, `send_timeout`, `send_deadline` | the same |
//! | `recv`, `try_recv`, `recv_timeout`, `recv_deadline` | the same |
//! | `iter`, `try_iter`, `into_iter`, `for x in &receiver` | the same |
//! | `len`, `is_empty`, `is_full`, `capacity`, `same_channel` | the same, on both ends |
//! | `clone` and `drop` of either end | the same; the last one disconnects |
//! | `select!`, `select_biased!`, up to 32 operations | the same |
//! | `Select::{new, new_biased, send, recv, remove}` | the same |
//! | `Select::{select, try_select, select_timeout, select_deadline}` | the same |
//! | `Select::{ready, try_ready, ready_timeout, ready_deadline}` | the same |
//! | `SelectedOperation::{index, send, recv}` | the same |
//! | the ten errors, `into_inner`, `is_full` and the like, `From` | the same |
//! | feature `std` | - (always); `portable-park` is ours |
//!
//! **Channels**
//! - The last receiver of a bounded channel drops the messages that are left. Theirs stay until
//!   the last sender goes. (Of unbounded channels both drop them.)
//! - `recv` of an unbounded channel passes over a sender that was suspended while it wrote a
//!   message; that sender sends anew. Theirs spins until it is resumed. `try_recv` waits in both.
//! - While a peer is suspended in the middle of its operation on a bounded channel, a call with a
//!   time limit ends in time, with `Timeout`, and one without naps. Theirs spin, also beyond the
//!   limit. (With capacity 0 a receive that has met a selected send waits for its message in both.)
//! - On 64-bit Linux a wait is on a futex and leaves the token of `std::thread::park` alone.
//!   Theirs parks.
//! - A `recv` from `tick` takes a tick when it is due. Theirs takes the next one when it begins
//!   to wait. After a tick whose successor is out of the clock's range none follows; theirs panics.
//!
//! **Select**
//! - A [`SelectedOperation`](crate::SelectedOperation) of a receive holds its message already, and
//!   its slot is free. With theirs, a `try_send` on the same thread to a channel that was full
//!   spins for ever until the operation is completed. A message of more than four words, or more
//!   than word alignment, is put on the heap for the time.
//! - A selected send into a bounded channel has a slot in both. If the receivers vanish before it
//!   is completed, it gives the message back; theirs says `Ok`.
//! - A selected send into an unbounded channel has nothing yet: it takes its place in the order
//!   when it is completed. Theirs has its place from the selection on, which `len` counts; those
//!   who receive after it wait for it, and so does the drop of the last receiver.
//! - Dropped, it panics in both. Here it first gives slot or receiver free and drops a message it
//!   holds (leaks it, on another thread than that which added the operation), and does not panic a
//!   second time on a thread that is panicking; theirs aborts the process then. With theirs the
//!   slot is lost, and a bounded channel is stuck there.
//! - `Select::remove` keeps the order of the others, which a biased list goes by. Theirs puts the
//!   last one in the place of the removed.
//!
//! **Types and texts**
//! - `Receiver<T>` and its `IntoIter` are always `Unpin`; theirs where `T` is. `Send`, `Sync` and
//!   `UnwindSafe` are the same.
//! - `SendError` and its kin are errors for every `T`; theirs for `T: Send`. `TryReadyError` and
//!   `ReadyTimeoutError` are errors with a text; theirs have neither.
//! - `RecvTimeoutError::Disconnected` reads "receiving on an empty and disconnected channel"
//!   (theirs "channel is empty and disconnected"), `TrySelectError` "no operation of the select
//!   was ready" (theirs "all operations in select would block"). The other texts are theirs.
//! - `Debug` prints `Timeout(..)` or `Disconnected(..)` for a `SendTimeoutError` (theirs
//!   `"SendTimeoutError(..)"`, whichever it is), and no quotation marks around `SendError(..)`,
//!   `Full(..)` and `Disconnected(..)`.
//! - Constructors and questions are `#[must_use]`.
//!
//! ```
//! use queue_core::{SendError, Select, bounded}; // use crossbeam_channel::{..};
//!
//! let (sender, receiver) = bounded(1);
//! let mut select = Select::new();
//! select.send(&sender);
//! let chosen = select.select();
//! drop(receiver);
//! // crossbeam-channel: Ok(()), and nobody gets the message.
//! assert_eq!(chosen.send(&sender, "letter"), Err(SendError("letter")));
//! ```
//!
//! # From flume 0.12
//!
//! | flume | here |
//! |---|---|
//! | `bounded(n)`, `bounded(0)`, `unbounded()` | the same |
//! | `send`, `try_send`, `send_timeout`, `send_deadline` | the same |
//! | `recv`, `try_recv`, `recv_timeout`, `recv_deadline` | the same |
//! | `iter`, `try_iter`, `into_iter`, `for x in &receiver` | the same |
//! | `drain` | the same |
//! | `Selector::new().recv(&r, f).send(&s, m, g).wait()` | [`select!`](crate::select!), `Select` |
//! | `Selector::wait_timeout(t)` | `default(t) =>`, `Select::select_timeout` |
//! | `Selector::wait_deadline(d)` | `Select::select_deadline` |
//! | `SelectError::Timeout` | the `default` arm, `SelectTimeoutError` |
//! | `len`, `is_empty`, `is_full`, `capacity`, `same_channel` | the same |
//! | `is_disconnected` | `is_closed`, which a `close` makes true, too |
//! | `sender_count`, `receiver_count` | the same |
//! | `downgrade`, `WeakSender::upgrade` | the same, and `WeakReceiver` |
//! | `clone` and `drop` of either end | the same; the last one disconnects |
//! | `SendError`, `TrySendError`, `SendTimeoutError`, `into_inner` | the same |
//! | `RecvError::Disconnected` | `RecvError`, which has no variants |
//! | `TryRecvError`, `RecvTimeoutError` | the same |
//! | `send_async`, `recv_async` | the same; the futures have to be pinned (`pin!`) where they are polled by hand |
//! | `into_send_async`, `into_recv_async` | an `async move` block around the call |
//! | `sink`, `into_sink`, `stream`, `into_stream` | the same, with the feature `futures`, and to be pinned |
//! | features `async`, `select`, `eventual-fairness`, `spin` | - (awaiting and select are always there) |
//!
//! - **Turns.** Theirs gives a message to the receiver that has waited longest, and takes that of
//!   the sender that has waited longest into the channel. Here who waits is woken in that order,
//!   and has to try: one that just arrives may be faster, sixteen times in a row at most ([`bounded`](crate::bounded)). (Capacity 0 hands over in order, but to tasks last.)
//! - **Memory.** `bounded(n)` makes all its slots at once, and panics where `n` is too large;
//!   theirs grows as it fills.
//! - **Left messages.** The last receiver drops what is there; theirs stays until the last sender
//!   goes.
//! - **Selection.** Theirs takes the message of a send when it is added, and drops it if another
//!   operation is chosen; until the selection has ended a receiver may take it all the same. Here
//!   the message is made when its send has been chosen, and the others have no effect. Closures
//!   become arms. With `eventual-fairness`, an empty `Selector` panics; an empty `Select` panics
//!   in `select` and `ready`, and waits out the limit of the others.
//! - **Iterators.** `Iter` and `IntoIter` are fused; theirs are not marked so.
//! - **Texts.** Theirs say "closed" where ours say "disconnected", and differ for time limits.
//!
//! ```
//! use queue_core::{bounded, select};
//!
//! let (orders, inbox) = bounded(1);
//! let (_stop, stopped) = bounded::<()>(1);
//! orders.send(7).unwrap();
//! // let number = flume::Selector::new()
//! //     .recv(&inbox, |order| order.ok())
//! //     .recv(&stopped, |_| None)
//! //     .wait();
//! let number = select! {
//!     recv(inbox) -> order => order.ok(),
//!     recv(stopped) -> _ => None,
//! };
//! assert_eq!(number, Some(7));
//! // let rest: Vec<_> = inbox.drain().collect();
//! let rest: Vec<_> = inbox.drain().collect();
//! assert!(rest.is_empty());
//! ```
//!
//! # From `std::sync::mpsc`
//!
//! | std | here |
//! |---|---|
//! | `channel()` | [`unbounded()`](crate::unbounded) |
//! | `sync_channel(n)`, `sync_channel(0)` | [`bounded(n)`](crate::bounded), `bounded(0)` |
//! | `Sender<T>`, `SyncSender<T>` | [`Sender<T>`](crate::Sender), for both |
//! | `Receiver<T>` | [`Receiver<T>`](crate::Receiver), which can be cloned |
//! | `Sender::send`, `SyncSender::send`, `SyncSender::try_send` | `send`, `try_send` |
//! | - | `send_timeout`, `send_deadline` |
//! | `recv`, `try_recv`, `recv_timeout` | the same |
//! | `recv_deadline` (unstable) | `recv_deadline` |
//! | `iter`, `try_iter`, `into_iter`, `for x in &receiver` | the same |
//! | - | `select!`, `Select`, `after`, `at`, `tick`, `never` |
//! | - | `len`, `is_empty`, `is_full`, `capacity`, `same_channel` |
//! | `SendError(m)`, `TrySendError::{Full, Disconnected}` | the same, and `into_inner` |
//! | `RecvError`, `TryRecvError`, `RecvTimeoutError` | the same |
//! | `From` between these errors | the same, and `SendTimeoutError` |
//!
//! - **Receivers** can be cloned and shared (theirs is not `Sync`); every message goes to one.
//! - **Senders.** `try_send` is there for every channel. Into an unbounded one it is never `Full`.
//! - **Left messages** are dropped by the last receiver in both.
//! - **A suspended sender.** `recv` of an unbounded channel passes over it, see above; theirs
//!   spins.
//! - **The park token** is left alone on 64-bit Linux; theirs parks with `std::thread::park`.
//! - **Iterators.** `Iter` and `IntoIter` are fused; theirs are not marked so.
//! - **Texts.** Theirs read "closed channel"; `Debug` prints `SendError { .. }` and
//!   `TrySendError::Full(..)` where ours prints `SendError(..)` and `Full(..)`.
//!
//! ```
//! use std::thread;
//!
//! // let (sender, receiver) = std::sync::mpsc::sync_channel(8);
//! let (sender, receiver) = queue_core::bounded(8);
//! // let receiver = Arc::new(Mutex::new(receiver));
//! let workers: Vec<_> = (0..2)
//!     .map(|_| {
//!         let receiver = receiver.clone();
//!         thread::spawn(move || receiver.iter().sum::<u32>())
//!     })
//!     .collect();
//! for number in 1..=100 {
//!     sender.send(number).unwrap();
//! }
//! drop(sender);
//! let sums = workers.into_iter().map(|worker| worker.join().unwrap());
//! assert_eq!(sums.sum::<u32>(), 5050);
//! ```
//!
//! # From kanal 0.1
//!
//! | kanal | here |
//! |---|---|
//! | `bounded(n)`, `bounded(0)`, `unbounded()` | the same |
//! | `send(m)`, an error without the message | `send(m)`, `SendError(m)` |
//! | `try_send(m)`: `Ok(true)` | `try_send(m)`: `Ok(())` |
//! | `try_send(m)`: `Ok(false)`, the message dropped | `Err(TrySendError::Full(m))` |
//! | `try_send_option(&mut m)` | `try_send_from(&mut m)` |
//! | `try_send_realtime`, `try_send_option_realtime` | `try_send_now(m)` |
//! | `send_timeout(m, t)`, `send_option_timeout(&mut m, t)` | `send_timeout(m, t)`, `send_timeout_from(&mut m, t)` |
//! | - | `send_deadline`, `recv_deadline` |
//! | `recv`, `recv_timeout` | the same |
//! | `try_recv()`: `Ok(Some(m))` | `try_recv()`: `Ok(m)` |
//! | `try_recv()`: `Ok(None)` | `Err(TryRecvError::Empty)` |
//! | `try_recv_realtime` | `try_recv_now` |
//! | `drain_into(&mut vec)` | `try_recv_batch(&mut vec, max)`, `recv_batch(&mut vec, max)` |
//! | `receiver.next()`, `for x in receiver` | `receiver.iter().next()`, `for x in receiver` |
//! | - | `select!`, `Select`, `after`, `at`, `tick`, `never`, `same_channel` |
//! | `len`, `is_empty`, `is_full` | the same |
//! | `capacity()`, `usize::MAX` if unbounded | `capacity()`: `Some(n)`, `None` if unbounded |
//! | `is_bounded()` | `capacity().is_some()` |
//! | `close()`, `CloseError` | `close()`: `true` if it was open. What was accepted is still received |
//! | `is_closed`, `is_disconnected` | `is_closed` |
//! | `is_terminated` | `is_closed() && is_empty()` |
//! | `sender_count`, `receiver_count` | the same |
//! | `clone` and `drop` of either end | the same; the last one disconnects |
//! | `SendError::{Closed, ReceiveClosed}` | `SendError(m)` |
//! | `SendErrorTimeout::{Closed, ReceiveClosed, Timeout}` | `SendTimeoutError::{..}` |
//! | `ReceiveError::{Closed, SendClosed}` | `RecvError`, `TryRecvError::Disconnected` |
//! | `ReceiveErrorTimeout::{Closed, SendClosed, Timeout}` | `RecvTimeoutError::{..}` |
//! | `bounded_async`, `unbounded_async`, `AsyncSender`, `AsyncReceiver` | `bounded`, `unbounded`: every handle can block and await, by `send_async` and `recv_async` |
//! | `clone_async`, `to_async`, `as_async` and back | `clone` |
//! | features `async`, `std-mutex` | - |
//!
//! - **Messages that were not sent** come back in the error. Theirs are dropped, or kept in the
//!   `Option`; that of a `send_timeout` that times out is neither sent nor dropped: it leaks.
//! - **Errors.** The other end being gone is one error, waiting or not. With theirs it is
//!   `SendClosed` or `ReceiveClosed`, but `Closed` for who waits when the last handle goes.
//! - **Timeouts** beyond the range of the clock wait without limit; theirs panic. Who waits with a
//!   timeout goes to sleep; theirs looks and yields until the time is up, and sleeps only in
//!   calls without one.
//! - **Turns.** Theirs hands over in the order of waiting; see flume, above.
//! - **Locks.** Every call of theirs takes a lock, which spins unless `std-mutex` is on. Here there
//!   is none while nobody is parked, but with capacity 0; the `try_` calls wait only for a peer
//!   that was suspended in the middle of its operation.
//! - **Left messages.** The last receiver drops what is there; theirs stays until the last sender
//!   goes.
//! - **Panics.** Both ends are `UnwindSafe`; theirs are not.
//!
//! ```
//! use queue_core::{TryRecvError, TrySendError, bounded};
//!
//! let (sender, receiver) = bounded(1);
//! // assert_eq!(sender.try_send("first"), Ok(true));
//! assert_eq!(sender.try_send("first"), Ok(()));
//! // assert_eq!(sender.try_send("second"), Ok(false)); // and the message is gone
//! assert_eq!(sender.try_send("second"), Err(TrySendError::Full("second")));
//! // assert_eq!(receiver.try_recv(), Ok(Some("first")));
//! assert_eq!(receiver.try_recv(), Ok("first"));
//! // assert_eq!(receiver.try_recv(), Ok(None));
//! assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
//! ```

//! The same slice with tasks as its workers, on the runtime of the crew.
//!
//! Phases, marks and books are those of the [threads](super::work), and the loops are the same but
//! for what a task is:
//!
//! **Turns.** A future that is ready at its first poll does not suspend its task, so that a task
//! which finds room and messages would never let the others on its thread go on. tokio's own
//! channels see to that by a budget: a task that has spent it is suspended, though it need not wait.
//! Others have none. So here every task gives way after each [`TURN`] messages, whosever queue it
//! uses. That is as much as tokio's budget allows between two suspensions, which therefore is never
//! spent: nobody is suspended more often than anybody else, or in another way.
//!
//! **Cost.** A task has no thread of its own, so that its processor time is nobody's: what is told is
//! that of the whole process, in which nobody else does anything meanwhile.

use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::task::yield_now;

use super::stamps::Stamps;
use super::work::{Intake, Outgo};
use super::{
    Failure, MEASURE, MEASURING, Measured, Report, STOP, Track, Usage, WARM_UP, conduct, evaluate,
};
use crate::cells::{Cell, Load};
use crate::crew::Crew;
use crate::link::Async;
use crate::message::{Ascent, Message, Tally, Word, word};
use crate::runtime::Task;

/// After so many messages a task gives way to the others.
const TURN: u64 = 128;

/// Measures how a new queue passes messages among tasks.
pub(crate) fn measure<Q: Async, M: Message>(
    crew: &Crew,
    cell: &Cell,
    length: Duration,
) -> Result<Measured, Failure> {
    assert_eq!(cell.load, Load::Steady, "tasks do nothing else");
    let track = Arc::new(Track::new(cell));
    let reports = crew.runtime().start(tasks::<Q, M>(cell, &track));
    let (reports, usage) = conduct(cell, &track, &reports, length)?;
    let measured = evaluate(reports)?;
    let received = measured.shares[cell.producers..].iter().sum();
    let Measured {
        cpu_ns, switches, ..
    } = Measured::costs(usage, received);
    Ok(Measured {
        cpu_ns,
        switches,
        ..measured
    })
}

fn tasks<Q: Async, M: Message>(cell: &Cell, track: &Arc<Track>) -> Vec<Task<Report>> {
    let (senders, receivers) = Q::open::<M>(cell);
    let producers = senders.into_iter().enumerate().map(|(index, sender)| {
        let track = Arc::clone(track);
        Box::pin(async move { Report::Sent(index, produce::<Q, M>(sender, index, &track).await) })
            as Task<Report>
    });
    let total = cell.producers;
    let consumers = receivers.into_iter().enumerate().map(|(index, receiver)| {
        let track = Arc::clone(track);
        Box::pin(async move {
            let ascent = Ascent::new(total, 1);
            // As with threads: if this panics, the queue stays open.
            let mut receiver = ManuallyDrop::new(receiver);
            let intake = consume::<Q, M>(&mut receiver, index, ascent, &track).await;
            drop(ManuallyDrop::into_inner(receiver));
            Report::Received(index, intake)
        }) as Task<Report>
    });
    producers.chain(consumers).collect()
}

/// Sends until told to stop.
async fn produce<Q: Async, M: Message>(
    mut sender: Q::Sender<M>,
    producer: usize,
    track: &Track,
) -> Outgo {
    let (mut tally, mut stamps) = (Tally::default(), Stamps::new());
    send_during::<Q, M, _>(WARM_UP, &mut sender, producer, track, &mut tally, |_| {}).await;

    let before = tally.count;
    send_during::<Q, M, _>(MEASURE, &mut sender, producer, track, &mut tally, |word| {
        stamps.note(word);
    })
    .await;
    let counted = tally.count - before;

    Q::hang_up(sender).await;
    track.producers.leave();
    Outgo {
        tally,
        counted,
        usage: Usage::default(),
        stamps,
    }
}

/// Sends as long as the phase is this one.
async fn send_during<Q: Async, M: Message, F: FnMut(Word) + Send>(
    phase: u8,
    sender: &mut Q::Sender<M>,
    producer: usize,
    track: &Track,
    tally: &mut Tally,
    mut sending: F,
) {
    let mut books = *tally;
    while track.phase() == phase {
        let word = word(producer, books.count);
        sending(word);
        Q::send(sender, M::of(word)).await;
        books.add(M::digest_of(word));
        give_way(&books).await;
    }
    *tally = books;
}

/// Receives until the end, with a mark where the phase turns.
async fn consume<Q: Async, M: Message>(
    receiver: &mut Q::Receiver<M>,
    consumer: usize,
    mut ascent: Ascent,
    track: &Track,
) -> Intake {
    let progress = &track.progress[consumer];
    let (mut tally, mut stamps) = (Tally::default(), Stamps::new());

    let mut passed = 0;
    receive_during::<Q, M, _>(WARM_UP, receiver, track, &mut tally, |word| {
        ascent.note(word);
        passed += 1;
        progress.store(passed, Ordering::Relaxed);
    })
    .await;

    let before = tally.count;
    let opened = (track.phase() == MEASURE).then(Instant::now);
    let mut announced = false;
    receive_during::<Q, M, _>(MEASURE, receiver, track, &mut tally, |word| {
        if !announced {
            announced = true;
            progress.store(MEASURING, Ordering::Relaxed);
        }
        stamps.note(word);
    })
    .await;
    let closed = Instant::now();
    let counted = tally.count - before;

    receive_during::<Q, M, _>(STOP, receiver, track, &mut tally, |word| ascent.note(word)).await;
    Intake {
        tally,
        in_order: !ascent.is_broken(),
        opened,
        closed,
        counted,
        usage: Usage::default(),
        stamps,
    }
}

/// Receives as long as the phase is this one, or until the end.
async fn receive_during<Q: Async, M: Message, F: FnMut(Word) + Send>(
    phase: u8,
    receiver: &mut Q::Receiver<M>,
    track: &Track,
    tally: &mut Tally,
    mut seen: F,
) {
    let mut books = *tally;
    while track.phase() == phase
        && let Some(message) = Q::recv::<M>(receiver).await
    {
        books.add(message.digest());
        seen(message.word());
        give_way(&books).await;
    }
    *tally = books;
}

/// Lets other tasks go on if it is time.
#[inline(always)]
async fn give_way(books: &Tally) {
    if books.count.is_multiple_of(TURN) {
        yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::Poll;

    use super::*;
    use crate::contract::Mode;
    use crate::message::Payload;
    use crate::watchdog::Watchdog;

    /// Whether a task of that many operations of tokio's runs without being suspended.
    fn is_within_budget(operations: u64) -> bool {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let sends = async move {
            let (sender, _receiver) = tokio::sync::mpsc::channel(4096);
            for message in 0..operations {
                sender.send(message).await.unwrap();
            }
        };
        runtime.block_on(async {
            let task = tokio::spawn(async move {
                let mut sends = pin!(sends);
                poll_fn(|context| Poll::Ready(sends.as_mut().poll(context).is_ready())).await
            });
            task.await.unwrap()
        })
    }

    #[test]
    fn a_turn_is_what_the_budget_of_tokio_allows() {
        assert!(is_within_budget(TURN) && !is_within_budget(TURN + 1));
    }

    #[test]
    fn nobody_is_starved_by_a_task_that_need_not_wait() {
        let watchdog = Watchdog::for_tests();
        watchdog.watch("tasks on one thread", Duration::ZERO);
        let cell = Cell::shaped(4, 1, 65536);
        let crew = Crew::in_mode(&cell, Mode::TokioCurrent, false);
        let words = (Mode::TokioCurrent, cell);
        let messages = (Mode::MessagesCurrent, cell.with_payload(Payload::Lines));
        for (contender, (mode, cell)) in crate::contenders::all()
            .iter()
            .flat_map(|contender| [(contender, words), (contender, messages)])
        {
            if contender.competes(&cell, mode) {
                let measured = contender
                    .measure(&crew, &cell, Duration::from_millis(20))
                    .unwrap();
                let least = measured.shares[..4].iter().min().copied();
                let equal = measured.shares[..4].iter().sum::<u64>() / 4;
                assert!(
                    least >= Some(equal / 2),
                    "{}: {:?}",
                    contender.name,
                    measured.shares
                );
            }
        }
    }

    #[test]
    fn the_processor_time_is_that_of_the_process() {
        let watchdog = Watchdog::for_tests();
        watchdog.watch("tasks", Duration::ZERO);
        let cell = Cell::shaped(2, 2, 64);
        for mode in Mode::OF_TASKS {
            let crew = Crew::in_mode(&cell, mode, false);
            let ours = crate::contenders::all()
                .into_iter()
                .find(|contender| contender.competes(&cell, mode) && contender.is_ours())
                .unwrap();
            let measured = ours
                .measure(&crew, &cell, Duration::from_millis(20))
                .unwrap();
            assert!(
                measured.cpu_ns > 0.0 || !cfg!(target_os = "linux"),
                "{measured:?}"
            );
            assert_eq!(measured.shares.len(), 4);
            let most = measured.shares[2..].iter().sum::<u64>();
            assert!(most > 0 && measured.rate > 0.0);
        }
    }
}

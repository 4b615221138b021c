//! What the workers do in each scenario.

use std::hint;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_utils::CachePadded;

use super::{Delays, Scenario};
use crate::cells::Cell;
use crate::contract::Mode;
use crate::crew::Crew;
use crate::link::{Link, Producers};
use crate::message::{sequence, word};
use crate::slice::{Failure, Measured, Usage};

/// The part of a slice at its beginning that is not counted.
const WARM_UP_PART: u32 = 10;

/// The part of a slice that an idle receiver's shorter waits last.
const SHORT_PART: u32 = 20;

/// How long a receiver waits before it is woken.
const QUIET: Duration = Duration::from_millis(1);

type Job = Box<dyn FnOnce() -> Measured + Send>;

/// Measures the delays of one queue for that long.
pub(crate) fn measure<L: Link>(
    crew: &Crew,
    scenario: Scenario,
    length: Duration,
) -> Result<Measured, Failure> {
    let cell = scenario.cell();
    let jobs = match scenario {
        Scenario::PingPong => ping_pong::<L>(&cell, length),
        Scenario::OpenLoop(rate) => open_loop::<L>(&cell, rate, length),
        Scenario::WakeUp => wake_up::<L>(&cell, length),
        Scenario::Idle => idle::<L>(&cell, length),
        Scenario::FrozenPeer if L::MODE == Mode::Try => frozen_peer::<L>(&cell, length),
        Scenario::FrozenPeer => frozen_sender::<L>(&cell, length),
    };
    let mut measured = Measured::default();
    for outcome in crew.start(jobs) {
        let outcome = outcome.map_err(Failure)?;
        measured.delays.merge(&outcome.delays);
        measured.busy += outcome.busy;
    }
    Ok(measured)
}

/// What the one worker has measured who does.
struct Watch {
    delays: Delays,
    begin: Instant,
    before: Usage,
}

impl Watch {
    fn start() -> Self {
        Self {
            delays: Delays::with_room(),
            begin: Instant::now(),
            before: Usage::of_this_thread(),
        }
    }

    fn stop(self) -> Measured {
        let spent = (Usage::of_this_thread() - self.before).cpu;
        Measured {
            delays: self.delays,
            busy: spent.div_duration_f64(self.begin.elapsed()),
            ..Measured::default()
        }
    }
}

fn open<L: Link>(cell: &Cell) -> (L::Sender<u64>, L::Receiver<u64>) {
    let (mut senders, mut receivers) = L::open::<u64>(cell);
    (senders.remove(0), receivers.remove(0))
}

fn ping_pong<L: Link>(cell: &Cell, length: Duration) -> Vec<Job> {
    let (mut there, mut arrivals) = open::<L>(cell);
    let (mut back, mut answers) = open::<L>(cell);
    let going = Arc::new(Producers::new(1));
    let asking = Arc::clone(&going);
    let ask = move || {
        let answering = Producers::new(1);
        let mut source = L::source(&mut answers);
        let mut watch = Watch::start();
        let mut number = 0;
        loop {
            let sent = Instant::now();
            let since = sent - watch.begin;
            if since >= length {
                break;
            }
            L::send(&mut there, word(0, number));
            let answer = L::recv::<u64>(&mut source, &answering);
            assert_eq!(answer, Some(word(1, number)), "the answer to this message");
            if since > length / WARM_UP_PART {
                watch.delays.add(sent.elapsed());
            }
            number += 1;
        }
        let measured = watch.stop();
        drop(there);
        asking.leave();
        measured
    };
    let answer = move || {
        let mut source = L::source(&mut arrivals);
        while let Some(message) = L::recv::<u64>(&mut source, &going) {
            L::send(&mut back, word(1, sequence(message)));
        }
        Measured::default()
    };
    vec![Box::new(ask), Box::new(answer)]
}

fn open_loop<L: Link>(cell: &Cell, rate: u32, length: Duration) -> Vec<Job> {
    let (mut sender, mut receiver) = open::<L>(cell);
    let going = Arc::new(Producers::new(1));
    let sending = Arc::clone(&going);
    // Both workers are awake by then.
    let start = Instant::now() + Duration::from_millis(2);
    let due = move |number: u64| start + until(number, rate);
    let send = move || {
        for number in 0..(length.as_secs_f64() * f64::from(rate)) as u64 {
            let due = due(number);
            while Instant::now() < due {
                hint::spin_loop();
            }
            L::send(&mut sender, word(0, number));
        }
        drop(sender);
        sending.leave();
        Measured::default()
    };
    let receive = move || {
        let mut source = L::source(&mut receiver);
        let mut watch = Watch::start();
        while let Some(message) = L::recv::<u64>(&mut source, &going) {
            let due = due(sequence(message));
            if due > start + length / WARM_UP_PART {
                watch.delays.add(due.elapsed());
            }
        }
        watch.stop()
    };
    vec![Box::new(send), Box::new(receive)]
}

/// How long after the first message the one with that number is due, at so many in a second. Periods
/// cut to nanoseconds would add up to another rate.
fn until(number: u64, rate: u32) -> Duration {
    let rate = u64::from(rate);
    let nanoseconds = number % rate * 1_000_000_000 / rate;
    Duration::new(number / rate, nanoseconds as u32)
}

fn wake_up<L: Link>(cell: &Cell, length: Duration) -> Vec<Job> {
    let (mut sender, mut receiver) = open::<L>(cell);
    let going = Arc::new(Producers::new(1));
    let sending = Arc::clone(&going);
    let begin = Instant::now();
    let nanoseconds = move |moment: Instant| moment.duration_since(begin).as_nanos() as u64;
    let send = move || {
        while begin.elapsed() < length {
            thread::sleep(QUIET);
            L::send(&mut sender, nanoseconds(Instant::now()));
        }
        drop(sender);
        sending.leave();
        Measured::default()
    };
    let receive = move || {
        let mut source = L::source(&mut receiver);
        let mut watch = Watch::start();
        while let Some(sent) = L::recv::<u64>(&mut source, &going) {
            let waited = nanoseconds(Instant::now()).saturating_sub(sent);
            watch.delays.add(Duration::from_nanos(waited));
        }
        watch.stop()
    };
    vec![Box::new(send), Box::new(receive)]
}

fn idle<L: Link>(cell: &Cell, length: Duration) -> Vec<Job> {
    let (mut sender, mut receiver) = open::<L>(cell);
    let going = Arc::new(Producers::new(1));
    let sending = Arc::clone(&going);
    // The first wait of all touches what no other needs to touch again.
    let short = length / SHORT_PART;
    let waits = [short, short, length];
    let stay = move || {
        for (number, wait) in (0..).zip(waits) {
            thread::sleep(wait);
            L::send(&mut sender, word(0, number));
        }
        drop(sender);
        sending.leave();
        Measured::default()
    };
    let wait = move || {
        let mut source = L::source(&mut receiver);
        let [_, of_short, of_long] = waits.map(|_| {
            let before = Usage::of_this_thread();
            let received = L::recv::<u64>(&mut source, &going);
            assert!(received.is_some(), "a message ends each wait");
            (Usage::of_this_thread() - before).cpu
        });
        let mut measured = Measured {
            busy: idle_part(of_short, of_long, length - short),
            ..Measured::default()
        };
        let in_a_second = Duration::from_secs(1).mul_f64(measured.busy);
        measured.delays.add(in_a_second);
        measured
    };
    vec![Box::new(stay), Box::new(wait)]
}

/// The part of its time that a receiver is on its core while it waits, from the CPU time of two waits
/// that are so far apart in length. What a wait costs once, to fall asleep and to wake up, is in both.
fn idle_part(of_short: Duration, of_long: Duration, apart: Duration) -> f64 {
    // A receiver that spins and was off its core for some of the short wait would seem to spin for longer
    // than there is time.
    let spent = of_long.saturating_sub(of_short);
    spent.div_duration_f64(apart).min(1.0)
}

fn frozen_peer<L: Link>(cell: &Cell, length: Duration) -> Vec<Job> {
    assert_eq!(L::MODE, Mode::Try, "a worker at both ends must never wait");
    let (senders, receivers) = L::open::<u64>(cell);
    let [peer, own] = <[_; 2]>::try_from(senders).unwrap_or_else(|_| panic!("two producers"));
    let (mut peer, mut own) = (peer, own);
    let mut receiver = receivers.into_iter().next().expect("one consumer");
    // First it is over here, and then over there; until then nobody hangs up.
    let is_over = Arc::new([0, 0].map(|_| CachePadded::new(AtomicBool::new(false))));
    let room = Arc::new(CachePadded::new(AtomicU64::new(0)));
    let [over_there, over_here] = [Arc::clone(&is_over), is_over];
    let [taken, given] = [Arc::clone(&room), room];
    // So many messages of each producer are under way that neither ever finds the queue full.
    let most = cell.slots() as u64 / 32;

    let hammer = move || {
        let mut number = 0;
        while !over_there[0].load(Ordering::Relaxed) {
            if number < taken.load(Ordering::Acquire) + most {
                L::send(&mut peer, word(0, number));
                number += 1;
            } else {
                hint::spin_loop();
            }
        }
        over_there[1].store(true, Ordering::Relaxed);
        Measured::default()
    };
    let work = move || {
        let forever = Producers::new(1);
        let mut source = L::source(&mut receiver);
        let mut watch = Watch::start();
        let begin = watch.begin;
        let (mut last, mut number, mut pending) = (begin, 0, 0);
        while last - begin < length {
            if pending < most {
                L::send(&mut own, word(1, number));
                (number, pending) = (number + 1, pending + 1);
            }
            let message = L::recv::<u64>(&mut source, &forever);
            let now = Instant::now();
            if now - begin > length / WARM_UP_PART {
                watch.delays.add(now - last);
            }
            last = now;
            match message.map(crate::message::producer) {
                Some(0) => drop(given.fetch_add(1, Ordering::Release)),
                _ => pending -= 1,
            }
        }
        let measured = watch.stop();
        over_here[0].store(true, Ordering::Relaxed);
        while !over_here[1].load(Ordering::Relaxed) {
            thread::yield_now();
        }
        measured
    };
    vec![
        Box::new(hammer),
        Box::new(work),
        Box::new(other_work(length)),
    ]
}

/// A consumer that waits for such a producer: what it does while nothing comes.
fn frozen_sender<L: Link>(cell: &Cell, length: Duration) -> Vec<Job> {
    let (mut senders, mut receivers) = L::open::<u64>(cell);
    let (mut sender, mut receiver) = (senders.remove(0), receivers.remove(0));
    drop(senders);
    let going = Arc::new(Producers::new(1));
    let sending = Arc::clone(&going);
    let begin = Instant::now();
    let hammer = move || {
        let mut number = 0;
        while begin.elapsed() < length {
            L::send(&mut sender, word(0, number));
            number += 1;
        }
        drop(sender);
        sending.leave();
        Measured::default()
    };
    let wait = move || {
        let mut source = L::source(&mut receiver);
        let mut watch = Watch::start();
        let mut last = watch.begin;
        while L::recv::<u64>(&mut source, &going).is_some() {
            let now = Instant::now();
            if now - watch.begin > length / WARM_UP_PART {
                watch.delays.add(now - last);
            }
            last = now;
        }
        watch.stop()
    };
    vec![
        Box::new(hammer),
        Box::new(wait),
        Box::new(other_work(length)),
    ]
}

/// Keeps its core busy.
fn other_work(length: Duration) -> impl FnOnce() -> Measured + Send {
    let begin = Instant::now();
    move || {
        while begin.elapsed() < length {
            hint::spin_loop();
        }
        Measured::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders;
    use crate::watchdog::Watchdog;

    #[test]
    fn what_a_wait_costs_once_does_not_count_as_idling() {
        let part = |short, long| {
            let [short, long] = [short, long].map(Duration::from_millis);
            idle_part(short, long, Duration::from_millis(190))
        };
        assert_eq!(part(2, 2), 0.0);
        assert_eq!(part(3, 2), 0.0);
        assert!((part(2, 21) - 0.1).abs() < 1e-9);
        assert_eq!(part(10, 200), 1.0);
        assert_eq!(part(5, 200), 1.0);
    }

    #[test]
    fn every_contender_has_delays_in_every_scenario() {
        let watchdog = Watchdog::for_tests();
        for scenario in Scenario::all(&[10_000]) {
            let cell = scenario.cell();
            let crew = Crew::placed(scenario.places(), true);
            assert_eq!(scenario.places().len(), cell.threads());
            for &mode in scenario.modes() {
                for contender in contenders::all() {
                    if contender.competes(&cell, mode) {
                        let name = format!("{} in {scenario} {mode}", contender.name);
                        watchdog.watch(&name, Duration::ZERO);
                        // On a busy machine a short slice may end before anything was counted.
                        let mut length = Duration::from_millis(6);
                        let median = loop {
                            let measured = contender.delay(&crew, scenario, length).unwrap();
                            if let Some(median) = measured.delays.quantile(0.5) {
                                break median;
                            }
                            length *= 2;
                        };
                        let limit = if scenario == Scenario::Idle { 1e9 } else { 1e8 };
                        assert!(median <= limit, "{name}: {median}");
                    }
                }
            }
        }
    }

    #[test]
    fn messages_are_due_at_the_rate_that_was_asked_for() {
        // A third of a second is no whole number of nanoseconds.
        assert_eq!(until(1, 3), Duration::from_nanos(333_333_333));
        assert_eq!(until(3_000_000_000, 3), Duration::from_secs(1_000_000_000));
        assert_eq!(until(0, 1), Duration::ZERO);
        let rate = u32::MAX;
        assert_eq!(until(rate.into(), rate), Duration::from_secs(1));
        assert!(until(u64::from(rate) - 1, rate) < Duration::from_secs(1));
    }
}

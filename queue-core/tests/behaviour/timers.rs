//! Channels on which time sends, or nobody.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use queue_core::{
    Receiver, RecvTimeoutError, Select, TryRecvError, after, at, never, select, select_biased, tick,
};

use crate::support::Watchdog;

const A_MOMENT: Duration = Duration::from_millis(2);
/// Longer than any test runs.
const AN_HOUR: Duration = Duration::from_secs(3_600);

#[test]
fn a_timer_sends_no_sooner_than_it_is_due_and_once() {
    let _limit = Watchdog::new();
    let begin = Instant::now();
    let timer = after(A_MOMENT);
    let due = timer.recv().unwrap();
    assert!(due >= begin + A_MOMENT && Instant::now() >= due);
    assert_eq!(timer.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(timer.recv_timeout(A_MOMENT), Err(RecvTimeoutError::Timeout));
    let due = Instant::now() + A_MOMENT;
    let timer = at(due);
    let mut select = Select::new();
    select.recv(&timer);
    // Watching takes nothing.
    assert_eq!((select.ready(), select.ready()), (0, 0));
    assert!(Instant::now() >= due);
    assert_eq!((timer.len(), timer.is_full()), (1, true));
    assert_eq!(select.select().recv(&timer), Ok(due));
    assert!(select.try_select().is_err() && select.select_timeout(A_MOMENT).is_err());
    assert!(timer.is_empty());
}

#[test]
fn a_moment_that_has_passed_is_received_at_once() {
    let past = Instant::now();
    for late in [at(past), after(Duration::ZERO)] {
        assert_eq!(
            (late.len(), late.is_empty(), late.is_full()),
            (1, false, true)
        );
        assert!(late.try_recv().unwrap() <= Instant::now());
        assert_eq!(
            (late.len(), late.is_empty(), late.is_full()),
            (0, true, false)
        );
    }
}

#[test]
fn ticks_are_a_period_apart_and_those_missed_are_not_made_up_for() {
    let _limit = Watchdog::new();
    let begin = Instant::now();
    let ticks = tick(A_MOMENT);
    let (mut earliest, mut latest) = (begin + A_MOMENT, Instant::now() + A_MOMENT);
    for _ in 0..4 {
        let due = ticks.recv().unwrap();
        assert!(Instant::now() >= due);
        assert!((earliest..=latest).contains(&due));
        (earliest, latest) = (due + A_MOMENT, Instant::now() + A_MOMENT);
    }
    // Long enough that some are missed.
    while Instant::now() < latest + 5 * A_MOMENT {
        thread::yield_now();
    }
    assert_eq!(ticks.len(), 1);
    let late = Instant::now();
    assert!((earliest..=latest).contains(&ticks.recv().unwrap()));
    assert!(ticks.recv().unwrap() >= late + A_MOMENT);
    assert!(Instant::now() >= late + A_MOMENT);
}

#[test]
fn clones_of_a_timer_share_its_message() {
    let _limit = Watchdog::new();
    for _ in 0..100 {
        let timer = after(Duration::from_micros(50));
        let start = Barrier::new(4);
        let wait: [fn(&Receiver<Instant>) -> bool; 4] = [
            |timer| timer.recv_timeout(A_MOMENT).is_ok(),
            |timer| {
                let mut select = Select::new();
                select.recv(timer);
                let chosen = select.select_timeout(A_MOMENT);
                chosen.is_ok_and(|chosen| chosen.recv(timer).is_ok())
            },
            |timer| {
                select! {
                    recv(timer) -> due => due.is_ok(),
                    default(A_MOMENT) => false,
                }
            },
            |timer| timer.recv_deadline(Instant::now() + A_MOMENT).is_ok(),
        ];
        let got: usize = thread::scope(|scope| {
            let waits = wait.map(|wait| {
                let (timer, start) = (timer.clone(), &start);
                scope.spawn(move || {
                    start.wait();
                    let begin = Instant::now();
                    let got = wait(&timer);
                    // That another one was faster does not end the wait.
                    assert!(got || begin.elapsed() >= A_MOMENT);
                    got
                })
            });
            waits
                .map(|wait| usize::from(wait.join().unwrap()))
                .iter()
                .sum()
        });
        // On a busy machine all limits may have passed before it was due.
        assert!(
            got + timer.try_iter().count() == 1,
            "{got} have received it"
        );
    }
}

#[test]
fn a_duration_beyond_the_clock_is_one_that_never_comes() {
    for idle in [after(Duration::MAX), tick(Duration::MAX), never()] {
        assert_eq!(idle.try_recv(), Err(TryRecvError::Empty));
        assert_eq!(idle.recv_timeout(A_MOMENT), Err(RecvTimeoutError::Timeout));
        assert!(idle.same_channel(&never()));
    }
}

#[test]
fn the_earliest_of_several_timers_and_limits_ends_a_select() {
    let _limit = Watchdog::new();
    let (late, never) = (after(AN_HOUR), never::<()>());
    for _ in 0..5 {
        let due = Instant::now() + A_MOMENT;
        let soon = at(due);
        select! {
            recv(late) -> _ => panic!("an hour has not passed"),
            recv(soon) -> rang => assert_eq!(rang, Ok(due)),
            recv(never) -> _ => panic!("it never sends"),
            default(AN_HOUR) => panic!("an hour has not passed"),
        }
        assert!(Instant::now() >= due);
        let begin = Instant::now();
        select_biased! {
            recv(late) -> _ => panic!("an hour has not passed"),
            recv(never) -> _ => panic!("it never sends"),
            default(A_MOMENT) => assert!(begin.elapsed() >= A_MOMENT),
        }
    }
}

//! With one CPU nothing spins: whoever is waited for needs it. A binary of its own, as the number of CPUs is
//! asked for once.

#![cfg(target_os = "linux")]

use std::mem;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use queue_core::{Builder, Receiver, Sender, Waiting, bounded};

/// Leaves this thread, and those it starts, the first CPU that it has.
fn keep_one_cpu() {
    // SAFETY: both calls get a set of their own size, which any bytes are; 0 is this thread.
    unsafe {
        let mut set: libc::cpu_set_t = mem::zeroed();
        let size = mem::size_of_val(&set);
        assert_eq!(libc::sched_getaffinity(0, size, &mut set), 0);
        let first = (0..libc::CPU_SETSIZE as usize).find(|&cpu| libc::CPU_ISSET(cpu, &set));
        libc::CPU_ZERO(&mut set);
        libc::CPU_SET(first.expect("it runs on one"), &mut set);
        assert_eq!(libc::sched_setaffinity(0, size, &set), 0);
    }
    assert_eq!(thread::available_parallelism().unwrap().get(), 1);
}

fn exchange((sender, receiver): (Sender<u32>, Receiver<u32>)) {
    thread::scope(|scope| {
        scope.spawn(move || (0..20_000).for_each(|number| sender.send(number).unwrap()));
        scope.spawn(move || assert!(receiver.iter().eq(0..20_000)));
    });
}

/// Who spins with one CPU spins until the scheduler takes it away, some milliseconds for every message:
/// minutes, where yielding takes a fraction of a second.
#[test]
fn messages_pass_at_once_whatever_way_to_wait_was_chosen() {
    let (done, is_done) = mpsc::channel();
    let worker = thread::spawn(move || {
        keep_one_cpu();
        for waiting in [Waiting::Park, Waiting::Yield, Waiting::Spin] {
            let builder = Builder::new().senders_wait(waiting).receivers_wait(waiting);
            for capacity in [0, 1, 2] {
                exchange(builder.bounded(capacity));
            }
        }
        exchange(bounded(1));
        drop(done);
    });
    let limit = Duration::from_secs(30);
    assert_eq!(
        is_done.recv_timeout(limit),
        Err::<(), _>(mpsc::RecvTimeoutError::Disconnected),
        "not done after {limit:?}"
    );
    worker.join().unwrap();
}

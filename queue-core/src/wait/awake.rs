//! How long a waiting thread stays awake before it sleeps, and what it does then.
//!
//! **Looks, not attempts.** While it is awake the thread reads nothing but its next
//! slot, and attempts when that looks ready: reading the opposite index too, to
//! learn why not, would take its line from the peer at every look.
//!
//! **Bursts.** A wait that is over at once, with a second slot ready right behind the
//! first, is a stream: the two sides run in step, and every message costs two
//! line transfers. The waiter then lets the other side run ahead a little, and
//! finds a run of slots on lines that stay: half of those that there are, say, where a message takes some
//! nanoseconds. A lone message is taken at once, and where there are few slots so is any. Measured at 1P1C and 2P2C on two
//! cores, against no burst: capacity 4 half the throughput, 16 three quarters, 64 1.6 times, 256 2.7 times, 1024 twice; and
//! with 168 pauses against 32 at capacity 1024, where the cores are far from each other: 2 and 3 times.
//!
//! **One CPU.** Where threads have one CPU between them, whoever is waited for needs it: the looks
//! begin with yields.

use super::strategy::Waiting;
use crate::sync::{ask_for_cores, in_vain, spin_loop, yield_now};

/// A glance at the queue, cheaper than an attempt, that may be wrong.
#[derive(Clone, Copy)]
pub(crate) enum Look {
    /// Would an attempt succeed?
    Ready,
    /// Would two?
    Streaming,
}

/// How much a thread does before it sleeps. Counted in looks and in pauses of
/// the processor (14 to 27 ns on Zen 3 and 4).
struct Awake {
    /// Looks with a short pause before each, ...
    short_looks: u32,
    /// ... then with a long one, ...
    long_looks: u32,
    long_pause: u32,
    /// ... then with a yield.
    yielded_looks: u32,
    /// Who only spins yields after so many: the peer may be bound to the same CPU.
    spun_looks: u32,
    /// A task takes so many in a poll, of those in front: others want its thread.
    polled_looks: u32,
    /// Within so many looks a stream is recognised, and left alone for a [`burst`].
    hot_looks: u32,
}

/// How many pauses a stream is left alone, where one side can run ahead of the other so far.
fn burst(lead: usize) -> u32 {
    const FEW: usize = 64;
    /// Further ahead it falls out of the nearest cache.
    const MANY: usize = 2560;
    if lead < FEW {
        0
    } else {
        lead.min(MANY) as u32 * 5 / 32
    }
}

#[cfg(not(queue_model))]
static AWAKE: Awake = Awake {
    short_looks: 16,
    long_looks: 8,
    long_pause: 8,
    yielded_looks: 16,
    spun_looks: 1024,
    polled_looks: 24,
    hot_looks: 4,
};

/// In the models a look would only repeat the attempt that follows.
#[cfg(queue_model)]
static AWAKE: Awake = Awake {
    short_looks: 0,
    long_looks: 0,
    long_pause: 0,
    yielded_looks: 0,
    spun_looks: 0,
    polled_looks: 0,
    hot_looks: 0,
};

/// Whether an attempt looks worth it now, before anything is waited for.
pub(super) fn glance(look: impl Fn(Look) -> bool) -> bool {
    cfg!(queue_model) || look(Look::Ready)
}

/// Looks again and again, and tells `is_over` what it saw, until that says so or, where one may
/// [`Park`](Waiting::Park), it is cheaper to sleep.
pub(super) fn look_awake(
    waiting: Waiting,
    lead: usize,
    look: impl Fn(Look) -> bool,
    is_over: impl FnMut(bool) -> bool,
) {
    let all_looks = match waiting {
        Waiting::Park => AWAKE.short_looks + AWAKE.long_looks + AWAKE.yielded_looks,
        Waiting::Yield | Waiting::Spin => u32::MAX,
    };
    look_up_to(all_looks, waiting, burst(lead), look, is_over);
}

/// The like within the poll of a task: for some two microseconds, and without a yield. Not where that was in vain the
/// last few times on this thread, but now and then: the peers may be tasks of the same one.
pub(super) fn look_in_poll(
    lead: usize,
    look: impl Fn(Look) -> bool,
    mut is_over: impl FnMut(bool) -> bool,
) {
    const FEW: u32 = 4;
    const MANY: u32 = 256;
    let in_vain = in_vain(|before| before.wrapping_add(1));
    if in_vain >= FEW && !in_vain.is_multiple_of(MANY) {
        return;
    }
    let looked = |ready| {
        let is_over = is_over(ready);
        if is_over {
            self::in_vain(|_| 0);
        }
        is_over
    };
    look_up_to(AWAKE.polled_looks, Waiting::Park, burst(lead), look, looked);
}

fn look_up_to(
    all_looks: u32,
    waiting: Waiting,
    burst: u32,
    look: impl Fn(Look) -> bool,
    mut is_over: impl FnMut(bool) -> bool,
) {
    let paused_looks = AWAKE.short_looks + AWAKE.long_looks;
    let has_cores = ask_for_cores();
    let mut turn = if has_cores { 0 } else { paused_looks };
    while turn < all_looks {
        if turn < AWAKE.short_looks {
            spin_loop();
        } else if turn < paused_looks {
            pause(AWAKE.long_pause);
        } else if waiting == Waiting::Spin && has_cores {
            spin_loop();
        } else {
            yield_now();
        }
        let ready = look(Look::Ready);
        if ready && burst > 0 && turn < AWAKE.hot_looks {
            spin_loop();
            if look(Look::Streaming) {
                pause(burst);
            }
        }
        if is_over(ready) {
            return;
        }
        turn += 1;
        if waiting == Waiting::Spin && turn == paused_looks + AWAKE.spun_looks {
            yield_now();
            turn = paused_looks;
        }
        // One that never sleeps stays at its last turn.
        turn = turn.min(u32::MAX - 1);
    }
}

fn pause(turns: u32) {
    for _ in 0..turns {
        spin_loop();
    }
}

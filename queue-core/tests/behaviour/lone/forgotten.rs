//! Futures that have been forgotten while they waited, before the one that waits: where the handle is alone they take no
//! word away.

use std::mem;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;

use super::{Wakes, poll};

macro_rules! forgotten_receives {
    ($($kind:ident),+) => {$(
        #[test]
        fn $kind() {
            let (mut sender, mut receiver) = queue_core::$kind::bounded(1);
            let wakes = Arc::<Wakes>::default();
            for number in 0..3 {
                let mut forgotten = Box::pin(receiver.recv_async());
                assert!(poll(forgotten.as_mut(), &Arc::default()).is_pending());
                mem::forget(forgotten);
                let mut receiving = pin!(receiver.recv_async());
                assert!(poll(receiving.as_mut(), &wakes).is_pending());
                sender.send(number).unwrap();
                assert_eq!(wakes.0.load(Ordering::SeqCst), number + 1);
                assert_eq!(poll(receiving.as_mut(), &wakes), Poll::Ready(Ok(number)));
            }
        }
    )+};
}

macro_rules! forgotten_sends {
    ($($kind:ident),+) => {$(
        #[test]
        fn $kind() {
            let (mut sender, mut receiver) = queue_core::$kind::bounded(1);
            let wakes = Arc::<Wakes>::default();
            sender.send(0).unwrap();
            for number in 0..3 {
                let mut forgotten = Box::pin(sender.send_async(100));
                assert!(poll(forgotten.as_mut(), &Arc::default()).is_pending());
                mem::forget(forgotten);
                let mut sending = pin!(sender.send_async(number + 1));
                assert!(poll(sending.as_mut(), &wakes).is_pending());
                assert_eq!(receiver.recv(), Ok(number));
                assert_eq!(wakes.0.load(Ordering::SeqCst), number + 1);
                assert_eq!(poll(sending.as_mut(), &wakes), Poll::Ready(Ok(())));
            }
        }
    )+};
}

#[allow(
    unused_mut,
    reason = "the senders of `mpsc` are not borrowed exclusively"
)]
mod receives {
    use super::*;

    forgotten_receives!(spsc, mpsc);
}

#[allow(
    unused_mut,
    reason = "the receivers of `spmc` are not borrowed exclusively"
)]
mod sends {
    use super::*;

    forgotten_sends!(spsc, spmc);
}

/// Where nobody can overtake it, one that was told in vain goes before nobody: the next one does not stand back for it.
#[test]
fn a_receive_that_was_often_told_in_vain_has_no_precedence_to_leave_behind() {
    let (sender, mut receiver) = queue_core::mpsc::bounded(2);
    let wakes = Arc::<Wakes>::default();
    let mut forgotten = Box::pin(receiver.recv_async());
    for _ in 0..100 {
        assert!(poll(forgotten.as_mut(), &wakes).is_pending());
        drop(sender.write_slot());
    }
    assert_eq!(wakes.0.load(Ordering::SeqCst), 100);
    assert!(poll(forgotten.as_mut(), &wakes).is_pending());
    mem::forget(forgotten);
    sender.send_batch([1, 2]).unwrap();
    assert_eq!(receiver.try_recv_now(), Ok(1));
    let receiving = pin!(receiver.recv_async());
    assert_eq!(poll(receiving, &wakes), Poll::Ready(Ok(2)));
}

//! Batch calls that want a `Vec` where the workers gather in a `VecDeque`.

use std::collections::VecDeque;
use std::mem;

/// Lends the messages as a `Vec`. It costs no allocation, and moves none of them unless
/// some were taken from the front one by one.
#[inline]
pub(super) fn as_vec<M, R>(messages: &mut VecDeque<M>, work: impl FnOnce(&mut Vec<M>) -> R) -> R {
    let mut vector = Vec::from(mem::take(messages));
    let result = work(&mut vector);
    *messages = VecDeque::from(vector);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_gathered_stays_where_it_is() {
        let mut messages: VecDeque<_> = (0..16).collect();
        let place = messages.as_slices().0.as_ptr();
        let count = as_vec(&mut messages, |vector| {
            vector.drain(..4);
            vector.len()
        });
        assert_eq!(count, 12);
        assert!(messages.iter().copied().eq(4..16));
        assert_eq!(messages.as_slices().0.as_ptr(), place);
    }
}

//! Slots that are written and read in place, and what is done to the ring meanwhile.

use super::{Subject, assert_same, settle};
use crate::model::payload::Payload;

impl<P: Payload> Subject<P> {
    /// Writes a message in place, or gives the slot up, after some pushes and pops.
    pub(super) fn write_slot(&mut self, number: usize) {
        let (id, message) = self.make();
        let is_full = self.is_full();
        let Some(mut slot) = self.ring.write_slot() else {
            assert!(is_full);
            return;
        };
        assert!(!is_full);
        // What lies before it can be popped, and nothing else.
        let before = self.model.len();
        let mut behind = Vec::new();
        for step in 0..number {
            if step % 2 == 0 {
                let next = self.next_id;
                self.next_id += 1;
                if self.ring.push(P::new(next)).is_ok() {
                    behind.push(Some(next));
                }
            } else {
                assert_same(self.ring.pop(), self.model.pop_front().flatten());
                settle(&mut self.model);
            }
            assert!(self.model.len() <= before);
            assert_eq!(self.ring.len(), self.model.len() + 1 + behind.len());
        }
        let published = match number % 4 {
            0 => {
                slot.write(message);
                Some(id)
            }
            1 => {
                slot.as_uninit().write(message);
                // SAFETY: it has just been written.
                unsafe { slot.commit() };
                Some(id)
            }
            2 => {
                drop(slot);
                None
            }
            _ => {
                let place = slot.as_uninit().write(message);
                place.assert_is(id);
                // SAFETY: there is a message, which a slot that is given up does not drop.
                unsafe { std::ptr::drop_in_place(place) };
                drop(slot);
                None
            }
        };
        self.model.push_back(published);
        self.model.extend(behind);
        settle(&mut self.model);
    }

    /// Reads a message in place, after some pushes and pops, and drops it there or takes it.
    pub(super) fn read_slot(&mut self, number: usize) {
        let Some(slot) = self.ring.read_slot() else {
            assert!(self.model.is_empty());
            return;
        };
        let id = self.model.pop_front().flatten().expect("a message");
        // So many pushes come as far as its place.
        let mut room = self.capacity - 1 - self.model.len();
        settle(&mut self.model);
        for step in 0..number {
            if step % 3 == 2 {
                assert_same(self.ring.pop(), self.model.pop_front().flatten());
                settle(&mut self.model);
            } else {
                let next = self.next_id;
                self.next_id += 1;
                let was_pushed = self.ring.push(P::new(next)).is_ok();
                assert_eq!(was_pushed, room > 0);
                if was_pushed {
                    room -= 1;
                    self.model.push_back(Some(next));
                }
            }
            assert_eq!(self.ring.len(), self.model.len());
        }
        slot.assert_is(id);
        if number.is_multiple_of(2) {
            slot.take().assert_is(id);
        } else {
            drop(slot);
        }
    }
}

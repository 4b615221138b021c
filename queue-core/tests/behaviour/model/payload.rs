//! Messages that keep count of their lives.

use std::cell::RefCell;
use std::ptr;

thread_local! {
    /// The books of the run on this thread. A message of no size can hold no reference to them.
    static LEDGER: RefCell<Ledger> = const { RefCell::new(Ledger { alive: 0, dropped: Vec::new(), twice: None }) };
}

struct Ledger {
    /// How many messages were made and not dropped, those of no size included.
    alive: usize,
    /// Which of the numbered messages were dropped.
    dropped: Vec<bool>,
    /// One that was dropped again.
    twice: Option<usize>,
}

/// Opens empty books for the run that begins.
pub(crate) fn begin() {
    LEDGER.set(Ledger {
        alive: 0,
        dropped: Vec::new(),
        twice: None,
    });
}

/// How many messages live, none of them having died twice.
pub(crate) fn alive() -> usize {
    LEDGER.with_borrow(|ledger| {
        assert_eq!(ledger.twice, None, "a message was dropped twice");
        ledger.alive
    })
}

/// A message that a run can recognise.
pub(crate) trait Payload: Sized {
    /// Makes the next message of this run; `id` counts up from zero.
    fn new(id: usize) -> Self;

    /// Asserts that this is message `id`, whole and alive.
    fn assert_is(&self, id: usize);
}

/// A message of no size, which can only be counted.
pub(crate) struct Nothing(());

impl Payload for Nothing {
    fn new(_id: usize) -> Self {
        LEDGER.with_borrow_mut(|ledger| ledger.alive += 1);
        Self(())
    }

    fn assert_is(&self, _id: usize) {}
}

impl Drop for Nothing {
    fn drop(&mut self) {
        LEDGER.with_borrow_mut(|ledger| ledger.alive = ledger.alive.wrapping_sub(1));
    }
}

/// A message with a number, each to be dropped exactly once.
pub(crate) struct Counted {
    id: usize,
}

impl Payload for Counted {
    fn new(id: usize) -> Self {
        LEDGER.with_borrow_mut(|ledger| {
            assert_eq!(ledger.dropped.len(), id, "numbers count up");
            ledger.dropped.push(false);
            ledger.alive += 1;
        });
        Self { id }
    }

    fn assert_is(&self, id: usize) {
        assert_eq!(self.id, id);
        LEDGER.with_borrow(|ledger| assert!(!ledger.dropped[id], "{id} was already dropped"));
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        // Nothing is asserted here: a panic inside a drop may abort before it is reported.
        LEDGER.with_borrow_mut(|ledger| {
            ledger.alive = ledger.alive.wrapping_sub(1);
            match ledger.dropped.get_mut(self.id) {
                Some(dropped) if !*dropped => *dropped = true,
                _ => ledger.twice = Some(self.id),
            }
        });
    }
}

/// A message on the heap, where a sanitizer sees every misuse.
pub(crate) struct Boxed(Box<Counted>);

impl Payload for Boxed {
    fn new(id: usize) -> Self {
        Self(Box::new(Counted::new(id)))
    }

    fn assert_is(&self, id: usize) {
        self.0.assert_is(id);
    }
}

/// A message that asks for a wider alignment than any allocator gives by itself.
///
/// The number is kept at both ends, so that half a copy shows.
#[repr(C, align(128))]
pub(crate) struct Aligned {
    counted: Counted,
    filling: [u8; 192],
    copy_of_id: usize,
}

impl Payload for Aligned {
    fn new(id: usize) -> Self {
        Self {
            counted: Counted::new(id),
            filling: [id as u8; 192],
            copy_of_id: id,
        }
    }

    fn assert_is(&self, id: usize) {
        self.counted.assert_is(id);
        assert_eq!(ptr::from_ref(self).addr() % 128, 0);
        assert!(self.filling.iter().all(|&byte| byte == id as u8));
        assert_eq!(self.copy_of_id, id);
    }
}

//! What others' code leaves behind when it panics.

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// What a panic carries.
pub(crate) type Payload = Box<dyn Any + Send>;

/// Drops a payload, which is code of others, too. One that panics is leaked.
pub(crate) fn discard(payload: Payload) {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(another);
    }
}

/// The first panic of several actions, each of which is done whatever became of the others.
#[derive(Default)]
pub(crate) struct First(Option<Payload>);

impl First {
    pub(crate) fn act(&mut self, action: impl FnOnce()) {
        match (catch_unwind(AssertUnwindSafe(action)), &self.0) {
            (Err(panic), None) => self.0 = Some(panic),
            (Err(panic), Some(_)) => discard(panic),
            (Ok(()), _) => {}
        }
    }

    /// Goes on with it, if there was one.
    pub(crate) fn go_on(self) {
        if let Some(panic) = self.0 {
            resume_unwind(panic);
        }
    }
}

/// What a panic said.
pub(crate) fn words(payload: &Payload) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("(no text)")
}

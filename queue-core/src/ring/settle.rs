//! Claims that wait for peers in the middle of an operation; and those of rings that park nobody, which
//! pass over what was given up, too. (A channel does that itself, as somebody is to be woken for it.)

use super::claim::{Claim, Precedence, Refusal};
use super::raw::RawRing;
use super::storage::Storage;
use crate::sync::Backoff;
use crate::word::Word;

impl<T, W: Word, S: Storage<T, W>> RawRing<T, W, S> {
    /// Claims a push, before any waiter, and waits for peers that are between claim and publish.
    #[inline(always)]
    pub(crate) fn claim_push_exact(&self) -> Result<Claim<'_, T, W>, Refusal> {
        match self.claim_push() {
            Err(Refusal::Busy) => wait_out(|| self.claim_push_contended(Precedence::Ignored)),
            settled => settled,
        }
    }

    /// Claims a pop, before any waiter, and waits for peers that are between claim and publish.
    #[inline(always)]
    pub(crate) fn claim_pop_exact(&self) -> Result<Claim<'_, T, W>, Refusal> {
        match self.claim_pop() {
            Err(Refusal::Busy) => wait_out(|| self.claim_pop_contended(Precedence::Ignored)),
            settled => settled,
        }
    }

    /// [`claim_push_exact`](Self::claim_push_exact), which also passes over what was given up.
    #[inline(always)]
    pub(super) fn claim_push_settled(&self) -> Result<Claim<'_, T, W>, Refusal> {
        match self.claim_push() {
            Err(Refusal::Busy | Refusal::Skipped) => self.settle(|| self.claim_push()),
            settled => settled,
        }
    }

    /// [`claim_pop_exact`](Self::claim_pop_exact), which also passes over what was given up.
    #[inline(always)]
    pub(super) fn claim_pop_settled(&self) -> Result<Claim<'_, T, W>, Refusal> {
        match self.claim_pop() {
            Err(Refusal::Busy | Refusal::Skipped) => self.settle(|| self.claim_pop()),
            settled => settled,
        }
    }

    /// Claims a push, and waits for nobody.
    #[inline(always)]
    pub(super) fn claim_push_now(&self) -> Result<Claim<'_, T, W>, Refusal> {
        match self.claim_push() {
            Err(Refusal::Skipped) => self.pass_over(|| self.claim_push()),
            settled => settled,
        }
    }

    /// Claims a pop, and waits for nobody.
    #[inline(always)]
    pub(super) fn claim_pop_now(&self) -> Result<Claim<'_, T, W>, Refusal> {
        match self.claim_pop() {
            Err(Refusal::Skipped) => self.pass_over(|| self.claim_pop()),
            settled => settled,
        }
    }

    /// Makes a claim, and again until no peer is in the way and nothing to be passed over.
    pub(super) fn settle<C>(
        &self,
        mut claim: impl FnMut() -> Result<C, Refusal>,
    ) -> Result<C, Refusal> {
        wait_out(|| self.pass_over(&mut claim))
    }

    /// Makes a claim, and again until there is nothing to be passed over.
    #[cold]
    pub(super) fn pass_over<C>(
        &self,
        mut claim: impl FnMut() -> Result<C, Refusal>,
    ) -> Result<C, Refusal> {
        loop {
            match claim() {
                Err(Refusal::Skipped) => {
                    let parked = self.pass_skipped();
                    debug_assert_eq!(parked, 0, "somebody is parked on a ring that parks nobody");
                }
                settled => return settled,
            }
        }
    }

    /// Passes over what was given up and comes first, so that it is not counted.
    pub(super) fn settle_skipped(&self) {
        if self.starts_skipped() {
            self.pass_skipped();
        }
    }
}

/// Makes a claim, and again until no peer is in the way.
#[cold]
pub(crate) fn wait_out<C>(mut claim: impl FnMut() -> Result<C, Refusal>) -> Result<C, Refusal> {
    let backoff = Backoff::new();
    loop {
        match claim() {
            Err(Refusal::Busy) => backoff.snooze(),
            settled => return settled,
        }
    }
}

//! Runs: slots of one block, claimed at once.

use super::block::Suspended;
use super::{Block, Blocks};
use crate::batch::Batch;
use crate::ring::{Refusal, Run};
use crate::word::Word;

impl<T, W: Word> Blocks<T, W> {
    /// Pushes messages from the front of a batch that is not empty, as many as its block has room
    /// for; fewer where pops have given up waiting for them.
    #[inline]
    pub(crate) fn push_run<const N: usize>(&self, batch: &mut Batch<T, N>) -> Result<Run, Refusal> {
        let (claim, parked) = self.claim_push(batch.len())?;
        let mut length = 0;
        for offset in claim.offset..claim.offset + claim.length {
            let Some(message) = batch.take() else { break };
            // SAFETY: the claim is fresh, and the block has this slot to wait for.
            match unsafe { Block::fill(claim.block, offset, message, &self.spare) } {
                Ok(()) => length += 1,
                // Its pop has given up. The next slot is for this message, so that their order is kept.
                Err(skipped) => batch.put_back(skipped),
            }
        }
        Ok(Run { length, parked })
    }

    /// Pops up to `limit` messages, which is not zero, onto the end of `into`, as many as its block
    /// has; fewer where pushes were passed over. Only for the first message is one waited for that is
    /// suspended: what comes behind is passed over.
    ///
    /// # Panics
    ///
    /// Panics where `into` cannot grow, before anything is claimed.
    #[inline]
    pub(crate) fn pop_run(
        &self,
        into: &mut Vec<T>,
        limit: usize,
        suspended: Suspended,
    ) -> Result<Run, Refusal> {
        let claim = self.claim_pop(|ready| {
            let length = ready.min(limit);
            into.reserve(length);
            length
        })?;
        let before = into.len();
        for offset in claim.offset..claim.offset + claim.length {
            let suspended = if into.len() == before {
                suspended
            } else {
                Suspended::PassOver
            };
            // SAFETY: the claim is fresh, and the block has this slot to wait for.
            let taken = unsafe { Block::take(claim.block, offset, suspended, &self.spare) };
            // There is room for it: nothing is allocated.
            into.extend(taken);
        }
        Ok(Run {
            length: into.len() - before,
            // Nobody ever waits for room.
            parked: false,
        })
    }
}

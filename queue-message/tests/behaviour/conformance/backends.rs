//! Queues in memory with one fault of choice.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use queue_message::conformance::{Backend, Feature, Made, Setup};
use queue_message::{BoxError, MessageQueue};

use super::Memory;
use super::faulty::Faulty;
use super::faulty_listening::FaultyListening;
use super::futures::hop;

/// What is wrong with a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    // Sends.
    SendsTwice,
    AnswersAnotherId,
    ChangesHeaders,
    FillsInWhatIsMissing,
    RefusesWhatWasReceived,
    ForgetsDelays,
    HurriesWhatCameLater,
    HasNoBound,
    AcceptsAfterClose,
    KeepsWhatItRefuses,
    SendsWhatWasDropped,
    LeaksDroppedSends,
    // Receives.
    NeverWakesReceivers,
    TakesWithoutBeingPolled,
    TakesWhenDropped,
    LeaksDroppedReceives,
    WaitsTwiceAsLong,
    WaitsHalfAsLong,
    WaitsForeverForNothing,
    LocksForTheWait,
    LocksForTheLockTimeout,
    LocksForever,
    ForgetsTheCount,
    // What is in flight.
    DeletesNothing,
    IsLostWhenReleased,
    ReleasesToTheBack,
    ReleasesNothing,
    AcceptsLostLocks,
    RenewsForTheLockTimeout,
    RenewsWithoutEffect,
    RenewalVoidsTheReceipt,
    DoesNotSupportRenewals,
    SettlesNothingAfterClose,
    KeepsTheReference,
    DeadLettersAreDeleted,
    DeadLettersHaveNoReason,
    DeadLettersWithoutRoomAreDeleted,
    DeadLettersStay,
    HasNoLimitOfDeliveries,
    // The rest.
    NeedsNoOpen,
    OpenClears,
    ClosesNothing,
    WakesNobodyOnClose,
    ClosesOnce,
    ClearsNothing,
    ClearsWhatIsReady,
    CountsWhatIsLocked,
    PeekTakes,
    ShowsTheLastFirst,
    ForgetsToEndListeners,
    InterruptsReceivers,
    HogsItsThread,
    BeginsNoListener,
    PeekPanics,
    // None of these is a fault.
    None,
    Hops,
    DoesNotWaitForRoom,
    CanDoLittle,
    SaysThatItCanDoLittle,
}

/// Makes queues in memory with a fault.
pub(crate) struct FaultyMemory {
    pub(crate) memory: Memory,
    pub(crate) fault: Fault,
    pub(crate) disclaims: Vec<Feature>,
}

#[async_trait]
impl Backend for FaultyMemory {
    async fn make(&self, setup: &Setup) -> Result<Made, BoxError> {
        let mut setup = setup.clone();
        match self.fault {
            Fault::HasNoBound => setup.capacity = 1000,
            Fault::HasNoLimitOfDeliveries => setup.max_deliveries = None,
            _ => {}
        }
        let limit = setup.max_deliveries;
        if self.fault == Fault::DeadLettersWithoutRoomAreDeleted {
            setup.max_deliveries = None;
        }
        let (queue, letters) = self.memory.queues(&setup)?;
        let queue = Faulty::new(Arc::new(queue), self.fault, limit);
        if self.fault == Fault::NeedsNoOpen {
            queue.open().await?;
        }
        let queue: Arc<dyn MessageQueue> = match self.fault {
            Fault::InterruptsReceivers | Fault::HogsItsThread | Fault::BeginsNoListener => {
                Arc::new(FaultyListening::new(Arc::new(queue), self.fault))
            }
            _ => Arc::new(queue),
        };
        Ok(Made {
            queue,
            dead_letters: setup.dead_letter.then(|| Arc::new(letters) as _),
        })
    }

    async fn advance(&self, time: Duration) {
        self.memory.clock.advance(time);
    }

    async fn reach(&self) {
        hop().await;
        hop().await;
    }

    fn disclaims(&self) -> &[Feature] {
        &self.disclaims
    }

    fn acts_only_when_called(&self) -> bool {
        self.fault != Fault::Hops
    }
}

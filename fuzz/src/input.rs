//! What the bytes of an input mean, by way of `arbitrary`.

use std::iter;

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::model;
use crate::model::payload::{Aligned, Boxed, Counted, Nothing};

/// What a target runs: a queue, and what to do to it. (A channel without a limit has no use for
/// the capacity.)
#[derive(Arbitrary, Debug)]
pub struct Input<S> {
    capacity: Capacity,
    payload: Payload,
    /// What to do, in this order.
    pub steps: Steps<S>,
}

impl<S: for<'a> Arbitrary<'a>> Input<S> {
    /// Every sequence of bytes is an input, as it is to the fuzzer; the step
    /// that a short one breaks off in goes on in zeros.
    pub fn decode(bytes: &[u8]) -> Self {
        Self::arbitrary_take_rest(Unstructured::new(bytes)).expect("any bytes make an input")
    }
}

impl Input<RingStep> {
    /// Panics where the ring and the model differ.
    pub fn run(self) {
        let capacity = self.capacity.0;
        let steps = self.steps.0.into_iter().map(model::ring::Step::from);
        match self.payload {
            Payload::Nothing => model::ring::run::<Nothing>(capacity, steps),
            Payload::Counted => model::ring::run::<Counted>(capacity, steps),
            Payload::Boxed => model::ring::run::<Boxed>(capacity, steps),
            Payload::Aligned => model::ring::run::<Aligned>(capacity, steps),
        }
    }
}

impl Input<ChannelStep> {
    /// Runs the steps on a bounded channel, and again on an unbounded one. Panics where a channel
    /// and the model differ.
    pub fn run(self) {
        for capacity in [Some(self.capacity.0), None] {
            let steps = self.steps.0.iter().copied();
            let steps = steps.map(model::channel::Step::from);
            match self.payload {
                Payload::Nothing => model::channel::run::<Nothing>(capacity, steps),
                Payload::Counted => model::channel::run::<Counted>(capacity, steps),
                Payload::Boxed => model::channel::run::<Boxed>(capacity, steps),
                Payload::Aligned => model::channel::run::<Aligned>(capacity, steps),
            }
        }
    }
}

/// From 1 to 9: small enough that a short sequence fills it and wraps.
#[derive(Debug)]
struct Capacity(usize);

// By hand, as a derived one with a range would give the size in memory as the
// fewest bytes needed, and the fuzzer drops inputs that are shorter.
impl<'a> Arbitrary<'a> for Capacity {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.int_in_range(1..=9).map(Self)
    }
}

/// The payloads of the model.
#[derive(Arbitrary, Debug)]
enum Payload {
    Nothing,
    Counted,
    Boxed,
    Aligned,
}

/// As many steps as the bytes last for.
#[derive(Debug)]
pub struct Steps<S>(pub Vec<S>);

// By hand, as the `Vec` of `arbitrary` asks a bit before each whether it goes
// on, and so ends most mutations after a step or two.
impl<'a, S: Arbitrary<'a>> Arbitrary<'a> for Steps<S> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        iter::from_fn(|| (!u.is_empty()).then(|| u.arbitrary()))
            .collect::<Result<_>>()
            .map(Self)
    }
}

/// The kinds of step, for a check that none is left out.
pub trait Kind {
    /// The names of all.
    const ALL: &'static [&'static str];

    /// The name of this one.
    fn kind(&self) -> &'static str;
}

/// Mirrors the steps of a model, which is shared with tests that have no `arbitrary`.
macro_rules! steps {
    ($(#[$doc:meta])* $name:ident of $model:ident: $($kind:ident $(($number:ident))?,)*) => {
        $(#[$doc])*
        #[allow(missing_docs, reason = "the model tells what each does")]
        #[derive(Arbitrary, Clone, Copy, Debug)]
        pub enum $name {
            $($kind $({ #[arbitrary(with = small)] $number: usize })?,)*
        }

        impl From<$name> for model::$model::Step {
            fn from(step: $name) -> Self {
                match step {
                    $($name::$kind $({ $number })? => Self::$kind $(($number))?,)*
                }
            }
        }

        impl Kind for $name {
            const ALL: &'static [&'static str] = &[$(stringify!($kind)),*];

            fn kind(&self) -> &'static str {
                match self {
                    $(Self::$kind { .. } => stringify!($kind),)*
                }
            }
        }

        // Does not compile where the model has a step that the mirror lacks.
        const _: fn(model::$model::Step) = |step| match step {
            $(model::$model::Step::$kind { .. } => (),)*
        };
    };
}

/// Up to two more than the largest capacity: it counts messages, or chooses a handle.
fn small(u: &mut Unstructured<'_>) -> Result<usize> {
    u.int_in_range(0..=11)
}

steps! {
    /// One thing to do to a ring.
    RingStep of ring:
    Push,
    Pop,
    ForcePush,
    PushMut,
    PopMut,
    PushNow,
    PopNow,
    PushBatch(count),
    PushRest(count),
    PopBatch(count),
    IntoIter(count),
    Renew,
    WriteSlot(number),
    ReadSlot(number),
}

steps! {
    /// One thing to do to a channel.
    ChannelStep of channel:
    TrySend(chosen),
    Send(chosen),
    SendTimeout(chosen),
    SendDeadline(chosen),
    TryRecv(chosen),
    Recv(chosen),
    RecvTimeout(chosen),
    RecvDeadline(chosen),
    CloneSender(chosen),
    DropSender(chosen),
    CloneReceiver(chosen),
    DropReceiver(chosen),
    Iter(number),
    TryIter(number),
    IntoIter(number),
    TrySendNow(chosen),
    TryRecvNow(chosen),
    ForceSend(chosen),
    TrySendFrom(chosen),
    SendFrom(chosen),
    TrySendBatch(number),
    TrySendRest(number),
    SendBatch(number),
    TryRecvBatch(number),
    RecvBatch(number),
    Drain(number),
    Close(chosen),
    CloseBehind(chosen),
    Downgrade(chosen),
}

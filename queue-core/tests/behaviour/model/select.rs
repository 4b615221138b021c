//! `Select` against the model: channels of all kinds at once.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant};

use queue_core::{
    Receiver, Select, SelectedOperation, SendError, Sender, TryRecvError, TrySendError, after, at,
    never, tick,
};

use super::books::{Books, CAPACITIES, CLOCKS, Clock, Model, Op};
use super::channel::open;
use super::payload::{self, Payload};

/// How an operation is chosen.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    TrySelect,
    SelectTimeout,
    SelectDeadline,
    /// Without a limit where it need not wait, else with one that is over at once.
    Select,
    /// As `Select`, and the limit is beyond the clock's range.
    SelectEndless,
    TryReady,
    ReadyTimeout,
    ReadyDeadline,
    /// As `Select`.
    Ready,
}

impl Way {
    /// Every number is one.
    fn decode(number: u8) -> Self {
        match number % 11 {
            0 | 1 => Self::TrySelect,
            2 => Self::SelectTimeout,
            3 => Self::SelectDeadline,
            4 | 5 => Self::Select,
            6 => Self::SelectEndless,
            7 => Self::TryReady,
            8 => Self::ReadyTimeout,
            9 => Self::ReadyDeadline,
            _ => Self::Ready,
        }
    }
}

/// A list of operations, and what to do with it.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// Those of ends that are gone are left out.
    ops: Vec<Op>,
    biased: bool,
    way: Way,
    /// What is chosen is given up, and not completed.
    gives_up: bool,
    /// Which one to take out before a second choice from the list, if there is one.
    removed: Option<usize>,
}

/// One thing to do.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// By itself, if the end is there.
    Try(Op),
    DropSender(usize),
    DropReceiver(usize),
    /// The timer that sends once begins anew.
    Rewind,
    Choose(Choice),
}

impl Step {
    /// Every eight bytes are a step.
    pub(crate) fn decode([code, number, flags, count, ops @ ..]: [u8; 8]) -> Self {
        let channel = usize::from(number) % CAPACITIES.len();
        match code % 24 {
            0..5 => Self::Try(Op::Send(channel)),
            5..8 => Self::Try(Op::decode(number)),
            8 => Self::DropSender(channel),
            9 => Self::DropReceiver(channel),
            10 => Self::Rewind,
            _ => Self::Choose(Choice {
                ops: ops
                    .into_iter()
                    .flat_map(|byte| [Op::decode(byte % 16), Op::decode(byte / 16)])
                    .take(usize::from(count) % 9)
                    .collect(),
                biased: flags & 1 != 0,
                way: Way::decode(number),
                gives_up: flags & 6 == 6,
                removed: (flags & 8 != 0).then_some(usize::from(flags >> 4)),
            }),
        }
    }
}

/// Runs the steps on the channels and on the models, comparing what comes of each.
pub(crate) fn run<P: Payload>(steps: impl IntoIterator<Item = Step>) {
    payload::begin();
    let now = Instant::now();
    let mut ends = Ends::<P>::new(now);
    let mut books = Books::new([Clock::Due(now), Clock::Always, Clock::Later, Clock::Later]);
    for (number, step) in steps.into_iter().enumerate() {
        perform(&mut ends, &mut books, &step);
        // To count has effects, too: room that was given up is passed over.
        if number % 4 == 3 {
            ends.compare(&books);
        }
        let messages: usize = books.channels.iter().map(Model::messages).sum();
        assert_eq!(payload::alive(), messages, "leaked or lost");
    }
    drop(ends);
    assert_eq!(payload::alive(), 0, "leaked");
}

/// One handle of each end.
struct Ends<P> {
    senders: [Option<Sender<P>>; CAPACITIES.len()],
    receivers: [Option<Receiver<P>>; CAPACITIES.len()],
    timers: [Receiver<Instant>; CLOCKS],
}

fn perform<P: Payload>(ends: &mut Ends<P>, books: &mut Books, step: &Step) {
    match *step {
        Step::Try(Op::Send(channel)) => ends.try_send(channel, books),
        Step::Try(Op::Recv(channel)) if channel < CAPACITIES.len() => ends.try_recv(channel, books),
        Step::Try(Op::Recv(channel)) => ends.try_timer(channel - CAPACITIES.len(), books),
        Step::DropSender(channel) => {
            ends.senders[channel] = None;
            books.channels[channel].sender_gone = true;
            ends.reopen(channel, books);
        }
        Step::DropReceiver(channel) => {
            ends.receivers[channel] = None;
            books.channels[channel].receiver_gone = true;
            books.channels[channel].slots.clear();
            ends.reopen(channel, books);
        }
        Step::Rewind => {
            let now = Instant::now();
            ends.timers[0] = at(now);
            books.clocks[0] = Clock::Due(now);
        }
        Step::Choose(ref choice) => choose(ends, books, choice),
    }
}

impl<P: Payload> Ends<P> {
    fn new(now: Instant) -> Self {
        let mut ends = Self {
            senders: [const { None }; CAPACITIES.len()],
            receivers: [const { None }; CAPACITIES.len()],
            timers: [
                at(now),
                tick(Duration::ZERO),
                after(Duration::from_secs(3_600)),
                never(),
            ],
        };
        (0..CAPACITIES.len()).for_each(|channel| ends.open(channel));
        ends
    }

    fn open(&mut self, channel: usize) {
        let (sender, receiver) = open(CAPACITIES[channel]);
        self.senders[channel] = Some(sender);
        self.receivers[channel] = Some(receiver);
    }

    /// Opens a channel again of which both ends are gone.
    fn reopen(&mut self, channel: usize, books: &mut Books) {
        if self.senders[channel].is_none() && self.receivers[channel].is_none() {
            self.open(channel);
            books.channels[channel] = Model::default();
        }
    }

    fn try_send(&self, channel: usize, books: &mut Books) {
        let Some(sender) = &self.senders[channel] else {
            return;
        };
        let (id, message) = books.make::<P>();
        match sender.try_send(message) {
            Ok(()) => books.sent::<P>(channel, id, None),
            Err(TrySendError::Disconnected(message)) => books.sent(channel, id, Some(message)),
            Err(TrySendError::Full(message)) => {
                message.assert_is(id);
                assert!(!books.is_ready(Op::Send(channel)));
            }
        }
    }

    fn try_recv(&self, channel: usize, books: &mut Books) {
        let Some(receiver) = &self.receivers[channel] else {
            return;
        };
        match receiver.try_recv() {
            Ok(message) => books.received(channel, Some(message)),
            Err(TryRecvError::Disconnected) => books.received::<P>(channel, None),
            Err(TryRecvError::Empty) => assert!(!books.is_ready(Op::Recv(channel))),
        }
    }

    fn try_timer(&self, clock: usize, books: &mut Books) {
        match self.timers[clock].try_recv() {
            Ok(when) => books.rang(clock, when),
            Err(error) => {
                assert_eq!(error, TryRecvError::Empty, "time has no end");
                assert!(!books.clocks[clock].is_due());
            }
        }
    }

    /// Adds an operation to the list, if its end is there.
    fn add<'a>(&'a self, select: &mut Select<'a>, op: Op) -> Option<usize> {
        Some(match op {
            Op::Send(channel) => select.send(self.senders[channel].as_ref()?),
            Op::Recv(channel) => match self.receivers.get(channel) {
                Some(receiver) => select.recv(receiver.as_ref()?),
                None => select.recv(&self.timers[channel - CAPACITIES.len()]),
            },
        })
    }

    fn complete(&self, chosen: SelectedOperation<'_>, op: Op, books: &mut Books) {
        match op {
            Op::Send(channel) => {
                let (id, message) = books.make::<P>();
                let sender = self.senders[channel].as_ref().expect("it was added");
                let sent = chosen.send(sender, message);
                books.sent(channel, id, sent.err().map(SendError::into_inner));
            }
            Op::Recv(channel) => match self.receivers.get(channel) {
                Some(receiver) => {
                    let receiver = receiver.as_ref().expect("it was added");
                    books.received(channel, chosen.recv(receiver).ok());
                }
                None => {
                    let clock = channel - CAPACITIES.len();
                    let rang = chosen.recv(&self.timers[clock]);
                    books.rang(clock, rang.expect("time has no end"));
                }
            },
        }
    }

    fn compare(&self, books: &Books) {
        for (channel, &capacity) in CAPACITIES.iter().enumerate() {
            let model = &books.channels[channel];
            let len = model.slots.len();
            let expected = (len, len == 0, model.is_full(capacity), capacity);
            if let Some(sender) = &self.senders[channel] {
                let counts = (sender.len(), sender.is_empty(), sender.is_full());
                assert_eq!((counts.0, counts.1, counts.2, sender.capacity()), expected);
            }
            if let Some(receiver) = &self.receivers[channel] {
                let counts = (receiver.len(), receiver.is_empty(), receiver.is_full());
                assert_eq!(
                    (counts.0, counts.1, counts.2, receiver.capacity()),
                    expected
                );
            }
        }
        for (timer, clock) in self.timers.iter().zip(books.clocks) {
            assert_eq!(timer.is_empty(), !clock.is_due());
            assert_eq!(timer.len(), usize::from(clock.is_due()));
        }
    }
}

/// The operations that are left in a list, with their indices.
type Arms = Vec<(usize, Op)>;

fn choose<P: Payload>(ends: &Ends<P>, books: &mut Books, choice: &Choice) {
    let mut select = if choice.biased {
        Select::new_biased()
    } else {
        Select::new()
    };
    let mut arms = Arms::new();
    for &op in &choice.ops {
        if let Some(index) = ends.add(&mut select, op) {
            assert_eq!(index, arms.len(), "indices count up");
            arms.push((index, op));
        }
    }
    choose_once(ends, books, choice, &mut select, &arms);
    if let Some(place) = choice
        .removed
        .and_then(|number| number.checked_rem(arms.len()))
    {
        let (index, _) = arms.remove(place);
        select.remove(index);
        choose_once(ends, books, choice, &mut select, &arms);
    }
}

fn choose_once<'a, P: Payload>(
    ends: &'a Ends<P>,
    books: &mut Books,
    choice: &Choice,
    select: &mut Select<'a>,
    arms: &Arms,
) {
    let ready: Arms = arms
        .iter()
        .copied()
        .filter(|&(_, op)| books.is_ready(op))
        .collect();
    let (must_wait, over) = (ready.is_empty(), Duration::ZERO);
    let chosen = match choice.way {
        Way::TrySelect => Ok(select.try_select().ok()),
        Way::SelectDeadline => Ok(select.select_deadline(Instant::now()).ok()),
        Way::Select if !must_wait => Ok(Some(select.select())),
        Way::SelectEndless if !must_wait => Ok(select.select_timeout(Duration::MAX).ok()),
        Way::SelectTimeout | Way::Select | Way::SelectEndless => {
            Ok(select.select_timeout(over).ok())
        }
        Way::TryReady => Err(select.try_ready().ok()),
        Way::ReadyDeadline => Err(select.ready_deadline(Instant::now()).ok()),
        Way::Ready if !must_wait => Err(Some(select.ready())),
        Way::ReadyTimeout | Way::Ready => Err(select.ready_timeout(over).ok()),
    };
    let index = match &chosen {
        Ok(chosen) => chosen.as_ref().map(SelectedOperation::index),
        Err(ready) => *ready,
    };
    let place = ready.iter().position(|&(known, _)| index == Some(known));
    if choice.biased {
        assert_eq!(place, (!must_wait).then_some(0), "not the first one ready");
    }
    assert_eq!(place.is_none(), must_wait, "{index:?} of {ready:?}");
    assert_eq!(place.is_none(), index.is_none(), "{index:?} of {ready:?}");
    if let (Ok(Some(chosen)), Some(place)) = (chosen, place) {
        let (_, op) = ready[place];
        if choice.gives_up {
            give_up(chosen);
            books.gave_up(op);
        } else {
            ends.complete(chosen, op, books);
        }
    }
}

/// Drops it while another panic is on its way, so that it has none of its own.
pub(crate) fn give_up(chosen: SelectedOperation<'_>) {
    let given_up = catch_unwind(AssertUnwindSafe(|| {
        let _chosen = chosen;
        resume_unwind(Box::new("on its way"));
    }));
    let panic = given_up.expect_err("it unwinds");
    assert_eq!(panic.downcast_ref(), Some(&"on its way"));
}

//! A queue in memory against a plain model of one: whatever is asked in whatever order, both answer the same.

mod reference;

use std::fmt::Debug;
use std::time::Duration;

use futures_util::FutureExt;
use pollster::block_on;
use proptest::collection::vec;
use proptest::prelude::*;
use queue_message::clock::ManualClock;
use queue_message::{
    DEAD_LETTER_SOURCE, MemoryMessageQueue, MessageEnvelope, MessageError, MessageQueue, Receipt,
};

use reference::{Error, Model, Settings};

/// What is asked. Receipts are chosen among all that were ever given, and some that were not.
#[derive(Clone, Debug)]
enum Step {
    Open,
    Put(Option<Duration>),
    /// Sends, and drops the send if it waits.
    Send,
    Get(Duration),
    Delete(usize),
    Extend(usize, Duration),
    Release(usize),
    Bury(usize),
    Clear,
    Advance(Duration),
    /// Receives and completes a dead letter.
    TakeLetter,
    Drain,
    Close,
}

/// Times of which several fall together.
fn time() -> impl Strategy<Value = Duration> {
    prop_oneof![
        8 => (0_u64..6).prop_map(Duration::from_secs),
        1 => Just(Duration::from_nanos(1)),
        1 => Just(Duration::MAX),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let receipt = 0_usize..40;
    prop_oneof![
        20 => prop_oneof![3 => Just(None), 1 => time().prop_map(Some)].prop_map(Step::Put),
        4 => Just(Step::Send),
        24 => time().prop_map(Step::Get),
        10 => receipt.clone().prop_map(Step::Delete),
        8 => (receipt.clone(), time()).prop_map(|(receipt, time)| Step::Extend(receipt, time)),
        8 => receipt.clone().prop_map(Step::Release),
        4 => receipt.prop_map(Step::Bury),
        1 => Just(Step::Clear),
        16 => (0_u64..4).prop_map(|seconds| Step::Advance(Duration::from_secs(seconds))),
        4 => Just(Step::TakeLetter),
    ]
}

/// A queue's life: it is opened at some time, and perhaps closed.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    let end = prop_oneof![
        Just(vec![]),
        Just(vec![Step::Close]),
        Just(vec![Step::Drain])
    ];
    (
        vec(step(), 0..3),
        vec(step(), 1..80),
        end,
        vec(step(), 0..8),
    )
        .prop_map(|(before, open, end, after)| {
            [before, vec![Step::Open], open, end, after].concat()
        })
}

fn settings() -> impl Strategy<Value = Settings> {
    let letters = prop_oneof![Just(None), Just(Some(1)), Just(Some(2))];
    let limit = prop_oneof![Just(None), Just(Some(1)), Just(Some(2))];
    let capacity = prop::sample::select(vec![1_usize, 2, 3, 7]);
    (capacity, letters, limit).prop_map(|(capacity, letters, limit)| Settings {
        capacity,
        letters,
        max_deliveries: limit.filter(|_| letters.is_some()),
    })
}

/// The queue, and what was given out by it.
struct Subject {
    clock: ManualClock,
    queue: MemoryMessageQueue,
    letters: MemoryMessageQueue,
    receipts: Vec<Receipt>,
    /// Receipts that the queue has not given.
    strange: Vec<Receipt>,
    sent: usize,
}

impl Subject {
    fn new(settings: Settings) -> Self {
        let clock = ManualClock::new();
        let letters = MemoryMessageQueue::builder("letters")
            .capacity(settings.letters.unwrap_or(1))
            .clock(clock.clone())
            .build()
            .unwrap();
        let mut queue = MemoryMessageQueue::builder("queue")
            .capacity(settings.capacity)
            .clock(clock.clone());
        if settings.letters.is_some() {
            queue = queue.dead_letter(&letters);
        }
        if let Some(limit) = settings.max_deliveries {
            queue = queue.max_deliveries(limit);
        }
        block_on(letters.open()).unwrap();

        let other = MemoryMessageQueue::new("other");
        block_on(other.open()).unwrap();
        other.try_put(MessageEnvelope::new(None, "", "")).unwrap();
        let (foreign, _) = other.try_get(Duration::MAX).unwrap().unwrap();
        let [_, id, delivery] = foreign.words().unwrap();
        let strange = vec![
            foreign,
            Receipt::from_words([0, id, delivery]),
            "never given".into(),
        ];
        Self {
            clock,
            queue: queue.build().unwrap(),
            letters,
            receipts: Vec::new(),
            strange,
            sent: 0,
        }
    }

    fn message(&mut self, delay: Option<Duration>) -> MessageEnvelope {
        self.sent += 1;
        let builder = MessageEnvelope::builder().message(self.sent.to_string());
        match delay {
            Some(delay) => builder.deliver_after(delay).build(),
            None => builder.build(),
        }
    }

    /// The receipt that a number stands for, and which of those given it is.
    fn receipt(&self, number: usize) -> (Receipt, Option<usize>) {
        let all = self.receipts.len() + self.strange.len();
        // The latest are the likeliest to be good.
        match self.receipts.len().checked_sub(1 + number % all) {
            Some(given) => (self.receipts[given].clone(), Some(given)),
            None => (
                self.strange[number % all - self.receipts.len()].clone(),
                None,
            ),
        }
    }

    /// Takes a step in both, and compares what they answer.
    fn take(&mut self, model: &mut Model, step: &Step) {
        match step {
            Step::Open => same(block_on(self.queue.open()), model.open()),
            Step::Put(delay) => {
                let message = self.message(*delay);
                let put = self.queue.try_put(message.clone());
                sent(put.map(drop), model.put(text(&message), *delay), &message);
            }
            Step::Send => {
                let message = self.message(None);
                let modelled = model.put(text(&message), None);
                match self.queue.send(message.clone()).now_or_never() {
                    Some(result) => sent(result, modelled, &message),
                    None => assert_eq!(modelled, Err(Error::Full), "a send waits"),
                }
            }
            Step::Get(visibility) => {
                let got = block_on(self.queue.get(Duration::ZERO, *visibility));
                if let Ok(Some((receipt, message))) = &got {
                    assert_eq!(message.reference(), None);
                    self.receipts.push(receipt.clone());
                }
                let got = got.map(|got| got.map(|(_, message)| shown(&message)));
                same(got, model.get(*visibility));
            }
            Step::Delete(number) => {
                let (receipt, given) = self.receipt(*number);
                same(block_on(self.queue.delete(&receipt)), model.delete(given));
            }
            Step::Extend(number, visibility) => {
                let (receipt, given) = self.receipt(*number);
                let extended = block_on(self.queue.extend(&receipt, *visibility));
                same(extended, model.extend(given, *visibility));
            }
            Step::Release(number) => {
                let (receipt, given) = self.receipt(*number);
                same(block_on(self.queue.release(&receipt)), model.release(given));
            }
            Step::Bury(number) => {
                let (receipt, given) = self.receipt(*number);
                let mut message = MessageEnvelope::new(None, "", "");
                message.set_reference(Some(receipt.clone()));
                let moved = block_on(self.queue.move_to_dead_letter(&mut message, "a reason"));
                assert_eq!(message.reference().is_none(), moved.is_ok());
                same(moved, model.bury(given));
            }
            Step::Clear => same(block_on(self.queue.clear()), model.clear()),
            Step::Advance(time) => {
                self.clock.advance(*time);
                model.advance(*time);
            }
            Step::TakeLetter => {
                let letter = block_on(self.letters.receive(Duration::ZERO)).unwrap();
                let taken = letter.map(|mut letter| {
                    assert_eq!(letter.header(DEAD_LETTER_SOURCE), Some("queue"));
                    block_on(self.letters.complete(&mut letter)).unwrap();
                    text(&letter)
                });
                assert_eq!(taken, model.take_letter());
            }
            Step::Drain => same(block_on(self.queue.drain(Duration::ZERO)), model.drain()),
            Step::Close => {
                block_on(self.queue.close()).unwrap();
                model.close();
            }
        }
    }

    /// Compares what can be seen of both.
    fn compare(&self, model: &Model) {
        assert_eq!(self.queue.is_open(), model.is_open());
        same(
            block_on(self.queue.read_message_count()),
            model.ready().map(|ready| ready.len()),
        );
        for count in [usize::MAX, 1, 2] {
            let peeked = block_on(self.queue.peek_batch(count));
            let peeked = peeked.map(|messages| messages.iter().map(shown).collect::<Vec<_>>());
            let ready = model
                .ready()
                .map(|ready| ready.into_iter().take(count).collect());
            same(peeked, ready);
        }
        let letters = block_on(self.letters.peek_batch(usize::MAX)).unwrap();
        assert_eq!(
            letters.iter().map(text).collect::<Vec<_>>(),
            model.letters()
        );
    }
}

fn text(message: &MessageEnvelope) -> String {
    message.message_as_string().unwrap().to_owned()
}

/// What a model knows of a message.
fn shown(message: &MessageEnvelope) -> (String, u32) {
    (text(message), message.delivery_count())
}

fn error(error: &MessageError) -> Error {
    match error {
        MessageError::NotOpen { .. } => Error::NotOpen,
        MessageError::Closed { .. } => Error::Closed,
        MessageError::Full { .. } => Error::Full,
        MessageError::LockLost { .. } => Error::LockLost,
        MessageError::NotSupported { .. } => Error::NotSupported,
        other => panic!("{other}"),
    }
}

fn same<T: PartialEq + Debug>(came: queue_message::Result<T>, expected: Result<T, Error>) {
    assert_eq!(came.map_err(|came| error(&came)), expected);
}

/// As [`same`], of a send: what is refused comes back.
fn sent(came: queue_message::Result<()>, expected: Result<(), Error>, sent: &MessageEnvelope) {
    assert_eq!(came.as_ref().map_err(error).copied(), expected);
    if let Err(refused) = came {
        assert_eq!(
            refused.into_message().map(|message| text(&message)),
            Some(text(sent))
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn a_queue_in_memory_is_as_its_model(settings in settings(), steps in steps()) {
        let (mut subject, mut model) = (Subject::new(settings), Model::new(settings));
        for step in &steps {
            subject.take(&mut model, step);
            subject.compare(&model);
        }
    }
}

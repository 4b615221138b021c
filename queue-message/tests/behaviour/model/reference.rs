//! What a queue does, as plainly as it can be said: a list that is searched.

use std::time::Duration;

#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) capacity: usize,
    /// The capacity of the queue for dead letters, if there is one.
    pub(super) letters: Option<usize>,
    pub(super) max_deliveries: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Error {
    NotOpen,
    Closed,
    Full,
    LockLost,
    NotSupported,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    New,
    Open,
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ready,
    /// Until then; `None`: for ever.
    Delayed(Option<Duration>),
    /// By that receipt, until then; `None`: for ever.
    InFlight(usize, Option<Duration>),
}

#[derive(Clone, Debug)]
struct Entry {
    text: String,
    /// Its place in the order.
    place: u64,
    deliveries: u32,
    state: State,
}

#[derive(Debug)]
pub(super) struct Model {
    settings: Settings,
    phase: Phase,
    now: Duration,
    entries: Vec<Entry>,
    letters: Vec<String>,
    /// How many receipts were given.
    receipts: usize,
    places: u64,
}

type Answer<T = ()> = Result<T, Error>;

impl Model {
    pub(super) const fn new(settings: Settings) -> Self {
        Self {
            settings,
            phase: Phase::New,
            now: Duration::ZERO,
            entries: Vec::new(),
            letters: Vec::new(),
            receipts: 0,
            places: 0,
        }
    }

    pub(super) fn open(&mut self) -> Answer {
        match self.phase {
            Phase::Closed => Err(Error::Closed),
            _ => {
                self.phase = Phase::Open;
                Ok(())
            }
        }
    }

    pub(super) const fn close(&mut self) {
        self.phase = Phase::Closed;
    }

    pub(super) fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    fn check_open(&self) -> Answer {
        match self.phase {
            Phase::New => Err(Error::NotOpen),
            Phase::Open => Ok(()),
            Phase::Closed => Err(Error::Closed),
        }
    }

    fn next_place(&mut self) -> u64 {
        self.places += 1;
        self.places
    }

    pub(super) fn put(&mut self, text: String, delay: Option<Duration>) -> Answer {
        self.check_open()?;
        if self.entries.len() == self.settings.capacity {
            return Err(Error::Full);
        }
        let state = match delay {
            None | Some(Duration::ZERO) => State::Ready,
            Some(delay) => State::Delayed(self.later(delay)),
        };
        let place = self.next_place();
        self.entries.push(Entry {
            text,
            place,
            deliveries: 0,
            state,
        });
        Ok(())
    }

    /// `Duration::MAX` is for ever.
    fn later(&self, time: Duration) -> Option<Duration> {
        (time != Duration::MAX).then(|| self.now + time)
    }

    pub(super) fn get(&mut self, visibility: Duration) -> Answer<Option<(String, u32)>> {
        self.check_open()?;
        let until = self.later(visibility);
        let ready = self
            .entries
            .iter_mut()
            .filter(|entry| entry.state == State::Ready);
        let Some(entry) = ready.min_by_key(|entry| entry.place) else {
            return Ok(None);
        };
        entry.state = State::InFlight(self.receipts, until);
        entry.deliveries += 1;
        self.receipts += 1;
        let got = (entry.text.clone(), entry.deliveries);
        self.advance(Duration::ZERO);
        Ok(Some(got))
    }

    /// Which entry is in flight by a receipt.
    fn held(&self, receipt: Option<usize>) -> Answer<usize> {
        let is_held =
            |entry: &Entry| matches!(entry.state, State::InFlight(by, _) if Some(by) == receipt);
        self.entries.iter().position(is_held).ok_or(Error::LockLost)
    }

    pub(super) fn delete(&mut self, receipt: Option<usize>) -> Answer {
        let index = self.held(receipt)?;
        self.entries.remove(index);
        Ok(())
    }

    pub(super) fn extend(&mut self, receipt: Option<usize>, visibility: Duration) -> Answer {
        let index = self.held(receipt)?;
        let until = self.later(visibility);
        if let State::InFlight(_, end) = &mut self.entries[index].state {
            *end = until;
        }
        self.advance(Duration::ZERO);
        Ok(())
    }

    pub(super) fn release(&mut self, receipt: Option<usize>) -> Answer {
        let index = self.held(receipt)?;
        self.come_back(index);
        Ok(())
    }

    pub(super) fn bury(&mut self, receipt: Option<usize>) -> Answer {
        if self.settings.letters.is_none() {
            return Err(Error::NotSupported);
        }
        let index = self.held(receipt)?;
        self.move_to_letters(index)
    }

    fn move_to_letters(&mut self, index: usize) -> Answer {
        if self.settings.letters == Some(self.letters.len()) {
            return Err(Error::Full);
        }
        let entry = self.entries.remove(index);
        self.letters.push(entry.text);
        Ok(())
    }

    fn come_back(&mut self, index: usize) {
        let limit = self.settings.max_deliveries;
        let is_over = limit.is_some_and(|limit| self.entries[index].deliveries >= limit);
        if !(is_over && self.move_to_letters(index).is_ok()) {
            self.entries[index].state = State::Ready;
        }
    }

    pub(super) fn clear(&mut self) -> Answer {
        self.check_open()?;
        self.entries.clear();
        Ok(())
    }

    pub(super) fn drain(&mut self) -> Answer<usize> {
        self.check_open()?;
        self.close();
        Ok(self.entries.len())
    }

    /// Lets time pass: what is due happens at its own time, and what is due at one time in the order of places.
    pub(super) fn advance(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            let due = |entry: &Entry| match entry.state {
                State::Delayed(Some(due)) | State::InFlight(_, Some(due)) => Some(due),
                _ => None,
            };
            let next = self
                .entries
                .iter()
                .enumerate()
                .filter_map(|(index, entry)| {
                    let due = due(entry).filter(|due| *due <= end)?;
                    Some((due, entry.place, index))
                });
            let Some((due, _, index)) = next.min() else {
                break;
            };
            self.now = due;
            match self.entries[index].state {
                State::Delayed(_) => {
                    self.entries[index].state = State::Ready;
                    self.entries[index].place = self.next_place();
                }
                _ => self.come_back(index),
            }
        }
        self.now = end;
    }

    /// The messages that can be received, in order.
    pub(super) fn ready(&self) -> Answer<Vec<(String, u32)>> {
        self.check_open()?;
        let ready = self
            .entries
            .iter()
            .filter(|entry| entry.state == State::Ready);
        let mut ready: Vec<_> = ready.collect();
        ready.sort_by_key(|entry| entry.place);
        Ok(ready
            .into_iter()
            .map(|entry| (entry.text.clone(), entry.deliveries))
            .collect())
    }

    pub(super) fn letters(&self) -> Vec<String> {
        self.letters.clone()
    }

    pub(super) fn take_letter(&mut self) -> Option<String> {
        (!self.letters.is_empty()).then(|| self.letters.remove(0))
    }
}

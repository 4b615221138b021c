//! Paired, interleaved and checked comparisons of queue-core with other queues.
//!
//! A figure like "twice as fast" is easily an accident: of the memory layout, of
//! which contender ran while the machine was busy, of counting the start of
//! threads. This crate is built so that such accidents are either excluded or
//! turned into noise that the printed interval shows.
//!
//! - One child process for each cell and [mode](contract::Mode), with one crew of
//!   pinned threads that all contenders share.
//! - Short slices in which time is fixed and messages are counted, between two
//!   marks of the clock that the workers read themselves. Every contender's slice
//!   is next to one of queue-core, and the ratio is taken between the two.
//! - The queue is allocated anew for each slice at a random offset, the order of
//!   the contenders is shuffled in each round, nothing is dropped, and no best is
//!   picked.
//! - Beside buffered queues, in the situations that have names of their own:
//!   rendezvous, unbounded (with producers that are [held back](cells::MOST_AHEAD),
//!   alike for every contender), and [selecting](cells::Cell::select) over several
//!   channels.
//! - Every message is checked: what was received must be what was sent.
//!
//! From the outside in: `cli` (flags and exit codes), `compare` (the parent
//! process), `launch` (the child process), `schedule` (who runs next to whom),
//! `slice` (one measurement), [`contenders`] (the queues) and [`link`] (what a
//! slice asks of a queue), with `statistics` and `report` for what comes out.
//! [`transfer`] moves a fixed number of messages instead, for the criterion
//! benches.
#![deny(unsafe_code)]

pub mod cells;
mod cli;
mod compare;
pub mod contenders;
pub mod contract;
pub mod crew;
mod launch;
pub mod link;
pub mod message;
mod report;
mod schedule;
mod slice;
mod statistics;
pub mod transfer;
pub mod watchdog;

pub use cli::main;

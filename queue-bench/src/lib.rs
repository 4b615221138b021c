//! Paired, interleaved and checked comparisons of queue-core with other queues.
//!
//! A figure like "twice as fast" is easily an accident: of the memory layout, of
//! which contender ran while the machine was busy, of counting the start of
//! threads. This crate is built so that such accidents are either excluded or
//! turned into noise that the printed interval shows.
//!
//! - Many child processes for each cell and [mode](contract::Mode), spread over the run, each
//!   with one crew of pinned threads that all contenders share.
//! - Short slices in which time is fixed and messages are counted, between two marks of
//!   the clock that the workers read themselves. Every contender's slice is next to one of
//!   queue-core, once before it and once after it, and the ratio is taken between the two.
//! - The queue is allocated anew for each slice at a random offset, nothing is dropped, and no
//!   best is picked.
//! - Every message is checked: what was received must be what was sent.
//!
//! From the outside in: `cli` (subcommands), `run` (the parent process), `launch` (the
//! child process), `schedule` (who runs next to whom), `slice` (one measurement), `limits`
//! (what the machine allows), `latency` (delays), `instructions` (what valgrind counts), `in_flight` (messages by the thousand),
//! [`contenders`] (the queues) and [`link`] (what a slice asks of a queue); [`suites`] (which
//! cells), `statistics`, `environment`, `report` and `records` for what comes out, `compare` for
//! two records, `selfcheck` for the comparison itself. [`transfer`] moves a fixed number of
//! messages instead, for the criterion benches.
#![deny(unsafe_code)]

pub mod cells;
mod cli;
mod compare;
pub mod contenders;
pub mod contract;
pub mod crew;
mod environment;
mod in_flight;
mod instructions;
mod interruption;
mod latency;
mod launch;
mod limits;
pub mod link;
pub mod message;
mod records;
mod report;
mod run;
mod runtime;
mod schedule;
mod selfcheck;
mod slice;
mod statistics;
pub mod suites;
pub mod transfer;
pub mod watchdog;

pub use cli::main;

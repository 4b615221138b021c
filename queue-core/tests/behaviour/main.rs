//! What the ring and the channels promise, from outside: one binary, so that
//! the helpers are shared and nothing is built twice.

mod awaiting;
mod awaiting_model;
mod batches;
mod closing;
mod disconnect;
mod exactness;
mod exchange;
mod force_push;
mod given_up;
mod handles;
mod lone;
mod model;
mod model_tests;
mod overtaking;
mod overtaking_threads;
mod panics;
mod reentrance;
mod rendezvous;
mod select_choice;
mod select_crews;
mod select_macro;
mod select_wakes;
mod selected;
mod slots;
mod spsc;
mod support;
mod timers;
mod traits;
mod unbounded;
mod wakes;
mod weighted;

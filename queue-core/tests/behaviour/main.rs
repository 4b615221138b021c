//! What the ring and the channels promise, from outside: one binary, so that
//! the helpers are shared and nothing is built twice.

mod disconnect;
mod exactness;
mod exchange;
mod force_push;
mod handles;
mod model;
mod model_tests;
mod panics;
mod support;
mod traits;
mod wakes;

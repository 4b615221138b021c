//! What the message layer does, room by room.

#[path = "behaviour/counters.rs"]
mod counters;

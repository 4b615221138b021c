//! What the message layer does, room by room.

#[path = "behaviour/cached.rs"]
mod cached;
#[path = "behaviour/config.rs"]
mod config;
#[path = "behaviour/connection.rs"]
mod connection;
#[path = "behaviour/counters.rs"]
mod counters;
#[path = "behaviour/descriptor.rs"]
mod descriptor;
#[path = "behaviour/factory.rs"]
mod factory;

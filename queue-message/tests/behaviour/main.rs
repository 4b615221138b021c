//! What the message layer does, room by room.

mod cached;
mod clock;
#[cfg(all(
    feature = "messagepack",
    feature = "protobuf",
    feature = "thrift",
    feature = "xml"
))]
mod codecs;
mod config;
mod conformance;
mod connection;
mod counters;
mod deadlines;
mod descriptor;
mod envelope_display;
mod envelope_json;
mod factory;
mod family_defects;
mod logged;
mod manual_clock;
mod memory_crews;
mod memory_hostile;
mod model;
mod once_each;
mod request;
mod tutorial;

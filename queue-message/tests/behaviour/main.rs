//! What the message layer does, room by room.

mod cached;
mod config;
mod conformance;
mod connection;
mod counters;
mod descriptor;
mod envelope_display;
mod envelope_json;
mod factory;
mod family_defects;
mod model;
mod request;
mod tutorial;

//! Values as bytes, and back.

mod golden;
mod header;
mod limits;
mod manifest;
mod properties;
mod sample;
mod thrift;
mod xml;

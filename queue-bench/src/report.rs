//! What comes out: one row for each cell, mode, contender and contract.
//!
//! The same rows are written as JSON lines and drawn as tables.

mod json;
mod row;
mod table;

pub(crate) use json::JsonLines;
pub(crate) use row::{Row, Rows, Status, rows};
pub(crate) use table::{Place, draw, legend};

//! The program as its users meet it: rows, exit codes, errors in one line.

mod cells;
mod failures;
mod records;
mod support;
mod usage;

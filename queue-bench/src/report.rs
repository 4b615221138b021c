//! What comes out: one row for each cell, mode, contender and contract.
//!
//! The same rows are drawn as tables and written as JSON lines, as CSV and as a page.

mod delays;
mod evaluation;
pub(crate) mod figures;
mod html;
mod output;
mod progress;
mod row;
mod summary;
mod table;

pub(crate) use evaluation::{FAIR_SHARE, Rows, launch_ratios, rows};
pub(crate) use output::{CannotWrite, Output, Paths};
pub(crate) use progress::progress_bar;
pub(crate) use row::{Metric, Row, Status, Verdict};
pub(crate) use summary::summary;
pub(crate) use table::{Column, Place, digits, grid, legend, legend_of_delays};

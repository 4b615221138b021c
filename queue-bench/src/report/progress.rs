//! How far it has come.

use indicatif::{ProgressBar, ProgressStyle};

/// So many steps, drawn on standard error if that is a terminal.
pub(crate) fn progress_bar(steps: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {percent:>3} %  {eta} left  {msg}")
        .expect("the template is well-formed");
    ProgressBar::new(steps).with_style(style)
}

//! How it was measured, in one paragraph.

use maud::{Markup, html};

use super::numbers::counted;
use super::record::{Metric, Record};

/// The method, with the counts of this record.
pub(super) fn paragraph(record: &Record) -> Markup {
    let rows = || {
        let sections = record.rates.iter();
        sections.flat_map(|section| section.of(Metric::Throughput))
    };
    let launches = rows().filter_map(|row| row.number("launches"));
    let launches = launches.fold(0.0, f64::max) as usize;
    let slices = || rows().filter_map(|row| row.number("slice_ms"));
    let slices = slices().reduce(f64::min).zip(slices().reduce(f64::max));
    html! {
        section aria-labelledby="method" {
            h2 #method { "Method" }
            p {
                "Every comparison is " strong { "paired" } ": a contender’s slices of time are adjacent to slices of queue-core, "
                "so that both meet the same state of the machine, and the two take turns in going first. "
                "For each slice the queue is allocated anew at a random offset"
                @if let Some((least, most)) = slices {
                    ", and a slice lasts " (least) " ms"
                    @if most > least { " (" (most) " where threads outnumber cores)" }
                }
                ". There are many short launches, each a process of its own"
                @if launches > 0 { " (up to " (counted(launches, "launch", "launches")) " in a setting here)" }
                "; every message is received and checked. "
                "A ratio is queue-core’s rate over the contender’s: logarithms of the ratios of adjacent slices, averaged in each launch; "
                "the 95 % interval is taken over the means of the launches. "
                "There is no best-of, and nothing is dropped. Where the interval spans 1 the verdict is "
                strong { "no difference" } "."
                @if !record.controls.is_empty() {
                    " Wherever queue-core takes part it also competes with itself, an A/A control: what that shows is the "
                    a href="#noise" { "noise floor" } ", and a ratio within it is no difference either."
                }
                " Where several of our queues take part, a contender is compared with the one that is made for its contract: "
                "in mode try, rings (whose contract says so) with a ring, and channels, which also have to wake whoever sleeps, with a channel."
            }
        }
    }
}

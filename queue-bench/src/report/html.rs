//! The page: one file that needs nothing else, in light and dark, on paper and on a phone.
//!
//! It has no script and fetches nothing. The charts are SVG made here, so that they take
//! their colours from the page around them. Whatever a record says is escaped.

mod bars;
mod cells;
mod curves;
mod heatmap;
mod latency;
mod method;
mod noise;
mod numbers;
mod opening;
mod ratioline;
mod record;
mod scale;

use maud::{DOCTYPE, PreEscaped, html};
use serde_json::Value;

use record::Record;

const STYLE: &str = include_str!("html/style.css");

/// The page of a record: its environment, which may be missing, and its rows.
pub(crate) fn render(lines: &[Value]) -> String {
    let record = Record::read(lines);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (opening::TITLE) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (opening::header(&record))
                    div.context {
                        (opening::environment(&record))
                        (method::paragraph(&record))
                    }
                    (heatmap::section(&record))
                    (cells::section(&record))
                    (latency::section(&record))
                    (noise::failures(&record))
                    (noise::floor(&record))
                    (opening::footer(&record))
                }
            }
        }
    };
    page.into_string()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::json;

    use super::*;

    fn lines() -> Vec<Value> {
        let line = |metric: &str, contender: &str| {
            json!({"metric": metric, "cell": "mpmc-2p2c-cap64-8B", "mode": "block", "contender": contender,
                   "median": 1e7, "lo": 9e6, "hi": 1.1e7, "ratio": 1.5, "ratio_lo": 1.4, "ratio_hi": 1.6,
                   "unit": "msg/s", "verdict": "faster", "status": "ok", "p50": 100.0, "max": 1e5,
                   "scenario": "ping-pong", "notes": "<script>alert(1)</script>", "unknown": {}})
        };
        vec![
            json!({"metric": "env", "cpu": "A & B", "seed": 7, "warnings": ["time was stolen"]}),
            line("throughput", "queue-core"),
            line("throughput", "kanal"),
            line("control", "queue-core"),
            line("limit", "cas"),
            line("best-peer", "kanal"),
            line("latency", "queue-core"),
            line("latency", "kanal"),
            line("of the future", "kanal"),
        ]
    }

    #[test]
    fn a_page_needs_nothing_from_elsewhere_and_escapes_what_it_shows() {
        let page = render(&lines());
        for part in [
            "A &amp; B",
            "&lt;script&gt;",
            "time was stolen",
            "ping-pong",
            "seed <code>7",
        ] {
            assert!(page.contains(part), "{part}");
        }
        for part in ["<script", "http://", "https://", "@import", "url(", " src="] {
            assert!(!page.contains(part), "{part}");
        }
    }

    #[test]
    fn links_lead_somewhere_and_names_are_given_once() {
        let page = render(&lines());
        let after = |mark: &str| -> Vec<String> {
            let parts = page.split(mark).skip(1);
            parts
                .filter_map(|part| Some(part.split_once('"')?.0.to_owned()))
                .collect()
        };
        let names = after(" id=\"");
        let unique: HashSet<&String> = names.iter().collect();
        assert_eq!(unique.len(), names.len());
        let labels = after("aria-labelledby=\"");
        for name in after("href=\"#").iter().chain(&labels) {
            assert!(unique.contains(name), "{name}");
        }
    }

    #[test]
    fn a_page_of_nothing_is_still_a_page() {
        for lines in [
            vec![],
            vec![json!({"metric": "news"})],
            vec![json!({"metric": "throughput"})],
        ] {
            assert!(render(&lines).ends_with("</html>"));
        }
    }

    /// The colours of a theme: the first block is light, the second dark.
    fn colours(theme: usize) -> impl Fn(&str) -> [f64; 3] {
        let block = STYLE.split(":root {").nth(theme + 1).unwrap();
        let block = block.split_once('}').unwrap().0;
        move |name: &str| {
            let declaration = format!("--{name}: #");
            let hex = block
                .split_once(&declaration)
                .unwrap_or_else(|| panic!("{name}"))
                .1;
            [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0)
        }
    }

    fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
        let luminance = |colour: [f64; 3]| {
            let [red, green, blue] = colour.map(|part| {
                if part <= 0.040_45 {
                    part / 12.92
                } else {
                    ((part + 0.055) / 1.055).powf(2.4)
                }
            });
            0.2126 * red + 0.7152 * green + 0.0722 * blue
        };
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn text_and_marks_can_be_seen_in_both_themes() {
        for theme in [0, 1] {
            let colour = colours(theme);
            let text = [
                "ink",
                "soft",
                "accent",
                "faster-ink",
                "slower-ink",
                "alarm",
                "colour-0",
                "colour-1",
                "colour-2",
                "colour-3",
                "colour-4",
                "colour-5",
            ];
            for name in text {
                for ground in ["paper", "panel"] {
                    let contrast = contrast(colour(name), colour(ground));
                    assert!(
                        contrast >= 4.5,
                        "{name} on {ground}: {contrast:.2} in theme {theme}"
                    );
                }
            }
            for name in ["faster-tile", "slower-tile", "panel"] {
                let contrast = contrast(colour("tile-ink"), colour(name));
                assert!(
                    contrast >= 4.5,
                    "ink on {name}: {contrast:.2} in theme {theme}"
                );
            }
            for name in ["bar", "bar-ours", "limit"] {
                let contrast = contrast(colour(name), colour("paper"));
                assert!(contrast >= 3.0, "{name}: {contrast:.2} in theme {theme}");
            }
        }
    }
}

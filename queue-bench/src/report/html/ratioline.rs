//! A ratio as a point on a short line: its interval, its launches, and where 1 is.

use maud::{Markup, html};

use super::numbers::{digits, interval, or_missing};
use super::record::Row;
use super::scale::Ratios;

const WIDTH: f64 = 124.0;
const HEIGHT: f64 = 18.0;
const MARGIN: f64 = 5.0;

fn place(ratio: f64, scale: Ratios) -> f64 {
    MARGIN + (WIDTH - 2.0 * MARGIN) * scale.part(ratio)
}

/// The line of one row.
pub(super) fn line(row: &Row, scale: Ratios) -> Markup {
    let Some(ratio) = row.ratio else {
        return html! {};
    };
    let middle = HEIGHT / 2.0;
    let class = format!("ratio-line {}", row.outcome.class());
    let said = format!(
        "ratio {}, 95 % interval {}",
        or_missing(row.ratio, digits),
        interval(row.ratio_interval(), digits)
    );
    // One path for all launches keeps the page small.
    let launches: String = row
        .launch_ratios()
        .map(|ratio| format!("M{:.1} {:.0}v5", place(ratio, scale), HEIGHT - 5.0))
        .collect();
    html! {
        svg class=(class) width=(WIDTH) height=(HEIGHT) role="img" aria-label=(said) {
            line.one x1=(place(1.0, scale)) x2=(place(1.0, scale)) y1="0" y2=(HEIGHT) {}
            @if !launches.is_empty() { path.launches d=(launches) {} }
            @if let Some((lower, upper)) = row.ratio_interval() {
                line.span x1=(format!("{:.1}", place(lower, scale) - 0.5)) x2=(format!("{:.1}", place(upper, scale) + 0.5)) y1=(middle) y2=(middle) {}
            }
            circle.point cx=(format!("{:.1}", place(ratio, scale))) cy=(middle) r="3.2" {}
        }
    }
}

/// The scale in the head of a column: its ends, and one where it leaves room for them.
pub(super) fn axis(scale: Ratios) -> Markup {
    const ROOM: f64 = 32.0;
    let [least, most] = scale.ends();
    let one = place(1.0, scale);
    html! {
        svg.ratio-axis width=(WIDTH) height="14" aria-hidden="true" {
            @if one > ROOM { text x="0" y="11" { (digits(least)) } }
            text x=(format!("{one:.1}")) y="11" text-anchor="middle" { "1" }
            @if one < WIDTH - ROOM { text x=(WIDTH) y="11" text-anchor="end" { (digits(most)) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::record::Record;
    use super::*;

    #[test]
    fn a_line_has_a_point_a_span_and_its_launches() {
        let lines = [
            json!({"metric": "control", "ratio": 1.0, "ratio_lo": 0.5, "ratio_hi": 2.0, "launch_ratios": [1.0, 4.0]}),
            json!({"metric": "control"}),
        ];
        let record = Record::read(&lines);
        let scale = Ratios::holding([0.25, 4.0].into_iter());
        let text = line(&record.controls[0], scale).into_string();
        assert!(text.contains("cx=\"62.0\""), "{text}");
        assert!(text.contains("M62.0 13v5M119.0 13v5"), "{text}");
        assert!(text.contains("ratio 1.00, 95 % interval 0.500 – 2.00"));
        assert_eq!(line(&record.controls[1], scale).into_string(), "");
        let text = axis(scale).into_string();
        assert!(
            text.contains(">0.250<") && text.contains(">4.00<"),
            "{text}"
        );
        let text = axis(Ratios::holding([9.0].into_iter())).into_string();
        assert!(
            !text.contains(">0.909<") && text.contains(">9.00<"),
            "{text}"
        );
    }
}

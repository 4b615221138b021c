//! Delays over percentiles: a line for each contender, with its name at its end.

use maud::{Markup, html};

use super::latency::PERCENTILES;
use super::numbers::{nanoseconds, or_missing, percent, whole_nanoseconds};
use super::record::{Metric, Row, Section};
use super::scale::Decades;

/// The least height of the chart.
const HEIGHT: f64 = 340.0;

/// The least distance of two names.
const APART: f64 = 15.0;

/// How many colours there are; then they come again with another dash.
const COLOURS: usize = 6;

/// A contender with at least two points, and where its name stands.
struct Curve<'r, 'a> {
    row: &'r Row<'a>,
    points: Vec<(f64, f64)>,
    name: f64,
}

/// The chart of a scenario; the names of all contenders give each its colour.
pub(super) fn chart(section: &Section, anchor: &str, names: &[&str]) -> Markup {
    let rows: Vec<&Row> = section
        .of(Metric::Latency)
        .filter(|row| !row.has_failed())
        .collect();
    let floors = || {
        let limits = section
            .of(Metric::Limit)
            .filter(|row| row.text("unit") == "ns");
        limits.filter_map(|row| Some((row.contender, row.median?)))
    };
    let values = rows
        .iter()
        .flat_map(|row| figures(row).into_iter().flatten());
    let Some(scale) = Decades::holding(values.chain(floors().map(|(_, value)| value))) else {
        return html! {};
    };
    let height = HEIGHT.max(APART * (rows.len() as f64 + 1.0));
    let down = |value: f64| height * (1.0 - scale.part(value));
    let curves = curves(&rows, height, down);
    let title = format!("{anchor}-title");
    let step = 1.0 / (PERCENTILES.len() - 1) as f64;
    html! {
        figure.chart {
            figcaption #(title) { "Delay by percentile, logarithmic" }
            svg.curves role="img" aria-labelledby=(title) style=(format!("height:{height}px")) {
                @for mark in scale.marks() {
                    line.grid x1="0" x2="100%" y1=(place(down(mark))) y2=(place(down(mark))) {}
                    text.mark.side x="0" dx="-8" y=(place(down(mark))) { (whole_nanoseconds(mark)) }
                }
                @for (number, (_, name)) in PERCENTILES.iter().enumerate() {
                    @let x = percent(step * number as f64);
                    line.grid x1=(x) x2=(x) y1="0" y2="100%" {}
                    text.mark x=(x) y="100%" dy="18" { (name) }
                }
                @for (name, value) in floors() {
                    line.limit x1="0" x2="100%" y1=(place(down(value))) y2=(place(down(value))) {}
                    text.limit.before x="100%" dx="-8" y=(place(down(value))) dy="-5" { (name) " " (nanoseconds(value)) }
                }
                @for curve in curves.iter().rev() { (drawn(curve, height, names)) }
            }
        }
    }
}

fn figures(row: &Row) -> [Option<f64>; 5] {
    PERCENTILES.map(|(field, _)| row.number(field).filter(|&value| value > 0.0))
}

/// Ours comes first and so is drawn last, above the others.
fn curves<'r, 'a>(
    rows: &[&'r Row<'a>],
    height: f64,
    down: impl Fn(f64) -> f64,
) -> Vec<Curve<'r, 'a>> {
    let step = 1.0 / (PERCENTILES.len() - 1) as f64;
    let points = |row: &Row| -> Vec<(f64, f64)> {
        let figures = figures(row).into_iter().enumerate();
        figures
            .filter_map(|(number, value)| Some((step * number as f64, down(value?))))
            .collect()
    };
    let mut curves: Vec<Curve> = rows
        .iter()
        .map(|row| (row, points(row)))
        .filter_map(|(row, points)| {
            let name = points.last()?.1;
            Some(Curve { row, points, name })
        })
        .collect();
    curves.sort_by(|one, other| one.name.total_cmp(&other.name));
    set_apart(&mut curves, height);
    curves.sort_by_key(|curve| !curve.row.is_ours());
    curves
}

/// Gives each name the place nearest to its own at which none stands on another.
///
/// Names that are too close form a group around the middle of their places; groups that
/// meet become one.
fn set_apart(curves: &mut [Curve], height: f64) {
    let mut groups: Vec<(f64, usize)> = Vec::new();
    for (number, curve) in curves.iter().enumerate() {
        // Without the distances before it, names in order only must not go down.
        let mut group = (curve.name - APART * number as f64, 1);
        while let Some(&(place, count)) = groups.last().filter(|(place, _)| *place > group.0) {
            let (sum, members) = (place * count as f64, count + group.1);
            group = ((sum + group.0 * group.1 as f64) / members as f64, members);
            groups.pop();
        }
        groups.push(group);
    }
    let places = groups
        .iter()
        .flat_map(|&(place, count)| (0..count).map(move |_| place));
    let last = curves.len().saturating_sub(1) as f64;
    let lowest = (height - APART * last).max(0.0);
    for (number, (curve, place)) in curves.iter_mut().zip(places).enumerate() {
        curve.name = place.clamp(0.0, lowest) + APART * number as f64;
    }
}

fn drawn(curve: &Curve, height: f64, names: &[&str]) -> Markup {
    let row = curve.row;
    let class = if row.is_ours() {
        "curve ours".to_owned()
    } else {
        let number = names
            .iter()
            .position(|name| *name == row.contender)
            .unwrap_or(0);
        format!(
            "curve colour-{} dash-{}",
            number % COLOURS,
            number / COLOURS % 3
        )
    };
    let path: Vec<String> = curve
        .points
        .iter()
        .map(|(across, down)| format!("{:.2},{down:.1}", 100.0 * across))
        .collect();
    let last = curve.points.last().map_or((1.0, 0.0), |point| *point);
    let said = PERCENTILES
        .map(|(field, name)| format!("{name} {}", or_missing(row.number(field), nanoseconds)));
    html! {
        g class=(class) {
            title { (row.contender) " " (row.text("version")) ": " (said.join(", ")) }
            svg.stretched viewBox=(format!("0 0 100 {height}")) preserveAspectRatio="none" width="100%" height="100%" {
                polyline points=(path.join(" ")) {}
            }
            @for (across, down) in &curve.points {
                circle cx=(percent(*across)) cy=(place(*down)) r="3" {}
            }
            // From the end of the line to the name beside it.
            svg.leader x=(percent(last.0)) y="0" width="26" height="100%" {
                line x1="5" x2="20" y1=(place(last.1)) y2=(place(curve.name)) {}
            }
            text x=(percent(last.0)) dx="24" y=(place(curve.name)) { (row.contender) }
        }
    }
}

fn place(pixels: f64) -> String {
    format!("{pixels:.1}")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::record::{OURS, Record};
    use super::*;

    fn line(contender: &str, p50: f64) -> Value {
        json!({"metric": "latency", "cell": "ping-pong", "mode": "try", "contender": contender, "scenario": "ping-pong",
               "p50": p50, "p90": 2.0 * p50, "p99": null, "p999": 9.0 * p50, "max": 100.0 * p50})
    }

    #[test]
    fn a_curve_skips_what_is_missing_and_ours_is_drawn_last() {
        let lines = [
            line(OURS, 100.0),
            line("kanal", 110.0),
            json!({"metric": "limit", "cell": "ping-pong", "mode": "try", "contender": "line-rtt", "unit": "ns", "median": 90.0}),
        ];
        let record = Record::read(&lines);
        let text = chart(&record.delays[0], "a", &["kanal"]).into_string();
        assert_eq!(text.matches("<circle").count(), 8);
        assert!(text.find("curve colour-0 dash-0").unwrap() < text.find("curve ours").unwrap());
        assert!(text.contains("p99 –, p99.9 990\u{a0}ns"), "{text}");
        assert!(text.contains("line-rtt 90.0\u{a0}ns"));
    }

    #[test]
    fn names_stand_apart_within_the_chart() {
        let lines: Vec<Value> = ["a", "b", "c", "d"].map(|name| line(name, 50.0)).into();
        let record = Record::read(&lines);
        let rows: Vec<_> = record.delays[0].rows.iter().collect();
        let mut names: Vec<f64> = curves(&rows, 100.0, |_| 95.0)
            .iter()
            .map(|curve| curve.name)
            .collect();
        names.sort_by(f64::total_cmp);
        assert_eq!(names, [55.0, 70.0, 85.0, 100.0]);
    }

    #[test]
    fn without_delays_there_is_no_chart() {
        let lines = [json!({"metric": "latency", "cell": "a", "mode": "try", "status": "hung"})];
        assert_eq!(
            chart(&Record::read(&lines).delays[0], "a", &[]).into_string(),
            ""
        );
    }
}

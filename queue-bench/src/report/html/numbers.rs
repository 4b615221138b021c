//! How numbers are written.

/// What stands where there is no number.
pub(super) const MISSING: &str = "–";

/// Three significant digits, with an exponent only where there would be many zeros.
pub(super) fn digits(value: f64) -> String {
    let decimals = match value.abs() {
        99_950.0.. => return with_exponent(value),
        99.95.. => 0,
        9.995.. => 1,
        0.9995.. => 2,
        0.09995.. => 3,
        0.00995.. => 4,
        0.000995.. => 5,
        0.0 => 0,
        _ => return with_exponent(value),
    };
    format!("{value:.decimals$}")
}

fn with_exponent(value: f64) -> String {
    let text = format!("{value:.1e}");
    let Some((digits, exponent)) = text.split_once('e') else {
        return text;
    };
    let raised = |digit: char| match digit.to_digit(10) {
        Some(digit) => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize],
        None => '⁻',
    };
    format!(
        "{digits}·10{}",
        exponent.chars().map(raised).collect::<String>()
    )
}

/// A ratio in the little room of a tile.
pub(super) fn short(ratio: f64) -> String {
    match ratio {
        1000.0.. => "≫".to_owned(),
        0.95.. => digits(ratio),
        0.01.. => format!("{ratio:.2}"),
        _ => "≪".to_owned(),
    }
}

/// Millions in a second, without the unit.
pub(super) fn millions(per_second: f64) -> String {
    digits(per_second / 1e6)
}

/// Nanoseconds in a unit that suits them.
pub(super) fn nanoseconds(value: f64) -> String {
    let (value, unit) = match value {
        1e9.. => (value / 1e9, "s"),
        1e6.. => (value / 1e6, "ms"),
        1e3.. => (value / 1e3, "µs"),
        _ => (value, "ns"),
    };
    format!("{}\u{a0}{unit}", digits(value))
}

/// A power of ten of nanoseconds, as an axis has it.
pub(super) fn whole_nanoseconds(value: f64) -> String {
    let (value, unit) = match value {
        1e9.. => (value / 1e9, "s"),
        1e6.. => (value / 1e6, "ms"),
        1e3.. => (value / 1e3, "µs"),
        _ => (value, "ns"),
    };
    format!("{value:.0}\u{a0}{unit}")
}

/// A limit in its own unit.
pub(super) fn limit(value: f64, unit: &str) -> String {
    if unit == "ns" {
        nanoseconds(value)
    } else {
        format!("{}\u{a0}M/s", millions(value))
    }
}

/// A number, or what stands in its place.
pub(super) fn or_missing(value: Option<f64>, write: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| MISSING.to_owned(), write)
}

/// Both ends of an interval, or what stands in its place.
pub(super) fn interval(ends: Option<(f64, f64)>, write: impl Fn(f64) -> String) -> String {
    ends.map_or_else(
        || MISSING.to_owned(),
        |(lower, upper)| format!("{} – {}", write(lower), write(upper)),
    )
}

/// A part of the width or height that a chart has.
pub(super) fn percent(part: f64) -> String {
    format!("{:.2}%", 100.0 * part)
}

/// A count with its noun.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits() {
        assert_eq!(
            [0.0271, 0.9996, 2.71, 9.999, 27.14, 99.99, 271.4].map(digits),
            ["0.0271", "1.00", "2.71", "10.0", "27.1", "100", "271"]
        );
        assert_eq!(
            [0.0, 12.3, 1234.0, 5.678e6, 9e9].map(nanoseconds),
            [
                "0\u{a0}ns",
                "12.3\u{a0}ns",
                "1.23\u{a0}µs",
                "5.68\u{a0}ms",
                "9.00\u{a0}s"
            ]
        );
        assert_eq!(whole_nanoseconds(1e5), "100\u{a0}µs");
        assert_eq!(limit(12_340_000.0, "msg/s"), "12.3\u{a0}M/s");
    }

    #[test]
    fn figures_without_bounds_take_little_room() {
        assert_eq!(
            [4.267e16, 123_456.0, 0.001_234, 0.000_05].map(digits),
            ["4.3·10¹⁶", "1.2·10⁵", "0.00123", "5.0·10⁻⁵"]
        );
        assert_eq!(
            [0.001, 0.0424, 0.862, 0.978, 11.04, 2e4].map(short),
            ["≪", "0.04", "0.86", "0.978", "11.0", "≫"]
        );
    }

    #[test]
    fn what_is_missing_is_a_dash() {
        assert_eq!(or_missing(None, digits), MISSING);
        assert_eq!(interval(None, digits), MISSING);
        assert_eq!(interval(Some((0.5, 2.0)), digits), "0.500 – 2.00");
        assert_eq!(counted(1, "launch", "launches"), "1 launch");
    }
}

//! Rows: what other programs read, one JSON object each.

use serde::{Deserialize, Serialize};

use crate::latency::IDLE;

/// How a contender came through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// Every message arrived.
    #[default]
    Ok,
    /// A slice did not end; the process was ended instead.
    Hung,
    /// It panicked, or lost, altered or misordered messages.
    Panicked,
}

/// What a row is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Metric {
    /// A contender's messages per second.
    #[default]
    Throughput,
    /// Our own, against itself: how far apart two can be that are the same.
    Control,
    /// What the machine allows.
    Limit,
    /// Ours against the peer of a contract that was fastest in one half of the launches, compared
    /// in the other.
    BestPeer,
    /// A contender's delays.
    Latency,
}

/// What the ratio says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Verdict {
    /// Queue-core is faster.
    #[serde(rename = "faster")]
    Faster,
    /// Queue-core is slower.
    #[serde(rename = "slower")]
    Slower,
    /// The interval contains one, or the ratio is within the noise floor.
    #[serde(rename = "no difference")]
    NoDifference,
    /// There are fewer than a verdict needs.
    #[serde(rename = "too few launches")]
    TooFewLaunches,
    /// One of its workers got too small a share for its rate to count.
    #[serde(rename = "unfair")]
    Unfair,
    /// There is nothing to say.
    #[default]
    #[serde(rename = "")]
    None,
}

impl Verdict {
    /// As it is written.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Faster => "faster",
            Self::Slower => "slower",
            Self::NoDifference => "no difference",
            Self::TooFewLaunches => "too few launches",
            Self::Unfair => "unfair",
            Self::None => "",
        }
    }
}

/// One contender's result in one cell and mode.
///
/// The field names are the format's; other programs read them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Row {
    pub(crate) metric: Metric,
    pub(crate) cell: String,
    pub(crate) mode: String,
    pub(crate) producers: usize,
    pub(crate) consumers: usize,
    /// How many queues there are; one consumer selects over several.
    pub(crate) channels: usize,
    /// Of each queue; nothing if it is unbounded.
    pub(crate) capacity: Option<usize>,
    pub(crate) payload_bytes: usize,
    pub(crate) payload: String,
    pub(crate) load: String,
    /// Whether there are more threads than cores.
    pub(crate) oversubscribed: bool,
    pub(crate) contender: String,
    pub(crate) version: String,
    pub(crate) contract: String,
    pub(crate) unit: String,
    /// Over the launches, with its interval of 95 % if they are enough for one.
    pub(crate) median: Option<f64>,
    pub(crate) lo: Option<f64>,
    pub(crate) hi: Option<f64>,
    /// Queue-core over the contender: the geometric mean over the launches, with its interval of 95 %.
    pub(crate) ratio: Option<f64>,
    pub(crate) ratio_lo: Option<f64>,
    pub(crate) ratio_hi: Option<f64>,
    /// The ratio of each launch.
    pub(crate) launch_ratios: Vec<f64>,
    pub(crate) verdict: Verdict,
    /// Of the lowest limit of the cell.
    pub(crate) percent_of_limit: Option<f64>,
    /// CPU time of all workers per message, in nanoseconds.
    pub(crate) cpu_ns: Option<f64>,
    /// The part of its time for which the worker who measures delays was on a core.
    pub(crate) busy: Option<f64>,
    /// Context switches of all workers per thousand messages.
    pub(crate) switches: Option<f64>,
    /// What part of the messages the least and the most successful worker had; 1 is an equal part.
    pub(crate) share_min: Option<f64>,
    pub(crate) share_max: Option<f64>,
    /// From before the send to after the receive.
    pub(crate) queue_p50_ns: Option<f64>,
    pub(crate) queue_p99_ns: Option<f64>,
    pub(crate) launches: usize,
    /// Of all launches together.
    pub(crate) rounds: usize,
    pub(crate) slice_ms: u64,
    pub(crate) status: Status,
    pub(crate) notes: String,
    /// Of a latency: what is done, ...
    pub(crate) scenario: Option<String>,
    /// ... how many messages per second are offered, ...
    pub(crate) offered: Option<f64>,
    /// ... and the delays in nanoseconds.
    pub(crate) p50: Option<f64>,
    pub(crate) p90: Option<f64>,
    pub(crate) p99: Option<f64>,
    pub(crate) p999: Option<f64>,
    pub(crate) max: Option<f64>,
}

impl Row {
    /// Median, 90 %, 99 %, 99.9 % and the greatest of its delays. An idle receiver has one in each
    /// launch: too few for any but the first and the last.
    pub(crate) fn delays(&self) -> [Option<f64>; 5] {
        let [p90, p99, p999] = match self.scenario.as_deref() {
            Some(IDLE) => [None; 3],
            _ => [self.p90, self.p99, self.p999],
        };
        [self.p50, p90, p99, p999, self.max]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reads_back_what_it_wrote_and_takes_fewer_fields() {
        let row = Row {
            metric: Metric::BestPeer,
            verdict: Verdict::NoDifference,
            ratio: Some(1.5),
            launch_ratios: vec![1.25, 1.75],
            ..Row::default()
        };
        let line = serde_json::to_string(&row).unwrap();
        assert!(
            line.contains(r#""metric":"best-peer""#)
                && line.contains(r#""verdict":"no difference""#)
        );
        assert_eq!(serde_json::from_str::<Row>(&line).unwrap(), row);
        assert_eq!(serde_json::from_str::<Row>("{}").unwrap(), Row::default());
    }

    #[test]
    fn an_idle_receiver_has_a_median_and_a_greatest_delay() {
        let row = Row {
            p50: Some(1.0),
            p90: Some(2.0),
            p99: Some(3.0),
            p999: Some(4.0),
            max: Some(5.0),
            ..Row::default()
        };
        assert_eq!(row.delays(), [1.0, 2.0, 3.0, 4.0, 5.0].map(Some));
        let idle = Row {
            scenario: Some(IDLE.to_owned()),
            ..row
        };
        assert_eq!(idle.delays(), [Some(1.0), None, None, None, Some(5.0)]);
    }

    #[test]
    fn a_verdict_is_shown_as_it_is_written() {
        for verdict in [
            Verdict::Faster,
            Verdict::Slower,
            Verdict::NoDifference,
            Verdict::TooFewLaunches,
            Verdict::Unfair,
            Verdict::None,
        ] {
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.text());
        }
    }
}

//! Where a measurement was made: all that a reader needs to judge it, or to repeat it.
//!
//! What a system does not tell is `null` or `unknown`; nothing here names the machine or a
//! path on it.

mod build;
mod files;
mod load;
mod processor;
mod system;
mod topology;
mod warnings;

use std::fmt;
use std::time::SystemTime;

use serde::Serialize;
use serde_json::Value;

use build::Build;
use load::Load;
use processor::Processor;
use system::System;
use topology::Topology;

/// The environment of a run.
///
/// The field names, all on one level, are the format's; other programs read them.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Environment {
    metric: &'static str,
    /// When it was read, in UTC.
    date: String,
    #[serde(flatten)]
    build: Build,
    #[serde(flatten)]
    processor: Processor,
    #[serde(flatten)]
    topology: Topology,
    #[serde(flatten)]
    system: System,
    #[serde(flatten)]
    load: Load,
    seed: u64,
    /// The CPU of each worker, the first worker's first; if there are more workers, over and over.
    pins: Vec<usize>,
    /// What could spoil a measurement.
    warnings: Vec<String>,
}

impl Environment {
    /// What can be seen now. It takes a tenth of a second: stolen time is watched for so long.
    pub(crate) fn read(seed: u64, pins: &[usize]) -> Self {
        let files = &files::on_this_system;
        let topology = Topology::read(files);
        let mut environment = Self {
            metric: "env",
            date: date(SystemTime::now()),
            build: Build::this(),
            processor: Processor::read(files, &topology.online),
            topology,
            system: System::read(files),
            load: Load::read(files),
            seed,
            pins: pins.to_vec(),
            warnings: Vec::new(),
        };
        environment.warnings = environment.warnings();
        environment
    }

    /// What reading the clock costs.
    pub(crate) fn clock_ns(&self) -> f64 {
        self.system.clock_ns
    }

    /// The first line of a record.
    pub(crate) fn json(&self) -> Value {
        serde_json::to_value(self).expect("an environment is plain data")
    }
}

/// `2026-04-14T12:00:00Z`; a clock that was never set is taken for one at the start of 1970.
fn date(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time.max(SystemTime::UNIX_EPOCH)).to_string()
}

/// To hundredths: what is measured here is known no better.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// A block of names and values; a list has a line for each element.
impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Value::Object(mut fields) = self.json() else {
            return Ok(());
        };
        fields.shift_remove("metric");
        fields.insert("pins".to_owned(), self.pin_map().into());
        let width = fields.keys().map(String::len).max().unwrap_or_default();
        for (name, value) in fields {
            let lines = match value {
                // A group without a limit is like none.
                Value::Null if name == "cgroup_cores" => vec!["no limit known".to_owned()],
                Value::Null => vec!["unknown".to_owned()],
                Value::String(text) => vec![text],
                Value::Array(values) if values.is_empty() => vec!["none".to_owned()],
                Value::Array(values) => values.iter().map(text).collect(),
                value => vec![value.to_string()],
            };
            let mut name = name.replace('_', " ");
            for line in lines {
                writeln!(f, "{name:width$}  {line}")?;
                name.clear();
            }
        }
        Ok(())
    }
}

impl Environment {
    fn pin_map(&self) -> String {
        if self.pins.is_empty() {
            return "none".to_owned();
        }
        let cores: Vec<_> = self.pins.iter().map(ToString::to_string).collect();
        format!(
            "cores {}, to the workers in turn; few among many have their own",
            cores.join(", ")
        )
    }
}

/// Without the quotes of a string.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    impl Environment {
        /// Nothing is wrong with it.
        pub(super) fn healthy() -> Self {
            Self {
                metric: "env",
                date: date(SystemTime::UNIX_EPOCH),
                build: Build {
                    optimised: true,
                    ..Build::this()
                },
                processor: Processor {
                    governor: Some("performance".to_owned()),
                    ..Processor::default()
                },
                topology: Topology {
                    cores: 8,
                    logical_cores: Some(8),
                    ..Topology::default()
                },
                system: System {
                    clock_source: Some("tsc".to_owned()),
                    ..System::default()
                },
                load: Load {
                    load_average: Some(0.5),
                    steal_percent: Some(0.0),
                    steal_percent_since_boot: Some(0.1),
                },
                seed: u64::MAX,
                pins: vec![2, 3],
                warnings: Vec::new(),
            }
        }
    }

    #[test]
    fn a_record_says_first_what_it_is() {
        let json = Environment::healthy().json();
        let fields = json.as_object().expect("it has fields");
        assert_eq!(
            fields.iter().next(),
            Some((&"metric".to_owned(), &"env".into()))
        );
        assert_eq!(json["seed"], u64::MAX);
        assert_eq!(json["pins"], serde_json::json!([2, 3]));
        assert_eq!(json["cpu"], Value::Null);
        assert!(
            fields.values().all(|value| !value.is_object()),
            "it is flat"
        );
        let line = serde_json::to_string(&Environment::healthy()).unwrap();
        assert_eq!(line, json.to_string());
        assert!(line.starts_with(r#"{"metric":"env","#));
    }

    #[test]
    fn the_block_is_aligned_and_names_what_is_unknown() {
        let mut environment = Environment::healthy();
        environment.warnings = vec!["first".to_owned(), "second".to_owned()];
        let block = environment.to_string();
        let value_of = |name: &str| {
            let line = block.lines().find(|line| line.starts_with(name))?;
            Some(line.get(26..)?.to_owned())
        };
        assert_eq!("steal_percent_since_boot".len() + 2, 26);
        for (name, value) in [
            ("cpu ", "unknown"),
            ("caches ", "none"),
            ("cgroup cores ", "no limit known"),
            ("cores ", "8"),
            (
                "pins ",
                "cores 2, 3, to the workers in turn; few among many have their own",
            ),
            ("clock source ", "tsc"),
            ("warnings ", "first"),
        ] {
            assert_eq!(value_of(name).as_deref(), Some(value), "{block}");
        }
        assert!(block.ends_with(&format!("\n{:26}second\n", "")), "{block}");
        assert!(!block.contains("metric"));
    }

    #[test]
    fn this_machine_can_be_read() {
        let environment = Environment::read(7, &[]);
        assert!(environment.topology.cores > 0);
        assert_eq!(environment.pin_map(), "none");
        assert_eq!(environment.warnings, environment.warnings());
    }

    #[test]
    fn a_date_is_utc_and_a_clock_before_1970_is_no_panic() {
        let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(1_776_168_000);
        assert_eq!(date(moment), "2026-04-14T12:00:00Z");
        let early = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(date(early), "1970-01-01T00:00:00Z");
    }
}

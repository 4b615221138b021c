//! What could spoil a measurement.

use super::Environment;
use super::load::TICKS_IN_INTERVAL;

/// More load than this part of the cores: somebody else is at work.
const MOST_LOAD: f64 = 0.5;

/// More stolen time than this: the host has given the cores to others.
const MOST_STEAL_PERCENT: f64 = 1.0;

/// The governors that keep cores slow until they have been busy for a while.
const SLOW_GOVERNORS: [&str; 3] = ["powersave", "conservative", "ondemand"];

/// Clocks that are read without asking the kernel: those of x86, ARM and RISC-V.
const FAST_CLOCKS: [&str; 3] = ["tsc", "arch_sys_counter", "riscv_clocksource"];

impl Environment {
    /// What could spoil a measurement; what is unknown does not.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let (cores, load, system) = (self.topology.cores, &self.load, &self.system);
        let mut warnings = Vec::new();
        let mut warn = |is_so: bool, text: String| {
            if is_so {
                warnings.push(text);
            }
        };

        warn(
            !self.build.optimised,
            "this is a debug build: its rates mean nothing".to_owned(),
        );
        warn(
            system.valgrind,
            "valgrind runs one thread at a time: its rates mean nothing".to_owned(),
        );
        warn(
            cores < 2,
            "there is one core only: threads take turns in every cell".to_owned(),
        );
        let average = load.load_average.unwrap_or(0.0);
        warn(
            average > MOST_LOAD * cores as f64,
            format!(
                "the load average is {average}, of cores there are {cores}: somebody else is at work"
            ),
        );
        let steal = load.steal_percent.unwrap_or(0.0);
        warn(
            steal > MOST_STEAL_PERCENT.max(self.little_steal_percent()),
            format!("{steal} % of the time is being stolen: the host gives the cores to others"),
        );
        let steal = load.steal_percent_since_boot.unwrap_or(0.0);
        warn(
            steal > MOST_STEAL_PERCENT,
            format!("{steal} % of the time since the start of the system was stolen"),
        );
        let quota = system.cgroup_cores.unwrap_or(f64::INFINITY);
        warn(
            quota < cores as f64,
            format!("a quota of {quota} cores holds back the {cores} that are there"),
        );
        let governor = self.processor.governor.as_deref().unwrap_or("");
        warn(
            SLOW_GOVERNORS.iter().any(|slow| governor.contains(slow)),
            format!("the governor is {governor}: cores may be slow to speed up"),
        );
        let clock = system.clock_source.as_deref().unwrap_or("tsc");
        warn(
            !FAST_CLOCKS.contains(&clock),
            format!("the clock source is {clock}, which may be slow to read"),
        );
        warnings
    }

    /// What a single tick in the short interval comes to, which few CPUs count too few of: it
    /// may be chance.
    fn little_steal_percent(&self) -> f64 {
        let cpus = self.topology.logical_cores.unwrap_or(self.topology.cores);
        1.5 * 100.0 / (TICKS_IN_INTERVAL * cpus.max(1) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl FnOnce(&mut Environment)) -> Vec<String> {
        let mut environment = Environment::healthy();
        change(&mut environment);
        environment.warnings()
    }

    #[test]
    fn nothing_is_wrong_with_a_healthy_machine() {
        assert_eq!(with(|_| ()), [""; 0]);
    }

    #[test]
    fn what_is_unknown_is_not_warned_about() {
        let warnings = with(|it| {
            it.load = Default::default();
            it.system = Default::default();
            it.processor = Default::default();
            it.topology.logical_cores = None;
        });
        assert_eq!(warnings, [""; 0]);
    }

    #[test]
    fn each_ill_is_named_once() {
        let some = |text: &str| Some(text.to_owned());
        for (warnings, words) in [
            (with(|it| it.build.optimised = false), "debug build"),
            (with(|it| it.system.valgrind = true), "valgrind"),
            (with(|it| it.topology.cores = 1), "one core"),
            (
                with(|it| it.load.load_average = Some(4.1)),
                "load average is 4.1, of cores there are 8",
            ),
            (
                with(|it| it.load.steal_percent = Some(3.75)),
                "3.75 % of the time is being stolen",
            ),
            (
                with(|it| it.load.steal_percent_since_boot = Some(1.1)),
                "1.1 % of the time since",
            ),
            (
                with(|it| it.system.cgroup_cores = Some(7.5)),
                "quota of 7.5 cores holds back the 8",
            ),
            (
                with(|it| it.processor.governor = some("powersave")),
                "governor is powersave",
            ),
            (
                with(|it| it.processor.governor = some("ondemand, performance")),
                "governor is",
            ),
            (
                with(|it| it.system.clock_source = some("hpet")),
                "clock source is hpet",
            ),
        ] {
            assert_eq!(warnings.len(), 1, "{warnings:?}");
            assert!(warnings[0].contains(words), "{warnings:?}");
        }
    }

    #[test]
    fn limits_themselves_are_not_warned_about() {
        let warnings = with(|it| {
            it.load.load_average = Some(4.0);
            it.load.steal_percent_since_boot = Some(1.0);
            it.system.cgroup_cores = Some(8.0);
            it.system.clock_source = Some("arch_sys_counter".to_owned());
        });
        assert_eq!(warnings, [""; 0]);
    }

    #[test]
    fn one_stolen_tick_of_twenty_may_be_chance() {
        let stolen = |percent| {
            with(|it| {
                it.topology.cores = 2;
                it.topology.logical_cores = Some(2);
                it.load.steal_percent = Some(percent);
            })
        };
        assert_eq!(stolen(5.26), [""; 0]);
        assert_eq!(stolen(10.0).len(), 1);
    }
}

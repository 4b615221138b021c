//! The operating system, and what it leaves us of the machine.

use std::env;
use std::hint::black_box;
use std::time::Instant;

use serde::Serialize;

use super::files::{Files, field};
use super::rounded;

/// The operating system.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct System {
    pub(super) kernel: Option<String>,
    pub(super) memory_gib: Option<f64>,
    pub(super) transparent_hugepage: Option<String>,
    /// How many cores' time the control groups allow; nothing if they do not limit it.
    pub(super) cgroup_cores: Option<f64>,
    pub(super) clock_source: Option<String>,
    /// What reading the clock costs.
    pub(super) clock_ns: f64,
    /// Whether valgrind runs the program, one thread at a time.
    pub(super) valgrind: bool,
}

impl System {
    pub(super) fn read(files: Files<'_>) -> Self {
        let hugepage = files("/sys/kernel/mm/transparent_hugepage/enabled");
        let preloaded = env::var("LD_PRELOAD").unwrap_or_default();
        Self {
            kernel: files("/proc/sys/kernel/osrelease"),
            memory_gib: files("/proc/meminfo").as_deref().and_then(memory_gib),
            transparent_hugepage: hugepage.as_deref().and_then(chosen),
            cgroup_cores: cgroup_cores(files),
            clock_source: files("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
            clock_ns: clock_ns(),
            valgrind: preloaded.contains("vgpreload"),
        }
    }
}

/// `MemTotal:  8388608 kB`
fn memory_gib(info: &str) -> Option<f64> {
    let kib: f64 = field(info, "MemTotal")?
        .strip_suffix("kB")?
        .trim()
        .parse()
        .ok()?;
    Some(rounded(kib / 1024.0 / 1024.0))
}

/// `always [madvise] never`
fn chosen(choices: &str) -> Option<String> {
    let (_, rest) = choices.split_once('[')?;
    let (choice, _) = rest.split_once(']')?;
    Some(choice.to_owned())
}

/// The smallest quota of our control groups and of those around them, of either version.
fn cgroup_cores(files: Files<'_>) -> Option<f64> {
    let groups = files("/proc/self/cgroup")?;
    let quotas = groups.lines().flat_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let controllers = parts.next().unwrap_or_default();
        let group = parts.next().unwrap_or_default();
        let mounts = match controllers {
            "" => vec![
                "/sys/fs/cgroup".to_owned(),
                "/sys/fs/cgroup/unified".to_owned(),
            ],
            list if list.split(',').any(|name| name == "cpu") => {
                vec![
                    "/sys/fs/cgroup/cpu".to_owned(),
                    format!("/sys/fs/cgroup/{list}"),
                ]
            }
            _ => Vec::new(),
        };
        let directories = mounts
            .into_iter()
            .flat_map(|mount| around(group).map(move |group| mount.clone() + group));
        directories
            .filter_map(|directory| quota(&directory, files))
            .collect::<Vec<_>>()
    });
    quotas.min_by(f64::total_cmp)
}

/// A group, those that it is in, and the root, which alone is seen from within a container.
fn around(group: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(group.trim_end_matches('/')), |group| {
        let (outer, _) = group.rsplit_once('/')?;
        Some(outer)
    })
}

/// That of a directory, if there is one: `150000 100000` in one file, or in two.
fn quota(directory: &str, files: Files<'_>) -> Option<f64> {
    let of = |name: &str| files(&format!("{directory}/{name}"));
    let (quota, period) = match of("cpu.max") {
        Some(text) => text
            .split_once(' ')
            .map(|(quota, period)| (quota.to_owned(), period.to_owned()))?,
        None => (of("cpu.cfs_quota_us")?, of("cpu.cfs_period_us")?),
    };
    // `max` and negative numbers are no quota.
    let (quota, period): (f64, f64) = (quota.trim().parse().ok()?, period.trim().parse().ok()?);
    (quota > 0.0 && period > 0.0).then(|| rounded(quota / period))
}

/// The median over many pairs of readings, with so many between the two of a pair that a coarse
/// clock moves.
fn clock_ns() -> f64 {
    const PAIRS: usize = 101;
    const READINGS: u32 = 100;
    let mut costs: Vec<f64> = (0..PAIRS)
        .map(|_| {
            let begin = Instant::now();
            for _ in 0..READINGS {
                black_box(Instant::now());
            }
            begin.elapsed().as_nanos() as f64 / f64::from(READINGS)
        })
        .collect();
    costs.sort_by(f64::total_cmp);
    rounded(costs[PAIRS / 2])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::files::made_up;

    #[test]
    fn memory_and_choices_are_read_from_their_lines() {
        let info = "MemFree: 1 kB\nMemTotal:        8388608 kB\n";
        assert_eq!(memory_gib(info), Some(8.0));
        assert_eq!(memory_gib(""), None);
        assert_eq!(chosen("always [madvise] never").as_deref(), Some("madvise"));
        assert_eq!(chosen("always"), None);
    }

    #[test]
    fn the_second_version_has_one_file_for_a_quota() {
        let group = ("/proc/self/cgroup", "0::/a.slice/b.scope\n");
        let cores = |files: &[_]| cgroup_cores(&made_up(files));
        let own = "/sys/fs/cgroup/a.slice/b.scope/cpu.max";
        assert_eq!(cores(&[group, (own, "150000 100000")]), Some(1.5));
        assert_eq!(cores(&[group, (own, "max 100000")]), None);
        let outer = ("/sys/fs/cgroup/a.slice/cpu.max", "100000 100000");
        assert_eq!(cores(&[group, (own, "150000 100000"), outer]), Some(1.0));
        let container = ("/sys/fs/cgroup/cpu.max", "50000 100000");
        assert_eq!(
            cores(&[("/proc/self/cgroup", "0::/\n"), container]),
            Some(0.5)
        );
        assert_eq!(cores(&[container]), None);
        assert_eq!(cores(&[]), None);
    }

    #[test]
    fn the_first_version_has_two_files_for_a_quota() {
        let groups = "9:name=systemd:/\n3:cpuset:/x\n1:cpu,cpuacct:/docker/1\n0::/\n";
        let period = (
            "/sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_period_us",
            "100000",
        );
        let own = "/sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_quota_us";
        let cores = |files: &[_]| cgroup_cores(&made_up(files));
        let group = ("/proc/self/cgroup", groups);
        assert_eq!(cores(&[group, period, (own, "250000")]), Some(2.5));
        assert_eq!(cores(&[group, period, (own, "-1")]), None);
        let root = [
            group,
            ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "70000"),
            ("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000"),
        ];
        assert_eq!(cores(&root), Some(0.7));
    }

    #[test]
    fn reading_the_clock_costs_something() {
        assert!((0.1..100_000.0).contains(&clock_ns()));
    }

    #[test]
    fn a_system_that_tells_nothing_is_no_error() {
        let system = System {
            clock_ns: 0.0,
            ..System::read(&made_up(&[]))
        };
        assert_eq!(system, System::default());
    }
}

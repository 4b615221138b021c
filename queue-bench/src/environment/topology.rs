//! The CPUs that the system counts, and what they share.

use std::collections::BTreeSet;
use std::thread;

use serde::Serialize;

use super::files::{Files, field};

const CPUS: &str = "/sys/devices/system/cpu";
const NODES: &str = "/sys/devices/system/node";

/// Cores, caches, packages and memory nodes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Topology {
    /// The numbers of the CPUs that are switched on.
    #[serde(skip)]
    pub(super) online: Vec<usize>,
    /// Without hardware threads of the same core.
    pub(super) physical_cores: Option<usize>,
    pub(super) logical_cores: Option<usize>,
    /// The logical ones that this process may use.
    pub(super) cores: usize,
    /// For each of core, L2, L3, package and node the CPUs that have one in common.
    pub(super) topology: Vec<String>,
    /// How many there are of each kind, and for how many CPUs each.
    pub(super) caches: Vec<String>,
}

impl Topology {
    pub(super) fn read(files: Files<'_>) -> Self {
        let numbers = |path: &str| files(path).map(|list| numbers(&list)).unwrap_or_default();
        let online = numbers(&format!("{CPUS}/online"));
        let nodes = numbers(&format!("{NODES}/online"));
        let caches: Vec<Cache> = online
            .iter()
            .flat_map(|&cpu| Cache::all_of(cpu, files))
            .collect();

        let each =
            |of: &dyn Fn(usize) -> Option<String>| distinct(online.iter().map(|&cpu| of(cpu)));
        let part = |cpu, name: &str| files(&format!("{CPUS}/cpu{cpu}/topology/{name}"));
        let at = |level: &'static str| {
            let of_level = caches.iter().filter(move |cache| cache.level == level);
            distinct(of_level.map(|cache| cache.cpus.clone()))
        };
        // Each has a name that older kernels gave it.
        let cores =
            each(&|cpu| part(cpu, "core_cpus_list").or_else(|| part(cpu, "thread_siblings_list")));
        let packages =
            each(&|cpu| part(cpu, "package_cpus_list").or_else(|| part(cpu, "core_siblings_list")));
        let nodes = distinct(
            nodes
                .iter()
                .map(|node| files(&format!("{NODES}/node{node}/cpulist"))),
        );

        let topology = [
            ("core", &cores),
            ("L2", &at("2")),
            ("L3", &at("3")),
            ("package", &packages),
            ("node", &nodes),
        ]
        .into_iter()
        .filter(|(_, groups)| !groups.is_empty())
        .map(|(name, groups)| format!("{name} {}", groups.join(" | ")))
        .collect();

        Self {
            physical_cores: Some(cores.len()).filter(|&count| count > 0),
            logical_cores: Some(online.len()).filter(|&count| count > 0),
            cores: usable(files),
            topology,
            caches: Cache::kinds(&caches),
            online,
        }
    }
}

/// The CPUs that the process is bound to. `available_parallelism`, which is asked where the
/// system does not list them, would hide a quota by taking it off.
fn usable(files: Files<'_>) -> usize {
    let status = files("/proc/self/status").unwrap_or_default();
    let listed = field(&status, "Cpus_allowed_list").map_or(0, |list| numbers(list).len());
    match listed {
        0 => thread::available_parallelism().map_or(1, usize::from),
        listed => listed,
    }
}

/// `0-2,5` is 0, 1, 2 and 5.
fn numbers(list: &str) -> Vec<usize> {
    let ranges = list.trim().split(',').filter_map(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        Some(first.parse().ok()?..=last.parse().ok()?)
    });
    ranges.flatten().collect()
}

/// Each list of CPUs once, in the order in which they come.
fn distinct(lists: impl Iterator<Item = Option<String>>) -> Vec<String> {
    let mut seen = Vec::new();
    for list in lists.flatten() {
        if !list.is_empty() && !seen.contains(&list) {
            seen.push(list);
        }
    }
    seen
}

/// A cache as one of its CPUs sees it.
struct Cache {
    level: String,
    /// Its level, kind, size and line.
    what: String,
    /// Those that share it.
    cpus: Option<String>,
}

impl Cache {
    fn all_of(cpu: usize, files: Files<'_>) -> Vec<Self> {
        let one = |index: usize| {
            let of = |name: &str| files(&format!("{CPUS}/cpu{cpu}/cache/index{index}/{name}"));
            let level = of("level")?;
            let unknown = || "unknown".to_owned();
            let what = format!(
                "L{level} {} {}, lines of {} B",
                of("type").unwrap_or_else(unknown).to_lowercase(),
                of("size").unwrap_or_else(unknown),
                of("coherency_line_size").unwrap_or_else(unknown)
            );
            let cpus = of("shared_cpu_list");
            Some(Self { level, what, cpus })
        };
        (0..).map_while(one).collect()
    }

    /// Cores of several kinds have caches of several kinds.
    fn kinds(caches: &[Self]) -> Vec<String> {
        let name = |cache: &Self| {
            let sharers = cache.cpus.as_deref().map(|list| numbers(list).len());
            let sharers = sharers.map_or("unknown".to_owned(), |count| count.to_string());
            format!("{}, CPUs for each: {sharers}", cache.what)
        };
        let names = distinct(caches.iter().map(|cache| Some(name(cache))));
        let text = |kind: String| {
            let alike = caches.iter().filter(|cache| name(cache) == kind);
            let count = alike
                .map(|cache| &cache.cpus)
                .collect::<BTreeSet<_>>()
                .len();
            format!("{count} x {kind}")
        };
        names.into_iter().map(text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::files::made_up;

    /// Two cores of two threads each; every core has an L2, and both share an L3.
    fn four_cpus(path: &str) -> Option<String> {
        let core = |cpu: &str| ["0,2", "1,3"][cpu.parse::<usize>().unwrap() % 2];
        let text = match path {
            "/sys/devices/system/cpu/online" => "0-3",
            "/sys/devices/system/node/online" => "0-1",
            "/sys/devices/system/node/node0/cpulist" => "0-3",
            "/proc/self/status" => "Name:\tx\nCpus_allowed:\t7\nCpus_allowed_list:\t0-2\n",
            path => {
                let (cpu, file) = path
                    .strip_prefix("/sys/devices/system/cpu/cpu")?
                    .split_once('/')?;
                match file {
                    "topology/thread_siblings_list" => core(cpu),
                    "topology/package_cpus_list" => "0-3",
                    "cache/index0/level" => "1",
                    "cache/index0/type" => "Data",
                    "cache/index0/size" => "32K",
                    "cache/index1/level" => "2",
                    "cache/index1/type" | "cache/index2/type" => "Unified",
                    "cache/index1/size" => "1024K",
                    "cache/index2/level" => "3",
                    "cache/index2/shared_cpu_list" => "0-3",
                    "cache/index0/coherency_line_size" | "cache/index1/coherency_line_size" => "64",
                    "cache/index0/shared_cpu_list" | "cache/index1/shared_cpu_list" => core(cpu),
                    _ => return None,
                }
            }
        };
        Some(text.to_owned())
    }

    #[test]
    fn cpus_are_grouped_by_what_they_share() {
        let topology = Topology::read(&four_cpus);
        assert_eq!(topology.physical_cores, Some(2));
        assert_eq!(topology.logical_cores, Some(4));
        assert_eq!(topology.cores, 3);
        assert_eq!(
            topology.topology,
            [
                "core 0,2 | 1,3",
                "L2 0,2 | 1,3",
                "L3 0-3",
                "package 0-3",
                "node 0-3"
            ]
        );
        assert_eq!(
            topology.caches,
            [
                "2 x L1 data 32K, lines of 64 B, CPUs for each: 2",
                "2 x L2 unified 1024K, lines of 64 B, CPUs for each: 2",
                "1 x L3 unified unknown, lines of unknown B, CPUs for each: 4",
            ]
        );
    }

    #[test]
    fn a_system_that_tells_nothing_has_cores_all_the_same() {
        let topology = Topology::read(&made_up(&[]));
        let cores = thread::available_parallelism().map_or(1, usize::from);
        assert_eq!(
            topology,
            Topology {
                cores,
                ..Topology::default()
            }
        );
    }

    #[test]
    fn lists_have_ranges() {
        assert_eq!(numbers("0-2,5,8-9\n"), [0, 1, 2, 5, 8, 9]);
        assert_eq!(numbers("3"), [3]);
        assert_eq!(numbers(""), [0; 0]);
        assert_eq!(numbers("x-2,,1-"), [0; 0]);
    }
}

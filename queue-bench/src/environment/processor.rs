//! The processor, as the system describes it.

use std::collections::BTreeSet;
use std::fs;

use serde::Serialize;

use super::files::{Files, field};
use super::rounded;

const CPUS: &str = "/sys/devices/system/cpu";

/// The processor of the first core; the others are taken to be like it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Processor {
    pub(super) cpu: Option<String>,
    pub(super) family: Option<String>,
    pub(super) model: Option<String>,
    pub(super) stepping: Option<String>,
    /// What runs the machine as a guest, or `none`.
    pub(super) hypervisor: Option<String>,
    pub(super) mhz: Option<f64>,
    pub(super) mhz_max: Option<f64>,
    /// Those of all cores, if they differ.
    pub(super) governor: Option<String>,
    /// Whether cores may run faster than they are sold for.
    pub(super) boost: Option<bool>,
    /// The weaknesses that it has and what is done about them.
    pub(super) mitigations: Option<String>,
}

impl Processor {
    pub(super) fn read(files: Files<'_>, cpus: &[usize]) -> Self {
        let info = files("/proc/cpuinfo").unwrap_or_default();
        let of = |cpu: usize, name: &str| files(&format!("{CPUS}/cpu{cpu}/cpufreq/{name}"));
        let mhz = |name: &str| {
            let khz: f64 = of(*cpus.first()?, name)?.parse().ok()?;
            Some(rounded(khz / 1000.0))
        };
        let named = Self::parse(&info);
        let governors: BTreeSet<_> = cpus
            .iter()
            .filter_map(|&cpu| of(cpu, "scaling_governor"))
            .collect();
        let governors: Vec<_> = governors.into_iter().collect();
        Self {
            hypervisor: hypervisor(&info, files),
            mhz: mhz("scaling_cur_freq").or(named.mhz),
            mhz_max: mhz("cpuinfo_max_freq"),
            governor: (!governors.is_empty()).then(|| governors.join(", ")),
            boost: boost(files),
            mitigations: mitigations(&weaknesses()),
            ..named
        }
    }

    /// What `/proc/cpuinfo` tells. ARM has no names there, but numbers of the same meaning.
    fn parse(info: &str) -> Self {
        let field = |name: &str| field(info, name).map(str::to_owned);
        let arm = field("CPU implementer").zip(field("CPU part"));
        let arm = arm.map(|(implementer, part)| format!("implementer {implementer}, part {part}"));
        let revision = field("CPU variant").zip(field("CPU revision"));
        let revision = revision.map(|(variant, revision)| {
            let variant = variant.trim_start_matches("0x");
            format!("r{variant}p{revision}")
        });
        Self {
            cpu: field("model name").or(arm),
            family: field("cpu family").or_else(|| field("CPU architecture")),
            model: field("model").or_else(|| field("CPU part")),
            stepping: field("stepping").or(revision),
            mhz: field("cpu MHz")
                .and_then(|mhz| mhz.parse().ok())
                .map(rounded),
            ..Self::default()
        }
    }
}

/// On x86 a flag tells whether there is one; elsewhere only a firmware that names it does.
fn hypervisor(info: &str, files: Files<'_>) -> Option<String> {
    let flags = field(info, "flags");
    let has_flag = flags.map(|flags| flags.split(' ').any(|flag| flag == "hypervisor"));

    let clocks = files("/sys/devices/system/clocksource/clocksource0/available_clocksource");
    let clocks = clocks.unwrap_or_default();
    let kind = files("/sys/hypervisor/type").or_else(|| {
        let kinds = [("kvm-clock", "kvm"), ("hyperv", "hyperv"), ("xen", "xen")];
        let (_, kind) = kinds.iter().find(|(clock, _)| clocks.contains(clock))?;
        Some((*kind).to_owned())
    });

    let vendor = files("/sys/class/dmi/id/sys_vendor");
    let product = files("/sys/class/dmi/id/product_name");
    let firmware: Vec<_> = vendor.into_iter().chain(product).collect();
    let firmware = Some(firmware.join(" ")).filter(|text| !text.is_empty());
    let is_virtual = |text: &String| {
        let names = ["qemu", "kvm", "virtual", "vmware", "xen", "bhyve"];
        names.iter().any(|name| text.to_lowercase().contains(name))
    };

    match has_flag {
        Some(false) => Some(kind.unwrap_or_else(|| "none".to_owned())),
        Some(true) => {
            let names: Vec<_> = kind.into_iter().chain(firmware).collect();
            Some(names.join(", "))
                .filter(|names| !names.is_empty())
                .or_else(|| Some("unnamed".to_owned()))
        }
        None => kind.or_else(|| firmware.filter(is_virtual)),
    }
}

/// Intel's own driver counts the other way round.
fn boost(files: Files<'_>) -> Option<bool> {
    let switch = |name: &str| Some(files(&format!("{CPUS}/{name}"))? == "1");
    switch("cpufreq/boost").or_else(|| Some(!switch("intel_pstate/no_turbo")?))
}

/// The known ones, with what the system says of each.
fn weaknesses() -> Vec<(String, String)> {
    let directory = fs::read_dir(format!("{CPUS}/vulnerabilities"));
    let mut weaknesses: Vec<_> = directory
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok()?;
            Some((name, fs::read_to_string(entry.path()).ok()?))
        })
        .collect();
    weaknesses.sort();
    weaknesses
}

/// `vulnerable: a, b; mitigated: c`: those that the processor does not have are left out.
fn mitigations(weaknesses: &[(String, String)]) -> Option<String> {
    let names = |states: &[&str]| {
        let names: Vec<_> = weaknesses
            .iter()
            .filter(|(_, state)| states.iter().any(|known| state.starts_with(known)))
            .map(|(name, _)| name.as_str())
            .collect();
        names.join(", ")
    };
    let groups = [
        ("vulnerable", names(&["Vulnerable", "KVM: Vulnerable"])),
        ("mitigated", names(&["Mitigation", "KVM: Mitigation"])),
        ("unknown", names(&["Unknown"])),
    ];
    let groups: Vec<_> = groups
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(group, names)| format!("{group}: {names}"))
        .collect();
    match (weaknesses, groups.join("; ")) {
        ([], _) => None,
        (_, text) if text.is_empty() => Some("not affected".to_owned()),
        (_, text) => Some(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::files::made_up;

    const INTEL: &str = "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\n\
        model\t\t: 143\nmodel name\t: Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz\n\
        stepping\t: 8\ncpu MHz\t\t: 2699.998\nflags\t\t: fpu vme tsc nx\n\n\
        processor\t: 1\nmodel name\t: another\n";

    const AMD: &str = "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\n\
        model\t\t: 17\nmodel name\t: AMD EPYC\nstepping\t: 1\nmicrocode\t: 0x1000065\n\
        cpu MHz\t\t: 2596.148\nflags\t\t: fpu rdrand hypervisor lahf_lm\n";

    const ARM: &str = "processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd\n\
        CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x3\n\
        CPU part\t: 0xd0c\nCPU revision\t: 1\n";

    /// Name, family, model and stepping.
    fn names(processor: &Processor) -> [&str; 4] {
        let Processor {
            cpu,
            family,
            model,
            stepping,
            ..
        } = processor;
        [cpu, family, model, stepping].map(|field| field.as_deref().unwrap_or(""))
    }

    #[test]
    fn processors_describe_themselves_in_several_ways() {
        let intel = Processor::parse(INTEL);
        let name = "Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz";
        assert_eq!(names(&intel), [name, "6", "143", "8"]);
        assert_eq!(intel.mhz, Some(2700.0));
        let amd = Processor::parse(AMD);
        assert_eq!(names(&amd), ["AMD EPYC", "25", "17", "1"]);
        assert_eq!(amd.mhz, Some(2596.15));
        let arm = Processor::parse(ARM);
        assert_eq!(
            names(&arm),
            ["implementer 0x41, part 0xd0c", "8", "0xd0c", "r3p1"]
        );
        assert_eq!(arm.mhz, None);
        assert_eq!(Processor::parse(""), Processor::default());
    }

    #[test]
    fn a_hypervisor_shows_itself_by_flag_clock_or_firmware() {
        let clocks = "/sys/devices/system/clocksource/clocksource0/available_clocksource";
        let vendor = "/sys/class/dmi/id/sys_vendor";
        let product = "/sys/class/dmi/id/product_name";
        let metal = [(vendor, "Dell Inc."), (product, "PowerEdge R650")];
        let cloud = [
            (clocks, "tsc kvm-clock"),
            (vendor, "Amazon EC2"),
            (product, "m7a.large"),
        ];
        let qemu = [(vendor, "QEMU"), (product, "QEMU Virtual Machine")];
        for (info, files, expected) in [
            (INTEL, &metal[..], Some("none")),
            (INTEL, &[("/sys/hypervisor/type", "xen")], Some("xen")),
            (AMD, &cloud, Some("kvm, Amazon EC2 m7a.large")),
            (AMD, &[], Some("unnamed")),
            (ARM, &qemu, Some("QEMU QEMU Virtual Machine")),
            (ARM, &metal, None),
            ("", &[], None),
        ] {
            assert_eq!(hypervisor(info, &made_up(files)).as_deref(), expected);
        }
    }

    #[test]
    fn frequencies_and_governors_are_those_of_the_cores() {
        let files = made_up(&[
            ("/proc/cpuinfo", INTEL),
            (
                "/sys/devices/system/cpu/cpu2/cpufreq/scaling_cur_freq",
                "3100500",
            ),
            (
                "/sys/devices/system/cpu/cpu2/cpufreq/cpuinfo_max_freq",
                "3800000",
            ),
            (
                "/sys/devices/system/cpu/cpu2/cpufreq/scaling_governor",
                "powersave",
            ),
            (
                "/sys/devices/system/cpu/cpu3/cpufreq/scaling_governor",
                "performance",
            ),
            ("/sys/devices/system/cpu/intel_pstate/no_turbo", "1"),
        ]);
        let processor = Processor::read(&files, &[2, 3]);
        assert_eq!(
            (processor.mhz, processor.mhz_max),
            (Some(3100.5), Some(3800.0))
        );
        assert_eq!(
            processor.governor.as_deref(),
            Some("performance, powersave")
        );
        assert_eq!(processor.boost, Some(false));
        let boost =
            |text| super::boost(&made_up(&[("/sys/devices/system/cpu/cpufreq/boost", text)]));
        assert_eq!((boost("1"), boost("0")), (Some(true), Some(false)));
        assert_eq!(super::boost(&made_up(&[])), None);
        assert_eq!(Processor::read(&made_up(&[]), &[]).governor, None);
    }

    #[test]
    fn mitigations_are_one_short_line() {
        let state = |name: &str, state: &str| (name.to_owned(), format!("{state}\n"));
        let weaknesses = [
            state("itlb_multihit", "KVM: Mitigation: VMX disabled"),
            state("mds", "Not affected"),
            state("mmio_stale_data", "Unknown: No mitigations"),
            state("spec_store_bypass", "Vulnerable"),
            state("spectre_v1", "Mitigation: usercopy/swapgs barriers"),
        ];
        assert_eq!(
            mitigations(&weaknesses).as_deref(),
            Some(
                "vulnerable: spec_store_bypass; mitigated: itlb_multihit, spectre_v1; \
                 unknown: mmio_stale_data"
            )
        );
        assert_eq!(
            mitigations(&weaknesses[1..2]).as_deref(),
            Some("not affected")
        );
        assert_eq!(mitigations(&[]), None);
    }
}

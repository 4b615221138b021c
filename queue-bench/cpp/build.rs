//! Builds the queues of C++, and tells their adapters the versions.

use std::env;
use std::process::{self, Command};

/// Compiles the shim, or ends the build with a line that says what is missing.
pub(super) fn build() {
    println!("cargo::rerun-if-changed=cpp");
    let probe = expand("cpp/probe.cpp");
    let after = |key: &'static str| probe.lines().filter_map(move |line| line.strip_prefix(key));
    let missing: Vec<_> = after("MISSING ").collect();
    if !missing.is_empty() {
        fail(&format!(
            "the feature cpp needs headers: apt-get install {}",
            missing.join(" ")
        ));
    }
    for key in ["VERSION_BOOST", "VERSION_ONETBB"] {
        let version: String = after(key)
            .flat_map(str::chars)
            .filter(|c| !c.is_whitespace() && *c != '"')
            .map(|c| if c == '_' { '.' } else { c })
            .collect();
        println!("cargo::rustc-env={key}={version}");
    }
    println!("cargo::rustc-env=VERSION_MOODYCAMEL={}", packaged_version());

    compiler()
        .file("cpp/shim.cpp")
        .try_compile("queue_bench_shim")
        .unwrap_or_else(|error| fail(&format!("cpp/shim.cpp: {error}")));
    println!("cargo::rustc-link-lib=tbb");
}

/// Optimised like a release of C++ whatever the profile, and for the same processor.
fn compiler() -> cc::Build {
    let mut build = cc::Build::new();
    build
        .cpp(true)
        .std("c++17")
        .opt_level(3)
        .debug(false)
        .force_frame_pointer(false)
        .define("NDEBUG", None);
    if let Some(cpu) = target_cpu() {
        let architecture = env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
        let option = if architecture.starts_with("x86") {
            "march"
        } else {
            "mcpu"
        };
        build.flag(format!("-{option}={cpu}"));
    }
    build
}

/// What rustc was told with `-C target-cpu`, in one argument or two; the last time counts.
fn target_cpu() -> Option<String> {
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    flags
        .rsplit('\x1f')
        .map(|flag| {
            flag.trim_start_matches("--codegen=")
                .trim_start_matches("-C")
        })
        .find_map(|flag| flag.strip_prefix("target-cpu="))
        .map(str::to_owned)
}

fn expand(file: &str) -> String {
    // Without `-P`, marks break lines where a macro comes from another file.
    let output = compiler()
        .flag("-P")
        .file(file)
        .try_expand()
        .unwrap_or_else(|_| {
            fail("the feature cpp needs a compiler for C++: apt-get install g++");
        });
    String::from_utf8_lossy(&output).into_owned()
}

/// moodycamel's headers do not tell theirs: `1.0.3` out of Debian's `1.0.3+ds-1`.
fn packaged_version() -> String {
    let output = Command::new("dpkg-query")
        .args([
            "--show",
            "--showformat=${Version}",
            "libconcurrentqueue-dev",
        ])
        .output();
    let version = output.map(|output| output.stdout).unwrap_or_default();
    let version = String::from_utf8_lossy(&version);
    match version.split(['+', '-']).next() {
        Some(version) if !version.is_empty() => version.to_owned(),
        _ => "0 (unknown)".to_owned(),
    }
}

fn fail(reason: &str) -> ! {
    println!("cargo::error={reason}");
    process::exit(1);
}

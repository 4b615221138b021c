//! Tells the adapters the versions they were built with, read from `Cargo.lock`.
//!
//! Every crate that queue-bench depends on becomes `VERSION_<CRATE>` in the
//! environment of the compilation, and the compiler itself `VERSION_RUSTC`, so
//! that no adapter states a version that could be out of date.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use toml::{Table, Value};

fn main() {
    let lock_file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    println!("cargo::rerun-if-changed={}", lock_file.display());

    let lock: Table = fs::read_to_string(&lock_file)
        .unwrap_or_else(|error| panic!("{}: {error}", lock_file.display()))
        .parse()
        .expect("Cargo.lock is TOML");
    for (name, version) in dependencies_of("queue-bench", &lock) {
        let variable = name.to_uppercase().replace('-', "_");
        println!("cargo::rustc-env=VERSION_{variable}={version}");
    }

    println!("cargo::rustc-env=VERSION_RUSTC={}", rustc_version());
}

/// The direct dependencies of a package, with the versions that were locked.
fn dependencies_of(package: &str, lock: &Table) -> Vec<(String, String)> {
    let packages = lock["package"].as_array().expect("a list of packages");
    let named = |name: &str| {
        packages
            .iter()
            .find(|entry| field(entry, "name") == name)
            .unwrap_or_else(|| panic!("{name} is not in Cargo.lock"))
    };
    named(package)["dependencies"]
        .as_array()
        .expect("a list of dependencies")
        .iter()
        .map(|dependency| {
            // `name`, or `name version` where several versions are locked.
            let mut words = dependency.as_str().expect("a string").split(' ');
            let name = words.next().expect("a name");
            let version = words
                .next()
                .unwrap_or_else(|| field(named(name), "version"));
            (name.to_owned(), version.to_owned())
        })
        .collect()
}

fn field<'a>(package: &'a Value, key: &str) -> &'a str {
    package[key].as_str().expect("a string")
}

/// `1.95.0` out of `rustc 1.95.0 (59807616e 2026-04-14)`.
fn rustc_version() -> String {
    let rustc = env::var_os("RUSTC").expect("cargo names the compiler");
    let output = Command::new(rustc)
        .arg("--version")
        .output()
        .expect("the compiler tells its version");
    let line = String::from_utf8(output.stdout).expect("a line of text");
    line.split_whitespace()
        .nth(1)
        .unwrap_or("unknown")
        .to_owned()
}

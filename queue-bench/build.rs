//! Tells the adapters the versions they were built with, read from `Cargo.lock`.
//!
//! Every crate that queue-bench depends on becomes `VERSION_<CRATE>` in the
//! environment of the compilation, and the compiler itself `VERSION_RUSTC`, so
//! that no adapter states a version that could be out of date.

#[cfg(feature = "cpp")]
#[path = "cpp/build.rs"]
mod cpp;

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use toml::{Table, Value};

fn main() {
    // Cargo runs this in the directory of the package.
    let lock_file = Path::new("../Cargo.lock");
    println!("cargo::rerun-if-changed={}", lock_file.display());

    let lock: Table = fs::read_to_string(lock_file)
        .unwrap_or_else(|error| panic!("{}: {error}", lock_file.display()))
        .parse()
        .expect("Cargo.lock is TOML");
    for (name, version) in dependencies_of("queue-bench", &lock) {
        let variable = name.to_uppercase().replace('-', "_");
        println!("cargo::rustc-env=VERSION_{variable}={version}");
    }

    println!("cargo::rustc-env=VERSION_RUSTC={}", rustc_version());
    describe_build(lock_file);

    #[cfg(feature = "cpp")]
    cpp::build();
}

/// What is compiled in, as seen from here: only there does a change make a build dirty.
const SOURCES: [&str; 8] = [
    "src",
    "build.rs",
    "Cargo.toml",
    "../queue-core/src",
    "../queue-message/src",
    "../Cargo.toml",
    "../Cargo.lock",
    "../rust-toolchain.toml",
];

/// Parts of a profile that cargo does not tell, but that may be set for one build.
const PROFILE_SETTINGS: [&str; 2] = ["LTO", "CODEGEN_UNITS"];

/// Tells the program what was built, and how; `unknown` where there is no git or no repository.
fn describe_build(lock_file: &Path) {
    let tell = |name: &str, value: &str| println!("cargo::rustc-env=BUILT_{name}={value}");
    tell(
        "TARGET",
        &env::var("TARGET").expect("cargo names the target"),
    );
    tell("PROFILE", &profile());
    tell("RUSTFLAGS", &rustflags());
    tell(
        "LOCK_FILE",
        &fs::read(lock_file).map_or("unknown".to_owned(), |bytes| hash(&bytes)),
    );

    let sources: Vec<&str> = SOURCES
        .into_iter()
        .filter(|path| Path::new(path).exists())
        .collect();
    // An archive may lie in a repository that knows nothing of it.
    let is_ours = git(&["ls-files", "--error-unmatch", "build.rs"]).is_some();
    let ours = |arguments: &[&str]| is_ours.then(|| git(arguments)).flatten();

    let commit = ours(&["rev-parse", "--short=12", "HEAD"]);
    tell("COMMIT", commit.as_deref().unwrap_or("unknown"));
    // It would write the index, which is watched, if it could lock it.
    let status = [
        "--no-optional-locks",
        "status",
        "--porcelain",
        "--untracked-files=no",
        "--",
    ];
    let dirty = match ours(&[&status, &sources[..]].concat()) {
        Some(changes) => &(!changes.is_empty()).to_string(),
        None => "unknown",
    };
    tell("DIRTY", dirty);

    // Cargo would build again each time for a file that does not exist.
    let branch = ours(&["symbolic-ref", "--quiet", "HEAD"]);
    let git_files = ["HEAD", "logs/HEAD", "packed-refs"].into_iter();
    let git_files = git_files
        .chain(branch.as_deref())
        .filter_map(|name| ours(&["rev-parse", "--git-path", name]));
    for path in sources.iter().map(ToString::to_string).chain(git_files) {
        if Path::new(&path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
}

/// The output of git in the package, which is where cargo runs this.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// `release opt-level=3`, and what the environment has set beyond the manifest.
fn profile() -> String {
    let name = env::var("PROFILE").expect("cargo names the profile");
    let level = env::var("OPT_LEVEL").expect("cargo names the level");
    let prefix = match name.as_str() {
        "debug" => "CARGO_PROFILE_DEV",
        _ => "CARGO_PROFILE_RELEASE",
    };
    let settings = PROFILE_SETTINGS.iter().filter_map(|setting| {
        let variable = format!("{prefix}_{setting}");
        println!("cargo::rerun-if-env-changed={variable}");
        let value = env::var(variable).ok()?;
        Some(format!(
            " {}={value}",
            setting.to_lowercase().replace('_', "-")
        ))
    });
    format!("{name} opt-level={level}") + &settings.collect::<String>()
}

/// The flags of the compiler, without the paths that they name.
fn rustflags() -> String {
    println!("cargo::rerun-if-env-changed=RUSTFLAGS");
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    if flags.is_empty() {
        return "none".to_owned();
    }
    let without_path = |flag: &str| match flag.split_once('=') {
        _ if !flag.contains(['/', '\\']) => flag.to_owned(),
        Some((name, _)) if !name.contains(['/', '\\']) => format!("{name}=<path>"),
        _ => "<path>".to_owned(),
    };
    let flags: Vec<String> = flags.split('\u{1f}').map(without_path).collect();
    flags.join(" ")
}

/// FNV-1a, 64 bits: Fowler, Noll and Vo. It tells files apart and guards against nothing.
fn hash(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
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

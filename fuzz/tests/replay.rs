//! Runs every committed seed, and every input that once failed, on any toolchain.

use std::fs;
use std::path::Path;

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("seeds")
        .join(target);
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("the folder of seeds") {
        let path = entry.expect("a readable folder").path();
        // Only shown where the input fails.
        println!("{}", path.display());
        run(&fs::read(&path).expect("a readable seed"));
        count += 1;
    }
    assert_ne!(count, 0, "no seed in {}", folder.display());
}

#[test]
fn ring_seeds_pass() {
    replay("ring", queue_core_fuzz::ring);
}

#[test]
fn channel_seeds_pass() {
    replay("channel", queue_core_fuzz::channel);
}

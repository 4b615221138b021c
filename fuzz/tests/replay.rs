//! Runs every committed seed, and every input that once failed, on any toolchain.

use std::fmt::Debug;
use std::fs;
use std::path::Path;

use arbitrary::Arbitrary;
use queue_core_fuzz::{CODECS, ChannelStep, Input, Kind, RingStep};

/// One seed must be each step in turn, so that seeds which were made for another
/// decoding do not pass for good ones. Step `i` of `n` is the `u32` `(i << 32) / n`,
/// rounded up, in little-endian order, and a byte where the step has a number.
fn replay<S>(target: &str, run: fn(&[u8]))
where
    S: for<'a> Arbitrary<'a> + Debug + Kind,
{
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("seeds")
        .join(target);
    let mut each_step_once = false;
    for entry in fs::read_dir(&folder).expect("the folder of seeds") {
        let path = entry.expect("a readable folder").path();
        let seed = fs::read(&path).expect("a readable seed");
        let input = Input::<S>::decode(&seed);
        // Only shown where the input fails.
        println!("{}: {input:?}", path.display());
        let kinds: Vec<_> = input.steps.0.iter().map(Kind::kind).collect();
        each_step_once |= kinds == S::ALL;
        run(&seed);
    }
    assert!(each_step_once, "no seed in {folder:?} is {:?}", S::ALL);
}

#[test]
fn ring_seeds_pass() {
    replay::<RingStep>("ring", queue_core_fuzz::ring);
}

#[test]
fn channel_seeds_pass() {
    replay::<ChannelStep>("channel", queue_core_fuzz::channel);
}

/// A seed's name begins with that of its codec, which its first byte must choose, and says whether it is a value.
#[test]
fn codecs_seeds_pass() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/codecs");
    let mut seeds_of_each = [0; CODECS.len()];
    for entry in fs::read_dir(&folder).expect("the folder of seeds") {
        let path = entry.expect("a readable folder").path();
        let seed = fs::read(&path).expect("a readable seed");
        // Only shown where the input fails.
        println!("{}", path.display());
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a name");
        let (codec, decode) = CODECS[usize::from(seed[0])];
        let (codec_of_name, case) = name.split_once('.').expect("a codec and a case");
        assert_eq!(codec_of_name, codec, "{name}");
        let is_value = ["valid", "empty", "limits", "infinite", "unicode"].contains(&case);
        assert_eq!(decode(&seed[1..]), is_value, "{name}");
        seeds_of_each[usize::from(seed[0])] += 1;
        queue_core_fuzz::codecs(&seed);
    }
    assert!(
        !seeds_of_each.contains(&0),
        "of {CODECS:?}: {seeds_of_each:?}"
    );
}

#[test]
fn any_bytes_are_an_input() {
    for length in 0..64 {
        for byte in [0, 1, 0x7f, 0xff] {
            queue_core_fuzz::ring(&vec![byte; length]);
            queue_core_fuzz::channel(&vec![byte; length]);
            for first in 0..CODECS.len() as u8 {
                queue_core_fuzz::codecs(&[&[first], vec![byte; length].as_slice()].concat());
            }
        }
    }
}

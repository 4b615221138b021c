//! Decoding takes no more memory than is in proportion to the input, whatever lengths it says it has.

use std::alloc::System;
use std::fs;
use std::path::Path;

use cap::Cap;
use queue_core_fuzz::CODECS;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// All that is taken, whether it is given back or not: so many bytes for a byte of the input. Each may be an element of
/// a list, and what is decoded is also encoded, and shown as text.
const PER_BYTE: usize = 200;

/// And for any input, an error with all its words among it.
const AT_LEAST: usize = 20_000;

// The only test of its binary, as others would be counted too.
#[test]
fn memory_is_in_proportion_to_the_input() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/codecs");
    for entry in fs::read_dir(&folder).expect("the folder of seeds") {
        let path = entry.expect("a readable folder").path();
        let seed = fs::read(&path).expect("a readable seed");
        let (_, decode) = CODECS[usize::from(seed[0])];
        let before = ALLOCATOR.total_allocated();
        decode(&seed[1..]);
        let taken = ALLOCATOR.total_allocated() - before;
        println!("{}: {taken} bytes for {}", path.display(), seed.len());
        assert!(
            taken <= AT_LEAST + PER_BYTE * seed.len(),
            "{}: {taken} bytes for {}",
            path.display(),
            seed.len()
        );
    }
}

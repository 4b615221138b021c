//! Words, blocks of them, and counts of them: what the threads of `main` do.
//!
//! A word is a run of ASCII letters and digits and of bytes from 0x80 up, which
//! are parts of other letters in UTF-8 and in most older encodings. Nothing has
//! to be valid UTF-8. ASCII letters are counted in lower case.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read};

/// How often each word occurs.
pub(crate) type Counts = HashMap<Vec<u8>, u64>;

fn is_part_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// Reads everything and hands it on in blocks that cut no word in two.
///
/// A block has about `size` bytes, and as many more as its last word needs. It
/// ends where `hand_on` does not want any more.
pub(crate) fn read_blocks(
    mut source: impl Read,
    size: usize,
    mut hand_on: impl FnMut(Vec<u8>) -> bool,
) -> io::Result<()> {
    let mut block = Vec::new();
    loop {
        let known = block.len();
        let read = source.by_ref().take(size as u64).read_to_end(&mut block)?;
        if read == 0 {
            // The end of the source ends the last word.
            if !block.is_empty() {
                hand_on(block);
            }
            return Ok(());
        }
        // What was there before is all one word: look for its end in the new part only.
        let cut = block[known..]
            .iter()
            .rposition(|&byte| !is_part_of_word(byte));
        if let Some(end) = cut {
            let rest = block.split_off(known + end + 1);
            if !hand_on(std::mem::replace(&mut block, rest)) {
                return Ok(());
            }
        }
    }
}

/// Adds the words of a block.
pub(crate) fn count_block(block: &[u8], counts: &mut Counts) {
    let mut lower = Vec::new();
    for word in block.split(|&byte| !is_part_of_word(byte)) {
        if word.is_empty() {
            continue;
        }
        lower.clear();
        lower.extend(word.iter().map(u8::to_ascii_lowercase));
        match counts.get_mut(&lower) {
            Some(count) => *count += 1,
            None => {
                counts.insert(lower.clone(), 1);
            }
        }
    }
}

/// Adds the words of a source, byte by byte: as plain as can be, to check the rest by.
pub(crate) fn count_plainly(source: impl Read, counts: &mut Counts) -> io::Result<()> {
    let mut word = Vec::new();
    for byte in io::BufReader::new(source).bytes() {
        match byte {
            Ok(byte) if is_part_of_word(byte) => word.push(byte.to_ascii_lowercase()),
            Ok(_) if word.is_empty() => {}
            Ok(_) => *counts.entry(std::mem::take(&mut word)).or_default() += 1,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    if !word.is_empty() {
        *counts.entry(word).or_default() += 1;
    }
    Ok(())
}

/// Adds one count to another.
pub(crate) fn merge(total: &mut Counts, part: Counts) {
    for (word, count) in part {
        *total.entry(word).or_default() += count;
    }
}

/// The `number` most frequent words, most frequent first, then by their bytes.
pub(crate) fn top(counts: &Counts, number: usize) -> Vec<(&[u8], u64)> {
    let mut words: Vec<_> = counts
        .iter()
        .map(|(word, &count)| (word.as_slice(), count))
        .collect();
    words.sort_unstable_by(|(word, count), (other, more)| more.cmp(count).then(word.cmp(other)));
    words.truncate(number);
    words
}

/// The first word, by its bytes, on which two counts do not agree, with both.
pub(crate) fn difference<'a>(one: &'a Counts, other: &'a Counts) -> Option<(&'a [u8], u64, u64)> {
    let of = |counts: &Counts, word: &Vec<u8>| counts.get(word).copied().unwrap_or(0);
    one.keys()
        .chain(other.keys())
        .filter(|word| of(one, word) != of(other, word))
        .min()
        .map(|word| (word.as_slice(), of(one, word), of(other, word)))
}

//! The example `wordcount`: its parts, with blocks small enough to cut every
//! word, and the program itself, as its users run it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use proptest::collection::vec;
use proptest::prelude::*;

#[path = "../examples/wordcount/count.rs"]
mod count;

use count::{Counts, count_block, count_plainly, difference, merge, read_blocks, top};

fn counts_of(words: &[(&str, u64)]) -> Counts {
    words
        .iter()
        .map(|&(word, count)| (word.as_bytes().to_vec(), count))
        .collect()
}

fn in_blocks(text: &[u8], size: usize) -> Counts {
    let mut total = Counts::new();
    read_blocks(text, size, |block| {
        let mut part = Counts::new();
        count_block(&block, &mut part);
        merge(&mut total, part);
        true
    })
    .unwrap();
    total
}

fn plainly(text: &[u8]) -> Counts {
    let mut counts = Counts::new();
    count_plainly(text, &mut counts).unwrap();
    counts
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn however_a_text_is_cut_its_words_are_the_same(
        // Few letters, many gaps: words of all lengths, blanks in a row, either at the ends.
        text in vec(prop::sample::select(b"abAB1 \n,.\xc3\xa4\xff".to_vec()), 0..200),
        size in 1..40_usize
    ) {
        let (found, expected) = (in_blocks(&text, size), plainly(&text));
        prop_assert_eq!(difference(&found, &expected), None);
    }
}

#[test]
fn blocks_are_the_whole_text_and_end_between_words() {
    let text = b"one two three, a-very-long\nwordthatislongerthanablock end";
    let mut blocks = Vec::new();
    read_blocks(&text[..], 8, |block| {
        blocks.push(block);
        true
    })
    .unwrap();
    assert_eq!(blocks.concat(), text);
    let (last, others) = blocks.split_last().unwrap();
    assert!(
        others
            .iter()
            .all(|block| !block.last().unwrap().is_ascii_alphanumeric())
    );
    assert_eq!(last, b"end");
}

#[test]
fn a_reader_that_nobody_listens_to_stops() {
    let mut handed_on = 0;
    read_blocks(io::repeat(b' '), 8, |_| {
        handed_on += 1;
        false
    })
    .unwrap();
    assert_eq!(handed_on, 1);
}

#[test]
fn both_ways_of_counting_fold_case_and_keep_foreign_bytes() {
    // Only ASCII letters are folded: to know more is to know the encoding.
    let text = "Über ÜBER über it's 3D\u{a0}x".as_bytes();
    let expected = counts_of(&[
        ("Über", 2),
        ("über", 1),
        ("it", 1),
        ("s", 1),
        ("3d\u{a0}x", 1),
    ]);
    assert_eq!(difference(&plainly(text), &expected), None);
    assert_eq!(difference(&in_blocks(text, 1), &expected), None);
}

#[test]
fn a_difference_is_found_in_either_direction() {
    let (one, more) = (counts_of(&[("a", 1)]), counts_of(&[("a", 1), ("b", 2)]));
    assert_eq!(difference(&one, &one), None);
    assert_eq!(difference(&one, &more), Some((&b"b"[..], 0, 2)));
    assert_eq!(difference(&more, &one), Some((&b"b"[..], 2, 0)));
}

#[test]
fn the_top_is_sorted_by_count_and_then_by_word() {
    let counts = counts_of(&[("b", 2), ("c", 3), ("a", 2), ("d", 1)]);
    assert_eq!(top(&counts, 3), [(&b"c"[..], 3), (b"a", 2), (b"b", 2)]);
}

/// The program. `cargo test` builds it with the tests, `cargo test --test wordcount` does not.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let test = std::env::current_exe().unwrap();
        let profile = test.ancestors().nth(2).expect("target/PROFILE/deps/this");
        let program = profile.join(format!(
            "examples/wordcount{}",
            std::env::consts::EXE_SUFFIX
        ));
        assert!(
            program.is_file(),
            "no {}: run the whole `cargo test -p queue-core`, which builds it",
            program.display()
        );
        program
    })
}

fn wordcount<A: AsRef<std::ffi::OsStr>>(arguments: &[A]) -> Output {
    Command::new(program()).args(arguments).output().unwrap()
}

/// A folder that goes when the test does.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("wordcount-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn lines(output: &Output) -> Vec<String> {
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| line.trim().to_owned()).collect()
}

/// Exit code 2, one line on stderr that tells this, and nothing on stdout.
fn assert_refused(output: &Output, told: &str) {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains(told), "{text}");
}

#[test]
fn several_files_are_counted_together() {
    let folder = Folder::new("several");
    let files = [
        folder.file("one", "The cat, the dog.\n"),
        folder.file("empty", ""),
        folder.file("unfinished", "the CAT without a last line's end"),
    ];
    let lines = lines(&wordcount(&files));
    assert_eq!(lines[..2], ["3  the", "2  cat"]);
    assert_eq!(lines.len(), 11);
    assert!(
        lines[9].starts_with("12 words, 9 different, in 51 bytes"),
        "{lines:?}"
    );
}

#[test]
fn an_empty_file_has_no_words() {
    let folder = Folder::new("empty");
    let lines = lines(&wordcount(&[folder.file("empty", "")]));
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("0 words"));
    assert!(lines[1].starts_with("0 messages"));
}

#[test]
fn a_word_longer_than_many_blocks_is_one_word() {
    let folder = Folder::new("long");
    let word = "x".repeat(300_000);
    let file = folder.file("long", format!("{word} b {word}"));
    let lines = lines(&wordcount(&[file]));
    assert_eq!(lines[..2], [format!("2  {word}"), "1  b".to_owned()]);
    assert!(lines[2].starts_with("3 words, 2 different"));
}

#[test]
fn a_text_of_many_blocks_is_counted_whole() {
    let folder = Folder::new("many");
    let text: String = (0..200_000).map(|n| format!("word{} ", n % 97)).collect();
    let lines = lines(&wordcount(&[folder.file("many", text)]));
    assert!(
        lines[10].starts_with("200000 words, 97 different"),
        "{lines:?}"
    );
}

#[test]
fn bytes_that_are_no_text_are_counted_and_shown_as_well_as_can_be() {
    let folder = Folder::new("bytes");
    let lines = lines(&wordcount(&[
        folder.file("bytes", b"\xff\xfe \xff\xfe \0\x01")
    ]));
    assert_eq!(lines[0], "2  \u{fffd}\u{fffd}");
    assert!(lines[1].starts_with("2 words, 1 different"));
}

#[test]
fn no_file_is_an_error_of_one_line() {
    assert_refused(&wordcount::<&str>(&[]), "no file");
}

#[test]
fn a_missing_file_is_an_error_before_any_result() {
    let folder = Folder::new("missing");
    let there = folder.file("there", "some words");
    let missing = folder.0.join("not-there");
    assert_refused(&wordcount(&[&there, &missing]), "not-there");
}

#[test]
fn a_directory_is_an_error_before_any_result() {
    let folder = Folder::new("directory");
    let there = folder.file("there", "some words");
    assert_refused(&wordcount(&[&there, &folder.0]), "directory");
}

#[test]
#[cfg(target_os = "linux")]
fn what_cannot_be_read_twice_or_at_all_is_an_error() {
    assert_refused(&wordcount(&["/dev/null"]), "/dev/null");
    // A regular file whose first byte cannot be read, whoever asks.
    assert_refused(&wordcount(&["/proc/self/mem"]), "/proc/self/mem");
}

#[test]
fn a_reader_who_has_seen_enough_causes_no_panic() {
    let folder = Folder::new("pipe");
    let file = folder.file("words", "a b c");
    let mut child = Command::new(program())
        .arg(file)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut told = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut told)
        .unwrap();
    assert!(child.wait().unwrap().success(), "{told}");
    assert_eq!(told, "");
}

#[test]
#[cfg(target_os = "linux")]
fn a_result_that_cannot_be_written_is_an_error() {
    let folder = Folder::new("full");
    let file = folder.file("words", "a b c");
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = Command::new(program())
        .arg(file)
        .stdout(full)
        .output()
        .unwrap();
    assert_refused(&output, "cannot write");
}

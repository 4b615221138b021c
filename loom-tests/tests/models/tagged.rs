//! The tags of a source, and their rows in VERIFICATION.md.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The repository's root.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The source files in a folder and below it.
pub(crate) fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// The tags of the orderings and steps in a source.
pub(crate) fn tags(source: &[(PathBuf, String)]) -> BTreeSet<String> {
    let after_openings = source
        .iter()
        .flat_map(|(_, text)| ["order!(", "step!("].map(|opening| text.split(opening).skip(1)))
        .flatten();
    after_openings
        .map(|after| {
            let after = after.trim_start();
            after
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect()
        })
        .collect()
}

/// Asserts that each tag of `source` is in `kills`, and that its row in VERIFICATION.md names the model.
pub(crate) fn assert_every_tag_has_a_model_and_a_row(
    source: &[(PathBuf, String)],
    kills: &[(&str, &str)],
) {
    let in_table: BTreeSet<_> = kills.iter().map(|(tag, _)| (*tag).to_owned()).collect();
    assert_eq!(tags(source), in_table);
    let verification = fs::read_to_string(repository().join("VERIFICATION.md")).unwrap();
    for (tag, model) in kills {
        let model = model.rsplit("::").next().unwrap();
        let row = verification
            .lines()
            .find(|line| line.starts_with(&format!("| {tag} |")))
            .unwrap_or_else(|| panic!("VERIFICATION.md has no row for {tag}"));
        assert!(
            row.contains(model),
            "the row of {tag} does not name {model}"
        );
    }
}

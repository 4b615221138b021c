//! What the formats' reference libraries write is read. (`ci/codecs` proves the other way.)

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;

use queue_message::Codec;

use super::manifest;
use super::sample::{FORMATS, Sample, Visit, visit};

/// The bytes are the sample, which is encoded to bytes that are it too.
struct Replay<'a> {
    vector: &'a str,
    bytes: Vec<u8>,
    sample: Sample,
}

impl Visit<()> for Replay<'_> {
    fn visit<T: Debug + From<Sample>, C: Codec<T>>(self, codec: C) {
        let expected = T::from(self.sample);
        let decoded = codec.decode(&self.bytes).expect(self.vector);
        // As text, in which -0.0 is not 0.0.
        assert_eq!(
            format!("{decoded:?}"),
            format!("{expected:?}"),
            "{}",
            self.vector
        );
        let encoded = codec.encode(&expected).expect(self.vector);
        let again = codec.decode(&encoded).expect(self.vector);
        assert_eq!(
            format!("{again:?}"),
            format!("{expected:?}"),
            "{}",
            self.vector
        );
    }
}

#[test]
fn vectors_of_the_reference_libraries_are_read() {
    let manifest = manifest::read();
    let mut formats = BTreeSet::new();
    for vector in &manifest.vectors {
        let (name, format) = vector.split_once('.').expect("a name and a format");
        let bytes = fs::read(manifest::folder().join(vector)).expect(vector);
        let sample = manifest.samples[name].clone();
        visit(
            format,
            Replay {
                vector,
                bytes,
                sample,
            },
        );
        formats.insert(format);
    }
    assert_eq!(formats, FORMATS.into());
}

#[test]
fn every_vector_is_in_the_manifest() {
    let listed: BTreeSet<_> = manifest::read().vectors.into_iter().collect();
    let files = fs::read_dir(manifest::folder()).expect("the folder");
    let names = files.map(|file| {
        file.expect("a file")
            .file_name()
            .into_string()
            .expect("a name")
    });
    let found: BTreeSet<_> = names
        .filter(|name| !["manifest.json", "requirements.txt"].contains(&name.as_str()))
        .collect();
    assert_eq!(found, listed);
}

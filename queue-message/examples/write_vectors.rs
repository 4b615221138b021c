//! Writes the samples of the golden vectors as the codecs encode them, for the formats' reference libraries to read.
//!
//! `cargo run -p queue-message --example write_vectors -- FOLDER`

#[path = "../tests/behaviour/codecs/manifest.rs"]
mod manifest;
#[path = "../tests/behaviour/codecs/sample/mod.rs"]
#[expect(dead_code, reason = "the tests go through all formats")]
mod sample;

use std::path::Path;
use std::{env, fs};

use queue_message::{BoxError, Codec};
use sample::{Sample, Visit};

fn main() -> Result<(), BoxError> {
    let folder = env::args_os().nth(1).ok_or("which folder?")?;
    let manifest = manifest::read();
    for vector in &manifest.vectors {
        let (name, format) = vector.split_once('.').ok_or("a vector without a format")?;
        let value = manifest.samples[name].clone();
        let bytes = sample::visit(format, Encode(value))?;
        fs::write(Path::new(&folder).join(vector), bytes)?;
    }
    println!("{} vectors are written", manifest.vectors.len());
    Ok(())
}

struct Encode(Sample);

impl Visit<Result<Vec<u8>, BoxError>> for Encode {
    fn visit<T: From<Sample>, C: Codec<T>>(self, codec: C) -> Result<Vec<u8>, BoxError> {
        Ok(codec.encode(&self.0.into())?.to_vec())
    }
}

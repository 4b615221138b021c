//! Whether a text is a document: one element, and nothing around it that could mean something.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::{BytesDecl, Event};

use super::MAX_DEPTH;

/// Where the root element stands in `text`, or the place and the words of what is wrong.
pub(super) fn root(text: &str) -> Result<Range<usize>, (usize, String)> {
    if let Some(byte) = illegal(text) {
        return Err((byte, "a character that XML does not allow".into()));
    }
    let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut reader = Reader::from_str(&text[mark..]);
    let mut depth = 0;
    let mut start_of_root = None;
    let mut root = None;
    loop {
        let start = mark + reader.buffer_position() as usize;
        let event = reader
            .read_event()
            .map_err(|error| (mark + reader.error_position() as usize, error.to_string()))?;
        let end = mark + reader.buffer_position() as usize;
        let problem = match event {
            Event::Start(_) | Event::Empty(_) if depth == MAX_DEPTH => {
                format!("elements nest more than {MAX_DEPTH} deep")
            }
            Event::Start(_) | Event::Empty(_) if root.is_some() => {
                "a second element follows the root".into()
            }
            Event::Start(_) => {
                start_of_root.get_or_insert(start);
                depth += 1;
                continue;
            }
            Event::Empty(_) => {
                if depth == 0 {
                    root = Some(start..end);
                }
                continue;
            }
            Event::End(_) => {
                depth -= 1;
                if depth == 0 {
                    root = Some(start_of_root.unwrap_or_default()..end);
                }
                continue;
            }
            Event::Comment(_) | Event::PI(_) => continue,
            Event::Text(text) if depth > 0 || text.trim_ascii().is_empty() => continue,
            Event::CData(_) | Event::GeneralRef(_) if depth > 0 => continue,
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                "text outside the root element".into()
            }
            Event::Decl(declaration) if start == mark => match unsupported(&declaration) {
                None => continue,
                Some(problem) => problem,
            },
            Event::Decl(_) => "a declaration that is not at the beginning".into(),
            Event::DocType(_) => "a document type declaration, which is not allowed".into(),
            Event::Eof if depth > 0 => "the input ends within an element".into(),
            Event::Eof => match root {
                Some(root) => return Ok(root),
                None => "there is no element".into(),
            },
        };
        return Err((start, problem));
    }
}

/// The first character that XML 1.0 has no place for.
fn illegal(text: &str) -> Option<usize> {
    let control = text
        .bytes()
        .position(|byte| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r'));
    control.or_else(|| text.find(['\u{fffe}', '\u{ffff}']))
}

/// What is declared that this is not.
fn unsupported(declaration: &BytesDecl<'_>) -> Option<String> {
    match declaration.version() {
        Ok(version) if version == "1.0" => {}
        Ok(version) => return Some(format!("version {version} of XML")),
        Err(error) => return Some(error.to_string()),
    }
    match declaration.encoding()? {
        Ok(encoding)
            if ["utf-8", "us-ascii"]
                .iter()
                .any(|known| encoding.eq_ignore_ascii_case(known)) =>
        {
            None
        }
        Ok(encoding) => Some(format!("the encoding {encoding}")),
        Err(error) => Some(error.to_string()),
    }
}

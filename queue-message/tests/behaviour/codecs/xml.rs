//! What is XML, and what is not.

use std::collections::BTreeMap;

use queue_message::codec::Xml;
use queue_message::{Codec, CodecError, Position};
use serde::{Deserialize, Serialize};

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Note {
    #[serde(rename = "@from", default)]
    from: String,
    #[serde(rename = "$text", default)]
    text: String,
}

fn note(from: &str, text: &str) -> Note {
    Note {
        from: from.into(),
        text: text.into(),
    }
}

fn refused(document: impl AsRef<[u8]>) -> CodecError {
    let document = document.as_ref();
    match Codec::<Note>::decode(&Xml, document) {
        Ok(note) => panic!("{}: {note:?}", document.escape_ascii()),
        Err(error) => error,
    }
}

#[test]
fn what_stands_around_the_root_means_nothing() {
    for document in [
        "<Note from='a'>b</Note>",
        "\u{feff}<Note from='a'>b</Note>",
        "<?xml version='1.0'?><Note from='a'>b</Note>",
        "\u{feff}<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\r\n<!-- c --><Note from='a'>b</Note>",
        "\n <!-- c -->\n<?pi x?>\n<Note from='a'>b<!-- c --></Note>\n <!-- c -->\n",
        "<Note from='&#97;'><![CDATA[b]]></Note>",
        "<Note from='&#x61;'>&#98;</Note>",
    ] {
        assert_eq!(
            Codec::<Note>::decode(&Xml, document.as_bytes()).expect(document),
            note("a", "b")
        );
    }
    let text: String = Xml
        .decode(b"<?xml version='1.0'?>\n<anything> b </anything>")
        .unwrap();
    assert_eq!(text, " b ");
}

#[test]
fn what_is_no_document_is_refused_where_it_goes_wrong() {
    let many = "&a;".repeat(10);
    let laughs = format!("<!DOCTYPE n [<!ENTITY a 'a'><!ENTITY b '{many}'>]><Note>&b;</Note>");
    for (document, line, column, problem) in [
        ("", 1, 1, "there is no element"),
        ("  \n", 2, 1, "there is no element"),
        ("text", 1, 1, "text outside"),
        ("&#97;<Note/>", 1, 1, "text outside"),
        ("<Note/>\ntext", 1, 8, "text outside"),
        ("<Note/><![CDATA[text]]>", 1, 8, "text outside"),
        ("<Note/><Note/>", 1, 8, "a second element"),
        ("<Note>", 1, 7, "ends within an element"),
        ("<Note></Other>", 1, 7, "Other"),
        ("</Note>", 1, 1, "Note"),
        ("<Note", 1, 1, "tag"),
        (
            "<Note>\0</Note>",
            1,
            7,
            "a character that XML does not allow",
        ),
        (
            "<Note>\n\u{1f}</Note>",
            2,
            1,
            "a character that XML does not allow",
        ),
        (
            "<Note>\u{ffff}</Note>",
            1,
            7,
            "a character that XML does not allow",
        ),
        ("<Note/><?xml version='1.0'?>", 1, 8, "not at the beginning"),
        ("<?xml version='1.1'?><Note/>", 1, 1, "version 1.1"),
        (
            "<?xml version='1.0' encoding='latin1'?><Note/>",
            1,
            1,
            "encoding latin1",
        ),
        ("<!DOCTYPE Note><Note/>", 1, 1, "document type declaration"),
        (&laughs, 1, 1, "document type declaration"),
        ("<Note>&b;</Note>", 1, 17, "`b`"),
    ] {
        let error = refused(document);
        assert!(error.to_string().contains(problem), "{document}: {error}");
        let position = Some(Position::Text { line, column });
        assert_eq!(error.position, position, "{document}: {error}");
    }
    let error = refused(b"<Note>\n\n\xe9</Note>");
    assert_eq!(
        error.position,
        Some(Position::Text { line: 3, column: 1 }),
        "{error}"
    );
}

#[test]
fn texts_come_back_as_they_were() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Texts {
        #[serde(rename = "@attribute")]
        attribute: String,
        field: String,
        list: Vec<String>,
    }
    for text in [
        "",
        " ",
        "\n",
        "\t a \r\n b \r",
        "<&>\"'",
        "]]>",
        "&amp;",
        "\u{85}\u{2028}",
        "𝄞\u{10ffff}",
    ] {
        let value = Texts {
            attribute: text.into(),
            field: text.into(),
            list: vec![text.into(); 3],
        };
        let bytes = Xml.encode(&value).expect(text);
        assert_eq!(
            Codec::<Texts>::decode(&Xml, &bytes).expect(text),
            value,
            "{bytes:?}"
        );
    }
}

#[test]
fn a_struct_of_which_the_text_is_white_space_has_no_text() {
    for text in ["", " ", "\n"] {
        let bytes = Xml.encode(&note("", text)).unwrap();
        assert_eq!(Codec::<Note>::decode(&Xml, &bytes).unwrap(), note("", ""));
    }
    let bytes = Xml.encode(&note("", "\t a b\n")).unwrap();
    assert_eq!(
        Codec::<Note>::decode(&Xml, &bytes).unwrap(),
        note("", "\t a b\n")
    );
}

#[test]
fn what_xml_has_no_form_for_is_not_encoded() {
    for character in ['\0', '\u{1}', '\u{b}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
        for value in [
            note("", &character.to_string()),
            note(&character.to_string(), ""),
        ] {
            let error = Xml.encode(&value).unwrap_err();
            assert!(error.to_string().contains("does not allow"), "{error}");
        }
    }
    fn fails<T: Serialize + serde::de::DeserializeOwned>(value: &T) -> String {
        let error = Xml.encode(value).unwrap_err();
        assert_eq!(error.position, None);
        error.to_string()
    }
    fails(&7);
    fails(&"text".to_owned());
    fails(&BTreeMap::from([("a".to_owned(), 1)]));
    fails(&vec![1, 2]);
    fails(&vec![note("", "")]);
    let error = fails(&None::<Note>);
    assert!(error.contains("there is no element"), "{error}");
    let error = fails(&(note("", ""), note("", "")));
    assert!(!error.is_empty());
    #[derive(Serialize, Deserialize)]
    struct Map {
        map: BTreeMap<String, u8>,
    }
    fails(&Map {
        map: BTreeMap::from([("not a name".to_owned(), 1)]),
    });
}

#[test]
fn many_attributes_and_elements_take_no_time_without_end() {
    let attributes: String = (0..50_000).map(|number| format!(" a{number}=''")).collect();
    let value: Note = Xml
        .decode(format!("<Note{attributes} from='a'>b</Note>").as_bytes())
        .unwrap();
    assert_eq!(value, note("a", "b"));
    let elements = "<other>text</other>".repeat(50_000);
    refused(format!("<Note>{elements}<Note>"));
}

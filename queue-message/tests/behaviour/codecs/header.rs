//! A receiver is told that a message is in another format before its bytes are looked at.

use queue_message::codec::{Json, MessagePack, Protobuf, ThriftBinary, ThriftCompact, Xml};
use queue_message::{CONTENT_TYPE, Codec, MessageEnvelope};

use super::sample::{ProtobufSample, Sample, ThriftSample, XmlSample};

fn labelled(content_type: &str) -> MessageEnvelope {
    let builder = MessageEnvelope::builder().header(CONTENT_TYPE, content_type);
    builder.message("[1,2]").build()
}

#[test]
fn a_message_of_another_content_type_is_refused_by_name() {
    let error = labelled("application/xml")
        .message_as_object::<Vec<u8>>(&Json)
        .unwrap_err();
    assert_eq!(error.content_type, "application/json");
    assert_eq!(error.position, None);
    let text = error.to_string();
    assert!(
        text.ends_with("the message's content type is `application/xml`"),
        "{text}"
    );
    assert!(text.contains("Vec<u8>"), "{text}");
}

#[test]
fn a_message_of_the_same_content_type_is_decoded() {
    for content_type in [
        "application/json",
        "Application/JSON; charset=utf-8",
        "text/json",
    ] {
        let value: Vec<u8> = labelled(content_type)
            .message_as_object(&Json)
            .expect(content_type);
        assert_eq!(value, [1, 2]);
    }
}

#[test]
fn a_message_without_a_content_type_is_decoded() {
    let message = MessageEnvelope::new(None, "numbers", "[1,2]");
    assert_eq!(message.message_as_object::<Vec<u8>>(&Json).unwrap(), [1, 2]);
}

#[test]
fn what_a_builder_encodes_is_labelled() {
    fn content_type<T: From<Sample>>(codec: &impl Codec<T>) -> String {
        let builder = MessageEnvelope::builder();
        let value = Sample::default().into();
        let message = builder
            .message_as_object(codec, &value)
            .expect("an encodable value")
            .build();
        message.message_as_object(codec).expect("its own format");
        message
            .header(CONTENT_TYPE)
            .expect("a content type")
            .to_owned()
    }
    assert_eq!(content_type::<Sample>(&Json), "application/json");
    assert_eq!(content_type::<Sample>(&MessagePack), "application/msgpack");
    assert_eq!(content_type::<XmlSample>(&Xml), "application/xml");
    assert_eq!(
        content_type::<ProtobufSample>(&Protobuf),
        "application/protobuf"
    );
    assert_eq!(
        content_type::<ThriftSample>(&ThriftCompact),
        "application/vnd.apache.thrift.compact"
    );
    assert_eq!(
        content_type::<ThriftSample>(&ThriftBinary),
        "application/vnd.apache.thrift.binary"
    );
}

#[test]
fn each_codec_knows_the_other_names_of_its_format_and_no_other_format() {
    let names: [&[&str]; 6] = [
        &[
            "application/json",
            "text/json",
            "application/cloudevents+json",
        ],
        &[
            "application/msgpack",
            "application/vnd.msgpack",
            "application/x-msgpack",
            "a/b+msgpack",
        ],
        &["application/xml", "text/xml", "application/soap+xml"],
        &[
            "application/protobuf",
            "application/x-protobuf",
            "application/vnd.google.protobuf",
        ],
        &["application/vnd.apache.thrift.compact"],
        &["application/vnd.apache.thrift.binary"],
    ];
    for (format, names_of_format) in names.iter().enumerate() {
        for name in *names_of_format {
            let accepted = [
                Codec::<Sample>::accepts(&Json, name),
                Codec::<Sample>::accepts(&MessagePack, name),
                Codec::<XmlSample>::accepts(&Xml, name),
                Codec::<ProtobufSample>::accepts(&Protobuf, name),
                Codec::<ThriftSample>::accepts(&ThriftCompact, name),
                Codec::<ThriftSample>::accepts(&ThriftBinary, name),
            ];
            assert_eq!(
                accepted,
                std::array::from_fn(|codec| codec == format),
                "{name}"
            );
        }
    }
}

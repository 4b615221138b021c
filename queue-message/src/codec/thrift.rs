//! Thrift's two protocols, by the `thrift` crate.

mod checked;

use std::cell::Cell;
use std::io::{self, Read};
use std::panic::{self, AssertUnwindSafe};

use bytes::Bytes;
use thrift::TConfiguration;
use thrift::protocol::{
    TBinaryInputProtocol, TBinaryOutputProtocol, TCompactInputProtocol, TCompactOutputProtocol,
    TInputProtocol, TOutputProtocol, TSerializable,
};

use super::Codec;
use crate::error::Position;
use crate::{BoxError, CodecError};
use checked::Checked;

/// Thrift's [compact protocol](https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md), by
/// the [`thrift`] crate. Types are those that Thrift's compiler writes (`thrift --gen rs`), or implement
/// [`TSerializable`] by hand.
///
/// A message is the bare value, as `TSerializer` and its like make it in other languages, without the header of a call.
/// The content type is `application/vnd.apache.thrift.compact`.
///
/// # Limits
/// - Structs nest up to 64 deep, as in other languages, also in what is encoded. So does what is left out because the
///   type does not have it.
/// - A list, a set, a map or a string that says it has more than what follows is refused before any memory is taken for
///   it.
/// - A field or an element of another type than what the Rust type reads there is an error. (The compiler's code does
///   not look.)
/// - A panic of the type's own code is an error, unless panics abort. (The compiler's code for a union panics where the
///   one field that it gets is unknown.)
/// - The protocols have no unsigned numbers.
///
/// ```
/// use queue_message::codec::{Codec, ThriftCompact};
/// use thrift::protocol::{TFieldIdentifier, TInputProtocol, TOutputProtocol, TSerializable, TStructIdentifier, TType};
///
/// #[derive(Debug, Default, PartialEq)]
/// struct Order {
///     item: String,
///     count: i64,
/// }
///
/// impl TSerializable for Order {
///     fn read_from_in_protocol(input: &mut dyn TInputProtocol) -> thrift::Result<Self> {
///         let mut order = Self::default();
///         input.read_struct_begin()?;
///         loop {
///             let field = input.read_field_begin()?;
///             match (field.field_type, field.id) {
///                 (TType::Stop, _) => break,
///                 (_, Some(1)) => order.item = input.read_string()?,
///                 (_, Some(2)) => order.count = input.read_i64()?,
///                 (unknown, _) => input.skip(unknown)?,
///             }
///             input.read_field_end()?;
///         }
///         input.read_struct_end()?;
///         Ok(order)
///     }
///
///     fn write_to_out_protocol(&self, output: &mut dyn TOutputProtocol) -> thrift::Result<()> {
///         output.write_struct_begin(&TStructIdentifier::new("Order"))?;
///         output.write_field_begin(&TFieldIdentifier::new("item", TType::String, 1))?;
///         output.write_string(&self.item)?;
///         output.write_field_end()?;
///         output.write_field_begin(&TFieldIdentifier::new("count", TType::I64, 2))?;
///         output.write_i64(self.count)?;
///         output.write_field_end()?;
///         output.write_field_stop()?;
///         output.write_struct_end()
///     }
/// }
///
/// let order = Order { item: "tea".into(), count: 2 };
/// let bytes = ThriftCompact.encode(&order)?;
/// assert_eq!(&bytes[..], b"\x18\x03tea\x16\x04\x00");
/// assert_eq!(Codec::<Order>::decode(&ThriftCompact, &bytes)?, order);
///
/// let error = Codec::<Order>::decode(&ThriftCompact, b"\x15\x02\x00").unwrap_err();
/// assert!(error.to_string().contains("at byte 1: field 1 is of type i32, not string"), "{error}");
/// # Ok::<(), queue_message::CodecError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ThriftCompact;

/// Thrift's [binary protocol](https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md), by the
/// [`thrift`] crate: as [`ThriftCompact`], with the same limits, but for how the bytes look, and for the content type,
/// which is `application/vnd.apache.thrift.binary`.
///
/// ```
/// # use queue_message::codec::{Codec, ThriftBinary};
/// # use thrift::protocol::{TInputProtocol, TOutputProtocol, TSerializable};
/// # #[derive(Debug, PartialEq)]
/// # struct Celsius(i32);
/// # impl TSerializable for Celsius {
/// #     fn read_from_in_protocol(input: &mut dyn TInputProtocol) -> thrift::Result<Self> {
/// #         input.read_i32().map(Self)
/// #     }
/// #     fn write_to_out_protocol(&self, output: &mut dyn TOutputProtocol) -> thrift::Result<()> {
/// #         output.write_i32(self.0)
/// #     }
/// # }
/// let bytes = ThriftBinary.encode(&Celsius(-3))?;
/// assert_eq!(&bytes[..], b"\xff\xff\xff\xfd");
/// assert_eq!(Codec::<Celsius>::decode(&ThriftBinary, &bytes)?, Celsius(-3));
///
/// let error = Codec::<Celsius>::decode(&ThriftBinary, b"\xff\xff\xff\xfd!").unwrap_err();
/// assert!(error.to_string().contains("at byte 4: 1 bytes follow the value"), "{error}");
/// # Ok::<(), queue_message::CodecError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ThriftBinary;

impl ThriftCompact {
    const CONTENT_TYPE: &'static str = "application/vnd.apache.thrift.compact";
}

impl ThriftBinary {
    const CONTENT_TYPE: &'static str = "application/vnd.apache.thrift.binary";
}

impl<T: TSerializable> Codec<T> for ThriftCompact {
    fn content_type(&self) -> &'static str {
        Self::CONTENT_TYPE
    }

    fn encode(&self, value: &T) -> Result<Bytes, CodecError> {
        let mut bytes = Vec::new();
        let written = write(value, &mut TCompactOutputProtocol::new(&mut bytes));
        finish::<T>(Self::CONTENT_TYPE, written, bytes)
    }

    fn decode(&self, bytes: &[u8]) -> Result<T, CodecError> {
        let rest = Cell::new(bytes);
        let protocol = TCompactInputProtocol::with_config(Rest(&rest), limits(bytes.len()));
        read(Self::CONTENT_TYPE, bytes.len(), &rest, protocol)
    }
}

impl<T: TSerializable> Codec<T> for ThriftBinary {
    fn content_type(&self) -> &'static str {
        Self::CONTENT_TYPE
    }

    fn encode(&self, value: &T) -> Result<Bytes, CodecError> {
        let mut bytes = Vec::new();
        let written = write(value, &mut TBinaryOutputProtocol::new(&mut bytes, true));
        finish::<T>(Self::CONTENT_TYPE, written, bytes)
    }

    fn decode(&self, bytes: &[u8]) -> Result<T, CodecError> {
        let rest = Cell::new(bytes);
        let protocol = TBinaryInputProtocol::with_config(Rest(&rest), true, limits(bytes.len()));
        read(Self::CONTENT_TYPE, bytes.len(), &rest, protocol)
    }
}

/// What is still to be read, for the protocol that reads it and for who looks how far it is.
struct Rest<'a, 'b>(&'b Cell<&'a [u8]>);

impl Read for Rest<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut rest = self.0.get();
        let read = rest.read(buffer);
        self.0.set(rest);
        read
    }
}

/// Nothing in an input can be longer than the input.
fn limits(length: usize) -> TConfiguration {
    TConfiguration::builder()
        .max_string_size(Some(length))
        .max_container_size(Some(length))
        .max_message_size(Some(length))
        .max_frame_size(None)
        .build()
        .unwrap_or_default()
}

fn write<T: TSerializable>(value: &T, protocol: &mut dyn TOutputProtocol) -> thrift::Result<()> {
    value.write_to_out_protocol(protocol)
}

/// The protocols write lengths as `i32`, whether they fit or not.
fn finish<T>(
    content_type: &'static str,
    written: thrift::Result<()>,
    bytes: Vec<u8>,
) -> Result<Bytes, CodecError> {
    let problem: BoxError = match written {
        Ok(()) if i32::try_from(bytes.len()).is_ok() => return Ok(bytes.into()),
        Ok(()) => format!(
            "a message of {} bytes is longer than the format allows",
            bytes.len()
        )
        .into(),
        Err(error) => words(error),
    };
    Err(CodecError::new::<T>(content_type, None, problem))
}

/// Reads a value, of `length` bytes, to the end of them.
fn read<T: TSerializable>(
    content_type: &'static str,
    length: usize,
    rest: &Cell<&[u8]>,
    protocol: impl TInputProtocol,
) -> Result<T, CodecError> {
    let mut protocol = Checked::new(protocol, rest);
    // Nothing that a panic could leave half done is seen again.
    let value = panic::catch_unwind(AssertUnwindSafe(|| T::read_from_in_protocol(&mut protocol)));
    let problem: BoxError = match value {
        Ok(Ok(value)) if rest.get().is_empty() => return Ok(value),
        Ok(Ok(_)) => format!("{} bytes follow the value", rest.get().len()).into(),
        Ok(Err(error)) => words(error),
        Err(_) => "the type's own code panicked".into(),
    };
    let position = Position::Byte((length - rest.get().len()) as u64);
    Err(CodecError::new::<T>(content_type, Some(position), problem))
}

/// What an error says; by itself it shows only of what kind it is.
fn words(error: thrift::Error) -> BoxError {
    match error {
        thrift::Error::Transport(error) => error.message.into(),
        thrift::Error::Protocol(error) => error.message.into(),
        thrift::Error::Application(error) => error.message.into(),
        thrift::Error::User(error) => error,
    }
}

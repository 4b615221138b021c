//! A protocol that holds an input to what it says itself: the types of fields and elements, and how many there are.

use std::cell::Cell;

use thrift::protocol::{
    TFieldIdentifier, TInputProtocol, TListIdentifier, TMapIdentifier, TMessageIdentifier,
    TSetIdentifier, TStructIdentifier, TType,
};
use thrift::{ProtocolError, ProtocolErrorKind};
use uuid::Uuid;

/// Passes on what `inner` reads. Code that reads another type than what is there, and code that takes memory for as
/// many elements as a list says it has, are what the compiler writes.
pub(super) struct Checked<'a, 'b, P> {
    inner: P,
    rest: &'b Cell<&'a [u8]>,
    /// What has begun and not ended.
    open: Vec<Open>,
    /// How many elements are still to begin, in all that is open. Each needs a byte.
    claimed: usize,
}

enum Open {
    /// The field that has begun and was not read yet.
    Struct(Option<(i16, TType)>),
    /// The types of a map's keys and values, or twice that of other elements, in turn; how many are still to begin.
    Elements([TType; 2], usize),
}

impl<'a, 'b, P: TInputProtocol> Checked<'a, 'b, P> {
    pub(super) const fn new(inner: P, rest: &'b Cell<&'a [u8]>) -> Self {
        Self {
            inner,
            rest,
            open: Vec::new(),
            claimed: 0,
        }
    }

    /// A value of type `read` begins here, if what encloses it says so.
    fn begin(&mut self, read: TType) -> thrift::Result<()> {
        match self.open.last_mut() {
            None => Ok(()),
            Some(Open::Struct(field)) => match field.take() {
                Some((_, there)) if there == read => Ok(()),
                Some((id, there)) => wrong(format!("field {id} is of type {there}, not {read}")),
                None => wrong(format!(
                    "a value of type {read} is read where no field begins"
                )),
            },
            Some(Open::Elements(types, left)) => {
                // Keys are read when the number is even.
                let there = types[*left % 2];
                if *left == 0 {
                    wrong(format!("an element of type {read} is read behind the last"))
                } else if there == read {
                    *left -= 1;
                    self.claimed -= 1;
                    Ok(())
                } else {
                    wrong(format!("an element is of type {there}, not {read}"))
                }
            }
        }
    }

    /// `count` elements begin, if the rest of the input can hold them beside those that are still to come elsewhere.
    fn begin_elements(&mut self, types: [TType; 2], count: usize) -> thrift::Result<()> {
        let left = self.rest.get().len();
        if count.saturating_add(self.claimed) > left {
            return wrong(format!(
                "{count} elements of at least a byte are to follow, and {} before they end, but only {left} bytes do",
                self.claimed
            ));
        }
        self.claimed += count;
        self.open.push(Open::Elements(types, count));
        Ok(())
    }

    fn end_elements(&mut self) -> thrift::Result<()> {
        match self.open.pop() {
            Some(Open::Elements(_, 0)) => Ok(()),
            _ => wrong("elements end that have not all been read".into()),
        }
    }
}

fn wrong<T>(problem: String) -> thrift::Result<T> {
    Err(ProtocolError::new(ProtocolErrorKind::InvalidData, problem).into())
}

/// How many elements a container says it has.
fn count(size: i32) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX / 2)
}

impl<P: TInputProtocol> TInputProtocol for Checked<'_, '_, P> {
    fn read_message_begin(&mut self) -> thrift::Result<TMessageIdentifier> {
        self.inner.read_message_begin()
    }

    fn read_message_end(&mut self) -> thrift::Result<()> {
        self.inner.read_message_end()
    }

    fn read_struct_begin(&mut self) -> thrift::Result<Option<TStructIdentifier>> {
        self.begin(TType::Struct)?;
        let identifier = self.inner.read_struct_begin()?;
        self.open.push(Open::Struct(None));
        Ok(identifier)
    }

    fn read_struct_end(&mut self) -> thrift::Result<()> {
        match self.open.pop() {
            Some(Open::Struct(None)) => self.inner.read_struct_end(),
            _ => wrong("a struct ends that has not been read to its end".into()),
        }
    }

    fn read_field_begin(&mut self) -> thrift::Result<TFieldIdentifier> {
        let Some(Open::Struct(field @ None)) = self.open.last_mut() else {
            return wrong("a field is read where none begins".into());
        };
        let identifier = self.inner.read_field_begin()?;
        if identifier.field_type != TType::Stop {
            *field = Some((identifier.id.unwrap_or_default(), identifier.field_type));
        }
        Ok(identifier)
    }

    fn read_field_end(&mut self) -> thrift::Result<()> {
        self.inner.read_field_end()
    }

    fn read_bool(&mut self) -> thrift::Result<bool> {
        self.begin(TType::Bool)?;
        self.inner.read_bool()
    }

    fn read_bytes(&mut self) -> thrift::Result<Vec<u8>> {
        self.begin(TType::String)?;
        self.inner.read_bytes()
    }

    fn skip_binary(&mut self) -> thrift::Result<()> {
        self.begin(TType::String)?;
        self.inner.skip_binary()
    }

    fn read_i8(&mut self) -> thrift::Result<i8> {
        self.begin(TType::I08)?;
        self.inner.read_i8()
    }

    fn read_i16(&mut self) -> thrift::Result<i16> {
        self.begin(TType::I16)?;
        self.inner.read_i16()
    }

    fn read_i32(&mut self) -> thrift::Result<i32> {
        self.begin(TType::I32)?;
        self.inner.read_i32()
    }

    fn read_i64(&mut self) -> thrift::Result<i64> {
        self.begin(TType::I64)?;
        self.inner.read_i64()
    }

    fn read_double(&mut self) -> thrift::Result<f64> {
        self.begin(TType::Double)?;
        self.inner.read_double()
    }

    fn read_uuid(&mut self) -> thrift::Result<Uuid> {
        self.begin(TType::Uuid)?;
        self.inner.read_uuid()
    }

    fn read_string(&mut self) -> thrift::Result<String> {
        self.begin(TType::String)?;
        self.inner.read_string()
    }

    fn read_list_begin(&mut self) -> thrift::Result<TListIdentifier> {
        self.begin(TType::List)?;
        let list = self.inner.read_list_begin()?;
        self.begin_elements([list.element_type; 2], count(list.size))?;
        Ok(list)
    }

    fn read_list_end(&mut self) -> thrift::Result<()> {
        self.end_elements()?;
        self.inner.read_list_end()
    }

    fn read_set_begin(&mut self) -> thrift::Result<TSetIdentifier> {
        self.begin(TType::Set)?;
        let set = self.inner.read_set_begin()?;
        self.begin_elements([set.element_type; 2], count(set.size))?;
        Ok(set)
    }

    fn read_set_end(&mut self) -> thrift::Result<()> {
        self.end_elements()?;
        self.inner.read_set_end()
    }

    fn read_map_begin(&mut self) -> thrift::Result<TMapIdentifier> {
        self.begin(TType::Map)?;
        let map = self.inner.read_map_begin()?;
        // Only a map without entries may leave them out.
        let types = [map.key_type, map.value_type].map(|kind| kind.unwrap_or(TType::Stop));
        self.begin_elements(types, count(map.size).saturating_mul(2))?;
        Ok(map)
    }

    fn read_map_end(&mut self) -> thrift::Result<()> {
        self.end_elements()?;
        self.inner.read_map_end()
    }

    fn read_byte(&mut self) -> thrift::Result<u8> {
        self.inner.read_byte()
    }

    fn min_serialized_size(&self, field_type: TType) -> usize {
        self.inner.min_serialized_size(field_type)
    }
}

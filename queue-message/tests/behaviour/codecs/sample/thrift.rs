//! The sample as a struct of Thrift, which has no unsigned numbers.

use std::collections::BTreeMap;

use thrift::protocol::{
    TFieldIdentifier, TInputProtocol, TListIdentifier, TMapIdentifier, TOutputProtocol,
    TSerializable, TStructIdentifier, TType, prealloc_size,
};
use thrift::{ProtocolError, ProtocolErrorKind, Result};

use super::{Color, Sample, Shape};

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ThriftSample {
    least: i64,
    most: i64,
    doubles: Vec<f64>,
    text: String,
    binary: Vec<u8>,
    words: Vec<String>,
    rows: Vec<Vec<i64>>,
    counts: BTreeMap<String, i64>,
    note: Option<String>,
    color: i32,
    point: bool,
    shape: Shape,
}

impl From<Sample> for ThriftSample {
    fn from(sample: Sample) -> Self {
        Self {
            least: sample.least,
            most: sample.most,
            doubles: sample.doubles,
            text: sample.text,
            binary: sample.binary,
            words: sample.words,
            rows: sample.rows,
            counts: sample.counts,
            note: sample.note,
            color: match sample.color {
                Color::Red => 0,
                Color::Green => 1,
                Color::Blue => 2,
            },
            point: sample.shape == Shape::Point,
            shape: sample.shape,
        }
    }
}

impl TSerializable for ThriftSample {
    fn read_from_in_protocol(input: &mut dyn TInputProtocol) -> Result<Self> {
        let mut sample = Self::default();
        read_struct(input, |input, id, kind| {
            match id {
                1 => sample.least = input.read_i64()?,
                2 => sample.most = input.read_i64()?,
                3 => sample.doubles = read_list(input, |input| input.read_double())?,
                4 => sample.text = input.read_string()?,
                5 => sample.binary = input.read_bytes()?,
                6 => sample.words = read_list(input, |input| input.read_string())?,
                7 => {
                    sample.rows =
                        read_list(input, |input| read_list(input, |input| input.read_i64()))?;
                }
                8 => {
                    let map = input.read_map_begin()?;
                    for _ in 0..map.size {
                        let name = input.read_string()?;
                        sample.counts.insert(name, input.read_i64()?);
                    }
                    input.read_map_end()?;
                }
                9 => sample.note = Some(input.read_string()?),
                10 => sample.color = input.read_i32()?,
                11 => sample.point = input.read_bool()?,
                12 => sample.shape = read_shape(input)?,
                _ => input.skip(kind)?,
            }
            Ok(())
        })?;
        Ok(sample)
    }

    fn write_to_out_protocol(&self, output: &mut dyn TOutputProtocol) -> Result<()> {
        output.write_struct_begin(&TStructIdentifier::new("Sample"))?;
        write_field(output, TType::I64, 1, |output| output.write_i64(self.least))?;
        write_field(output, TType::I64, 2, |output| output.write_i64(self.most))?;
        write_field(output, TType::List, 3, |output| {
            write_list(output, TType::Double, &self.doubles, |output, double| {
                output.write_double(*double)
            })
        })?;
        write_field(output, TType::String, 4, |output| {
            output.write_string(&self.text)
        })?;
        write_field(output, TType::String, 5, |output| {
            output.write_bytes(&self.binary)
        })?;
        write_field(output, TType::List, 6, |output| {
            write_list(output, TType::String, &self.words, |output, word| {
                output.write_string(word)
            })
        })?;
        write_field(output, TType::List, 7, |output| {
            write_list(output, TType::List, &self.rows, |output, row| {
                write_list(output, TType::I64, row, |output, cell| {
                    output.write_i64(*cell)
                })
            })
        })?;
        write_field(output, TType::Map, 8, |output| {
            let size = self.counts.len() as i32;
            output.write_map_begin(&TMapIdentifier::new(TType::String, TType::I64, size))?;
            for (name, count) in &self.counts {
                output.write_string(name)?;
                output.write_i64(*count)?;
            }
            output.write_map_end()
        })?;
        if let Some(note) = &self.note {
            write_field(output, TType::String, 9, |output| output.write_string(note))?;
        }
        write_field(output, TType::I32, 10, |output| {
            output.write_i32(self.color)
        })?;
        write_field(output, TType::Bool, 11, |output| {
            output.write_bool(self.point)
        })?;
        write_field(output, TType::Struct, 12, |output| {
            write_shape(output, &self.shape)
        })?;
        output.write_field_stop()?;
        output.write_struct_end()
    }
}

/// A union: a struct of which one field is set.
fn read_shape(input: &mut dyn TInputProtocol) -> Result<Shape> {
    let mut shape = None;
    read_struct(input, |input, id, kind| {
        match id {
            1 => shape = input.read_bool().map(|_| Some(Shape::Point))?,
            2 => shape = Some(Shape::Circle(input.read_double()?)),
            3 => {
                let (mut width, mut height) = (0.0, 0.0);
                read_struct(input, |input, id, kind| {
                    match id {
                        1 => width = input.read_double()?,
                        2 => height = input.read_double()?,
                        _ => input.skip(kind)?,
                    }
                    Ok(())
                })?;
                shape = Some(Shape::Rectangle { width, height });
            }
            _ => input.skip(kind)?,
        }
        Ok(())
    })?;
    shape.ok_or_else(|| ProtocolError::new(ProtocolErrorKind::InvalidData, "no known shape").into())
}

fn write_shape(output: &mut dyn TOutputProtocol, shape: &Shape) -> Result<()> {
    output.write_struct_begin(&TStructIdentifier::new("Shape"))?;
    match shape {
        Shape::Point => write_field(output, TType::Bool, 1, |output| output.write_bool(true))?,
        Shape::Circle(radius) => write_field(output, TType::Double, 2, |output| {
            output.write_double(*radius)
        })?,
        Shape::Rectangle { width, height } => write_field(output, TType::Struct, 3, |output| {
            output.write_struct_begin(&TStructIdentifier::new("Rectangle"))?;
            write_field(output, TType::Double, 1, |output| {
                output.write_double(*width)
            })?;
            write_field(output, TType::Double, 2, |output| {
                output.write_double(*height)
            })?;
            output.write_field_stop()?;
            output.write_struct_end()
        })?,
    }
    output.write_field_stop()?;
    output.write_struct_end()
}

type Input<'a> = dyn TInputProtocol + 'a;

fn read_struct(
    input: &mut Input<'_>,
    mut read_field: impl FnMut(&mut Input<'_>, i16, TType) -> Result<()>,
) -> Result<()> {
    input.read_struct_begin()?;
    loop {
        let field = input.read_field_begin()?;
        if field.field_type == TType::Stop {
            break;
        }
        read_field(input, field.id.unwrap_or_default(), field.field_type)?;
        input.read_field_end()?;
    }
    input.read_struct_end()
}

fn read_list<T>(
    input: &mut Input<'_>,
    mut read: impl FnMut(&mut Input<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let list = input.read_list_begin()?;
    let mut elements = Vec::with_capacity(prealloc_size(list.size));
    for _ in 0..list.size {
        elements.push(read(input)?);
    }
    input.read_list_end()?;
    Ok(elements)
}

type Output<'a> = dyn TOutputProtocol + 'a;

fn write_field(
    output: &mut Output<'_>,
    kind: TType,
    id: i16,
    write: impl FnOnce(&mut Output<'_>) -> Result<()>,
) -> Result<()> {
    output.write_field_begin(&TFieldIdentifier::new("", kind, id))?;
    write(output)?;
    output.write_field_end()
}

fn write_list<T>(
    output: &mut Output<'_>,
    kind: TType,
    elements: &[T],
    mut write: impl FnMut(&mut Output<'_>, &T) -> Result<()>,
) -> Result<()> {
    output.write_list_begin(&TListIdentifier::new(kind, elements.len() as i32))?;
    for element in elements {
        write(output, element)?;
    }
    output.write_list_end()
}

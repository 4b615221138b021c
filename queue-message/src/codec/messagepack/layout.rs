//! Whether bytes are one value of MessagePack, whatever its type: a walk over the markers that takes no memory for what
//! they say.

/// How deep arrays and maps may nest.
pub(super) const MAX_DEPTH: usize = 128;

/// The place of the first byte that is wrong, and what is wrong about it, if `bytes` are not exactly one value.
pub(super) fn check(bytes: &[u8]) -> Result<(), (usize, String)> {
    // How many values are still to come, of each array and map that is not complete; a map has two for each entry.
    let mut open = [0_u64; MAX_DEPTH];
    let mut depth = 0;
    let mut rest = Rest { bytes, at: 0 };
    loop {
        let start = rest.at;
        let values = match rest.byte()? {
            // Small numbers, nil, false, true.
            0x00..=0x7f | 0xc0 | 0xc2 | 0xc3 | 0xe0..=0xff => None,
            small_map @ 0x80..=0x8f => Some(2 * u64::from(small_map & 0x0f)),
            small_array @ 0x90..=0x9f => Some(u64::from(small_array & 0x0f)),
            small_string @ 0xa0..=0xbf => rest.skip(u64::from(small_string & 0x1f))?,
            0xc1 => return Err((start, "the byte 0xc1 begins no value".into())),
            // Bytes and strings, by the size of their length.
            0xc4 | 0xd9 => rest.skip_counted(1, 0)?,
            0xc5 | 0xda => rest.skip_counted(2, 0)?,
            0xc6 | 0xdb => rest.skip_counted(4, 0)?,
            // Extensions: a byte for their type, which is not counted.
            0xc7 => rest.skip_counted(1, 1)?,
            0xc8 => rest.skip_counted(2, 1)?,
            0xc9 => rest.skip_counted(4, 1)?,
            extension @ 0xd4..=0xd8 => rest.skip((1 << (extension - 0xd4)) + 1)?,
            // Numbers, by their size.
            0xcc | 0xd0 => rest.skip(1)?,
            0xcd | 0xd1 => rest.skip(2)?,
            0xca | 0xce | 0xd2 => rest.skip(4)?,
            0xcb | 0xcf | 0xd3 => rest.skip(8)?,
            0xdc => Some(rest.number(2)?),
            0xdd => Some(rest.number(4)?),
            0xde => Some(2 * rest.number(2)?),
            0xdf => Some(2 * rest.number(4)?),
        };
        if let Some(values) = values {
            let left = rest.left();
            if values > left {
                let problem = format!(
                    "{values} values of at least a byte are to follow, and only {left} bytes do"
                );
                return Err((start, problem));
            }
            let Some(level) = open.get_mut(depth) else {
                return Err((
                    start,
                    format!("arrays and maps nest more than {MAX_DEPTH} deep"),
                ));
            };
            if values > 0 {
                *level = values;
                depth += 1;
                continue;
            }
        }
        // A value is complete, and with it whatever it is the last of.
        loop {
            let Some(level) = depth.checked_sub(1) else {
                return rest.end();
            };
            open[level] -= 1;
            if open[level] > 0 {
                break;
            }
            depth = level;
        }
    }
}

/// What has not been looked at yet.
struct Rest<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Rest<'_> {
    fn left(&self) -> u64 {
        (self.bytes.len() - self.at) as u64
    }

    fn byte(&mut self) -> Result<u8, (usize, String)> {
        self.number(1).map(|byte| byte as u8)
    }

    /// An unsigned number of `size` bytes, at most 4.
    fn number(&mut self, size: usize) -> Result<u64, (usize, String)> {
        let start = self.at;
        self.skip(size as u64)?;
        let number = &self.bytes[start..self.at];
        Ok(number
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// Leaves out `count` bytes, in which no value begins.
    fn skip(&mut self, count: u64) -> Result<Option<u64>, (usize, String)> {
        if count > self.left() {
            let missing = count - self.left();
            return Err((
                self.bytes.len(),
                format!("the input ends here, {missing} bytes too early"),
            ));
        }
        self.at += count as usize;
        Ok(None)
    }

    /// Leaves out as many bytes as a number of `size` bytes says, and `more`.
    fn skip_counted(&mut self, size: usize, more: u64) -> Result<Option<u64>, (usize, String)> {
        let count = self.number(size)?;
        self.skip(count + more)
    }

    fn end(&self) -> Result<(), (usize, String)> {
        match self.left() {
            0 => Ok(()),
            left => Err((self.at, format!("{left} bytes follow the value"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_is_passed_over() {
        let nested = [[0x91; MAX_DEPTH - 1].as_slice(), &[0x90]].concat();
        let values: [&[u8]; 34] = [
            &[0x00],
            &[0x7f],
            &[0x80],
            &[0x81, 0xc0, 0xc0],
            &[0x90],
            &[0x92, 0x90, 0x91, 0x01],
            b"\xa0",
            b"\xa2ab",
            &[0xc0],
            &[0xc2],
            &[0xc3],
            b"\xc4\x01a",
            b"\xc5\0\x01a",
            b"\xc6\0\0\0\x01a",
            b"\xc7\x01ta",
            b"\xc8\0\x01ta",
            b"\xc9\0\0\0\x01ta",
            b"\xca1234",
            b"\xcb12345678",
            b"\xcc1",
            b"\xcd12",
            b"\xce1234",
            b"\xcf12345678",
            b"\xd312345678",
            b"\xd4t1",
            b"\xd5t12",
            b"\xd8t1234567812345678",
            b"\xd9\x01a",
            b"\xdb\0\0\0\x01a",
            b"\xdc\0\x01\xc0",
            b"\xdd\0\0\0\x01\xc0",
            b"\xde\0\x01\xc0\xc0",
            b"\xdf\0\0\0\x01\xc0\xff",
            &nested,
        ];
        for value in values {
            assert_eq!(check(value), Ok(()), "{value:x?}");
            for length in 0..value.len() {
                let (at, problem) = check(&value[..length]).unwrap_err();
                assert!(at <= length, "{value:x?}: {problem}");
            }
            let (at, problem) = check(&[value, &[0xc0]].concat()).unwrap_err();
            assert_eq!(at, value.len(), "{value:x?}");
            assert!(problem.contains("1 bytes follow"), "{problem}");
        }
    }

    #[test]
    fn lengths_that_lie_are_refused_where_they_stand() {
        for (lie, at) in [
            (&b"\x91\xdd\xff\xff\xff\xff\xc0"[..], 1),
            (b"\xdf\xff\xff\xff\xff", 0),
            (b"\x93\xc0", 0),
            (b"\xdb\xff\xff\xff\xffab", 7),
            (b"\xc9\xff\xff\xff\xfft", 6),
        ] {
            assert_eq!(check(lie).unwrap_err().0, at, "{lie:x?}");
        }
    }

    #[test]
    fn arrays_nested_too_deep_are_refused() {
        let (at, problem) =
            check(&[[0x91; MAX_DEPTH + 1].as_slice(), &[0x90]].concat()).unwrap_err();
        assert_eq!(at, MAX_DEPTH);
        assert!(problem.contains("128 deep"), "{problem}");
    }
}

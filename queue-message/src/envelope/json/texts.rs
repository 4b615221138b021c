//! Times, durations and bytes as text.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_PAD_INDIFFERENT;
use bytes::Bytes;
use jiff::Timestamp;
use jiff::fmt::temporal::{Pieces, SpanParser, SpanPrinter};
use jiff::tz::Offset;

use crate::BoxError;

/// The beginning of the year 0, before which RFC 3339 has no form.
const FIRST: Timestamp = Timestamp::constant(-62_167_219_200, 0);

/// RFC 3339, in UTC.
pub(super) fn of_time(time: SystemTime) -> Result<Timestamp, BoxError> {
    in_range(Timestamp::try_from(time)?)
}

/// RFC 3339, but that the offset may be missing: then it is in UTC.
pub(super) fn time(text: &str) -> Result<SystemTime, BoxError> {
    let pieces = Pieces::parse(text)?;
    if pieces.time_zone_annotation().is_some() {
        return Err("the time has a zone, not only an offset".into());
    }
    let time = pieces.time().ok_or("the date has no time of day")?;
    let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
    let timestamp = offset.to_timestamp(pieces.date().to_datetime(time))?;
    Ok(in_range(timestamp)?.try_into()?)
}

fn in_range(timestamp: Timestamp) -> Result<Timestamp, BoxError> {
    if timestamp < FIRST {
        return Err(format!("{timestamp} is before the year 0").into());
    }
    Ok(timestamp)
}

/// ISO 8601.
pub(super) fn of_duration(duration: Duration) -> String {
    SpanPrinter::new().unsigned_duration_to_string(&duration)
}

/// ISO 8601.
pub(super) fn duration(text: &str) -> Result<Duration, BoxError> {
    Ok(SpanParser::new().parse_unsigned_duration(text)?)
}

/// Base64 in the standard alphabet, with or without padding.
pub(super) fn bytes(text: &str) -> Result<Bytes, BoxError> {
    Ok(STANDARD_PAD_INDIFFERENT.decode(text)?.into())
}

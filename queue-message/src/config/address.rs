//! The URL of a queue: `memory://name?capacity=10`.

use percent_encoding::percent_decode_str;
use url::{ParseError, Url};

use super::ConfigParams;
use crate::{MessageError, Result};

/// The name of a queue, and its settings, from a URL of this scheme.
///
/// [`Url`] mends what it can (it drops line breaks, empty users and empty ports), which here would silently be another
/// name. So what it would mend is refused first.
pub(super) fn parse(text: &str, scheme: &str) -> Result<(String, ConfigParams)> {
    if text.is_empty() {
        return Err(MessageError::config(
            "the URL",
            format!("empty; it begins with `{scheme}://`"),
        ));
    }
    let is_blank = |letter: char| letter <= ' ';
    if text.contains(['\t', '\n', '\r']) || text.starts_with(is_blank) || text.ends_with(is_blank) {
        return Err(MessageError::config(
            text.escape_debug().to_string(),
            "a URL has no tabs or line breaks, and no blanks at its ends",
        ));
    }
    let found = text
        .split_once(':')
        .map_or("", |(scheme, _)| scheme)
        .to_owned();
    if !found.eq_ignore_ascii_case(scheme) {
        let part = if found.is_empty() { text } else { &found };
        return Err(MessageError::config(
            part,
            format!("the URL's scheme is not `{scheme}`"),
        ));
    }
    let Some(rest) = text[scheme.len()..].strip_prefix("://") else {
        return Err(MessageError::config(
            text,
            format!("the URL does not begin with `{scheme}://`"),
        ));
    };
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    check_authority(authority)?;

    let url = Url::parse(text).map_err(|error| {
        let part = match error {
            ParseError::EmptyHost
            | ParseError::IdnaError
            | ParseError::InvalidPort
            | ParseError::InvalidDomainCharacter => authority,
            _ => text,
        };
        MessageError::config(part, error.to_string())
    })?;
    if !url.path().is_empty() {
        return Err(MessageError::config(
            url.path(),
            "the URL of a queue has no path; a `/` in a name is written `%2F`",
        ));
    }
    if let Some(fragment) = url.fragment() {
        return Err(MessageError::config(
            format!("#{fragment}"),
            "the URL of a queue has no fragment; a `#` in a name is written `%23`",
        ));
    }
    let name = decoded(url.host_str().unwrap_or_default(), authority)?;
    let params = ConfigParams::from_query(url.query().unwrap_or_default())?;
    Ok((name, params))
}

/// Refuses what is not a name alone.
fn check_authority(authority: &str) -> Result<()> {
    if let Some((user, _)) = authority.rsplit_once('@') {
        // A password does not belong into an error.
        let shown = match user.split_once(':') {
            Some((user, _)) => format!("{user}:***@"),
            None => format!("{user}@"),
        };
        return Err(MessageError::config(
            shown,
            "the URL of a queue has no user; a `@` in a name is written `%40`",
        ));
    }
    if authority.contains(['[', ']']) {
        return Err(MessageError::config(
            authority,
            "a `[` in a name is written `%5B`, and a `]` `%5D`",
        ));
    }
    if let Some((_, port)) = authority.split_once(':') {
        return Err(MessageError::config(
            format!(":{port}"),
            "the URL of a queue has no port; a `:` in a name is written `%3A`",
        ));
    }
    Ok(())
}

/// Percent-encoded text; `part` is named if it is not UTF-8.
pub(super) fn decoded(text: &str, part: &str) -> Result<String> {
    let decoded = percent_decode_str(text).decode_utf8();
    let decoded = decoded
        .map_err(|error| MessageError::config(part, format!("not UTF-8 when decoded: {error}")))?;
    Ok(decoded.into_owned())
}

//! The files in which a system describes itself.

/// The text of a file without the space around it; nothing if there is none.
pub(super) type Files<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Only Linux has them.
#[cfg(target_os = "linux")]
pub(super) fn on_this_system(path: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let text = text.trim_matches(|end: char| end.is_whitespace() || end == '\0');
    (!text.is_empty()).then(|| text.to_owned())
}

/// Only Linux has them.
#[cfg(not(target_os = "linux"))]
pub(super) fn on_this_system(_path: &str) -> Option<String> {
    None
}

/// The value of `name : value` in the first line that has it.
pub(super) fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        let value = value.trim();
        (key.trim() == name && !value.is_empty()).then_some(value)
    })
}

/// Files made up for a test.
#[cfg(test)]
pub(super) fn made_up(files: &[(&'static str, &'static str)]) -> impl Fn(&str) -> Option<String> {
    move |wanted| {
        let (_, text) = files.iter().find(|(path, _)| *path == wanted)?;
        Some((*text).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_with_a_value_counts() {
        let text = "model\t\t: \nmodel name\t: A: B\nmodel\t\t: 17\nmodel\t\t: 18\n";
        assert_eq!(field(text, "model"), Some("17"));
        assert_eq!(field(text, "model name"), Some("A: B"));
        assert_eq!(field("", "model"), None);
    }

    #[test]
    fn a_file_that_is_not_there_is_no_error() {
        assert_eq!(on_this_system("/no/such/file"), None);
    }
}

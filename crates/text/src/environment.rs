//! Environment variables in settings: `{{env.NAME}}` as promptfoo writes them, and `${NAME}` with `${NAME:-default}`.

/// A variable that is named and not set.
#[derive(Debug, PartialEq, Eq)]
pub struct Unset(pub String);

/// The text with every variable filled in.
///
/// # Errors
/// The first variable that is not set and has no default.
pub fn expand(text: &str, value: &dyn Fn(&str) -> Option<String>) -> Result<String, Unset> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '$']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match reference(rest) {
            Some((name, default, length)) => {
                match value(name).or_else(|| default.map(str::to_owned)) {
                    Some(found) => out.push_str(&found),
                    None => return Err(Unset(name.to_owned())),
                }
                rest = &rest[length..];
            }
            None => {
                out.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Ok(out)
}

/// The variable that a text begins with, its default, and the length of the reference in bytes.
fn reference(text: &str) -> Option<(&str, Option<&str>, usize)> {
    let is_name = |name: &str| {
        !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    if let Some(inner) = text.strip_prefix("${") {
        let end = inner.find('}')?;
        let (name, default) = match inner[..end].split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (&inner[..end], None),
        };
        return is_name(name).then_some((name, default, end + 3));
    }
    let inner = text.strip_prefix("{{")?;
    let end = inner.find("}}")?;
    let body = inner[..end].trim().trim_start_matches('-').trim_end_matches('-').trim();
    let name = match body.strip_prefix("env.") {
        Some(name) => name,
        None => body.strip_prefix("env[")?.strip_suffix(']')?.trim_matches(['"', '\'']),
    };
    is_name(name.trim()).then_some((name.trim(), None, end + 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_in() {
        let env = |name: &str| (name == "HOST").then(|| "example.org".to_owned());
        for (text, expected) in [
            ("plain", Ok("plain")),
            ("https://${HOST}/v1", Ok("https://example.org/v1")),
            ("https://{{env.HOST}}/v1", Ok("https://example.org/v1")),
            ("{{ env.HOST }}", Ok("example.org")),
            ("{{ env['HOST'] }}", Ok("example.org")),
            ("${PORT:-8080}", Ok("8080")),
            ("${HOST:-other}", Ok("example.org")),
            ("${PORT}", Err("PORT")),
            ("{{env.PORT}}", Err("PORT")),
            ("{{question}} costs $5 {", Ok("{{question}} costs $5 {")),
            ("${not a name}", Ok("${not a name}")),
            ("${", Ok("${")),
            ("ä${HOST}ü", Ok("äexample.orgü")),
        ] {
            let expected = expected.map(str::to_owned).map_err(|name: &str| Unset(name.to_owned()));
            assert_eq!(expand(text, &env), expected, "{text}");
        }
    }
}

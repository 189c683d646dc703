use clade_text::template::TemplateError;

/// What to do about a template that does not parse or cannot be filled; `line` is the line that it errs on.
pub(super) fn template(error: &TemplateError, line: &str) -> String {
    let detail = match error {
        TemplateError::Syntax { detail, .. } => detail,
        TemplateError::Render { detail, .. } if detail.starts_with("filter ") => {
            return "use a filter that docs/templates.md lists, or take it out".to_owned();
        }
        TemplateError::Render { .. } if includes(line) => {
            return "write the other file's text into the prompt: a template reads no files".to_owned();
        }
        TemplateError::Render { .. } if line.contains(".length") => {
            return "write `{{ name | length }}` for how many there are".to_owned();
        }
        TemplateError::Render { .. } => return "mend the template, or the example's value".to_owned(),
        _ => "",
    };
    let inside = inside(line);
    // JavaScript's operators, which promptfoo's nunjucks takes in part
    for (theirs, ours) in [("!==", "!="), ("===", "=="), ("&&", "and"), ("||", "or")] {
        if inside.contains(theirs) {
            return format!("write `{ours}` instead of `{theirs}`");
        }
    }
    if includes(line) {
        return "write the other file's text into the prompt: a template reads no files".to_owned();
    }
    if detail.contains("end of input") || detail.is_empty() {
        return "close every `{{`, `{%` and `{#`; write `{{ '{{' }}` for the braces themselves".to_owned();
    }
    if let Some(name) = placeholders(line).find(|name| words(name)) {
        let one = name.split_whitespace().collect::<Vec<_>>().join("_");
        return format!(
            "a placeholder is one name: rename the column `{name}`, for example to `{one}`, and write `{{{{{one}}}}}`"
        );
    }
    "mend the expression; a placeholder is `{{ name }}`; write `{{ '{{' }}` for the braces themselves".to_owned()
}

fn includes(line: &str) -> bool {
    ["include", "import", "extends"]
        .iter()
        .any(|tag| line.split("{%").skip(1).any(|rest| rest.trim_start_matches(['-', ' ']).starts_with(tag)))
}

/// What stands in the braces of a line, from the first to the last.
fn inside(line: &str) -> &str {
    let start = line.find("{{").into_iter().chain(line.find("{%")).min();
    let end = line.rfind("}}").into_iter().chain(line.rfind("%}")).max();
    match (start, end) {
        (Some(start), Some(end)) if start + 2 <= end => &line[start + 2..end],
        _ => line,
    }
}

/// What stands in each `{{ }}` of a line.
fn placeholders(line: &str) -> impl Iterator<Item = &str> {
    line.split("{{").skip(1).filter_map(|rest| Some(rest.split_once("}}")?.0.trim()))
}

/// Whether these are several names and nothing else.
fn words(text: &str) -> bool {
    text.split_whitespace().count() > 1 && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ' ')
}

#[cfg(test)]
mod tests {
    use clade_text::template::CompiledTemplate;

    use super::*;

    #[test]
    fn each_error_has_the_fix_that_mends_it() {
        for (text, fix) in [
            ("{% if a === 'x' %}b{% endif %}", "write `==` instead of `===`"),
            ("{% if a && b %}b{% endif %}", "write `and` instead of `&&`"),
            ("{{ a || b }}", "write `or` instead of `||`"),
            ("{{ a b }}", "a placeholder is one name: rename the column `a b`, for example to `a_b`"),
            ("Dear {{first name}}: {{q}}", "a placeholder is one name: rename the column `first name`"),
            ("Maß: {{größe der Box}}", "a placeholder is one name: rename the column `größe der Box`"),
            ("{{ a", "close every `{{`"),
            ("{% if a %}b", "close every `{{`"),
        ] {
            let error = CompiledTemplate::compile("user", text).expect_err(text);
            assert!(template(&error, text).starts_with(fix), "{text}: {error}: {}", template(&error, text));
        }
        let vars = serde_json::from_str(r#"{"a": ["x"]}"#).expect("variables");
        for (text, fix) in [
            ("{{ a | nonsense }}", "use a filter that docs/templates.md lists"),
            ("{% include 'x.txt' %}", "write the other file's text"),
            ("{{ a.length }}", "write `{{ name | length }}`"),
        ] {
            let found = CompiledTemplate::compile("user", text).and_then(|compiled| compiled.render(&vars));
            let error = found.expect_err(text);
            assert!(template(&error, text).starts_with(fix), "{text}: {error}: {}", template(&error, text));
        }
    }
}

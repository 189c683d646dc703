//! The commands that messages name, completed by the flags that this one was given: whoever copies one reaches the same runs and keys.

use std::{path::Path, sync::OnceLock};

use clap::{ArgMatches, parser::ValueSource};

use crate::args::Global;

static GIVEN: OnceLock<String> = OnceLock::new();

/// Remembers the flags of this command that say which runs are meant and where keys are. What came from the environment is there for the next
/// command too.
pub fn remember(global: &Global, matches: &ArgMatches) {
    let given = |name: &str| matches.value_source(name) == Some(ValueSource::CommandLine);
    let mut flags = String::new();
    let mut add = |flag: &str, value: &str| flags.push_str(&format!(" {flag} {}", quoted(value)));
    let text = |path: &Path| path.to_string_lossy().into_owned();
    if let Some(folder) = global.data_dir.as_deref().filter(|_| given("data_dir")) {
        add("--data-dir", &text(folder));
    }
    if let Some(url) = global.server.as_deref().filter(|_| given("server")) {
        add("--server", url);
    }
    if let Some(file) = &global.token_file {
        add("--token-file", &text(file));
    }
    if let Some(name) = global.workspace.as_deref().filter(|_| given("workspace")) {
        add("--workspace", name);
    }
    for file in &global.env_file {
        add("--env-file", &text(file));
    }
    // set once: a process is one command
    drop(GIVEN.set(flags));
}

/// A text for people with the flags behind every `clade COMMAND` in it that works with runs.
pub fn completed(text: &str) -> String {
    with(GIVEN.get().map_or("", String::as_str), text)
}

/// Commands that need neither runs nor keys.
const WITHOUT: [&str; 5] = ["init", "schema", "simulate", "completions", "sandbox"];

fn with(flags: &str, text: &str) -> String {
    const NAME: &str = "clade ";
    if flags.is_empty() {
        return text.to_owned();
    }
    let mut rest = text;
    let mut whole = String::with_capacity(text.len() + flags.len());
    while let Some(at) = rest.find(NAME) {
        let starts = rest[..at].chars().next_back().is_none_or(|c| c == '`' || c.is_whitespace());
        let (before, after) = rest.split_at(at + NAME.len());
        let length = after.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(after.len());
        let (command, behind) = after.split_at(length);
        whole.push_str(before);
        whole.push_str(command);
        // a command stands between backticks, or behind a colon as the end of a line
        let shown = before.ends_with("`clade ") || before.ends_with(": clade ");
        if starts && shown && !command.is_empty() && !WITHOUT.contains(&command) {
            whole.push_str(flags);
        }
        rest = behind;
    }
    whole.push_str(rest);
    whole
}

/// A word as a POSIX shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_in_texts_carry_the_flags() {
        let flags = " --data-dir d";
        for (text, whole) in [
            ("go on with: clade resume r", "go on with: clade resume --data-dir d r"),
            ("free some space, then `clade resume`: x", "free some space, then `clade resume --data-dir d`: x"),
            (
                "watch: clade resume r; stop: clade pause r",
                "watch: clade resume --data-dir d r; stop: clade pause --data-dir d r",
            ),
            ("`clade init` writes one", "`clade init` writes one"),
            ("the clade of birds", "the clade of birds"),
            ("/x/clade.db is full", "/x/clade.db is full"),
        ] {
            assert_eq!(with(flags, text), whole);
            assert_eq!(with("", text), text);
        }
    }

    #[test]
    fn words_are_quoted_where_a_shell_would_read_them_otherwise() {
        for (word, written) in
            [("/a/b.c", "/a/b.c"), ("my runs", "'my runs'"), ("it's", r"'it'\''s'"), ("$HOME", "'$HOME'"), ("", "''")]
        {
            assert_eq!(quoted(word), written);
        }
    }
}

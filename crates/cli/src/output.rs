//! What goes to the terminal: colours, JSON lines, and the rule that machines get stdout.

use std::{
    io::{IsTerminal, Write},
    sync::atomic::{AtomicBool, Ordering},
};

use console::Term;
use serde::Serialize;

use crate::{again::completed, fit};

/// How to print.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// Only JSON on stdout.
    pub json: bool,
    /// Only the result.
    pub quiet: bool,
    /// Colours on stdout.
    pub color: bool,
    /// Whether stderr is a terminal: progress is drawn there.
    pub live: bool,
    /// Columns of the terminal on stdout; none where something else reads it.
    pub columns: Option<usize>,
    /// Columns of the terminal on stderr.
    pub notes: Option<usize>,
}

/// A colour or weight of text.
#[derive(Debug, Clone, Copy)]
pub enum Ink {
    /// What a reader looks for first.
    Strong,
    /// What stands back.
    Faint,
    /// The line of descent, and what is better.
    Green,
    /// What is worse, and errors.
    Red,
    /// What to mind.
    Yellow,
}

impl Output {
    /// From the flags and what the terminal is.
    pub fn new(json: bool, quiet: bool, no_color: bool) -> Self {
        let plain = no_color || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            json,
            quiet,
            color: !plain && !json && !dumb && std::io::stdout().is_terminal(),
            live: !json && !quiet && !dumb && std::io::stderr().is_terminal(),
            columns: columns(&Term::stdout()),
            notes: columns(&Term::stderr()),
        }
    }

    /// Text in a colour, where colours are on.
    pub fn paint(&self, ink: Ink, text: impl std::fmt::Display) -> String {
        if !self.color {
            return text.to_string();
        }
        let code = match ink {
            Ink::Strong => "1",
            Ink::Faint => "2",
            Ink::Green => "32",
            Ink::Red => "31",
            Ink::Yellow => "33",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    /// A line for people on stdout.
    pub fn line(&self, text: impl std::fmt::Display) {
        if !self.json {
            noted(writeln!(std::io::stdout().lock(), "{text}"));
        }
    }

    /// A sentence for people on stdout, which breaks at words.
    pub fn prose(&self, text: impl std::fmt::Display) {
        self.line(fit::wrapped(&text.to_string(), self.columns, ""));
    }

    /// A line of a list on stdout, of which a terminal shows as much as it has room for.
    pub fn cut(&self, text: impl std::fmt::Display) {
        self.line(fit::cut(&text.to_string(), self.columns));
    }

    /// A sentence of commentary on stderr, left out by `--quiet` and `--json`.
    pub fn note(&self, text: impl std::fmt::Display) {
        if !self.json && !self.quiet {
            drop(writeln!(
                std::io::stderr().lock(),
                "{}",
                fit::wrapped(&harmless(&completed(&text.to_string())), self.notes, "")
            ));
        }
    }

    /// What to do next, on stderr, where the command did not do all that was asked: with `--quiet` too, not with `--json`.
    pub fn advise(&self, text: impl std::fmt::Display) {
        if !self.json {
            drop(writeln!(
                std::io::stderr().lock(),
                "{}",
                fit::wrapped(&harmless(&completed(&text.to_string())), self.notes, "")
            ));
        }
    }

    /// One JSON object as a line on stdout.
    pub fn json_line(&self, value: &impl Serialize) {
        self.json_lines(std::slice::from_ref(value));
    }

    /// JSON objects as lines on stdout, written together.
    pub fn json_lines(&self, values: &[impl Serialize]) {
        let mut lines = Vec::with_capacity(values.len() * 512);
        for value in values {
            let before = lines.len();
            match serde_json::to_writer(&mut lines, value) {
                Ok(()) => lines.push(b'\n'),
                Err(_) => lines.truncate(before),
            }
        }
        noted(std::io::stdout().lock().write_all(&lines));
    }
}

/// How wide a terminal is, where it is one.
fn columns(term: &Term) -> Option<usize> {
    term.is_term().then(|| term.size_checked()).flatten().map(|(_, columns)| usize::from(columns))
}

/// A text as it is, whatever the flags.
pub fn raw(text: impl std::fmt::Display) {
    noted(writeln!(std::io::stdout().lock(), "{text}"));
}

static LOST: AtomicBool = AtomicBool::new(false);

/// Remembers that standard output could not be written. A reader that went away (`| head`) is no failure.
fn noted(written: std::io::Result<()>) {
    if written.is_err_and(|error| error.kind() != std::io::ErrorKind::BrokenPipe) {
        LOST.store(true, Ordering::Relaxed);
    }
}

/// Whether something meant for standard output was lost.
pub fn lost() -> bool {
    noted(std::io::stdout().flush());
    LOST.load(Ordering::Relaxed)
}

/// A text that others wrote, without what a terminal would obey: control characters but line breaks and tabs become visible ones.
pub fn harmless(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' | '\t' => c,
        // the pictures of control characters stand in their order
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        // and what turns the direction of what stands beside it
        c if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => '\u{fffd}',
        c => c,
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_not_led_by_texts_of_others() {
        assert_eq!(harmless("a\tb\n\x1b[31mred\x07"), "a\tb\n\u{241b}[31mred\u{2407}");
        assert_eq!(harmless("\u{9b}31m é 漢"), "\u{fffd}31m é 漢");
        assert_eq!(harmless("a\u{202e}b שלום"), "a\u{fffd}b שלום");
    }
}

use std::fmt;

/// What is wrong with a run file or its data, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file as the user would name it; `--set ...` for a value of the command line.
    pub file: String,
    /// From 1; 0 where the problem belongs to the file as a whole.
    pub line: usize,
    /// In characters, from 1; 0 where the problem belongs to the line or file as a whole.
    pub column: usize,
    /// The place in the run file as a path of keys, such as `optimize.splits.train`; empty for data and whole files.
    pub key: String,
    /// What is wrong, in one lower-case sentence.
    pub message: String,
    /// What to do about it, in one lower-case sentence.
    pub fix: String,
    /// The text of the line, where there is one; long lines are cut round the place.
    pub excerpt: Option<Box<Excerpt>>,
}

/// A line of a user's file, fit to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The text, without its line ending.
    pub text: String,
    /// Where in `text` the problem begins, in bytes.
    pub offset: usize,
    /// How many bytes of `text` it takes; 0 where there is nothing to underline.
    pub length: usize,
}

impl Excerpt {
    /// Most characters shown of one line.
    const WIDTH: usize = 160;

    /// Cuts a line round a place given in characters from 0.
    #[must_use]
    pub fn cut(line: &str, column: usize, length: usize) -> Self {
        let line = line.trim_end_matches(['\n', '\r']);
        let chars = line.chars().count();
        let column = column.min(chars);
        let first = if chars <= Self::WIDTH { 0 } else { column.saturating_sub(Self::WIDTH / 4) };
        // control characters would move the cursor of a terminal
        let plain = |c: char| {
            if c == '\t' {
                ' '
            } else if c.is_control() {
                '\u{fffd}'
            } else {
                c
            }
        };
        let shown: String = line.chars().skip(first).take(Self::WIDTH).map(plain).collect();
        let mut text = String::new();
        if first > 0 {
            text.push('…');
        }
        let place = column - first;
        let offset = text.len() + shown.chars().take(place).map(char::len_utf8).sum::<usize>();
        let length = shown.chars().skip(place).take(length).map(char::len_utf8).sum();
        text.push_str(&shown);
        if chars > first + Self::WIDTH {
            text.push('…');
        }
        Self { text, offset, length }
    }
}

impl Problem {
    /// A problem of a file as a whole.
    pub fn of_file(file: impl Into<String>, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: 0,
            column: 0,
            key: String::new(),
            message: message.into(),
            fix: fix.into(),
            excerpt: None,
        }
    }

    /// A problem of one line; `text` is the line where it is at hand.
    pub fn of_line(
        file: impl Into<String>,
        line: usize,
        text: Option<&str>,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        let excerpt = text.filter(|text| !text.trim().is_empty()).map(|text| Box::new(Excerpt::cut(text, 0, 0)));
        Self { line, excerpt, ..Self::of_file(file, message, fix) }
    }

    /// Other words for the same place.
    #[must_use]
    pub fn saying(&self, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { message: message.into(), fix: fix.into(), ..self.clone() }
    }
}

impl fmt::Display for Problem {
    /// `file:line:column: message`, the line with the place underlined, and the fix.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        // a value of the command line has no lines
        let flag = self.file.starts_with("--");
        if self.line > 0 && !flag {
            write!(f, ":{}", self.line)?;
            if self.column > 0 {
                write!(f, ":{}", self.column)?;
            }
        }
        write!(f, ": {}", self.message)?;
        if let Some(excerpt) = self.excerpt.as_ref().filter(|_| !flag || self.file.starts_with("--set")) {
            let number = self.line.to_string();
            write!(f, "\n{number} | {}", excerpt.text)?;
            if excerpt.length > 0 {
                let before = excerpt.text[..excerpt.offset].chars().count();
                let marked = excerpt.text[excerpt.offset..excerpt.offset + excerpt.length].chars().count();
                write!(f, "\n{:width$} | {:before$}{}", "", "", "^".repeat(marked), width = number.len())?;
            }
        }
        if !self.fix.is_empty() {
            write!(f, "\nfix: {}", self.fix)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

/// Everything that was found wrong, in the order of the files; at least one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    /// The problems, a blank line between each two.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

//! Text that fits a terminal: sentences broken at words, lists in columns as wide as what is in them.
//!
//! Widths are columns of a terminal, and colours take none. Whoever reads a pipe gets whole lines: there is no width then.

use console::{measure_text_width as width, strip_ansi_codes, truncate_str};

use crate::output::{Ink, Output};

/// Narrower than this nothing is made: the terminal breaks the lines.
const NARROWEST: usize = 30;

/// A text broken at blanks into lines of at most `columns`. What stands between backticks stays together, so that a command can be copied,
/// and a word that is longer than a line keeps a line of its own. Lines after the first begin with `indent`.
pub fn wrapped(text: &str, columns: Option<usize>, indent: &str) -> String {
    let Some(columns) = columns.filter(|columns| *columns >= NARROWEST) else { return text.to_owned() };
    let broken = |line: &str| if width(line) <= columns { line.to_owned() } else { broken(line, columns, indent) };
    text.split('\n').map(broken).collect::<Vec<_>>().join("\n")
}

fn broken(line: &str, columns: usize, indent: &str) -> String {
    let mut lines = Vec::new();
    let mut now = String::new();
    let mut begun = false;
    for word in words(line, columns) {
        if begun && width(&now) + 1 + width(&word) > columns {
            lines.push(std::mem::replace(&mut now, format!("{indent}{word}")));
        } else {
            if begun {
                now.push(' ');
            }
            now.push_str(&word);
        }
        begun = true;
    }
    lines.push(now);
    lines.join("\n")
}

/// The words of a line; between backticks, or in brackets, blanks part nothing that fits a line.
fn words(line: &str, columns: usize) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open: Option<String> = None;
    for part in line.split(' ') {
        let word = match open.take() {
            Some(before) => format!("{before} {part}"),
            None => part.to_owned(),
        };
        let plain = strip_ansi_codes(&word);
        let whole =
            plain.matches('`').count().is_multiple_of(2) && plain.matches('[').count() <= plain.matches(']').count();
        if whole || width(&word) > columns {
            words.push(word);
        } else {
            open = Some(word);
        }
    }
    words.extend(open);
    words
}

/// A line cut to so many columns, with an ellipsis where something is left out.
pub fn cut(line: &str, columns: Option<usize>) -> String {
    match columns.filter(|columns| *columns >= NARROWEST) {
        Some(columns) => truncate_str(line, columns, "…").into_owned(),
        None => line.to_owned(),
    }
}

/// On which side of its column a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Texts.
    Left,
    /// Numbers.
    Right,
}

/// Rows under names, each column as wide as its widest cell.
pub struct Table {
    sides: Vec<Side>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table whose columns have these names.
    pub fn new(names: &[(&str, Side)], output: &Output) -> Self {
        let head = names.iter().map(|(name, _)| output.paint(Ink::Faint, name)).collect();
        Self { sides: names.iter().map(|(_, side)| *side).collect(), rows: vec![head] }
    }

    /// One more row; its cells may be in colours.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Its lines, the names first.
    pub fn lines(&self) -> Vec<String> {
        let wide =
            |at: usize| self.rows.iter().filter_map(|row| row.get(at)).map(|cell| width(cell)).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.sides.len()).map(wide).collect();
        self.rows.iter().map(|row| self.line(row, &widths)).collect()
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let last = row.len().saturating_sub(1);
        let mut line = String::new();
        for (at, ((cell, side), wide)) in row.iter().zip(&self.sides).zip(widths).enumerate() {
            let blanks = " ".repeat(wide.saturating_sub(width(cell)));
            match side {
                Side::Left if at == last => line.push_str(cell),
                Side::Left => line.extend([cell.as_str(), &blanks]),
                Side::Right => line.extend([blanks.as_str(), cell]),
            }
            if at < last {
                line.push_str("  ");
            }
        }
        line
    }

    /// The columns that it takes.
    pub fn width(&self) -> usize {
        self.lines().iter().map(|line| width(line)).max().unwrap_or(0)
    }

    /// Prints it, each line cut to the terminal.
    pub fn print(&self, output: &Output) {
        self.lines().into_iter().for_each(|line| output.cut(line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Output = Output { json: false, quiet: false, color: false, live: false, columns: None, notes: None };

    #[test]
    fn sentences_break_at_words_and_keep_commands_and_intervals_whole() {
        let text = "accuracy rose from 0.33 to 0.66 (+33.3 points, interval [+20.0, +46.7]); see `clade show RUN`";
        for columns in 30..100 {
            let broken = wrapped(text, Some(columns), "");
            assert!(broken.lines().all(|line| width(line) <= columns), "{columns}: {broken}");
            assert_eq!(broken.replace('\n', " "), text);
            let green = wrapped(&format!("\x1b[32m{text}\x1b[0m"), Some(columns), "");
            assert_eq!(strip_ansi_codes(&green), broken, "colours change nothing");
            assert!(broken.contains("`clade show RUN`") && broken.contains("[+20.0, +46.7]"), "{columns}: {broken}");
        }
        assert_eq!(wrapped(text, None, ""), text);
    }

    #[test]
    fn colours_take_no_columns() {
        let red = format!("\x1b[31m{}\x1b[0m", "word ".repeat(6).trim());
        assert_eq!(wrapped(&red, Some(30), ""), red);
        assert_eq!(width(&cut(&red.repeat(3), Some(40))), 40);
    }

    #[test]
    fn a_long_name_widens_its_column_for_all() {
        let mut table = Table::new(&[("RUN", Side::Left), ("CALLS", Side::Right), ("WHAT", Side::Left)], &PLAIN);
        table.row(["a-long-run-name".into(), "7".into(), "x".into()]);
        table.row(["b".into(), "123456".into(), "y".into()]);
        assert_eq!(
            table.lines(),
            ["RUN               CALLS  WHAT", "a-long-run-name       7  x", "b                123456  y"]
        );
        assert_eq!(table.width(), 29);
    }
}

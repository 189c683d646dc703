use std::{
    fmt,
    io::{self, Read},
};

use crate::text::count;

/// A CSV file whose quotes are watched as it is read: the reader behind it forgives a quote in a wrong place and goes on with what
/// follows as part of the field, so that rows would be lost unsaid.
pub(crate) struct Quotes<R> {
    input: R,
    delimiter: u8,
    state: State,
    /// The byte that is read next, and its line from 1.
    at: u64,
    line: usize,
    /// Where the last quoted field opened.
    opened: (u64, usize),
    fault: Option<QuoteFault>,
}

/// What is wrong with a quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct QuoteFault {
    /// The byte where the quoted field opens, from the first one that was read.
    pub byte: u64,
    /// The line where it opens.
    pub line: usize,
    /// The line where it closes and text follows; `None` where it never closes.
    pub closed: Option<usize>,
    /// The last line that the field takes.
    pub last: usize,
}

impl QuoteFault {
    /// What to do about it.
    pub(crate) const FIX: &str = "close it where the field ends, and write a quote inside of quotes twice (`\"\"`)";
}

impl fmt::Display for QuoteFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lost = self.last.saturating_sub(self.line + 1);
        match self.closed {
            Some(closed) if closed == self.line => f.write_str("text follows the quote that closes a field"),
            Some(closed) => write!(f, "a quote that is opened here is closed on line {closed}, where text follows it"),
            None if lost == 0 => f.write_str("a quote that is opened here is not closed"),
            None => {
                let lost = count(lost, "line");
                write!(f, "a quote that is opened here is not closed, so that {lost} after it would be lost")
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A field begins.
    Begins,
    /// In a field without quotes.
    Plain,
    /// Between quotes.
    Quoted,
    /// After a quote that closes the field, or is the first of two.
    Closed,
}

impl<R: Read> Quotes<R> {
    pub(crate) fn new(input: R, delimiter: u8) -> Self {
        Self { input, delimiter, state: State::Begins, at: 0, line: 1, opened: (0, 1), fault: None }
    }

    /// The first fault that begins before a byte, counted from the first one that was read.
    pub(crate) fn fault_before(&self, byte: u64) -> Option<QuoteFault> {
        self.fault.filter(|fault| fault.byte < byte)
    }

    fn see(&mut self, byte: u8) {
        let ends = byte == self.delimiter || matches!(byte, b'\n' | b'\r');
        self.state = match (self.state, byte) {
            (State::Begins, b'"') => {
                self.opened = (self.at, self.line);
                State::Quoted
            }
            (State::Quoted, b'"') => State::Closed,
            (State::Closed, b'"') | (State::Quoted, _) => State::Quoted,
            (State::Closed, _) if !ends => {
                self.tell(Some(self.line));
                State::Plain
            }
            _ if ends => State::Begins,
            _ => State::Plain,
        };
        self.at += 1;
        self.line += usize::from(byte == b'\n');
    }

    fn tell(&mut self, closed: Option<usize>) {
        let (byte, line) = self.opened;
        self.fault.get_or_insert(QuoteFault { byte, line, closed, last: self.line });
    }
}

impl<R: Read> Read for Quotes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.input.read(buffer)?;
        for byte in buffer.iter().take(n) {
            self.see(*byte);
        }
        if n == 0 && !buffer.is_empty() && self.state == State::Quoted {
            self.tell(None);
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<QuoteFault> {
        let mut quotes = Quotes::new(text.as_bytes(), b',');
        io::copy(&mut quotes, &mut io::sink()).unwrap();
        quotes.fault_before(u64::MAX)
    }

    #[test]
    fn quotes_in_wrong_places_are_seen() {
        let wrong = |byte, line, closed, last| Some(QuoteFault { byte, line, closed, last });
        for (text, expected) in [
            ("a,b\n\"x, y\",\"2 \"\" 3\"\r\n\"\",\"\"\n", None),
            ("a,b\nit is 5\" long,2\n \"x\",3\n", None),
            ("a,b\n\"one\ntwo\",1", None),
            ("a,b\n\"Q2\" x,2\n", wrong(4, 2, Some(2), 2)),
            ("a,b\n\"Q2,2\n\"Q3\",3\n", wrong(4, 2, Some(3), 3)),
            ("a,b\n1,\"Q2\n3,4\n", wrong(6, 2, None, 4)),
            ("a,\"b", wrong(2, 1, None, 1)),
        ] {
            assert_eq!(fault(text), expected, "{text}");
        }
    }
}

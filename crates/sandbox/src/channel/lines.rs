use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Reads one JSON value a line from somebody who is not trusted: a line has a longest length, and nothing beyond it is kept.
#[derive(Debug)]
pub struct Lines<R> {
    from: R,
    buffer: Vec<u8>,
    /// How much of the buffer is known to have no line end.
    searched: usize,
    longest: usize,
    /// Lines that begin so may have another length.
    longer: Option<(&'static [u8], usize)>,
    /// The length of the last message.
    length: usize,
}

/// Why a line was not taken. Nothing that comes after it can be trusted to begin where a line begins.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadLine {
    /// No line end in time.
    #[error("a line of more than {longest} bytes")]
    TooLong {
        /// The longest allowed length.
        longest: usize,
    },
    /// Not a message.
    #[error("`{start}`, which is no message: {why}")]
    Malformed {
        /// The first characters of the line.
        start: String,
        /// What the parser says.
        why: String,
    },
    /// It ended within a line.
    #[error("half a line")]
    Broken,
    /// It could not be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl BadLine {
    /// Whether nothing is wrong with it but its length.
    #[must_use]
    pub fn is_too_much(&self) -> bool {
        match self {
            Self::TooLong { .. } => true,
            Self::Io(error) => error.kind() == std::io::ErrorKind::FileTooLarge,
            Self::Malformed { .. } | Self::Broken => false,
        }
    }
}

/// How much is read at once.
const CHUNK: usize = 8 * 1024;
/// How many characters of a bad line are shown.
const SHOWN: usize = 80;

impl<R: AsyncRead + Unpin> Lines<R> {
    /// Reads lines of at most `longest` bytes, their ends left out.
    pub fn new(from: R, longest: usize) -> Self {
        Self { from, buffer: Vec::new(), searched: 0, longest, longer: None, length: 0 }
    }

    /// The same, but for lines that begin so, which are of at most `longest` bytes.
    #[must_use]
    pub fn but(self, beginning: &'static [u8], longest: usize) -> Self {
        Self { longer: Some((beginning, longest)), ..self }
    }

    /// How many bytes the message had that came last.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// Whether what is read now, or was given up last, begins as those do that may have another length.
    #[must_use]
    pub fn is_another(&self) -> bool {
        self.longer.is_some_and(|(beginning, _)| self.buffer.starts_with(beginning))
    }

    fn longest(&self) -> usize {
        self.longer.filter(|_| self.is_another()).map_or(self.longest, |(_, longest)| longest)
    }

    /// What is read from.
    pub fn get_ref(&self) -> &R {
        &self.from
    }

    /// The next message; `None` at the end. Dropping the future loses nothing that was read.
    ///
    /// # Errors
    /// [`BadLine`], after which the other side is not worth reading.
    pub async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, BadLine> {
        loop {
            let rest = self.buffer.get(self.searched..).unwrap_or_default();
            if let Some(end) = rest.iter().position(|byte| *byte == b'\n').map(|found| self.searched + found) {
                if end > self.longest() {
                    return Err(BadLine::TooLong { longest: self.longest() });
                }
                self.length = end;
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                self.searched = 0;
                return parse(line.strip_suffix(b"\n").unwrap_or_default()).map(Some);
            }
            self.searched = self.buffer.len();
            if self.searched > self.longest() {
                return Err(BadLine::TooLong { longest: self.longest() });
            }
            self.buffer.reserve(CHUNK);
            if self.from.read_buf(&mut self.buffer).await? == 0 {
                return if self.buffer.is_empty() { Ok(None) } else { Err(BadLine::Broken) };
            }
        }
    }
}

/// `serde_json` itself refuses nesting beyond 128 levels, numbers that are none, and text that is not UTF-8.
fn parse<T: DeserializeOwned>(line: &[u8]) -> Result<T, BadLine> {
    serde_json::from_slice(line).map_err(|error| BadLine::Malformed {
        start: String::from_utf8_lossy(line).chars().take(SHOWN).collect(),
        why: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::channel::{Ask, FromInside, Message};

    /// All messages until the end or the first bad line.
    fn read(bytes: &[u8], longest: usize) -> (Vec<FromInside>, Option<BadLine>) {
        let mut lines = Lines::new(bytes, longest);
        let mut messages = Vec::new();
        loop {
            match lines.next().now_or_never().expect("reading memory never waits") {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => return (messages, None),
                Err(bad) => return (messages, Some(bad)),
            }
        }
    }

    #[test]
    fn malformed_lines_are_named() {
        let deep = format!("{{\"returned\":{{\"id\":1,\"value\":{}}}}}", "[".repeat(100_000));
        let table: [(&[u8], &str); 12] = [
            (b"\n", "EOF"),
            (b"hello\n", "expected value"),
            (b"{}\n", "expected value"),
            (b"null\n", "expected value"),
            (b"[]\n", "expected value"),
            (b"{\"returned\":{\"id\":1}}\n", "missing field `value`"),
            (b"{\"returned\":{\"id\":-1,\"value\":0}}\n", "invalid value"),
            (b"{\"returned\":{\"id\":1,\"value\":NaN}}\n", "expected value"),
            (b"{\"returned\":{\"id\":1,\"value\":0,\"extra\":0}}\n", "unknown field `extra`"),
            (b"{\"call\":{\"id\":1}}\n", "unknown variant `call`"),
            (b"{\"ready\":{}}{\"ready\":{}}\n", "trailing characters"),
            (b"{\"failed\":{\"id\":1,\"message\":\"\xff\",\"trace\":\"\"}}\n", "unicode"),
        ];
        for (line, why) in table {
            match read(line, 1000) {
                (messages, Some(BadLine::Malformed { why: said, .. })) => {
                    assert!(messages.is_empty() && said.contains(why), "{line:?}: {said}");
                }
                other => panic!("{line:?}: {other:?}"),
            }
        }
        assert!(matches!(read(format!("{deep}\n").as_bytes(), 1 << 20).1, Some(BadLine::Malformed { .. })));
        assert!(matches!(read(b"{\"ready\":{}}", 1000).1, Some(BadLine::Broken)));
    }

    #[test]
    fn lines_that_begin_otherwise_may_be_longer() {
        let long = format!("{{\"ask\":\"{}\"}}\n", "x".repeat(30));
        let other = format!("{{\"as\":\"{}\"}}\n", "x".repeat(30));
        for (text, most, taken) in [(&long, 50, true), (&long, 20, false), (&other, 50, false)] {
            let mut lines = Lines::new(text.as_bytes(), 10).but(b"{\"ask\":", most);
            let read = lines.next::<Value>().now_or_never().expect("reading memory never waits");
            assert_eq!(read.is_ok(), taken, "{text}");
            assert_eq!((lines.length(), lines.is_another()), if taken { (40, false) } else { (0, text == &long) });
        }
    }

    #[test]
    fn a_line_without_end_is_given_up_early() {
        let mut lines = Lines::new(tokio::io::repeat(b'['), 10_000);
        let given_up = lines.next::<Value>().now_or_never().expect("reading memory never waits");
        assert!(matches!(given_up, Err(BadLine::TooLong { longest: 10_000 })));
        assert!(lines.buffer.capacity() < 64 * 1024, "{} bytes were kept", lines.buffer.capacity());
    }

    fn messages() -> impl Strategy<Value = FromInside> {
        prop_oneof![
            Just(FromInside::Ready {}),
            (any::<u64>(), ".{0,40}")
                .prop_map(|(id, text)| FromInside::Returned { id, value: json!({"score": 0.5, "reason": text}) }),
            (any::<u64>(), ".{0,40}", ".{0,40}").prop_map(|(id, message, trace)| FromInside::Failed {
                id,
                message,
                trace
            }),
            (any::<u64>(), ".{0,40}").prop_map(|(id, content)| FromInside::Ask {
                id,
                ask: Ask { messages: vec![Message { role: "user".into(), content }], options: serde_json::Map::new() },
            }),
        ]
    }

    proptest! {
        #[test]
        fn reads_what_is_written(messages in prop::collection::vec(messages(), 0..8)) {
            let text: String =
                messages.iter().map(|message| serde_json::to_string(message).unwrap() + "\n").collect();
            let (seen, bad) = read(text.as_bytes(), 100_000);
            prop_assert!(bad.is_none(), "{bad:?}");
            prop_assert_eq!(seen, messages);
        }

        #[test]
        fn any_bytes_are_messages_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400), longest in 0_usize..200) {
            let (seen, bad) = read(&bytes, longest);
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
            prop_assert!(seen.len() <= lines);
            prop_assert!(bad.is_some() || seen.len() == lines);
        }

        #[test]
        fn a_broken_message_does_not_become_another(message in messages(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut text = serde_json::to_vec(&message).unwrap();
            let at = at.index(text.len());
            text[at] = byte;
            text.push(b'\n');
            // every message that is seen is one, and reading ends
            let (seen, _) = read(&text, 100_000);
            prop_assert!(seen.len() <= 1);
        }

        #[test]
        fn the_limit_is_exact(length in 2_usize..300, longest in 2_usize..300) {
            let text = format!("\"{}\"\n", "x".repeat(length - 2));
            let mut lines = Lines::new(text.as_bytes(), longest);
            let seen = lines.next::<String>().now_or_never().expect("reading memory never waits");
            prop_assert_eq!(seen.is_ok(), length <= longest);
        }
    }
}

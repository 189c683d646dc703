/// The end of a text of any length.
#[derive(Debug, Default)]
pub struct Tail(Vec<u8>);

/// How much is kept, in bytes.
const KEPT: usize = 8 * 1024;

impl Tail {
    /// Adds to the text.
    pub fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
        if self.0.len() > 2 * KEPT {
            self.0.drain(..self.0.len() - KEPT);
        }
    }

    /// The end of what was added since the last time.
    pub fn take(&mut self) -> String {
        let bytes = std::mem::take(&mut self.0);
        String::from_utf8_lossy(bytes.get(bytes.len().saturating_sub(KEPT)..).unwrap_or_default()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_end() {
        let mut tail = Tail::default();
        for n in 0..100_000_u32 {
            tail.push(n.to_string().as_bytes());
            assert!(tail.0.len() <= 3 * KEPT);
        }
        let text = tail.take();
        assert!(text.len() == KEPT && text.ends_with("9999899999"));
        assert_eq!(tail.take(), "");
    }
}

/// The scale that a judge's scores are on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// The worst score.
    pub low: f64,
    /// The best score; above `low`.
    pub high: f64,
}

impl Scale {
    /// From 0 to 1, as our prompts ask.
    pub const SHARE: Self = Self { low: 0.0, high: 1.0 };

    /// The worst score, the one in the middle and the best as a prompt writes them: `0.0`, `0.5`, `1.0`; `1`, `5.5`, `10`.
    pub(crate) fn written(self) -> [String; 3] {
        let written = |score: f64| if self == Self::SHARE { format!("{score:.1}") } else { score.to_string() };
        [self.low, self.low.midpoint(self.high), self.high].map(written)
    }

    /// A scale stated in words: `1-5`, `1 to 10`, `from 0 to 100`, `out of 10`; `None` where none is.
    #[must_use]
    pub fn stated_in(text: &str) -> Option<Self> {
        let lower = text.to_lowercase();
        let bytes = lower.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            if !bytes[at].is_ascii_digit() {
                at += 1;
                continue;
            }
            let start = at;
            while at < bytes.len() && bytes[at].is_ascii_digit() {
                at += 1;
            }
            let Ok(number) = lower[start..at].parse::<f64>() else { continue };
            let before = lower[..start].trim_end();
            if before.ends_with("out of") && number >= 2.0 {
                return Some(Self { low: 0.0, high: number });
            }
            let rest = lower[at..].trim_start();
            let joined = ["-", "–", "to ", "and ", "through "].iter().find_map(|sign| rest.strip_prefix(sign));
            let near =
                |words: &[&str]| words.iter().any(|word| before.rfind(word).is_some_and(|found| start - found <= 40));
            // words that say scores are meant allow for any scale, the others for the usual ones
            let scored = near(&["scale", "score", "rating", "rate ", "grade"]);
            if let (Some(rest), true) = (joined, (scored || near(&["rate", "from", "between", "("])) && number <= 1.0) {
                let rest = rest.trim_start();
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                if let Ok(high) = rest[..digits].parse::<f64>()
                    && (scored && high > 1.0 || [3.0, 4.0, 5.0, 6.0, 7.0, 10.0, 20.0, 100.0].contains(&high))
                {
                    return Some(Self { low: number, high });
                }
            }
        }
        None
    }

    /// Where a score lies on the scale, in [0, 1]; `None` outside it.
    #[must_use]
    pub fn share(self, score: f64) -> Option<f64> {
        (score >= self.low - 1e-9 && score <= self.high + 1e-9)
            .then(|| ((score - self.low) / (self.high - self.low)).clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_in_words() {
        for (text, scale) in [
            ("Score from 1 to 5", Some((1.0, 5.0))),
            ("on a scale of 1-10", Some((1.0, 10.0))),
            ("rate it between 0 and 100", Some((0.0, 100.0))),
            ("7 out of 10", Some((0.0, 10.0))),
            ("Score it from 0 to 4", Some((0.0, 4.0))),
            ("scores from 1 to 9", Some((1.0, 9.0))),
            ("score from 0 to 1", None),
            ("from 1 to 2 sentences", None),
            ("use 3 to 5 sentences", None),
            ("chapters 1-3", None),
            ("be polite", None),
        ] {
            assert_eq!(Scale::stated_in(text).map(|s| (s.low, s.high)), scale, "{text}");
        }
    }
}

use super::{scale::Scale, verdict::Reading};

/// Reads a verdict from plain words: a stated score, else a verdict in a word.
pub(super) fn read(text: &str, scale: Scale) -> Option<Reading> {
    let reason = text.trim().to_owned();
    if let Some(score) = stated_score(text, scale) {
        return Some(Reading { score, pass: stated_verdict(text), reason, category: None });
    }
    let pass = stated_verdict(text).or_else(|| lone_verdict(text))?;
    Some(Reading { score: f64::from(u8::from(pass)), pass: Some(pass), reason, category: None })
}

/// The last `score: x`, `rating of x`, `x/10`, on its scale.
fn stated_score(text: &str, scale: Scale) -> Option<f64> {
    let lower = text.to_lowercase();
    let mut best: Option<(usize, f64)> = None;
    for name in ["score", "rating", "grade"] {
        for (at, _) in lower.match_indices(name) {
            let rest = lower[at + name.len()..].trim_start_matches(['*', '_', '"', ' ', ':', '=']);
            let rest = ["of ", "is ", "would be "].iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest);
            let rest = rest.trim_start_matches(['*', '_', '"', ' ', ':', '[', '(']);
            if let Some(share) = score(rest, scale)
                && best.is_none_or(|(before, _)| at > before)
            {
                best = Some((at, share));
            }
        }
    }
    best.map(|(_, share)| share)
}

/// The number that a text begins with, as a share: `7/10`, `7 out of 10`, `70%`, or a bare one on the scale.
pub(super) fn score(text: &str, scale: Scale) -> Option<f64> {
    let text = text.trim();
    let (number, rest) = leading_number(text)?;
    let rest = rest.trim_start_matches(['*', '_', ' ', ']']);
    if rest.starts_with('%') || rest.starts_with("percent") {
        return Scale { low: 0.0, high: 100.0 }.share(number);
    }
    let whole = rest.strip_prefix('/').or_else(|| rest.strip_prefix("out of ")).map(str::trim_start);
    if let Some((high, _)) = whole.and_then(leading_number) {
        let own = if (high - scale.high).abs() < 1e-9 { scale } else { Scale { low: 0.0, high } };
        return (high > 0.0).then(|| own.share(number)).flatten();
    }
    scale.share(number)
}

fn leading_number(text: &str) -> Option<(f64, &str)> {
    let mut end = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    if text[..end].ends_with('.') {
        end -= 1;
    }
    text[..end].parse().ok().map(|number| (number, &text[end..]))
}

/// `verdict: pass`, `pass: true`, `judgement: no`, the last of them.
fn stated_verdict(text: &str) -> Option<bool> {
    let lower = text.to_lowercase();
    let mut best: Option<(usize, bool)> = None;
    for name in ["verdict", "pass", "judgment", "judgement", "decision", "result", "answer"] {
        for (at, _) in lower.match_indices(name) {
            let rest = lower[at + name.len()..].trim_start_matches(['*', '_', '"', ' ']);
            let Some(rest) = rest.strip_prefix([':', '=']) else { continue };
            let word = rest.trim_start_matches(['*', '_', '"', ' ']);
            let end = word.find(|c: char| !c.is_alphabetic()).unwrap_or(word.len());
            if let Some(pass) = yes_or_no(&word[..end])
                && best.is_none_or(|(before, _)| at > before)
            {
                best = Some((at, pass));
            }
        }
    }
    best.map(|(_, pass)| pass)
}

/// A verdict word that is the whole text, its first word before a mark, or its last line.
fn lone_verdict(text: &str) -> Option<bool> {
    let text = text.trim();
    let last = text.lines().next_back().unwrap_or_default();
    if let Some(pass) = yes_or_no(last) {
        return Some(pass);
    }
    let end = text.find([',', '.', ':', '!', '\n'])?;
    yes_or_no(&text[..end])
}

/// What a single word of verdict says.
pub(super) fn yes_or_no(text: &str) -> Option<bool> {
    let word = text.trim().trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    match word.as_str() {
        "yes" | "y" | "true" | "pass" | "passed" | "passes" | "correct" | "acceptable" | "1" => Some(true),
        "no" | "n" | "false" | "fail" | "failed" | "fails" | "incorrect" | "unacceptable" | "0" => Some(false),
        _ => None,
    }
}

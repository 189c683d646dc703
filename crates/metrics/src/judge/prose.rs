use super::{scale::Scale, verdict::Reading};

/// Reads a verdict from plain words: a stated score, else a verdict in a word or a lone number. A score that is stated off
/// its scale is no verdict, whatever else is said.
pub(super) fn read(text: &str, scale: Scale) -> Option<Reading> {
    let of = |score: f64, pass: Option<bool>| Reading { score, pass, reason: text.trim().to_owned(), category: None };
    if let Some(stated) = stated_score(text, scale) {
        return stated.map(|score| of(score, stated_verdict(text)));
    }
    let verdict = stated_verdict(text);
    if let (None, Some(score)) = (verdict, lone_score(text, scale)) {
        return Some(of(score, None));
    }
    let pass = verdict.or_else(|| lone_verdict(text))?;
    Some(of(f64::from(u8::from(pass)), Some(pass)))
}

/// Reads an answer that is a verdict and nothing else: `Yes.`, `0.7`.
pub(super) fn read_bare(text: &str, scale: Scale) -> Option<Reading> {
    let text = text.trim();
    let pass = yes_or_no(text);
    let score = pass.map(|pass| f64::from(u8::from(pass))).or_else(|| nothing_but_score(text, scale))?;
    Some(Reading { score, pass, reason: text.to_owned(), category: None })
}

/// The last score that is stated (`score: x`, `the rating is x`), else the last one in passing (`a score of x`), on its
/// scale. `Some(None)` where one is stated that does not lie on it.
fn stated_score(text: &str, scale: Scale) -> Option<Option<f64>> {
    const BEST: [&str; 6] = ["max", "maximum", "perfect", "possible", "highest", "full"];
    let lower = text.to_lowercase();
    let mut best: Option<((bool, usize), Option<f64>)> = None;
    for name in ["score", "rating", "grade"] {
        for (at, _) in lower.match_indices(name) {
            if BEST.iter().any(|word| lower[..at].trim_end().ends_with(word)) {
                continue;
            }
            let rest = lower[at + name.len()..].trim_start_matches(['*', '_', '"', '\'', ' ']);
            let stated = [":", "=", "is "].iter().any(|sign| rest.starts_with(sign));
            let rest = rest.trim_start_matches([':', '=', ' ', '*', '_', '"']);
            let rest = ["of ", "is ", "would be "].iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest);
            let rest = rest.trim_start_matches(['*', '_', '"', ' ', ':', '[', '(']);
            let share = score(rest, scale);
            let counts = share.is_some() || (stated && rest.starts_with(|c: char| c.is_ascii_digit()));
            if counts && best.is_none_or(|(before, _)| (stated, at) > before) {
                best = Some(((stated, at), share));
            }
        }
    }
    best.map(|(_, share)| share)
}

/// The number that a text begins with, as a share: `7/10`, `7 out of 10`, `70%`, or a bare one on the scale.
pub(super) fn score(text: &str, scale: Scale) -> Option<f64> {
    score_and_rest(text, scale).map(|(share, _)| share)
}

fn score_and_rest(text: &str, scale: Scale) -> Option<(f64, &str)> {
    let (number, rest) = leading_number(text.trim())?;
    let rest = rest.trim_start_matches(['*', '_', ' ', ']']);
    if let Some(rest) = rest.strip_prefix('%').or_else(|| rest.strip_prefix("percent")) {
        return Some((Scale { low: 0.0, high: 100.0 }.share(number)?, rest));
    }
    let whole = rest.strip_prefix('/').or_else(|| rest.strip_prefix("out of ")).map(str::trim_start);
    if let Some((high, rest)) = whole.and_then(leading_number).filter(|(high, _)| *high > 0.0) {
        let own = if (high - scale.high).abs() < 1e-9 { scale } else { Scale { low: 0.0, high } };
        return Some((own.share(number)?, rest));
    }
    Some((scale.share(number)?, rest))
}

/// Digits with a decimal point or, before one or two digits at the end, a decimal comma: `0.75`, `0,8`.
fn leading_number(text: &str) -> Option<(f64, &str)> {
    let mut end = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    if text[..end].ends_with('.') {
        end -= 1;
    }
    let (number, rest) = text.split_at(end);
    let decimals = rest.strip_prefix(',').map_or(0, |part| part.bytes().take_while(u8::is_ascii_digit).count());
    match decimals {
        0 => Some((number.parse().ok()?, rest)),
        1 | 2 => Some((format!("{number}.{}", &rest[1..=decimals]).parse().ok()?, &rest[1 + decimals..])),
        _ => None,
    }
}

/// A score that is the last line or the first, and nothing beside it.
fn lone_score(text: &str, scale: Scale) -> Option<f64> {
    let mut lines = text.trim().lines();
    let first = lines.next()?;
    lines.next_back().and_then(|last| nothing_but_score(last, scale)).or_else(|| nothing_but_score(first, scale))
}

fn nothing_but_score(line: &str, scale: Scale) -> Option<f64> {
    const MARKS: [char; 9] = ['*', '_', '`', '"', '\'', '[', ']', '.', ' '];
    let (share, rest) = score_and_rest(line.trim().trim_start_matches(['*', '_', '`', '"', '\'', '[']), scale)?;
    rest.trim_matches(MARKS).is_empty().then_some(share)
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

/// What a single word of verdict says. A digit is a score, no word.
pub(super) fn yes_or_no(text: &str) -> Option<bool> {
    let word = text.trim().trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    match word.as_str() {
        "yes" | "y" | "true" | "pass" | "passed" | "passes" | "correct" | "acceptable" => Some(true),
        "no" | "n" | "false" | "fail" | "failed" | "fails" | "incorrect" | "unacceptable" => Some(false),
        _ => None,
    }
}

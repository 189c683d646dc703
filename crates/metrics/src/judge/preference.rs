/// Which of two outputs a judge prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preference {
    /// The one shown first: `(a)`.
    First,
    /// The one shown second: `(b)`.
    Second,
}

/// Reads a comparison: the last sentence that calls one output the better one, else the only output it names. `None` where
/// it names both alike, neither, or nothing.
#[must_use]
pub fn read_preference(answer: &str) -> Option<Preference> {
    let text = answer.to_lowercase();
    let named = named_outputs(&text);
    let decided = named.iter().enumerate().rev().find_map(|(at, (start, end, which))| {
        let after = text[*end..].trim_start_matches(['*', '_', '"', ' ', '`']);
        let before = text[..*start].trim_end_matches(['*', '_', '"', ' ', '`', ':', '\n']);
        let better = BETTER.iter().any(|words| after.starts_with(words));
        let chosen = CHOSEN.iter().any(|words| before.ends_with(words));
        let previous_end = at.checked_sub(1).map(|before| named[before].1);
        ((better || chosen) && !denied(&text, before, previous_end)).then_some(*which)
    });
    if decided.is_some() {
        return decided;
    }
    // a bare name as the first or the last line is the verdict, and so is the only name of a short text
    let bare = |line: &str, (start, end, which): (usize, usize, Preference)| {
        let lead = line[..start].trim_matches(['*', '_', '"', ' ', '`', '#']);
        let tail = line[end..].trim_start_matches(['*', '_', '"', ' ', '`', '.']);
        (lead.is_empty() && (tail.is_empty() || tail.starts_with('('))).then_some(which)
    };
    let line_verdict = |line: &str| named_outputs(line).first().and_then(|first| bare(line, *first));
    let trimmed = text.trim();
    let lines = [trimmed.lines().next_back(), trimmed.lines().next()];
    if let Some(which) = lines.into_iter().flatten().find_map(line_verdict) {
        return Some(which);
    }
    let mut kinds: Vec<Preference> = named.iter().map(|(_, _, which)| *which).collect();
    kinds.dedup();
    match kinds.as_slice() {
        [only] if trimmed.len() <= 40 => Some(*only),
        _ => None,
    }
}

/// Whether the words before a name take back what is said of it: `neither (a) nor (b) is better`, `(a) and (b) is better`.
fn denied(text: &str, before: &str, previous_end: Option<usize>) -> bool {
    if ["neither", "nor", "not", "than"].iter().any(|word| ends_with_word(before, word)) {
        return true;
    }
    ["and", "or"].iter().any(|word| {
        ends_with_word(before, word)
            && previous_end
                .and_then(|end| text.get(end..before.len() - word.len()))
                .is_some_and(|gap| gap.trim().is_empty())
    })
}

const BETTER: &[&str] = &[
    "is better",
    "is the better",
    "is much better",
    "is slightly better",
    "is clearly better",
    "is a better",
    "is superior",
    "is preferred",
    "is preferable",
    "is the best",
    "is the winner",
    "wins",
    "is considered better",
    "is more accurate and",
    "would be better",
    "would be considered better",
    "is therefore better",
    "should be preferred",
    "can be considered better",
    "is thus better",
    "is overall better",
    "is the preferred",
    "is a more accurate",
    "is the more",
];

const CHOSEN: &[&str] = &[
    "i choose",
    "i prefer",
    "i would choose",
    "i would prefer",
    "i select",
    "my choice is",
    "the better output is",
    "the better one is",
    "the winner is",
    "verdict",
    "final answer",
    "my answer is",
    "the best output is",
    "better is",
    "the preferred output is",
    "i pick",
];

fn ends_with_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word).is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
}

/// Where outputs are named, in order: `output (a)`, `output a`, `(a)`, `response a`.
fn named_outputs(text: &str) -> Vec<(usize, usize, Preference)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(['a', 'b', '1', '2']) {
        let which = match text.as_bytes()[at] {
            b'a' | b'1' => Preference::First,
            _ => Preference::Second,
        };
        let (before, after) = (&text[..at], &text[at + 1..]);
        if before.ends_with('(') && after.starts_with(')') {
            let lead = before[..before.len() - 1].trim_end();
            let start = lead.strip_suffix("output").or_else(|| lead.strip_suffix("response")).map_or(at - 1, str::len);
            found.push((start, at + 2, which));
        } else if !after.starts_with(char::is_alphanumeric) {
            let lead = ["output ", "response ", "answer "].iter().find_map(|name| before.strip_suffix(name));
            if let Some(lead) = lead {
                found.push((lead.len(), at + 1, which));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_decision_counts() {
        for (answer, preference) in [
            ("Output (a)", Some(Preference::First)),
            ("**Output (b)**", Some(Preference::Second)),
            ("Output (a) is wrong. Therefore, Output (b) is better.", Some(Preference::Second)),
            ("Output (a) is better than Output (b).", Some(Preference::First)),
            ("Neither Output (a) nor Output (b) is better.", None),
            ("Both Output (a) and Output (b) are fine.", None),
            ("I would choose Output (a) over Output (b).", Some(Preference::First)),
            ("", None),
            ("(b)", Some(Preference::Second)),
            ("Output (b) (Output (a) is rude)", Some(Preference::Second)),
            ("Output (b)\n\nExplanation: Output (a) is vague, Output (b) is exact.", Some(Preference::Second)),
            ("Which of Output (a) and Output (b)?\nOutput (a)", Some(Preference::First)),
            ("Output (a) is not better, and Output (b) is better.", Some(Preference::Second)),
            ("1. Output (a): yes\nOutput (b): no", None),
        ] {
            assert_eq!(read_preference(answer), preference, "{answer}");
        }
    }
}

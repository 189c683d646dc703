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
    let decided = named.iter().rev().find_map(|(start, end, which)| {
        let after = text[*end..].trim_start_matches(['*', '_', '"', ' ', '`']);
        let before = text[..*start].trim_end_matches(['*', '_', '"', ' ', '`', ':', '\n']);
        let denied = ["neither", "nor", "not", "than", "and", "or"].iter().any(|word| ends_with_word(before, word));
        let better = BETTER.iter().any(|words| after.starts_with(words));
        let chosen = CHOSEN.iter().any(|words| before.ends_with(words));
        ((better || chosen) && !denied).then_some(*which)
    });
    if decided.is_some() {
        return decided;
    }
    // "output (a)" and no more, or nothing but one of them
    let mut kinds: Vec<Preference> = named.iter().map(|(_, _, which)| *which).collect();
    kinds.dedup();
    match kinds.as_slice() {
        [only] if text.trim().len() <= 40 || text.trim().starts_with("output (") => Some(*only),
        _ => None,
    }
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
        ] {
            assert_eq!(read_preference(answer), preference, "{answer}");
        }
    }
}

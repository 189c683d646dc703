/// Where an output states its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stated<'t> {
    /// The words that are the answer: the rest of the line after the marker, or what is inside it. Without quotes,
    /// emphasis and a closing full stop.
    pub answer: &'t str,
    /// Everything from the answer to the end of the output.
    pub rest: &'t str,
    /// Whether a marker announces it (`the answer is`, `Answer:`, a heading `Answer`, `####`, `\boxed{}`, `<answer>`, where there is none
    /// of these a key of JSON such as `"label"`, or `Label:` and its kind); else it is the last line.
    pub explicit: bool,
}

/// What a text says after its thinking, which reasoning models write in front as `<think>...</think>`. Empty where the text
/// was cut before the thinking ended.
#[must_use]
pub fn without_thinking(text: &str) -> &str {
    const TAGS: [(&str, &str); 2] = [("<think>", "</think>"), ("<thinking>", "</thinking>")];
    TAGS.iter().fold(text, |text, (open, close)| {
        // most texts think nothing, and searching forwards is the fast way to see that
        let thought = if text.contains(close) { text.rsplit_once(close) } else { None };
        let said = thought.map_or(text, |(_, said)| said);
        if said.trim_start().starts_with(open) { "" } else { said }
    })
}

/// The last place where an output announces its answer, else its last line, its thinking aside. Empty only where the output
/// is.
#[must_use]
pub fn stated(output: &str) -> Stated<'_> {
    let output = without_thinking(output);
    let markers = [hashes(output), boxed(output), tagged(output), announced(output)];
    let found = markers.into_iter().flatten().max_by_key(|found| found.0);
    match found.or_else(|| keyed(output)).or_else(|| labelled(output)) {
        Some((_, answer, rest)) => Stated { answer: bare(answer), rest, explicit: true },
        None => {
            let trimmed = output.trim_end();
            let start = trimmed.rfind('\n').map_or(0, |at| at + 1);
            Stated { answer: bare(&trimmed[start..]), rest: &trimmed[start..], explicit: false }
        }
    }
}

type Found<'t> = (usize, &'t str, &'t str);

/// `#### 42`, as GSM8K ends its solutions.
fn hashes(output: &str) -> Option<Found<'_>> {
    let at = output.rfind("####")?;
    let rest = &output[at + 4..];
    // a heading of the fourth level that is no answer has more lines of text below it
    let line = first_line(rest);
    (!line.is_empty() && rest.trim().len() == line.len()).then_some((at + 4, line, rest))
}

/// `\boxed{42}`, as mathematical texts mark results.
fn boxed(output: &str) -> Option<Found<'_>> {
    let at = output.rfind("\\boxed{")?;
    let inside = &output[at + 7..];
    let mut depth = 1;
    for (offset, byte) in inside.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((at + 7, &inside[..offset], inside));
        }
    }
    None
}

/// `<answer>42</answer>`.
fn tagged(output: &str) -> Option<Found<'_>> {
    let end = output.rfind("</answer>")?;
    let start = output[..end].rfind("<answer>")? + 8;
    Some((start, &output[start..end], &output[start..end]))
}

/// `the answer is 42`, `Answer: 42`, `answers are`, `ANSWER = 42`.
fn announced(output: &str) -> Option<Found<'_>> {
    let mut end = output.len();
    while let Some(at) = last_answer_word(&output[..end]) {
        end = at;
        let before = output[..at].trim_end();
        let about = ["this", "that", "your"].iter().any(|word| ends_with_word(before, word));
        let behind = &output[at + 6..];
        if !about && let Some(rest) = after_verb(behind).or_else(|| below_heading(before, behind)) {
            let line = first_line(rest);
            if !line.is_empty() {
                return Some((output.len() - rest.len(), sentence(line), rest));
            }
        }
    }
    None
}

/// What stands below a heading that ends in the word "answer": `### Final answer`, `**Answer**`.
fn below_heading<'t>(before: &str, behind: &'t str) -> Option<&'t str> {
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
    let (rest, below) = behind.split_once('\n')?;
    let is_heading = line.starts_with(['#', '*']) || line.starts_with("__");
    (is_heading && rest.trim_matches(['*', '_', '#', ' ', '\r']).is_empty()).then_some(below)
}

/// What classifiers write before their choice, at the beginning of a line.
const LABELS: [&str; 9] =
    ["label", "category", "class", "classification", "sentiment", "verdict", "prediction", "decision", "intent"];

/// `{"label": "positive", "reason": "..."}`: the last key of that kind, or `answer`, in JSON.
fn keyed(output: &str) -> Option<Found<'_>> {
    output.find('{')?;
    let lower = output.to_ascii_lowercase();
    let value = |key: &&str| {
        let named = format!("\"{key}\"");
        let rest = &output[lower.rfind(&named)? + named.len()..];
        let rest = rest.trim_start().strip_prefix(':')?.trim_start();
        let (value, end) = match rest.strip_prefix('"') {
            Some(text) => (text, text.match_indices('"').find(|(at, _)| !text[..*at].ends_with('\\'))?.0),
            None => (rest, rest.find([',', '}', '\n']).unwrap_or(rest.len())),
        };
        let at = output.len() - value.len();
        Some((at, value[..end].trim(), &value[..end])).filter(|found| !found.1.is_empty())
    };
    LABELS.iter().chain(&["answer"]).filter_map(value).max_by_key(|found| found.0)
}

/// `Label: positive`, `**Category:** billing`: the last line of that kind.
fn labelled(output: &str) -> Option<Found<'_>> {
    let mut end = output.len();
    loop {
        let start = output[..end].rfind('\n').map_or(0, |at| at + 1);
        let line = output[start..end].trim_start_matches(['*', '_', '#', '-', ' ']);
        if let Some((name, said)) = line.split_once(':')
            && LABELS.iter().any(|label| name.trim_end_matches(['*', '_', ' ']).eq_ignore_ascii_case(label))
            && said.contains(char::is_alphanumeric)
        {
            let at = end - said.len();
            return Some((at, sentence(said.trim()), &output[at..]));
        }
        end = start.checked_sub(1)?;
    }
}

/// Where the word "answer" last begins, in lower case, capitals or with a capital.
fn last_answer_word(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let begins =
        |at: usize| at > 0 && matches!(bytes[at - 1], b'a' | b'A') && !(at >= 2 && bytes[at - 2].is_ascii_alphabetic());
    let last = |word: &str| {
        let mut end = text.len();
        while let Some(at) = text[..end].rfind(word) {
            if begins(at) {
                return Some(at - 1);
            }
            end = at;
        }
        None
    };
    last("nswer").max(last("NSWER"))
}

fn ends_with_word(text: &str, word: &str) -> bool {
    text.len() >= word.len()
        && text.is_char_boundary(text.len() - word.len())
        && text[text.len() - word.len()..].eq_ignore_ascii_case(word)
        && !text[..text.len() - word.len()].ends_with(char::is_alphanumeric)
}

/// What follows ` is`, `:`, ` =` and their kind; `None` where the word "answer" announces nothing.
fn after_verb(text: &str) -> Option<&str> {
    let text = text.strip_prefix('s').unwrap_or(text);
    let text = text.trim_start_matches(['*', '_', ')', '"']);
    if let Some(rest) = text.trim_start_matches(' ').strip_prefix([':', '=']) {
        return Some(rest.trim_start_matches(['*', '_', ' ']));
    }
    let words = text.trim_start();
    // "the answer to the question is", "the answer, then, is": the verb within the next few words
    let mut rest = words;
    for _ in 0..6 {
        let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let word = &rest[..end];
        let next = rest[end..].trim_start_matches([' ', ',']);
        if ["is", "are", "be", "equals", "was"].iter().any(|verb| word.eq_ignore_ascii_case(verb)) {
            return Some(next.trim_start_matches([':', '*', '_', ' ']));
        }
        if word.is_empty() || rest[end..].starts_with(['\n', '.', '!', '?']) {
            return None;
        }
        rest = next;
    }
    None
}

/// The first line that is not blank.
fn first_line(text: &str) -> &str {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
}

/// A line up to the end of its first sentence: a full stop before a space and a capital, or at the end.
fn sentence(line: &str) -> &str {
    let bytes = line.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let ends = matches!(byte, b'.' | b'!' | b'?')
            && bytes.get(at + 1) == Some(&b' ')
            && bytes.get(at + 2).is_some_and(u8::is_ascii_uppercase)
            && at > 0
            // a lone letter before the stop is an option or an initial: "A. Paris"
            && !(bytes[at - 1].is_ascii_alphabetic() && (at == 1 || !bytes[at - 2].is_ascii_alphanumeric()));
        if ends {
            return &line[..at];
        }
    }
    line
}

/// Without quotes, emphasis, dollar signs of formulas and a closing full stop.
fn bare(text: &str) -> &str {
    let mut text = text.trim();
    loop {
        let before = text;
        text = text.trim_matches(['*', '_', '`', '\u{201c}', '\u{201d}']).trim();
        if !text.ends_with("...") {
            text = text.strip_suffix('.').unwrap_or(text).trim_end();
        }
        for quote in ['"', '\'', '$'] {
            let inside = text.strip_prefix(quote).and_then(|inner| inner.strip_suffix(quote));
            text = inside.unwrap_or(text).trim();
        }
        if text == before {
            return text;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinking_is_no_answer() {
        for (text, said) in [
            ("plain", "plain"),
            ("<think>hm</think>\nyes", "\nyes"),
            ("hm</think>yes", "yes"),
            (" <think>The answer is 5, or", ""),
            ("<thinking>hm</thinking>yes", "yes"),
            ("<thinking>hm", ""),
            ("the tag <think> begins it", "the tag <think> begins it"),
        ] {
            assert_eq!(without_thinking(text), said, "{text}");
        }
    }

    #[test]
    fn finds_the_announced_answer() {
        for (output, answer, explicit) in [
            ("So 3 + 4 = 7. So the answer is 7.", "7", true),
            ("Answer: **Paris**", "Paris", true),
            ("**Answer:** Paris", "Paris", true),
            ("The final answer is:\n\n42", "42", true),
            ("First 3.\n#### 1,234", "1,234", true),
            ("thus $\\boxed{\\frac{1}{2}}$.", "\\frac{1}{2}", true),
            ("<answer> (B) </answer>", "(B)", true),
            ("The answer is A. Paris", "A. Paris", true),
            ("The answer is Yes. This follows from the rule.", "Yes", true),
            ("The answer to the question would be \"no\".", "no", true),
            ("The answer is 4. I hope this answer is helpful!", "4", true),
            ("ANSWER: B", "B", true),
            ("Paris\nRome.", "Rome", false),
            ("The answers are 1 and 2", "1 and 2", true),
            ("He answered quickly: no", "He answered quickly: no", false),
            ("", "", false),
            ("#### Method\nwe add\nfive", "five", false),
            ("### Answer\n\n**B) dog**\n\n### Explanation\nA) cat is wrong", "B) dog", true),
            ("**Final answer**\n42\nas shown", "42", true),
            ("I gave an answer\nand left", "and left", false),
            ("Label: positive\nReason: there are no negative words.", "positive", true),
            ("**Category:** billing_issue\n", "billing_issue", true),
            ("Label: a\nThe answer is b\nLabel: c", "b", true),
            ("Label:\npositive", "positive", false),
            ("{\"sentiment\": \"positive\", \"reason\": \"nothing negative\"}", "positive", true),
            ("```json\n{\n  \"reason\": \"2 of 3\",\n  \"Answer\" : 42\n}\n```", "42", true),
            ("{\"label\": \"say \\\"hi\\\"\", \"x\": 1}", "say \\\"hi\\\"", true),
            ("{\"mood\": \"positive\"}", "{\"mood\": \"positive\"}", false),
        ] {
            let found = stated(output);
            assert_eq!((found.answer, found.explicit), (answer, explicit), "{output}");
        }
    }
}

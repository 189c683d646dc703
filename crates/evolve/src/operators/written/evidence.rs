use std::collections::BTreeSet;

use clade_domain::Prompt;
use clade_text::template::variables;
use serde::Serialize;

use crate::operators::Rollout;

/// Most characters of an input or an output that a request shows; longer ones lose their middle.
pub(super) const ROLLOUT_CHARS: usize = 2_000;
/// Most characters of the feedback on one output.
pub(super) const FEEDBACK_CHARS: usize = 1_000;

/// A rollout as the requests show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Shown {
    input: String,
    output: String,
    feedback: String,
}

/// What a model may see of a rollout: the variables that the prompt itself shows (never the expected answer, unless the
/// prompt does), the answer, and what the checks say.
pub(super) fn shown(prompt: &Prompt, rollout: &Rollout) -> Shown {
    let used: BTreeSet<String> =
        prompt.components.iter().filter_map(|component| variables(&component.text).ok()).flatten().collect();
    let inputs: Vec<String> = rollout
        .vars
        .iter()
        .filter(|(name, _)| used.contains(*name))
        .map(|(name, value)| {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            format!("{name}: {value}")
        })
        .collect();
    // what passed needs no words, where something failed
    let failed = rollout.judgements.iter().any(|judgement| !judgement.pass);
    let mut feedback: Vec<String> = rollout
        .judgements
        .iter()
        .filter(|judgement| judgement.pass != failed && !judgement.reason.is_empty())
        .map(|judgement| format!("{}: {}", judgement.metric, judgement.reason))
        .collect();
    if feedback.is_empty() {
        feedback.push(format!("score {:.2} of 1", rollout.score));
    }
    Shown {
        input: cut_middle(&inputs.join("\n"), ROLLOUT_CHARS),
        output: cut_middle(&rollout.answer, ROLLOUT_CHARS),
        feedback: cut_middle(&feedback.join("\n"), FEEDBACK_CHARS),
    }
}

/// A text of at most about `most` characters: what is in the middle is left out, and said to be.
pub(super) fn cut_middle(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.trim().to_owned();
    }
    // the end tells more: it has the final answer
    let head = most * 2 / 5;
    let tail = most - head;
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(count - tail).collect();
    format!("{}\n[... {} characters left out ...]\n{}", start.trim(), count - most, end.trim())
}

#[cfg(test)]
mod tests {
    use clade_domain::Judgement;
    use serde_json::json;

    use super::*;

    #[test]
    fn long_texts_lose_their_middle() {
        let text = format!("{}{}", "a".repeat(3_000), "é".repeat(3_000));
        let cut = cut_middle(&text, 1_000);
        assert!(cut.starts_with("aaa") && cut.ends_with("ééé") && cut.contains("5000 characters left out"));
        assert!(cut.chars().count() < 1_060);
        assert_eq!(cut_middle(" short ", 1_000), "short");
    }

    #[test]
    fn expected_answers_stay_hidden() {
        let judgement = |metric: &str, pass, reason: &str| Judgement {
            metric: metric.into(),
            score: f64::from(u8::from(pass)),
            pass,
            reason: reason.into(),
            weight: 1.0,
        };
        let rollout = Rollout {
            vars: serde_json::from_value(json!({"question": "1+1?", "answer": "2", "n": 3})).unwrap(),
            answer: "3".into(),
            score: 0.0,
            judgements: vec![judgement("accuracy", false, "expected 2, found 3"), judgement("style", true, "fine")],
        };
        let shown = shown(&Prompt::user("{{ question }} {{ n }}"), &rollout);
        assert_eq!(shown.input, "n: 3\nquestion: 1+1?");
        assert_eq!(shown.feedback, "accuracy: expected 2, found 3");
        let bare = Rollout { judgements: vec![], score: 0.25, ..rollout };
        assert_eq!(super::shown(&Prompt::user("x"), &bare).feedback, "score 0.25 of 1");
    }
}

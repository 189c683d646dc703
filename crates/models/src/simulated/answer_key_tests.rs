use proptest::prelude::*;

use super::*;

fn key(examples: &[(&[&str], &str)]) -> AnswerKey {
    AnswerKey::new(
        examples
            .iter()
            .map(|(texts, answer)| (texts.iter().map(|text| (*text).to_owned()).collect(), (*answer).to_owned())),
    )
}

#[test]
fn questions_are_found_inside_requests() {
    let key = key(&[
        (&["How many eggs are in three boxes of six?"], "3 * 6\n#### 18"),
        (&["How many eggs are in three boxes of six? And in four?"], "42"),
        (&["not ( True ) and ( True )"], "False"),
        (&["yes or no"], "maybe"),
        (&["2 + 2"], "4"),
        (&["12 + 2"], "14"),
        (&["How many eggs?\n"], "many"),
    ]);
    let table = [
        ("Solve.\n\nQuestion: How many eggs are in three boxes of six?\nAnswer:", Some("18")),
        ("How many eggs are in three boxes of six? And in four? Say it.", Some("42")),
        ("Evaluate not ( True ) and ( True ) is", Some("False")),
        ("Choose: yes or no", Some("maybe")),
        ("What is 2 + 2?", Some("4")),
        ("What is 12 + 2?", Some("14")),
        ("What is 212 + 22?", None),
        ("How many eggs?", Some("many")),
        ("How many eggs are in three boxes", None),
        ("", None),
    ];
    for (text, expected) in table {
        assert_eq!(key.right_answer(text), expected, "{text}");
    }
}

/// Rows that differ in an id alone, which stands in the question too.
#[test]
fn places_never_overlap() {
    let texts: Vec<(String, String)> =
        (0..200).map(|id| (id.to_string(), format!("What is {} plus 1?", id % 20))).collect();
    let key = AnswerKey::new(
        texts.iter().zip(0..).map(|((id, question), n)| (vec![id.clone(), question.clone()], (n % 20 + 1).to_string())),
    );
    for (_, question) in &texts {
        let found = key.find(&format!("Q: {question}"));
        let spans = found.map(|found| found.spans).unwrap_or_default();
        assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start), "{question}: {spans:?}");
    }
}

#[test]
fn a_context_that_examples_share_does_not_decide() {
    let context = "Lena has a shop where she sells apples, pears and plums all day long.";
    let key = key(&[
        (&[context, "What does Lena have, in one word?"], "shop"),
        (&[context, "Which fruit comes second here?"], "pears"),
    ]);
    let ask = |question: &str| key.right_answer(&format!("{context}\n\n{question}")).map(str::to_owned);
    assert_eq!(ask("What does Lena have, in one word?").as_deref(), Some("shop"));
    assert_eq!(ask("Which fruit comes second here?").as_deref(), Some("pears"));
    assert_eq!(ask("And which is third?"), None);
    let text = format!("Read this: {context} Now: Which fruit comes second here? Go.");
    let found = key.find(&text).unwrap();
    assert_eq!(found.spans.len(), 2, "the context is no instruction either");
    assert_eq!(found.text(&text), "Which fruit comes second here?");
}

#[test]
fn questions_that_begin_alike_are_told_apart() {
    let start = "The following paragraphs each describe a set of three objects arranged in a fixed order. ";
    let texts: Vec<String> = (0..300).map(|i| format!("{start}{} wins {i} times.", "word ".repeat(i % 17))).collect();
    let key = AnswerKey::new(texts.iter().enumerate().map(|(i, text)| (vec![text.clone()], format!("is {i}"))));
    for (i, text) in texts.iter().enumerate() {
        assert_eq!(key.right_answer(&format!("Q: {text}\nA:")), Some(format!("is {i}").as_str()));
    }
}

#[test]
fn few_different_answers_are_labels() {
    let of = |answers: &[&str]| {
        let examples =
            answers.iter().enumerate().map(|(i, answer)| (vec![format!("question number {i}")], (*answer).to_owned()));
        AnswerKey::new(examples).labels().iter().map(|label| label.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(of(&["yes", "no", "yes", "no", "yes"]), ["no", "yes"]);
    assert!(of(&["1", "2", "3", "4", "5", "6"]).is_empty());
    assert!(of(&["", "", ""]).is_empty());
}

proptest! {
    #[test]
    fn any_question_is_found_wherever_it_stands(
        questions in prop::collection::btree_set("[a-e äß(]{1,60}", 1..20),
        before in "[v-z\n ]{0,40}",
        after in "[v-z\n ]{0,40}",
    ) {
        let questions: Vec<&str> = questions.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
        let key = AnswerKey::new(questions.iter().map(|text| (vec![(*text).to_owned()], format!("re {text}"))));
        for question in &questions {
            let text = format!("{before}\n{question}\n{after}");
            let expected = format!("re {question}");
            prop_assert_eq!(key.right_answer(&text), Some(expected.as_str()));
        }
    }
}

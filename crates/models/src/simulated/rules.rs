use std::collections::BTreeMap;

use serde_json::Value;

use crate::nearest::nearest;

/// Which table of skills a simulated model works with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Book {
    /// Questions with a right answer.
    Reasoning,
    /// Texts judged by their quality.
    Writing,
}

/// The numbers of a simulated model. Probabilities are in [0, 1]. Every field can be set under `config` in the run file.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// Hidden skills that exist; 0 to the number in the book's table (12 reasoning, 8 writing). With 0 only the questions of `base` are answered right.
    pub skills: usize,
    /// Weights of needing 1, 2, 3, ... skills.
    pub needs: Vec<f64>,
    /// Share of the questions that need no skill: the score of a prompt without skills, noise apart.
    pub base: f64,
    /// Share of (prompt, question) outcomes that are turned round, the same for every sample.
    pub noise: f64,
    /// Share of outcomes turned round anew for each sample, as a temperature does.
    pub sample_noise: f64,
    /// Probability, times the sample number, that a right answer turns wrong; at most a half.
    pub drift: f64,
    /// Share of the questions that one harmful sentence spoils.
    pub spoil: f64,
    /// Words of instructions from which accuracy falls.
    pub word_limit: usize,
    /// Share of the questions lost for each 100 words above the limit.
    pub long_loss: f64,
    /// Skills, from the last one down, that two or more demonstrations supply without a sentence.
    pub demonstrations: usize,
    /// Pairs of skills, 0 with 1, 2 with 3, ..., that work only where both are in the prompt; at most half of the skills.
    pub pairs: usize,
    /// Pairs of skills, 0 with the first of the upper half, and so on, that spoil each other unless the lower one stands
    /// first; with `overrides` at most half of the skills.
    pub conflicts: usize,
    /// Pairs as those of `conflicts`, after them: where the lower skill stands later, the upper one does not work.
    pub overrides: usize,
    /// Share of the questions needing a skill that one sentence does not repair, and a second, different one does.
    pub partial: f64,
    /// Probability that a proposal adds a missing skill that a shown failure needs.
    pub useful: f64,
    /// Probability that a proposal adds a harmful sentence.
    pub harm: f64,
    /// Probability that a proposal loses a sentence.
    pub drop: f64,
    /// Probability that a proposal loses a line with a placeholder, so that it must be rejected.
    pub lose_placeholder: f64,
    /// Probability that a useful proposal is aimed at any missing skill instead of one that the failures need.
    pub misaim: f64,
    /// What each further shown failure that lacks the same skill adds to `useful`.
    pub generalise: f64,
    /// Probability that a proposal copies a shown example and its right answer into the prompt.
    pub memorise: f64,
    /// Probability for each sentence of a proposal that it is written in other words.
    pub rewrite: f64,
    /// Share of the sentences added or reworded that get words of their own, not a phrasing of the tables.
    pub opaque: f64,
    /// Most by which a judge's score is off, up or down.
    pub judge_noise: f64,
    /// The table of skills.
    pub book: Book,
    /// What all draws start from; `None` takes the seed the model is made with.
    pub seed: Option<u64>,
    /// Milliseconds that an answer takes in process.
    pub latency_ms: u32,
    /// USD per million input tokens.
    pub price_in: f64,
    /// USD per million output tokens.
    pub price_out: f64,
    /// USD per answered call.
    pub price_call: f64,
}

const NAMES: &[(&str, &str)] = &[
    ("gentle", "simulated: proposals help half of the time and never harm; no noise"),
    ("rough", "simulated: proposals help 35 %, harm 25 % and lose a sentence 15 % of the time; 5 % noise"),
    ("null", "simulated: nothing ever helps; 45 % of the questions are answered right, 5 % noise"),
    ("noisy", "simulated: like rough with 15 % noise, and 5 % more that changes with every sample"),
    ("drift", "simulated: like gentle, but right answers turn wrong more often with every further sample"),
    ("gsm8k", "simulated: grade-school problems; a bare prompt solves about 40 %, proposals mostly help; 3 % noise"),
    ("writing", "simulated: writes short texts whose quality follows the prompt, for model-graded tasks"),
];

/// The names after `simulated:`, each with a description of one line.
#[must_use]
pub fn names() -> &'static [(&'static str, &'static str)] {
    NAMES
}

/// Says what is wrong with a name or its settings, before anything runs.
///
/// # Errors
/// One sentence: an unknown name or setting with the nearest known one, or a value out of its range.
pub fn check_config(name: &str, config: &BTreeMap<String, Value>) -> Result<(), String> {
    Rules::new(name, config).map(drop)
}

/// Settings of real providers that a run file may leave in place; they change nothing here.
const IGNORED: &[&str] = &["temperature", "top_p", "max_tokens", "stop", "apiBaseUrl", "apiKey", "apiKeyEnvar"];

type Place = fn(&mut Rules) -> &mut f64;

/// Settings that are one number, with their largest value; all start at 0.
const NUMBERS: &[(&str, Place, f64)] = &[
    ("base", |r| &mut r.base, 1.0),
    ("noise", |r| &mut r.noise, 1.0),
    ("sample_noise", |r| &mut r.sample_noise, 1.0),
    ("drift", |r| &mut r.drift, 1.0),
    ("spoil", |r| &mut r.spoil, 1.0),
    ("long_loss", |r| &mut r.long_loss, 1.0),
    ("useful", |r| &mut r.useful, 1.0),
    ("harm", |r| &mut r.harm, 1.0),
    ("drop", |r| &mut r.drop, 1.0),
    ("lose_placeholder", |r| &mut r.lose_placeholder, 1.0),
    ("misaim", |r| &mut r.misaim, 1.0),
    ("partial", |r| &mut r.partial, 1.0),
    ("generalise", |r| &mut r.generalise, 1.0),
    ("memorise", |r| &mut r.memorise, 1.0),
    ("rewrite", |r| &mut r.rewrite, 1.0),
    ("opaque", |r| &mut r.opaque, 1.0),
    ("judge_noise", |r| &mut r.judge_noise, 1.0),
    ("price_in", |r| &mut r.price_in, 1e6),
    ("price_out", |r| &mut r.price_out, 1e6),
    ("price_call", |r| &mut r.price_call, 1e6),
];

const OTHERS: &[&str] = &[
    "skills",
    "needs",
    "word_limit",
    "demonstrations",
    "pairs",
    "conflicts",
    "overrides",
    "book",
    "seed",
    "latency_ms",
];

impl Rules {
    /// The rules of a name (with or without `simulated:`), with the user's settings over them.
    ///
    /// # Errors
    /// As [`check_config`].
    pub fn new(name: &str, config: &BTreeMap<String, Value>) -> Result<Self, String> {
        let short = name.strip_prefix("simulated:").unwrap_or(name);
        let mut rules = Self::preset(short).ok_or_else(|| {
            let known: Vec<_> = NAMES.iter().map(|(name, _)| format!("`simulated:{name}`")).collect();
            format!("there is no model `simulated:{short}`; name one of {}", known.join(", "))
        })?;
        for (key, value) in config {
            rules.set(key, value).map_err(|why| format!("`{key}` of `simulated:{short}`: {why}"))?;
        }
        let most = rules.book.table().skills.len();
        if rules.skills > most {
            return Err(format!("`skills` of `simulated:{short}`: at most {most} exist, not {}", rules.skills));
        }
        if rules.useful + rules.harm + rules.memorise > 1.0 {
            return Err(format!("`useful`, `harm` and `memorise` of `simulated:{short}` are together at most 1"));
        }
        let half = rules.skills / 2;
        if rules.pairs > half || rules.conflicts + rules.overrides > half {
            return Err(format!(
                "`pairs`, and `conflicts` and `overrides` together, of `simulated:{short}` are at most half of its {} \
                 skills",
                rules.skills
            ));
        }
        Ok(rules)
    }

    fn preset(name: &str) -> Option<Self> {
        let gentle = Self {
            skills: 8,
            needs: vec![0.5, 0.3, 0.2],
            base: 0.05,
            noise: 0.0,
            sample_noise: 0.0,
            drift: 0.0,
            spoil: 0.25,
            word_limit: 400,
            long_loss: 0.1,
            demonstrations: 0,
            pairs: 0,
            conflicts: 0,
            overrides: 0,
            partial: 0.0,
            useful: 0.5,
            harm: 0.0,
            drop: 0.0,
            lose_placeholder: 0.0,
            misaim: 0.0,
            generalise: 0.0,
            memorise: 0.0,
            rewrite: 0.0,
            opaque: 0.0,
            judge_noise: 0.0,
            book: Book::Reasoning,
            seed: None,
            latency_ms: 0,
            price_in: 0.15,
            price_out: 0.60,
            price_call: 0.0,
        };
        let rough = Self {
            base: 0.0,
            noise: 0.05,
            useful: 0.35,
            harm: 0.25,
            drop: 0.15,
            lose_placeholder: 0.02,
            judge_noise: 0.05,
            ..gentle.clone()
        };
        Some(match name {
            "gentle" => gentle,
            "rough" => rough,
            "null" => Self { skills: 0, base: 0.45, useful: 0.0, ..rough },
            "noisy" => Self { noise: 0.15, sample_noise: 0.05, judge_noise: 0.15, ..rough },
            "drift" => Self { drift: 0.05, ..gentle },
            "gsm8k" => Self {
                base: 0.4,
                noise: 0.03,
                useful: 0.45,
                harm: 0.1,
                drop: 0.1,
                lose_placeholder: 0.01,
                demonstrations: 1,
                ..rough
            },
            "writing" => Self { book: Book::Writing, useful: 0.45, harm: 0.1, drop: 0.1, noise: 0.03, ..rough },
            _ => return None,
        })
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), String> {
        if let Some((_, place, most)) = NUMBERS.iter().find(|(name, ..)| *name == key) {
            let number = value.as_f64().filter(|n| (0.0..=*most).contains(n));
            *place(self) = number.ok_or_else(|| format!("needs a number from 0 to {most}, not {value}"))?;
            return Ok(());
        }
        match key {
            "skills" => self.skills = whole(value, 64)?,
            "word_limit" => self.word_limit = whole(value, 1_000_000)?,
            "demonstrations" => self.demonstrations = whole(value, 64)?,
            "pairs" => self.pairs = whole(value, 64)?,
            "conflicts" => self.conflicts = whole(value, 64)?,
            "overrides" => self.overrides = whole(value, 64)?,
            "latency_ms" => self.latency_ms = u32::try_from(whole(value, 3_600_000)?).unwrap_or(u32::MAX),
            "seed" => {
                self.seed = Some(value.as_u64().ok_or_else(|| format!("needs a whole number from 0, not {value}"))?);
            }
            "needs" => self.needs = weights(value)?,
            "book" => {
                self.book = match value.as_str() {
                    Some("reasoning") => Book::Reasoning,
                    Some("writing") => Book::Writing,
                    _ => return Err(format!("is `reasoning` or `writing`, not {value}")),
                }
            }
            _ if IGNORED.contains(&key) => {}
            _ => return Err(unknown(key)),
        }
        Ok(())
    }
}

fn whole(value: &Value, most: usize) -> Result<usize, String> {
    let number = value.as_u64().and_then(|n| usize::try_from(n).ok()).filter(|n| *n <= most);
    number.ok_or_else(|| format!("needs a whole number from 0 to {most}, not {value}"))
}

fn weights(value: &Value) -> Result<Vec<f64>, String> {
    let wrong = || format!("needs a list of 1 to 12 weights, not all 0, such as [0.5, 0.3, 0.2]; not {value}");
    let list = value.as_array().filter(|list| (1..=12).contains(&list.len())).ok_or_else(wrong)?;
    let numbers: Option<Vec<f64>> = list.iter().map(|n| n.as_f64().filter(|n| *n >= 0.0 && n.is_finite())).collect();
    numbers.filter(|numbers| numbers.iter().sum::<f64>() > 0.0).ok_or_else(wrong)
}

fn unknown(key: &str) -> String {
    let known = NUMBERS.iter().map(|(name, ..)| *name).chain(OTHERS.iter().copied());
    match nearest(key, known) {
        Some(name) => format!("is no setting of the simulated model; did you mean `{name}`?"),
        None => "is no setting of the simulated model; docs/simulated.md lists them".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(key: &str, value: Value) -> BTreeMap<String, Value> {
        BTreeMap::from([(key.to_owned(), value)])
    }

    #[test]
    fn every_name_has_rules_and_says_that_it_is_simulated() {
        for (name, description) in names() {
            assert!(Rules::new(name, &BTreeMap::new()).is_ok(), "{name}");
            assert!(Rules::new(&format!("simulated:{name}"), &BTreeMap::new()).is_ok(), "{name}");
            assert!(description.starts_with("simulated: "), "{name}");
        }
    }

    #[test]
    fn every_number_can_be_set() {
        for (key, place, _) in NUMBERS {
            let mut rules = Rules::new("rough", &config(key, json!(0.125))).unwrap();
            assert_eq!(*place(&mut rules), 0.125, "{key}");
        }
        assert_eq!(Rules::new("rough", &config("needs", json!([0, 1]))).unwrap().needs, [0.0, 1.0]);
        assert_eq!(Rules::new("rough", &config("skills", json!(12))).unwrap().skills, 12);
        assert_eq!(Rules::new("rough", &config("pairs", json!(4))).unwrap().pairs, 4);
        assert_eq!(Rules::new("rough", &config("conflicts", json!(3))).unwrap().conflicts, 3);
        assert_eq!(Rules::new("rough", &config("overrides", json!(2))).unwrap().overrides, 2);
        assert_eq!(Rules::new("rough", &config("seed", json!(9))).unwrap().seed, Some(9));
        assert_eq!(Rules::new("rough", &config("latency_ms", json!(30))).unwrap().latency_ms, 30);
        assert_eq!(Rules::new("rough", &config("book", json!("writing"))).unwrap().book, Book::Writing);
    }

    #[test]
    fn every_setting_stands_in_the_documentation() {
        let page = include_str!("../../../../docs/simulated.md");
        for key in NUMBERS.iter().map(|(name, ..)| name).chain(OTHERS) {
            let row = page.lines().find(|line| line.starts_with("| `") && line.contains(&format!("`{key}`")));
            assert!(row.is_some(), "{key}");
        }
    }

    #[test]
    fn wrong_settings_are_refused_with_a_way_out() {
        let table = [
            (
                "rouhg",
                config("noise", json!(0.1)),
                "there is no model `simulated:rouhg`; name one of `simulated:gentle`",
            ),
            ("rough", config("noize", json!(0.1)), "did you mean `noise`?"),
            ("rough", config("noise", json!(1.1)), "needs a number from 0 to 1, not 1.1"),
            ("rough", config("skills", json!(13)), "at most 12 exist, not 13"),
            ("rough", config("needs", json!([])), "1 to 12 weights"),
            ("rough", config("needs", json!([0, 0])), "not all 0"),
            ("rough", config("useful", json!(0.9)), "together at most 1"),
            ("rough", config("memorise", json!(0.5)), "together at most 1"),
            ("rough", config("pairs", json!(5)), "at most half of its 8 skills"),
            ("null", config("conflicts", json!(1)), "at most half of its 0 skills"),
            ("rough", config("book", json!("cooking")), "`reasoning` or `writing`"),
        ];
        for (name, config, expected) in table {
            let error = check_config(name, &config).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}

/// An inflected form of a regular word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As in the dictionary.
    Base,
    /// A plural noun, or a verb's third person.
    S,
    /// A verb's past or participle.
    Ed,
    /// A verb's `-ing`.
    Ing,
}

/// The regular form of a lemma; `None` where the rules are not sure (`-o`, `-f`).
pub(super) fn inflect(lemma: &str, form: Form) -> Option<String> {
    let stem_y = lemma.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'i', 'o', 'u']));
    let text = match form {
        Form::Base => lemma.to_owned(),
        Form::S => {
            if lemma.ends_with(['o', 'f']) || lemma.ends_with("fe") || lemma.ends_with("is") {
                return None;
            }
            match stem_y {
                Some(stem) => format!("{stem}ies"),
                None if lemma.ends_with(['s', 'x', 'z']) || lemma.ends_with("ch") || lemma.ends_with("sh") => {
                    format!("{lemma}es")
                }
                None => format!("{lemma}s"),
            }
        }
        Form::Ed => match stem_y {
            Some(stem) => format!("{stem}ied"),
            None if lemma.ends_with('e') => format!("{lemma}d"),
            None => format!("{lemma}ed"),
        },
        Form::Ing => match (lemma.strip_suffix("ie"), lemma.strip_suffix('e')) {
            (Some(stem), _) => format!("{stem}ying"),
            (None, Some(stem)) if !stem.ends_with(['e', 'o', 'y']) => format!("{stem}ing"),
            _ => format!("{lemma}ing"),
        },
    };
    Some(text)
}

/// The lemmas that a word in lower case may be a regular form of, the word itself first.
pub(super) fn lemmas(word: &str) -> Vec<(String, Form)> {
    let mut found = vec![(word.to_owned(), Form::Base)];
    let mut add = |stem: Option<&str>, ending: &str, form| {
        if let Some(stem) = stem {
            let lemma = format!("{stem}{ending}");
            if inflect(&lemma, form).as_deref() == Some(word) {
                found.push((lemma, form));
            }
        }
    };
    add(word.strip_suffix("ies"), "y", Form::S);
    add(word.strip_suffix("es"), "", Form::S);
    add(word.strip_suffix('s'), "", Form::S);
    add(word.strip_suffix("ied"), "y", Form::Ed);
    add(word.strip_suffix("ed"), "", Form::Ed);
    add(word.strip_suffix('d'), "", Form::Ed);
    add(word.strip_suffix("ying"), "ie", Form::Ing);
    add(word.strip_suffix("ing"), "", Form::Ing);
    add(word.strip_suffix("ing"), "e", Form::Ing);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_there_and_back() {
        let cases = [
            ("assess", Form::S, "assesses"),
            ("identify", Form::S, "identifies"),
            ("employ", Form::S, "employs"),
            ("search", Form::S, "searches"),
            ("evaluate", Form::Ed, "evaluated"),
            ("identify", Form::Ed, "identified"),
            ("employ", Form::Ed, "employed"),
            ("compute", Form::Ing, "computing"),
            ("agree", Form::Ing, "agreeing"),
            ("untie", Form::Ing, "untying"),
            ("identify", Form::Ing, "identifying"),
        ];
        for (lemma, form, inflected) in cases {
            assert_eq!(inflect(lemma, form).as_deref(), Some(inflected), "{lemma}");
            assert!(lemmas(inflected).contains(&(lemma.to_owned(), form)), "{inflected}");
        }
        for (lemma, form) in [("leaf", Form::S), ("knife", Form::S), ("potato", Form::S), ("basis", Form::S)] {
            assert_eq!(inflect(lemma, form), None, "{lemma}");
        }
    }
}

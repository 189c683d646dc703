/// A word or phrase that hurts, threatens or curses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct HarshWord {
    /// Lower-case words with single spaces.
    pub(crate) text: &'static str,
    /// How grave a single use is, in (0, 1].
    pub(crate) weight: f64,
    /// What it is, for feedback.
    pub(crate) kind: &'static str,
}

const fn harsh(text: &'static str, weight: f64, kind: &'static str) -> HarshWord {
    HarshWord { text, weight, kind }
}

/// Our own short list, meant to catch open hostility in English, not every slight; slurs against groups of people are left
/// to the graded form. In no particular order; phrases count as phrases.
static HARSH: &[HarshWord] = &[
    harsh("kill yourself", 1.0, "threat"),
    harsh("kill you", 1.0, "threat"),
    harsh("hope you die", 1.0, "threat"),
    harsh("you should die", 1.0, "threat"),
    harsh("hurt you", 0.7, "threat"),
    harsh("beat you up", 0.8, "threat"),
    harsh("shut up", 0.5, "insult"),
    harsh("go to hell", 0.7, "insult"),
    harsh("screw you", 0.7, "insult"),
    harsh("fuck", 0.8, "profanity"),
    harsh("fucking", 0.8, "profanity"),
    harsh("fucked", 0.7, "profanity"),
    harsh("fucker", 1.0, "insult"),
    harsh("motherfucker", 1.0, "insult"),
    harsh("shit", 0.6, "profanity"),
    harsh("shitty", 0.6, "profanity"),
    harsh("bullshit", 0.6, "profanity"),
    harsh("asshole", 0.9, "insult"),
    harsh("bastard", 0.7, "insult"),
    harsh("bitch", 0.9, "insult"),
    harsh("dickhead", 0.9, "insult"),
    harsh("prick", 0.6, "insult"),
    harsh("scumbag", 0.8, "insult"),
    harsh("scum", 0.6, "insult"),
    harsh("damn you", 0.5, "insult"),
    harsh("goddamn", 0.4, "profanity"),
    harsh("crap", 0.3, "profanity"),
    harsh("crappy", 0.3, "profanity"),
    harsh("idiot", 0.7, "insult"),
    harsh("idiots", 0.7, "insult"),
    harsh("idiotic", 0.6, "insult"),
    harsh("moron", 0.7, "insult"),
    harsh("morons", 0.7, "insult"),
    harsh("moronic", 0.6, "insult"),
    harsh("imbecile", 0.7, "insult"),
    harsh("dumbass", 0.8, "insult"),
    harsh("dumb", 0.4, "insult"),
    harsh("stupid", 0.5, "insult"),
    harsh("stupidity", 0.4, "insult"),
    harsh("loser", 0.5, "insult"),
    harsh("losers", 0.5, "insult"),
    harsh("pathetic", 0.5, "insult"),
    harsh("worthless", 0.5, "insult"),
    harsh("disgusting", 0.4, "insult"),
    harsh("despicable", 0.4, "insult"),
    harsh("vermin", 0.6, "insult"),
    harsh("subhuman", 0.9, "insult"),
    harsh("filthy", 0.3, "insult"),
    harsh("i hate you", 0.8, "insult"),
    harsh("nobody likes you", 0.8, "insult"),
    harsh("you are nothing", 0.6, "insult"),
    harsh("you're nothing", 0.6, "insult"),
];

/// Every use of a listed word in these lower-case words, in order of place; of phrases that overlap the longest.
pub(crate) fn harsh_words(words: &[String]) -> Vec<HarshWord> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let here = HARSH
            .iter()
            .filter(|harsh| {
                if harsh.text.as_bytes().first() != words[at].as_bytes().first() {
                    return false;
                }
                let mut wanted = harsh.text.split(' ');
                let mut there = words[at..].iter();
                wanted.all(|word| there.next().is_some_and(|other| other == word))
            })
            .max_by_key(|harsh| harsh.text.len());
        match here {
            Some(harsh) => {
                found.push(*harsh);
                at += harsh.text.split(' ').count();
            }
            None => at += 1,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words;

    #[test]
    fn whole_words_and_phrases_alone() {
        for (text, found) in [
            ("Scunthorpe is not crass", vec![]),
            ("I will kill you, idiot!", vec!["kill you", "idiot"]),
            ("Shut up. SHIT!", vec!["shut up", "shit"]),
            ("kill yourself", vec!["kill yourself"]),
        ] {
            let texts: Vec<&str> = harsh_words(&words(text)).iter().map(|harsh| harsh.text).collect();
            assert_eq!(texts, found, "{text}");
        }
        assert!(HARSH.iter().all(|harsh| harsh.weight > 0.0 && harsh.weight <= 1.0));
    }
}

use super::{
    inflect::{inflect, lemmas},
    parts::{Neighbours, PartOfSpeech, is_used_as},
    table::entry,
};
use crate::{
    Span,
    protect::Mask,
    segment::{LineKind, Piece, PieceKind, lines, pieces, sentences},
};

/// A word that may be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// Where the word is.
    pub span: Span,
    /// What may stand there instead, inflected and capitalised like the word, most frequent first; at least one.
    pub options: Vec<String>,
}

/// Every word of a text that a synonym may replace, in order. Left alone is all that is protected, and beside it: names (a
/// capital inside a sentence), words in capitals, labels (`Answer:`), headers, and parts of compounds (`multi-step`).
#[must_use]
pub fn replacements(text: &str, frozen: &[String]) -> Vec<Replacement> {
    let mask = Mask::new(text, frozen);
    let headers: Vec<Span> =
        lines(text).into_iter().filter(|line| line.kind == LineKind::Header).map(|line| line.span).collect();
    let mut found = Vec::new();
    for sentence in sentences(text) {
        if headers.iter().any(|header| header.start <= sentence.start && sentence.end <= header.end) {
            continue;
        }
        let part = &text[sentence.clone()];
        let pieces = pieces(part);
        let mut begins = true;
        for (index, piece) in pieces.iter().enumerate() {
            if piece.kind != PieceKind::Word {
                continue;
            }
            let span = sentence.start + piece.span.start..sentence.start + piece.span.end;
            let first = std::mem::take(&mut begins);
            if mask.touches(&span) || is_bound(text, &span) {
                continue;
            }
            let word = &text[span.clone()];
            let options = options(word, first, &pieces, index, part);
            if !options.is_empty() {
                found.push(Replacement { span, options });
            }
        }
    }
    found
}

fn options(word: &str, begins: bool, pieces: &[Piece], index: usize, sentence: &str) -> Vec<String> {
    let capital = word.starts_with(char::is_uppercase);
    if !word.bytes().all(|b| b.is_ascii_alphabetic())
        || (capital && !begins)
        || word.bytes().skip(1).any(|b| b.is_ascii_uppercase())
    {
        return Vec::new();
    }
    let before = neighbour(pieces, sentence, index, false);
    let after = neighbour(pieces, sentence, index, true);
    let around = Neighbours { before: before.as_deref(), after: after.as_deref(), begins };
    let lower = word.to_ascii_lowercase();
    let mut options: Vec<String> = Vec::new();
    for (lemma, form) in lemmas(&lower) {
        for part in PartOfSpeech::ALL {
            let inflected = form != super::inflect::Form::Base;
            if inflected && !matches!(part, PartOfSpeech::Noun | PartOfSpeech::Verb) {
                continue;
            }
            let Some(entry) = entry(&lemma, part) else { continue };
            if (inflected && entry.irregular) || !is_used_as(part, form, entry, around) {
                continue;
            }
            for (synonym, irregular) in entry.synonyms() {
                if inflected && irregular {
                    continue;
                }
                let Some(mut new) = inflect(synonym, form) else { continue };
                // `a method` must not become `a approach`
                let article = matches!(around.before, Some("a" | "an"));
                if article && sounds_like_vowel(&new) != sounds_like_vowel(&lower) {
                    continue;
                }
                if capital {
                    new[..1].make_ascii_uppercase();
                }
                if !options.contains(&new) {
                    options.push(new);
                }
            }
        }
        if !options.is_empty() {
            break;
        }
    }
    options
}

/// The word beside, in lower case, if only blanks are between.
fn neighbour(pieces: &[Piece], sentence: &str, index: usize, after: bool) -> Option<String> {
    let step = |at: usize| if after { at.checked_add(1) } else { at.checked_sub(1) };
    let mut at = step(index)?;
    if pieces.get(at)?.kind == PieceKind::Space {
        at = step(at)?;
    }
    let piece = pieces.get(at)?;
    let text = &sentence[piece.span.clone()];
    match piece.kind {
        PieceKind::Word => Some(text.to_lowercase().replace('’', "'")),
        // what a placeholder or a quote brings is a thing
        PieceKind::Number | PieceKind::Mark
            if matches!(text, "{" | "}" | "\"" | "`" | "<") || piece.kind == PieceKind::Number =>
        {
            Some("#".to_owned())
        }
        _ => None,
    }
}

/// Whether marks tie a word to others: `a/b`, `well-known`, `Label:`, `name@`, `.net`, `word=`.
fn is_bound(text: &str, span: &Span) -> bool {
    let before = text[..span.start].chars().next_back();
    let mut after = text[span.end..].chars();
    let next = after.next();
    let tie = |c: char| {
        matches!(c, '-' | '/' | '_' | '@' | '#' | '=' | '\\' | '&' | '+' | '<' | '>' | '[' | ']' | '\'' | '’' | '~')
    };
    let point = next == Some('.') && after.next().is_some_and(char::is_alphanumeric);
    before.is_some_and(|c| tie(c) || c == '.') || next.is_some_and(|c| tie(c) || c == ':' || c == '(') || point
}

/// By letters; words whose sound differs from their letter (`hour`, `user`) are not told apart, so both sides are taken alike.
fn sounds_like_vowel(word: &str) -> bool {
    word.starts_with(['a', 'e', 'i', 'o', 'u']) && !word.starts_with("uni") && !word.starts_with("use")
}

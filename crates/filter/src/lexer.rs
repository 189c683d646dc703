use crate::{FilterError, Operator};

/// A piece of a filter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    /// A name, keyword, number or bare value.
    Word(String),
    /// A text in quotes, without them.
    Quoted(String),
    Operator(Operator),
    Open,
    Close,
}

impl Token {
    /// As the user may recognise it.
    pub fn shown(&self) -> String {
        match self {
            Self::Word(word) => format!("`{word}`"),
            Self::Quoted(text) => format!("\"{text}\""),
            Self::Operator(operator) => format!("`{operator}`"),
            Self::Open => "`(`".into(),
            Self::Close => "`)`".into(),
        }
    }
}

/// The tokens of a text, each with the byte at which it begins.
pub(crate) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, FilterError> {
    let mut found = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((at, first)) = rest.next() {
        let mut then = |wanted| rest.next_if(|(_, next)| *next == wanted).is_some();
        let token = match first {
            _ if first.is_whitespace() => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            '=' => {
                then('=');
                Token::Operator(Operator::Equal)
            }
            '~' => Token::Operator(Operator::Contains),
            '<' if then('=') => Token::Operator(Operator::AtMost),
            '<' => Token::Operator(Operator::Less),
            '>' if then('=') => Token::Operator(Operator::AtLeast),
            '>' => Token::Operator(Operator::Greater),
            '!' if then('=') => Token::Operator(Operator::NotEqual),
            '!' if then('~') => Token::Operator(Operator::Lacks),
            '!' => return Err(FilterError::at(text, at, "write `not`, `!=` or `!~`")),
            '"' | '\'' => {
                let mut quoted = String::new();
                loop {
                    match rest.next() {
                        Some((_, next)) if next == first => break,
                        Some((_, '\\')) => quoted.extend(rest.next().map(|(_, next)| next)),
                        Some((_, next)) => quoted.push(next),
                        None => {
                            return Err(FilterError::at(
                                text,
                                at,
                                format!("the text that begins here has no closing {first}"),
                            ));
                        }
                    }
                }
                Token::Quoted(quoted)
            }
            _ => {
                let mut word = String::from(first);
                while let Some((_, next)) = rest.next_if(|(_, next)| is_bare(*next)) {
                    word.push(next);
                }
                Token::Word(word)
            }
        };
        found.push((at, token));
    }
    Ok(found)
}

/// Whether a character can stand in a word without quotes.
pub(crate) fn is_bare(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '(' | ')' | '=' | '~' | '<' | '>' | '!' | '"' | '\'' | '\\')
}

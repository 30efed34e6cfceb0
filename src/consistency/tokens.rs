//! The words of a rule: its text in, tokens with their columns out.

use super::decimal::Decimal;

/// A word of a rule.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A name or a keyword.
    Word(String),
    /// A name between backticks, which is never a keyword.
    Name(String),
    /// A number, with its text.
    Number(String),
    /// A date, with its text.
    Date(String),
    /// A sign such as `<=`.
    Sign(&'static str),
    /// The end of the rule.
    End,
}

impl Token {
    /// How the token is called in an error.
    pub(super) fn description(&self) -> String {
        match self {
            Token::Word(text) | Token::Name(text) | Token::Number(text) | Token::Date(text) => format!("`{text}`"),
            Token::Sign(sign) => format!("`{sign}`"),
            Token::End => "the end of the rule".to_owned(),
        }
    }
}

/// A token and the column of its first character, from 1.
pub(super) type Placed = (Token, usize);

/// The signs, longer ones before those that they begin with.
const SIGNS: [&str; 14] = ["<=", ">=", "<>", "..", "=", "<", ">", "+", "-", "*", "(", ")", ",", "−"];

/// Parts a rule into its tokens; the last one is [`Token::End`].
///
/// # Errors
/// The column of a character that belongs to no token, and what is wrong with it.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, (usize, String)> {
    let characters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        if characters[at].is_whitespace() {
            at += 1;
            continue;
        }
        let (token, length) = token_at(&characters[at..]).map_err(|reason| (at + 1, reason))?;
        found.push((token, at + 1));
        at += length;
    }
    found.push((Token::End, characters.len() + 1));
    Ok(found)
}

/// The token at the beginning of the characters, of which there is at least one, and its length.
fn token_at(characters: &[char]) -> Result<(Token, usize), String> {
    let text_of = |length: usize| characters[..length].iter().collect::<String>();
    let first = characters[0];
    if first.is_ascii_digit() {
        // Four digits, two and two with a minus between them and nothing behind are a date, not a difference.
        let is_date = characters.len() >= 10
            && Decimal::parse_date(&text_of(10)).is_some()
            && !characters.get(10).is_some_and(char::is_ascii_digit);
        let length = if is_date { 10 } else { number_length(characters) };
        let text = text_of(length);
        return match Decimal::parse(&text) {
            _ if is_date => Ok((Token::Date(text), length)),
            Some(_) => Ok((Token::Number(text), length)),
            None => Err(format!("`{text}` has too many digits")),
        };
    }
    if first.is_alphabetic() || first == '_' {
        let is_part = |c: &&char| c.is_alphanumeric() || **c == '_';
        let length = characters.iter().take_while(is_part).count();
        return Ok((Token::Word(text_of(length)), length));
    }
    if first == '`' {
        let length = characters[1..].iter().position(|&c| c == '`').ok_or("the name has no closing backtick")?;
        return Ok((Token::Name(characters[1..=length].iter().collect()), length + 2));
    }
    let sign = SIGNS
        .into_iter()
        .find(|sign| sign.chars().zip(characters).filter(|(a, b)| a == *b).count() == sign.chars().count());
    match sign {
        Some("−") => Ok((Token::Sign("-"), 1)),
        Some(sign) => Ok((Token::Sign(sign), sign.len())),
        None => Err(format!("`{first}` has no meaning here; see the operators + - * = <> < <= > >=")),
    }
}

/// Digits, and a point with digits behind it where there is one; `..` is no point.
fn number_length(characters: &[char]) -> usize {
    let digits = |from: usize| characters[from..].iter().take_while(|c| c.is_ascii_digit()).count();
    let whole = digits(0);
    let fraction = if characters.get(whole) == Some(&'.') { digits(whole + 1) } else { 0 };
    if fraction > 0 { whole + 1 + fraction } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_falls_into_its_words() {
        let found = tokens("0.5<= `a b`+x_1 ..2026-03-01").expect("tokens");
        let expected = [
            (Token::Number("0.5".to_owned()), 1),
            (Token::Sign("<="), 4),
            (Token::Name("a b".to_owned()), 7),
            (Token::Sign("+"), 12),
            (Token::Word("x_1".to_owned()), 13),
            (Token::Sign(".."), 17),
            (Token::Date("2026-03-01".to_owned()), 19),
            (Token::End, 29),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_no_word_is_named_with_its_column() {
        assert_eq!(tokens("ü = 3 % 4").expect_err("percent").0, 7);
        assert_eq!(tokens("a = `b").expect_err("backtick").0, 5);
        assert_eq!(tokens("a = 1234567890123456789012345").expect_err("digits").0, 5);
    }
}

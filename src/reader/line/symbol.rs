//! What a line of handwriting can hold: the symbols of numbers, and their places in a line reader's scores.

/// One symbol of a number as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Symbol {
    /// 0 to 9.
    Digit(u8),
    /// A point, at the foot of the line or raised.
    Point,
    /// A comma.
    Comma,
    /// A minus, a hyphen or a closing stroke.
    Dash,
    /// A slash.
    Slash,
    /// Two strokes, one above the other, as they fill up what is left of a field.
    Equals,
    /// A star, as in `**250**`.
    Star,
    /// A cross-hatch, as in `#250#`.
    Hash,
    /// Any currency sign, or the letters of a currency.
    Currency,
    /// An opening bracket.
    Open,
    /// A closing bracket.
    Close,
    /// An apostrophe between groups of digits.
    Apostrophe,
    /// Stands before cents that are written raised, underlined or as a fraction; it has no ink of its own.
    Raised,
}

impl Symbol {
    /// All symbols; a symbol's place here is its place in the scores of a line reader, less one for "nothing".
    pub const ALL: [Symbol; 22] = [
        Symbol::Digit(0),
        Symbol::Digit(1),
        Symbol::Digit(2),
        Symbol::Digit(3),
        Symbol::Digit(4),
        Symbol::Digit(5),
        Symbol::Digit(6),
        Symbol::Digit(7),
        Symbol::Digit(8),
        Symbol::Digit(9),
        Symbol::Point,
        Symbol::Comma,
        Symbol::Dash,
        Symbol::Slash,
        Symbol::Equals,
        Symbol::Star,
        Symbol::Hash,
        Symbol::Currency,
        Symbol::Open,
        Symbol::Close,
        Symbol::Apostrophe,
        Symbol::Raised,
    ];

    /// The place in [`Symbol::ALL`].
    pub fn index(self) -> usize {
        match self {
            Symbol::Digit(digit) => usize::from(digit),
            Symbol::Point => 10,
            Symbol::Comma => 11,
            Symbol::Dash => 12,
            Symbol::Slash => 13,
            Symbol::Equals => 14,
            Symbol::Star => 15,
            Symbol::Hash => 16,
            Symbol::Currency => 17,
            Symbol::Open => 18,
            Symbol::Close => 19,
            Symbol::Apostrophe => 20,
            Symbol::Raised => 21,
        }
    }

    /// The digit that it is, if it is one.
    pub fn digit(self) -> Option<u8> {
        if let Symbol::Digit(digit) = self { Some(digit) } else { None }
    }

    /// How it is written in the text of a number.
    pub fn as_char(self) -> char {
        match self {
            Symbol::Digit(digit) => char::from(b'0' + digit),
            Symbol::Point => '.',
            Symbol::Comma => ',',
            Symbol::Dash => '-',
            Symbol::Slash => '/',
            Symbol::Equals => '=',
            Symbol::Star => '*',
            Symbol::Hash => '#',
            Symbol::Currency => '$',
            Symbol::Open => '(',
            Symbol::Close => ')',
            Symbol::Apostrophe => '\'',
            Symbol::Raised => '^',
        }
    }

    /// The symbol that is written so, if there is one.
    pub fn of_char(character: char) -> Option<Self> {
        Self::ALL.into_iter().find(|symbol| symbol.as_char() == character)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_know_their_places_and_their_characters() {
        for (place, symbol) in Symbol::ALL.into_iter().enumerate() {
            assert_eq!(symbol.index(), place);
            assert_eq!(Symbol::of_char(symbol.as_char()), Some(symbol));
        }
        assert_eq!(Symbol::of_char('x'), None);
    }
}

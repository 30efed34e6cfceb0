//! A written number taken apart: its symbols in; sign, groups of digits, what joins them, and how it ends out.

use crate::reader::line::Symbol;

/// What stands between two groups of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joint {
    /// A single point, comma or apostrophe.
    Mark(Symbol),
    /// What follows is raised; a point, comma or dash may stand at its foot.
    Raised,
    /// A raised fraction without digits above its slash, as in `12^--/100`; whether strokes stand there instead.
    EmptyFraction {
        /// False where nothing was read above the slash.
        has_strokes: bool,
    },
    /// A single slash.
    Slash,
    /// Anything else.
    Odd,
}

/// What the end of a number says about its decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Nothing.
    Open,
    /// There are none, or they have been written: `/-`.
    Closed,
    /// There are none: `.-`, `,=`, or strokes where raised cents would stand.
    WithoutCents,
    /// Cents were announced, and none were read: the last symbol is [`Symbol::Raised`].
    LostCents,
}

/// The groups of digits of a number and their joints; one group more than joints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) groups: Vec<String>,
    pub(super) joints: Vec<Joint>,
}

impl Body {
    /// All digits, one after the other.
    pub(super) fn all_digits(&self) -> String {
        self.groups.concat()
    }

    /// The value with its decimals behind the joint at this place.
    pub(super) fn parted(&self, joint: usize) -> String {
        format!("{}.{}", self.groups[..=joint].concat(), self.groups[joint + 1..].concat())
    }

    /// The body up to and without a joint.
    pub(super) fn before(&self, joint: usize) -> Body {
        Body { groups: self.groups[..=joint].to_vec(), joints: self.joints[..joint].to_vec() }
    }

    /// Whether all joints are one grouping mark and all groups have their size: three digits, or three at the end and two before it, with
    /// commas, as in India. A body of one group is grouped as well.
    pub(super) fn is_grouped(&self) -> bool {
        let Some((&first, rest)) = self.joints.split_first() else { return true };
        let sizes: Vec<usize> = self.groups.iter().map(String::len).collect();
        let (ends, middle) = ((sizes[0], sizes[sizes.len() - 1]), &sizes[1..sizes.len() - 1]);
        let western = (1..=3).contains(&ends.0) && middle.iter().all(|&size| size == 3);
        let indian = first == Joint::Mark(Symbol::Comma) && ends.0 <= 2 && middle.iter().all(|&size| size == 2);
        let is_mark = matches!(first, Joint::Mark(_)) && rest.iter().all(|&joint| joint == first);
        is_mark && ends.1 == 3 && (western || indian) && !self.groups[0].starts_with('0')
    }
}

/// A number in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    /// Whether a minus or brackets make it negative.
    pub(super) is_negative: bool,
    /// Whether that could be otherwise.
    pub(super) is_sign_in_doubt: bool,
    /// Whether the digits begin raised: cents alone.
    pub(super) starts_raised: bool,
    /// Whether a point or comma stands before the first digit that belongs to no currency (`Rs.`).
    pub(super) starts_with_mark: bool,
    /// Whether a point or comma stands before the first digit, behind a currency sign.
    pub(super) starts_with_currency_mark: bool,
    pub(super) body: Body,
    pub(super) ending: Ending,
}

impl Parts {
    /// Takes a number apart; `None` where there is no digit.
    pub(super) fn of(symbols: &[Symbol]) -> Option<Self> {
        let first = symbols.iter().position(is_digit)?;
        let last = symbols.iter().rposition(is_digit)?;
        let (front, back) = (&symbols[..first], &symbols[last + 1..]);
        let (is_negative, is_sign_in_doubt) = sign(front, back);
        let mark = front.iter().rposition(is_point_or_comma);
        let is_behind_currency = mark.is_some_and(|mark| front[..mark].last() == Some(&Symbol::Currency));
        Some(Self {
            is_negative,
            is_sign_in_doubt,
            starts_raised: front.last() == Some(&Symbol::Raised),
            starts_with_mark: mark.is_some() && !is_behind_currency,
            starts_with_currency_mark: is_behind_currency,
            body: body(&symbols[first..=last]),
            ending: ending(back),
        })
    }
}

/// Whether a number is negative, and whether that is in doubt, by what stands before and behind it.
fn sign(front: &[Symbol], back: &[Symbol]) -> (bool, bool) {
    let (opens, closes) = (front.contains(&Symbol::Open), back.contains(&Symbol::Close));
    if opens && closes {
        return (true, false);
    }
    let is_passed =
        |symbol: &&Symbol| matches!(symbol, Symbol::Currency | Symbol::Open | Symbol::Point | Symbol::Comma);
    let nearest = front.iter().rev().find(|symbol| !is_passed(symbol));
    let strokes = front.iter().filter(|symbol| matches!(symbol, Symbol::Dash | Symbol::Equals)).count();
    let odd_bracket = opens || closes || front.contains(&Symbol::Close) || back.contains(&Symbol::Open);
    match (nearest, strokes) {
        (Some(Symbol::Dash), 1) => (true, odd_bracket),
        // One more stroke, and they may be there to protect the number.
        (Some(Symbol::Dash), _) => (false, true),
        _ => (false, odd_bracket),
    }
}

fn ending(back: &[Symbol]) -> Ending {
    let is_stroke = |symbol: &Symbol| matches!(symbol, Symbol::Dash | Symbol::Equals | Symbol::Slash | Symbol::Star);
    let raised = back.iter().position(|&symbol| symbol == Symbol::Raised);
    match (raised, back) {
        (Some(at), _) if back[at + 1..].iter().any(is_stroke) => Ending::WithoutCents,
        (Some(_), _) => Ending::LostCents,
        (_, [Symbol::Point | Symbol::Comma, Symbol::Dash | Symbol::Equals, ..]) => Ending::WithoutCents,
        (_, [Symbol::Slash, Symbol::Dash | Symbol::Equals, ..]) => Ending::Closed,
        _ => Ending::Open,
    }
}

fn body(symbols: &[Symbol]) -> Body {
    let mut body = Body { groups: Vec::new(), joints: Vec::new() };
    for run in symbols.chunk_by(|left, right| is_digit(left) == is_digit(right)) {
        match run.first() {
            Some(Symbol::Digit(_)) => body.groups.push(digits_of(run)),
            _ => body.joints.push(joint(run)),
        }
    }
    body
}

fn joint(symbols: &[Symbol]) -> Joint {
    let raised: Vec<usize> = (0..symbols.len()).filter(|&at| symbols[at] == Symbol::Raised).collect();
    let is_foot = |symbol: &Symbol| is_point_or_comma(symbol) || matches!(symbol, Symbol::Dash | Symbol::Equals);
    match (symbols, raised.as_slice()) {
        (&[mark @ (Symbol::Point | Symbol::Comma | Symbol::Apostrophe)], _) => Joint::Mark(mark),
        ([Symbol::Slash], _) => Joint::Slash,
        ([.., Symbol::Slash], &[at]) => Joint::EmptyFraction { has_strokes: at + 2 < symbols.len() },
        (_, &[at])
            if [&symbols[..at], &symbols[at + 1..]]
                .iter()
                .all(|side| matches!(side, [] | [_] if side.iter().all(is_foot))) =>
        {
            Joint::Raised
        }
        _ => Joint::Odd,
    }
}

fn is_point_or_comma(symbol: &Symbol) -> bool {
    matches!(symbol, Symbol::Point | Symbol::Comma)
}

fn is_digit(symbol: &Symbol) -> bool {
    matches!(symbol, Symbol::Digit(_))
}

/// The digits of a text, and nothing else of it.
pub(super) fn digits_of(symbols: &[Symbol]) -> String {
    symbols.iter().filter(|symbol| is_digit(symbol)).map(|symbol| symbol.as_char()).collect()
}

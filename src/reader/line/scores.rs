//! What the line reader thinks of a line: a probability of every symbol in every column in; the likeliest strings, the
//! likelihood of any string and the places of its symbols out.

use super::architecture::{COLUMN_STEP_PX, LINE_CLASS_COUNT};
use super::symbol::Symbol;

/// Strings that are followed from column to column.
const BEAM_WIDTH: usize = 16;

/// A symbol less probable than this in a column does not begin there.
const LEAST_PROBABLE: f64 = 1e-4;

/// Which symbols matter in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of them.
    All,
    /// Digits; marks count as nothing.
    Digits,
}

/// The probabilities of a line, of one view of it or of several.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineScores {
    /// The line as it is comes first, then views of it that are stretched or slanted.
    views: Vec<View>,
}

/// The probabilities of one view of a line, column by column.
#[derive(Clone, Debug, Default, PartialEq)]
struct View {
    /// For each column the probability of "nothing" and of each of [`Symbol::ALL`]; they add up to 1.
    columns: Vec<[f64; LINE_CLASS_COUNT]>,
    /// Pixels of the ink plane for each column.
    column_px: f32,
    /// The likeliest strings, likeliest first: all that the search follows, since several stages ask for them.
    strings: Vec<LineString>,
}

/// A string that a line may hold.
#[derive(Clone, Debug, PartialEq)]
pub struct LineString {
    /// From left to right.
    pub symbols: Vec<Symbol>,
    /// Its probability, summed over all places where its symbols may stand.
    pub probability: f64,
}

/// A string in the making: the probability of the ways that end in "nothing", and of those that end in its last symbol.
#[derive(Clone, Copy, Debug, Default)]
struct Hypothesis {
    node: usize,
    ended: f64,
    going: f64,
}

impl Hypothesis {
    fn total(&self) -> f64 {
        self.ended + self.going
    }
}

/// The strings in the making as a tree: each node is its parent and one class more; node 0 is the empty string.
struct Tree {
    nodes: Vec<Node>,
}

/// A string in the tree.
#[derive(Clone, Copy, Debug)]
struct Node {
    parent: usize,
    /// Its last class; 0 for the empty string.
    class: usize,
    /// The youngest child, and the next older one of the same parent; 0 where there is none.
    child: usize,
    sibling: usize,
    /// The column, from 1, at which it was last a hypothesis, and which one.
    seen: (usize, usize),
}

impl Tree {
    fn new() -> Self {
        Self { nodes: vec![Node { parent: 0, class: 0, child: 0, sibling: 0, seen: (0, 0) }] }
    }

    fn child(&mut self, parent: usize, class: usize) -> usize {
        let mut known = self.nodes[parent].child;
        while known != 0 && self.nodes[known].class != class {
            known = self.nodes[known].sibling;
        }
        if known == 0 {
            known = self.nodes.len();
            self.nodes.push(Node { parent, class, child: 0, sibling: self.nodes[parent].child, seen: (0, 0) });
            self.nodes[parent].child = known;
        }
        known
    }

    /// The place of a string among the hypotheses of a column, where it is put if it is not there yet.
    fn place_in(&mut self, hypotheses: &mut Vec<Hypothesis>, column: usize, node: usize) -> usize {
        let seen = &mut self.nodes[node].seen;
        if seen.0 != column {
            *seen = (column, hypotheses.len());
            hypotheses.push(Hypothesis { node, ..Hypothesis::default() });
        }
        seen.1
    }

    fn symbols(&self, mut node: usize) -> Vec<Symbol> {
        let mut symbols = Vec::new();
        while node != 0 {
            let Node { parent, class, .. } = self.nodes[node];
            symbols.push(Symbol::ALL[class - 1]);
            node = parent;
        }
        symbols.reverse();
        symbols
    }
}

impl LineScores {
    /// Makes probabilities of raw scores, [`LINE_CLASS_COUNT`] a column; `scale` is that of the strip.
    ///
    /// With [`Wanted::Digits`] marks count as nothing.
    pub(crate) fn of(scores: &[f32], temperature: f32, scale: f32, wanted: Wanted) -> Self {
        let column = |scores: &[f32]| {
            let greatest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let mut column = [0.0; LINE_CLASS_COUNT];
            for (probability, score) in column.iter_mut().zip(scores) {
                *probability = f64::from((score - greatest) / temperature).exp();
            }
            let sum: f64 = column.iter().sum();
            column.map(|probability| probability / sum)
        };
        let mut columns: Vec<_> = scores.chunks_exact(LINE_CLASS_COUNT).map(column).collect();
        if wanted == Wanted::Digits {
            columns.iter_mut().for_each(without_marks);
        }
        let strings = likeliest_of(&columns);
        Self { views: vec![View { columns, column_px: scale * COLUMN_STEP_PX as f32, strings }] }
    }

    /// Adds another view of the same line.
    pub(super) fn add_view(&mut self, other: LineScores) {
        self.views.extend(other.views);
    }

    /// The likeliest strings, likeliest first, at most `count`; their probability is the mean over all views.
    pub fn likeliest(&self, count: usize) -> Vec<LineString> {
        if let [view] = self.views.as_slice() {
            return view.strings.iter().take(count).cloned().collect();
        }
        let mut strings: Vec<Vec<Symbol>> = Vec::new();
        for string in self.views.iter().flat_map(|view| view.strings.iter().take(count)) {
            if !strings.contains(&string.symbols) {
                strings.push(string.symbols.clone());
            }
        }
        let rated = strings.into_iter().map(|symbols| {
            let probability = self.log_probability(&symbols).exp();
            LineString { symbols, probability }
        });
        let mut rated: Vec<LineString> = rated.collect();
        rated.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        rated.truncate(count);
        rated
    }

    /// The logarithm of the probability of a string, over all places where its symbols may stand.
    pub fn log_probability(&self, symbols: &[Symbol]) -> f64 {
        let sum: f64 = self.views.iter().map(|view| view.probability(symbols)).sum();
        (sum / self.views.len().max(1) as f64).max(f64::MIN_POSITIVE).ln()
    }

    /// For each symbol of a string the pixel columns of the ink plane between which it stands, in the likeliest way that the
    /// whole string can stand there (Viterbi 1967); the first column of the ink plane is 0.
    pub fn places(&self, symbols: &[Symbol]) -> Vec<(f32, f32)> {
        self.views.first().map_or_else(|| vec![(0.0, 0.0); symbols.len()], |view| view.places(symbols))
    }

    /// The greatest probability of each of the ten digits between two pixel columns of the ink plane.
    pub fn digits_between(&self, columns_px: (f32, f32)) -> [f32; 10] {
        self.views.first().map_or([0.0; 10], |view| view.digits_between(columns_px))
    }
}

/// Takes the probability of all marks for nothing.
fn without_marks(column: &mut [f64; LINE_CLASS_COUNT]) {
    for symbol in Symbol::ALL.iter().filter(|symbol| !matches!(symbol, Symbol::Digit(_))) {
        column[0] += std::mem::take(&mut column[symbol.index() + 1]);
    }
}

/// The likeliest strings of some columns, likeliest first (prefix beam search, Graves and Jaitly 2014).
fn likeliest_of(columns: &[[f64; LINE_CLASS_COUNT]]) -> Vec<LineString> {
    let mut tree = Tree::new();
    let mut beam = vec![Hypothesis { node: 0, ended: 1.0, going: 0.0 }];
    let mut next = Vec::new();
    for (number, column) in (1..).zip(columns) {
        lengthen(number, column, &beam, &mut next, &mut tree);
        std::mem::swap(&mut beam, &mut next);
    }
    let string = |hypothesis: &Hypothesis| LineString {
        symbols: tree.symbols(hypothesis.node),
        probability: hypothesis.total(),
    };
    beam.iter().map(string).collect()
}

/// The hypotheses one column later, likeliest first; `number` counts the columns from 1.
fn lengthen(
    number: usize,
    column: &[f64; LINE_CLASS_COUNT],
    beam: &[Hypothesis],
    next: &mut Vec<Hypothesis>,
    tree: &mut Tree,
) {
    next.clear();
    let mut begins = [0; LINE_CLASS_COUNT];
    let mut count = 0;
    for class in (1..LINE_CLASS_COUNT).filter(|&class| column[class] > LEAST_PROBABLE) {
        begins[count] = class;
        count += 1;
    }
    for hypothesis in beam {
        let last = tree.nodes[hypothesis.node].class;
        let same = tree.place_in(next, number, hypothesis.node);
        next[same].ended += hypothesis.total() * column[0];
        if last != 0 {
            next[same].going += hypothesis.going * column[last];
        }
        for &class in &begins[..count] {
            // The same symbol again needs "nothing" in between.
            let before = if class == last { hypothesis.ended } else { hypothesis.total() };
            let child = tree.child(hypothesis.node, class);
            let place = tree.place_in(next, number, child);
            next[place].going += before * column[class];
        }
    }
    let likelier = |a: &Hypothesis, b: &Hypothesis| b.total().total_cmp(&a.total()).then(a.node.cmp(&b.node));
    if next.len() > BEAM_WIDTH {
        next.select_nth_unstable_by(BEAM_WIDTH, likelier);
        next.truncate(BEAM_WIDTH);
    }
    next.sort_unstable_by(likelier);
}

impl View {
    /// The probability of a string, over all places where its symbols may stand.
    fn probability(&self, symbols: &[Symbol]) -> f64 {
        let mut states = vec![0.0; 2 * symbols.len() + 1];
        let mut begun = false;
        for column in &self.columns {
            let before = states.clone();
            for state in 0..states.len() {
                let class = class_of(symbols, state);
                let mut sum = before[state];
                if !begun {
                    sum = if state < 2 { 1.0 } else { 0.0 };
                } else {
                    if state >= 1 {
                        sum += before[state - 1];
                    }
                    if may_skip(symbols, state) {
                        sum += before[state - 2];
                    }
                }
                states[state] = sum * column[class];
            }
            begun = true;
        }
        states.iter().rev().take(2).sum()
    }

    fn places(&self, symbols: &[Symbol]) -> Vec<(f32, f32)> {
        let states = 2 * symbols.len() + 1;
        let mut best: Vec<Vec<(f64, usize)>> = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let row = (0..states).map(|state| {
                let score = column[class_of(symbols, state)].max(1e-30).ln();
                let Some(before) = best.last() else {
                    return (if state < 2 { score } else { f64::NEG_INFINITY }, state);
                };
                let mut from = state;
                if state >= 1 && before[state - 1].0 > before[from].0 {
                    from = state - 1;
                }
                if may_skip(symbols, state) && before[state - 2].0 > before[from].0 {
                    from = state - 2;
                }
                (before[from].0 + score, from)
            });
            let row = row.collect();
            best.push(row);
        }
        let Some(last) = best.last() else { return vec![(0.0, 0.0); symbols.len()] };
        let mut state = if states > 1 && last[states - 2].0 > last[states - 1].0 { states - 2 } else { states - 1 };
        let mut spans = vec![(usize::MAX, 0); symbols.len()];
        for (column, row) in best.iter().enumerate().rev() {
            if state % 2 == 1 {
                let span = &mut spans[state / 2];
                *span = (span.0.min(column), span.1.max(column + 1));
            }
            state = row[state].1;
        }
        let px = |column: usize| column as f32 * self.column_px;
        spans.iter().map(|&(start, end)| if start < end { (px(start), px(end)) } else { (0.0, 0.0) }).collect()
    }

    fn digits_between(&self, (start_px, end_px): (f32, f32)) -> [f32; 10] {
        let column = |px: f32| (px / self.column_px.max(f32::MIN_POSITIVE)).round() as usize;
        let columns = self.columns.get(column(start_px)..column(end_px)).unwrap_or_default();
        std::array::from_fn(|digit| columns.iter().map(|column| column[digit + 1] as f32).fold(0.0, f32::max))
    }
}

/// The class of a state of a string: every other one is "nothing".
fn class_of(symbols: &[Symbol], state: usize) -> usize {
    if state % 2 == 1 { symbols[state / 2].index() + 1 } else { 0 }
}

/// Whether "nothing" may be left out before the symbol of a state: not between two of one kind.
fn may_skip(symbols: &[Symbol], state: usize) -> bool {
    state % 2 == 1 && state >= 3 && symbols[state / 2] != symbols[state / 2 - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores of columns in which some characters are strong; `_` is nothing.
    fn scores(columns: &[&str]) -> LineScores {
        scores_of(columns, Wanted::All)
    }

    fn scores_of(columns: &[&str], wanted: Wanted) -> LineScores {
        let mut values = Vec::new();
        for column in columns {
            let mut scores = [0.0; LINE_CLASS_COUNT];
            for (rank, character) in column.chars().enumerate() {
                let class = Symbol::of_char(character).map_or(0, |symbol| symbol.index() + 1);
                scores[class] = 8.0 - rank as f32;
            }
            values.extend(scores);
        }
        LineScores::of(&values, 1.0, 2.0, wanted)
    }

    fn text(symbols: &[Symbol]) -> String {
        symbols.iter().map(|symbol| symbol.as_char()).collect()
    }

    fn symbols(text: &str) -> Vec<Symbol> {
        text.chars().filter_map(Symbol::of_char).collect()
    }

    #[test]
    fn the_likeliest_string_and_its_rivals_come_with_their_probabilities() {
        let scores = scores(&["_", "17", "1", "_", "1", "_", "5"]);
        let strings = scores.likeliest(3);
        assert_eq!(text(&strings[0].symbols), "115");
        assert!(text(&strings[1].symbols).contains('7'), "{strings:?}");
        assert!(strings[0].probability > strings[1].probability && strings[1].probability > strings[2].probability);
        for string in &strings {
            let logarithm = scores.log_probability(&string.symbols);
            assert!((logarithm - string.probability.ln()).abs() < 0.01, "{string:?} {logarithm}");
        }
    }

    #[test]
    fn all_strings_together_have_probability_one() {
        let scores = scores(&["1_", "_1"]);
        let sum: f64 = scores.likeliest(BEAM_WIDTH).iter().map(|string| string.probability).sum();
        assert!((0.97..=1.0001).contains(&sum), "{sum}");
    }

    #[test]
    fn marks_are_nothing_where_only_digits_matter() {
        let read = |wanted| text(&scores_of(&["1", ".", "2", "-"], wanted).likeliest(1)[0].symbols);
        assert_eq!((read(Wanted::All), read(Wanted::Digits)), ("1.2-".to_owned(), "12".to_owned()));
    }

    #[test]
    fn places_are_in_pixels_of_the_ink_plane() {
        let places = scores(&["_", "1", "1", "_", "2", "_"]).places(&symbols("12"));
        assert_eq!(places, [(8.0, 24.0), (32.0, 40.0)]);
        let greatest = scores(&["_", "1", "17", "_", "2"]).digits_between((8.0, 24.0));
        assert!(greatest[1] > 0.6 && greatest[7] > 0.2 && greatest[2] < 0.1, "{greatest:?}");
        assert_eq!(LineScores::default().places(&symbols("1")), [(0.0, 0.0)]);
    }

    #[test]
    fn several_views_are_averaged() {
        let (mut one, other) = (scores(&["1", "_", "27"]), scores(&["1", "_", "_", "72"]));
        let alone = one.likeliest(1)[0].clone();
        one.add_view(other.clone());
        let strings = one.likeliest(2);
        assert_eq!(text(&alone.symbols), "12");
        assert!((strings[0].probability - strings[1].probability).abs() < 0.02, "{strings:?}");
        let mean = (alone.probability + other.log_probability(&alone.symbols).exp()) / 2.0;
        assert!((one.log_probability(&alone.symbols).exp() - mean).abs() < 1e-3);
    }

    #[test]
    fn an_empty_line_reads_as_nothing() {
        let strings = scores(&["_", "_"]).likeliest(2);
        assert!(strings[0].symbols.is_empty() && strings[0].probability > 0.9);
        assert!(LineScores::default().likeliest(2).is_empty());
    }
}

//! The vote of both readers: the paths of the lattice and the scores of the whole line in; every value that either of them
//! proposes, with what both think of it, out.

use super::decode::{Path, Prices};
use super::{Reason, Rules, amount, constraint, date};
use crate::reader::line::{LineScores, Symbol};
use crate::template::FieldKind;

/// Strings that the line reader may propose.
const LINE_PROPOSALS: usize = 8;
/// The same where a template may choose among them: all that the line reader follows.
const LINE_PROPOSALS_TO_CHOOSE: usize = 16;

/// Weight of the lattice's log-likelihood beside that of the line reader, which knows the neighbours and the paper. On validation lines without
/// and with touching digits, amounts and busy lines 97.3, 90.9, 96.3 and 81.6 % were right with it, and 97.2, 89.1, 96.6 and 78.8 % with 0.5.
const LATTICE_WEIGHT: f32 = 0.2;

/// No reader is so sure that the other one cannot overrule it: log-likelihoods, relative to its best, end here.
const LEAST_LOG_LIKELIHOOD: f32 = -16.0;

/// A value and what speaks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Ballot {
    /// What the symbols are worth.
    pub value: amount::Value,
    /// The likeliest string of symbols with this value.
    pub symbols: Vec<Symbol>,
    /// The best path of the lattice that reads as its digits, if there is one.
    pub path: Option<Path>,
    /// Probability of the value among all that were proposed, 0 to 1.
    pub share: f32,
    /// Probability that the line reader alone gives to it, 0 to 1; 0 where there is no line reader.
    pub line_probability: f32,
    /// How much worse its path is than the best one of the lattice, as a log-likelihood of 0 or less.
    pub lattice_log_likelihood: f32,
    /// What it breaks of what the template says; empty without a template.
    pub broken: Vec<Reason>,
}

/// One string that was proposed.
struct Proposal {
    symbols: Vec<Symbol>,
    value: amount::Value,
    path: Option<Path>,
    line: f32,
    lattice: f32,
}

impl Proposal {
    fn score(&self) -> f32 {
        self.line + LATTICE_WEIGHT * self.lattice
    }
}

/// The values that are proposed for a line, likeliest first; never empty.
///
/// `paths` are the best ones of the lattice, best first; `scores` those of the line reader, where there is one.
pub fn ballots(prices: &Prices, paths: &[Path], scores: Option<&LineScores>, rules: &Rules) -> Vec<Ballot> {
    let best = paths.first().map_or(0.0, |path| path.score);
    let line_of = |symbols: &[Symbol]| scores.map(|scores| scores.log_probability(symbols) as f32);
    let proposal = |Wording { symbols, least_line }: Wording| {
        let path = prices.path_along(&symbols);
        let lattice = path.as_ref().map_or(LEAST_LOG_LIKELIHOOD, |path| path.score - best);
        let unheard = if least_line.is_finite() { least_line } else { 0.0 };
        let line = line_of(&symbols).unwrap_or(unheard).max(least_line);
        let value = constraint::value_of(&symbols, rules);
        Proposal { symbols, value, path, line, lattice: lattice.clamp(LEAST_LOG_LIKELIHOOD, 0.0) }
    };
    let mut proposals: Vec<Proposal> = wordings(paths, scores, rules).into_iter().map(proposal).collect();
    proposals.sort_by(|a, b| b.score().total_cmp(&a.score()));
    let mut ballots = counted(proposals, scores.is_some());
    if let Some(spec) = rules.spec {
        for ballot in &mut ballots {
            ballot.broken = constraint::broken(spec, &ballot.value.canonical, &ballot.symbols);
        }
        constraint::prefer_fitting(&mut ballots);
    }
    ballots
}

/// A string to be voted on.
struct Wording {
    symbols: Vec<Symbol>,
    /// Its log-probability by the line is at least this: what a known error of the reader makes of another string; else minus infinity.
    least_line: f32,
}

/// All strings that a reader proposes; for dates also those that are dates if a 1 is a slash.
fn wordings(paths: &[Path], scores: Option<&LineScores>, rules: &Rules) -> Vec<Wording> {
    let mut strings: Vec<Vec<Symbol>> = paths.iter().map(Path::symbols).collect();
    let count = if rules.spec.is_some() { LINE_PROPOSALS_TO_CHOOSE } else { LINE_PROPOSALS };
    for string in scores.iter().flat_map(|scores| scores.likeliest(count)) {
        if !strings.contains(&string.symbols) {
            strings.push(string.symbols);
        }
    }
    let mut wordings: Vec<Wording> =
        strings.into_iter().map(|symbols| Wording { symbols, least_line: f32::NEG_INFINITY }).collect();
    let Some(FieldKind::Date(order)) = rules.spec.map(|spec| spec.kind) else { return wordings };
    for source in 0..wordings.len() {
        let symbols = wordings[source].symbols.clone();
        let line = scores.map_or(0.0, |scores| scores.log_probability(&symbols) as f32);
        for (symbols, cost) in date::with_slashes(&symbols, order) {
            let least_line = line + cost;
            match wordings.iter_mut().find(|wording| wording.symbols == symbols) {
                Some(wording) => wording.least_line = wording.least_line.max(least_line),
                None => wordings.push(Wording { symbols, least_line }),
            }
        }
    }
    wordings
}

/// Puts together the proposals of one value; they come best first.
fn counted(proposals: Vec<Proposal>, has_line: bool) -> Vec<Ballot> {
    let best = proposals.first().map_or(0.0, Proposal::score);
    let total: f32 = proposals.iter().map(|proposal| (proposal.score() - best).exp()).sum();
    let mut ballots: Vec<Ballot> = Vec::new();
    for proposal in proposals {
        let share = (proposal.score() - best).exp() / total;
        let line_probability = if has_line { proposal.line.exp() } else { 0.0 };
        match ballots.iter_mut().find(|ballot| ballot.value.canonical == proposal.value.canonical) {
            Some(ballot) => {
                ballot.share += share;
                ballot.line_probability += line_probability;
                ballot.lattice_log_likelihood = ballot.lattice_log_likelihood.max(proposal.lattice);
            }
            None => ballots.push(Ballot {
                path: proposal.path,
                value: proposal.value,
                symbols: proposal.symbols,
                share,
                line_probability,
                lattice_log_likelihood: proposal.lattice,
                broken: Vec::new(),
            }),
        }
    }
    // The best string comes first, but another value may have more strings.
    ballots.sort_by(|a, b| b.share.total_cmp(&a.share));
    ballots
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{DecimalMark, Kind};

    const RULES: Rules =
        Rules { kind: Kind::Amount, decimal: DecimalMark::Auto, min_confidence: 0.9, with_style: false, spec: None };

    fn proposal(text: &str, line: f32, lattice: f32) -> Proposal {
        let symbols: Vec<Symbol> = text.chars().filter_map(Symbol::of_char).collect();
        let value = amount::value_of(&symbols, RULES.kind, RULES.decimal);
        Proposal { symbols, value, path: None, line, lattice }
    }

    #[test]
    fn strings_of_one_value_are_counted_together() {
        let proposals = vec![proposal("250", -1.0, 0.0), proposal("251-", -1.1, 0.0), proposal("251", -1.2, 0.0)];
        let ballots = counted(proposals, true);
        let values: Vec<&str> = ballots.iter().map(|ballot| ballot.value.canonical.as_str()).collect();
        assert_eq!(values, ["251", "250"]);
        assert_eq!(ballots[0].symbols.len(), 4);
        assert!((ballots.iter().map(|ballot| ballot.share).sum::<f32>() - 1.0).abs() < 1e-5);
        assert!((ballots[0].line_probability - ((-1.1f32).exp() + (-1.2f32).exp())).abs() < 1e-5);
    }

    #[test]
    fn each_reader_can_overrule_the_other_where_it_is_surer() {
        let sure_lattice = counted(vec![proposal("7", -1.0, -12.0), proposal("1", -2.0, 0.0)], true);
        let proposals = vec![proposal("7", -0.1, -3.0), proposal("1", -6.0, 0.0)];
        let sure_line = counted(proposals, true);
        let first = |ballots: &[Ballot]| ballots[0].value.canonical.clone();
        assert_eq!((first(&sure_lattice), first(&sure_line)), ("1".to_owned(), "7".to_owned()));
    }
}

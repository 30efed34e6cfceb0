//! The lattice: pieces of writing in, the candidates that they may make up out, and which of these are in question.

use super::{Candidate, Piece, Role, Segments};

/// A candidate has at most so many pieces, ...
const MAX_PIECES: usize = 6;
/// ... is at most this wide in line heights if it has more than one, ...
const MAX_WIDTH_SHARE: f32 = 1.3;
const MAX_COMPONENT_WIDTH_SHARE: f32 = 2.0;
/// ... and loose pieces in it lie at most this far apart, in line heights.
const MAX_LOOSE_GAP_SHARE: f32 = 0.12;
/// A loose fragment may lie farther away: the bar of a five.
const MAX_FRAGMENT_GAP_SHARE: f32 = 0.25;

/// A component read as a digit with at least this probability, and no wider than this in line heights, is one digit: cutting it, or
/// joining it to such another, is not tried. Of the 2,701 numbers on the benchmark pages 2,444 instead of 2,446 were right with a width of
/// 0.95, in 8.8 instead of 10.3 seconds, and 2,443 with 1.0 or 1.1; on the samples 1.1 lost one more number.
const SURE: f32 = 0.9;
const WIDEST_SURE_SHARE: f32 = 1.0;

/// All candidates that some pieces may make up, ordered by first piece, then by last; with `one_each` every piece is one and no more.
pub(super) fn candidates(pieces: &[Piece], line_height_px: f32, one_each: bool) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for first in 0..pieces.len() {
        let mut bounds = pieces[first].bounds;
        candidates.push(Candidate { first, last: first, bounds });
        if one_each {
            continue;
        }
        for last in first + 1..pieces.len().min(first + MAX_PIECES) {
            bounds = bounds.union(&pieces[last].bounds);
            // Parts of one component may be wide together: slanted and generous digits are.
            let is_one = pieces[last].component == pieces[first].component;
            let widest = if is_one { MAX_COMPONENT_WIDTH_SHARE } else { MAX_WIDTH_SHARE };
            let narrow = bounds.width as f32 <= widest * line_height_px;
            if !narrow || !may_join(&pieces[first..=last], line_height_px) {
                break;
            }
            candidates.push(Candidate { first, last, bounds });
        }
    }
    candidates
}

/// Whether neighbouring pieces may be one character: parts of one component, or a fragment close by, or all close together.
fn may_join(pieces: &[Piece], line_height_px: f32) -> bool {
    pieces.windows(2).all(|pair| {
        let (left, right) = (&pair[0], &pair[1]);
        let gap = (right.bounds.x - left.bounds.right()) as f32;
        // A point belongs to no digit, unless it lies right below one.
        if [left, right].iter().any(|piece| piece.role == Role::LowMark) && gap >= 0.0 {
            return false;
        }
        let has_fragment = left.role != Role::Character || right.role != Role::Character;
        let reach = if has_fragment { MAX_FRAGMENT_GAP_SHARE } else { MAX_LOOSE_GAP_SHARE };
        let both_wide = left.bounds.width.min(right.bounds.width) as f32 > 0.5 * line_height_px;
        left.component == right.component || (gap <= reach * line_height_px && !both_wide)
    })
}

impl Segments {
    /// Whether a candidate ends inside a component, which is cut there.
    pub fn is_cut_behind(&self, candidate: &Candidate) -> bool {
        let component = self.pieces[candidate.last].component;
        self.pieces.get(candidate.last + 1).is_some_and(|next| next.component == component)
    }

    /// The candidates that are one whole component each: most are right, and the others matter only where they are not.
    pub fn whole_candidates(&self) -> Vec<usize> {
        let spans = self.spans();
        let is_whole = |candidate: &Candidate| {
            let component = self.pieces[candidate.first].component;
            spans[component] == (candidate.first, candidate.last)
        };
        (0..self.candidates.len()).filter(|&index| is_whole(&self.candidates[index])).collect()
    }

    /// The candidates that are still in question if whole candidates have been read with these probabilities: all that cut or join a
    /// component which is wide for a digit, or was not read as one for sure.
    pub fn open_candidates(&self, whole: &[(usize, f32)]) -> Vec<usize> {
        let widest_px = WIDEST_SURE_SHARE * self.line_height_px;
        let sure: Vec<usize> = whole
            .iter()
            .filter(|(index, probability)| {
                *probability >= SURE && self.candidates[*index].bounds.width as f32 <= widest_px
            })
            .map(|(index, _)| self.pieces[self.candidates[*index].first].component)
            .collect();
        let is_open = |index: usize| {
            let candidate = &self.candidates[index];
            let pieces = &self.pieces[candidate.first..=candidate.last];
            let is_read = whole.iter().any(|(other, _)| *other == index);
            !is_read && pieces.iter().any(|piece| !sure.contains(&piece.component))
        };
        (0..self.candidates.len()).filter(|&index| is_open(index)).collect()
    }

    /// The first and last piece of each component.
    fn spans(&self) -> Vec<(usize, usize)> {
        let mut spans = vec![(usize::MAX, 0); self.pieces.iter().map(|piece| piece.component + 1).max().unwrap_or(0)];
        for (place, piece) in self.pieces.iter().enumerate() {
            let span = &mut spans[piece.component];
            *span = (span.0.min(place), span.1.max(place));
        }
        spans
    }
}

//! Connectionist temporal classification (Graves et al. 2006): the scores of a line and what is written in it in; the loss
//! and its gradient out. Where in the line a symbol stands need not be known.

use crate::reader::line::architecture::LINE_CLASS_COUNT;

const IMPOSSIBLE: f32 = f32::NEG_INFINITY;

/// The loss of one line (minus the log-probability of its symbols) and adds the gradient of its scores to `gradient`.
///
/// `scores` and `gradient` hold [`LINE_CLASS_COUNT`] values a column, "nothing" first; `classes` are the places of the symbols
/// in these. `None`, and no gradient, where the line has too few columns for its symbols.
pub(super) fn loss(scores: &[f32], classes: &[usize], gradient: &mut [f32]) -> Option<f32> {
    let columns = scores.len() / LINE_CLASS_COUNT;
    let states = 2 * classes.len() + 1;
    // Every other state is "nothing".
    let class_of = |state: usize| if state % 2 == 1 { classes[state / 2] } else { 0 };
    let may_skip = |state: usize| state % 2 == 1 && state >= 3 && class_of(state) != class_of(state - 2);
    let logarithms = log_softmax(scores);
    let at = |column: usize, state: usize| logarithms[column * LINE_CLASS_COUNT + class_of(state)];
    let mut forward = vec![IMPOSSIBLE; columns * states];
    forward[0] = at(0, 0);
    if states > 1 {
        forward[1] = at(0, 1);
    }
    for column in 1..columns {
        let (before, here) = forward.split_at_mut(column * states);
        let before = &before[(column - 1) * states..];
        for state in 0..states {
            let mut sum = before[state];
            if state >= 1 {
                sum = log_add(sum, before[state - 1]);
            }
            if may_skip(state) {
                sum = log_add(sum, before[state - 2]);
            }
            here[state] = sum + at(column, state);
        }
    }
    let last = &forward[(columns - 1) * states..];
    let total = if states > 1 { log_add(last[states - 1], last[states - 2]) } else { last[0] };
    if total == IMPOSSIBLE {
        return None;
    }
    // Backward, with the column's own score left out, so that the product of both is the posterior.
    let mut backward = vec![IMPOSSIBLE; states];
    backward[states - 1] = 0.0;
    if states > 1 {
        backward[states - 2] = 0.0;
    }
    for column in (0..columns).rev() {
        let row = column * LINE_CLASS_COUNT..(column + 1) * LINE_CLASS_COUNT;
        for (target, logarithm) in gradient[row.clone()].iter_mut().zip(&logarithms[row.clone()]) {
            *target += logarithm.exp();
        }
        for state in 0..states {
            let posterior = (forward[column * states + state] + backward[state] - total).exp();
            gradient[row.start + class_of(state)] -= posterior;
        }
        let after: Vec<f32> = (0..states).map(|state| backward[state] + at(column, state)).collect();
        for state in 0..states {
            let mut sum = after[state];
            if state + 1 < states {
                sum = log_add(sum, after[state + 1]);
            }
            if state + 2 < states && may_skip(state + 2) {
                sum = log_add(sum, after[state + 2]);
            }
            backward[state] = sum;
        }
    }
    Some(-total)
}

fn log_softmax(scores: &[f32]) -> Vec<f32> {
    let mut logarithms = Vec::with_capacity(scores.len());
    for column in scores.chunks_exact(LINE_CLASS_COUNT) {
        let greatest = column.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let total = greatest + column.iter().map(|score| (score - greatest).exp()).sum::<f32>().ln();
        logarithms.extend(column.iter().map(|score| score - total));
    }
    logarithms
}

fn log_add(a: f32, b: f32) -> f32 {
    let (greater, less) = if a > b { (a, b) } else { (b, a) };
    if less == IMPOSSIBLE { greater } else { greater + (less - greater).exp().ln_1p() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(columns: usize) -> Vec<f32> {
        (0..columns * LINE_CLASS_COUNT).map(|place| ((place * 37 + 11) % 23) as f32 / 8.0 - 1.0).collect()
    }

    /// The definition: the probability of every way through the columns that reads as the classes.
    fn by_enumeration(scores: &[f32], classes: &[usize]) -> f32 {
        let logarithms = log_softmax(scores);
        let columns = scores.len() / LINE_CLASS_COUNT;
        let mut total = 0.0;
        for way in 0..LINE_CLASS_COUNT.pow(columns as u32) {
            let steps: Vec<usize> =
                (0..columns).map(|column| way / LINE_CLASS_COUNT.pow(column as u32) % LINE_CLASS_COUNT).collect();
            let mut read = steps.clone();
            read.dedup();
            read.retain(|&class| class != 0);
            if read == classes {
                let sum: f32 = steps.iter().enumerate().map(|(c, s)| logarithms[c * LINE_CLASS_COUNT + s]).sum();
                total += sum.exp();
            }
        }
        -total.ln()
    }

    #[test]
    fn the_loss_is_that_of_all_ways_together() {
        for classes in [&[][..], &[3], &[3, 4], &[2, 2]] {
            let scores = scores(3);
            let ours = loss(&scores, classes, &mut vec![0.0; scores.len()]).expect("it fits");
            let theirs = by_enumeration(&scores, classes);
            assert!((ours - theirs).abs() < 1e-4, "{classes:?}: {ours} and {theirs}");
        }
    }

    #[test]
    fn the_gradient_agrees_with_finite_differences() {
        let scores = scores(6);
        for classes in [&[][..], &[3, 3, 1], &[4, 5]] {
            let mut gradient = vec![0.0; scores.len()];
            loss(&scores, classes, &mut gradient).expect("it fits");
            for place in 0..scores.len() {
                let moved = |step: f32| {
                    let mut scores = scores.clone();
                    scores[place] += step;
                    loss(&scores, classes, &mut vec![0.0; scores.len()]).expect("it fits")
                };
                let difference = (moved(0.01) - moved(-0.01)) / 0.02;
                assert!((difference - gradient[place]).abs() < 2e-3, "{classes:?} {place}");
            }
        }
    }

    #[test]
    fn too_few_columns_are_told() {
        let scores = scores(2);
        assert_eq!(loss(&scores, &[1, 1], &mut vec![0.0; scores.len()]), None);
    }
}

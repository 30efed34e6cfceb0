//! What somebody may have meant: a misspelt name and the names that there are in, the nearest of these out.

/// The name that takes the fewest changes of one letter, if that is at most a third of its letters.
pub(super) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let with_changes = names.map(|known| (changes(name, known), known));
    let (fewest, known) = with_changes.min_by_key(|(count, _)| *count)?;
    (fewest * 3 <= known.chars().count().max(3)).then_some(known)
}

/// The fewest letters to insert, leave out or replace that make one name of the other (Levenshtein 1966).
fn changes(from: &str, to: &str) -> usize {
    let target: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=target.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, &other) in target.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[target.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_counted() {
        assert_eq!((changes("kitten", "sitting"), changes("", "abc"), changes("abc", "abc")), (3, 3, 0));
    }

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let names = ["wages", "interest", "total_income"];
        let near = |name: &str| nearest(name, names.into_iter());
        assert_eq!(
            (near("wage"), near("totalincome"), near("deductions")),
            (Some("wages"), Some("total_income"), None)
        );
    }
}

//! One block of fields of OMRChecker: its keys in, the bubbles with their labels, values and boxes out.

use serde_json::{Map, Value};

use super::Import;
use crate::geometry::Rect;
use crate::template::problems::quoted;

/// Most bubbles of a block; real sheets have a few hundred.
const MOST_BUBBLES: usize = 10_000;

/// A bubble to fill in.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bubble {
    /// The field that it answers.
    pub(super) label: String,
    /// What it answers.
    pub(super) value: String,
    /// Its box on the page.
    pub(super) bounds: Rect,
}

/// The values of a field's bubbles, and whether they stand below each other.
type Values = (Vec<String>, bool);

/// The bubbles of a block, field by field; what is wrong is noted, and nothing comes out then.
pub(super) fn bubbles(import: &mut Import, name: &str, block: &Map<String, Value>) -> Vec<Bubble> {
    if let Some(other) =
        block.get("fieldDetectionType").and_then(Value::as_str).filter(|kind| !kind.starts_with("BUBBLES"))
    {
        import.remarks.push(format!(
            "block {} was not taken over: it holds no bubbles ({})",
            quoted(name),
            quoted(other)
        ));
        return Vec::new();
    }
    read(import, name, block).unwrap_or_default()
}

fn read(import: &mut Import, name: &str, block: &Map<String, Value>) -> Option<Vec<Bubble>> {
    let path = |key| ["fieldBlocks", name, key];
    let values = values(import, name, block);
    let labels = labels(import, name, block);
    let origin = import.pair(block, &path("origin"));
    let size = match block.contains_key("bubbleDimensions") {
        true => import.pair(block, &path("bubbleDimensions")),
        false => import.pair(import.top, &["bubbleDimensions"]),
    };
    let bubbles_gap = gaps(import, name, block, "bubblesGap");
    let labels_gap = gaps(import, name, block, "labelsGap");
    let ((values, is_downwards), labels) = (values?, labels?);
    if values.len().saturating_mul(labels.len()) > MOST_BUBBLES {
        import.problem(
            &path("fieldLabels"),
            format!("the block has more than {MOST_BUBBLES} bubbles; shorten `fieldLabels`"),
        );
        return None;
    }
    let ((left, top), (width, height), bubbles_gap, labels_gap) = (origin?, size?, bubbles_gap?, labels_gap?);
    let size_px = (width.round() as i32, height.round() as i32);
    if size_px.0 < 1 || size_px.1 < 1 {
        import.problem(&path("bubbleDimensions"), "`bubbleDimensions` must be at least one pixel each");
        return None;
    }
    let bounds = |label: usize, value: usize| {
        let (along, across) = (offset(&bubbles_gap, value), offset(&labels_gap, label));
        let (right, down) = if is_downwards { (across, along) } else { (along, across) };
        Rect::new((left + right).round() as i32, (top + down).round() as i32, size_px.0, size_px.1)
    };
    let of_label = |(label, name): (usize, &String)| -> Vec<Bubble> {
        let bubble = |(value, text): (usize, &String)| Bubble {
            label: name.clone(),
            value: text.clone(),
            bounds: bounds(label, value),
        };
        values.iter().enumerate().map(bubble).collect()
    };
    Some(labels.iter().enumerate().flat_map(of_label).collect())
}

/// How far the bubble or field of a number stands from the first one: by steps of one size, or by a size for each.
fn offset(gaps: &[f64], count: usize) -> f64 {
    match gaps {
        [gap] => gap * count as f64,
        gaps => gaps.iter().take(count).sum(),
    }
}

/// Steps behind a key: one for all, or a list.
fn gaps(import: &mut Import, name: &str, block: &Map<String, Value>, key: &str) -> Option<Vec<f64>> {
    let gaps = match block.get(key) {
        Some(Value::Number(gap)) => gap.as_f64().map(|gap| vec![gap]),
        Some(Value::Array(gaps)) if !gaps.is_empty() => gaps.iter().map(Value::as_f64).collect(),
        _ => None,
    };
    if gaps.is_none() {
        import.problem(&["fieldBlocks", name, key], format!("`{key}` must be a number of pixels, such as 30"));
    }
    gaps
}

/// The values of the bubbles: given in the block, or by its type.
fn values(import: &mut Import, name: &str, block: &Map<String, Value>) -> Option<Values> {
    let type_key = if block.contains_key("bubbleFieldType") { "bubbleFieldType" } else { "fieldType" };
    let known = block.get(type_key).and_then(Value::as_str).map(|kind| (kind, values_of_type(import, kind)));
    if let Some((kind, None)) = known {
        import.problem(
            &["fieldBlocks", name, type_key],
            format!("the field type {} is not known; give `bubbleValues` and `direction` instead", quoted(kind)),
        );
        return None;
    }
    let known = known.and_then(|(_, values)| values);
    let own = own_values(block);
    let direction = block.get("direction").and_then(Value::as_str).map(|direction| direction == "vertical");
    let values = own.or(known.as_ref().map(|(values, _)| values.clone()));
    let is_downwards = direction.or(known.map(|(_, is_downwards)| is_downwards));
    let values = values.zip(is_downwards);
    if values.is_none() {
        import.problem(
            &["fieldBlocks", name],
            "the block needs a `fieldType`, or both `bubbleValues` and `direction` (\"horizontal\" or \"vertical\")",
        );
    }
    values
}

fn own_values(block: &Map<String, Value>) -> Option<Vec<String>> {
    let values = block.get("bubbleValues")?.as_array()?;
    let values: Option<Vec<String>> = values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
    values.filter(|values| !values.is_empty())
}

/// The values of a type: those that the program has, and those that the file defines.
fn values_of_type(import: &Import, kind: &str) -> Option<Values> {
    let defined = import.top.get("customBubbleFieldTypes").and_then(|kinds| kinds.get(kind)).and_then(Value::as_object);
    if let Some(defined) = defined {
        let is_downwards = defined.get("direction").and_then(Value::as_str)? == "vertical";
        return own_values(defined).map(|values| (values, is_downwards));
    }
    let digits = |order: &str| (order.chars().map(String::from).collect(), true);
    match kind {
        "QTYPE_INT" => Some(digits("0123456789")),
        "QTYPE_INT_FROM_1" => Some(digits("1234567890")),
        _ => {
            let count: u8 = kind.strip_prefix("QTYPE_MCQ")?.parse().ok()?;
            (2..=26)
                .contains(&count)
                .then(|| ((0..count).map(|letter| char::from(b'A' + letter).to_string()).collect(), false))
        }
    }
}

/// The labels of a block, ranges such as `q1..20` written out.
fn labels(import: &mut Import, name: &str, block: &Map<String, Value>) -> Option<Vec<String>> {
    let path = ["fieldBlocks", name, "fieldLabels"];
    let Some(list) = block.get("fieldLabels").and_then(Value::as_array).filter(|list| !list.is_empty()) else {
        import.problem(&path, "`fieldLabels` must be a list of names, such as [\"q1..20\"]");
        return None;
    };
    let mut labels = Vec::new();
    for label in list {
        match label.as_str().and_then(written_out) {
            Some(more) => labels.extend(more),
            None => {
                let label = quoted(label.as_str().unwrap_or("what is no text"));
                import.problem(
                    &path,
                    format!("{label} is no label; write a name such as `q1`, or a range such as `q1..20`"),
                );
                return None;
            }
        }
    }
    Some(labels)
}

/// `q1..3` as `q1`, `q2`, `q3`; a name without points as it is. Newer files write three points.
fn written_out(label: &str) -> Option<Vec<String>> {
    let Some((first, last)) = label.split_once("..") else {
        return (!label.trim().is_empty()).then(|| vec![label.to_owned()]);
    };
    let last: usize = last.trim_start_matches('.').parse().ok()?;
    let prefix = first.trim_end_matches(|c: char| c.is_ascii_digit());
    let first: usize = first[prefix.len()..].parse().ok()?;
    let count = last.checked_sub(first)?;
    (count < MOST_BUBBLES).then(|| (first..=last).map(|number| format!("{prefix}{number}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_written_out() {
        assert_eq!(written_out("q9..11"), Some(vec!["q9".to_owned(), "q10".to_owned(), "q11".to_owned()]));
        assert_eq!(written_out("roll1...2"), Some(vec!["roll1".to_owned(), "roll2".to_owned()]));
        assert_eq!(written_out("Medium"), Some(vec!["Medium".to_owned()]));
        for wrong in ["q3..1", "q..4", "q1..", "", "q1..99999999999"] {
            assert_eq!(written_out(wrong), None, "{wrong}");
        }
    }
}

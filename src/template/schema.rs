//! The JSON Schema of template files, for editors: the table of keys in, a schema (draft 2020-12) out.

use serde_json::{Map, Value, json};

use super::keys::{CHECK_DIGITS, Form, Key, MOST_DIGITS, MOST_SIDE_PX, TOP_KEYS};

/// The JSON Schema (draft 2020-12) of template files, made from the table of keys by which [`super::parse()`] checks them.
///
/// A schema cannot compare values: that boxes lie in the reference, names are unique and limits are in order is checked by `parse` alone.
pub fn schema() -> Value {
    let mut schema = table(TOP_KEYS);
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!("scantally template"));
    schema.insert(
        "description".to_owned(),
        json!("Where the numbers of a form stand, what they are, and what must hold between them."),
    );
    Value::Object(schema)
}

fn table(keys: &[Key]) -> Map<String, Value> {
    let mut table = Map::new();
    table.insert("type".to_owned(), json!("object"));
    table.insert("additionalProperties".to_owned(), json!(false));
    let required: Vec<&str> = keys.iter().filter(|key| key.is_required).map(|key| key.name).collect();
    table.insert("required".to_owned(), json!(required));
    let properties: Map<String, Value> = keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    table.insert("properties".to_owned(), Value::Object(properties));
    let limits: Vec<Value> = keys.iter().filter(|key| !key.kinds.is_empty()).map(for_some_kinds).collect();
    if !limits.is_empty() {
        table.insert("allOf".to_owned(), Value::Array(limits));
    }
    table
}

/// A key that some kinds of field alone may have.
fn for_some_kinds(key: &Key) -> Value {
    json!({
        "if": { "required": [key.name] },
        "then": { "properties": { "kind": { "enum": key.kinds } } }
    })
}

fn property(key: &Key) -> Value {
    let mut property = match key.form {
        Form::Text => {
            json!({ "type": "string", "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]*\\S[^\\u0000-\\u001f\\u007f-\\u009f]*$" })
        }
        Form::Name => json!({ "type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_-]*$" }),
        Form::Choice(words) => json!({ "enum": words }),
        Form::CheckDigit => {
            let names = CHECK_DIGITS.map(|(name, _)| name).join("|");
            json!({ "type": "string", "pattern": format!("^({names}|iban:[A-Z]{{2}})$") })
        }
        Form::Whole { least, most } => whole(least, most),
        Form::Number { range: Some((least, most)) } => json!({ "type": "number", "minimum": least, "maximum": most }),
        Form::Number { range: None } => json!({ "type": "number" }),
        Form::Flag => json!({ "type": "boolean" }),
        Form::Box => {
            let (place, size) = (whole(0, MOST_SIDE_PX), whole(1, MOST_SIDE_PX));
            json!({ "type": "array", "prefixItems": [place, place, size, size], "minItems": 4, "maxItems": 4 })
        }
        Form::Length => {
            let count = whole(1, MOST_DIGITS);
            let pair = json!({ "type": "array", "items": count, "minItems": 2, "maxItems": 2 });
            json!({ "oneOf": [count, pair] })
        }
        Form::Tables { keys, least } => json!({ "type": "array", "items": table(keys), "minItems": least }),
    };
    property["description"] = json!(key.meaning);
    property
}

fn whole(least: i64, most: i64) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}

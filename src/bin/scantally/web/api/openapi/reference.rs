//! The page that describes the interface: the document in, what the template shows of each operation out.

use askama::Template;
use serde_json::Value;

use crate::web::page::Visitor;

#[derive(Template)]
#[template(path = "api.html", config = "src/bin/scantally/web/askama.toml")]
pub struct ReferencePage {
    visitor: Visitor,
    summary: String,
    description: Words,
    operations: Vec<Operation>,
    schemas: Vec<Schema>,
}

/// One method of one path.
struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    description: Words,
    parameters: Vec<Parameter>,
    bodies: Vec<String>,
    answers: Vec<Answer>,
    example: String,
}

struct Parameter {
    name: String,
    place: String,
    is_required: bool,
    values: String,
    description: Words,
}

struct Answer {
    status: String,
    description: Words,
    content: String,
}

struct Schema {
    name: String,
    description: Words,
    properties: Vec<(String, String, Words)>,
}

/// A text in parts; `true` for those that programs write so.
type Words = Vec<(bool, String)>;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

impl ReferencePage {
    /// The page of a document; `server` is what examples ask.
    pub fn of(document: &Value, server: &str, visitor: Visitor) -> Self {
        let mut operations = Vec::new();
        for (path, item) in entries(&document["paths"]) {
            let shared = item["parameters"].as_array().cloned().unwrap_or_default();
            for method in METHODS.iter().filter(|method| item[**method].is_object()) {
                operations.push(operation(document, path, method, &item[*method], &shared, server));
            }
        }
        let schemas = entries(&document["components"]["schemas"]).map(|(name, schema)| self::schema(name, schema));
        Self {
            visitor,
            summary: text(&document["info"]["summary"]),
            description: words(&document["info"]["description"]),
            operations,
            schemas: schemas.collect(),
        }
    }
}

fn operation(
    document: &Value,
    path: &str,
    method: &str,
    operation: &Value,
    shared: &[Value],
    server: &str,
) -> Operation {
    let own = operation["parameters"].as_array().cloned().unwrap_or_default();
    let parameters = shared.iter().chain(&own).map(|parameter| self::parameter(resolved(document, parameter)));
    let bodies: Vec<String> = entries(&operation["requestBody"]["content"])
        .map(|(kind, content)| join(&[kind.clone(), type_of(&content["schema"])], ": "))
        .collect();
    Operation {
        id: text(&operation["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        description: words(&operation["description"]),
        parameters: parameters.collect(),
        bodies,
        answers: entries(&operation["responses"])
            .map(|(status, answer)| self::answer(status, resolved(document, answer)))
            .collect(),
        example: example(server, method, path, &operation["requestBody"]["content"]),
    }
}

fn parameter(parameter: &Value) -> Parameter {
    let schema = &parameter["schema"];
    let default = match &schema["default"] {
        Value::Null => String::new(),
        value => format!("usually {}", plain(value)),
    };
    Parameter {
        name: text(&parameter["name"]),
        place: text(&parameter["in"]),
        is_required: parameter["required"] == true,
        values: join(&[type_of(schema), default], "; "),
        description: words(&parameter["description"]),
    }
}

fn answer(status: &str, answer: &Value) -> Answer {
    let kinds: Vec<String> = entries(&answer["content"])
        .map(|(kind, content)| join(&[kind.clone(), type_of(&content["schema"])], ": "))
        .collect();
    Answer { status: status.to_owned(), description: words(&answer["description"]), content: kinds.join(", ") }
}

fn schema(name: &str, schema: &Value) -> Schema {
    let properties = entries(&schema["properties"])
        .map(|(name, property)| (name.clone(), type_of(property), words(&property["description"])));
    let described = match &schema["properties"] {
        Value::Null => join(&[type_of(schema), text(&schema["description"])], ". "),
        _ => text(&schema["description"]),
    };
    Schema { name: name.to_owned(), properties: properties.collect(), description: parted(&described) }
}

/// A command that asks for it.
fn example(server: &str, method: &str, path: &str, bodies: &Value) -> String {
    let mut words = vec!["curl".to_owned(), "-H 'Authorization: Bearer TOKEN'".to_owned()];
    if method != "get" && !(method == "post" && bodies.is_object()) {
        words.push(format!("-X {}", method.to_uppercase()));
    }
    if bodies["multipart/form-data"].is_object() {
        words.push("-F file=@scan.png".to_owned());
    } else if let Some((kind, content)) = entries(bodies).next() {
        let body = match &content["example"] {
            Value::Null => "@request.json".to_owned(),
            body => format!("'{}'", plain(body).replace('\'', "'\\''")),
        };
        words.push(format!("-H 'Content-Type: {kind}' --data-binary {body}"));
    }
    let filled = |part: &str| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
        Some(name) => name.to_uppercase(),
        None => part.to_owned(),
    };
    let path: Vec<String> = path.split('/').map(filled).collect();
    words.push(format!("'{server}{}'", path.join("/")));
    words.join(" ")
}

/// What a schema allows, in a few words.
fn type_of(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().map(plain).collect::<Vec<_>>().join(" | ");
    }
    if let Some(choices) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
        return choices.iter().map(type_of).collect::<Vec<_>>().join(" or ");
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(plain).collect::<Vec<_>>().join(" or "),
        kind => text(kind),
    };
    match (kind.as_str(), schema["minimum"].as_f64(), schema["maximum"].as_f64()) {
        ("array", ..) => format!("array of {}", type_of(&schema["items"])),
        (_, Some(least), Some(most)) => format!("{kind} from {least} to {most}"),
        _ => kind,
    }
}

/// What a reference leads to; anything else stands for itself.
pub fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let pointer = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| document.pointer(pointer)).unwrap_or(value)
}

fn entries(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

fn join(parts: &[String], between: &str) -> String {
    let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    parts.join(between)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn words(value: &Value) -> Words {
    parted(&text(value))
}

/// Parts between backticks are what programs write.
fn parted(text: &str) -> Words {
    let parts = text.split('`').enumerate().map(|(place, part)| (place % 2 == 1, part.to_owned()));
    parts.filter(|(_, part)| !part.is_empty()).collect()
}

/// A value as people write it.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

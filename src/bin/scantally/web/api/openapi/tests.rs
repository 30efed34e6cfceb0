//! The description of the interface: that it is whole, and that it describes the routes that there are.

use std::collections::BTreeSet;

use serde_json::Value;

use super::reference::resolved;
use crate::web::routes::RouteTable;
use crate::web::testing::Site;

async fn document() -> Value {
    let answer = Site::open("").client().get("/api/openapi.json").await;
    assert_eq!(answer.headers["content-type"], "application/json");
    answer.json()
}

/// Method and path of all operations.
fn operations(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &Value)| {
        let methods: Vec<String> = item.as_object().expect("methods").keys().cloned().collect();
        let path = path.clone();
        methods
            .into_iter()
            .filter(|name| name != "parameters")
            .map(move |name| format!("{} {path}", name.to_uppercase()))
    };
    paths.iter().flat_map(of_path).collect()
}

#[tokio::test]
async fn every_route_for_programs_is_described_and_every_description_has_a_route() {
    let site = Site::open("");
    let table = RouteTable::of(&site.app);
    let routes = table.routes().iter().filter(|route| route.path.starts_with("/api/v1/"));
    let routes: BTreeSet<String> = routes.map(|route| format!("{} {}", route.method, route.path)).collect();
    assert_eq!(operations(&document().await), routes);
}

#[tokio::test]
async fn references_lead_somewhere_and_operations_are_complete() {
    let document = document().await;
    let mut waiting = vec![&document];
    while let Some(value) = waiting.pop() {
        if value.get("$ref").is_some() {
            assert!(resolved(&document, value).get("$ref").is_none(), "{value} leads nowhere");
        }
        match value {
            Value::Object(object) => waiting.extend(object.values()),
            Value::Array(array) => waiting.extend(array),
            _ => {}
        }
    }
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods").iter().filter(|(name, _)| *name != "parameters") {
            let name = format!("{method} {path}");
            assert!(operation["summary"].is_string() && operation["responses"].is_object(), "{name}");
            assert!(ids.insert(operation["operationId"].as_str().expect(&name).to_owned()), "{name}");
            let shared = item["parameters"].as_array().into_iter().flatten();
            let own = operation["parameters"].as_array().into_iter().flatten();
            let described: BTreeSet<String> = shared
                .chain(own)
                .map(|parameter| resolved(&document, parameter))
                .filter(|parameter| parameter["in"] == "path")
                .filter_map(|parameter| parameter["name"].as_str().map(str::to_owned))
                .collect();
            let needed: BTreeSet<String> = path
                .split('/')
                .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}').map(str::to_owned))
                .collect();
            assert_eq!(described, needed, "{name}");
        }
    }
}

#[tokio::test]
async fn the_page_shows_every_operation_and_how_to_ask_for_it() {
    let site = Site::open("");
    let page = site.client().get("/api").await;
    assert_eq!(page.status, 200);
    for operation in operations(&document().await) {
        let (method, path) = operation.split_once(' ').expect("a method and a path");
        assert!(page.text().contains(&format!("<b>{method}</b> <code>{path}</code>")), "{operation}");
    }
    assert!(page.text().contains("curl -H &#39;Authorization: Bearer TOKEN&#39; -F file=@scan.png"), "{}", page.text());
}

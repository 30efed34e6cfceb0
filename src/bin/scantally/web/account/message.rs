//! A page that only says something.

use askama::Template;
use axum::response::Html;

use crate::web::page::{Visitor, render};
use crate::web::problem::Problem;

#[derive(Template)]
#[template(path = "message.html", config = "src/bin/scantally/web/askama.toml")]
struct MessagePage<'a> {
    visitor: Visitor,
    title: &'a str,
    text: &'a str,
}

/// The page.
pub fn page(visitor: Visitor, title: &str, text: &str) -> Result<Html<String>, Problem> {
    render(&MessagePage { visitor, title, text })
}

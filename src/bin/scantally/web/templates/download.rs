//! A template as files: its TOML alone, or packed with the picture of the blank form as `extract --template` takes them.

use std::io::{Cursor, Write};
use std::path::PathBuf;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use scantally::template;
use zip::write::SimpleFileOptions;

use crate::web::app::App;
use crate::web::jobs::{attachment, forms};
use crate::web::problem::Problem;
use crate::web::store::templates::{self, StoredTemplate};

/// A file of a template: `template.toml`, `template.zip` or `picture.png`.
///
/// # Errors
/// 404 for other names, and for the picture where there is none.
pub async fn send(app: &App, template: StoredTemplate, file: &str) -> Result<Response, Problem> {
    let stem = stem(&template.name);
    match file {
        "template.toml" => answer("application/toml", &format!("{stem}.toml"), template.toml.into_bytes()),
        "template.zip" => {
            let picture = picture(app, &template).await?;
            answer("application/zip", &format!("{stem}.zip"), packed(&template, &stem, picture)?)
        }
        "picture.png" => {
            let picture = picture(app, &template).await?.ok_or_else(Problem::not_found)?;
            answer("image/png", &format!("{stem}.png"), picture)
        }
        _ => Err(Problem::not_found()),
    }
}

/// The blank form of a template as PNG.
///
/// # Errors
/// 500 if the database fails.
pub async fn picture(app: &App, template: &StoredTemplate) -> Result<Option<Vec<u8>>, Problem> {
    let id = template.id.clone();
    app.store.with(move |db| templates::picture(db, &id)).await
}

fn answer(kind: &'static str, name: &str, bytes: Vec<u8>) -> Result<Response, Problem> {
    let headers =
        [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CONTENT_DISPOSITION, attachment(name)?)];
    Ok((headers, bytes).into_response())
}

/// The TOML, which names the picture, and the picture.
fn packed(template: &StoredTemplate, stem: &str, picture: Option<Vec<u8>>) -> Result<Vec<u8>, Problem> {
    let mut form = forms::parse(&template.toml).map_err(|cause| Problem::internal(&cause))?;
    form.reference = picture.as_ref().map(|_| PathBuf::from(format!("{stem}.png")));
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: String, bytes: &[u8]| -> zip::result::ZipResult<()> {
        archive.start_file(name, SimpleFileOptions::default())?;
        Ok(archive.write_all(bytes)?)
    };
    let added = add(format!("{stem}.toml"), template::write(&form).as_bytes())
        .and_then(|()| picture.map_or(Ok(()), |picture| add(format!("{stem}.png"), &picture)));
    let bytes = added.and_then(|()| archive.finish()).map_err(|cause| Problem::internal(&cause))?;
    Ok(bytes.into_inner())
}

/// A name as the beginning of file names that every system takes.
fn stem(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' };
    let stem: String = name.chars().take(60).map(plain).collect();
    if stem.trim_matches('_').is_empty() { "form".to_owned() } else { stem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_forms_are_names_of_files() {
        for (name, expected) in [("tax return", "tax_return"), ("../x", "___x"), ("\"\n", "form"), ("Größe", "Gr__e")]
        {
            assert_eq!(stem(name), expected);
        }
    }
}

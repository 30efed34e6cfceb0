//! Forms of stored templates for reading at once: a template in, what the pipeline knows it by out; the last few are kept, since making one
//! decodes and cleans a picture.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use scantally::pipeline::KnownForm;

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::jobs::forms;
use crate::web::problem::Problem;
use crate::web::reading::{CHEQUE, ReadOptions};
use crate::web::store::templates::{self, StoredTemplate};

/// So many are kept; the picture of a page at 300 dpi has 9 MB.
const MOST_KEPT: usize = 4;

/// What a pipeline takes.
pub type Forms = Arc<[KnownForm]>;

/// Forms that were used lately, the last one at the end; each with the id and the text of its template.
#[derive(Default)]
pub struct KnownForms(Mutex<Vec<(String, String, Forms)>>);

impl KnownForms {
    /// The form that the options name, whose text is put into them; `None` where they name none, or one that is built in.
    ///
    /// # Errors
    /// 404 if the template is not there, or not theirs; 422 if it is not valid.
    pub async fn of(&self, app: &App, person: &Person, options: &mut ReadOptions) -> Result<Option<Forms>, Problem> {
        if options.template.is_empty() || options.template == CHEQUE {
            return Ok(None);
        }
        let template = person.template(app, &options.template).await?;
        options.template_toml = Some(template.toml.clone());
        if let Some(forms) = self.kept(&template) {
            return Ok(Some(forms));
        }
        let forms = make(app, &template).await?;
        let mut kept = self.locked();
        kept.retain(|(id, ..)| *id != template.id);
        if kept.len() >= MOST_KEPT {
            kept.remove(0);
        }
        kept.push((template.id, template.toml, Arc::clone(&forms)));
        Ok(Some(forms))
    }

    fn kept(&self, template: &StoredTemplate) -> Option<Forms> {
        let mut kept = self.locked();
        let place = kept.iter().position(|(id, toml, _)| *id == template.id && *toml == template.toml)?;
        let found = kept.remove(place);
        let forms = Arc::clone(&found.2);
        kept.push(found);
        Some(forms)
    }

    fn locked(&self) -> MutexGuard<'_, Vec<(String, String, Forms)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn make(app: &App, template: &StoredTemplate) -> Result<Forms, Problem> {
    let (id, toml) = (template.id.clone(), template.toml.clone());
    let picture = app.store.with(move |db| templates::picture(db, &id)).await?;
    let made = tokio::task::spawn_blocking(move || forms::known(&toml, picture)).await;
    let form = made.map_err(|cause| Problem::internal(&cause))?;
    let form =
        form.map_err(|cause| Problem::invalid(format!("The template {} cannot be used: {cause}", template.name)))?;
    Ok([form].into())
}

//! All batches with numbers, and how much of each waits for somebody.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::page::{Visitor, render};
use crate::web::problem::Problem;
use crate::web::store::jobs::{self, Job};
use crate::web::store::review_queue::{self, Counts};

/// The newest batches that are looked through.
const MOST_JOBS: u32 = 200;

#[derive(Template)]
#[template(path = "review_overview.html", config = "src/bin/scantally/web/askama.toml")]
struct OverviewPage {
    visitor: Visitor,
    jobs: Vec<(Job, Counts)>,
}

impl OverviewPage {
    fn has_waiting(&self) -> bool {
        self.jobs.iter().any(|(_, counts)| counts.for_me > 0)
    }
}

/// The page.
pub async fn page(State(app): State<App>, person: Person, visitor: Visitor) -> Result<Html<String>, Problem> {
    let found = app.store.with(move |db| {
        let jobs = jobs::visible_to(db, person.id, MOST_JOBS, 0)?.into_iter().filter(|job| job.state.is_over());
        jobs.map(|job| review_queue::counts(db, &job, person.id).map(|counts| (job, counts))).collect()
    });
    let mut jobs: Vec<(Job, Counts)> = found.await?;
    jobs.retain(|(_, counts)| counts.numbers > 0);
    // A stable sort: what waits comes first, newest first in each part.
    jobs.sort_by_key(|(_, counts)| counts.for_me == 0);
    render(&OverviewPage { visitor, jobs })
}

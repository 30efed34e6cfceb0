//! Number by number: the page, and the numbers that its script asks for before they are needed.

use askama::Template;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::page::{Visitor, render};
use crate::web::problem::Problem;
use crate::web::review::check_is_read;
use crate::web::review::item::ShownNumber;
use crate::web::store::jobs::Job;
use crate::web::store::review_queue::{self, Counts, Show};
use crate::web::store::shares::{self, Shared};
use crate::web::store::users::{self, Role};

/// Numbers that are handed out at once: enough that nobody waits for the next one, few enough that others are not left without.
const MOST_AT_ONCE: usize = 10;

/// What the script asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// Which numbers; see [`Show`].
    #[serde(default)]
    show: String,
    /// The number behind which to go on.
    after: Option<i64>,
    /// Numbers that are still wanted, parted by commas.
    #[serde(default)]
    held: String,
}

/// What it gets.
#[derive(Serialize)]
pub struct Next {
    numbers: Vec<ShownNumber>,
    /// Numbers that still wait for this person.
    left: u64,
    /// Numbers that other people have in front of them just now.
    with_others: usize,
    /// Whether there are none behind these.
    is_end: bool,
}

#[derive(Template)]
#[template(path = "review.html", config = "src/bin/scantally/web/askama.toml")]
struct ReviewPage {
    visitor: Visitor,
    job: Job,
    counts: Counts,
    show: Show,
    /// People who can review the job.
    reviewers: usize,
}

impl ReviewPage {
    fn choices(&self) -> [(Show, &'static str, u64); 3] {
        [
            (Show::Review, "What needs a person", self.counts.for_me),
            (Show::Rejected, "Ink that is no number", self.counts.rejected),
            (Show::All, "All numbers", self.counts.numbers),
        ]
    }
}

/// The page.
pub async fn page(
    State(app): State<App>,
    person: Person,
    visitor: Visitor,
    Path(job): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Html<String>, Problem> {
    let job = person.job(&app, &job).await?;
    let show = shown(&asked_for(asked)?)?;
    let (counted, user_id) = (job.clone(), person.id);
    let found = app.store.with(move |db| Ok((review_queue::counts(db, &counted, user_id)?, reviewers(db, &counted)?)));
    let (counts, reviewers) = found.await?;
    render(&ReviewPage { visitor, job, counts, show, reviewers })
}

/// The next numbers.
pub async fn next(
    State(app): State<App>,
    person: Person,
    Path(job): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<impl IntoResponse, Problem> {
    let job = person.job(&app, &job).await?;
    let asked = asked_for(asked)?;
    let show = shown(&asked)?;
    check_is_read(&job)?;
    for id in asked.held.split(',').filter_map(|id| id.parse().ok()) {
        app.desk.renew(id, person.id);
    }
    let shared = app.clone();
    let next = app.store.with(move |db| hand_out(&shared, db, &person, &job, show, asked.after));
    Ok(Json(next.await?))
}

/// Hands numbers out; people who only look get them, too, without keeping them from others.
fn hand_out(
    app: &App,
    db: &Connection,
    person: &Person,
    job: &Job,
    show: Show,
    after: Option<i64>,
) -> rusqlite::Result<Next> {
    let keeps = person.is_at_least(Role::Reviewer);
    let mut next = Next {
        numbers: Vec::new(),
        left: review_queue::counts(db, job, person.id)?.for_me,
        with_others: 0,
        is_end: true,
    };
    for id in review_queue::ids(db, job, person.id, show, after)? {
        if next.numbers.len() == MOST_AT_ONCE {
            next.is_end = false;
            break;
        }
        // Two people key a number at the same time where nobody has yet.
        let is_for_two = job.double_keying && review_queue::keying_count(db, id)? == 0;
        if keeps && !app.desk.take(id, person.id, if is_for_two { 2 } else { 1 }) {
            next.with_others += 1;
            continue;
        }
        next.numbers.extend(review_queue::item(db, job, id)?.map(|item| ShownNumber::of(job, item)));
    }
    Ok(next)
}

fn asked_for(asked: Result<Query<Asked>, QueryRejection>) -> Result<Asked, Problem> {
    let asked =
        asked.map_err(|_| Problem::bad_request("The address is not as the page writes it; open the review again."))?;
    Ok(asked.0)
}

fn shown(asked: &Asked) -> Result<Show, Problem> {
    match asked.show.as_str() {
        "" => Ok(Show::default()),
        name => Show::named(name).ok_or_else(|| Problem::bad_request("`show` is review, rejected or all.")),
    }
}

/// How many people can review a job: its owner and those it is shared with, if their role allows it.
fn reviewers(db: &Connection, job: &Job) -> rusqlite::Result<usize> {
    let mut people = Vec::new();
    people.extend(users::by_id(db, job.owner_id)?);
    for email in shares::people(db, Shared::Job, &job.id)? {
        people.extend(users::by_email(db, &email)?.filter(|user| user.is_confirmed));
    }
    Ok(people.iter().filter(|user| user.role >= Role::Reviewer).count())
}

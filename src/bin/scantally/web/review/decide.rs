//! Decisions: what a person typed for a number in; the value checked, kept and told to whoever else has the number, out. The way back is
//! [`undo`].

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::problem::Problem;
use crate::web::review::check_is_read;
use crate::web::review::field_value::Fields;
use crate::web::review::item::ShownNumber;
use crate::web::store::decisions::{self, Decided, Decider, Refused, Wish};
use crate::web::store::jobs::Job;
use crate::web::store::numbers::{self, StoredNumber};
use crate::web::store::review_queue;

/// Nobody looks at one number for longer; who has it open longer was away.
const LONGEST_MILLISECONDS: i64 = 120_000;

/// What somebody typed for a number.
pub struct Typed {
    pub number_id: i64,
    pub text: String,
    /// The version of the number that they saw, where they say so.
    pub version: Option<i64>,
    /// How long they say they looked at it.
    pub milliseconds: i64,
}

/// What the script of a page sends.
#[derive(Deserialize)]
struct Sent {
    value: String,
    version: i64,
    #[serde(default)]
    milliseconds: i64,
}

/// What it gets back.
#[derive(Serialize)]
pub struct Answer {
    #[serde(flatten)]
    decided: Decided,
    /// Numbers that still wait for this person.
    left: u64,
}

/// What it gets back where a step was undone.
#[derive(Serialize)]
pub struct Undone {
    number: ShownNumber,
    left: u64,
}

/// Decides a number.
pub async fn number(
    State(app): State<App>,
    person: Person,
    Path((job, number)): Path<(String, String)>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Answer>, Problem> {
    let job = person.job(&app, &job).await?;
    let number_id = number.parse().map_err(|_| Problem::not_found())?;
    let Sent { value, version, milliseconds } = sent(body)?;
    let typed = Typed { number_id, text: value, version: Some(version), milliseconds };
    let decided = carry_out(&app, &person, &job, vec![typed]).await?;
    let decided = decided.into_iter().next().ok_or_else(Problem::not_found)?;
    Ok(Json(Answer { decided, left: left(&app, &person, &job).await? }))
}

/// Takes the last step of a person back.
pub async fn undo(State(app): State<App>, person: Person, Path(job): Path<String>) -> Result<Json<Undone>, Problem> {
    let job = person.job(&app, &job).await?;
    check_is_read(&job)?;
    let (decider, asked) = (decider(&person), job.clone());
    let undone = app.store.with(move |db| {
        let undone = decisions::undo(db, &asked, &decider)?;
        undone.map(|id| review_queue::item(db, &asked, id)).map_or_else(|refused| Ok(Err(refused)), |item| item.map(Ok))
    });
    let item = undone.await?.map_err(|refused| problem(refused, ""))?.ok_or_else(Problem::not_found)?;
    // The number is in front of them again, whoever else has got it meanwhile.
    app.desk.take(item.stored.id, person.id, usize::MAX);
    Ok(Json(Undone { number: ShownNumber::of(&job, item), left: left(&app, &person, &job).await? }))
}

/// Checks what was typed and keeps it, all of it or none.
///
/// # Errors
/// 404 for a number that the job does not have, 409 where somebody else was faster or the job is being read, 422 for what is no value of its
/// field; each names its number.
pub async fn carry_out(app: &App, person: &Person, job: &Job, typed: Vec<Typed>) -> Result<Vec<Decided>, Problem> {
    check_is_read(job)?;
    let fields = Fields::of(job)?;
    let (ids, job_id): (Vec<i64>, _) = (typed.iter().map(|typed| typed.number_id).collect(), job.id.clone());
    let numbers = app.store.with(move |db| ids.iter().map(|&id| numbers::by_id(db, &job_id, id)).collect());
    let numbers: Vec<Option<StoredNumber>> = numbers.await?;
    let numbers = numbers.into_iter().collect::<Option<Vec<_>>>().ok_or_else(Problem::not_found)?;
    let is_one = numbers.len() == 1;
    let mut wishes = Vec::with_capacity(typed.len());
    for (typed, stored) in typed.into_iter().zip(&numbers) {
        let value = fields.value_of(&typed.text, &stored.number).map_err(|problem| {
            if is_one {
                problem
            } else {
                Problem { detail: format!("{}: {}", place(stored), problem.detail), ..problem }
            }
        })?;
        let held = app.desk.give_back(typed.number_id, person.id);
        let longest = held.map_or(LONGEST_MILLISECONDS, |held| i64::try_from(held.as_millis()).unwrap_or(i64::MAX));
        let milliseconds = typed.milliseconds.clamp(0, longest.clamp(0, LONGEST_MILLISECONDS));
        wishes.push(Wish { number_id: typed.number_id, value, version: typed.version, milliseconds });
    }
    let (decider, job) = (decider(person), job.clone());
    let decided = app.store.with(move |db| decisions::decide(db, &job, &decider, &wishes)).await?;
    decided.map_err(|(at, refused)| {
        let shown = numbers.get(at).filter(|_| !is_one).map(|stored| format!("{}: ", place(stored)));
        problem(refused, &shown.unwrap_or_default())
    })
}

/// Who decides, for the trail.
pub fn decider(person: &Person) -> Decider {
    Decider { user_id: person.id, email: person.email.clone() }
}

fn place(stored: &StoredNumber) -> String {
    format!("{}, page {}, field {}", stored.source, stored.page, stored.number.field)
}

async fn left(app: &App, person: &Person, job: &Job) -> Result<u64, Problem> {
    let (job, user_id) = (job.clone(), person.id);
    Ok(app.store.with(move |db| review_queue::counts(db, &job, user_id)).await?.for_me)
}

fn sent(body: Result<Bytes, BytesRejection>) -> Result<Sent, Problem> {
    let body = body.map_err(|cause| Problem::new(cause.status(), cause.body_text()))?;
    serde_json::from_slice(&body).map_err(|_| {
        Problem::bad_request("Send JSON such as {\"value\": \"1234\", \"version\": 0, \"milliseconds\": 900}.")
    })
}

fn problem(refused: Refused, place: &str) -> Problem {
    let sentence = match refused {
        Refused::Gone => return Problem::not_found(),
        Refused::Changed => "Somebody has decided this number meanwhile; look at it again.",
        Refused::KeyedBefore => "You have keyed this number before; now somebody else has to key it.",
        Refused::NothingToUndo => "There is nothing of yours to take back in this batch.",
        Refused::KeyedSince => "Somebody else has keyed this number since; your step cannot be taken back any more.",
    };
    Problem::conflict(format!("{place}{sentence}"))
}

//! Dashboard: how much was read, how much of it was right, and whether the confidences are right here. Figures of what the person may see.

mod calibration;
mod chart;
mod confusions;
#[cfg(test)]
mod tests;

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use crate::web::access::{Access, Person};
use crate::web::app::App;
use crate::web::page::{Visitor, render};
use crate::web::problem::Problem;
use crate::web::routes::RouteTable;
use crate::web::store::figures::{self, Day, Totals};
use crate::web::store::jobs::{self, Job};
use crate::web::store::users::Role;

use calibration::Calibration;
use chart::{DayBar, ReliabilityMark};
use confusions::Confusion;

/// Days of the chart and the table.
const MOST_DAYS: u32 = 30;

/// Batches of which a sample can be drawn from here.
const MOST_JOBS: u32 = 10;

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    table.get("/dashboard", Access::From(Role::Reader), page)
}

#[derive(Template)]
#[template(path = "dashboard.html", config = "src/bin/scantally/web/askama.toml")]
struct DashboardPage {
    visitor: Visitor,
    /// The newest first.
    days: Vec<Day>,
    bars: Vec<DayBar>,
    totals: Totals,
    median_seconds: Option<f64>,
    timed: usize,
    calibration: Calibration,
    marks: Vec<ReliabilityMark>,
    confusions: Vec<Confusion>,
    jobs: Vec<Job>,
}

impl DashboardPage {
    /// Numbers that hold something.
    fn filled(&self) -> u64 {
        self.totals.numbers - self.totals.empty
    }

    /// The share of them that was read as sure.
    fn read_rate(&self) -> String {
        percent(self.totals.ok, self.filled())
    }

    /// The share of decided numbers that were read wrong.
    fn share_corrected(&self) -> String {
        percent(self.totals.corrected, self.totals.decided)
    }
}

/// A share in percent with one decimal; a dash where there is nothing to take a share of.
fn percent(part: u64, whole: u64) -> String {
    if whole == 0 { "–".to_owned() } else { format!("{:.1} %", 100.0 * part as f64 / whole as f64) }
}

async fn page(State(app): State<App>, person: Person, visitor: Visitor) -> Result<Html<String>, Problem> {
    let found = app.store.with(move |db| {
        let jobs = jobs::visible_to(db, person.id, MOST_JOBS, 0)?;
        let jobs: Vec<Job> = jobs.into_iter().filter(|job| job.state.is_over()).collect();
        let days = figures::days(db, person.id, MOST_DAYS)?;
        let reviewed = figures::reviewed(db, person.id)?;
        Ok((jobs, days, figures::totals(db, person.id)?, figures::milliseconds(db, person.id)?, reviewed))
    });
    let (jobs, days, totals, milliseconds, reviewed) = found.await?;
    let calibration = Calibration::of(&reviewed);
    render(&DashboardPage {
        visitor,
        bars: chart::bars(&days),
        days,
        totals,
        median_seconds: median_seconds(&milliseconds),
        timed: milliseconds.len(),
        marks: chart::marks(&calibration),
        calibration,
        confusions: confusions::most_frequent(&reviewed),
        jobs,
    })
}

/// The middle of ascending times.
fn median_seconds(milliseconds: &[i64]) -> Option<f64> {
    let last = milliseconds.len().checked_sub(1)?;
    let middle = (milliseconds[last / 2] + milliseconds[milliseconds.len() / 2]) as f64 / 2.0;
    Some(middle / 1000.0)
}

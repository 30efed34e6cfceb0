//! What the server counts of itself, in the form that Prometheus reads.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Upper bounds of the classes of answer times, in seconds.
const SECONDS: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    status: u16,
}

/// Counts since the start.
pub struct Metrics {
    registry: Registry,
    requests: Family<Answer, Counter>,
    seconds: Histogram,
    pages: Counter,
    numbers: Counter,
    queue: Gauge,
    jobs: Gauge<u64, AtomicU64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("scantally");
        let requests = Family::<Answer, Counter>::default();
        let seconds = Histogram::new(SECONDS);
        let (pages, numbers, queue, jobs) =
            (Counter::default(), Counter::default(), Gauge::default(), Gauge::default());
        registry.register("requests", "Requests that were answered", requests.clone());
        registry.register("answer_seconds", "How long answers took", seconds.clone());
        registry.register("pages_read", "Pages that were read", pages.clone());
        registry.register("numbers_read", "Numbers that were read", numbers.clone());
        registry.register("queue_places_taken", "Requests that wait for a reader or have one", queue.clone());
        registry.register("jobs_unfinished", "Jobs that wait or are under way", jobs.clone());
        Self { registry, requests, seconds, pages, numbers, queue, jobs }
    }
}

impl Metrics {
    /// Counts a request by its answer.
    pub fn note_request(&self, status: StatusCode, seconds: f64) {
        self.requests.get_or_create(&Answer { status: status.as_u16() }).inc();
        self.seconds.observe(seconds);
    }

    /// Counts a page and its numbers.
    pub fn note_page(&self, numbers: usize) {
        self.pages.inc();
        self.numbers.inc_by(numbers as u64);
    }

    /// All counts as text, with what waits now.
    pub fn text(&self, places_taken: usize, unfinished_jobs: u64) -> Result<String, std::fmt::Error> {
        self.queue.set(i64::try_from(places_taken).unwrap_or(i64::MAX));
        self.jobs.inner().store(unfinished_jobs, Ordering::Relaxed);
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

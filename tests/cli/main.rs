//! Tests of the binary: arguments in; files, figures and exit codes out.

mod browser;
mod drafts;
mod extract;
mod faults;
mod formats;
mod forms;
mod help_files;
mod inputs;
mod lines;
mod model_work;
mod readers;
mod review;
mod review_page;
mod run;
mod samples;
mod score;
#[cfg(feature = "web")]
mod serve;
#[cfg(feature = "web")]
mod server;
#[path = "../support/mod.rs"]
mod support;
mod synth;
mod template;
#[cfg(feature = "web")]
mod web;

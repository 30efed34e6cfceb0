//! Tests of the binary: arguments in; files, figures and exit codes out.

mod drafts;
mod extract;
mod formats;
mod forms;
mod help_files;
mod lines;
mod model_work;
mod readers;
mod run;
mod samples;
mod score;
#[path = "../support/mod.rs"]
mod support;
mod synth;
mod template;

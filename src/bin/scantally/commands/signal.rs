//! Signals and panics: ctrl-C and SIGTERM become a flag, panics of workers become failed rows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use scantally::batch::WORKER_NAME;

use crate::exit::ExitStatus;

/// A flag that the first ctrl-C sets; the second one ends the program on the spot.
pub fn stop_on_signal() -> anyhow::Result<Arc<AtomicBool>> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(ExitStatus::Interrupted.code()));
        }
    })
    .context("ctrl-C cannot be watched for")?;
    Ok(interrupted)
}

/// A panic in a worker becomes a failed row; its message on the terminal would only tear the progress bar.
pub fn quiet_worker_panics(verbose: bool) {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let is_worker = std::thread::current().name().is_some_and(|name| name.starts_with(WORKER_NAME));
        if verbose || !is_worker {
            default(panic);
        }
    }));
}

//! `--watch`: a folder in; whatever comes to it is read, and the tables are written again each time, until ctrl-C.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use notify::{RecursiveMode, Watcher};
use scantally::journal::FileStamp;

use super::session::Session;
use super::{Prepared, inputs};
use crate::cli::Extract;
use crate::exit::ExitStatus;
use crate::printer;

/// The folder is looked through so often without any event: folders on other machines give none.
const POLL_EVERY: Duration = Duration::from_secs(5);

/// How often ctrl-C is looked for while nothing happens.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Reads what is in the folder and in the other INPUTs, and then what comes.
pub fn run(arguments: &Extract, prepared: Prepared, folder: &Path) -> anyhow::Result<ExitStatus> {
    anyhow::ensure!(folder.is_dir(), "{} is not a folder that can be watched", folder.display());
    let mut inputs = inputs::expand(&arguments.inputs)?;
    inputs.push(folder.to_owned());
    let Some(mut session) = Session::begin(arguments, prepared, &inputs)? else {
        anyhow::bail!("{} cannot be watched", folder.display());
    };
    let (events, _watcher) = events_of(folder);
    if !arguments.quiet && arguments.run.log.is_none() {
        printer::remark(&format!("watching {}; end with ctrl-C", folder.display()));
    }
    let mut status = ExitStatus::AllRead;
    let mut is_first = true;
    while !session.interrupted.load(Ordering::Relaxed) {
        let settle = arguments.run.settle;
        let files = session.pending(|stamp| has_rested(stamp, settle));
        if !files.is_empty() || is_first {
            session.read_files(files)?;
            status = session.publish()?;
            is_first = false;
        }
        wait(&events, settle, &session.interrupted);
        session.look(&inputs);
    }
    Ok(status)
}

/// What happens in the folder, as far as the system tells; else looking through it now and then has to do.
fn events_of(folder: &Path) -> (Receiver<()>, Option<notify::RecommendedWatcher>) {
    let (sender, receiver) = channel();
    let watcher = notify::recommended_watcher(move |_| {
        // The loop has ended where nobody listens any more.
        let _ = sender.send(());
    });
    let watcher = watcher.and_then(|mut watcher| {
        watcher.watch(folder, RecursiveMode::Recursive)?;
        Ok(watcher)
    });
    (receiver, watcher.ok())
}

/// Whether a file has not been changed for so long.
fn has_rested(stamp: &FileStamp, settle: Duration) -> bool {
    let modified = UNIX_EPOCH + Duration::from_nanos(stamp.modified_ns.max(0).cast_unsigned());
    SystemTime::now().duration_since(modified).is_ok_and(|age| age >= settle)
}

/// Waits until something has happened and had time to come to rest, or it is time to look again.
fn wait(events: &Receiver<()>, settle: Duration, interrupted: &AtomicBool) {
    let began = Instant::now();
    let mut until = began + POLL_EVERY;
    while Instant::now() < until && !interrupted.load(Ordering::Relaxed) {
        if events.recv_timeout(LOOK_EVERY).is_ok() {
            while events.try_recv().is_ok() {}
            until = until.min(Instant::now() + settle + LOOK_EVERY);
        } else if events.try_recv() == Err(std::sync::mpsc::TryRecvError::Disconnected) {
            std::thread::sleep(LOOK_EVERY);
        }
    }
}

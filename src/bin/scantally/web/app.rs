//! What all requests share: settings, database, readers, the queue in front of them, mail, limits, measurements.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use scantally::error::Error;
use scantally::reader::DigitReader;
use scantally::reader::line::LineReader;
use scantally::table::ModelRecord;

use crate::commands::model;
use crate::web::account::Accounts;
use crate::web::jobs::Runner;
use crate::web::metrics::Metrics;
use crate::web::reading::{KnownForms, ReadQueue};
use crate::web::review::Desk;
use crate::web::security::rate::RateLimits;
use crate::web::settings::Settings;
use crate::web::store::users::{self, User};
use crate::web::store::{Store, jobs};

/// The server, as handlers see it.
pub type App = Arc<Shared>;

/// What the file below the data folder is called that a server holds while it runs.
const LOCK: &str = "in-use.lock";

/// Below it, in the data folder, lies what is removed when its request has been answered.
const TEMPORARY: &str = "tmp";

/// What [`App`] leads to.
pub struct Shared {
    pub settings: Settings,
    pub store: Store,
    pub readers: Readers,
    /// Reads what somebody waits for.
    pub queue: ReadQueue,
    /// Forms of templates that were used lately.
    pub forms: KnownForms,
    /// Reads jobs.
    pub runner: Runner,
    /// Who has which number in front of them.
    pub desk: Desk,
    pub limits: RateLimits,
    pub metrics: Metrics,
    /// Mail and sign-in providers.
    pub accounts: Accounts,
    /// Whom everything belongs to where there are no accounts.
    pub local_user: User,
    /// Keeps other servers out of the data folder; the system takes it back however this one ends.
    _lock: File,
}

/// The readers, loaded once.
#[derive(Clone)]
pub struct Readers {
    pub digits: Arc<dyn DigitReader>,
    pub digits_model: ModelRecord,
    pub lines: Arc<LineReader>,
    pub lines_model: ModelRecord,
}

impl Readers {
    /// Loads the built-in readers.
    pub fn load() -> anyhow::Result<Self> {
        let (digits, digits_model) = model::load(None, None)?;
        let (lines, lines_model) = model::load_lines(None)?;
        Ok(Self { digits, digits_model, lines, lines_model })
    }
}

impl Shared {
    /// Opens everything below the data folder; nothing is read yet.
    pub fn open(settings: Settings) -> anyhow::Result<App> {
        let data = &settings.data;
        create_private_folder(data).map_err(|cause| Error::Output {
            path: data.clone(),
            reason: format!("{cause}; name another folder with --data"),
        })?;
        let lock = lock(data)?;
        // What a server that was killed has left half done.
        let _ = std::fs::remove_dir_all(data.join(TEMPORARY));
        let store = Store::open(data)?;
        let local_user = store.with_blocking(|db| {
            jobs::requeue_running(db)?;
            users::local(db)
        })?;
        Ok(Arc::new(Self {
            readers: Readers::load()?,
            queue: ReadQueue::start(settings.threads, settings.queue_length)?,
            runner: Runner::default(),
            forms: KnownForms::default(),
            desk: Desk::default(),
            limits: RateLimits::default(),
            metrics: Metrics::default(),
            accounts: Accounts::of(&settings)?,
            local_user,
            store,
            settings,
            _lock: lock,
        }))
    }

    /// The folder of a job: its uploads and its tables.
    pub fn job_folder(&self, job_id: &str) -> PathBuf {
        self.settings.data.join("jobs").join(job_id)
    }

    /// An empty folder that goes when it is dropped, whatever happens.
    pub fn temporary_folder(&self) -> std::io::Result<tempfile::TempDir> {
        let folder = self.settings.data.join(TEMPORARY);
        std::fs::create_dir_all(&folder)?;
        tempfile::TempDir::new_in(folder)
    }
}

/// Takes the data folder for this server alone: two would read the same jobs.
fn lock(data: &Path) -> anyhow::Result<File> {
    let path = data.join(LOCK);
    let opened = File::options().create(true).truncate(false).write(true).open(&path);
    let file = opened.with_context(|| format!("{} cannot be written", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let reason = "another server is using it; end that one, or name another folder with --data".to_owned();
            Err(Error::Run { folder: data.to_owned(), reason }.into())
        }
        Err(TryLockError::Error(cause)) => Err(cause).with_context(|| format!("{} cannot be locked", path.display())),
    }
}

/// Makes a folder that only the user who runs the server can look into, where the system knows such.
fn create_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

//! What has to go: uploads and results after their time, sessions and links that are over, accounts that nobody confirmed, folders of jobs that are no more.

use std::sync::Arc;
use std::time::Duration;

use crate::printer;
use crate::web::app::App;
use crate::web::jobs::remove_folder;
use crate::web::store::{jobs, links, now, sessions, users};

/// How often it is looked for.
const EVERY: Duration = Duration::from_secs(600);

/// Cleans up now and from time to time.
pub fn start(app: &App) {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        loop {
            let cleaned = Arc::clone(&app);
            let done = tokio::task::spawn_blocking(move || clean(&cleaned)).await;
            if let Ok(Err(cause)) = done {
                printer::remark(&format!("old uploads cannot be removed: {cause}"));
            }
            app.limits.forget_old();
            app.desk.forget_old();
            tokio::time::sleep(EVERY).await;
        }
    });
}

/// Removes what has had its time.
pub fn clean(app: &App) -> anyhow::Result<()> {
    app.store.with_blocking(|db| {
        sessions::remove_expired(db)?;
        links::remove_expired(db)?;
        users::remove_unconfirmed(db)
    })?;
    if let Some(retain) = app.settings.retain {
        let oldest = now() - retain.as_secs().cast_signed();
        for id in app.store.with_blocking(|db| jobs::made_before(db, oldest))? {
            app.store.with_blocking(|db| jobs::delete(db, &id))?;
            if !app.runner.give_up(&id) {
                remove_folder(&app.job_folder(&id));
            }
            app.runner.note_change();
        }
    }
    remove_orphans(app)
}

/// Folders whose job is no more, as a kill in the middle of a deletion leaves them.
fn remove_orphans(app: &App) -> anyhow::Result<()> {
    let Ok(folders) = std::fs::read_dir(app.settings.data.join("jobs")) else { return Ok(()) };
    for folder in folders.flatten() {
        let id = folder.file_name().to_string_lossy().into_owned();
        if app.store.with_blocking(|db| jobs::by_id(db, &id))?.is_none() {
            remove_folder(&folder.path());
        }
    }
    Ok(())
}

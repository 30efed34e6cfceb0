//! Accounts: register, confirm, log in and out, forgotten passwords, sign-in providers, roles.

use crate::web::routes::RouteTable;
use crate::web::settings::Settings;

/// Mail and sign-in providers.
pub struct Accounts {}

impl Accounts {
    /// Checks the settings of mail and providers.
    pub fn of(_settings: &Settings) -> anyhow::Result<Self> {
        Ok(Self {})
    }
}

/// The routes of the pages.
pub fn routes(table: RouteTable) -> RouteTable {
    table
}

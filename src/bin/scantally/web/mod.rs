//! The web app: settings in, a server that answers until it is stopped. The library knows nothing of it.
//!
//! [`routes`] lists all addresses; each area has a module of its own: [`home`], [`reading`], [`draw`], [`jobs`], [`templates`], [`review`], [`account`],
//! [`dashboard`] for people, [`api`] for programs. [`store`] keeps what is kept, [`security`] stands in front.

mod access;
mod account;
mod api;
mod app;
mod assets;
mod dashboard;
mod draw;
mod home;
mod housekeeping;
mod jobs;
mod metrics;
mod page;
mod problem;
mod reading;
mod review;
mod routes;
mod security;
mod server;
mod settings;
mod store;
mod templates;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use server::serve;
pub use settings::Settings;

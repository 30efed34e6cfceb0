//! The web app in a real browser.
//!
//! `cargo test --test cli -- --ignored web::` runs these tests where `chromium` and `chromedriver` are installed and `SCANTALLY_AXE` names the
//! file `axe.min.js` of the npm package axe-core.

mod accounts;
mod batches;
mod mail_sink;
mod place;
mod read;
mod review;

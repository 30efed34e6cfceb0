//! A server and a browser that looks at it: what all tests of the web app begin with, and what they ask of every page.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use image::codecs::png::{CompressionType, FilterType as Filter, PngEncoder};
use image::imageops::FilterType;
use tempfile::TempDir;

use crate::browser::Browser;
use crate::server::Server;

/// Pictures for the README are as wide as a column of text.
const SHOWN_WIDTH_PX: u32 = 640;

/// A desk and a phone.
const DESK_PX: (u32, u32) = (1100, 820);
const PHONE_PX: (u32, u32) = (360, 740);

/// Browsers take a core each: tests that drive one wait for each other.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A server with its data folder, and a browser.
pub struct Place {
    pub browser: Browser,
    pub server: Server,
    pub folder: TempDir,
    _turn: std::sync::MutexGuard<'static, ()>,
}

impl Place {
    /// Starts both; `arguments` are those of `serve`.
    pub fn open(arguments: &str) -> Self {
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = Server::start(&folder.path().join("data"), arguments);
        let saved = folder.path().join("saved");
        std::fs::create_dir(&saved).expect("a writable folder");
        let browser = Browser::start(&folder.path().join("profile"), &saved);
        browser.look(DESK_PX.0, DESK_PX.1, false);
        Self { browser, server, folder, _turn: turn }
    }

    /// Opens a page of the server.
    pub fn go(&self, path: &str) {
        self.browser.go(&format!("{}{path}", self.server.address().trim_end_matches('/')));
    }

    /// A scan of the folder `samples`.
    pub fn sample(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)
    }

    /// A file of the test's own.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("a writable folder");
        path
    }

    /// A picture of a number.
    pub fn number(&self, name: &str, digits: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        crate::support::write_number(&path, digits);
        path
    }

    /// Asks of the page that is open: no serious finding of axe-core by day, by night and on a phone, no scrolling to the side; and keeps its
    /// picture under this name.
    pub fn check_page(&self, name: &str) {
        self.keep_picture(name);
        for (width_px, height_px, dark) in [(DESK_PX.0, DESK_PX.1, true), (PHONE_PX.0, PHONE_PX.1, false)] {
            self.browser.look(width_px, height_px, dark);
            self.check_accessibility(name);
        }
        let too_wide = "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
        assert_eq!(self.browser.script(too_wide), "false", "{name} is too wide for a phone");
        self.browser.look(DESK_PX.0, DESK_PX.1, false);
        self.check_accessibility(name);
    }

    fn check_accessibility(&self, name: &str) {
        let path = std::env::var("SCANTALLY_AXE").expect("SCANTALLY_AXE names axe.min.js of the npm package axe-core");
        let axe = std::fs::read_to_string(&path).unwrap_or_else(|cause| panic!("{path}: {cause}"));
        self.browser.script(&format!("if (!window.axe) {{ {axe}\n; window.axe = axe; }}"));
        let findings = self.browser.script_that_waits(
            "const done = arguments[arguments.length - 1];\
             axe.run(document, { resultTypes: ['violations'] }).then((result) => {\
                 const serious = result.violations.filter((finding) => ['serious', 'critical'].includes(finding.impact));\
                 done(serious.map((finding) => finding.id + ': ' + finding.nodes.map((node) => node.html + ' ' + node.failureSummary).join(' | ')).join('\\n'));\
             }, (error) => done('axe failed: ' + error));",
        );
        assert!(findings.is_empty(), "{name}: {findings}");
    }

    /// Keeps what the page looks like: in `tests/golden/web`, which the README shows, where `SCANTALLY_PICTURES` is set, else below `target`.
    fn keep_picture(&self, name: &str) {
        let folder = match std::env::var_os("SCANTALLY_PICTURES") {
            Some(_) => Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/web"),
            None => Path::new(env!("CARGO_TARGET_TMPDIR")).join("web"),
        };
        std::fs::create_dir_all(&folder).expect("a writable folder");
        let picture = image::load_from_memory(&self.browser.picture()).expect("a picture").into_rgb8();
        let height_px = picture.height() * SHOWN_WIDTH_PX / picture.width();
        let mut small = image::imageops::resize(&picture, SHOWN_WIDTH_PX, height_px, FilterType::Triangle);
        // Sixteen steps of each colour look the same, and take half the bytes.
        small.iter_mut().for_each(|value| *value = (value.saturating_add(8)) / 17 * 17);
        let file = std::fs::File::create(folder.join(format!("{name}.png"))).expect("a writable folder");
        let encoder = PngEncoder::new_with_quality(file, CompressionType::Best, Filter::NoFilter);
        small.write_with_encoder(encoder).expect("a writable folder");
    }
}

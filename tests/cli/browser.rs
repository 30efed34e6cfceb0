//! A browser without a window, driven over WebDriver (W3C): keys and scripts in, what the page shows out.
//!
//! It needs `chromium` and `chromedriver`; tests that use it are left out unless they are asked for.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Keys that are no characters (WebDriver, "Keyboard actions").
pub const ENTER: &str = "\u{e007}";
pub const ARROW_DOWN: &str = "\u{e015}";
pub const ARROW_RIGHT: &str = "\u{e014}";

/// How the browser is started: without anything that asks the network.
const ARGUMENTS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

const PATIENCE: Duration = Duration::from_secs(60);

/// A running browser, ended with its value.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
}

impl Browser {
    /// Starts a browser that keeps its profile in `profile` and what it saves in `downloads`.
    pub fn start(profile: &Path, downloads: &Path) -> Self {
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let mut browser = Self { driver, port, session: String::new() };
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(start.elapsed() < PATIENCE, "chromedriver answers");
            std::thread::sleep(Duration::from_millis(50));
        }
        let profile = format!("--user-data-dir={}", profile.display());
        let arguments: Vec<&str> = ARGUMENTS.into_iter().chain([profile.as_str()]).collect();
        let options = json!({
            "args": arguments,
            "prefs": { "download.default_directory": downloads.display().to_string(), "download.prompt_for_download": false },
        });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options } } });
        let session = browser.call("POST", "/session", Some(&wanted));
        browser.session = session["sessionId"].as_str().expect("a session").to_owned();
        browser
    }

    /// Opens a file.
    pub fn open(&self, path: &Path) {
        self.command("url", &json!({ "url": format!("file://{}", path.display()) }));
    }

    /// Opens an address.
    pub fn go(&self, address: &str) {
        self.command("url", &json!({ "url": address }));
    }

    /// Waits until a script returns something that counts as true.
    pub fn wait(&self, what: &str, script: &str) {
        let begun = Instant::now();
        // What is asked for may not be there yet: that counts as false.
        let script = format!("try {{ return Boolean({script}) }} catch {{ return false }}");
        while self.script(&script) != "true" {
            if begun.elapsed() > PATIENCE {
                let page = self.script("return location.href + '\\n' + document.body.innerText");
                panic!("waited in vain for {what}; the page is {page}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Clicks what a CSS selector finds first.
    pub fn click(&self, selector: &str) {
        let element = self.element(selector);
        self.command(&format!("element/{element}/click"), &json!({}));
    }

    /// Types into what a CSS selector finds first; into a choice of files, their paths, one a line.
    pub fn type_into(&self, selector: &str, text: &str) {
        let element = self.element(selector);
        self.command(&format!("element/{element}/value"), &json!({ "text": text }));
    }

    /// The visible text of the page.
    pub fn text(&self) -> String {
        self.script("return document.body.innerText")
    }

    /// The path of the page.
    pub fn path(&self) -> String {
        self.script("return location.pathname")
    }

    /// Draws with the pressed mouse button through points, given as shares of the width and height of what a CSS selector finds.
    pub fn draw(&self, selector: &str, points: &[(f64, f64)]) {
        self.script(&format!("document.querySelector('{selector}').scrollIntoView({{block: 'center'}})"));
        let place = self.script(&format!(
            "const box = document.querySelector('{selector}').getBoundingClientRect();\
             return [box.left, box.top, box.width, box.height].join(' ')"
        ));
        let place: Vec<f64> = place.split(' ').map(|number| number.parse().expect("a number")).collect();
        let to = |&(x, y): &(f64, f64)| {
            let (x, y) = (place[0] + x * place[2], place[1] + y * place[3]);
            json!({ "type": "pointerMove", "duration": 20, "x": x.round(), "y": y.round() })
        };
        let mut moves: Vec<Value> = points.iter().map(to).collect();
        moves.insert(1, json!({ "type": "pointerDown", "button": 0 }));
        moves.push(json!({ "type": "pointerUp", "button": 0 }));
        let pen = json!({ "type": "pointer", "id": "pen", "parameters": { "pointerType": "mouse" }, "actions": moves });
        self.command("actions", &json!({ "actions": [pen] }));
    }

    /// Sets the size of the window, and whether the system asks for dark pages.
    pub fn look(&self, width_px: u32, height_px: u32, dark: bool) {
        self.command("window/rect", &json!({ "width": width_px, "height": height_px }));
        let features = json!([{ "name": "prefers-color-scheme", "value": if dark { "dark" } else { "light" } }]);
        let wish = json!({ "cmd": "Emulation.setEmulatedMedia", "params": { "features": features } });
        self.command("goog/cdp/execute", &wish);
        // The size of the page itself, whatever a window without a screen makes of the wish above.
        let size = json!({ "width": width_px, "height": height_px, "deviceScaleFactor": 1, "mobile": false });
        self.command("goog/cdp/execute", &json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": size }));
    }

    /// What the page looks like, as PNG.
    pub fn picture(&self) -> Vec<u8> {
        use base64::Engine;
        let picture = self.call("GET", &format!("/session/{}/screenshot", self.session), None);
        let picture = picture.as_str().expect("a picture");
        base64::engine::general_purpose::STANDARD.decode(picture).expect("a picture in base64")
    }

    /// Says yes to the question that the page asks.
    pub fn accept_question(&self) {
        self.command("alert/accept", &json!({}));
    }

    fn element(&self, selector: &str) -> String {
        let found = self.command("element", &json!({ "using": "css selector", "value": selector }));
        let element = found.as_object().and_then(|object| object.values().next()).and_then(Value::as_str);
        element.unwrap_or_else(|| panic!("{selector}: {found}")).to_owned()
    }

    /// Presses keys one after the other, wherever the focus is.
    pub fn press(&self, keys: &str) {
        let strokes: Vec<Value> = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key.to_string() })))
            .collect();
        self.command("actions", &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] }));
    }

    /// What a script returns, as text.
    pub fn script(&self, script: &str) -> String {
        let result = self.command("execute/sync", &json!({ "script": script, "args": [] }));
        result.as_str().map_or_else(|| result.to_string(), str::to_owned)
    }

    /// What a script hands to the function in its last argument, as text.
    pub fn script_that_waits(&self, script: &str) -> String {
        let result = self.command("execute/async", &json!({ "script": script, "args": [] }));
        result.as_str().map_or_else(|| result.to_string(), str::to_owned)
    }

    fn command(&self, name: &str, body: &Value) -> Value {
        self.call("POST", &format!("/session/{}/{name}", self.session), Some(body))
    }

    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("chromedriver answers");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n\r\n{body}")
            .expect("chromedriver listens");
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).expect("an answer");
            let line = line.trim().to_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
            if line.is_empty() {
                break;
            }
        }
        let mut answer = vec![0; length];
        reader.read_exact(&mut answer).expect("an answer");
        let answer: Value = serde_json::from_slice(&answer).expect("an answer in JSON");
        assert!(answer["value"]["error"].is_null(), "{path}: {answer}");
        answer["value"].clone()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.call("DELETE", &format!("/session/{}", self.session), None);
        }
        // It may have ended by itself.
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

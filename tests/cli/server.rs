//! Runs the binary as a server on a free port of this machine, and talks to it as a program does.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Longer than any start or answer takes.
const PATIENCE: Duration = Duration::from_secs(120);

const BOUNDARY: &str = "part-of-a-form";

/// A server; it is killed when it is dropped.
pub struct Server {
    child: Child,
    address: String,
}

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// By name in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.text()))
    }
}

impl Server {
    /// Starts `scantally serve` on this data folder, with more arguments parted by blanks, and waits until it listens.
    pub fn start(data: &Path, arguments: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_scantally"))
            .args(["serve", "--bind", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(arguments.split_whitespace())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let (sender, receiver) = mpsc::channel();
        let stderr = BufReader::new(child.stderr.take().expect("a pipe"));
        std::thread::spawn(move || {
            let mut lines = stderr.lines().map_while(Result::ok);
            let address =
                lines.find_map(|line| Some(line.split_once("scantally is at ")?.1.split_once("/ ")?.0.to_owned()));
            let _ = sender.send(address);
            // The pipe is kept empty, so that the server never waits for it.
            lines.for_each(drop);
        });
        let address = receiver.recv_timeout(PATIENCE).ok().flatten().expect("the server says where it is");
        Self { child, address }
    }

    /// Scheme, host and port, without a `/` behind.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Ends it as a loss of power does: nothing of it gets a turn.
    pub fn kill(mut self) {
        self.child.kill().expect("the server runs");
        self.child.wait().expect("the server ends");
    }

    /// Asks it politely to end.
    #[cfg(unix)]
    pub fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("a system with kill").success());
    }

    /// Waits until it has ended without being killed; whether it says that all went well.
    pub fn ends_by_itself(mut self) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "", b"")
    }

    /// Sends a form, an empty one where there are no values.
    pub fn post(&self, path: &str, form: &str) -> Answer {
        self.send("POST", path, "application/x-www-form-urlencoded", form.as_bytes())
    }

    pub fn post_json(&self, path: &str, document: &serde_json::Value) -> Answer {
        self.send("POST", path, "application/json", document.to_string().as_bytes())
    }

    /// Sends files as a form with parts called `file`.
    pub fn upload(&self, path: &str, files: &[(&str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, bytes) in files {
            let head =
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
            body.extend(head.bytes());
            body.extend_from_slice(bytes);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{BOUNDARY}--\r\n").bytes());
        self.send("POST", path, &format!("multipart/form-data; boundary={BOUNDARY}"), &body)
    }

    /// Sends any request.
    pub fn send(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> Answer {
        self.try_send(method, path, kind, body).unwrap_or_else(|cause| panic!("{method} {path}: {cause}"))
    }

    /// The same, for requests that the server may not live to answer.
    pub fn try_send(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> std::io::Result<Answer> {
        let host = self.address().trim_start_matches("http://");
        let address: SocketAddr = host.parse().expect("an address");
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        // By this version of HTTP the body ends with the connection, and is in one piece.
        let mut head = format!("{method} {path} HTTP/1.0\r\nHost: {host}\r\nContent-Length: {}\r\n", body.len());
        if !kind.is_empty() {
            head.push_str(&format!("Content-Type: {kind}\r\n"));
        }
        stream.write_all(format!("{head}\r\n").as_bytes())?;
        stream.write_all(body)?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        answer(&bytes).ok_or_else(|| std::io::Error::other("the answer was cut off"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have been killed before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn answer(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers: BTreeMap<_, _> = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let body = bytes[end + 4..].to_vec();
    let is_whole = headers.get("content-length").is_none_or(|length| length.parse() == Ok(body.len()));
    is_whole.then_some(Answer { status, headers, body })
}

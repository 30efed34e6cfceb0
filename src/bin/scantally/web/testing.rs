//! A server without a network for tests: requests in, answers out; each client keeps its cookies as a browser does.

use std::cell::RefCell;
use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::web::app::{App, Shared};
use crate::web::security::secret;
use crate::web::server::router;
use crate::web::settings::Settings;
use crate::web::settings::tests::settings;
use crate::web::store::now;
use crate::web::store::users::{self, Role};

/// A server with a data folder of its own.
pub struct Site {
    pub app: App,
    router: Router,
    _folder: TempDir,
}

impl Site {
    /// A server with the arguments of a command line, such as `--accounts --retain 3`.
    pub fn open(line: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let settings = Settings { data: folder.path().join("data"), ..settings(line).expect("arguments") };
        let app = Shared::open(settings).expect("a data folder");
        Self { router: router(&app), app, _folder: folder }
    }

    /// A browser that was never here.
    pub fn client(&self) -> Client<'_> {
        Client { site: self, token: None, cookies: RefCell::default(), csrf: RefCell::default() }
    }

    /// A program of somebody with an account.
    pub fn person(&self, email: &str, role: Role) -> Client<'_> {
        let token = secret::random();
        let hash = secret::hash(&token);
        let made = self.app.store.with_blocking(|db| {
            let id = users::create(db, email, None, role)?;
            db.execute("UPDATE users SET confirmed_at = ?2 WHERE id = ?1", [id, now()])?;
            db.execute(
                "INSERT INTO tokens (id, user_id, name, hash, created_at) VALUES (?1, ?2, 'test', ?3, ?4)",
                rusqlite::params![secret::random(), id, hash, now()],
            )
        });
        made.expect("an account");
        Client { token: Some(token), ..self.client() }
    }
}

/// Somebody who asks.
pub struct Client<'a> {
    site: &'a Site,
    token: Option<String>,
    cookies: RefCell<BTreeMap<String, String>>,
    csrf: RefCell<Option<String>>,
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("{} {}", self.status, self.text()))
    }

    /// Where a redirect leads.
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

const BOUNDARY: &str = "part-of-a-form";

impl<'a> Client<'a> {
    /// A program that brings this token.
    pub fn with_token(site: &'a Site, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..site.client() }
    }

    /// Opens an address as a browser does.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "", Body::empty()).await
    }

    /// Sends a form, with the token of the page that was seen last.
    pub async fn post(&self, path: &str, values: &[(&str, &str)]) -> Answer {
        let coded =
            |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let form: Vec<String> =
            values.iter().map(|(name, value)| format!("{}={}", coded(name), coded(value))).collect();
        self.send(Method::POST, path, "application/x-www-form-urlencoded", form.join("&").into()).await
    }

    /// Sends a document in JSON.
    pub async fn send_json(&self, method: Method, path: &str, document: &serde_json::Value) -> Answer {
        self.send(method, path, "application/json", document.to_string().into()).await
    }

    /// Sends values and files as a form with parts; each file is `(name, bytes)` in a part called `file`.
    pub async fn upload(&self, path: &str, values: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, value) in values {
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(head.bytes());
        }
        for (name, bytes) in files {
            let head =
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
            body.extend(head.bytes());
            body.extend_from_slice(bytes);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{BOUNDARY}--\r\n").bytes());
        self.send(Method::POST, path, &format!("multipart/form-data; boundary={BOUNDARY}"), body.into()).await
    }

    /// Sends any request.
    pub async fn send(&self, method: Method, path: &str, kind: &str, body: Body) -> Answer {
        self.send_with(method, path, kind, &[], body).await
    }

    /// Sends any request, with more headers.
    pub async fn send_with(&self, method: Method, path: &str, kind: &str, more: &[(&str, &str)], body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1:8080");
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        if !path.starts_with("/api/v1") {
            request = request.header(header::ACCEPT, "text/html");
        }
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(csrf) = &*self.csrf.borrow() {
            request = request.header("x-csrf-token", csrf);
        }
        let cookies: Vec<String> =
            self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let request = request.body(body).expect("a request");
        let response = self.site.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        let answer = Answer { status: parts.status, headers: parts.headers, bytes };
        self.remember(&answer);
        answer
    }

    /// Forgets the token of the last page, as somebody else's page would not know it.
    pub fn forget_csrf(&self) {
        self.csrf.replace(None);
    }

    /// The token of the page that was seen last.
    pub fn csrf(&self) -> Option<String> {
        self.csrf.borrow().clone()
    }

    /// Takes a cookie as if it had come from the server.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    fn remember(&self, answer: &Answer) {
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().expect("a readable cookie");
            let (name, value) = text.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
        let text = answer.text();
        let token = text.split_once("<meta name=\"csrf-token\" content=\"").and_then(|(_, rest)| rest.split_once('"'));
        if let Some((token, _)) = token {
            self.csrf.replace(Some(token.to_owned()));
        }
    }
}

/// A white picture with these digits as a pocket calculator draws them, as PNG; not all such numbers are read right, 4711 and 7 are.
pub fn number_png(digits: &str) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    support::number_picture(digits).write_to(&mut bytes, image::ImageFormat::Png).expect("memory");
    bytes.into_inner()
}

#[path = "../../../../tests/support/mod.rs"]
#[allow(dead_code, reason = "shared with the tests of the library and the program")]
mod support;

//! Accounts: register, confirm, log in and out, forgotten passwords, sign-in providers, one's own account, roles.
//!
//! Whoever registers, logs in or has forgotten the password gets the same answer whether there is such an account or not; what depends on it
//! is said by mail, and done after the answer ([`afterwards`]).

mod address;
mod forgotten;
mod letters;
mod log_in;
mod mail;
mod message;
mod openid;
mod own;
mod password;
mod people;
mod providers;
mod register;
mod sign_in;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::StatusCode;
use axum::http::request::Parts;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::web::app::App;
use crate::web::problem::Problem;
use crate::web::routes::RouteTable;
use crate::web::settings::Settings;
pub use own::{TOO_MANY_TOKENS, token_name};

use mail::Mailer;
use openid::Provider;
use password::Passwords;

/// Passwords, mail and sign-in providers.
pub struct Accounts {
    passwords: Passwords,
    mailer: Mailer,
    providers: Vec<Arc<Provider>>,
}

impl Accounts {
    /// Checks the settings of mail and providers.
    pub fn of(settings: &Settings) -> anyhow::Result<Self> {
        let providers = settings.sign_in.as_deref().map_or_else(|| Ok(Vec::new()), providers::read)?;
        Ok(Self {
            passwords: Passwords::new()?,
            mailer: Mailer::of(settings)?,
            providers: providers.into_iter().map(|keys| Arc::new(Provider::new(keys))).collect(),
        })
    }

    /// The provider of this name, if its keys are set.
    fn provider(&self, name: &str) -> Result<Arc<Provider>, Problem> {
        self.providers.iter().find(|provider| provider.keys.name == name).cloned().ok_or_else(Problem::not_found)
    }

    /// The buttons of all providers; whoever signs in goes on to `next`, a path of this server.
    fn buttons(&self, next: &str) -> Vec<Button> {
        let next = utf8_percent_encode(next, NON_ALPHANUMERIC).to_string();
        let button = |provider: &Arc<Provider>| {
            let name = provider.keys.name.clone();
            Button { title: provider.keys.title(), address: format!("/login/with/{name}?next={next}"), name }
        };
        self.providers.iter().map(button).collect()
    }
}

/// A button that leads to a provider.
struct Button {
    name: String,
    /// The name for people.
    title: String,
    address: String,
}

/// The routes of the pages.
pub fn routes(table: RouteTable) -> RouteTable {
    let areas = [register::routes, log_in::routes, forgotten::routes, sign_in::routes, own::routes, people::routes];
    areas.iter().fold(table, |table, add| add(table))
}

/// The server where it has accounts; without them, what is only for these is not there.
pub struct WithAccounts(pub App);

impl FromRequestParts<App> for WithAccounts {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self, Problem> {
        if app.settings.accounts {
            return Ok(Self(app.clone()));
        }
        let detail = "There are no accounts here: whoever sits at this machine may do everything. `scantally serve --accounts` asks who it is.";
        Err(Problem::new(StatusCode::NOT_FOUND, detail))
    }
}

/// The machine that a request comes from, where that is known.
struct Machine(Option<IpAddr>);

impl<S: Send + Sync> FromRequestParts<S> for Machine {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        // A server on this machine that stands in front, for https, says for whom it asks; its own word is the last one.
        let forwarded = parts.headers.get_all("x-forwarded-for").iter().next_back().and_then(|text| text.to_str().ok());
        let forwarded = forwarded.and_then(|text| text.rsplit(',').next()?.trim().parse().ok());
        Ok(Self(match peer {
            Some(peer) if peer.is_loopback() => forwarded.or(Some(peer)),
            peer => peer,
        }))
    }
}

/// Does after the answer what depends on whether there is an account, so that its time tells nothing.
fn afterwards(work: impl Future<Output = Result<(), Problem>> + Send + 'static) {
    // Problems have been printed where they came up; whoever asked is not to know of them.
    tokio::spawn(async move { work.await.ok() });
}

#[cfg(test)]
mod machine_tests {
    use axum::http::Request;

    use super::*;

    #[tokio::test]
    async fn only_a_server_on_this_machine_asks_for_others() {
        for (peer, forwarded, machine) in [
            (None, None, None),
            (Some("192.0.2.7:1"), None, Some("192.0.2.7")),
            (Some("192.0.2.7:1"), Some("198.51.100.1"), Some("192.0.2.7")),
            (Some("127.0.0.1:1"), None, Some("127.0.0.1")),
            (Some("127.0.0.1:1"), Some("203.0.113.9, 198.51.100.1"), Some("198.51.100.1")),
            (Some("[::1]:1"), Some("nobody"), Some("::1")),
        ] {
            let request = forwarded.iter().fold(Request::builder(), |it, value| it.header("x-forwarded-for", *value));
            let (mut parts, ()) = request.body(()).expect("a request").into_parts();
            parts.extensions.extend(peer_of(peer));
            let Ok(found) = Machine::from_request_parts(&mut parts, &()).await;
            assert_eq!(found.0, machine.map(|text| text.parse().expect("an address")), "{peer:?} {forwarded:?}");
        }
    }

    fn peer_of(text: Option<&str>) -> axum::http::Extensions {
        let mut extensions = axum::http::Extensions::new();
        if let Some(text) = text {
            extensions.insert(ConnectInfo(text.parse::<SocketAddr>().expect("an address")));
        }
        extensions
    }
}

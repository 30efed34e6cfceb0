//! Signing in elsewhere by OpenID Connect: where to send a browser, and what comes of the code it brings back. Authorization code flow with
//! PKCE (S256), state and nonce. Everything here waits for the network and belongs on threads that may.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope, TokenResponse, TokenUrl,
};

use super::providers::{FACEBOOK, Keys};
use crate::printer;
use crate::web::problem::Problem;

/// A provider that does not answer for so long is not waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// No answer of a provider has more bytes.
const MOST_BYTES: u64 = 1 << 20;

/// How long a provider's description of itself is believed; it changes its keys now and then.
const BELIEVED: Duration = Duration::from_secs(600);

/// Facebook's description of itself names no token endpoint; its developer documents do, in "OIDC Code Flow with PKCE for Manually Built
/// Facebook Login Flows".
const FACEBOOK_TOKEN_URL: &str = "https://graph.facebook.com/oauth/access_token";

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// A provider, and what it last said of itself.
pub struct Provider {
    pub keys: Keys,
    found: Mutex<Option<(Instant, Arc<CoreProviderMetadata>)>>,
    network: ureq::Agent,
}

/// What has to be remembered in the session until the browser comes back.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Pending {
    pub provider: String,
    pub state: String,
    nonce: String,
    verifier: String,
    /// Where to go then.
    pub next: String,
}

/// Whom the provider knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The provider's name for the person, which never changes.
    pub subject: String,
    /// Their e-mail address in lower case, if the provider has checked it.
    pub email: Option<String>,
}

impl Provider {
    pub fn new(keys: Keys) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            // Only a provider on this machine may go without.
            .https_only(keys.issuer.starts_with("https://"))
            // An answer that leads elsewhere could lead into the network of this server.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .build();
        Self { keys, found: Mutex::default(), network: config.new_agent() }
    }

    /// Where to send the browser, and what to remember.
    ///
    /// # Errors
    /// 502 if the provider cannot be reached.
    pub fn begin(&self, own_url: &str, next: &str) -> Result<(String, Pending), Problem> {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = self
            .client(own_url)?
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        let pending = Pending {
            provider: self.keys.name.clone(),
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
            next: next.to_owned(),
        };
        Ok((url.into(), pending))
    }

    /// Whom the code stands for that the browser has brought back.
    ///
    /// # Errors
    /// 502 if the provider cannot be reached, or what it says cannot be believed.
    pub fn finish(&self, own_url: &str, pending: Pending, code: String) -> Result<Identity, Problem> {
        let client = self.client(own_url)?;
        let answer = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|cause| self.failed(&cause))?
            .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier))
            .request(&|request| self.send(request))
            .map_err(|cause| self.failed(&cause))?;
        let token = answer.id_token().ok_or_else(|| self.failed(&Unusable("no ID token came")))?;
        let verifier = client.id_token_verifier();
        let claims = token.claims(&verifier, &Nonce::new(pending.nonce)).map_err(|cause| self.failed(&cause))?;
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = token.signing_alg().map_err(|cause| self.failed(&cause))?;
            let key = token.signing_key(&verifier).map_err(|cause| self.failed(&cause))?;
            let found = AccessTokenHash::from_token(answer.access_token(), algorithm, key);
            if found.map_err(|cause| self.failed(&cause))? != *expected {
                return Err(self.failed(&Unusable("the tokens do not belong together")));
            }
        }
        let is_checked = claims.email_verified().unwrap_or(self.keys.vouches_for_email == Some(true));
        let email = claims.email().filter(|_| is_checked).map(|email| email.to_lowercase());
        Ok(Identity { subject: claims.subject().to_string(), email })
    }

    fn client(&self, own_url: &str) -> Result<Client, Problem> {
        let description = self.description()?;
        let back = format!("{own_url}/login/with/{}/back", self.keys.name);
        let back = RedirectUrl::new(back).map_err(|cause| Problem::internal(&cause))?;
        let (id, secret) = (self.keys.client_id.clone(), self.keys.client_secret.clone());
        let posts_secret = self.keys.name == FACEBOOK || !takes_basic(&description);
        let client = CoreClient::from_provider_metadata(
            CoreProviderMetadata::clone(&description),
            ClientId::new(id),
            Some(ClientSecret::new(secret)),
        )
        .set_redirect_uri(back);
        Ok(if posts_secret { client.set_auth_type(AuthType::RequestBody) } else { client })
    }

    /// What the provider says of itself, asked for when it is needed.
    fn description(&self) -> Result<Arc<CoreProviderMetadata>, Problem> {
        // Whoever comes meanwhile waits for the same answer.
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, description)) = &*found
            && at.elapsed() < BELIEVED
        {
            return Ok(Arc::clone(description));
        }
        let issuer = IssuerUrl::new(self.keys.issuer.clone()).map_err(|cause| self.failed(&cause))?;
        let description = CoreProviderMetadata::discover(&issuer, &|request| self.send(request));
        let description = completed(&self.keys.name, description.map_err(|cause| self.failed(&cause))?);
        let description = Arc::new(description);
        *found = Some((Instant::now(), Arc::clone(&description)));
        Ok(description)
    }

    fn send(&self, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
        let (parts, mut body) = self.network.run(request)?.into_parts();
        let bytes = body.with_config().limit(MOST_BYTES).read_to_vec()?;
        Ok(HttpResponse::from_parts(parts, bytes))
    }

    /// Whoever runs the server reads the cause: of errors the sentences alone, not the answers that they may hold.
    fn failed(&self, cause: &dyn std::error::Error) -> Problem {
        let title = self.keys.title();
        let causes = std::iter::successors(Some(cause), |cause| cause.source()).map(ToString::to_string);
        let causes: Vec<String> = causes.collect();
        printer::remark(&format!("signing in with {title} failed: {}", causes.join(": ")));
        let detail =
            format!("{title} cannot be reached, or its answer cannot be used; try again, or log in with a password.");
        Problem::new(axum::http::StatusCode::BAD_GATEWAY, detail)
    }
}

/// What a provider says of itself, with what is known to be missing.
fn completed(name: &str, description: CoreProviderMetadata) -> CoreProviderMetadata {
    let is_incomplete = name == FACEBOOK && description.token_endpoint().is_none();
    match TokenUrl::new(FACEBOOK_TOKEN_URL.to_owned()) {
        Ok(url) if is_incomplete => description.set_token_endpoint(Some(url)),
        _ => description,
    }
}

/// An answer that is well formed and yet not to be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unusable(&'static str);

/// Whether a provider takes the secret as HTTP password, as it does unless it says otherwise.
fn takes_basic(description: &CoreProviderMetadata) -> bool {
    use openidconnect::core::CoreClientAuthMethod::ClientSecretBasic;
    description.token_endpoint_auth_methods_supported().is_none_or(|methods| methods.contains(&ClientSecretBasic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facebook_has_a_token_endpoint_though_it_does_not_say_so() {
        let described = || {
            let text = r#"{
                "issuer": "https://www.facebook.com",
                "authorization_endpoint": "https://facebook.com/dialog/oauth/",
                "jwks_uri": "https://www.facebook.com/.well-known/oauth/openid/jwks/",
                "response_types_supported": ["id_token", "token id_token"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"]
            }"#;
            serde_json::from_str::<CoreProviderMetadata>(text).expect("a description")
        };
        let url = |name| completed(name, described()).token_endpoint().map(|url| url.as_str().to_owned());
        assert_eq!(url(FACEBOOK).as_deref(), Some(FACEBOOK_TOKEN_URL));
        assert_eq!(url("office"), None);
    }
}

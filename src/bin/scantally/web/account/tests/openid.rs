//! Signing in with a provider: one that answers on this machine for the test.

use std::sync::{Arc, Mutex};

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openidconnect::core::{
    CoreEdDsaPrivateSigningKey, CoreIdToken, CoreIdTokenClaims, CoreJsonWebKeySet, CoreJwsSigningAlgorithm,
};
use openidconnect::url::Url;
use openidconnect::{AccessToken, JsonWebKeyId, PrivateSigningKey};
use serde_json::{Value, json};

use super::*;
use crate::web::store::now;
use crate::web::store::users::Role;

/// What comes before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410).
const KEY_START: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// What the provider says of a person, and what it was asked.
struct Provider {
    issuer: String,
    key: CoreEdDsaPrivateSigningKey,
    claims: Mutex<Value>,
    asked: Mutex<String>,
}

type Shared = Arc<Provider>;

fn new_key() -> CoreEdDsaPrivateSigningKey {
    let bytes = [&KEY_START[..], &rand::random::<[u8; 32]>()].concat();
    let words = ["-----BEGIN", "KEY-----", "-----END"];
    let pem = format!("{0} PRIVATE {1}\n{3}\n{2} PRIVATE {1}\n", words[0], words[1], words[2], STANDARD.encode(bytes));
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new("one".to_owned()))).expect("a key")
}

async fn describe(State(provider): State<Shared>) -> Json<Value> {
    let issuer = &provider.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
    }))
}

async fn keys(State(provider): State<Shared>) -> Json<CoreJsonWebKeySet> {
    Json(CoreJsonWebKeySet::new(vec![provider.key.as_verification_key()]))
}

async fn token(State(provider): State<Shared>, form: String) -> Json<Value> {
    *provider.asked.lock().expect("a lock") = form;
    let claims: CoreIdTokenClaims =
        serde_json::from_value(provider.claims.lock().expect("a lock").clone()).expect("claims");
    let access = AccessToken::new("access".to_owned());
    let token = CoreIdToken::new(claims, &provider.key, CoreJwsSigningAlgorithm::EdDsa, Some(&access), None);
    let token = token.expect("a signature").to_string();
    Json(json!({ "access_token": "access", "token_type": "Bearer", "id_token": token }))
}

/// A provider that answers on a port of its own.
async fn provider() -> Shared {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    let provider = Arc::new(Provider { issuer, key: new_key(), claims: Mutex::default(), asked: Mutex::default() });
    let router = Router::new()
        .route("/.well-known/openid-configuration", get(describe))
        .route("/keys", get(keys))
        .route("/token", post(token))
        .with_state(Arc::clone(&provider));
    tokio::spawn(async move { axum::serve(listener, router).await });
    provider
}

/// A site with this provider, called `office`.
fn site_with(issuer: &str) -> Site {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("keys.toml");
    let text = format!(
        "[[provider]]\nname = \"office\"\nclient_id = \"us\"\nclient_secret = \"secret\"\nissuer = \"{issuer}\"\n"
    );
    std::fs::write(&path, text).expect("a file");
    Site::open(&format!("--accounts --sign-in {}", path.display()))
}

/// Goes to the provider and comes back with a code; `change` may falsify the state and what the provider says.
async fn sign_in(
    client: &Client<'_>,
    provider: &Provider,
    subject: &str,
    change: impl Fn(&mut String, &mut Value),
) -> Answer {
    let away = client.get("/login/with/office?next=/account").await;
    let url = Url::parse(away.location()).unwrap_or_else(|_| panic!("{}", away.text()));
    let value = |name: &str| url.query_pairs().find(|pair| pair.0 == name).map(|pair| pair.1.into_owned());
    assert_eq!(value("code_challenge_method").as_deref(), Some("S256"));
    assert_eq!(value("redirect_uri").as_deref(), Some("http://127.0.0.1:8080/login/with/office/back"));
    let mut state = value("state").expect("a state");
    let mut claims = json!({
        "iss": provider.issuer, "aud": ["us"], "sub": subject, "exp": now() + 60, "iat": now(),
        "nonce": value("nonce"), "email": "Ann@example.org", "email_verified": true,
    });
    change(&mut state, &mut claims);
    *provider.claims.lock().expect("a lock") = claims;
    client.get(&format!("/login/with/office/back?code=code&state={state}")).await
}

#[tokio::test]
async fn a_checked_address_opens_a_new_account_and_the_subject_opens_it_later() {
    let provider = provider().await;
    let site = site_with(&provider.issuer);
    let client = site.client();
    let page = client.get("/login?next=/account").await.text();
    assert!(page.contains("/login/with/office?next=%2Faccount") && page.contains("Sign in with Office"), "{page}");
    let before = client.cookie("scantally");
    let back = sign_in(&client, &provider, "7", |_, _| ()).await;
    assert_eq!(back.location(), "/account", "{}", back.text());
    assert_ne!(client.cookie("scantally"), before);
    assert!(client.get("/account").await.text().contains("ann@example.org"));
    let asked = provider.asked.lock().expect("a lock").clone();
    assert!(asked.contains("code_verifier=") && asked.contains("code=code"), "{asked}");

    let later = site.client();
    let back = sign_in(&later, &provider, "7", |_, claims| claims["email"] = json!("new@example.org")).await;
    assert_eq!(back.location(), "/account");
    assert!(later.get("/account").await.text().contains("ann@example.org"));
    assert_eq!(client.post("/account/delete", &[("email", "ann@example.org")]).await.location(), "/login?done=deleted");
}

#[tokio::test]
async fn a_checked_address_joins_the_account_that_it_has() {
    let provider = provider().await;
    let site = site_with(&provider.issuer);
    site.person("eve@example.org", Role::Admin);
    with_somebody(&site, "ann@example.org").await;
    let client = site.client();
    assert_eq!(sign_in(&client, &provider, "7", |_, _| ()).await.location(), "/account");
    assert!(client.get("/account").await.text().contains("You sign in with Office"));
    assert_eq!(log_in(&site.client(), "ann@example.org", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn what_cannot_be_believed_lets_nobody_in() {
    type Change = fn(&mut String, &mut Value);
    let cases: [(&str, Change, u16); 8] = [
        ("state", |state, _| state.push('x'), 403),
        ("no state", |state, _| state.clear(), 403),
        ("unchecked", |_, claims| claims["email_verified"] = json!(false), 403),
        ("perhaps checked", |_, claims| claims["email_verified"] = Value::Null, 403),
        ("nonce", |_, claims| claims["nonce"] = json!("other"), 502),
        ("audience", |_, claims| claims["aud"] = json!(["them"]), 502),
        ("issuer", |_, claims| claims["iss"] = json!("https://evil.example"), 502),
        ("over", |_, claims| claims["exp"] = json!(now() - 60), 502),
    ];
    let provider = provider().await;
    let site = site_with(&provider.issuer);
    for (name, change, status) in cases {
        let client = site.client();
        let back = sign_in(&client, &provider, "7", change).await;
        assert_eq!(back.status.as_u16(), status, "{name}: {}", back.text());
        assert!(!is_in(&client).await, "{name}");
    }
    let stranger = site.client();
    assert_eq!(stranger.get("/login/with/office/back?code=code&state=").await.status, 403);
    assert_eq!(stranger.get("/login/with/nobody").await.status, 404);
}

#[tokio::test]
async fn an_answer_counts_once() {
    let provider = provider().await;
    let site = site_with(&provider.issuer);
    let client = site.client();
    let state = Mutex::new(String::new());
    sign_in(&client, &provider, "7", |it, _| state.lock().expect("a lock").clone_from(it)).await;
    let state = state.lock().expect("a lock").clone();
    assert_eq!(client.get(&format!("/login/with/office/back?code=code&state={state}")).await.status, 403);
}

#[tokio::test]
async fn a_provider_that_is_away_is_said_to_be() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let answer = site_with(&issuer).client().get("/login/with/office").await;
    assert_eq!(answer.status, 502);
    assert!(answer.text().contains("Office cannot be reached"), "{}", answer.text());
    assert!(!Site::open("--accounts").client().get("/login").await.text().contains("Sign in with"));
}

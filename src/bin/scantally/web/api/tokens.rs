//! API tokens: made, listed and taken back.

use axum::Json;
use axum::extract::Path;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;

use crate::web::access::{Access, Person};
use crate::web::account::{TOO_MANY_TOKENS, WithAccounts, token_name};
use crate::web::problem::Problem;
use crate::web::routes::{Body, RouteTable};
use crate::web::store::tokens::{self, Token};
use crate::web::store::users::Role;

const OWNERS: Access = Access::From(Role::Reader);

/// The routes.
pub fn routes(table: RouteTable) -> RouteTable {
    table.get("/api/v1/tokens", OWNERS, list).post("/api/v1/tokens", OWNERS, make).add(
        Method::DELETE,
        "/api/v1/tokens/{token}",
        OWNERS,
        Body::Small,
        revoke,
    )
}

#[derive(serde::Serialize)]
struct TokenList {
    tokens: Vec<Token>,
}

#[derive(serde::Deserialize)]
struct NewToken {
    name: String,
}

/// A new token with its secret, which is told this once.
#[derive(serde::Serialize)]
struct MadeToken {
    #[serde(flatten)]
    made: Token,
    token: String,
}

async fn list(WithAccounts(app): WithAccounts, person: Person) -> Result<impl IntoResponse, Problem> {
    let tokens = app.store.with(move |db| tokens::of(db, person.id)).await?;
    Ok(Json(TokenList { tokens }))
}

async fn make(
    WithAccounts(app): WithAccounts,
    person: Person,
    Json(wanted): Json<NewToken>,
) -> Result<impl IntoResponse, Problem> {
    let name = token_name(&wanted.name).map_err(Problem::invalid)?;
    let made = app.store.with(move |db| tokens::create(db, person.id, &name)).await?;
    let (made, token) = made.ok_or_else(|| Problem::conflict(TOO_MANY_TOKENS))?;
    Ok((StatusCode::CREATED, Json(MadeToken { made, token })))
}

async fn revoke(
    WithAccounts(app): WithAccounts,
    person: Person,
    Path(token): Path<String>,
) -> Result<StatusCode, Problem> {
    let was_theirs = app.store.with(move |db| tokens::revoke(db, person.id, &token)).await?;
    if was_theirs { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::testing::Site;

    #[tokio::test]
    async fn tokens_are_their_owners_alone() {
        let site = Site::open("--accounts");
        let ann = site.person("ann@example.org", Role::Reader);
        let bob = site.person("bob@example.org", Role::Admin);
        let wanted = serde_json::json!({ "name": "scanner" });
        let made = ann.send_json(Method::POST, "/api/v1/tokens", &wanted).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let path = format!("/api/v1/tokens/{}", made.json()["id"].as_str().expect("an id"));
        let secret = made.json()["token"].as_str().expect("a secret").to_owned();

        let tokens = ann.get("/api/v1/tokens").await;
        assert!(tokens.text().contains("scanner") && !tokens.text().contains(&secret), "{}", tokens.text());
        assert!(!bob.get("/api/v1/tokens").await.text().contains("scanner"));
        assert_eq!(bob.send(Method::DELETE, &path, "", axum::body::Body::empty()).await.status, 404);
        assert_eq!(ann.send(Method::DELETE, &path, "", axum::body::Body::empty()).await.status, 204);
        assert_eq!(ann.send(Method::DELETE, &path, "", axum::body::Body::empty()).await.status, 404);
    }

    #[tokio::test]
    async fn what_cannot_be_a_token_is_refused() {
        let site = Site::open("--accounts");
        let ann = site.person("ann@example.org", Role::Reader);
        for (body, status) in [(r#"{"name": " "}"#, 422), (r#"{"name": 1}"#, 422), ("{}", 422), ("{", 400)] {
            let answer = ann.send(Method::POST, "/api/v1/tokens", "application/json", body.into()).await;
            assert_eq!(answer.json()["status"].as_u64(), Some(status), "{body}");
        }
        assert_eq!(ann.send(Method::POST, "/api/v1/tokens", "text/plain", "x".into()).await.status, 415);
        assert_eq!(site.client().get("/api/v1/tokens").await.status, 401);
        assert_eq!(Site::open("").client().get("/api/v1/tokens").await.status, 404);
    }
}

//! Signing in and out.

use axum::extract::State;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use http::StatusCode;
use sentinel_api_types::session::{PasswordChange, Session, SessionCreate, SessionKind};
use sentinel_app::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::address::PeerAddress;
use crate::extract::{Calling, JsonBody, Unknown};
use crate::openapi::{ReadParams, Refusals, WriteParams};
use crate::refusal::{Answer, Refusal};

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(create, show, delete)).routes(routes!(change_password))
}

/// Name of the cookie.
pub const COOKIE: &str = "sentinel_session";

/// Whether browsers send the cookie over TLS only: so it is where this is served over TLS.
#[derive(Clone, Copy, Debug)]
pub struct SecureCookies(pub bool);

/// Scripts cannot read it, other sites cannot make a browser send it with writes.
fn cookie(app: &App, secure: SecureCookies, token: String) -> Cookie<'static> {
    let life = app.settings().session_life;
    Cookie::build((COOKIE, token))
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure.0)
        .path("/")
        .max_age(life.try_into().unwrap_or_default())
        .build()
}

/// Signs in. As a cookie by default; with `"as": "token"` in the body, for programs.
#[utoipa::path(
    post, path = "/session", operation_id = "create_session", tag = "session",
    params(WriteParams),
    request_body = SessionCreate,
    responses((status = 200, description = "Signed in.", body = Session), Refusals),
    security(()),
)]
async fn create(
    State(app): State<App>,
    Unknown(caller): Unknown,
    PeerAddress(address): PeerAddress,
    Extension(secure): Extension<SecureCookies>,
    JsonBody(request): JsonBody<SessionCreate>,
) -> Result<impl IntoResponse, Refusal> {
    let kind = request.kind;
    let mut session = app.create_session(&caller, request, &address).await?;
    let mut jar = CookieJar::new();
    if kind == SessionKind::Cookie
        && let Some(token) = session.token.take()
    {
        jar = jar.add(cookie(&app, secure, token.expose().to_owned()));
    }
    Ok((jar, Json(session)))
}

/// Who is signed in, and what they may do where.
#[utoipa::path(
    get, path = "/session", operation_id = "show_session", tag = "session",
    params(ReadParams),
    responses((status = 200, description = "The session.", body = Session), Refusals),
)]
async fn show(State(app): State<App>, Calling(caller): Calling) -> Answer<Session> {
    Ok(Json(app.show_session(&caller).await?))
}

/// Signs out.
#[utoipa::path(
    delete, path = "/session", operation_id = "delete_session", tag = "session",
    params(WriteParams),
    responses((status = 204, description = "Signed out."), Refusals),
)]
async fn delete(
    State(app): State<App>,
    Calling(caller): Calling,
    Extension(secure): Extension<SecureCookies>,
) -> Result<impl IntoResponse, Refusal> {
    app.delete_session(&caller).await?;
    let mut ended = cookie(&app, secure, String::new());
    ended.make_removal();
    Ok((CookieJar::new().add(ended), StatusCode::NO_CONTENT))
}

/// Changes the password of the person who is signed in. Their other sessions end.
#[utoipa::path(
    put, path = "/session/password", operation_id = "change_password", tag = "session",
    params(WriteParams),
    request_body = PasswordChange,
    responses((status = 204, description = "Changed."), Refusals),
)]
async fn change_password(
    State(app): State<App>,
    Calling(caller): Calling,
    PeerAddress(address): PeerAddress,
    JsonBody(request): JsonBody<PasswordChange>,
) -> Result<StatusCode, Refusal> {
    app.change_password(&caller, request, &address).await?;
    Ok(StatusCode::NO_CONTENT)
}

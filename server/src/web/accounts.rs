//! The ways into a team: name and password, the first administrator's set-up, invitations, codes on paper.

use std::net::IpAddr;

use app::{
    standalone::doors::{self, DoorProblem, JoinPage, SetUpPage, SignInPage},
    types::{Caller, Preferences},
};
use axum::{
    Form,
    extract::{Extension, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use storage::{InvitationKind, InvitationRow, NewAccount, StorageError, User};

use super::{
    AppState, preferences, problem,
    session::{open_session, page},
    site::ClientAddress,
};
use crate::{
    names::{self, NameProblem},
    secrets::typed_code,
};

/// Never `Debug`: a token is a secret.
#[derive(Default, Deserialize)]
pub struct LinkQuery {
    #[serde(default)]
    token: String,
    #[serde(default)]
    return_to: String,
}

#[derive(Deserialize)]
pub struct SignInForm {
    name: String,
    password: String,
    #[serde(default)]
    return_to: String,
}

/// A name and a new password, typed twice. Never `Debug`: it holds secrets.
#[derive(Deserialize)]
pub struct AccountForm {
    token: String,
    #[serde(default)]
    name: String,
    password: String,
    repeated: String,
    #[serde(default)]
    takes_conversations: Option<String>,
}

#[derive(Deserialize)]
pub struct CodeForm {
    code: String,
}

/// `GET /sign-in`
pub async fn sign_in_page(
    State(state): State<AppState>,
    headers: HeaderMap,
    Query(query): Query<LinkQuery>,
) -> Response {
    let (return_to, single_sign_on) = (query.return_to.as_str(), state.sign_on_name());
    let shown = SignInPage { return_to, single_sign_on, ..SignInPage::default() };
    page(StatusCode::OK, doors::sign_in(preferences::from_headers(&headers), &shown))
}

/// `POST /sign-in`
pub async fn sign_in(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    cookies: CookieJar,
    Form(form): Form<SignInForm>,
) -> Response {
    let refuse = |problem| {
        let (name, return_to, single_sign_on) = (form.name.as_str(), form.return_to.as_str(), state.sign_on_name());
        let shown = SignInPage { name, problem: Some(problem), return_to, single_sign_on };
        page(status_of(problem), doors::sign_in(preferences::from_headers(&headers), &shown))
    };
    if let Err(seconds) = state.attempts.for_name(address, &form.name) {
        return refuse(DoorProblem::TooManyAttempts { seconds });
    }
    let account = match state.storage.account(&form.name).await {
        Ok(account) => account,
        Err(error) => return problem::storage(error),
    };
    let (user, hash) = account.map_or((None, None), |account| (Some(account.user), account.password_hash));
    match (state.passwords.is_right(&form.password, hash).await, user) {
        (Ok(true), Some(user)) => let_in(&state, &user, &headers, cookies, &form.return_to).await,
        (Ok(_), _) => refuse(DoorProblem::WrongNameOrPassword),
        (Err(error), _) => problem::internal(&error),
    }
}

/// `GET /set-up?token=`: shows only; the form claims.
pub async fn set_up_page(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Query(query): Query<LinkQuery>,
) -> Response {
    let preferences = preferences::from_headers(&headers);
    let conversations = match known(&state, address, &query.token, &[InvitationKind::Setup]).await {
        Ok(_) => state.storage.conversations_without_account().await.map_err(NotLetIn::from),
        Err(error) => Err(error),
    };
    match conversations {
        Ok(conversations) => {
            let shown =
                SetUpPage { token: &query.token, conversations, takes_conversations: true, ..SetUpPage::default() };
            page(StatusCode::OK, doors::set_up(preferences, &shown))
        }
        Err(error) => no_such_link(preferences, error),
    }
}

/// `POST /set-up`
pub async fn set_up(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    cookies: CookieJar,
    Form(form): Form<AccountForm>,
) -> Response {
    let preferences = preferences::from_headers(&headers);
    let conversations = match known(&state, address, &form.token, &[InvitationKind::Setup]).await {
        Ok(_) => state.storage.conversations_without_account().await.map_err(NotLetIn::from),
        Err(error) => Err(error),
    };
    let conversations = match conversations {
        Ok(conversations) => conversations,
        Err(error) => return no_such_link(preferences, error),
    };
    let takes_conversations = form.takes_conversations.is_some();
    let refuse = |problem| {
        let (token, name) = (form.token.as_str(), form.name.as_str());
        let shown = SetUpPage { token, name, problem: Some(problem), conversations, takes_conversations };
        page(status_of(problem), doors::set_up(preferences, &shown))
    };
    let (name, password_hash) = match typed_account(&state, &form, None).await {
        Ok(Ok(typed)) => typed,
        Ok(Err(problem)) => return refuse(problem),
        Err(response) => return response,
    };
    let account = NewAccount { name: &name, password_hash: &password_hash };
    match state.storage.claim_setup(&form.token, account, takes_conversations).await {
        Ok(user) => {
            tracing::info!("the first administrator set the team up");
            let_in(&state, &user, &headers, cookies, "/").await
        }
        Err(StorageError::NameTaken) => refuse(DoorProblem::NameTaken),
        Err(error) => no_such_link(preferences, error.into()),
    }
}

/// `GET /join?token=`: shows only; the form claims.
pub async fn join_page(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Query(query): Query<LinkQuery>,
) -> Response {
    let preferences = preferences::from_headers(&headers);
    match known(&state, address, &query.token, &[InvitationKind::Join, InvitationKind::Account]).await {
        Ok(invitation) => {
            page(StatusCode::OK, doors::join(preferences, &join_shown(&query.token, "", &invitation, None)))
        }
        Err(error) => no_such_link(preferences, error),
    }
}

/// `POST /join`
pub async fn join(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    cookies: CookieJar,
    Form(form): Form<AccountForm>,
) -> Response {
    let preferences = preferences::from_headers(&headers);
    let invitation = match known(&state, address, &form.token, &[InvitationKind::Join, InvitationKind::Account]).await {
        Ok(invitation) => invitation,
        Err(error) => return no_such_link(preferences, error),
    };
    let refuse = |problem| {
        let shown = join_shown(&form.token, &form.name, &invitation, Some(problem));
        page(status_of(problem), doors::join(preferences, &shown))
    };
    let (name, password_hash) = match typed_account(&state, &form, name_of_account(&invitation)).await {
        Ok(Ok(typed)) => typed,
        Ok(Err(problem)) => return refuse(problem),
        Err(response) => return response,
    };
    let account = NewAccount { name: &name, password_hash: &password_hash };
    let claimed = match invitation.kind {
        InvitationKind::Account => state.storage.claim_account(&form.token, account).await,
        _ => state.storage.claim_invitation(&form.token, account).await,
    };
    match claimed {
        Ok(user) => let_in(&state, &user, &headers, cookies, "/").await,
        Err(StorageError::NameTaken) => refuse(DoorProblem::NameTaken),
        Err(error) => no_such_link(preferences, error.into()),
    }
}

/// `GET /code`
pub async fn code_page(headers: HeaderMap) -> Response {
    page(StatusCode::OK, doors::code(preferences::from_headers(&headers), "", None))
}

/// `POST /code`: a code from paper leads to the same page as a link.
pub async fn code(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> Response {
    let preferences = preferences::from_headers(&headers);
    let refuse = |problem| page(status_of(problem), doors::code(preferences, &form.code, Some(problem)));
    let code = typed_code(&form.code);
    match known(&state, address, &code, &[InvitationKind::Account]).await {
        Ok(invitation) => page(StatusCode::OK, doors::join(preferences, &join_shown(&code, "", &invitation, None))),
        Err(NotLetIn::TooMany(seconds)) => refuse(DoorProblem::TooManyAttempts { seconds }),
        Err(NotLetIn::Storage(StorageError::NotFound)) => refuse(DoorProblem::CodeUnknown),
        Err(NotLetIn::Storage(error)) => problem::storage(error),
    }
}

/// `GET /password`
pub async fn password_page(headers: HeaderMap) -> Response {
    page(StatusCode::OK, doors::change_password(preferences::from_headers(&headers), None))
}

/// A password that takes the place of another. Never `Debug`: it holds secrets.
#[derive(Deserialize)]
pub struct PasswordForm {
    current: String,
    password: String,
    repeated: String,
}

/// `POST /password`: every other browser is signed out.
pub async fn change_password(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Form(form): Form<PasswordForm>,
) -> Response {
    let refuse =
        |problem| page(status_of(problem), doors::change_password(preferences::from_headers(&headers), Some(problem)));
    let (name, hash) = match state.storage.account_of(&caller.user_id).await {
        Ok(account) => (account.user.name, account.password_hash),
        Err(error) => return problem::storage(error),
    };
    if let Err(seconds) = state.attempts.for_name(address, &name) {
        return refuse(DoorProblem::TooManyAttempts { seconds });
    }
    match state.passwords.is_right(&form.current, hash).await {
        Ok(true) => {}
        Ok(false) => return refuse(DoorProblem::WrongPassword),
        Err(error) => return problem::internal(&error),
    }
    let hash = match new_password(&state, &form.password, &form.repeated, &name).await {
        Ok(Ok(hash)) => hash,
        Ok(Err(problem)) => return refuse(problem),
        Err(response) => return response,
    };
    match state.storage.set_password(&caller.user_id, &hash, &caller.session_id).await {
        Ok(()) => Redirect::to("/settings").into_response(),
        Err(error) => problem::storage(error),
    }
}

/// Why a link or a code opens nothing.
enum NotLetIn {
    /// Too many were tried; seconds to wait.
    TooMany(u32),
    Storage(StorageError),
}

impl From<StorageError> for NotLetIn {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// What a link or a code is good for. Each look counts: neither can be found by trying.
async fn known(
    state: &AppState,
    address: Option<IpAddr>,
    token: &str,
    kinds: &[InvitationKind],
) -> Result<InvitationRow, NotLetIn> {
    state.attempts.from_address(address).map_err(NotLetIn::TooMany)?;
    let invitation = state.storage.invitation(token).await?;
    if kinds.contains(&invitation.kind) { Ok(invitation) } else { Err(StorageError::NotFound.into()) }
}

/// The name of the account that an invitation opens, where it has one.
fn name_of_account(invitation: &InvitationRow) -> Option<&str> {
    invitation.user_name.as_deref().filter(|name| !name.is_empty())
}

fn join_shown<'a>(
    token: &'a str,
    typed_name: &'a str,
    invitation: &'a InvitationRow,
    problem: Option<DoorProblem>,
) -> JoinPage<'a> {
    match name_of_account(invitation) {
        Some(name) => JoinPage { token, name, has_account: true, problem },
        None => JoinPage { token, name: typed_name, has_account: false, problem },
    }
}

/// The name of an account (`known`, where it has one already) and the hash of its new password, or what is wrong with them.
async fn typed_account(
    state: &AppState,
    form: &AccountForm,
    known: Option<&str>,
) -> Result<Result<(String, String), DoorProblem>, Response> {
    let name = match known.map_or_else(|| names::clean(&form.name), |name| Ok(name.to_owned())) {
        Ok(name) => name,
        Err(problem) => return Ok(Err(name_problem(problem))),
    };
    let hash = new_password(state, &form.password, &form.repeated, &name).await?;
    Ok(hash.map(|hash| (name, hash)))
}

/// The hash of a password that was chosen, or why it cannot be.
async fn new_password(
    state: &AppState,
    password: &str,
    repeated: &str,
    name: &str,
) -> Result<Result<String, DoorProblem>, Response> {
    if password != repeated {
        return Ok(Err(DoorProblem::PasswordsDiffer));
    }
    if let Err(problem) = state.passwords.check(password, name).await {
        return Ok(Err(problem));
    }
    state.passwords.hash(password).await.map(Ok).map_err(|error| problem::internal(&error))
}

/// Signs somebody in who proved who they are.
pub(super) async fn let_in(
    state: &AppState,
    user: &User,
    headers: &HeaderMap,
    cookies: CookieJar,
    return_to: &str,
) -> Response {
    match open_session(state, &user.id, headers).await {
        Ok(cookie) => {
            let path = preferences::own_path(Some(return_to)).unwrap_or("/");
            (cookies.add(cookie), Redirect::to(path)).into_response()
        }
        Err(response) => response,
    }
}

fn no_such_link(preferences: Preferences, error: NotLetIn) -> Response {
    match error {
        NotLetIn::TooMany(seconds) => page(StatusCode::TOO_MANY_REQUESTS, doors::wait(preferences, seconds)),
        NotLetIn::Storage(StorageError::NotFound) => page(StatusCode::GONE, doors::link_expired(preferences)),
        NotLetIn::Storage(error) => problem::storage(error),
    }
}

fn name_problem(problem: NameProblem) -> DoorProblem {
    match problem {
        NameProblem::Missing => DoorProblem::NameMissing,
        NameProblem::TooLong => DoorProblem::NameTooLong { limit_letters: storage::MAX_NAME_LETTERS as u32 },
    }
}

pub(super) fn status_of(problem: DoorProblem) -> StatusCode {
    match problem {
        DoorProblem::WrongNameOrPassword
        | DoorProblem::WrongPassword
        | DoorProblem::CodeUnknown
        | DoorProblem::SignOnFailed => StatusCode::UNAUTHORIZED,
        DoorProblem::SignOnRefused => StatusCode::FORBIDDEN,
        DoorProblem::TooManyAttempts { .. } => StatusCode::TOO_MANY_REQUESTS,
        DoorProblem::NameTaken => StatusCode::CONFLICT,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

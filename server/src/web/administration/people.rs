//! What is done to one account.

use app::{
    standalone,
    types::{Caller, TeamRole},
};
use axum::{
    Form,
    extract::{Extension, Query, State},
    response::Response,
};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use storage::{NewInvitation, StorageError, now_ms};

use super::{
    AdministrationProblem, AppState, DAY_MS, NewLink, Outcome, answer, done, page, person, preferences, refuse, show,
};
use crate::{backend::views::role_stored, secrets::random_token, web::problem};

/// How long a link to choose a password works.
const LINK_DAYS: u32 = 7;

#[derive(Debug, Deserialize)]
pub struct PersonForm {
    id: String,
}

#[derive(Debug, Deserialize)]
pub struct RoleForm {
    id: String,
    role: String,
}

/// `POST /administration/people/role`
pub async fn role(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Form(form): Form<RoleForm>,
) -> Response {
    let Some(role) = TeamRole::from_code(&form.role) else {
        return refuse(&state, &caller, &headers, AdministrationProblem::Gone).await;
    };
    let changed = state.storage.set_role(&form.id, role_stored(role)).await;
    answer(&state, &caller, &headers, done(changed)).await
}

/// `POST /administration/people/disable`
pub async fn disable(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Form(form): Form<PersonForm>,
) -> Response {
    let changed = state.storage.disable_user(&form.id).await;
    answer(&state, &caller, &headers, done(changed)).await
}

/// `POST /administration/people/enable`
pub async fn enable(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Form(form): Form<PersonForm>,
) -> Response {
    let changed = state.storage.enable_user(&form.id).await;
    answer(&state, &caller, &headers, done(changed)).await
}

/// `POST /administration/people/link`: a link to choose a password, shown once.
pub async fn link(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Form(form): Form<PersonForm>,
) -> Response {
    let token = match random_token() {
        Ok(token) => token,
        Err(error) => return problem::internal(&error),
    };
    match new_link(&state, &form.id, &token).await {
        Ok(name) => {
            let link = format!("{}/join?token={token}", state.site.origin());
            let link = NewLink { link, note: name, expires_in_days: LINK_DAYS, mailed_to: None };
            show(&state, &caller, &headers, Outcome::Link(link, None)).await
        }
        Err(error) => answer(&state, &caller, &headers, Err(error)).await,
    }
}

async fn new_link(state: &AppState, user_id: &str, token: &str) -> Result<String, StorageError> {
    let user = state.storage.user(user_id).await?;
    state.storage.invite(NewInvitation::of_account(&user, token, i64::from(LINK_DAYS) * DAY_MS)).await?;
    Ok(user.name)
}

/// `GET /administration/people/delete?id=`: asks first.
pub async fn ask_to_delete(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Query(form): Query<PersonForm>,
) -> Response {
    let found = match state.storage.users().await {
        Ok(people) => people.into_iter().find(|row| row.id == form.id && row.id != caller.user_id),
        Err(error) => return problem::storage(error),
    };
    match found {
        Some(row) => {
            let person = person(row, &caller, now_ms());
            let preferences = preferences::from_headers(&headers);
            page(StatusCode::OK, standalone::administration::confirm_deletion(preferences, &person))
        }
        None => refuse(&state, &caller, &headers, AdministrationProblem::Gone).await,
    }
}

/// `POST /administration/people/delete`: nobody deletes the account they look with.
pub async fn delete(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Form(form): Form<PersonForm>,
) -> Response {
    let deleted = match form.id == caller.user_id {
        true => Err(StorageError::NotFound),
        false => state.storage.delete_user(&form.id).await,
    };
    answer(&state, &caller, &headers, done(deleted)).await
}

//! Groups and who is in them.

use app::types::Caller;
use axum::{
    Form,
    extract::{Extension, State},
    response::Response,
};
use http::HeaderMap;
use serde::Deserialize;
use storage::StorageError;

use super::{AdministrationProblem, AppState, answer, clean_name, done, number, refuse};

/// Days after which a group may let conversations go.
const RETENTION_DAYS: std::ops::RangeInclusive<u32> = 1..=3650;

#[derive(Debug, Deserialize)]
pub struct GroupForm {
    /// Of the group that changes; a new one has none.
    #[serde(default)]
    id: String,
    name: String,
    #[serde(default)]
    retention_days: String,
}

#[derive(Debug, Deserialize)]
pub struct GroupIdForm {
    id: String,
}

#[derive(Debug, Deserialize)]
pub struct MemberForm {
    group_id: String,
    user_id: String,
    #[serde(default)]
    is_leader: bool,
}

/// `POST /administration/groups`
pub async fn add(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Form(form): Form<GroupForm>,
) -> Response {
    keep(&state, &caller, &headers, &form, true).await
}

/// `POST /administration/groups/change`
pub async fn change(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Form(form): Form<GroupForm>,
) -> Response {
    keep(&state, &caller, &headers, &form, false).await
}

async fn keep(state: &AppState, caller: &Caller, headers: &HeaderMap, form: &GroupForm, is_new: bool) -> Response {
    let (name, days) = match (clean_name(&form.name), number(&form.retention_days, RETENTION_DAYS)) {
        (Ok(name), Ok(days)) => (name, days),
        (Err(problem), _) | (_, Err(problem)) => return refuse(state, caller, headers, problem).await,
    };
    let kept = match is_new {
        true => state.storage.add_group(&name, days).await.map(|_| ()),
        false => state.storage.change_group(&form.id, &name, days).await,
    };
    match kept {
        Err(StorageError::NameTaken) => {
            refuse(state, caller, headers, AdministrationProblem::GroupNameTaken { name }).await
        }
        kept => answer(state, caller, headers, done(kept)).await,
    }
}

/// `POST /administration/groups/delete`
pub async fn delete(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Form(form): Form<GroupIdForm>,
) -> Response {
    let deleted = state.storage.delete_group(&form.id).await;
    answer(&state, &caller, &headers, done(deleted)).await
}

/// `POST /administration/groups/add`
pub async fn add_member(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Form(form): Form<MemberForm>,
) -> Response {
    let added = state.storage.set_group_member(&form.group_id, &form.user_id, false).await;
    answer(&state, &caller, &headers, done(added)).await
}

/// `POST /administration/groups/leader`
pub async fn leader(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Form(form): Form<MemberForm>,
) -> Response {
    let changed = state.storage.set_group_member(&form.group_id, &form.user_id, form.is_leader).await;
    answer(&state, &caller, &headers, done(changed)).await
}

/// `POST /administration/groups/remove`
pub async fn remove_member(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Form(form): Form<MemberForm>,
) -> Response {
    let removed = state.storage.remove_group_member(&form.group_id, &form.user_id).await;
    answer(&state, &caller, &headers, done(removed)).await
}

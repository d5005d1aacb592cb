//! What leaders of groups do (a teacher): see who is in them, and let in who has not come yet.

use app::{
    standalone::{
        self,
        administration::{AdministrationProblem, CodesPage, PrintedCode},
        led_groups::{LedGroup, LedMember, LedProblem},
    },
    types::{Caller, TeamRole},
};
use axum::{
    Form,
    extract::{Extension, Multipart, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use storage::{GroupRow, StorageError, UserRole};

use super::{
    AppState,
    administration::invitations::{CODE_DAYS, CODE_TIME_MS, ClassList, codes_for},
    preferences, problem,
    session::page,
};
use crate::secrets::{printed_code, random_code};

/// For who leads no group these routes are not there.
pub async fn only_leaders(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    mut request: Request,
    next: Next,
) -> Response {
    match state.storage.groups_led_by(&caller.user_id).await {
        Ok(groups) if groups.is_empty() => {
            page(StatusCode::NOT_FOUND, standalone::not_found(preferences::from_headers(request.headers())))
        }
        Ok(groups) => {
            request.extensions_mut().insert(Led(groups));
            next.run(request).await
        }
        Err(error) => problem::storage(error),
    }
}

/// The groups that the caller leads; never none.
#[derive(Clone)]
pub struct Led(Vec<GroupRow>);

impl Led {
    fn find(&self, id: &str) -> Option<&GroupRow> {
        self.0.iter().find(|group| group.id == id)
    }
}

#[derive(Debug, Deserialize)]
pub struct CodeForm {
    group_id: String,
    user_id: String,
}

/// `GET /groups`
pub async fn look(State(state): State<AppState>, Extension(led): Extension<Led>, headers: HeaderMap) -> Response {
    show(&state, &led, &headers, None).await
}

/// `POST /groups/code`: a code for a member who has not chosen a password yet.
pub async fn code(
    State(state): State<AppState>,
    Extension(led): Extension<Led>,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> Response {
    let code = match random_code() {
        Ok(code) => code,
        Err(error) => return problem::internal(&error),
    };
    match new_code(&state, &led, &form, &code).await {
        Ok((group, name)) => {
            let printed = PrintedCode { name, code: printed_code(&code) };
            print(&state, &headers, &group.name, vec![printed])
        }
        Err(StorageError::NotFound) => show(&state, &led, &headers, Some(AdministrationProblem::Gone.into())).await,
        Err(error) => problem::storage(error),
    }
}

async fn new_code<'a>(
    state: &AppState,
    led: &'a Led,
    form: &CodeForm,
    code: &str,
) -> Result<(&'a GroupRow, String), StorageError> {
    let group = led.find(&form.group_id).ok_or(StorageError::NotFound)?;
    let name = state.storage.invite_member(&group.id, &form.user_id, code, CODE_TIME_MS).await?;
    Ok((group, name))
}

/// `POST /groups/class-list`: new members with a code each; nobody makes others more than they are.
pub async fn class_list(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Extension(led): Extension<Led>,
    headers: HeaderMap,
    form: Multipart,
) -> Response {
    let Some(list) = ClassList::read(form).await else {
        return show(&state, &led, &headers, Some(AdministrationProblem::ListEmpty.into())).await;
    };
    let Some(group) = led.find(&list.group_id) else {
        return show(&state, &led, &headers, Some(AdministrationProblem::Gone.into())).await;
    };
    if let Err(problem) = state.backend.pace.question(&caller) {
        return problem::answer(problem);
    }
    let role = if caller.role == TeamRole::Guest { UserRole::Guest } else { UserRole::Member };
    match codes_for(&state, &list, role, Some(&group.id)).await {
        Ok(Ok(codes)) => print(&state, &headers, &group.name, codes),
        Ok(Err(problem)) => {
            let (group_id, typed_list) = (list.group_id, list.typed);
            show(&state, &led, &headers, Some(LedProblem { problem, group_id, typed_list })).await
        }
        Err(response) => response,
    }
}

fn print(state: &AppState, headers: &HeaderMap, group: &str, codes: Vec<PrintedCode>) -> Response {
    let shown = CodesPage {
        address: format!("{}/code", state.site.origin()),
        group: Some(group.to_owned()),
        codes,
        expires_in_days: CODE_DAYS,
        is_leaders: true,
    };
    page(StatusCode::OK, standalone::administration::printed_codes(preferences::from_headers(headers), &shown))
}

async fn show(state: &AppState, led: &Led, headers: &HeaderMap, problem: Option<LedProblem>) -> Response {
    let members = match state.storage.group_members().await {
        Ok(members) => members,
        Err(error) => return problem::storage(error),
    };
    let groups: Vec<LedGroup> = led
        .0
        .iter()
        .map(|group| LedGroup {
            id: group.id.clone(),
            name: group.name.clone(),
            members: members
                .iter()
                .filter(|member| member.group_id == group.id)
                .map(|member| LedMember {
                    user_id: member.user_id.clone(),
                    name: member.name.clone(),
                    is_leader: member.is_leader,
                    is_disabled: member.disabled_at_ms.is_some(),
                    can_get_code: member.can_get_code(),
                })
                .collect(),
        })
        .collect();
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let preferences = preferences::from_headers(headers);
    page(status, standalone::led_groups::led_groups(preferences, &groups, problem.as_ref()))
}

//! What administrators do: people, invitations and class lists, groups. Plain forms; each answers with the page again.

pub mod groups;
pub mod invitations;
pub mod people;

use app::{
    standalone::{
        self,
        administration::{AdministrationPage, AdministrationProblem, Group, Invitation, Member, NewLink, Person},
    },
    types::{Caller, TeamRole},
};
use axum::{
    extract::{Extension, Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, StatusCode};
use storage::{InvitationKind, StorageError, UserRow, now_ms};

use super::{AppState, preferences, problem, session::page};
use crate::{
    backend::views::role_view,
    names::{self, NameProblem},
    time::DAY_MS,
};

/// For all others these routes are not there.
pub async fn only_administrators(Extension(caller): Extension<Caller>, request: Request, next: Next) -> Response {
    if caller.is_team && caller.role == TeamRole::Administrator {
        return next.run(request).await;
    }
    page(StatusCode::NOT_FOUND, standalone::not_found(preferences::from_headers(request.headers())))
}

/// `GET /administration`
pub async fn look(State(state): State<AppState>, Extension(caller): Extension<Caller>, headers: HeaderMap) -> Response {
    show(&state, &caller, &headers, Outcome::Nothing).await
}

/// `GET` of a form's address, where the page stands after a refusal: somebody reloads it.
pub async fn home() -> Redirect {
    Redirect::to("/administration")
}

/// What a form led to.
enum Outcome {
    Nothing,
    /// And what went wrong with sending it.
    Link(NewLink, Option<AdministrationProblem>),
    Problem(AdministrationProblem),
    /// A class list as it was typed, and what was wrong with it.
    List(String, AdministrationProblem),
}

/// After a change: the page at its own address, so that a reload changes nothing more.
fn done(changed: Result<(), StorageError>) -> Result<Response, StorageError> {
    changed.map(|()| Redirect::to("/administration").into_response())
}

/// The answer to a form, or the page with what went wrong.
async fn answer(
    state: &AppState,
    caller: &Caller,
    headers: &HeaderMap,
    outcome: Result<Response, StorageError>,
) -> Response {
    match outcome {
        Ok(response) => response,
        Err(StorageError::NotFound) => refuse(state, caller, headers, AdministrationProblem::Gone).await,
        Err(StorageError::LastAdministrator) => {
            refuse(state, caller, headers, AdministrationProblem::LastAdministrator).await
        }
        Err(error) => problem::storage(error),
    }
}

async fn refuse(state: &AppState, caller: &Caller, headers: &HeaderMap, problem: AdministrationProblem) -> Response {
    show(state, caller, headers, Outcome::Problem(problem)).await
}

async fn show(state: &AppState, caller: &Caller, headers: &HeaderMap, outcome: Outcome) -> Response {
    let mut shown = match everything(state, caller).await {
        Ok(shown) => shown,
        Err(error) => return problem::storage(error),
    };
    let status = match &outcome {
        Outcome::Problem(_) | Outcome::List(..) => StatusCode::UNPROCESSABLE_ENTITY,
        Outcome::Nothing | Outcome::Link(..) => StatusCode::OK,
    };
    match outcome {
        Outcome::Nothing => {}
        Outcome::Link(link, problem) => (shown.new_link, shown.problem) = (Some(link), problem),
        Outcome::Problem(problem) => shown.problem = Some(problem),
        Outcome::List(typed, problem) => (shown.typed_list, shown.problem) = (typed, Some(problem)),
    }
    page(status, standalone::administration::administration(preferences::from_headers(headers), &shown))
}

async fn everything(state: &AppState, caller: &Caller) -> Result<AdministrationPage, StorageError> {
    let now_ms = now_ms();
    let people = state.storage.users().await?.into_iter().map(|row| person(row, caller, now_ms)).collect();
    let invitations = state.storage.invitations().await?.into_iter().map(|row| Invitation {
        id: row.id,
        role: role_view(row.role),
        group: row.group_name,
        note: if row.kind == InvitationKind::Account { row.user_name.unwrap_or_default() } else { row.note },
        uses_left: row.uses_left,
        // The nearest: a link of seven days that was just made ends in seven.
        expires_in_days: days(row.expires_at_ms - now_ms + DAY_MS / 2),
    });
    let members = state.storage.group_members().await?;
    let groups = state.storage.groups().await?.into_iter().map(|group| Group {
        members: members
            .iter()
            .filter(|member| member.group_id == group.id)
            .map(|member| Member {
                user_id: member.user_id.clone(),
                name: member.name.clone(),
                is_leader: member.is_leader,
            })
            .collect(),
        id: group.id,
        name: group.name,
        retention_days: group.retention_days,
    });
    Ok(AdministrationPage {
        people,
        invitations: invitations.collect(),
        groups: groups.collect(),
        can_mail: state.mailer.is_some(),
        ..AdministrationPage::default()
    })
}

fn person(row: UserRow, caller: &Caller, now_ms: i64) -> Person {
    Person {
        is_you: row.id == caller.user_id,
        id: row.id,
        name: row.name,
        role: role_view(row.role),
        is_disabled: row.disabled_at_ms.is_some(),
        can_sign_in: row.has_password,
        used_days_ago: row.last_used_at_ms.map(|used_at_ms| days(now_ms - used_at_ms)),
    }
}

/// Whole days.
fn days(ms: i64) -> u32 {
    u32::try_from(ms / DAY_MS).unwrap_or(0)
}

fn clean_name(typed: &str) -> Result<String, AdministrationProblem> {
    names::clean(typed).map_err(|problem| match problem {
        NameProblem::Missing => AdministrationProblem::NameMissing,
        NameProblem::TooLong => AdministrationProblem::NameTooLong { limit_letters: storage::MAX_NAME_LETTERS as u32 },
    })
}

/// A number of a form; empty is none.
fn number(typed: &str, range: std::ops::RangeInclusive<u32>) -> Result<Option<u32>, AdministrationProblem> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let number = typed.parse().ok().filter(|number| range.contains(number));
    number.map(Some).ok_or(AdministrationProblem::Number)
}

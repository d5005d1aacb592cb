//! Links by which people join, and class lists with a code for everybody.

use app::{
    standalone::{
        self,
        administration::{CodesPage, PrintedCode, invitation_mail},
    },
    types::{Caller, TeamRole},
};
use axum::{
    Form,
    extract::{Extension, Multipart, State},
    response::Response,
};
use http::{HeaderMap, StatusCode};
use lettre::message::Mailbox;
use serde::Deserialize;
use storage::{InvitationKind, NewInvitation, StorageError, UserRole};

use super::{
    AdministrationProblem, AppState, DAY_MS, NewLink, Outcome, answer, clean_name, done, number, page, preferences,
    refuse, show,
};
use crate::{
    backend::views::role_stored,
    class_list,
    secrets::{printed_code, random_code, random_token},
    web::problem,
};

/// How long codes on paper work.
pub const CODE_DAYS: u32 = 30;
pub const CODE_TIME_MS: i64 = CODE_DAYS as i64 * DAY_MS;
const MAX_NOTE_LETTERS: usize = 200;

#[derive(Debug, Deserialize)]
pub struct InvitationForm {
    role: String,
    #[serde(default)]
    group_id: String,
    #[serde(default)]
    uses: String,
    #[serde(default)]
    days: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    mail: String,
}

#[derive(Debug, Deserialize)]
pub struct RevokeForm {
    id: String,
}

/// `POST /administration/invitations`: a link, shown once.
pub async fn invite(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Form(form): Form<InvitationForm>,
) -> Response {
    let (uses, days) = match (number(&form.uses, 1..=1000), number(&form.days, 1..=90)) {
        (Ok(uses), Ok(days)) => (uses.unwrap_or(1), days.unwrap_or(7)),
        (Err(problem), _) | (_, Err(problem)) => return refuse(&state, &caller, &headers, problem).await,
    };
    let Some(role) = TeamRole::from_code(&form.role) else {
        return refuse(&state, &caller, &headers, AdministrationProblem::Gone).await;
    };
    let mail = match (&state.mailer, form.mail.trim()) {
        (None, _) | (_, "") => None,
        (Some(mailer), address) => match address.parse::<Mailbox>() {
            Ok(address) => Some((mailer.clone(), address)),
            Err(_) => return refuse(&state, &caller, &headers, AdministrationProblem::MailAddress).await,
        },
    };
    let token = match random_token() {
        Ok(token) => token,
        Err(error) => return problem::internal(&error),
    };
    let note: String = form.note.trim().chars().filter(|letter| !letter.is_control()).take(MAX_NOTE_LETTERS).collect();
    let invitation = NewInvitation {
        token: &token,
        kind: InvitationKind::Join,
        role: role_stored(role),
        user_id: None,
        group_id: chosen(&form.group_id),
        note: &note,
        // Whoever passes such a link on hands out everything.
        uses: if role == TeamRole::Administrator { 1 } else { uses },
        lifetime_ms: i64::from(days) * DAY_MS,
    };
    match state.storage.invite(invitation).await {
        Ok(()) => {
            let link = format!("{}/join?token={token}", state.site.origin());
            let mut problem = None;
            let mut mailed_to = None;
            if let Some((mailer, address)) = mail {
                let (subject, text) = invitation_mail(preferences::from_headers(&headers), &link, days);
                match mailer.send(address.clone(), subject, text).await {
                    Ok(()) => mailed_to = Some(address.to_string()),
                    Err(error) => {
                        tracing::warn!("{error:#}");
                        problem = Some(AdministrationProblem::MailNotSent);
                    }
                }
            }
            let link = NewLink { link, note, expires_in_days: days, mailed_to };
            show(&state, &caller, &headers, Outcome::Link(link, problem)).await
        }
        Err(error) => answer(&state, &caller, &headers, Err(error)).await,
    }
}

/// `POST /administration/invitations/revoke`
pub async fn revoke(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Form(form): Form<RevokeForm>,
) -> Response {
    let revoked = state.storage.revoke_invitation(&form.id).await;
    answer(&state, &caller, &headers, done(revoked)).await
}

/// What a class list's form held.
#[derive(Debug, Default)]
pub struct ClassList {
    file: String,
    pub typed: String,
    pub group_id: String,
    role: String,
}

/// `POST /administration/class-list`: accounts with a code each, on a page to print, shown once.
pub async fn class_list(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    form: Multipart,
) -> Response {
    let Some(list) = ClassList::read(form).await else {
        return refuse(&state, &caller, &headers, AdministrationProblem::ListEmpty).await;
    };
    // One wrong choice must not make a class of administrators.
    let Some(role) = TeamRole::from_code(&list.role).filter(|role| *role != TeamRole::Administrator) else {
        return refuse(&state, &caller, &headers, AdministrationProblem::Gone).await;
    };
    let group_id = chosen(&list.group_id);
    let codes = match codes_for(&state, &list, role_stored(role), group_id).await {
        Ok(Ok(codes)) => codes,
        Ok(Err(problem)) => return show(&state, &caller, &headers, Outcome::List(list.typed, problem)).await,
        Err(response) => return response,
    };
    let groups = state.storage.groups().await.unwrap_or_default();
    let shown = CodesPage {
        address: format!("{}/code", state.site.origin()),
        group: groups.into_iter().find(|group| Some(group.id.as_str()) == group_id).map(|group| group.name),
        codes,
        expires_in_days: CODE_DAYS,
        is_leaders: false,
    };
    page(StatusCode::OK, standalone::administration::printed_codes(preferences::from_headers(&headers), &shown))
}

/// Accounts for the names in a list, each with a code as it is printed; or what is wrong with the list.
pub async fn codes_for(
    state: &AppState,
    list: &ClassList,
    role: UserRole,
    group_id: Option<&str>,
) -> Result<Result<Vec<PrintedCode>, AdministrationProblem>, Response> {
    let names = match people_of(list) {
        Ok(names) => names,
        Err(problem) => return Ok(Err(problem)),
    };
    let mut people = Vec::new();
    for name in names {
        people.push((name, random_code().map_err(|error| problem::internal(&error))?));
    }
    match state.storage.invite_list(&people, role, group_id, CODE_TIME_MS).await {
        Ok(()) => {}
        Err(StorageError::NameTaken) => {
            return Ok(Err(AdministrationProblem::NameTaken { name: taken_name(state, &people).await }));
        }
        Err(StorageError::NotFound) => return Ok(Err(AdministrationProblem::Gone)),
        Err(error) => return Err(problem::storage(error)),
    }
    Ok(Ok(people.into_iter().map(|(name, code)| PrintedCode { name, code: printed_code(&code) }).collect()))
}

impl ClassList {
    /// None: what was sent is no form.
    pub async fn read(mut form: Multipart) -> Option<ClassList> {
        let mut list = ClassList::default();
        while let Some(field) = form.next_field().await.ok()? {
            let name = field.name().unwrap_or_default().to_owned();
            let text = class_list::decoded(&field.bytes().await.ok()?);
            match name.as_str() {
                "file" => list.file = text,
                // Forms send line ends as carriage return and line feed.
                "list" => list.typed = text.replace("\r\n", "\n"),
                "group_id" => list.group_id = text,
                "role" => list.role = text,
                _ => {}
            }
        }
        Some(list)
    }
}

fn people_of(list: &ClassList) -> Result<Vec<String>, AdministrationProblem> {
    let names = class_list::names(&list.file).zip(class_list::names(&list.typed));
    let (mut names, typed) = names.ok_or(AdministrationProblem::ListColumns)?;
    names.extend(typed);
    if names.is_empty() {
        return Err(AdministrationProblem::ListEmpty);
    }
    if names.len() > class_list::MAX_NAMES {
        return Err(AdministrationProblem::ListTooLong { limit: class_list::MAX_NAMES as u32 });
    }
    names.iter().map(|name| clean_name(name)).collect()
}

/// Which name of a refused list somebody has, or stands in it twice.
async fn taken_name(state: &AppState, people: &[(String, String)]) -> String {
    for (index, (name, _)) in people.iter().enumerate() {
        let is_twice = people[..index].iter().any(|(other, _)| storage::name_key(other) == storage::name_key(name));
        if is_twice || matches!(state.storage.account(name).await, Ok(Some(_))) {
            return name.clone();
        }
    }
    String::new()
}

/// "No group" is sent as nothing.
fn chosen(group_id: &str) -> Option<&str> {
    Some(group_id).filter(|id| !id.is_empty())
}

//! `POST /messages`: sending without JavaScript (and before the page's script has loaded). A plain multipart form goes
//! in, a redirect to the conversation comes out; on an error the page comes back with everything kept.

use std::io::{Seek, SeekFrom, Write};

use app::{
    ComposerState,
    api::status_of,
    backend::Backend,
    types::{Caller, NewMessage, PictureDetail, PictureView, Problem},
};
use axum::{
    body::Body,
    extract::{Extension, FromRequest, Multipart, Request, State},
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{Method, Uri};
use sha2::{Digest, Sha256};

use super::{AppState, leptos_pages, problem, upload};
use crate::{
    assets,
    backend::views::picture_view,
    settings::{MAX_PICTURES, MAX_TEXT_BYTES},
};

/// What the form held.
#[derive(Debug, Default)]
struct PlainMessage {
    key: String,
    conversation_id: Option<String>,
    parent_id: Option<String>,
    text: String,
    pictures: Vec<PictureView>,
    picture_detail: PictureDetail,
    /// The first thing that was wrong with it.
    problem: Option<Problem>,
}

/// Somebody reloads the page that a refused form gave back.
pub async fn look() -> Redirect {
    Redirect::to("/")
}

pub async fn send(State(state): State<AppState>, Extension(caller): Extension<Caller>, request: Request) -> Response {
    let headers = request.headers().clone();
    let form = match Multipart::from_request(request, &state).await {
        Ok(form) => form,
        Err(_) => return problem::answer(Problem::BadRequest),
    };
    let message = read(&state, &caller, form).await;
    let problem = match &message.problem {
        Some(problem) => problem.clone(),
        None => match state.backend.send_message(&caller, message.as_new_message()).await {
            Ok(begun) => return Redirect::to(&format!("/c/{}", begun.conversation_id)).into_response(),
            Err(problem) => problem,
        },
    };
    give_back(state, caller, message, problem, headers).await
}

/// Reads every field; after a problem it reads on, so that nothing written is lost.
async fn read(state: &AppState, caller: &Caller, mut form: Multipart) -> PlainMessage {
    let mut message = PlainMessage::default();
    loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => return message,
            Err(_) => {
                message.problem.get_or_insert(Problem::BadRequest);
                return message;
            }
        };
        let name = field.name().unwrap_or_default().to_owned();
        let outcome = match name.as_str() {
            // A browser sends one nameless, empty file where none was chosen.
            "pictures" if field.file_name().unwrap_or_default().is_empty() => Ok(()),
            "pictures" if message.pictures.len() >= MAX_PICTURES => {
                Err(Problem::TooManyPictures { limit: MAX_PICTURES as u32 })
            }
            "pictures" => upload::take(state, caller, field).await.map(|picture| message.pictures.push(picture)),
            _ => match read_text(field).await {
                Ok(value) => take_value(state, caller, &mut message, &name, value).await,
                Err(problem) => Err(problem),
            },
        };
        if let Err(problem) = outcome {
            message.problem.get_or_insert(problem);
        }
    }
}

async fn read_text(mut field: axum::extract::multipart::Field<'_>) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|_| Problem::BadRequest)? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > MAX_TEXT_BYTES {
            return Err(Problem::RequestTooLarge);
        }
    }
    String::from_utf8(bytes).map_err(|_| Problem::BadRequest)
}

async fn take_value(
    state: &AppState,
    caller: &Caller,
    message: &mut PlainMessage,
    name: &str,
    value: String,
) -> Result<(), Problem> {
    match name {
        "key" => message.key = value,
        "conversation_id" if !value.is_empty() => message.conversation_id = Some(value),
        "parent_id" if !value.is_empty() => message.parent_id = Some(value),
        // Forms send line ends as carriage return and line feed.
        "text" => message.text = value.replace("\r\n", "\n"),
        // A picture that an earlier, refused try has already brought.
        "picture_id" => {
            let picture = state.storage.picture(&caller.user_id, &value).await;
            message.pictures.push(picture_view(&picture.map_err(crate::backend::problem::from_storage)?));
        }
        "picture_detail" => message.picture_detail = PictureDetail::from_name(&value),
        "example" => message.pictures.push(example(state, caller, &value).await?),
        _ => {}
    }
    Ok(())
}

/// One of the example pictures of the first screen.
async fn example(state: &AppState, caller: &Caller, name: &str) -> Result<PictureView, Problem> {
    let picture = assets::find(&format!("examples/{name}")).ok_or(Problem::NotFound)?;
    let mut file = tempfile::tempfile_in(&state.settings.data_dir).map_err(crate::backend::problem::from_io)?;
    file.write_all(&picture.data)
        .and_then(|()| file.seek(SeekFrom::Start(0)))
        .map_err(crate::backend::problem::from_io)?;
    upload::keep(state, caller, name, file).await
}

impl PlainMessage {
    fn as_new_message(&self) -> NewMessage {
        NewMessage {
            key: self.message_key(),
            conversation_id: self.conversation_id.clone(),
            parent_id: self.parent_id.clone(),
            text: self.text.clone(),
            picture_ids: self.pictures.iter().map(|picture| picture.id.clone()).collect(),
            picture_detail: self.picture_detail,
        }
    }
}

impl PlainMessage {
    /// A form without a key (a program's) is sent as often as it is posted. A page that was gone back to still has its
    /// key: only the same words and pictures in the same detail make the same message.
    fn message_key(&self) -> String {
        if self.key.is_empty() {
            return uuid::Uuid::now_v7().to_string();
        }
        let pictures: Vec<_> =
            self.pictures.iter().map(|picture| (&picture.name, picture.width, picture.height)).collect();
        let place = (&self.key, &self.conversation_id, &self.parent_id);
        let content = format!("{:?}", (place, &self.text, pictures, self.picture_detail));
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(content))
    }
}

/// Draws the page that the form stood on, with what it held and what was wrong.
async fn give_back(
    state: AppState,
    caller: Caller,
    message: PlainMessage,
    problem: Problem,
    headers: http::HeaderMap,
) -> Response {
    let path = match &message.conversation_id {
        Some(id) if id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') => format!("/c/{id}"),
        _ => "/".into(),
    };
    let mut page = Request::new(Body::empty());
    *page.method_mut() = Method::GET;
    *page.uri_mut() = path.parse().unwrap_or(Uri::from_static("/"));
    *page.headers_mut() = headers;
    let status = status_of(&problem);
    let composer = ComposerState {
        key: message.key,
        text: message.text,
        problem: Some(problem),
        pictures: message.pictures,
        picture_detail: message.picture_detail,
    };
    let mut response = leptos_pages::render(state, caller, composer, page).await;
    *response.status_mut() = status;
    response
}

//! `request.json`: OpenAI-style messages. Pictures are named by `image_url`, as paths relative to the file or as data
//! URLs.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;

use crate::{
    picture::{self, DecodeLimits, PictureError},
    request::{Detail, Message, Part},
};

#[derive(Debug, thiserror::Error)]
pub enum RequestFileError {
    #[error("{} cannot be read ({reason}); check its name", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("{} is not a request ({reason}); it needs \"messages\" in OpenAI's form", path.display())]
    Form { path: PathBuf, reason: String },
    #[error("the picture {url} cannot be used: {error}")]
    Picture { url: String, error: PictureError },
}

#[derive(Deserialize)]
struct File {
    messages: Vec<FileMessage>,
}

#[derive(Deserialize)]
struct FileMessage {
    role: Role,
    content: Content,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Role {
    System,
    User,
    Assistant,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<FilePart>),
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum FilePart {
    Text { text: String },
    ImageUrl { image_url: ImageUrl },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ImageUrl {
    Object { url: String },
    Plain(String),
}

/// Reads a request and its pictures.
///
/// # Errors
/// [`RequestFileError`] names the file or the picture that is wrong.
pub fn read(path: &Path) -> Result<Vec<Message>, RequestFileError> {
    let unreadable =
        |error: std::io::Error| RequestFileError::Unreadable { path: path.to_owned(), reason: error.to_string() };
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let file: File = serde_json::from_slice(&bytes)
        .map_err(|error| RequestFileError::Form { path: path.to_owned(), reason: error.to_string() })?;
    let folder = path.parent().unwrap_or(Path::new("."));
    file.messages.into_iter().map(|message| convert(message, folder)).collect()
}

fn convert(message: FileMessage, folder: &Path) -> Result<Message, RequestFileError> {
    let parts: Vec<FilePart> = match message.content {
        Content::Text(text) => vec![FilePart::Text { text }],
        Content::Parts(parts) => parts,
    };
    let text = |parts: Vec<FilePart>| {
        let texts = parts.into_iter().filter_map(|part| match part {
            FilePart::Text { text } => Some(text),
            FilePart::ImageUrl { .. } => None,
        });
        texts.collect::<Vec<_>>().join("\n\n")
    };
    Ok(match message.role {
        Role::System => Message::System(text(parts)),
        Role::Assistant => Message::Assistant { text: text(parts), tokens: None },
        Role::User => {
            let convert = |part| match part {
                FilePart::Text { text } => Ok(Part::Text(text)),
                FilePart::ImageUrl { image_url: ImageUrl::Object { url } | ImageUrl::Plain(url) } => load(&url, folder),
            };
            Message::User(parts.into_iter().map(convert).collect::<Result<_, _>>()?)
        }
    })
}

fn load(url: &str, folder: &Path) -> Result<Part, RequestFileError> {
    let wrong = |reason: String| RequestFileError::Picture {
        url: url.chars().take(80).collect(),
        error: PictureError::Unreadable(reason),
    };
    let bytes = match url.strip_prefix("data:") {
        Some(data) => {
            let (_, encoded) = data.split_once(";base64,").ok_or_else(|| wrong("its data URL is not base64".into()))?;
            BASE64_STANDARD.decode(encoded).map_err(|error| wrong(error.to_string()))?
        }
        None => std::fs::read(folder.join(url)).map_err(|error| wrong(error.to_string()))?,
    };
    let picture = picture::decode(&bytes, &DecodeLimits::default())
        .map_err(|error| RequestFileError::Picture { url: url.chars().take(80).collect(), error })?;
    Ok(Part::Picture(Arc::new(picture), Detail::High))
}

//! Everything that is a person's, as one ZIP file that any system opens: each conversation as JSON, each picture as PNG.

use std::{
    fs::File,
    io::{Seek, SeekFrom, Write},
};

use anyhow::Result;
use serde_json::{Value, json};
use storage::{ConversationRow, MessageRow, PictureRecord, Role, Storage};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// Writes to `file` and goes back to its beginning. What was deleted is not in it.
///
/// # Errors
/// The database or a file cannot be read, or the disk is full.
pub async fn write(storage: &Storage, user_id: &str, file: File) -> Result<File> {
    let mut archive = ZipWriter::new(file);
    let mut pictures: Vec<PictureRecord> = Vec::new();
    for conversation in storage.conversations(user_id).await? {
        let messages = storage.messages(user_id, &conversation.id).await?;
        let content = serde_json::to_vec_pretty(&as_json(&conversation, &messages))?;
        add(&mut archive, &format!("conversations/{}.json", conversation.id), &content)?;
        for picture in messages.into_iter().flat_map(|message| message.pictures) {
            if pictures.iter().all(|known| known.id != picture.id) {
                pictures.push(picture);
            }
        }
    }
    for picture in pictures {
        let path = storage.picture_path(&picture);
        match tokio::fs::read(&path).await {
            Ok(content) => add(&mut archive, &picture_name(&picture), &content)?,
            // All the rest is worth having.
            Err(error) => {
                add(&mut archive, &format!("{} is missing.txt", picture_name(&picture)), error.to_string().as_bytes())?
            }
        }
    }
    let mut file = archive.finish()?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

/// Pictures are compressed already, and text is small beside them.
fn add(archive: &mut ZipWriter<File>, name: &str, content: &[u8]) -> Result<()> {
    archive.start_file(name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored))?;
    archive.write_all(content)?;
    Ok(())
}

fn picture_name(picture: &PictureRecord) -> String {
    format!("pictures/{}.png", picture.id)
}

/// Times are milliseconds since 1970 (UTC); `parent` is the message that one follows.
fn as_json(conversation: &ConversationRow, messages: &[MessageRow]) -> Value {
    let message = |message: &MessageRow| {
        json!({
            "id": message.id,
            "parent": message.parent_id,
            "role": match message.role {
                Role::User => "user",
                Role::Assistant => "assistant",
            },
            "text": message.text,
            "model": message.model_name,
            "created_at_ms": message.created_at_ms,
            "pictures": message.pictures.iter()
                .map(|picture| json!({ "file": picture_name(picture), "name": picture.name }))
                .collect::<Vec<_>>(),
        })
    };
    json!({
        "id": conversation.id,
        "title": conversation.title,
        "updated_at_ms": conversation.updated_at_ms,
        "messages": messages.iter().map(message).collect::<Vec<_>>(),
    })
}

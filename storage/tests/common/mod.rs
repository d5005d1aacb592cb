#![allow(clippy::unwrap_used, dead_code)]
//! What several tests need: an open folder, two people, something to send.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use storage::{Begun, ExchangeTarget, GenerationJournal, NewExchange, NewPicture, Storage};
use tempfile::TempDir;

pub struct Open {
    pub storage: Storage,
    pub me: String,
    pub folder: TempDir,
}

pub async fn open() -> Open {
    let folder = tempfile::tempdir().unwrap();
    let storage = Storage::open(folder.path()).await.unwrap();
    let me = storage.personal_user().await.unwrap().id;
    Open { storage, me, folder }
}

/// A connection beside the program's own, to do what it has no function for.
pub async fn connect(data_dir: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(data_dir.join("chaton.db"));
    SqliteConnection::connect_with(&options).await.unwrap()
}

pub async fn somebody_else(data_dir: &Path) -> String {
    let id = "somebody-else".to_owned();
    sqlx::query("INSERT INTO users (id, name, role, created_at_ms) VALUES ($1, 'Else', 'member', 9999999999999)")
        .bind(&id)
        .execute(&mut connect(data_dir).await)
        .await
        .unwrap();
    id
}

pub fn journal() -> GenerationJournal {
    GenerationJournal {
        model_name: "Mini".into(),
        model_hash: "cafe".into(),
        engine_version: "1".into(),
        template: "v3".into(),
        prompt_tokens: vec![1, 3, 70_000, 4],
        picture_ids: Vec::new(),
        picture_sizes: Vec::new(),
        parameters_json: r#"{"seed":7}"#.into(),
    }
}

pub fn exchange(owner_id: &str, key: &str, conversation: ExchangeTarget, text: &str) -> NewExchange {
    NewExchange {
        owner_id: owner_id.into(),
        key: key.into(),
        conversation,
        text: text.into(),
        picture_ids: Vec::new(),
        picture_detail: storage::PictureDetail::default(),
        journal: journal(),
    }
}

pub fn new_conversation() -> ExchangeTarget {
    ExchangeTarget::New { title: "A title".into() }
}

pub fn after(begun: &Begun) -> ExchangeTarget {
    ExchangeTarget::Existing { id: begun.conversation_id.clone(), parent_id: Some(begun.answer_id.clone()) }
}

/// Not real PNGs: storage does not look inside.
pub fn picture(content: &str) -> NewPicture {
    NewPicture {
        png: content.as_bytes().to_vec(),
        thumbnail_png: format!("small {content}").into_bytes(),
        width: 640,
        height: 480,
    }
}

//! Puts conversations into a data folder, for the browser tests: `seed DATA_DIR FILE.json`.
//!
//! FILE.json is `[{"title": "...", "messages": [{"role": "user" | "assistant", "text": "...", "parent": index}]}]`;
//! without `parent` a message follows the one before it. Every question needs an answer, as in the program itself.
//! Prints the conversations' ids as a JSON array. No server may be running on the folder.
#![allow(clippy::print_stdout)]

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

use serde::Deserialize;
use storage::{
    Begun, ExchangeTarget, GenerationEnd, GenerationJournal, GenerationState, NewAnswer, NewExchange, Storage,
};

#[derive(Deserialize)]
struct Conversation {
    title: String,
    messages: Vec<Message>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase", tag = "role")]
enum Message {
    User { text: String, parent: Option<usize> },
    Assistant { text: String, parent: Option<usize> },
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [data_dir, file] = arguments.as_slice() else {
        return Err("usage: seed DATA_DIR FILE.json".into());
    };
    let conversations: Vec<Conversation> = serde_json::from_slice(&std::fs::read(file)?)?;
    let storage = Storage::open(Path::new(data_dir)).await?;
    let owner_id = storage.personal_user().await?.id;
    let mut ids = Vec::new();
    for conversation in conversations {
        ids.push(add(&storage, &owner_id, conversation).await?);
    }
    storage.close().await;
    println!("{}", serde_json::to_string(&ids)?);
    Ok(())
}

async fn add(storage: &Storage, owner_id: &str, conversation: Conversation) -> Result<String, Box<dyn Error>> {
    let mut conversation_id: Option<String> = None;
    // By the message's index: what was begun with a question, and the id of an answer.
    let mut questions: HashMap<usize, (Begun, bool)> = HashMap::new();
    let mut answers: HashMap<usize, String> = HashMap::new();
    for (index, message) in conversation.messages.into_iter().enumerate() {
        let key = format!("seed-{:?}-{index}-{:?}", conversation_id, std::time::SystemTime::now());
        match message {
            Message::User { text, parent } => {
                let parent = parent.or(index.checked_sub(1));
                let target = match (&conversation_id, parent) {
                    (None, _) => ExchangeTarget::New { title: conversation.title.clone() },
                    (Some(id), parent) => ExchangeTarget::Existing {
                        id: id.clone(),
                        parent_id: parent.and_then(|parent| answers.get(&parent).cloned()),
                    },
                };
                let new = NewExchange {
                    owner_id: owner_id.to_owned(),
                    key,
                    conversation: target,
                    text,
                    picture_ids: Vec::new(),
                    picture_detail: storage::PictureDetail::default(),
                    journal: journal(),
                };
                let begun = storage.begin_exchange(new).await?;
                conversation_id.get_or_insert_with(|| begun.conversation_id.clone());
                questions.insert(index, (begun, false));
            }
            Message::Assistant { text, parent } => {
                let parent = parent.or(index.checked_sub(1)).unwrap_or_default();
                let (question, is_answered) =
                    questions.get_mut(&parent).ok_or(format!("message {index} answers no question"))?;
                let begun = if *is_answered {
                    let question_id = question.question_id.clone();
                    let new = NewAnswer { owner_id: owner_id.to_owned(), key, question_id, journal: journal() };
                    storage.begin_answer(new).await?
                } else {
                    question.clone()
                };
                *is_answered = true;
                let end = GenerationEnd::without_report(GenerationState::Complete, text);
                storage.finish_generation(&begun.generation_id, end).await?;
                answers.insert(index, begun.answer_id);
            }
        }
    }
    if questions.values().any(|(_, is_answered)| !is_answered) {
        return Err(format!("a question of \"{}\" has no answer", conversation.title).into());
    }
    conversation_id.ok_or_else(|| "a conversation without messages".into())
}

/// Nothing was generated: the answers come from the file.
fn journal() -> GenerationJournal {
    GenerationJournal {
        model_name: "seed".into(),
        model_hash: String::new(),
        engine_version: String::new(),
        template: String::new(),
        prompt_tokens: Vec::new(),
        picture_ids: Vec::new(),
        picture_sizes: Vec::new(),
        parameters_json: "{}".into(),
    }
}

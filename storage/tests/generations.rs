//! The journal of an answer, from its first token to its end.
#![allow(clippy::unwrap_used)]

mod common;

use common::{exchange, journal, new_conversation, open};
use storage::{GenerationEnd, GenerationJournal, GenerationState, Storage, StorageError};

fn end(state: GenerationState, text: &str) -> GenerationEnd {
    GenerationEnd { state, text: text.into(), usage_json: Some("{}".into()), timings_json: None }
}

#[tokio::test]
async fn tokens_are_journalled_without_gap_or_repeat() {
    let open = open().await;
    let (storage, me) = (&open.storage, open.me.as_str());
    let begun = storage.begin_exchange(exchange(me, "1", new_conversation(), "one")).await.unwrap();
    let id = begun.generation_id.as_str();
    assert!(storage.generation_tokens(id).await.unwrap().is_empty());
    storage.append_tokens(id, 0, &[5, 131_071], "x").await.unwrap();
    storage.append_tokens(id, 2, &[], "x").await.unwrap();
    storage.append_tokens(id, 2, &[7], "x").await.unwrap();
    for (first_index, expected) in [(0, 3), (2, 3), (4, 3)] {
        match storage.append_tokens(id, first_index, &[9], "x").await {
            Err(StorageError::JournalGap { expected: says, got, .. }) => {
                assert_eq!((says, got), (expected, first_index))
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(storage.append_tokens("missing", 0, &[1], "x").await, Err(StorageError::NotFound)));
    assert_eq!(storage.generation_tokens(id).await.unwrap(), [5, 131_071, 7]);

    assert!(storage.finish_generation(id, end(GenerationState::Complete, "All.")).await.unwrap());
    assert!(matches!(
        storage.append_tokens(id, 3, &[9], "x").await,
        Err(StorageError::WrongState { state: GenerationState::Complete, .. })
    ));
    assert_eq!(storage.generation_tokens(id).await.unwrap(), [5, 131_071, 7], "they stay for the follow-up");
}

#[tokio::test]
async fn what_was_journalled_is_there_for_the_next_server() {
    let open = open().await;
    let (storage, me) = (open.storage, open.me.as_str());
    let first = storage.begin_exchange(exchange(me, "1", new_conversation(), "one")).await.unwrap();
    let second = storage.begin_exchange(exchange(me, "2", new_conversation(), "two")).await.unwrap();
    let ended = storage.begin_exchange(exchange(me, "3", new_conversation(), "three")).await.unwrap();
    storage.append_tokens(&first.generation_id, 0, &[1, 2, 3], "x").await.unwrap();
    storage.finish_generation(&ended.generation_id, end(GenerationState::Length, "cut")).await.unwrap();
    // Not closed: as after a crash, but for the lock, which the system frees then.
    drop(storage);

    let storage = Storage::open(open.folder.path()).await.unwrap();
    let running: Vec<String> = storage.running_generations().await.unwrap().into_iter().map(|row| row.id).collect();
    assert_eq!(running, [first.generation_id.clone(), second.generation_id]);
    assert_eq!(storage.generation_tokens(&first.generation_id).await.unwrap(), [1, 2, 3]);
    assert_eq!(storage.note_resume(&first.generation_id, false).await.unwrap(), 1);
    assert_eq!(storage.note_resume(&first.generation_id, true).await.unwrap(), 2);
    storage.forgive_resume(&first.generation_id).await.unwrap();
    assert_eq!(storage.note_resume(&first.generation_id, false).await.unwrap(), 2);
    assert_eq!(storage.note_resume(&first.generation_id, false).await.unwrap(), 3);
    let row = storage.generation(me, &first.generation_id).await.unwrap();
    assert!(row.changed_model, "once changed, changed");
    assert!(matches!(
        storage.note_resume(&ended.generation_id, false).await,
        Err(StorageError::WrongState { state: GenerationState::Length, .. })
    ));
}

#[tokio::test]
async fn the_first_end_wins() {
    let open = open().await;
    let (storage, me) = (&open.storage, open.me.as_str());
    let begun = storage.begin_exchange(exchange(me, "1", new_conversation(), "one")).await.unwrap();
    let id = begun.generation_id.as_str();
    assert!(storage.finish_generation(id, end(GenerationState::Running, "x")).await.is_err());
    assert!(storage.finish_generation(id, end(GenerationState::Stopped, "half")).await.unwrap());
    assert!(!storage.finish_generation(id, end(GenerationState::Complete, "whole")).await.unwrap());
    assert!(matches!(
        storage.finish_generation("missing", end(GenerationState::Complete, "")).await,
        Err(StorageError::NotFound)
    ));
    let row = storage.generation(me, id).await.unwrap();
    assert_eq!((row.state, row.usage_json.as_deref()), (GenerationState::Stopped, Some("{}")));
    assert!(row.finished_at_ms.is_some());
    assert_eq!(storage.message(me, &begun.answer_id).await.unwrap().text, "half");
}

#[tokio::test]
async fn an_interrupted_answer_can_be_continued() {
    let open = open().await;
    let (storage, me) = (&open.storage, open.me.as_str());
    let begun = storage.begin_exchange(exchange(me, "1", new_conversation(), "one")).await.unwrap();
    let id = begun.generation_id.as_str();
    assert!(matches!(
        storage.reset_for_continue(me, id).await,
        Err(StorageError::WrongState { state: GenerationState::Running, .. })
    ));
    storage.append_tokens(id, 0, &[4, 5], "x").await.unwrap();
    storage.note_resume(id, false).await.unwrap();
    storage.finish_generation(id, end(GenerationState::Interrupted, "so far")).await.unwrap();
    storage.reset_for_continue(me, id).await.unwrap();
    let row = storage.generation(me, id).await.unwrap();
    assert_eq!((row.state, row.resumes, row.finished_at_ms), (GenerationState::Running, 0, None));
    storage.append_tokens(id, 2, &[6], "x").await.unwrap();
    assert_eq!(storage.generation_tokens(id).await.unwrap(), [4, 5, 6]);
}

#[tokio::test]
async fn another_model_continues_what_was_shown() {
    let open = open().await;
    let (storage, me) = (&open.storage, open.me.as_str());
    let begun = storage.begin_exchange(exchange(me, "1", new_conversation(), "one")).await.unwrap();
    let id = begun.generation_id.as_str();
    storage.append_tokens(id, 0, &[4, 5], "shown ").await.unwrap();
    storage.append_tokens(id, 2, &[6], "so far").await.unwrap();
    assert_eq!(storage.generation_text(id).await.unwrap(), "shown so far");
    let new = GenerationJournal { model_name: "Pixtral".into(), prompt_tokens: vec![9, 8, 7], ..journal() };
    storage.replace_journal(id, new.clone(), "shown so far").await.unwrap();
    let row = storage.generation(me, id).await.unwrap();
    assert_eq!((row.journal, row.text_before.as_str()), (new.clone(), "shown so far"));
    assert!(storage.generation_tokens(id).await.unwrap().is_empty());
    storage.append_tokens(id, 0, &[1], ", and more").await.unwrap();
    assert_eq!(storage.generation_text(id).await.unwrap(), "shown so far, and more");
    assert_eq!(storage.message(me, &begun.answer_id).await.unwrap().model_name.as_deref(), Some("Pixtral"));

    storage.finish_generation(id, end(GenerationState::Complete, "all")).await.unwrap();
    assert!(matches!(storage.replace_journal(id, new, "").await, Err(StorageError::WrongState { .. })));
    assert_eq!(storage.generation_tokens(id).await.unwrap(), [1]);
}

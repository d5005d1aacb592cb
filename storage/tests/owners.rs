//! Foreign and missing look the same, everywhere.
#![allow(clippy::unwrap_used)]

mod common;

use common::{after, exchange, journal, new_conversation, open, picture, somebody_else};
use storage::{ExchangeTarget, NewAnswer, NewSession, Result, StorageError};

fn refused<T>(what: &str, result: Result<T>) {
    assert!(matches!(result, Err(StorageError::NotFound)), "{what} was not refused");
}

#[tokio::test]
async fn a_foreign_owner_finds_nothing() {
    let open = open().await;
    let (storage, me) = (&open.storage, open.me.as_str());
    let other = somebody_else(open.folder.path()).await;
    let mine = storage.add_picture(me, "cat.png", picture("cat")).await.unwrap();
    let mut new = exchange(me, "key", new_conversation(), "What is this?");
    new.picture_ids = vec![mine.id.clone()];
    let begun = storage.begin_exchange(new).await.unwrap();
    let (conversation, answer, generation) = (&begun.conversation_id, &begun.answer_id, &begun.generation_id);

    // With the owner all of it is there: what follows fails because of the owner and of nothing else.
    storage.picture(me, &mine.id).await.unwrap();
    storage.conversation(me, conversation).await.unwrap();
    storage.message(me, answer).await.unwrap();
    storage.generation(me, generation).await.unwrap();

    for (who, conversation, question, answer, generation, picture_id) in [
        (
            other.as_str(),
            conversation.as_str(),
            begun.question_id.as_str(),
            answer.as_str(),
            generation.as_str(),
            mine.id.as_str(),
        ),
        (me, "missing", "missing", "missing", "missing", "missing"),
    ] {
        refused("picture", storage.picture(who, picture_id).await);
        refused("conversation", storage.conversation(who, conversation).await);
        refused("rename", storage.rename_conversation(who, conversation, "x").await);
        refused("delete", storage.delete_conversation(who, conversation).await);
        refused("restore", storage.restore_conversation(who, conversation).await);
        refused("set_current", storage.set_current_message(who, conversation, answer).await);
        refused("message", storage.message(who, answer).await);
        refused("messages", storage.messages(who, conversation).await);
        refused("generation", storage.generation(who, generation).await);
        refused("reset_for_continue", storage.reset_for_continue(who, generation).await);
        let target = |parent: Option<&str>| ExchangeTarget::Existing {
            id: conversation.to_owned(),
            parent_id: parent.map(str::to_owned),
        };
        refused("send", storage.begin_exchange(exchange(who, "k1", target(None), "x")).await);
        refused("follow up", storage.begin_exchange(exchange(who, "k2", target(Some(answer)), "x")).await);
        let mut with_picture = exchange(who, "k3", new_conversation(), "x");
        with_picture.picture_ids = vec![picture_id.to_owned()];
        refused("send a picture", storage.begin_exchange(with_picture).await);
        let mut with_journal = exchange(who, "k4", new_conversation(), "x");
        with_journal.journal.picture_ids = vec![picture_id.to_owned()];
        refused("read a picture", storage.begin_exchange(with_journal).await);
        let again =
            NewAnswer { owner_id: who.into(), key: "k5".into(), question_id: question.into(), journal: journal() };
        refused("regenerate", storage.begin_answer(again).await);
    }
    assert!(storage.conversations(&other).await.unwrap().is_empty(), "a refused message left something behind");
    assert_eq!(storage.conversations(me).await.unwrap().len(), 1);
    assert_eq!(storage.conversation(me, conversation).await.unwrap().title, "A title");
    assert_eq!(storage.messages(me, conversation).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_parent_of_another_conversation_is_not_found() {
    let open = open().await;
    let (storage, me) = (&open.storage, open.me.as_str());
    let first = storage.begin_exchange(exchange(me, "1", new_conversation(), "one")).await.unwrap();
    let second = storage.begin_exchange(exchange(me, "2", new_conversation(), "two")).await.unwrap();
    let crossed =
        ExchangeTarget::Existing { id: first.conversation_id.clone(), parent_id: Some(second.answer_id.clone()) };
    refused("a crossed parent", storage.begin_exchange(exchange(me, "3", crossed, "x")).await);
    refused("a crossed branch", storage.set_current_message(me, &first.conversation_id, &second.answer_id).await);
    let on_question =
        ExchangeTarget::Existing { id: first.conversation_id.clone(), parent_id: Some(first.question_id.clone()) };
    refused("a question on a question", storage.begin_exchange(exchange(me, "4", on_question, "x")).await);
}

#[tokio::test]
async fn the_same_key_of_two_people_is_two_messages() {
    let open = open().await;
    let (storage, me) = (&open.storage, open.me.as_str());
    let other = somebody_else(open.folder.path()).await;
    let mine = storage.begin_exchange(exchange(me, "same", new_conversation(), "mine")).await.unwrap();
    let theirs = storage.begin_exchange(exchange(&other, "same", new_conversation(), "theirs")).await.unwrap();
    assert!(mine.fresh && theirs.fresh);
    assert_ne!(mine.conversation_id, theirs.conversation_id);
    refused("theirs after mine", storage.begin_exchange(exchange(&other, "next", after(&mine), "x")).await);
}

#[tokio::test]
async fn a_session_is_for_its_token_and_its_time() {
    let open = open().await;
    let (storage, me) = (&open.storage, open.me.as_str());
    let session = |user_id, token, lifetime_ms| NewSession { user_id, token, browser: "Firefox", lifetime_ms };
    storage.create_session(session(me, "secret token", 60_000)).await.unwrap();
    storage.create_session(session(me, "old token", -1)).await.unwrap();
    assert_eq!(storage.signed_in("secret token").await.unwrap().unwrap().user.id, me);
    assert_eq!(storage.signed_in("old token").await.unwrap(), None);
    assert_eq!(storage.signed_in("another token").await.unwrap(), None);
    assert!(storage.create_session(session("nobody", "token", 60_000)).await.is_err());
    let kept: Vec<String> = sqlx::query_scalar("SELECT token_sha256 FROM sessions")
        .fetch_all(&mut common::connect(open.folder.path()).await)
        .await
        .unwrap();
    assert!(!kept.is_empty() && kept.iter().all(|hash| hash.len() == 64 && !hash.contains("token")));
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_owner_alone() {
    let open = open().await;
    let (storage, me) = (&open.storage, open.me.as_str());
    let other = somebody_else(open.folder.path()).await;
    let mut ids = Vec::new();
    for (user_id, token) in [(me, "first"), (me, "second"), (other.as_str(), "theirs")] {
        let session = NewSession { user_id, token, browser: &"x".repeat(10_000), lifetime_ms: 60_000 };
        storage.create_session(session).await.unwrap();
        ids.push(storage.signed_in(token).await.unwrap().unwrap().session_id);
    }
    let listed = storage.sessions(me).await.unwrap();
    assert_eq!(listed.iter().map(|session| &session.id).collect::<Vec<_>>(), [&ids[1], &ids[0]]);
    assert_eq!(listed[0].browser.len(), 400, "no more of it is kept");
    refused("theirs", storage.end_session(me, &ids[2]).await);
    refused("missing", storage.end_session(me, "missing").await);
    storage.end_session(me, &ids[0]).await.unwrap();
    assert_eq!(storage.signed_in("first").await.unwrap(), None);
    assert_eq!(storage.sessions(me).await.unwrap().len(), 1);
    assert!(storage.signed_in("theirs").await.unwrap().is_some());
}

#[tokio::test]
async fn the_last_use_of_a_session_is_remembered() {
    let open = open().await;
    let (storage, me) = (&open.storage, open.me.as_str());
    let session = NewSession { user_id: me, token: "token", browser: "", lifetime_ms: 60_000 };
    storage.create_session(session).await.unwrap();
    let used = || async { storage.sessions(me).await.unwrap()[0].last_used_at_ms };
    let begun = used().await;
    storage.signed_in("token").await.unwrap();
    assert_eq!(used().await, begun, "not every request is a change");
    sqlx::query("UPDATE sessions SET last_used_at_ms = 5")
        .execute(&mut common::connect(open.folder.path()).await)
        .await
        .unwrap();
    storage.signed_in("token").await.unwrap();
    assert!(used().await >= begun);
}

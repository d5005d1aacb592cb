//! Sending, branches, keys, deleting and restoring.
#![allow(clippy::unwrap_used)]

mod common;

use std::time::{Duration, Instant};

use common::{after, exchange, journal, new_conversation, open, picture};
use storage::{Begun, GenerationEnd, GenerationState, NewAnswer, PictureDetail, Role, StorageError};

#[tokio::test]
async fn a_message_is_kept_whole() {
    let open = open().await;
    let (storage, me) = (&open.storage, open.me.as_str());
    let cat = storage.add_picture(me, "cat.png", picture("cat")).await.unwrap();
    let dog = storage.add_picture(me, "dog.png", picture("dog")).await.unwrap();
    let mut new = exchange(me, "key", new_conversation(), "Which is bigger?");
    new.picture_ids = vec![dog.id.clone(), cat.id.clone()];
    new.picture_detail = PictureDetail::Low;
    new.journal.picture_ids = new.picture_ids.clone();
    new.journal.picture_sizes = vec![(64, 48), (32, 16)];
    let begun = storage.begin_exchange(new.clone()).await.unwrap();
    assert!(begun.fresh);

    let messages = storage.messages(me, &begun.conversation_id).await.unwrap();
    let [question, answer] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!(
        (question.id.as_str(), question.role, question.text.as_str()),
        (begun.question_id.as_str(), Role::User, "Which is bigger?")
    );
    assert_eq!(question.pictures, [dog.clone(), cat]);
    assert_eq!(question.picture_detail, PictureDetail::Low);
    assert_eq!((&question.parent_id, &question.model_name, &question.generation), (&None, &None, &None));
    assert_eq!(
        (answer.id.as_str(), answer.role, answer.text.as_str()),
        (begun.answer_id.as_str(), Role::Assistant, "")
    );
    assert_eq!(answer.parent_id.as_ref(), Some(&begun.question_id));
    assert_eq!(answer.model_name.as_deref(), Some("Mini"));
    let generation = answer.generation.as_ref().unwrap();
    assert_eq!((generation.id.as_str(), generation.state), (begun.generation_id.as_str(), GenerationState::Running));
    assert_eq!(storage.message(me, &begun.question_id).await.unwrap(), *question);
    assert_eq!(storage.message(me, &begun.answer_id).await.unwrap(), *answer);

    let generation = storage.generation(me, &begun.generation_id).await.unwrap();
    assert_eq!(generation.journal, new.journal);
    assert_eq!((generation.owner_id.as_str(), &generation.answer_id), (me, &begun.answer_id));
    let conversation = storage.conversation(me, &begun.conversation_id).await.unwrap();
    assert_eq!(conversation.current_message_id, Some(begun.answer_id));
    assert_eq!(conversation.first_picture, Some(dog));
    assert_eq!(storage.conversations(me).await.unwrap(), [conversation]);
}

#[tokio::test]
async fn the_same_key_sends_once() {
    let open = open().await;
    let (storage, me) = (&open.storage, open.me.as_str());
    let first = storage.begin_exchange(exchange(me, "key", new_conversation(), "hello")).await.unwrap();
    let again = storage.begin_exchange(exchange(me, "key", new_conversation(), "hello")).await.unwrap();
    assert_eq!(again, Begun { fresh: false, ..first.clone() });

    let answer = NewAnswer {
        owner_id: me.into(),
        key: "again".into(),
        question_id: first.question_id.clone(),
        journal: journal(),
    };
    let second = storage.begin_answer(answer.clone()).await.unwrap();
    assert!(second.fresh && second.answer_id != first.answer_id);
    assert_eq!(storage.begin_answer(answer).await.unwrap(), Begun { fresh: false, ..second });
    assert_eq!(storage.conversations(me).await.unwrap().len(), 1);
    assert_eq!(storage.messages(me, &first.conversation_id).await.unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_at_once_with_one_key_send_once() {
    let open = open().await;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (storage, me) = (open.storage.clone(), open.me.clone());
            tokio::spawn(async move {
                storage.begin_exchange(exchange(&me, "key", new_conversation(), "hello")).await.unwrap()
            })
        })
        .collect();
    let mut begun = Vec::new();
    for task in tasks {
        begun.push(task.await.unwrap());
    }
    assert_eq!(begun.iter().filter(|begun| begun.fresh).count(), 1);
    assert!(begun.iter().all(|one| one.generation_id == begun[0].generation_id));
    assert_eq!(open.storage.conversations(&open.me).await.unwrap().len(), 1);
}

#[tokio::test]
async fn editing_and_regenerating_make_branches() {
    let open = open().await;
    let (storage, me) = (&open.storage, open.me.as_str());
    let first = storage.begin_exchange(exchange(me, "1", new_conversation(), "one")).await.unwrap();
    let left = storage.begin_exchange(exchange(me, "2", after(&first), "two, left")).await.unwrap();
    let right = storage.begin_exchange(exchange(me, "3", after(&first), "two, right")).await.unwrap();
    let another =
        NewAnswer { owner_id: me.into(), key: "4".into(), question_id: left.question_id.clone(), journal: journal() };
    let another = storage.begin_answer(another).await.unwrap();
    let edited_first = storage::ExchangeTarget::Existing { id: first.conversation_id.clone(), parent_id: None };
    let edited_first = storage.begin_exchange(exchange(me, "5", edited_first, "one, edited")).await.unwrap();

    let messages = storage.messages(me, &first.conversation_id).await.unwrap();
    let children = |parent: Option<&str>| -> Vec<&str> {
        messages
            .iter()
            .filter(|message| message.parent_id.as_deref() == parent)
            .map(|message| message.id.as_str())
            .collect()
    };
    assert_eq!(children(None), [&first.question_id, &edited_first.question_id]);
    assert_eq!(children(Some(&first.answer_id)), [&left.question_id, &right.question_id]);
    assert_eq!(children(Some(&left.question_id)), [&left.answer_id, &another.answer_id]);
    assert_eq!(messages.len(), 9);

    let current = async || storage.conversation(me, &first.conversation_id).await.unwrap().current_message_id.unwrap();
    assert_eq!(current().await, edited_first.answer_id);
    storage.set_current_message(me, &first.conversation_id, &right.answer_id).await.unwrap();
    assert_eq!(current().await, right.answer_id);
}

#[tokio::test]
async fn the_last_used_comes_first_and_a_new_name_is_no_use() {
    let open = open().await;
    let (storage, me) = (&open.storage, open.me.as_str());
    let first = storage.begin_exchange(exchange(me, "1", new_conversation(), "one")).await.unwrap();
    tokio::time::sleep(Duration::from_millis(5)).await;
    let second = storage.begin_exchange(exchange(me, "2", new_conversation(), "two")).await.unwrap();
    let order =
        async || -> Vec<String> { storage.conversations(me).await.unwrap().into_iter().map(|row| row.id).collect() };
    assert_eq!(order().await, [second.conversation_id.clone(), first.conversation_id.clone()]);
    storage.rename_conversation(me, &first.conversation_id, "Renamed").await.unwrap();
    assert_eq!(order().await, [second.conversation_id.clone(), first.conversation_id.clone()]);
    assert_eq!(storage.conversation(me, &first.conversation_id).await.unwrap().title, "Renamed");
    tokio::time::sleep(Duration::from_millis(5)).await;
    storage.begin_exchange(exchange(me, "3", after(&first), "more")).await.unwrap();
    assert_eq!(order().await, [first.conversation_id, second.conversation_id]);
}

#[tokio::test]
async fn what_is_deleted_is_gone_until_it_is_restored() {
    let open = open().await;
    let (storage, me) = (&open.storage, open.me.as_str());
    let begun = storage.begin_exchange(exchange(me, "1", new_conversation(), "one")).await.unwrap();
    let before = storage.messages(me, &begun.conversation_id).await.unwrap();
    storage.delete_conversation(me, &begun.conversation_id).await.unwrap();
    storage.delete_conversation(me, &begun.conversation_id).await.unwrap();
    assert!(storage.conversations(me).await.unwrap().is_empty());
    let missing = |result: Result<(), StorageError>| assert!(matches!(result, Err(StorageError::NotFound)));
    missing(storage.conversation(me, &begun.conversation_id).await.map(drop));
    missing(storage.messages(me, &begun.conversation_id).await.map(drop));
    missing(storage.message(me, &begun.answer_id).await.map(drop));
    missing(storage.rename_conversation(me, &begun.conversation_id, "x").await);
    missing(storage.set_current_message(me, &begun.conversation_id, &begun.answer_id).await);
    missing(storage.begin_exchange(exchange(me, "2", after(&begun), "x")).await.map(drop));

    // What was being written is written to its end.
    let end = GenerationEnd::without_report(GenerationState::Complete, "done".into());
    assert!(storage.finish_generation(&begun.generation_id, end).await.unwrap());
    storage.restore_conversation(me, &begun.conversation_id).await.unwrap();
    let after = storage.messages(me, &begun.conversation_id).await.unwrap();
    assert_eq!(after[0], before[0]);
    assert_eq!(after[1].text, "done");
}

#[tokio::test]
async fn a_thousand_messages_are_read_at_once() {
    let open = open().await;
    let (storage, me) = (&open.storage, open.me.as_str());
    let mut last = storage.begin_exchange(exchange(me, "0", new_conversation(), "start")).await.unwrap();
    for turn in 1..500 {
        last = storage.begin_exchange(exchange(me, &turn.to_string(), after(&last), "and then?")).await.unwrap();
    }
    storage.messages(me, &last.conversation_id).await.unwrap();
    let best = async {
        let mut best = Duration::MAX;
        for _ in 0..5 {
            let start = Instant::now();
            assert_eq!(storage.messages(me, &last.conversation_id).await.unwrap().len(), 1000);
            best = best.min(start.elapsed());
        }
        best
    }
    .await;
    assert!(best < Duration::from_millis(100), "{best:?}");
}

//! A picture is one file, whoever has it.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use common::{exchange, open, picture, somebody_else};
use storage::{ExchangeTarget, GenerationEnd, GenerationState, NewExchange, Purged, Storage};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[tokio::test]
async fn the_same_content_is_stored_once() {
    let open = open().await;
    let (storage, me) = (&open.storage, open.me.as_str());
    let other = somebody_else(open.folder.path()).await;
    let one = storage.add_picture(me, "one.png", picture("cat")).await.unwrap();
    let two = storage.add_picture(me, "two.png", picture("cat")).await.unwrap();
    let theirs = storage.add_picture(&other, "three.png", picture("cat")).await.unwrap();
    assert!(one.id != two.id && two.id != theirs.id);
    assert_eq!(one.blob_hash, theirs.blob_hash);
    assert_eq!(files(&open.folder.path().join("pictures")).len(), 2, "the picture and its thumbnail");
    assert_eq!(fs::read(storage.picture_path(&one)).unwrap(), b"cat");
    assert_eq!(fs::read(storage.thumbnail_path(&theirs)).unwrap(), b"small cat");
    assert_eq!(storage.picture(me, &two.id).await.unwrap(), two);

    let dog = storage.add_picture(me, "dog.png", picture("dog")).await.unwrap();
    assert_ne!(dog.blob_hash, one.blob_hash);
    assert_eq!(fs::read(storage.picture_path(&dog)).unwrap(), b"dog");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_content_at_once_is_stored_once() {
    let open = open().await;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (storage, me) = (open.storage.clone(), open.me.clone());
            tokio::spawn(async move { storage.add_picture(&me, "cat.png", picture("cat")).await.unwrap() })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(files(&open.folder.path().join("pictures")).len(), 2);
}

#[tokio::test]
async fn a_name_is_never_a_path() {
    let open = open().await;
    let name = "../../../etc/passwd\0.png";
    let record = open.storage.add_picture(&open.me, name, picture("cat")).await.unwrap();
    assert_eq!(record.name, name);
    assert!(open.storage.picture_path(&record).starts_with(open.folder.path().join("pictures")));
}

#[tokio::test]
async fn what_a_crash_left_half_written_goes_at_the_next_start() {
    let open = open().await;
    let incoming = open.folder.path().join("pictures").join("incoming");
    fs::create_dir_all(&incoming).unwrap();
    fs::write(incoming.join("half"), b"PNG").unwrap();
    drop(open.storage);
    let _storage = Storage::open(open.folder.path()).await.unwrap();
    assert!(!incoming.exists());
}

#[tokio::test]
async fn what_nobody_can_reach_is_removed_for_good() {
    let open = open().await;
    let (storage, me) = (&open.storage, open.me.as_str());
    let folder = open.folder.path().join("pictures");
    let used = storage.add_picture(me, "used.png", picture("used")).await.unwrap();
    let deleted = storage.add_picture(me, "deleted.png", picture("deleted")).await.unwrap();
    storage.add_picture(me, "never sent.png", picture("never sent")).await.unwrap();
    let mut conversations = Vec::new();
    for picture in [&used, &deleted] {
        let message = NewExchange {
            picture_ids: vec![picture.id.clone()],
            picture_detail: storage::PictureDetail::default(),
            ..exchange(me, &picture.name, ExchangeTarget::New { title: picture.name.clone() }, "What is this?")
        };
        let begun = storage.begin_exchange(message).await.unwrap();
        let end = GenerationEnd::without_report(GenerationState::Complete, "A picture.".into());
        storage.finish_generation(&begun.generation_id, end).await.unwrap();
        conversations.push(begun.conversation_id);
    }
    storage.delete_conversation(me, &conversations[1]).await.unwrap();

    let kept = storage.purge(Duration::from_secs(3600)).await.unwrap();
    assert_eq!(kept, Purged::default(), "all of it is younger than that");
    assert_eq!(files(&folder).len(), 6);
    fs::create_dir_all(folder.join("ab")).unwrap();
    fs::write(folder.join("ab").join(format!("{}.png", "c".repeat(62))), b"left by a crash").unwrap();

    let purged = storage.purge(Duration::ZERO).await.unwrap();
    assert_eq!(purged, Purged { conversations: 1, pictures: 2, files: 5 });
    assert_eq!(files(&folder).len(), 2, "the used picture and its thumbnail");
    assert!(storage.restore_conversation(me, &conversations[1]).await.is_err());
    assert_eq!(storage.messages(me, &conversations[0]).await.unwrap()[0].pictures, [used]);
}

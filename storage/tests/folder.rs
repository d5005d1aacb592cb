//! Data folders that cannot be used, and disks that fill up.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{exchange, journal, new_conversation, open};
use storage::{GenerationEnd, GenerationState, OpenError, RESERVE_BYTES, Storage};

/// One sentence that names the path.
fn is_clear(error: &OpenError, path: &Path) {
    let text = error.to_string();
    assert!(text.contains(&path.display().to_string()) && text.ends_with('.') && !text.contains('\n'), "{text}");
}

#[tokio::test]
async fn a_second_server_on_the_folder_is_refused() {
    let open = open().await;
    let error = Storage::open(open.folder.path()).await.err().unwrap();
    assert!(matches!(error, OpenError::InUse { .. }), "{error}");
    is_clear(&error, open.folder.path());
    let (storage, folder) = (open.storage, open.folder);
    let clone = storage.clone();
    drop(storage);
    assert!(Storage::open(folder.path()).await.is_err(), "a clone is still there");
    drop(clone);
    Storage::open(folder.path()).await.unwrap();
}

#[tokio::test]
async fn a_file_is_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "x").unwrap();
    let error = Storage::open(&path).await.err().unwrap();
    assert!(matches!(error, OpenError::NotAFolder { .. }), "{error}");
    is_clear(&error, &path);
    let below = Storage::open(&path.join("below")).await.err().unwrap();
    assert!(matches!(below, OpenError::NotWritable { .. }), "{below}");
}

#[tokio::test]
async fn a_foreign_file_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("chaton.db");
    let garbage = "this is no database, ".repeat(1000);
    fs::write(&database, &garbage).unwrap();
    let error = Storage::open(folder.path()).await.err().unwrap();
    assert!(matches!(error, OpenError::NotADatabase { .. }), "{error}");
    is_clear(&error, &database);
    assert_eq!(fs::read_to_string(&database).unwrap(), garbage);
}

#[tokio::test]
async fn a_damaged_database_is_told_as_such() {
    let open = open().await;
    open.storage.close().await;
    drop(open.storage);
    let database = open.folder.path().join("chaton.db");
    let mut bytes = fs::read(&database).unwrap();
    // The header stays; the first page's list of tables does not.
    bytes[100..4096].fill(0xff);
    fs::write(&database, bytes).unwrap();
    let error = Storage::open(open.folder.path()).await.err().unwrap();
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
    is_clear(&error, &database);
}

/// Runs the test `name` of this file again, with a file system of its own at `CHATON_TEST_MOUNT`: as root nothing
/// else is unwritable or full. Says whether this is that second run.
fn inside_own_mount(name: &str, options: &str) -> bool {
    if std::env::var_os("CHATON_TEST_MOUNT").is_some() {
        return true;
    }
    let mount = tempfile::tempdir().unwrap();
    let output = Command::new("unshare")
        .args(["-Urm", "sh", "-c"])
        .arg(format!(
            r#"mount -t tmpfs -o {options} none "$CHATON_TEST_MOUNT" && exec "$0" --exact {name} --nocapture"#
        ))
        .arg(std::env::current_exe().unwrap())
        .env("CHATON_TEST_MOUNT", mount.path())
        .output()
        .unwrap_or_else(|error| panic!("this test needs the program `unshare` (util-linux): {error}"));
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "failed in a mount of its own (if `unshare` or `mount` was refused: this test needs user namespaces):\n{said}"
    );
    false
}

fn mount_point() -> std::path::PathBuf {
    std::env::var_os("CHATON_TEST_MOUNT").unwrap().into()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_read_only_folder_is_told_as_such() {
    if !inside_own_mount("a_read_only_folder_is_told_as_such", "ro,size=1m") {
        return;
    }
    for path in [mount_point(), mount_point().join("new")] {
        let error = Storage::open(&path).await.err().unwrap();
        assert!(matches!(error, OpenError::NotWritable { .. }), "{error}");
        is_clear(&error, &path);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_told_as_such() {
    if !inside_own_mount("a_full_disk_is_told_as_such", "size=1m") {
        return;
    }
    let filler = mount_point().join("filler");
    // A short write leaves the disk full to the last byte.
    assert!(fs::write(&filler, vec![1; 2 << 20]).is_err());
    let data_dir = mount_point().join("data");
    let error = Storage::open(&data_dir).await.err().unwrap();
    assert!(matches!(error, OpenError::DiskFull { .. }), "{error}");
    is_clear(&error, &data_dir);
    fs::remove_file(&filler).unwrap();
    Storage::open(&data_dir).await.unwrap();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_disk_that_fills_up_loses_nothing_that_was_kept() {
    if !inside_own_mount("a_disk_that_fills_up_loses_nothing_that_was_kept", "size=4m") {
        return;
    }
    let data_dir = mount_point().join("data");
    let storage = Storage::open(&data_dir).await.unwrap();
    let me = storage.personal_user().await.unwrap().id;
    assert!(storage.free_bytes().unwrap() < RESERVE_BYTES);
    assert!(!storage.has_room());
    let text = "a long message ".repeat(4000);
    let mut kept = Vec::new();
    let error = loop {
        match storage.begin_exchange(exchange(&me, &kept.len().to_string(), new_conversation(), &text)).await {
            Ok(begun) => kept.push(begun),
            Err(error) => break error,
        }
        assert!(kept.len() < 1000, "the disk never filled up");
    };
    assert!(error.is_disk_full(), "{error:?}");
    let picture = storage.add_picture(&me, "big.png", common::picture(&text.repeat(100))).await;
    assert!(picture.unwrap_err().is_disk_full());

    assert!(!kept.is_empty());
    assert_eq!(storage.conversations(&me).await.unwrap().len(), kept.len());
    for begun in &kept {
        assert_eq!(storage.messages(&me, &begun.conversation_id).await.unwrap()[0].text, text);
    }
    storage.close().await;
    drop(storage);
    // With room again, everything goes on.
    assert!(Command::new("mount").args(["-o", "remount,size=64m"]).arg(mount_point()).status().unwrap().success());
    let storage = Storage::open(&data_dir).await.unwrap();
    assert!(storage.has_room());
    assert_eq!(storage.running_generations().await.unwrap().len(), kept.len());
    let end = GenerationEnd::without_report(GenerationState::Stopped, text);
    assert!(storage.finish_generation(&kept[0].generation_id, end).await.unwrap());
    assert_eq!(storage.generation(&me, &kept[0].generation_id).await.unwrap().journal, journal());
}

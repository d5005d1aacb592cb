#![allow(clippy::unwrap_used)]
use super::*;
use crate::{PictureDetail, UserRole};

fn copies(data_dir: &Path) -> Vec<PathBuf> {
    fs::read_dir(data_dir.join("backups"))
        .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
        .unwrap_or_default()
}

#[tokio::test]
async fn a_copy_is_set_aside_before_an_existing_database_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let storage = Storage::open(&data_dir).await.unwrap();
    let user = storage.personal_user().await.unwrap();
    storage.close().await;
    drop(storage);
    assert!(copies(&data_dir).is_empty(), "a new database needs no copy");

    // The program's next version: what there is, and one migration more.
    let migrations = folder.path().join("migrations");
    fs::create_dir(&migrations).unwrap();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, migrations.join(path.file_name().unwrap())).unwrap();
    }
    fs::write(migrations.join("9000_next.sql"), "ALTER TABLE users ADD COLUMN colour TEXT;").unwrap();
    let next = Migrator::new(migrations).await.unwrap();
    let storage = open_with(&data_dir, &next).await.unwrap();
    let colour: Option<String> =
        sqlx::query_scalar("SELECT colour FROM users").fetch_one(storage.readers()).await.unwrap();
    assert_eq!(colour, None);
    storage.close().await;
    drop(storage);

    let copies_made = copies(&data_dir);
    assert_eq!(copies_made.len(), 1);
    let name = copies_made[0].file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("chaton-before-") && name.ends_with(".db"), "{name}");
    let copy = SqliteConnectOptions::new().filename(&copies_made[0]);
    let mut copy = SqliteConnection::connect_with(&copy).await.unwrap();
    let id: String = sqlx::query_scalar("SELECT id FROM users").fetch_one(&mut copy).await.unwrap();
    assert_eq!(id, user.id);
    assert!(sqlx::query("SELECT colour FROM users").fetch_one(&mut copy).await.is_err(), "the copy is the old one");

    // And back: this version refuses what the next one has changed, and leaves it alone.
    let error = Storage::open(&data_dir).await.err().unwrap();
    assert!(matches!(error, OpenError::NewerDatabase { version: 9000, .. }), "{error}");
    assert!(error.to_string().contains("newer version of Chaton"), "{error}");
    let storage = open_with(&data_dir, &next).await.unwrap();
    assert_eq!(storage.personal_user().await.unwrap(), user);
    assert_eq!(copies(&data_dir).len(), 1, "nothing was pending");
}

#[tokio::test]
async fn a_failed_migration_leaves_the_database_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let storage = Storage::open(&data_dir).await.unwrap();
    let user = storage.personal_user().await.unwrap();
    storage.close().await;
    drop(storage);

    let migrations = folder.path().join("migrations");
    fs::create_dir(&migrations).unwrap();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, migrations.join(path.file_name().unwrap())).unwrap();
    }
    fs::write(migrations.join("9000_broken.sql"), "DELETE FROM users; SELECT no_such_column FROM users;").unwrap();
    let broken = Migrator::new(migrations).await.unwrap();
    let error = open_with(&data_dir, &broken).await.err().unwrap();
    assert!(matches!(error, OpenError::Other { .. }), "{error}");

    let storage = Storage::open(&data_dir).await.unwrap();
    assert_eq!(storage.personal_user().await.unwrap(), user);
}

#[tokio::test]
async fn what_the_first_version_kept_is_still_there() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let migrations = folder.path().join("migrations");
    fs::create_dir(&migrations).unwrap();
    let first = "0001_start.sql";
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations").join(first), migrations.join(first)).unwrap();
    let storage = open_with(&data_dir, &Migrator::new(migrations).await.unwrap()).await.unwrap();
    let me = "me".to_owned();
    let mut writer = storage.inner.writer.acquire().await.unwrap();
    for row in [
        "INSERT INTO users (id, name, role, created_at_ms) VALUES ($1, '', 'administrator', 1)",
        "INSERT INTO conversations (id, owner_id, title, created_at_ms, updated_at_ms) VALUES ('c', $1, 'Old', 1, 1)",
        "INSERT INTO messages (id, owner_id, conversation_id, role, text, created_at_ms)
         VALUES ('m', $1, 'c', 'user', 'What is this?', 1)",
        "INSERT INTO sessions (token_sha256, user_id, created_at_ms, expires_at_ms)
         VALUES ('3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0', $1, 1, 9000000000000000)",
    ] {
        sqlx::query(row).bind(&me).execute(&mut *writer).await.unwrap();
    }
    drop(writer);
    storage.close().await;
    drop(storage);

    let storage = Storage::open(&data_dir).await.unwrap();
    assert_eq!(storage.message(&me, "m").await.unwrap().picture_detail, PictureDetail::High);
    let user = storage.signed_in("token").await.unwrap().expect("who was signed in stays so").user;
    assert_eq!((user.id.as_str(), user.role), (me.as_str(), UserRole::Administrator));
    assert_eq!(storage.sessions(&me).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_bundled_sqlite_has_the_write_ahead_log_fixed() {
    let folder = tempfile::tempdir().unwrap();
    let storage = Storage::open(folder.path()).await.unwrap();
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(storage.readers()).await.unwrap();
    let numbers: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
    // 3.7.0 to 3.51.2 can lose commits when two connections write and checkpoint.
    assert!(numbers >= vec![3, 51, 3], "SQLite {version}");
}

#[tokio::test]
async fn the_connections_are_set_up_for_safety() {
    let folder = tempfile::tempdir().unwrap();
    let storage = Storage::open(folder.path()).await.unwrap();
    let mut writer = storage.inner.writer.acquire().await.unwrap();
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *writer).await.unwrap();
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *writer).await.unwrap();
    let foreign_keys: i64 = sqlx::query_scalar("PRAGMA foreign_keys").fetch_one(&mut *writer).await.unwrap();
    assert_eq!((mode.as_str(), synchronous, foreign_keys), ("wal", 2, 1));
    let written = sqlx::query("DELETE FROM users").execute(storage.readers()).await;
    assert!(written.is_err(), "a reader wrote");
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_folder_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("new").join("data");
    let _storage = Storage::open(&data_dir).await.unwrap();
    assert_eq!(fs::metadata(&data_dir).unwrap().permissions().mode() & 0o777, 0o700);
}

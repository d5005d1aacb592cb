//! Opening the data folder: create, lock, look, set a copy aside, migrate.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, SqliteConnection};

use crate::error::{OpenError, is_full, sqlite_code};
use crate::ids::now_ms;
use crate::{Inner, Storage, blobs, room};

static MIGRATOR: Migrator = sqlx::migrate!("../migrations");

const DATABASE: &str = "chaton.db";
const READERS: u32 = 4;

impl Storage {
    /// Opens the data folder, and makes it where there is none. Holds an exclusive lock on `lock` in it. Pending
    /// migrations run by themselves, after a copy of the database went to `backups/`.
    pub async fn open(data_dir: &Path) -> Result<Storage, OpenError> {
        open_with(data_dir, &MIGRATOR).await
    }

    /// The same for a command on the terminal, which may also work beside a running server: for rows alone, since a file
    /// that is being taken into use has no row yet.
    pub async fn open_beside_server(data_dir: &Path) -> Result<Storage, OpenError> {
        if !data_dir.join(DATABASE).exists() {
            return Err(OpenError::NoDatabase { path: data_dir.to_owned() });
        }
        match Storage::open(data_dir).await {
            Err(OpenError::InUse { .. }) => {}
            opened => return opened,
        }
        let database = data_dir.join(DATABASE);
        let failed = |error: sqlx::Error| open_error(data_dir, &database, error);
        let mut connection = SqliteConnection::connect_with(&options(&database)).await.map_err(failed)?;
        let applied = applied_migrations(&mut connection).await.map_err(failed)?;
        connection.close().await.map_err(failed)?;
        if applied != known_migrations(&MIGRATOR) {
            return Err(OpenError::OtherVersion { path: database });
        }
        connect(data_dir, &database, None).await
    }
}

async fn open_with(data_dir: &Path, migrator: &Migrator) -> Result<Storage, OpenError> {
    let lock = lock_folder(data_dir)?;
    let database = data_dir.join(DATABASE);
    let failed = |error: sqlx::Error| open_error(data_dir, &database, error);
    let mut connection = SqliteConnection::connect_with(&writer_options(&database)).await.map_err(failed)?;
    migrate(&mut connection, migrator, data_dir, &database).await?;
    connection.close().await.map_err(failed)?;
    blobs::clear_incoming(data_dir).map_err(|source| folder_error(data_dir, source))?;
    connect(data_dir, &database, Some(lock)).await
}

fn options(database: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(database)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        .synchronous(SqliteSynchronous::Full)
        // What is removed for good must not stay readable in free pages.
        .pragma("secure_delete", "ON")
}

fn writer_options(database: &Path) -> SqliteConnectOptions {
    options(database).create_if_missing(true).journal_mode(SqliteJournalMode::Wal)
}

async fn connect(data_dir: &Path, database: &Path, lock: Option<File>) -> Result<Storage, OpenError> {
    let failed = |error: sqlx::Error| open_error(data_dir, database, error);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(writer_options(database))
        .await
        .map_err(failed)?;
    // Readers cannot write, so that a change that slips past the writer's queue fails in the first test.
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .connect_with(options(database).pragma("query_only", "ON"))
        .await
        .map_err(failed)?;
    Ok(Storage { inner: Arc::new(Inner { data_dir: data_dir.to_owned(), writer, readers, _lock: lock }) })
}

/// Makes the folder, proves that it can be written, and locks it for the life of the returned file.
fn lock_folder(data_dir: &Path) -> Result<File, OpenError> {
    if data_dir.exists() && !data_dir.is_dir() {
        return Err(OpenError::NotAFolder { path: data_dir.to_owned() });
    }
    let failed = |source| folder_error(data_dir, source);
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    // Conversations are private: other users of the machine have no business in there.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(data_dir).map_err(failed)?;

    let lock_path = data_dir.join("lock");
    let mut lock =
        OpenOptions::new().create(true).truncate(false).read(true).write(true).open(lock_path).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(OpenError::InUse { path: data_dir.to_owned() }),
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    }
    // Who holds it, for a curious administrator; also the first byte that a full or read-only disk refuses.
    let holder = format!("{}\n", std::process::id());
    lock.set_len(0).and_then(|()| lock.write_all(holder.as_bytes())).map_err(failed)?;
    Ok(lock)
}

/// Refuses a database that a newer program has changed; sets a copy aside before changing an existing one.
async fn migrate(
    connection: &mut SqliteConnection,
    migrator: &Migrator,
    data_dir: &Path,
    database: &Path,
) -> Result<(), OpenError> {
    let failed = |error: sqlx::Error| open_error(data_dir, database, error);
    let known = known_migrations(migrator);
    let applied = applied_migrations(connection).await.map_err(failed)?;

    if let Some(version) = applied.difference(&known).max() {
        let known = known.last().copied().unwrap_or(0);
        return Err(OpenError::NewerDatabase { path: database.to_owned(), version: *version, known });
    }
    let is_pending = known.difference(&applied).next().is_some();
    if is_pending && !applied.is_empty() {
        let copy = back_up(connection, data_dir, database).await?;
        tracing::info!(copy = %copy.display(), "set a copy of the database aside before changing it");
    }
    migrator.run(connection).await.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => failed(error),
        other => OpenError::Other { path: database.to_owned(), message: other.to_string() },
    })
}

fn known_migrations(migrator: &Migrator) -> BTreeSet<i64> {
    migrator.iter().map(|migration| migration.version).collect()
}

/// None applied: a database that is new, or that is not ours yet.
async fn applied_migrations(connection: &mut SqliteConnection) -> sqlx::Result<BTreeSet<i64>> {
    let table: Option<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table' AND name = '_sqlx_migrations'")
            .fetch_optional(&mut *connection)
            .await?;
    if table.is_none() {
        return Ok(BTreeSet::new());
    }
    let versions: Vec<i64> =
        sqlx::query_scalar("SELECT version FROM _sqlx_migrations").fetch_all(&mut *connection).await?;
    Ok(versions.into_iter().collect())
}

/// A whole copy at `backups/chaton-before-{version of this program}-{now}.db`, on the disk before this returns.
async fn back_up(connection: &mut SqliteConnection, data_dir: &Path, database: &Path) -> Result<PathBuf, OpenError> {
    let folder = data_dir.join("backups");
    fs::create_dir_all(&folder).map_err(|source| folder_error(data_dir, source))?;
    let copy = folder.join(format!("chaton-before-{}-{}.db", env!("CARGO_PKG_VERSION"), now_ms()));
    sqlx::query("VACUUM INTO $1")
        .bind(copy.to_string_lossy().into_owned())
        .execute(connection)
        .await
        .map_err(|error| open_error(data_dir, database, error))?;
    File::open(&copy)
        .and_then(|file| file.sync_all())
        .and_then(|()| blobs::sync_folder(&folder))
        .map_err(|source| folder_error(data_dir, source))?;
    Ok(copy)
}

fn folder_error(data_dir: &Path, source: io::Error) -> OpenError {
    let path = data_dir.to_owned();
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => OpenError::DiskFull { path },
        _ => OpenError::NotWritable { path, source },
    }
}

fn open_error(data_dir: &Path, database: &Path, error: sqlx::Error) -> OpenError {
    use libsqlite3_sys as sqlite;
    let code = sqlite_code(&error).unwrap_or(sqlite::SQLITE_ERROR);
    let path = database.to_owned();
    let message = error.to_string();
    match code & 0xff {
        _ if is_full(code) => OpenError::DiskFull { path: data_dir.to_owned() },
        sqlite::SQLITE_NOTADB => OpenError::NotADatabase { path },
        sqlite::SQLITE_CORRUPT => OpenError::Damaged { path, message },
        // SQLite names few causes: with no room left, that is the cause.
        sqlite::SQLITE_IOERR | sqlite::SQLITE_CANTOPEN
            if room::free_bytes(data_dir).is_ok_and(|free| free < 65_536) =>
        {
            OpenError::DiskFull { path: data_dir.to_owned() }
        }
        sqlite::SQLITE_READONLY | sqlite::SQLITE_CANTOPEN | sqlite::SQLITE_PERM => {
            OpenError::NotWritable { path: data_dir.to_owned(), source: io::Error::other(message) }
        }
        _ => OpenError::Other { path, message },
    }
}

#[cfg(test)]
mod tests;

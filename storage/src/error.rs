use std::io;
use std::path::PathBuf;

pub type Result<T, E = StorageError> = std::result::Result<T, E>;

/// Why the data folder could not be opened, each as one sentence for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("The data folder {} is a file: move it away, or choose another folder with --data-dir.", .path.display())]
    NotAFolder { path: PathBuf },

    #[error("Chaton cannot write in its data folder {} ({source}): let the user that runs Chaton write there, or choose another folder with --data-dir.", .path.display())]
    NotWritable { path: PathBuf, source: io::Error },

    #[error("Another Chaton is already using the data folder {}: stop it, or choose another folder with --data-dir.", .path.display())]
    InUse { path: PathBuf },

    #[error("There is nothing of Chaton in {}: name the folder of the server with --data-dir.", .path.display())]
    NoDatabase { path: PathBuf },

    #[error("The Chaton that uses the database {} is another version: use that version for commands, too, or stop it first.", .path.display())]
    OtherVersion { path: PathBuf },

    #[error("The database {} was written by a newer version of Chaton (it has migration {version}, this version knows up to {known}): install that version again, or go back to a copy in the folder `backups` beside it.", .path.display())]
    NewerDatabase { path: PathBuf, version: i64, known: i64 },

    #[error("The disk that holds the data folder {} is full: free some space and start Chaton again.", .path.display())]
    DiskFull { path: PathBuf },

    #[error("The file {} is not a database of Chaton: move it away (Chaton then starts empty), or choose another folder with --data-dir.", .path.display())]
    NotADatabase { path: PathBuf },

    #[error("The database {} is damaged ({message}): move it away and put a copy from the folder `backups` beside it in its place.", .path.display())]
    Damaged { path: PathBuf, message: String },

    #[error("The database {} could not be opened ({message}): the copies in the folder `backups` beside it are untouched.", .path.display())]
    Other { path: PathBuf, message: String },
}

/// Why something could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// No such thing, or somebody else's: nobody may tell the difference.
    #[error("not found")]
    NotFound,

    #[error("the disk is full")]
    DiskFull,

    /// Somebody (or a group) has this name, or one that differs in capitals or spaces only.
    #[error("the name is taken")]
    NameTaken,

    /// Nobody could administrate any more; nothing was changed.
    #[error("this is the last administrator")]
    LastAdministrator,

    /// Tokens came out of order; nothing was written.
    #[error("the journal of generation {id} continues at token {expected}, not at {got}")]
    JournalGap { id: String, expected: u32, got: u32 },

    /// The generation is not in the state that the change needs; nothing was written.
    #[error("generation {id} is {state:?}")]
    WrongState { id: String, state: crate::GenerationState },

    /// A row holds what this program never writes.
    #[error("the database holds an unreadable {what}")]
    Unreadable { what: &'static str },

    #[error("the database failed: {0}")]
    Sqlite(#[source] sqlx::Error),

    #[error("a file could not be read or written: {0}")]
    Io(#[source] io::Error),
}

impl StorageError {
    pub fn is_disk_full(&self) -> bool {
        matches!(self, StorageError::DiskFull)
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> StorageError {
        match (&error, sqlite_code(&error)) {
            (sqlx::Error::RowNotFound, _) => StorageError::NotFound,
            (_, Some(code)) if is_full(code) => StorageError::DiskFull,
            _ => StorageError::Sqlite(error),
        }
    }
}

impl From<io::Error> for StorageError {
    fn from(error: io::Error) -> StorageError {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StorageError::DiskFull,
            io::ErrorKind::NotFound => StorageError::NotFound,
            _ => StorageError::Io(error),
        }
    }
}

/// NotFound where a change found no row.
pub(crate) fn found(rows: u64) -> Result<()> {
    if rows == 0 { Err(StorageError::NotFound) } else { Ok(()) }
}

/// SQLite's extended result code (<https://www.sqlite.org/rescode.html>); its low byte is the primary one.
pub(crate) fn sqlite_code(error: &sqlx::Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}

/// SQLITE_FULL, or SQLITE_IOERR_SHMSIZE: the file beside the write-ahead log could not grow.
pub(crate) fn is_full(code: i32) -> bool {
    code & 0xff == libsqlite3_sys::SQLITE_FULL || code == libsqlite3_sys::SQLITE_IOERR_SHMSIZE
}

//! Everything that Chaton keeps: one SQLite database and picture files, in one folder. All SQL of the project is
//! here, one file per table, in words that PostgreSQL shares. Knows nothing of models and of the web.
//!
//! One connection writes (every change is a `BEGIN IMMEDIATE` transaction), a few others read; the journal is
//! write-ahead with `synchronous = FULL`, so what was committed outlives a power cut. Every id that comes from a
//! request is looked up together with its owner: foreign and missing are the same [`StorageError::NotFound`].

mod blobs;
mod conversations;
mod error;
mod generations;
mod groups;
mod identities;
mod ids;
mod invitations;
mod messages;
mod mode;
mod open;
mod pictures;
mod purge;
mod room;
mod sending;
mod sessions;
mod tokens;
mod users;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqlx::{Sqlite, SqlitePool, Transaction};

pub use conversations::ConversationRow;
pub use error::{OpenError, Result, StorageError};
pub use generations::{GenerationEnd, GenerationJournal, GenerationRow, GenerationState, GenerationSummary};
pub use groups::{GroupRow, MemberRow};
pub use ids::now_ms;
pub use invitations::{InvitationKind, InvitationRow, NewInvitation};
pub use messages::{MessageRow, PictureDetail, Role};
pub use pictures::{NewPicture, PictureRecord};
pub use purge::Purged;
pub use room::RESERVE_BYTES;
pub use sending::{Begun, ExchangeTarget, NewAnswer, NewExchange};
pub use sessions::{NewSession, SessionRow, SignedIn};
pub use users::{Account, MAX_NAME_LETTERS, NewAccount, User, UserRole, UserRow, name_key};

/// The open data folder. Cheap to clone; the folder stays locked until the last clone is gone.
#[derive(Clone)]
pub struct Storage {
    inner: Arc<Inner>,
}

struct Inner {
    data_dir: PathBuf,
    /// One connection: SQLite has one writer at a time, and waiting in our queue is fairer than its busy loop.
    writer: SqlitePool,
    readers: SqlitePool,
    /// Locked; never read. Closing it unlocks. None beside a server that holds it.
    _lock: Option<File>,
}

impl Storage {
    pub fn data_dir(&self) -> &Path {
        &self.inner.data_dir
    }

    /// Waits for what is being written, then closes the database, which folds the write-ahead log into it.
    pub async fn close(&self) {
        self.inner.readers.close().await;
        self.inner.writer.close().await;
    }

    /// A transaction that may write. `IMMEDIATE`: a deferred one that reads first could fail at its first write.
    async fn write(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.inner.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    fn readers(&self) -> &SqlitePool {
        &self.inner.readers
    }
}

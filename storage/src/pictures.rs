//! Pictures as people own them: a random id onto a shared blob.

use std::io;
use std::path::PathBuf;

use sqlx::SqliteConnection;

use crate::error::{Result, StorageError};
use crate::ids::{new_id, now_ms};
use crate::{Storage, blobs};

/// A picture ready to be kept: upright, re-encoded, without metadata.
pub struct NewPicture {
    pub png: Vec<u8>,
    pub thumbnail_png: Vec<u8>,
    /// Of `png`, in pixels.
    pub width: u32,
    pub height: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PictureRecord {
    pub id: String,
    /// SHA-256 of the kept PNG, in hexadecimal. Never shown to anybody.
    pub blob_hash: String,
    /// The file's name, as its owner knows it.
    pub name: String,
    /// In pixels.
    pub width: u32,
    pub height: u32,
    pub created_at_ms: i64,
}

/// The columns of a [`PictureRecord`]; `p` is `pictures`, `b` is `blobs`.
macro_rules! picture_columns {
    () => {
        "p.id, p.blob_sha256 AS blob_hash, p.name, b.width, b.height, p.created_at_ms"
    };
}
pub(crate) use picture_columns;

impl Storage {
    /// Keeps a picture. The same content twice is one file and two records.
    pub async fn add_picture(&self, owner_id: &str, name: &str, picture: NewPicture) -> Result<PictureRecord> {
        let (width, height, size_bytes) = (picture.width, picture.height, picture.png.len() as i64);
        let data_dir = self.data_dir().to_owned();
        let stored = tokio::task::spawn_blocking(move || blobs::store(&data_dir, &picture)).await;
        let blob_hash = stored.map_err(io::Error::other)??;
        let record =
            PictureRecord { id: new_id(), blob_hash, name: name.to_owned(), width, height, created_at_ms: now_ms() };
        let mut transaction = self.write().await?;
        blobs::insert(&mut transaction, &record.blob_hash, width, height, size_bytes).await?;
        sqlx::query(
            "INSERT INTO pictures (id, owner_id, blob_sha256, name, created_at_ms) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&record.id)
        .bind(owner_id)
        .bind(&record.blob_hash)
        .bind(&record.name)
        .bind(record.created_at_ms)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(record)
    }

    pub async fn picture(&self, owner_id: &str, id: &str) -> Result<PictureRecord> {
        sqlx::query_as(concat!(
            "SELECT ",
            picture_columns!(),
            " FROM pictures p JOIN blobs b ON b.sha256 = p.blob_sha256 WHERE p.owner_id = $1 AND p.id = $2"
        ))
        .bind(owner_id)
        .bind(id)
        .fetch_optional(self.readers())
        .await?
        .ok_or(StorageError::NotFound)
    }

    /// Where the re-encoded picture lies, as PNG.
    pub fn picture_path(&self, picture: &PictureRecord) -> PathBuf {
        blobs::picture_path(self.data_dir(), &picture.blob_hash)
    }

    pub fn thumbnail_path(&self, picture: &PictureRecord) -> PathBuf {
        blobs::thumbnail_path(self.data_dir(), &picture.blob_hash)
    }
}

/// NotFound unless all of them belong to `owner_id`.
pub(crate) async fn check_owned(connection: &mut SqliteConnection, owner_id: &str, ids: &[String]) -> Result<()> {
    for id in ids {
        let owned: Option<i64> = sqlx::query_scalar("SELECT 1 FROM pictures WHERE owner_id = $1 AND id = $2")
            .bind(owner_id)
            .bind(id)
            .fetch_optional(&mut *connection)
            .await?;
        owned.ok_or(StorageError::NotFound)?;
    }
    Ok(())
}

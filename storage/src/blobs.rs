//! The files of pictures: `pictures/ab/cdef….png` after the SHA-256 of their content, the thumbnail beside them.
//! A file appears under its name only when it is whole and on the disk.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sqlx::SqliteConnection;

use crate::NewPicture;
use crate::error::Result;
use crate::ids::{new_id, now_ms, sha256_hex};

/// Writes the files of `picture` where they are not there yet, and says the content's hash. Blocks on the disk.
pub(crate) fn store(data_dir: &Path, picture: &NewPicture) -> io::Result<String> {
    let hash = sha256_hex(&picture.png);
    write_once(data_dir, &picture_path(data_dir, &hash), &picture.png)?;
    write_once(data_dir, &thumbnail_path(data_dir, &hash), &picture.thumbnail_png)?;
    Ok(hash)
}

/// `hash` is one that we made: 64 hexadecimal digits, so no path can be smuggled in.
pub(crate) fn picture_path(data_dir: &Path, hash: &str) -> PathBuf {
    path_of(data_dir, hash, "png")
}

pub(crate) fn thumbnail_path(data_dir: &Path, hash: &str) -> PathBuf {
    path_of(data_dir, hash, "thumb.png")
}

fn path_of(data_dir: &Path, hash: &str, extension: &str) -> PathBuf {
    let (folder, name) = hash.split_at(2);
    data_dir.join("pictures").join(folder).join(format!("{name}.{extension}"))
}

/// Every stored file with the content's hash that its name says; files of other names are not ours.
pub(crate) fn files(data_dir: &Path) -> io::Result<Vec<(PathBuf, String)>> {
    let folders = match fs::read_dir(data_dir.join("pictures")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        folders => folders?,
    };
    let mut found = Vec::new();
    for folder in folders {
        let folder = folder?;
        let start = folder.file_name().to_string_lossy().into_owned();
        if start.len() != 2 || !folder.file_type()?.is_dir() {
            continue;
        }
        for file in fs::read_dir(folder.path())? {
            let file = file?;
            let name = file.file_name().to_string_lossy().into_owned();
            let hash = format!("{start}{}", name.split('.').next().unwrap_or_default());
            if hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                found.push((file.path(), hash));
            }
        }
    }
    Ok(found)
}

fn incoming(data_dir: &Path) -> PathBuf {
    data_dir.join("pictures").join("incoming")
}

/// Removes what a crash left half-written. Only while the folder is locked and nothing is being stored.
pub(crate) fn clear_incoming(data_dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(incoming(data_dir)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn write_once(data_dir: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let incoming = incoming(data_dir);
    fs::create_dir_all(&incoming)?;
    let half_written = incoming.join(new_id());
    let written = File::create_new(&half_written).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let placed = written.and_then(|()| {
        let folder = path.parent().unwrap_or(data_dir);
        fs::create_dir_all(folder)?;
        fs::rename(&half_written, path)?;
        sync_folder(folder)?;
        // The folder itself may be new, too.
        sync_folder(folder.parent().unwrap_or(data_dir))
    });
    if placed.is_err() {
        // On a full disk every byte counts; the first error is the one worth telling.
        let _ = fs::remove_file(&half_written);
    }
    placed
}

/// A name is safe from a power cut only when its folder is on the disk as well.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The row of content whose files are stored. The files come first: a row without a file would be a broken picture, a
/// file without a row only some wasted space.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    hash: &str,
    width: u32,
    height: u32,
    size_bytes: i64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO blobs (sha256, width, height, size_bytes, created_at_ms) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (sha256) DO NOTHING",
    )
    .bind(hash)
    .bind(width)
    .bind(height)
    .bind(size_bytes)
    .bind(now_ms())
    .execute(connection)
    .await?;
    Ok(())
}

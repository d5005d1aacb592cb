//! Features in files that outlive the program. They are written on a thread of their own, since a large picture's take a
//! while and everybody's next token would wait; they are only a copy, so what cannot be written is left out.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
    time::SystemTime,
};

use sha2::{Digest, Sha256};

use crate::{disk::free_bytes, prefix_cache::Key};

const EXTENSION: &str = "features";
const PARTIAL_EXTENSION: &str = "partial";
/// Pictures that wait to be written; more at once are not kept.
const WAITING: usize = 4;

/// How much of the disk may be used.
#[derive(Clone, Copy)]
pub struct Limits {
    pub most_bytes: u64,
    /// Left free to what matters more.
    pub reserve_bytes: u64,
}

pub struct FeatureFiles {
    folder: PathBuf,
    limits: Limits,
    /// Both are there until the end.
    sender: Option<SyncSender<(Key, Arc<Vec<f32>>)>>,
    writer: Option<JoinHandle<()>>,
}

impl FeatureFiles {
    /// What was left half-written is removed.
    pub fn new(folder: PathBuf, limits: Limits) -> io::Result<Self> {
        for (path, _) in own_files(&folder).unwrap_or_default() {
            if path.extension().is_some_and(|extension| extension == PARTIAL_EXTENSION) {
                fs::remove_file(path)?;
            }
        }
        let (sender, receiver) = sync_channel::<(Key, Arc<Vec<f32>>)>(WAITING);
        let target = folder.clone();
        let write_all = move || {
            for (key, features) in receiver {
                if let Err(error) = write(&target, &key, &features, limits) {
                    tracing::warn!(%error, "a picture's features cannot be kept on disk");
                }
            }
        };
        let writer = std::thread::Builder::new().name("features".into()).spawn(write_all)?;
        Ok(Self { folder, limits, sender: Some(sender), writer: Some(writer) })
    }

    /// `numbers`: how many there must be.
    pub fn find(&self, key: &Key, numbers: usize) -> Option<Vec<f32>> {
        let path = path(&self.folder, key);
        let features = read(&path, numbers)?;
        // Files that are used stay longest. Without permission to say so they go earlier.
        let _ = fs::File::options().append(true).open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        Some(features)
    }

    /// Written soon, if there is room.
    pub fn keep(&self, key: Key, features: Arc<Vec<f32>>) {
        if bytes_of(&features) > self.limits.most_bytes {
            return;
        }
        if let Some(sender) = &self.sender
            && let Err(TrySendError::Full(_)) = sender.try_send((key, features))
        {
            tracing::debug!("the disk is slower than pictures come: one is not kept");
        }
    }
}

/// Everything is written before this returns.
impl Drop for FeatureFiles {
    fn drop(&mut self) {
        drop(self.sender.take());
        if let Some(writer) = self.writer.take() {
            // A writer that panicked has said so.
            let _ = writer.join();
        }
    }
}

fn path(folder: &Path, key: &Key) -> PathBuf {
    let name: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    folder.join(name).with_extension(EXTENSION)
}

const HASH_BYTES: u64 = 32;

fn bytes_of(features: &[f32]) -> u64 {
    size_of_val(features) as u64 + HASH_BYTES
}

/// Numbers, then their hash: a file that was cut off or changed is no features.
fn read(path: &Path, numbers: usize) -> Option<Vec<f32>> {
    let bytes = fs::read(path).ok()?;
    let whole = bytes.split_at_checked(numbers * 4).filter(|(values, hash)| Sha256::digest(values).as_slice() == *hash);
    let Some((values, _)) = whole else {
        let _ = fs::remove_file(path);
        return None;
    };
    Some(values.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

fn write(folder: &Path, key: &Key, features: &[f32], limits: Limits) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    if !make_room(folder, bytes_of(features), limits)? {
        return Ok(());
    }
    let path = path(folder, key);
    let partial = path.with_extension(PARTIAL_EXTENSION);
    let mut bytes: Vec<u8> = features.iter().flat_map(|value| value.to_le_bytes()).collect();
    let hash = Sha256::digest(&bytes);
    bytes.extend_from_slice(&hash);
    let written = fs::write(&partial, bytes).and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        let _ = fs::remove_file(&partial);
    }
    written
}

/// Removes what was used longest ago until `bytes` more fit under the limit and the disk has its reserve; false where even
/// that is not enough.
fn make_room(folder: &Path, bytes: u64, limits: Limits) -> io::Result<bool> {
    let mut files = Vec::new();
    for (path, metadata) in own_files(folder)? {
        files.push((metadata.modified()?, metadata.len(), path));
    }
    files.sort();
    let mut total: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
    let mut files = files.into_iter();
    while total + bytes > limits.most_bytes || free_bytes(folder)? < bytes.saturating_add(limits.reserve_bytes) {
        let Some((_, bytes, path)) = files.next() else { return Ok(false) };
        fs::remove_file(path)?;
        total -= bytes;
    }
    Ok(true)
}

/// The files that were written here, and no others that somebody keeps in the folder.
fn own_files(folder: &Path) -> io::Result<Vec<(PathBuf, fs::Metadata)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_ours = path.extension().is_some_and(|ending| ending == EXTENSION || ending == PARTIAL_EXTENSION)
            && path.file_stem().and_then(|stem| stem.to_str()).is_some_and(is_key);
        if is_ours {
            let metadata = path.metadata()?;
            files.push((path, metadata));
        }
    }
    Ok(files)
}

fn is_key(stem: &str) -> bool {
    stem.len() == 64 && stem.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Removes all features in `folder`: those of pictures that were deleted cannot be told from the others.
///
/// # Errors
/// A file cannot be removed.
pub fn forget(folder: &Path) -> io::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    own_files(folder)?.into_iter().try_for_each(|(path, _)| fs::remove_file(path))
}

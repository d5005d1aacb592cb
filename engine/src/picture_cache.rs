//! A picture that was encoded before is not encoded again: features in memory, and in files that outlive the program.
//! Keys say scope, model, pixels and target size, so that nobody learns by waiting less what another one looked at.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use sha2::{Digest, Sha256};

use crate::prefix_cache::Key;

const EXTENSION: &str = "features";

/// Where features are kept, and how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureCacheOptions {
    /// `None`: in memory only.
    pub folder: Option<PathBuf>,
    pub memory_bytes: u64,
    pub disk_bytes: u64,
}

impl Default for PictureCacheOptions {
    fn default() -> Self {
        Self { folder: None, memory_bytes: 256 << 20, disk_bytes: 2 << 30 }
    }
}

pub struct PictureCache {
    options: PictureCacheOptions,
    model_hash: String,
    /// Features and when they were last used.
    memory: HashMap<Key, (Arc<Vec<f32>>, u64)>,
    now: u64,
}

impl PictureCache {
    pub fn new(options: PictureCacheOptions, model_hash: &str) -> Self {
        Self { options, model_hash: model_hash.to_owned(), memory: HashMap::new(), now: 0 }
    }

    /// `picture`: a hash of its pixels and target size.
    fn key(&self, scope: &str, picture: &Key) -> Key {
        let mut hasher = Sha256::new();
        for part in [scope.as_bytes(), self.model_hash.as_bytes()] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        hasher.update(picture);
        hasher.finalize().into()
    }

    /// `numbers`: how many there must be.
    pub fn find(&mut self, scope: &str, picture: &Key, numbers: usize) -> Option<Arc<Vec<f32>>> {
        let key = self.key(scope, picture);
        self.now += 1;
        if let Some((features, used)) = self.memory.get_mut(&key) {
            *used = self.now;
            return Some(features.clone());
        }
        let path = self.path(&key)?;
        let features = Arc::new(read(&path, numbers)?);
        // Files that are used stay longest. Without permission to say so they go earlier.
        let _ = fs::File::options().append(true).open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        self.remember(key, features.clone());
        Some(features)
    }

    pub fn keep(&mut self, scope: &str, picture: &Key, features: Arc<Vec<f32>>) {
        let key = self.key(scope, picture);
        self.now += 1;
        if let (Some(path), Some(folder)) = (self.path(&key), &self.options.folder)
            && let Err(error) = write(folder, &path, &features, self.options.disk_bytes)
        {
            tracing::warn!(%error, "a picture's features cannot be kept on disk");
        }
        self.remember(key, features);
    }

    fn path(&self, key: &Key) -> Option<PathBuf> {
        let name: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        Some(self.options.folder.as_ref()?.join(name).with_extension(EXTENSION))
    }

    fn remember(&mut self, key: Key, features: Arc<Vec<f32>>) {
        self.memory.insert(key, (features, self.now));
        let bytes = |features: &Vec<f32>| size_of_val(features.as_slice()) as u64;
        while self.memory.values().map(|(features, _)| bytes(features)).sum::<u64>() > self.options.memory_bytes {
            let oldest = self.memory.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| *key);
            let Some(oldest) = oldest else { return };
            self.memory.remove(&oldest);
        }
    }
}

/// Numbers, then their hash: a file that was cut off or changed is no features.
fn read(path: &Path, numbers: usize) -> Option<Vec<f32>> {
    let bytes = fs::read(path).ok()?;
    let (values, hash) = bytes.split_at_checked(numbers * 4)?;
    if Sha256::digest(values).as_slice() != hash {
        let _ = fs::remove_file(path);
        return None;
    }
    Some(values.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

fn write(folder: &Path, path: &Path, features: &[f32], limit_bytes: u64) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut bytes: Vec<u8> = features.iter().flat_map(|value| value.to_le_bytes()).collect();
    let hash = Sha256::digest(&bytes);
    bytes.extend_from_slice(&hash);
    make_room(folder, limit_bytes.saturating_sub(bytes.len() as u64))?;
    let partial = path.with_extension("partial");
    fs::write(&partial, bytes)?;
    fs::rename(partial, path)
}

/// Removes what was used longest ago until at most `limit_bytes` are left.
fn make_room(folder: &Path, limit_bytes: u64) -> std::io::Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        if metadata.is_file() {
            files.push((metadata.modified()?, metadata.len(), entry.path()));
        }
    }
    files.sort();
    let mut total: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
    for (_, bytes, path) in files {
        if total <= limit_bytes {
            break;
        }
        fs::remove_file(path)?;
        total -= bytes;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn cache(folder: &Path, model: &str) -> PictureCache {
        let options =
            PictureCacheOptions { folder: Some(folder.into()), memory_bytes: 400, disk_bytes: 3 * (200 + 32) };
        PictureCache::new(options, model)
    }

    fn features(value: f32) -> Arc<Vec<f32>> {
        Arc::new(vec![value; 50])
    }

    #[test]
    fn features_outlive_the_program_and_belong_to_scope_model_and_picture() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = cache(folder.path(), "model");
        first.keep("a", &[1; 32], features(0.25));
        assert_eq!(first.find("a", &[1; 32], 50), Some(features(0.25)));
        let mut second = cache(folder.path(), "model");
        assert_eq!(second.find("a", &[1; 32], 50), Some(features(0.25)));
        assert_eq!(second.find("b", &[1; 32], 50), None);
        assert_eq!(second.find("a", &[2; 32], 50), None);
        assert_eq!(cache(folder.path(), "another").find("a", &[1; 32], 50), None);
    }

    #[test]
    fn what_was_used_longest_ago_goes() {
        let folder = tempfile::tempdir().unwrap();
        let mut kept = cache(folder.path(), "model");
        for picture in 0..5 {
            kept.keep("a", &[picture; 32], features(f32::from(picture)));
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert_eq!(kept.memory.len(), 2);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
        let mut later = cache(folder.path(), "model");
        let found: Vec<bool> = (0..5).map(|picture| later.find("a", &[picture; 32], 50).is_some()).collect();
        assert_eq!(found, [false, false, true, true, true]);
    }

    #[test]
    fn a_damaged_file_is_no_features() {
        let folder = tempfile::tempdir().unwrap();
        cache(folder.path(), "model").keep("a", &[1; 32], features(1.0));
        let path = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        bytes[7] ^= 1;
        fs::write(&path, &bytes).unwrap();
        assert_eq!(cache(folder.path(), "model").find("a", &[1; 32], 50), None);
        fs::write(&path, &bytes[..100]).unwrap();
        assert_eq!(cache(folder.path(), "model").find("a", &[1; 32], 50), None);
    }
}

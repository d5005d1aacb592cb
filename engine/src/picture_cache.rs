//! A picture that was encoded before is not encoded again: features in memory, and in files that outlive the program.
//! Keys say scope, pixels, target size and who computed the features, so that nobody learns by waiting less what another
//! one looked at, and what is found is what would be computed.

mod files;

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use sha2::{Digest, Sha256};

use crate::prefix_cache::Key;
use files::{FeatureFiles, Limits};

pub use files::forget;

/// Where features are kept, and how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureCacheOptions {
    /// `None`: in memory only.
    pub folder: Option<PathBuf>,
    pub memory_bytes: u64,
    pub disk_bytes: u64,
    /// Of the disk, left free.
    pub disk_reserve_bytes: u64,
}

impl Default for PictureCacheOptions {
    fn default() -> Self {
        Self { folder: None, memory_bytes: 256 << 20, disk_bytes: 2 << 30, disk_reserve_bytes: 1 << 30 }
    }
}

pub struct PictureCache {
    memory_bytes: u64,
    files: Option<FeatureFiles>,
    computed_by: String,
    /// Features and when they were last used.
    memory: HashMap<Key, (Arc<Vec<f32>>, u64)>,
    now: u64,
}

impl PictureCache {
    /// `computed_by`: model, engine and instructions, all that features depend on beside the picture.
    pub fn new(options: PictureCacheOptions, computed_by: String) -> Self {
        let limits = Limits { most_bytes: options.disk_bytes, reserve_bytes: options.disk_reserve_bytes };
        let open = |folder| FeatureFiles::new(folder, limits);
        let files = options.folder.and_then(|folder| {
            open(folder).map_err(|error| tracing::warn!(%error, "pictures' features are kept in memory only")).ok()
        });
        Self { memory_bytes: options.memory_bytes, files, computed_by, memory: HashMap::new(), now: 0 }
    }

    /// `picture`: a hash of its pixels and target size.
    fn key(&self, scope: &str, picture: &Key) -> Key {
        let mut hasher = Sha256::new();
        for part in [scope.as_bytes(), self.computed_by.as_bytes()] {
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
        let features = Arc::new(self.files.as_ref()?.find(&key, numbers)?);
        self.remember(key, features.clone());
        Some(features)
    }

    pub fn keep(&mut self, scope: &str, picture: &Key, features: Arc<Vec<f32>>) {
        let key = self.key(scope, picture);
        self.now += 1;
        if let Some(files) = &self.files {
            files.keep(key, features.clone());
        }
        self.remember(key, features);
    }

    fn remember(&mut self, key: Key, features: Arc<Vec<f32>>) {
        self.memory.insert(key, (features, self.now));
        let bytes = |features: &Vec<f32>| size_of_val(features.as_slice()) as u64;
        while self.memory.values().map(|(features, _)| bytes(features)).sum::<u64>() > self.memory_bytes {
            let oldest = self.memory.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| *key);
            let Some(oldest) = oldest else { return };
            self.memory.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{fs, path::Path, time::Duration};

    use super::*;

    fn options(folder: &Path) -> PictureCacheOptions {
        let disk_bytes = 3 * (200 + 32);
        PictureCacheOptions { folder: Some(folder.into()), memory_bytes: 400, disk_bytes, disk_reserve_bytes: 0 }
    }

    fn cache(folder: &Path, computed_by: &str) -> PictureCache {
        PictureCache::new(options(folder), computed_by.into())
    }

    fn features(value: f32) -> Arc<Vec<f32>> {
        Arc::new(vec![value; 50])
    }

    #[test]
    fn features_outlive_the_program_and_belong_to_scope_computer_and_picture() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = cache(folder.path(), "model");
        first.keep("a", &[1; 32], features(0.25));
        assert_eq!(first.find("a", &[1; 32], 50), Some(features(0.25)));
        drop(first);
        let mut second = cache(folder.path(), "model");
        assert_eq!(second.find("a", &[1; 32], 50), Some(features(0.25)));
        assert_eq!(second.find("b", &[1; 32], 50), None);
        assert_eq!(second.find("a", &[2; 32], 50), None);
        assert_eq!(cache(folder.path(), "another").find("a", &[1; 32], 50), None);
        forget(folder.path()).unwrap();
        assert_eq!(cache(folder.path(), "model").find("a", &[1; 32], 50), None);
    }

    #[test]
    fn what_was_used_longest_ago_goes() {
        let folder = tempfile::tempdir().unwrap();
        for picture in 0..5 {
            let mut kept = cache(folder.path(), "model");
            kept.keep("a", &[picture; 32], features(f32::from(picture)));
            drop(kept);
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
        let mut later = cache(folder.path(), "model");
        let found: Vec<bool> = (0..5).map(|picture| later.find("a", &[picture; 32], 50).is_some()).collect();
        assert_eq!(found, [false, false, true, true, true]);
        assert_eq!(later.memory.len(), 2);
    }

    #[test]
    fn nothing_else_in_the_folder_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let key = "ab".repeat(32);
        fs::write(folder.path().join("letter.txt"), vec![0; 10_000]).unwrap();
        fs::write(folder.path().join("notes.features"), "mine").unwrap();
        fs::write(folder.path().join(&key).with_extension("partial"), "cut off").unwrap();
        let mut kept = cache(folder.path(), "model");
        assert!(!folder.path().join(&key).with_extension("partial").exists(), "left by a program that was killed");
        kept.keep("a", &[1; 32], features(1.0));
        kept.keep("a", &[2; 32], Arc::new(vec![0.0; 1000]));
        drop(kept);
        forget(folder.path()).unwrap();
        let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["letter.txt", "notes.features"]);
    }

    #[test]
    fn what_is_larger_than_all_that_may_be_kept_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let mut kept = cache(folder.path(), "model");
        kept.keep("a", &[1; 32], features(1.0));
        kept.keep("a", &[2; 32], Arc::new(vec![0.0; 1000]));
        drop(kept);
        assert!(cache(folder.path(), "model").find("a", &[1; 32], 50).is_some(), "it did not have to go");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_disk_without_room_gets_its_space_back() {
        let folder = tempfile::tempdir().unwrap();
        cache(folder.path(), "model").keep("a", &[1; 32], features(1.0));
        let full = PictureCacheOptions { disk_reserve_bytes: u64::MAX, ..options(folder.path()) };
        PictureCache::new(full, "model".into()).keep("a", &[2; 32], features(2.0));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_damaged_file_is_no_features() {
        let folder = tempfile::tempdir().unwrap();
        cache(folder.path(), "model").keep("a", &[1; 32], features(1.0));
        let path = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        bytes[7] ^= 1;
        for damaged in [&bytes[..], &bytes[..100], &[]] {
            fs::write(&path, damaged).unwrap();
            assert_eq!(cache(folder.path(), "model").find("a", &[1; 32], 50), None);
            assert!(!path.exists());
        }
    }
}

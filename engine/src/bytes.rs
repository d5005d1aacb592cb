//! Bytes of a model, wherever they lie: mapped from disk, in the program itself, or made at load.

use std::{fs::File, ops::Range, path::Path, sync::Arc};

use memmap2::Mmap;

use crate::error::LoadError;

#[derive(Clone)]
enum Source {
    Mapped(Arc<Mmap>),
    Static(&'static [u8]),
    Owned(Arc<[u8]>),
}

/// A range of bytes; cloning shares them.
#[derive(Clone)]
pub struct Bytes {
    source: Source,
    range: Range<usize>,
}

impl Bytes {
    /// Maps a file read-only.
    pub fn map(path: &Path) -> Result<Self, LoadError> {
        let unreadable = |error: std::io::Error| LoadError::Unreadable {
            file: path.display().to_string(),
            reason: error.to_string(),
        };
        if !path.is_file() {
            return Err(LoadError::MissingFile(path.to_owned()));
        }
        let file = File::open(path).map_err(unreadable)?;
        if file.metadata().map_err(unreadable)?.len() == 0 {
            return Ok(Self::from_static(&[]));
        }
        // SAFETY: a model's files are written once and then only read. Whoever cuts one off while it is in use
        // stops the program; every reader of large weights makes this bargain.
        let map = unsafe { Mmap::map(&file) }.map_err(unreadable)?;
        // Weights are read from end to end for each token: in pages of 2 MiB, where the system has them for files, the
        // processor looks up fewer and asks for what comes next across their ends. A refusal changes nothing.
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage);
        let range = 0..map.len();
        Ok(Self { source: Source::Mapped(Arc::new(map)), range })
    }

    pub fn from_static(bytes: &'static [u8]) -> Self {
        Self { source: Source::Static(bytes), range: 0..bytes.len() }
    }

    pub fn from_vec(bytes: Vec<u8>) -> Self {
        let range = 0..bytes.len();
        Self { source: Source::Owned(bytes.into()), range }
    }

    /// `range` must lie within these bytes.
    pub fn slice(&self, range: Range<usize>) -> Self {
        Self { source: self.source.clone(), range: self.range.start + range.start..self.range.start + range.end }
    }

    pub fn as_slice(&self) -> &[u8] {
        let whole: &[u8] = match &self.source {
            Source::Mapped(map) => map,
            Source::Static(bytes) => bytes,
            Source::Owned(bytes) => bytes,
        };
        &whole[self.range.clone()]
    }

    /// Says that these bytes will not be read again soon, so that they stop counting as this program's memory.
    pub fn release(&self) {
        #[cfg(unix)]
        if let Source::Mapped(map) = &self.source {
            // SAFETY: the map is read-only and of a file; whoever reads these bytes after all gets them from the file.
            // A refusal changes nothing but the memory.
            let _ = unsafe {
                map.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, self.range.start, self.range.len())
            };
        }
    }

    pub fn len(&self) -> usize {
        self.range.len()
    }
}

//! A file that is written tensor by tensor and survives being interrupted: `NAME.part` holds what is written so far,
//! `NAME.part.log` says which source it comes from and the hash of every finished tensor. Whoever goes on believes a
//! tensor only if its hash is right, so that neither a half-written piece nor a lost disk cache does harm.

use std::{
    fs::{self, File, OpenOptions},
    io::{BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::header::{ALIGNMENT_BYTES, Entry};
use crate::error::QuantizeError;

/// Bytes read at once while finished tensors are checked.
const CHECK_BYTES: usize = 1 << 20;

pub struct PartFile {
    path: PathBuf,
    part: PathBuf,
    file: BufWriter<File>,
    /// Held and locked for as long as somebody writes.
    log: File,
    /// Tensors that are written already.
    finished: usize,
}

/// Bytes of one tensor on their way.
pub struct TensorWriter<'a> {
    file: &'a mut PartFile,
    hasher: Sha256,
    written_bytes: u64,
}

impl PartFile {
    /// Begins, or goes on with, the file at `path`: `header`, then `entries`. `source`: identity of everything that
    /// the tensors' bytes depend on.
    ///
    /// # Errors
    /// [`QuantizeError::Exists`] if the finished file is there, [`QuantizeError::InUse`] if somebody else writes it,
    /// [`QuantizeError::Write`].
    pub fn open(path: &Path, source: &str, header: &[u8], entries: &[Entry]) -> Result<Self, QuantizeError> {
        let part = with_suffix(path, ".part");
        let log_path = with_suffix(path, ".part.log");
        if path.exists() && !log_path.exists() {
            return Err(QuantizeError::Exists(path.to_owned()));
        }
        let failed = |error: std::io::Error| QuantizeError::write(&part, &error);
        let mut log = options().open(&log_path).map_err(failed)?;
        log.try_lock().map_err(|_| QuantizeError::InUse(path.to_owned()))?;
        if path.exists() {
            // Interrupted between the renaming of two files: this one is checked once more.
            fs::rename(path, &part).map_err(failed)?;
        }
        let mut file = options().open(&part).map_err(failed)?;
        let identity = hex(Sha256::new().chain_update(source).chain_update(header));
        let hashes = finished_hashes(&log, &identity).map_err(failed)?;
        let finished = count_finished(&mut file, header, entries, &hashes).map_err(failed)?;
        let kept_bytes = header.len() as u64 + entries[..finished].iter().map(Entry::padded_bytes).sum::<u64>();
        if finished == 0 {
            file.set_len(0).map_err(failed)?;
            file.seek(SeekFrom::Start(0)).map_err(failed)?;
            file.write_all(header).map_err(failed)?;
        }
        file.set_len(kept_bytes).map_err(failed)?;
        file.seek(SeekFrom::Start(kept_bytes)).map_err(failed)?;
        let lines: String =
            [&identity].into_iter().chain(&hashes[..finished]).map(|hash| format!("{hash}\n")).collect();
        log.set_len(0).map_err(failed)?;
        log.seek(SeekFrom::Start(0)).map_err(failed)?;
        log.write_all(lines.as_bytes()).map_err(failed)?;
        Ok(Self { path: path.to_owned(), part, file: BufWriter::with_capacity(CHECK_BYTES, file), log, finished })
    }

    /// Tensors that need not be written again.
    pub fn finished(&self) -> usize {
        self.finished
    }

    pub fn tensor(&mut self) -> TensorWriter<'_> {
        TensorWriter { file: self, hasher: Sha256::new(), written_bytes: 0 }
    }

    /// Everything is written: it is now on the disk, whatever happens.
    pub fn flush(&mut self) -> Result<(), QuantizeError> {
        let flushed = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        flushed.map_err(|error| QuantizeError::write(&self.part, &error))
    }

    /// Gives the file its name. The log stays until [`Finished::forget`], so that of two files that belong together
    /// never one is taken for all.
    pub fn finish(mut self) -> Result<Finished, QuantizeError> {
        self.flush()?;
        fs::rename(&self.part, &self.path).map_err(|error| QuantizeError::write(&self.path, &error))?;
        Ok(Finished { path: self.path, _log: self.log })
    }
}

pub struct Finished {
    pub path: PathBuf,
    /// Locked until all files have their names.
    _log: File,
}

impl Finished {
    /// Removes the log: this file and those that belong to it are complete.
    pub fn forget(self) -> Result<PathBuf, QuantizeError> {
        let log = with_suffix(&self.path, ".part.log");
        fs::remove_file(&log).map_err(|error| QuantizeError::write(&log, &error))?;
        Ok(self.path)
    }
}

impl TensorWriter<'_> {
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), QuantizeError> {
        self.hasher.update(bytes);
        self.written_bytes += bytes.len() as u64;
        self.file.file.write_all(bytes).map_err(|error| QuantizeError::write(&self.file.part, &error))
    }

    /// Fills up to the next tensor and notes this one as finished.
    pub fn finish(mut self) -> Result<(), QuantizeError> {
        let zeros = [0; ALIGNMENT_BYTES as usize];
        let padding = self.written_bytes.next_multiple_of(ALIGNMENT_BYTES) - self.written_bytes;
        self.write(&zeros[..padding as usize])?;
        let line = format!("{}\n", hex(self.hasher));
        let PartFile { file, log, part, finished, .. } = self.file;
        // First the bytes, then the word that they are there.
        file.flush()
            .and_then(|()| log.write_all(line.as_bytes()))
            .map_err(|error| QuantizeError::write(part, &error))?;
        *finished += 1;
        Ok(())
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    options
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn hex(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hashes of finished tensors, if the log speaks of the same source.
fn finished_hashes(log: &File, identity: &str) -> std::io::Result<Vec<String>> {
    let mut lines = BufReader::new(log).lines();
    match lines.next().transpose() {
        Ok(Some(first)) if first == identity => {}
        // An empty or a damaged log is none.
        _ => return Ok(Vec::new()),
    }
    Ok(lines.map_while(Result::ok).collect())
}

/// How many tensors, from the first on, lie in the file as their hashes say.
fn count_finished(file: &mut File, header: &[u8], entries: &[Entry], hashes: &[String]) -> std::io::Result<usize> {
    let length = file.metadata()?.len();
    if length < header.len() as u64 {
        return Ok(0);
    }
    let mut found = vec![0; header.len()];
    file.seek(SeekFrom::Start(0))?;
    file.read_exact(&mut found)?;
    if found != header {
        return Ok(0);
    }
    let mut end = header.len() as u64;
    let mut buffer = vec![0; CHECK_BYTES];
    for (index, (entry, hash)) in entries.iter().zip(hashes).enumerate() {
        end += entry.padded_bytes();
        if end > length {
            return Ok(index);
        }
        let mut hasher = Sha256::new();
        let mut left = entry.padded_bytes();
        while left > 0 {
            let piece = &mut buffer[..left.min(CHECK_BYTES as u64) as usize];
            file.read_exact(piece)?;
            hasher.update(&*piece);
            left -= piece.len() as u64;
        }
        if hex(hasher) != *hash {
            return Ok(index);
        }
    }
    Ok(entries.len().min(hashes.len()))
}

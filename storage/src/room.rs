//! How much room the disk has: new work is refused before it is full, so that what runs can still be finished.

use std::io;

use crate::Storage;
use crate::error::Result;

/// Below this much free space no new work should be taken: enough for the journals and texts of many answers that
/// run already, and for SQLite to fold its write-ahead log back (which grows to a few MiB before that).
pub const RESERVE_BYTES: u64 = 16 * 1024 * 1024;

impl Storage {
    /// Free bytes, for us, on the file system of the data folder. Where the system has no such call (other than
    /// Unix), `u64::MAX`: a full disk is then noticed only by the write that fails.
    pub fn free_bytes(&self) -> Result<u64> {
        Ok(free_bytes(self.data_dir())?)
    }

    /// Whether there is room for new work: [`RESERVE_BYTES`] or more. True where that cannot be found out, since
    /// refusing all work for it would be worse.
    pub fn has_room(&self) -> bool {
        match self.free_bytes() {
            Ok(free_bytes) => free_bytes >= RESERVE_BYTES,
            Err(error) => {
                tracing::warn!(%error, "cannot tell how much room the disk has");
                true
            }
        }
    }
}

#[cfg(unix)]
pub(crate) fn free_bytes(path: &std::path::Path) -> io::Result<u64> {
    let stat = rustix::fs::statvfs(path)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

#[cfg(not(unix))]
pub(crate) fn free_bytes(_path: &std::path::Path) -> io::Result<u64> {
    Ok(u64::MAX)
}

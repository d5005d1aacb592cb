//! How much room a disk has.

use std::{io, path::Path};

/// Free bytes, for us, on the file system of `folder`. Where the system has no such call (other than Unix), `u64::MAX`: a
/// full disk is then noticed only by the write that fails.
///
/// # Errors
/// The system does not say.
#[cfg(unix)]
pub fn free_bytes(folder: &Path) -> io::Result<u64> {
    let stat = rustix::fs::statvfs(folder)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

#[cfg(not(unix))]
pub fn free_bytes(_folder: &Path) -> io::Result<u64> {
    Ok(u64::MAX)
}

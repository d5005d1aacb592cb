//! Where things are kept when nobody says where.

use std::path::PathBuf;

use anyhow::{Result, anyhow};

/// The platform's usual place for a program's data: `~/.local/share/chaton` on Linux,
/// `~/Library/Application Support/chaton` on macOS, `%APPDATA%\chaton\data` on Windows.
pub fn usual_place() -> Result<PathBuf> {
    directories::ProjectDirs::from("", "", "chaton").map(|folders| folders.data_dir().to_path_buf()).ok_or_else(|| {
        anyhow!("this account has no home folder; say where to keep conversations with --data-dir FOLDER")
    })
}

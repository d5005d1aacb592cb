//! One CSS file from `style/main.css` and what it imports.

use std::{fs, path::Path};

use anyhow::{Context, Result};

/// Replaces each line `@import "file.css";` by that file (relative to the importing one).
pub fn bundle(path: &Path) -> Result<String> {
    let source = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut bundled = String::new();
    for line in source.lines() {
        let import = line.trim().strip_prefix("@import \"").and_then(|rest| rest.strip_suffix("\";"));
        match import {
            Some(name) => bundled.push_str(&bundle(&path.with_file_name(name))?),
            None => {
                bundled.push_str(line);
                bundled.push('\n');
            }
        }
    }
    Ok(bundled)
}

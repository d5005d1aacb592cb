//! One CSS file from `style/main.scss`, a list of imports, as Sass (and so cargo-leptos) would make it.

use std::{fs, path::Path};

use anyhow::{Context, Result};

/// Puts in the place of each line `@import "name";` the file `name.css` beside it; drops `//` comments.
pub fn bundle(entry: &Path) -> Result<String> {
    let mut bundled = String::new();
    for line in read(entry)?.lines() {
        if let Some(name) = line.trim().strip_prefix("@import \"").and_then(|rest| rest.strip_suffix("\";")) {
            bundled.push_str(&read(&entry.with_file_name(format!("{name}.css")))?);
        }
    }
    Ok(bundled)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

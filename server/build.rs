//! The page is built before the server (`cargo xtask page`). Without it the server still compiles and tests, and says
//! at its start that the page is missing.

use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/site/pkg");
    fs::create_dir_all(&page)?;
    for folder in ["../target/site/pkg", "../public", "../migrations"] {
        println!("cargo::rerun-if-changed={folder}");
    }
    Ok(())
}

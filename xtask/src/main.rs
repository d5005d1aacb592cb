//! Builds the page for the browser, as cargo-leptos would, without needing it: `cargo xtask page`.
//!
//! The result lies in `target/site/pkg`, the same place and names that cargo-leptos uses, where the server embeds it:
//! `chaton.js`, `chaton_bg.wasm`, `chaton.css`, and a brotli copy of each.

mod css;
mod wasm;

use std::{env, fs, path::Path, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, bail};

/// The wasm file must stay small enough for a first visit over a slow line; aim: 250 kB.
const WASM_LIMIT_BYTES: usize = 350_000;

fn main() -> ExitCode {
    let outcome = match env::args().nth(1).as_deref() {
        Some("page") => page(),
        _ => Err(anyhow::anyhow!("usage: cargo xtask page")),
    };
    match outcome {
        Ok(report) => {
            write_line(&mut std::io::stdout(), &report);
            ExitCode::SUCCESS
        }
        Err(error) => {
            write_line(&mut std::io::stderr(), &format!("xtask: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// A closed terminal is no reason to fail a finished build.
fn write_line(out: &mut dyn std::io::Write, line: &str) {
    let _ = writeln!(out, "{line}");
}

/// Builds wasm, script and styles; says what the wasm weighs and fails when it weighs too much.
fn page() -> Result<String> {
    let root = workspace_root()?;
    let target = match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root.join(folder),
        None => root.join("target"),
    };
    // The server embeds the workspace's own target/site, wherever cargo builds.
    let pkg = root.join("target/site/pkg");
    fs::create_dir_all(&pkg).with_context(|| format!("cannot create {}", pkg.display()))?;

    wasm::build(&root, &target, &pkg)?;
    write_if_changed(&pkg.join("chaton.css"), css::bundle(&root.join("style/main.scss"))?.as_bytes())?;

    let mut wasm_brotli_bytes = 0;
    for name in ["chaton.js", "chaton_bg.wasm", "chaton.css"] {
        let compressed = compress(&fs::read(pkg.join(name))?)?;
        if name.ends_with(".wasm") {
            wasm_brotli_bytes = compressed.len();
        }
        write_if_changed(&pkg.join(format!("{name}.br")), &compressed)?;
    }
    if wasm_brotli_bytes > WASM_LIMIT_BYTES {
        bail!("the wasm is {wasm_brotli_bytes} bytes in brotli, over the limit of {WASM_LIMIT_BYTES}");
    }
    Ok(format!("page: wasm {wasm_brotli_bytes} bytes in brotli (limit {WASM_LIMIT_BYTES})"))
}

fn workspace_root() -> Result<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).context("xtask has no parent folder")
}

fn compress(content: &[u8]) -> Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut compressed, &parameters)?;
    Ok(compressed)
}

/// Leaves an equal file alone, so that the server is not built again for nothing.
fn write_if_changed(path: &Path, content: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

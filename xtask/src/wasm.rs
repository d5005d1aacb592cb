//! The page's Rust as WebAssembly: cargo, then wasm-bindgen as a library (always the version that the page was
//! compiled with), then binaryen's `wasm-opt` from npm where Node is at hand.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

/// Debian's binaryen is too old for what rustc writes today; npm's is current.
const BINARYEN: &str = "binaryen@132.0.0";

/// Smallest, with the features that rustc itself uses: newer ones no browser knows yet.
const WASM_OPT_FLAGS: [&str; 7] = [
    "-Oz",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Writes `chaton.js` and `chaton_bg.wasm` into `pkg`.
pub fn build(root: &Path, target: &Path, pkg: &Path) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    run(Command::new(cargo).current_dir(root).args([
        "build",
        "--package",
        "hydrate",
        "--profile",
        "wasm-release",
        "--target",
        "wasm32-unknown-unknown",
    ]))?;
    let compiled = target.join("wasm32-unknown-unknown/wasm-release/hydrate.wasm");

    // Binding and optimising take a quarter of a minute: only when the compiled file is another one.
    let stamp = pkg.join("../page.stamp");
    let now = stamp_of(&compiled)?;
    if fs::read_to_string(&stamp).is_ok_and(|before| before == now) && pkg.join("chaton_bg.wasm").exists() {
        return Ok(());
    }
    Bindgen::new()
        .input_path(&compiled)
        .web(true)?
        .out_name("chaton")
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(pkg)
        .context("wasm-bindgen failed")?;
    optimise(root, &pkg.join("chaton_bg.wasm"))?;
    fs::write(&stamp, now).with_context(|| format!("cannot write {}", stamp.display()))
}

fn stamp_of(file: &Path) -> Result<String> {
    let about = fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(format!("{} bytes, {:?}", about.len(), about.modified()?))
}

/// Makes the file smaller in place. Without `wasm-opt` the page works as well, it only weighs more.
fn optimise(root: &Path, wasm: &Path) -> Result<()> {
    let Some(wasm_opt) = wasm_opt(root) else {
        crate::write_line(
            &mut std::io::stderr(),
            "The page is not made smaller: that needs Node, npm and, once, the network.",
        );
        return Ok(());
    };
    let small = wasm.with_extension("small");
    run(Command::new("node").arg(wasm_opt).arg(wasm).args(WASM_OPT_FLAGS).arg("-o").arg(&small))?;
    fs::rename(&small, wasm).with_context(|| format!("cannot replace {}", wasm.display()))
}

/// `wasm-opt` from npm, installed under `target` on first use; None where Node, npm or the network is missing.
fn wasm_opt(root: &Path) -> Option<PathBuf> {
    if Command::new("node").arg("--version").output().is_err() {
        return None;
    }
    let folder = root.join("target/binaryen");
    let program = folder.join("node_modules/binaryen/bin/wasm-opt");
    if !program.exists() {
        run(Command::new("npm")
            .args(["install", "--silent", "--no-save", "--no-audit", "--no-fund", "--prefix"])
            .arg(&folder)
            .arg(BINARYEN))
        .ok()?;
    }
    program.exists().then_some(program)
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot run {command:?}"))?;
    if !status.success() {
        bail!("{command:?} failed");
    }
    Ok(())
}

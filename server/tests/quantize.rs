//! `chaton models quantize`, as people call it, killed in the middle too.
#![allow(clippy::unwrap_used)]

#[path = "../../engine/examples/random_model/generate.rs"]
mod generate;

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use generate::Sizes;

fn chaton(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chaton"));
    command.args(["models", "quantize"]).args(arguments).current_dir(folder).stdin(Stdio::null());
    command
}

fn said(output: Output, code: i32) -> String {
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    stderr
}

#[test]
fn the_built_in_model_into_a_folder_of_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let output = chaton(&["mini", "--to", "Q4_K_M"], folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "no bar where there is no terminal");
    let paths: Vec<_> = std::str::from_utf8(&output.stdout).unwrap().lines().collect();
    assert_eq!(paths, ["mini-q4_k_m/mini-Q4_K_M.gguf", "mini-q4_k_m/mmproj-mini-BF16.gguf"]);
    for path in paths {
        assert_eq!(fs::read(folder.path().join(path)).unwrap()[..4], *b"GGUF");
    }
    let again = said(chaton(&["mini", "--to", "q4_k_m"], folder.path()).output().unwrap(), 1);
    assert!(again.contains("is there already") && again.lines().count() == 1, "{again}");
}

#[test]
fn wrong_use_is_said_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let format = said(chaton(&["mini", "--to", "q9"], folder.path()).output().unwrap(), 2);
    assert!(format.contains("q9") && format.contains("q4_k_m"), "{format}");
    let source = said(chaton(&[".", "--to", "q8_0"], folder.path()).output().unwrap(), 1);
    assert!(source.contains("not a model folder") && source.lines().count() == 1, "{source}");
}

#[cfg(unix)]
#[test]
fn killed_and_started_again_it_writes_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model");
    let sizes = Sizes { dim: 512, hidden_dim: 1024, layers: 24, ..Sizes::default() };
    let tekken = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/mini/tekken.json");
    generate::write(&model, &sizes, &tekken).unwrap();
    let whole = chaton(&["model", "--to", "q4_k_m", "--output", "whole"], folder.path()).output().unwrap();
    assert!(whole.status.success());

    let arguments = ["model", "--to", "q4_k_m", "--output", "killed"];
    let mut running = chaton(&arguments, folder.path()).stdout(Stdio::null()).spawn().unwrap();
    let log = folder.path().join("killed/model-Q4_K_M.gguf.part.log");
    let started = Instant::now();
    while !fs::read_to_string(&log).is_ok_and(|lines| lines.lines().count() > 50) {
        assert!(started.elapsed() < Duration::from_secs(60), "it never got far");
        assert!(running.try_wait().unwrap().is_none(), "it was over too soon");
        std::thread::sleep(Duration::from_millis(1));
    }
    // SIGKILL.
    running.kill().unwrap();
    running.wait().unwrap();
    assert!(log.exists() && !folder.path().join("killed/model-Q4_K_M.gguf").exists());
    assert!(chaton(&arguments, folder.path()).output().unwrap().status.success());
    for file in ["model-Q4_K_M.gguf", "mmproj-model-BF16.gguf"] {
        let read = |run: &str| fs::read(folder.path().join(run).join(file)).unwrap();
        assert!(read("whole") == read("killed"), "{file}");
    }
    assert_eq!(fs::read_dir(folder.path().join("killed")).unwrap().count(), 2);
}

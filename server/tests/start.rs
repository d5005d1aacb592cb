//! Starting the real program where it cannot start: one sentence, exit code 1.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

fn chaton() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chaton"));
    command.env("CHATON_KEY", "a-fixed-key-for-tests").env("CHATON_NO_OPEN", "true").stdin(Stdio::null());
    command
}

fn serve(data_dir: &Path) -> Command {
    let mut command = chaton();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data_dir);
    command
}

/// The one line that a failed start leaves on stderr.
fn complaint(output: Output) -> String {
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert_eq!(stderr.trim_end().lines().count(), 1, "{stderr}");
    stderr
}

/// A running server, killed at the end.
struct Running(Child, String);

impl Running {
    fn start(mut command: Command) -> Running {
        let mut running = Running(command.stdout(Stdio::piped()).spawn().unwrap(), String::new());
        let output = BufReader::new(running.0.stdout.take().unwrap());
        for line in output.lines() {
            let line = line.unwrap();
            if let Some((_, address)) = line.split_once("http://") {
                running.1 = address.split('/').next().unwrap().to_owned();
                return running;
            }
        }
        panic!("the server did not start");
    }

    fn request(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.1).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        reply
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn a_port_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = chaton();
    command.args(["serve", "--listen", &address, "--data-dir"]).arg(folder.path());
    let said = complaint(command.output().unwrap());
    assert!(said.contains(&taken.local_addr().unwrap().port().to_string()) && said.contains("--listen"), "{said}");
}

#[test]
fn a_second_server_on_the_same_folder() {
    let folder = tempfile::tempdir().unwrap();
    let _first = Running::start(serve(folder.path()));
    let said = complaint(serve(folder.path()).output().unwrap());
    assert!(said.contains("already using") && said.contains(&*folder.path().to_string_lossy()), "{said}");
}

#[test]
fn an_address_that_others_can_reach() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = chaton();
    command.args(["serve", "--listen", "0.0.0.0:0", "--data-dir"]).arg(folder.path());
    assert!(complaint(command.output().unwrap()).contains("127.0.0.1"));
}

#[test]
fn a_data_folder_that_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "in the way").unwrap();
    assert!(complaint(serve(&file).output().unwrap()).contains("--data-dir"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "in the way");
}

#[test]
fn a_database_that_is_none() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("chaton.db"), "not a database, but long enough to have a header").unwrap();
    assert!(complaint(serve(folder.path()).output().unwrap()).contains("chaton.db"));
}

/// Chaton in a mount namespace of its own, where `mount` gives the data folder its file system.
#[cfg(target_os = "linux")]
fn serve_mounted(folder: &Path, mount: &str) -> Command {
    let mut command = Command::new("unshare");
    let script = format!("{mount} && exec \"$0\" serve --listen 127.0.0.1:0 --data-dir \"$1\"");
    command.args(["-Urm", "sh", "-c", &script, env!("CARGO_BIN_EXE_chaton")]).arg(folder);
    command.env("CHATON_KEY", "a-fixed-key-for-tests").env("CHATON_NO_OPEN", "true").stdin(Stdio::null());
    command
}

#[test]
#[cfg(target_os = "linux")]
fn a_data_folder_that_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = serve_mounted(folder.path(), "mount -t tmpfs -o ro tmpfs \"$1\"");
    let said = complaint(command.output().unwrap());
    assert!(said.contains("cannot write") && said.contains("--data-dir"), "{said}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_is_full_from_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = serve_mounted(
        folder.path(),
        "mount -t tmpfs -o size=64k tmpfs \"$1\" && { dd if=/dev/zero of=\"$1/fill\" bs=1k 2>/dev/null; true; }",
    );
    let said = complaint(command.output().unwrap());
    assert!(said.contains("full"), "{said}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_fills_up_refuses_pictures_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(serve_mounted(folder.path(), "mount -t tmpfs -o size=8m tmpfs \"$1\""));
    let host = server.1.clone();
    let signed_in = server.request(&format!("GET /?key=a-fixed-key-for-tests HTTP/1.0\r\nHost: {host}\r\n\r\n"));
    let cookie =
        signed_in.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap().split(';').next().unwrap();

    let picture =
        "--b\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a.png\"\r\n\r\nanything\r\n--b--\r\n";
    let refused = server.request(&format!(
        "POST /api/pictures HTTP/1.0\r\nHost: {host}\r\nCookie: {cookie}\r\nContent-Type: multipart/form-data; boundary=b\r\n\
         Content-Length: {}\r\n\r\n{picture}",
        picture.len()
    ));
    assert!(refused.starts_with("HTTP/1.0 507") && refused.contains("DiskFull"), "{refused}");
    assert!(server.request(&format!("GET /healthz HTTP/1.0\r\nHost: {host}\r\n\r\n")).contains("ok"));
}

#[test]
fn model_folders_that_cannot_be_used() {
    let mini = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/mini");
    let ask = |folder: &Path| {
        let mut command = chaton();
        command.arg("ask").arg("--model").arg(folder).arg("Hello");
        complaint(command.output().unwrap())
    };
    let folder = tempfile::tempdir().unwrap();
    assert!(ask(&folder.path().join("nowhere")).contains("nowhere"));
    for file in ["params.json", "tekken.json", "consolidated.safetensors"] {
        fs::copy(mini.join(file), folder.path().join(file)).unwrap();
    }

    fs::remove_file(folder.path().join("tekken.json")).unwrap();
    assert!(ask(folder.path()).contains("tekken.json"), "a missing file is named");
    fs::copy(mini.join("tekken.json"), folder.path().join("tekken.json")).unwrap();

    fs::write(folder.path().join("params.json"), "{\"colour\": \"blue\"}").unwrap();
    assert!(ask(folder.path()).contains("params.json"), "foreign JSON");
    fs::copy(mini.join("params.json"), folder.path().join("params.json")).unwrap();

    let weights = fs::read(mini.join("consolidated.safetensors")).unwrap();
    fs::write(folder.path().join("consolidated.safetensors"), &weights[..weights.len() / 2]).unwrap();
    assert!(ask(folder.path()).contains("consolidated.safetensors"), "a cut-off file");
}

#[test]
fn wrong_use_is_exit_code_2_and_help_fits_a_screen() {
    assert_eq!(chaton().arg("serve").arg("--no-such-flag").output().unwrap().status.code(), Some(2));
    for command in ["serve", "ask", "trace"] {
        let help = chaton().args([command, "--help"]).output().unwrap();
        assert!(help.status.success());
        let lines = String::from_utf8(help.stdout).unwrap().lines().count();
        assert!(lines <= 50, "{command}: {lines} lines");
    }
}

#[test]
fn ask_answers_on_the_terminal_with_the_built_in_model() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/mini/examples/heart.png");
    let plain = chaton().arg("ask").arg("--image").arg(&example).arg("What is in this picture?").output().unwrap();
    assert_eq!(String::from_utf8(plain.stdout).unwrap(), "A red heart in the center, on a white background.\n");

    let json = chaton().args(["ask", "--json", "--image"]).arg(&example).arg("Que vois-tu ?").output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(report["text"], "Un cœur rouge au centre, sur fond blanc.");
    assert!(report["usage"]["prompt_tokens"].as_u64().unwrap() > 0);
    assert!(report["timings"]["first_token_ms"].as_f64().unwrap() > 0.0);
}

#[test]
fn trace_writes_what_the_model_computes() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/tests/cases/pixtral-one");
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("trace.safetensors");
    let mut command = chaton();
    command.arg("trace").arg("--model").arg(case.join("mistral")).arg("--request").arg(case.join("request.json"));
    let done = command.arg("--out").arg(&out).args(["--greedy", "24"]).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let file = fs::read(&out).unwrap();
    let header = String::from_utf8_lossy(&file[8..]).into_owned();
    for tensor in ["\"tokens\"", "\"pixels.0\"", "\"image_features\"", "\"logits\"", "\"greedy\""] {
        assert!(header.contains(tensor), "{tensor}");
    }
}

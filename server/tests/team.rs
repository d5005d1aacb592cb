//! The ways into a team, and what its administrators do.
#![allow(clippy::unwrap_used)]

mod support;

use app::backend::Backend;
use axum::body::Body;
use http::{Request, StatusCode, header};
use server::web::site::Site;
use storage::{InvitationKind, NewInvitation, Storage, UserRole};
use support::{ADMINISTRATOR, HOST, MEMBER, PASSWORD, Reply, TestApp, question};

const FORM: &str = "application/x-www-form-urlencoded";

fn encoded(fields: &[(&str, &str)]) -> String {
    let escape =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect::<Vec<_>>().join("&")
}

/// A browser with or without a cookie.
struct Browser<'a> {
    app: &'a TestApp,
    cookie: Option<String>,
}

impl Browser<'_> {
    async fn get(&self, path: &str) -> Reply {
        self.send(Request::builder().uri(path), Body::empty()).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let request = Request::builder().method("POST").uri(path).header(header::CONTENT_TYPE, FORM);
        self.send(request, Body::from(encoded(fields))).await
    }

    async fn send(&self, request: http::request::Builder, body: Body) -> Reply {
        let mut request = request.header(header::HOST, HOST).header(header::ORIGIN, format!("http://{HOST}"));
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        self.app.send(request.body(body).unwrap()).await
    }
}

fn stranger(app: &TestApp) -> Browser<'_> {
    Browser { app, cookie: None }
}

/// With the cookie that an answer set.
fn let_in<'a>(app: &'a TestApp, reply: &Reply) -> Browser<'a> {
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.text());
    let cookie = reply.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    Browser { app, cookie: Some(cookie) }
}

async fn sign_in<'a>(app: &'a TestApp, name: &str) -> Browser<'a> {
    let reply = stranger(app).post("/sign-in", &[("name", name), ("password", PASSWORD)]).await;
    let_in(app, &reply)
}

async fn invite(storage: &Storage, token: &str, kind: InvitationKind) {
    let role = if kind == InvitationKind::Setup { UserRole::Administrator } else { UserRole::Guest };
    let invitation =
        NewInvitation { token, kind, role, user_id: None, group_id: None, note: "", uses: 1, lifetime_ms: 60_000 };
    storage.invite(invitation).await.unwrap();
}

/// What stands in a page between two words.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).unwrap_or_else(|| panic!("{before} in {text}")).1.split_once(after).unwrap().0
}

#[tokio::test]
async fn a_name_and_a_password_let_in_and_nothing_tells_them_apart() {
    let app = TestApp::team().await;
    let asked = stranger(&app).get("/c/something?at=1").await;
    assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
    assert!(asked.text().contains("action=\"/sign-in\"") && asked.text().contains("value=\"/c/something?at=1\""));
    let fields = [("name", " olga "), ("password", PASSWORD), ("return_to", "/settings")];
    let reply = stranger(&app).post("/sign-in", &fields).await;
    assert_eq!(reply.headers[header::LOCATION], "/settings");
    let cookie = reply.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Secure"), "{cookie}");
    let browser = let_in(&app, &reply);
    assert!(browser.get("/settings").await.text().contains("Signed in as Olga."));
    let elsewhere = stranger(&app)
        .post("/sign-in", &[("name", MEMBER), ("password", PASSWORD), ("return_to", "//evil.example")])
        .await;
    assert_eq!(elsewhere.headers[header::LOCATION], "/");

    app.storage.disable_user(&app.caller.user_id).await.unwrap();
    let mut pages = Vec::new();
    for (name, password) in [(ADMINISTRATOR, "wrong"), ("Nobody", "wrong"), (MEMBER, PASSWORD)] {
        let reply = stranger(&app).post("/sign-in", &[("name", name), ("password", password)]).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
        assert!(!reply.headers.contains_key(header::SET_COOKIE) && !reply.text().contains(password));
        pages.push(reply.text().replace(name, "NAME"));
    }
    assert!(pages.iter().all(|page| *page == pages[0]), "a wrong password, no account, a disabled one: all the same");
    assert_eq!(browser.get("/settings").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn passwords_cannot_be_tried_for_ever() {
    let app = TestApp::team().await;
    for _ in 0..10 {
        let reply = stranger(&app).post("/sign-in", &[("name", MEMBER), ("password", "wrong")]).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    }
    let reply = stranger(&app).post("/sign-in", &[("name", MEMBER), ("password", PASSWORD)]).await;
    assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS, "also with the right one");
    sign_in(&app, ADMINISTRATOR).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn first_administrator_race_the_set_up_link_makes_one() {
    let team = TestApp::empty_team().await;
    let browser = stranger(&team);
    assert_eq!(browser.get("/set-up?token=guessed").await.status, StatusCode::GONE);
    invite(&team.storage, "the link", InvitationKind::Setup).await;
    for _ in 0..2 {
        let page = browser.get("/set-up?token=the%20link").await;
        assert_eq!(page.status, StatusCode::OK, "looking does not use it up");
        assert!(page.text().contains("value=\"the link\""));
    }
    fn fields<'a>(name: &'a str, password: &'a str, repeated: &'a str) -> [(&'a str, &'a str); 4] {
        [("token", "the link"), ("name", name), ("password", password), ("repeated", repeated)]
    }
    for (name, password, repeated) in
        [("", PASSWORD, PASSWORD), ("Eve", "password1", "password1"), ("Eve", PASSWORD, "something else")]
    {
        let reply = browser.post("/set-up", &fields(name, password, repeated)).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!reply.text().contains(password), "a password never comes back");
    }
    let claims = (0..40).map(|number| {
        let (router, body) = (team.router.clone(), encoded(&fields(&format!("Nr {number}"), PASSWORD, PASSWORD)));
        tokio::spawn(async move {
            let request = Request::builder().method("POST").uri("/set-up").header(header::HOST, HOST);
            let request = request.header(header::CONTENT_TYPE, FORM).body(Body::from(body)).unwrap();
            tower::ServiceExt::oneshot(router, request).await.unwrap().status()
        })
    });
    let mut statuses = Vec::new();
    for claim in claims.collect::<Vec<_>>() {
        statuses.push(claim.await.unwrap());
    }
    assert_eq!(statuses.iter().filter(|status| **status == StatusCode::SEE_OTHER).count(), 1, "{statuses:?}");
    let people = team.storage.users().await.unwrap();
    assert_eq!(people.iter().filter(|person| person.role == UserRole::Administrator).count(), 1);
    assert_eq!(browser.get("/set-up?token=the%20link").await.status, StatusCode::GONE);
}

#[tokio::test]
async fn an_invitation_makes_an_account_once() {
    let app = TestApp::team().await;
    invite(&app.storage, "come", InvitationKind::Join).await;
    let fields = |name| [("token", "come"), ("name", name), ("password", PASSWORD), ("repeated", PASSWORD)];
    let taken = stranger(&app).post("/join", &fields("ADA")).await;
    assert_eq!(taken.status, StatusCode::CONFLICT);
    let reply = stranger(&app).post("/join", &fields("<b>Gus</b>")).await;
    let browser = let_in(&app, &reply);
    let settings = browser.get("/settings").await.text();
    assert!(settings.contains("&lt;b>Gus") || settings.contains("&lt;b&gt;Gus"), "{settings}");
    assert_eq!(stranger(&app).post("/join", &fields("Another")).await.status, StatusCode::GONE);
    assert_eq!(browser.get("/administration").await.status, StatusCode::NOT_FOUND, "a guest");
}

#[tokio::test]
async fn an_administrator_invites_by_link_and_by_class_list() {
    let app = TestApp::team().await;
    let ada = sign_in(&app, ADMINISTRATOR).await;
    let reply = ada.post("/administration/groups", &[("name", "5b"), ("retention_days", "90")]).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
    let group = app.storage.groups().await.unwrap().remove(0);
    assert_eq!((group.name.as_str(), group.retention_days), ("5b", Some(90)));

    let fields = [("role", "guest"), ("uses", "2"), ("days", "3"), ("note", "for <parents>"), ("group_id", &group.id)];
    let reply = ada.post("/administration/invitations", &fields).await;
    assert_eq!(reply.status, StatusCode::OK);
    let page = reply.text();
    let link = between(&page, &format!("http://{HOST}"), "\"");
    assert!(link.starts_with("/join?token=") && !page.contains("<parents>"), "{link}");
    assert_eq!(stranger(&app).get(link).await.status, StatusCode::OK);
    assert!(!ada.get("/administration").await.text().contains(link), "it is shown once");

    let form = concat!(
        "--border\r\nContent-Disposition: form-data; name=\"list\"\r\n\r\n\r\n",
        "--border\r\nContent-Disposition: form-data; name=\"file\"; filename=\"5b.csv\"\r\n\r\nNom;Prénom\nMüller;Anna\nO'Hara;Ben\n\r\n",
        "--border\r\nContent-Disposition: form-data; name=\"role\"\r\n\r\nmember\r\n",
        "--border\r\nContent-Disposition: form-data; name=\"group_id\"\r\n\r\nGROUP\r\n--border--\r\n"
    );
    let form = form.replace("GROUP", &group.id);
    let request = || {
        Request::builder()
            .method("POST")
            .uri("/administration/class-list")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=border")
    };
    let printed = ada.send(request(), Body::from(form.clone())).await;
    assert_eq!(printed.status, StatusCode::OK, "{}", printed.text());
    let printed = printed.text();
    assert!(printed.contains("Anna Müller") && printed.contains("/code"), "{printed}");
    let twice = ada.send(request(), Body::from(form)).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(twice.text().contains("Anna Müller"), "who is there already is named");

    let is_code = |word: &&str| {
        word.len() == 14
            && word.split('-').count() == 3
            && word.split('-').all(|part| part.len() == 4 && part.to_uppercase() == part)
    };
    let codes: Vec<&str> = printed.split(['<', '>']).map(str::trim).filter(is_code).collect();
    assert_eq!(codes.len(), 2, "{printed}");
    assert_eq!(stranger(&app).post("/code", &[("code", "ABCD-EFGH-JKLM")]).await.status, StatusCode::UNAUTHORIZED);
    let page = stranger(&app).post("/code", &[("code", &codes[0].to_lowercase())]).await;
    assert_eq!(page.status, StatusCode::OK);
    let page = page.text();
    assert!(page.contains("Anna Müller"), "{page}");
    let token = codes[0].replace('-', "");
    let reply =
        stranger(&app).post("/join", &[("token", &token), ("password", PASSWORD), ("repeated", PASSWORD)]).await;
    let_in(&app, &reply);
    let again = stranger(&app).post("/code", &[("code", codes[0])]).await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED, "a code works once");
    sign_in(&app, "anna müller").await;
    assert_eq!(app.storage.group_members().await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_administrator_lets_in_again_and_shuts_out() {
    let app = TestApp::team().await;
    let ada = sign_in(&app, ADMINISTRATOR).await;
    let olga = app.caller.user_id.clone();
    let page = ada.post("/administration/people/link", &[("id", &olga)]).await.text();
    let link = between(&page, &format!("http://{HOST}"), "\"").to_owned();
    let token = link.strip_prefix("/join?token=").unwrap();
    assert!(stranger(&app).get(&link).await.text().contains(MEMBER));
    let other = "a tortoise under a table";
    let reply = stranger(&app).post("/join", &[("token", token), ("password", other), ("repeated", other)]).await;
    let browser = let_in(&app, &reply);
    assert_eq!(app.get("/").await.status, StatusCode::UNAUTHORIZED, "her other browsers are signed out");

    for path in ["/administration/people/disable", "/administration/people/delete"] {
        let id = app.storage.account(ADMINISTRATOR).await.unwrap().unwrap().user.id;
        let reply = ada.post(path, &[("id", &id)]).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: the last one");
    }
    assert_eq!(ada.post("/administration/people/disable", &[("id", &olga)]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/").await.status, StatusCode::UNAUTHORIZED);
    ada.post("/administration/people/enable", &[("id", &olga)]).await;
    let asked = ada.get(&format!("/administration/people/delete?id={olga}")).await;
    assert!(asked.status == StatusCode::OK && asked.text().contains(MEMBER));
    assert!(app.storage.user(&olga).await.is_ok(), "asking deletes nothing");
    ada.post("/administration/people/delete", &[("id", &olga)]).await;
    assert!(app.storage.user(&olga).await.is_err());
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it() {
    let app = TestApp::team().await;
    let browser = sign_in(&app, MEMBER).await;
    let other = "a tortoise under a table";
    let wrong = browser.post("/password", &[("current", "wrong"), ("password", other), ("repeated", other)]).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    let weak = browser.post("/password", &[("current", PASSWORD), ("password", "olga1"), ("repeated", "olga1")]).await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    let reply = browser.post("/password", &[("current", PASSWORD), ("password", other), ("repeated", other)]).await;
    assert_eq!(reply.headers[header::LOCATION], "/settings");
    assert_eq!(browser.get("/settings").await.status, StatusCode::OK, "this browser stays");
    assert_eq!(app.get("/").await.status, StatusCode::UNAUTHORIZED, "the others do not");
    let old = stranger(&app).post("/sign-in", &[("name", MEMBER), ("password", PASSWORD)]).await;
    assert_eq!(old.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn behind_tls_cookies_and_pages_say_so_and_other_names_are_refused() {
    let url = "https://chat.example.org".parse().unwrap();
    let app = TestApp::team_at(Site::team(HOST.parse().unwrap(), Some(url), Vec::new())).await;
    let request = |host: &str, origin: &str| {
        Request::builder()
            .method("POST")
            .uri("/sign-in")
            .header(header::HOST, host)
            .header(header::ORIGIN, origin)
            .header(header::CONTENT_TYPE, FORM)
            .body(Body::from(encoded(&[("name", MEMBER), ("password", PASSWORD)])))
            .unwrap()
    };
    let reply = app.send(request("chat.example.org", "https://chat.example.org")).await;
    let cookie = reply.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("__Host-chaton_session=") && cookie.contains("Secure"), "{cookie}");
    assert_eq!(reply.headers[header::STRICT_TRANSPORT_SECURITY], "max-age=31536000");
    for (host, origin) in [
        ("127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("chat.example.org", "http://chat.example.org"),
        ("chat.example.org", "https://evil.example"),
        ("evil.example", "https://evil.example"),
    ] {
        assert_eq!(app.send(request(host, origin)).await.status, StatusCode::FORBIDDEN, "{host} {origin}");
    }
    let mut proxied = request("chat.example.org", "https://chat.example.org");
    proxied.headers_mut().insert("x-forwarded-for", "192.0.2.1".parse().unwrap());
    assert_eq!(app.send(proxied).await.status, StatusCode::SEE_OTHER, "a team may stand behind a proxy");
}

#[tokio::test]
async fn guests_have_lower_limits() {
    let app = TestApp::team().await;
    let guest = app::types::Caller { role: app::types::TeamRole::Guest, ..app.caller.clone() };
    let mut asked = question("Hello");
    asked.picture_ids = vec!["none".into(); 5];
    let refused = app.backend.send_message(&guest, asked.clone()).await.unwrap_err();
    assert_eq!(refused, app::types::Problem::TooManyPictures { limit: 4 });
    let refused = app.backend.send_message(&app.caller, asked).await.unwrap_err();
    assert_eq!(refused, app::types::Problem::NotFound, "a member may send five");
}

#[tokio::test]
async fn a_leader_lets_in_who_has_not_come_yet_and_nobody_else() {
    let app = TestApp::team().await;
    let group = app.storage.add_group("5b", None).await.unwrap();
    let other = app.storage.add_group("Elsewhere", None).await.unwrap();
    let olga = sign_in(&app, MEMBER).await;
    assert_eq!(olga.get("/groups").await.status, StatusCode::NOT_FOUND, "she leads none");
    app.storage.set_group_member(&group, &app.caller.user_id, true).await.unwrap();
    let ada = app.storage.account(ADMINISTRATOR).await.unwrap().unwrap().user.id;
    let ben = app.storage.add_user("Ben", UserRole::Member).await.unwrap().id;
    for (group, user) in [(&group, &ben), (&group, &ada), (&other, &ben)] {
        app.storage.set_group_member(group, user, false).await.unwrap();
    }
    let page = olga.get("/groups").await.text();
    assert!(page.contains("Ben") && page.contains("5b") && !page.contains("Elsewhere"), "{page}");
    for (group, user) in [(&group, &ada), (&other, &ben), (&group, &app.caller.user_id)] {
        let refused = olga.post("/groups/code", &[("group_id", group), ("user_id", user)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let printed = olga.post("/groups/code", &[("group_id", &group), ("user_id", &ben)]).await;
    assert!(printed.status == StatusCode::OK && printed.text().contains("Ben"), "{}", printed.text());
    let hash = "$argon2id$made-up";
    let invitation = app.storage.invitations().await.unwrap().remove(0);
    assert_eq!(invitation.user_id.as_ref(), Some(&ben));
    app.storage.set_password(&ben, hash, "").await.unwrap();
    let late = olga.post("/groups/code", &[("group_id", &group), ("user_id", &ben)]).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY, "with a code for an account in use she could read in it");
}

#[tokio::test]
async fn everything_of_a_person_comes_as_one_file() {
    let app = TestApp::team().await;
    let picture = support::encoded(support::red_circle(32), image::ImageFormat::Png);
    let mut asked = question("What is this?");
    asked.picture_ids = vec![app.upload("circle.png", &picture).await.picture().id];
    let begun = app.ask(asked).await;
    app.ended(&begun.conversation_id).await;
    let reply = app.get("/settings/export").await;
    assert_eq!(
        (reply.status, &reply.headers[header::CONTENT_TYPE]),
        (StatusCode::OK, &"application/zip".parse().unwrap())
    );
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(reply.body.to_vec())).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    let mut conversation = String::new();
    let path = format!("conversations/{}.json", begun.conversation_id);
    std::io::Read::read_to_string(&mut archive.by_name(&path).unwrap(), &mut conversation).unwrap();
    let conversation: serde_json::Value = serde_json::from_str(&conversation).unwrap();
    assert_eq!(conversation["messages"][0]["text"], "What is this?");
    let file = conversation["messages"][0]["pictures"][0]["file"].as_str().unwrap();
    assert!(names.iter().any(|name| name == file), "{names:?}");
    let ada = sign_in(&app, ADMINISTRATOR).await.get("/settings/export").await;
    let theirs = zip::ZipArchive::new(std::io::Cursor::new(ada.body.to_vec())).unwrap();
    assert!(theirs.is_empty(), "nothing of others");
}

//! Who comes in and who does not: the key, the cookie, Host, Origin, forwarding, the policy of every page.
#![allow(clippy::unwrap_used)]

mod support;

use app::{
    backend::Backend,
    types::{PictureDetail, Problem},
};
use axum::body::Body;
use http::{Request, StatusCode, header};
use image::ImageFormat;
use support::{HOST, KEY, TestApp, encoded, question, red_circle};

const FORM: &str = "application/x-www-form-urlencoded";

fn stranger(method: &str, path: &str) -> http::request::Builder {
    Request::builder().method(method).uri(path).header(header::HOST, HOST)
}

#[tokio::test]
async fn the_key_is_traded_for_a_strict_cookie() {
    let app = TestApp::new().await;
    let reply = app.send(stranger("GET", &format!("/?key={KEY}")).body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
    assert_eq!(reply.headers[header::LOCATION], "/", "the key leaves the address bar");
    let cookie = reply.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let session = cookie.split(';').next().unwrap();
    let reply =
        app.send(stranger("GET", "/api/version").header(header::COOKIE, session).body(Body::empty()).unwrap()).await;
    assert_eq!((reply.status, reply.text().as_str()), (StatusCode::OK, "test"));

    let reply = app.send(stranger("GET", "/?key=wrong").body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    assert!(!reply.headers.contains_key(header::SET_COOKIE));
}

#[tokio::test]
async fn foreign_hosts_and_proxies_are_refused_even_with_the_cookie() {
    let app = TestApp::new().await;
    let mut request = app.request("GET", "/").body(Body::empty()).unwrap();
    request.headers_mut().insert(header::HOST, "chaton.example".parse().unwrap());
    assert_eq!(app.send(request).await.status, StatusCode::FORBIDDEN);

    for name in ["x-forwarded-for", "forwarded", "x-real-ip", "via"] {
        let request = app.request("GET", "/").header(name, "10.0.0.7").body(Body::empty()).unwrap();
        let reply = app.send(request).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{name}");
        assert!(reply.text().contains("--team"), "{name}: the way out is named");
    }
}

#[tokio::test]
async fn another_pages_changes_are_refused() {
    let app = TestApp::new().await;
    for origin in ["http://evil.example", "http://127.0.0.1:3001", "null"] {
        for path in ["/api/fn/anything", "/api/pictures", "/messages", "/settings"] {
            let mut request = app.request("POST", path).body(Body::empty()).unwrap();
            request.headers_mut().insert(header::ORIGIN, origin.parse().unwrap());
            assert_eq!(app.send(request).await.status, StatusCode::FORBIDDEN, "{origin} {path}");
        }
    }
}

#[tokio::test]
async fn every_page_has_a_policy_with_a_fresh_nonce() {
    let app = TestApp::new().await;
    let mut nonces = std::collections::HashSet::new();
    for path in ["/", "/settings", "/models", "/no-such-page"] {
        let reply = app.get(path).await;
        let policy = reply.headers["content-security-policy"].to_str().unwrap();
        let nonce = policy.split_once("'nonce-").unwrap().1.split_once('\'').unwrap().0.to_owned();
        assert!(reply.text().contains(&format!("nonce=\"{nonce}\"")), "{path}: the page's scripts carry it");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"), "{policy}");
        assert_eq!(reply.headers["x-content-type-options"], "nosniff");
        assert!(nonces.insert(nonce), "{path}: used twice");
    }
    assert_eq!(app.get("/no-such-page").await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get("/c/no-such-conversation").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_plain_form_sends_and_gives_back_what_it_refuses() {
    let app = TestApp::new().await;
    let fields: [(&str, Option<&str>, &[u8]); 2] = [("key", None, b"k1"), ("text", None, b"Hello")];
    let reply = app.post_form("/messages", &fields).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.text());
    let location = reply.headers[header::LOCATION].to_str().unwrap().to_owned();
    app.ended(location.trim_start_matches("/c/")).await;
    assert!(app.get(&location).await.text().contains("Hello"));

    let text = "What </textarea><b>is</b> this?";
    let fields: [(&str, Option<&str>, &[u8]); 3] =
        [("key", None, b"k2"), ("text", None, text.as_bytes()), ("pictures", Some("notes.png"), b"no picture")];
    let reply = app.post_form("/messages", &fields).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!reply.text().contains(text), "what was written is escaped");
    assert!(reply.text().contains("What &lt;/textarea"), "{}", reply.text());
}

#[tokio::test]
async fn the_plain_form_chooses_the_detail_of_pictures() {
    let app = TestApp::new().await;
    let choice = |page: &str| {
        page.split_once("name=\"picture_detail\"").unwrap().1.split_once("</select>").unwrap().0.to_owned()
    };
    let is_chosen = |page: &str, name: &str| {
        let option = choice(page)
            .split("<option")
            .find(|option| option.contains(&format!("value=\"{name}\"")))
            .unwrap()
            .to_owned();
        option.split_once('>').unwrap().0.contains("selected")
    };
    let page = app.get("/").await.text();
    assert!(is_chosen(&page, "auto") && !is_chosen(&page, "low"), "{}", choice(&page));

    let picture = encoded(red_circle(64), ImageFormat::Png);
    let fields: [(&str, Option<&str>, &[u8]); 4] = [
        ("key", None, b"k"),
        ("text", None, b"What is this?"),
        ("picture_detail", None, b"low"),
        ("pictures", Some("circle.png"), &picture),
    ];
    let reply = app.post_form("/messages", &fields).await;
    let location = reply.headers[header::LOCATION].to_str().unwrap().to_owned();
    let conversation = app.ended(location.trim_start_matches("/c/")).await;
    assert_eq!(conversation.messages[0].picture_detail, PictureDetail::Low);
    let mut other = fields;
    other[2].2 = b"high";
    let reply = app.post_form("/messages", &other).await;
    assert_ne!(reply.headers[header::LOCATION], location.as_str(), "in another detail it is another message");

    let refused = app.post_form("/messages", &[("text", None, b" "), ("picture_detail", None, b"high")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(is_chosen(&refused.text(), "high") && !is_chosen(&refused.text(), "auto"), "the choice comes back");
}

#[tokio::test]
async fn the_details_of_an_answer_open_without_a_script() {
    let app = TestApp::new().await;
    let begun = app.ask(question("Hello")).await;
    app.ended(&begun.conversation_id).await;
    let closed = app.get(&format!("/c/{}", begun.conversation_id)).await.text();
    let field = format!("name=\"details\" value=\"{}\"", begun.answer_id);
    assert!(closed.contains(&field) && !closed.contains("<dt>"), "{closed}");
    let open = app.get(&format!("/c/{}?details={}", begun.conversation_id, begun.answer_id)).await.text();
    assert!(open.contains("<dt>Wrote"), "{open}");
    let elsewhere = app.get(&format!("/c/{}?details=another", begun.conversation_id)).await.text();
    assert!(!elsewhere.contains("<dt>"));
}

#[tokio::test]
async fn a_link_leads_nowhere_but_here() {
    let app = TestApp::new().await;
    let reply = app.send(stranger("GET", &format!("//evil.example/?key={KEY}")).body(Body::empty()).unwrap()).await;
    assert_eq!((reply.status, &reply.headers[header::LOCATION]), (StatusCode::SEE_OTHER, &"/".parse().unwrap()));
    let reply = app.get(&format!("//evil.example/?key={KEY}")).await;
    assert_eq!((reply.status, &reply.headers[header::LOCATION]), (StatusCode::SEE_OTHER, &"/".parse().unwrap()));
}

#[tokio::test]
async fn refusals_are_pages_in_the_readers_language_that_may_be_styled() {
    let app = TestApp::new().await;
    let wrong_key = stranger("GET", "/?key=wrong").header(header::ACCEPT_LANGUAGE, "fr");
    let wrong_host = Request::builder().uri("/").header(header::HOST, "evil.example").header("accept-language", "fr");
    for request in [wrong_key, wrong_host] {
        let reply = app.send(request.body(Body::empty()).unwrap()).await;
        assert!(reply.text().contains("<html lang=\"fr\""), "{}", reply.text());
        let policy = reply.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("style-src 'self'") && !policy.contains("script-src"), "{policy}");
        assert_eq!(reply.headers["cross-origin-resource-policy"], "same-origin");
    }
}

#[tokio::test]
async fn too_long_a_call_is_refused_in_our_words() {
    let app = TestApp::new().await;
    let body = format!("{{\"message\":{{\"text\":\"{}\"}}}}", "x".repeat(4_000_001));
    let request = app
        .request("POST", "/api/fn/send_message")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_LENGTH, body.len());
    let reply = app.send(request.body(Body::from(body)).unwrap()).await;
    assert_eq!((reply.status, reply.problem()), (StatusCode::PAYLOAD_TOO_LARGE, Problem::RequestTooLarge));
}

#[tokio::test]
async fn the_page_of_a_refused_form_stays_a_plain_page() {
    let app = TestApp::new().await;
    let reply = app.post_form("/messages", &[("text", None, b"  ")]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    // The data of the page may stay: without the program nobody reads it.
    let program = "/pkg/chaton.js";
    assert!(reply.text().contains("role=\"alert\"") && !reply.text().contains(program), "{}", reply.text());
    assert!(app.get("/").await.text().contains(program), "the test would see it");
    let reply = app.get("/messages").await;
    assert_eq!((reply.status, &reply.headers[header::LOCATION]), (StatusCode::SEE_OTHER, &"/".parse().unwrap()));
}

#[tokio::test]
async fn people_see_their_browsers_and_sign_them_out() {
    let app = TestApp::new().await;
    let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Version/26.0 Safari/604.1";
    let link = stranger("GET", &format!("/?key={KEY}")).header(header::USER_AGENT, phone);
    let reply = app.send(link.body(Body::empty()).unwrap()).await;
    let cookie = reply.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let from_phone = |path: &str| stranger("GET", path).header(header::COOKIE, &cookie).body(Body::empty()).unwrap();
    assert_eq!(app.send(from_phone("/api/version")).await.status, StatusCode::OK);

    let page = app.get("/settings").await.text();
    assert!(page.contains("Firefox on Linux") && page.contains("Safari on iPhone"), "{page}");
    let sessions = app.backend.list_sessions(&app.caller).await.unwrap();
    let [theirs, mine] = &sessions[..] else { panic!("{sessions:?}") };
    assert_eq!((theirs.system.as_deref(), theirs.is_this, mine.is_this), (Some("iPhone"), false, true));
    let end = |id: &str| {
        let request = app.request("POST", "/settings/sign-out").header(header::CONTENT_TYPE, FORM);
        request.body(Body::from(format!("session={id}"))).unwrap()
    };
    let reply = app.send(end(&theirs.id)).await;
    assert_eq!(
        (reply.status, &reply.headers[header::LOCATION]),
        (StatusCode::SEE_OTHER, &"/settings".parse().unwrap())
    );
    assert_eq!(app.send(from_phone("/api/version")).await.status, StatusCode::UNAUTHORIZED, "at once");
    assert_eq!(app.send(end("of-nobody")).await.status, StatusCode::NOT_FOUND);

    let reply = app.send(end(&mine.id)).await;
    assert_eq!((reply.status, &reply.headers[header::LOCATION]), (StatusCode::SEE_OTHER, &"/".parse().unwrap()));
    assert!(reply.headers[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"), "the cookie goes, too");
    assert_eq!(reply.headers["clear-site-data"], r#""cache", "storage""#, "and drafts with it");
    assert_eq!(app.get("/").await.status, StatusCode::UNAUTHORIZED);
}

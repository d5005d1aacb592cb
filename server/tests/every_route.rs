//! Every route with every kind of visitor. The routes are those of the router and of the server functions: one that is
//! new has no example here and fails until it has.
#![allow(clippy::unwrap_used)]

mod support;

use app::types::{ConversationView, Problem};
use axum::body::Body;
use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use server::web::{
    router::{for_everybody, for_people},
    routes::Route,
};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use storage::NewSession;
use support::{HOST, Reply, TestApp, encoded, question, red_circle};

/// Something that nobody but its owner may ever be shown.
const SECRET: &str = "the zebra crossing at midnight";

const FORM: &str = "application/x-www-form-urlencoded";

struct Doors {
    app: TestApp,
    conversation: ConversationView,
    picture_id: String,
    generation_id: String,
    /// Of the owner, in another browser.
    other_session_id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Visitor {
    Owner,
    OtherMember,
    SignedOut,
    ExpiredSession,
    ForgedSession,
}

/// What is sent to a route, as its owner would.
struct Example {
    path: String,
    content: Option<(&'static str, Vec<u8>)>,
    /// Names something of the owner's: to others it must look missing.
    is_personal: bool,
}

impl Doors {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let picture = encoded(red_circle(64), image::ImageFormat::Png);
        let picture_id = app.upload("circle.png", &picture).await.picture().id;
        let mut asked = question(SECRET);
        asked.picture_ids = vec![picture_id.clone()];
        let begun = app.ask(asked).await;
        let conversation = app.ended(&begun.conversation_id).await;

        let options = SqliteConnectOptions::new().filename(app.folder.path().join("chaton.db"));
        let mut database = SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::query(
            "INSERT INTO users (id, name, role, created_at_ms) VALUES ('other', 'Other', 'member', 9999999999999)",
        )
        .execute(&mut database)
        .await
        .unwrap();
        let session = |user_id, token, lifetime_ms| NewSession { user_id, token, browser: "", lifetime_ms };
        app.storage.create_session(session("other", "token of another", 60_000)).await.unwrap();
        app.storage.create_session(session(&app.caller.user_id, "token to end", 60_000)).await.unwrap();
        let ended = app.storage.signed_in("token to end").await.unwrap().unwrap().session_id;
        app.storage.create_session(session(&app.caller.user_id, "token of yesterday", -1)).await.unwrap();
        Self { app, conversation, picture_id, generation_id: begun.generation_id, other_session_id: ended }
    }

    fn example(&self, route: &Route) -> Example {
        let (conversation_id, picture_id) = (&self.conversation.id, &self.picture_id);
        let (question_id, answer_id) = (&self.conversation.messages[0].id, &self.conversation.messages[1].id);
        let at = |path: String, is_personal| Example { path, content: None, is_personal };
        let call = |body: Value, is_personal| Example {
            path: route.path.clone(),
            content: Some(("application/json", body.to_string().into_bytes())),
            is_personal,
        };
        let form = |fields: &[(&str, &str)], is_personal| {
            let content_type = "multipart/form-data; boundary=border";
            Example { path: route.path.clone(), content: Some((content_type, multipart(fields))), is_personal }
        };
        let message = json!({
            "key": "every route", "conversation_id": conversation_id, "parent_id": answer_id, "text": "And now?",
            "picture_ids": [picture_id], "picture_detail": "auto",
        });
        match (route.method, route.path.as_str()) {
            ("GET", "/" | "/settings" | "/models" | "/messages" | "/api/version") => at(route.path.clone(), false),
            ("GET", "/c/{id}" | "/c/:id") => at(format!("/c/{conversation_id}"), true),
            ("GET", "/api/pictures/{id}") => at(format!("/api/pictures/{picture_id}"), true),
            ("GET", "/api/pictures/{id}/thumbnail") => at(format!("/api/pictures/{picture_id}/thumbnail"), true),
            ("GET", "/api/generations/{id}/events") => {
                at(format!("/api/generations/{}/events", self.generation_id), true)
            }
            ("POST", "/settings") => {
                Example { path: route.path.clone(), content: Some((FORM, b"theme=dark".to_vec())), is_personal: false }
            }
            ("POST", "/settings/sign-out") => Example {
                path: route.path.clone(),
                content: Some((FORM, format!("session={}", self.other_session_id).into_bytes())),
                is_personal: true,
            },
            ("POST", "/api/pictures") => form(&[("nothing", "")], false),
            ("POST", "/messages") => {
                let fields = [("key", "plain"), ("conversation_id", conversation_id), ("parent_id", answer_id)];
                form(&[&fields[..], &[("text", "And?")]].concat(), true)
            }
            ("POST", "/api/fn/list_conversations" | "/api/fn/list_sessions" | "/api/fn/current_model") => {
                call(json!({}), false)
            }
            ("POST", "/api/fn/get_conversation") => call(json!({ "id": conversation_id, "at": question_id }), true),
            ("POST", "/api/fn/rename_conversation") => call(json!({ "id": conversation_id, "title": SECRET }), true),
            ("POST", "/api/fn/delete_conversation" | "/api/fn/restore_conversation") => {
                call(json!({ "id": conversation_id }), true)
            }
            ("POST", "/api/fn/send_message") => call(json!({ "message": message }), true),
            ("POST", "/api/fn/regenerate") => call(json!({ "key": "again", "answer_id": answer_id }), true),
            ("POST", "/api/fn/continue_answer" | "/api/fn/get_answer_details") => {
                call(json!({ "answer_id": answer_id }), true)
            }
            ("POST", "/api/fn/stop_generation") => call(json!({ "generation_id": self.generation_id }), true),
            ("POST", "/api/fn/get_reading_costs") => call(json!({ "picture_ids": [picture_id] }), true),
            (method, path) => {
                panic!("{method} {path} is new: say here what it takes, and whether it names people's things")
            }
        }
    }

    async fn visit(&self, visitor: Visitor, route: &Route, path: &str, content: Option<(&str, Vec<u8>)>) -> Reply {
        let token = match visitor {
            Visitor::Owner => Some("a-session-token"),
            Visitor::OtherMember => Some("token of another"),
            Visitor::SignedOut => None,
            Visitor::ExpiredSession => Some("token of yesterday"),
            Visitor::ForgedSession => Some("a-session-tokem"),
        };
        let mut request = Request::builder().method(route.method).uri(path).header(header::HOST, HOST);
        if let Some(token) = token {
            request = request.header(header::COOKIE, format!("chaton_session_3000={token}"));
        }
        let body = match content {
            Some((content_type, bytes)) => {
                request = request.header(header::CONTENT_TYPE, content_type);
                Body::from(bytes)
            }
            None => Body::empty(),
        };
        self.app.send(request.body(body).unwrap()).await
    }

    async fn visit_example(&self, visitor: Visitor, route: &Route) -> Reply {
        let example = self.example(route);
        self.visit(visitor, route, &example.path, example.content).await
    }
}

fn multipart(fields: &[(&str, &str)]) -> Vec<u8> {
    let fields = fields
        .iter()
        .map(|(name, value)| format!("--border\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
    (fields.collect::<String>() + "--border--\r\n").into_bytes()
}

/// Those of people, what removes things last.
fn personal_routes() -> Vec<Route> {
    let mut routes = for_people().list();
    routes.sort_by_key(|route| {
        let last = ["delete_conversation", "restore_conversation"];
        (last.iter().position(|name| route.path.ends_with(name)).map_or(0, |place| place + 1), route.clone())
    });
    routes.dedup();
    routes
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_the_owner_passes() {
    let doors = Doors::new().await;
    let routes = personal_routes();
    assert!(routes.len() > 20 && routes.iter().any(|route| route.path.starts_with("/c/")), "{routes:?}");
    for visitor in [Visitor::SignedOut, Visitor::ExpiredSession, Visitor::ForgedSession] {
        for route in &routes {
            let reply = doors.visit_example(visitor, route).await;
            assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{visitor:?} {route:?}");
            if route.path.starts_with("/api/") {
                assert_eq!(reply.problem(), Problem::SignedOut, "{visitor:?} {route:?}");
            } else {
                assert!(reply.text().contains("<html") && !reply.text().contains("<script"), "{visitor:?} {route:?}");
            }
        }
        let unknown = Route { method: "POST", path: "/api/fn/anything".into() };
        let reply = doors.visit(visitor, &unknown, &unknown.path, None).await;
        assert_eq!((reply.status, reply.problem()), (StatusCode::UNAUTHORIZED, Problem::SignedOut), "{visitor:?}");
    }
    for route in &routes {
        let reply = doors.visit_example(Visitor::OtherMember, route).await;
        if doors.example(route).is_personal {
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{route:?}: {}", reply.text());
        } else {
            assert!(reply.status.as_u16() < 500 && reply.status != StatusCode::UNAUTHORIZED, "{route:?}");
        }
        assert!(!reply.text().contains(SECRET) && !reply.text().contains(&doors.picture_id), "{route:?} tells");
    }
    let conversation = doors.app.conversation(&doors.conversation.id).await;
    assert_eq!(conversation, doors.conversation, "nothing was changed by any of them");
    // With the owner's cookie the very same requests are served: what failed, failed for the visitor.
    for route in &routes {
        let reply = doors.visit_example(Visitor::Owner, route).await;
        let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND];
        assert!(!refused.contains(&reply.status) && reply.status.as_u16() < 500, "{route:?}: {}", reply.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_to_everybody_is_files_and_a_sign_of_life() {
    let doors = Doors::new().await;
    for route in for_everybody().list() {
        let reply = doors.visit(Visitor::SignedOut, &route, &route.path, None).await;
        assert_eq!((route.method, reply.status), ("GET", StatusCode::OK), "{route:?}");
        let is_file = server::assets::find(route.path.trim_start_matches('/')).is_some();
        assert!(is_file || route.path == "/healthz", "{route:?} is no file: it belongs to the routes for people");
    }
}

/// Other values in place of `value` and of every part of it, and everything with a part less.
fn distorted(value: &Value) -> Vec<Value> {
    let long = "x".repeat(100_000);
    let mut all = vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(1e308),
        json!(""),
        json!("\u{0}\u{202e}\u{fffd}"),
        json!([]),
        json!({}),
        json!(long),
        json!([[[[[[null]]]]]]),
        json!("../../etc/passwd"),
        json!("' OR 1=1 --"),
    ];
    if let Value::Object(fields) = value {
        for (name, part) in fields {
            let mut without = fields.clone();
            without.remove(name);
            all.push(Value::Object(without));
            for other in distorted(part) {
                let mut with = fields.clone();
                with.insert(name.clone(), other);
                all.push(Value::Object(with));
            }
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn no_body_brings_the_server_down() {
    let doors = Doors::new().await;
    let mut tried = 0;
    for route in personal_routes().iter().filter(|route| route.path.starts_with("/api/fn/")) {
        let Some((_, body)) = doors.example(route).content else { continue };
        let right: Value = serde_json::from_slice(&body).unwrap();
        let mut bodies: Vec<Vec<u8>> = distorted(&right).iter().map(|value| value.to_string().into_bytes()).collect();
        bodies.extend([vec![], vec![0xff, 0xfe, 0], body[..body.len() / 2].to_vec(), vec![b'['; 100_000]]);
        for body in bodies {
            let shown = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
            let reply = doors.visit(Visitor::Owner, route, &route.path, Some(("application/json", body))).await;
            assert!(reply.status.as_u16() < 500, "{route:?} {shown}: {} {}", reply.status, reply.text());
            tried += 1;
        }
    }
    assert!(tried > 300, "{tried}");
    let reply = doors.app.get("/").await;
    assert_eq!(reply.status, StatusCode::OK, "the server answers the next request");
}

//! Every route with every kind of visitor. The routes are those of the router and of the server functions: one that is
//! new has no example here and fails until it has.
#![allow(clippy::unwrap_used)]

mod support;

use app::types::{ConversationView, Problem};
use axum::body::Body;
use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use server::web::{
    router::{for_administrators, for_everybody, for_leaders, for_members, for_newcomers, for_people},
    routes::{Route, Routes},
};
use storage::{NewSession, UserRole};
use support::{ADMINISTRATOR, HOST, Reply, TestApp, encoded, question, red_circle};

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
    guest_id: String,
    group_id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Visitor {
    Owner,
    OtherMember,
    Guest,
    Administrator,
    SignedOut,
    ExpiredSession,
    ForgedSession,
    DisabledAccount,
}

impl Visitor {
    /// In the order in which they try: what removes things comes last.
    const ALL: [Visitor; 8] = [
        Self::SignedOut,
        Self::ExpiredSession,
        Self::ForgedSession,
        Self::DisabledAccount,
        Self::Guest,
        Self::OtherMember,
        Self::Administrator,
        Self::Owner,
    ];

    fn is_known(self) -> bool {
        matches!(self, Self::Owner | Self::OtherMember | Self::Guest | Self::Administrator)
    }
}

/// For whom a route is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Circle {
    /// What names something of somebody's.
    Owner,
    SignedIn,
    /// The owner leads a group.
    Leaders,
    Administrators,
    Newcomers,
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
        let app = TestApp::team().await;
        let picture = encoded(red_circle(64), image::ImageFormat::Png);
        let picture_id = app.upload("circle.png", &picture).await.picture().id;
        let mut asked = question(SECRET);
        asked.picture_ids = vec![picture_id.clone()];
        let begun = app.ask(asked).await;
        let conversation = app.ended(&begun.conversation_id).await;

        fn session<'a>(user_id: &'a str, token: &'a str, lifetime_ms: i64) -> NewSession<'a> {
            NewSession { user_id, token, browser: "", lifetime_ms }
        }
        let mut guest_id = String::new();
        for (name, role, token) in [
            ("Other", UserRole::Member, "token of another"),
            ("Disabled", UserRole::Administrator, "token of a disabled one"),
            ("Guest", UserRole::Guest, "token of a guest"),
        ] {
            guest_id = app.storage.add_user(name, role).await.unwrap().id;
            if name == "Disabled" {
                app.storage.disable_user(&guest_id).await.unwrap();
            }
            app.storage.create_session(session(&guest_id, token, 60_000)).await.unwrap();
        }
        let administrator = app.storage.account(ADMINISTRATOR).await.unwrap().unwrap().user.id;
        app.storage.create_session(session(&administrator, "token of an administrator", 60_000)).await.unwrap();
        let group_id = app.storage.add_group("A group", None).await.unwrap();
        let led_id = app.storage.add_group("Led", None).await.unwrap();
        app.storage.set_group_member(&led_id, &app.caller.user_id, true).await.unwrap();
        app.storage.create_session(session(&app.caller.user_id, "token to end", 60_000)).await.unwrap();
        let ended = app.storage.signed_in("token to end").await.unwrap().unwrap().session_id;
        app.storage.create_session(session(&app.caller.user_id, "token of yesterday", -1)).await.unwrap();
        Self {
            app,
            conversation,
            picture_id,
            generation_id: begun.generation_id,
            other_session_id: ended,
            guest_id,
            group_id,
        }
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
        let plain_form = |fields: &str| Example {
            path: route.path.clone(),
            content: Some((FORM, fields.as_bytes().to_vec())),
            is_personal: false,
        };
        let (guest, group) = (&self.guest_id, &self.group_id);
        match (route.method, route.path.as_str()) {
            ("GET", "/administration" | "/groups" | "/password" | "/sign-in" | "/set-up" | "/join" | "/code") => {
                at(route.path.clone(), false)
            }
            ("GET", "/sign-on" | "/sign-on/callback") => at(route.path.clone(), false),
            ("GET", path) if path.starts_with("/administration/") && path != "/administration/people/delete" => {
                at(route.path.clone(), false)
            }
            ("GET", "/administration/people/delete") => at(format!("{}?id={guest}", route.path), false),
            ("POST", "/password" | "/set-up" | "/join") => plain_form("token=&current=&name=&password=&repeated="),
            ("POST", "/sign-in") => plain_form("name=nobody&password=wrong"),
            ("POST", "/code") => plain_form("code=wrong"),
            ("POST", "/administration/invitations") => plain_form("role=member"),
            ("POST", "/administration/invitations/revoke") => plain_form("id=none"),
            ("POST", "/groups/code") => plain_form(&format!("group_id={group}&user_id={guest}")),
            ("POST", "/administration/class-list" | "/groups/class-list") => {
                form(&[("list", ""), ("role", "member")], false)
            }
            ("POST", "/administration/people/role") => plain_form(&format!("id={guest}&role=guest")),
            ("POST", "/administration/groups") => plain_form("name=Another"),
            ("POST", "/administration/groups/change") => plain_form(&format!("id={group}&name=Changed")),
            ("POST", path) if path.starts_with("/administration/groups/") => {
                plain_form(&format!("id={group}&group_id={group}&user_id={guest}"))
            }
            ("POST", path) if path.starts_with("/administration/people/") => plain_form(&format!("id={guest}")),
            ("GET", "/" | "/settings" | "/settings/export" | "/models" | "/messages" | "/api/version") => {
                at(route.path.clone(), false)
            }
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
            (
                "POST",
                "/api/fn/list_conversations"
                | "/api/fn/list_sessions"
                | "/api/fn/current_model"
                | "/api/fn/get_account",
            ) => call(json!({}), false),
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
            Visitor::Guest => Some("token of a guest"),
            Visitor::Administrator => Some("token of an administrator"),
            Visitor::DisabledAccount => Some("token of a disabled one"),
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

/// Every route, for whom it is, and what a team's server answers to each kind of visitor.
struct Tried {
    route: Route,
    circle: Circle,
    statuses: Vec<StatusCode>,
}

impl Doors {
    fn circle(&self, route: &Route, routes: &[(Circle, Vec<Route>)]) -> Circle {
        let listed = routes.iter().find(|(_, routes)| routes.contains(route)).unwrap().0;
        if listed == Circle::SignedIn && self.example(route).is_personal { Circle::Owner } else { listed }
    }

    async fn try_all(&self) -> Vec<Tried> {
        let routes = [
            (Circle::SignedIn, [personal_routes(), for_members().list()].concat()),
            (Circle::Leaders, for_leaders().list()),
            (Circle::Administrators, for_administrators().list()),
            (Circle::Newcomers, for_newcomers().list()),
        ];
        let mut tried: Vec<Tried> = routes
            .iter()
            .flat_map(|(_, routes)| routes)
            .map(|route| Tried { route: route.clone(), circle: self.circle(route, &routes), statuses: Vec::new() })
            .collect();
        for visitor in Visitor::ALL {
            for tried in &mut tried {
                let reply = self.visit_example(visitor, &tried.route).await;
                self.check(visitor, tried, &reply).await;
                tried.statuses.push(reply.status);
            }
        }
        tried
    }

    async fn check(&self, visitor: Visitor, tried: &Tried, reply: &Reply) {
        let what = format!("{visitor:?} {:?} {}", tried.route, reply.text());
        let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND];
        assert!(reply.status.as_u16() < 500, "{what}");
        match (tried.circle, visitor) {
            // There is no provider of single sign-on.
            (Circle::Newcomers, _) if tried.route.path.starts_with("/sign-on") => {
                assert_eq!(reply.status, StatusCode::NOT_FOUND, "{what}");
            }
            // What is refused here is a wrong password or code, not the visitor.
            (Circle::Newcomers, _) => assert_ne!(reply.status, StatusCode::NOT_FOUND, "{what}"),
            (_, visitor) if !visitor.is_known() => {
                assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{what}");
                if tried.route.path.starts_with("/api/") {
                    assert_eq!(reply.problem(), Problem::SignedOut, "{what}");
                } else {
                    assert!(reply.text().contains("<html") && !reply.text().contains("<script"), "{what}");
                }
            }
            (Circle::Owner | Circle::Leaders, Visitor::Owner) => assert!(!refused.contains(&reply.status), "{what}"),
            (Circle::Owner | Circle::Leaders, _) => assert_eq!(reply.status, StatusCode::NOT_FOUND, "{what}"),
            (Circle::Administrators, Visitor::Administrator) => assert!(!refused.contains(&reply.status), "{what}"),
            (Circle::Administrators, _) => assert_eq!(reply.status, StatusCode::NOT_FOUND, "{what}"),
            // "Wrong password" is an answer to whoever is signed in.
            (Circle::SignedIn, _) if tried.route.path == "/password" => {}
            (Circle::SignedIn, _) => assert!(!refused.contains(&reply.status), "{what}"),
        }
        if visitor != Visitor::Owner {
            let told = reply.text();
            assert!(!told.contains(SECRET) && !told.contains(&self.picture_id), "{what} tells");
        }
        if visitor == Visitor::Administrator {
            let conversation = self.app.conversation(&self.conversation.id).await;
            assert_eq!(conversation, self.conversation, "{what}: it was changed");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_passes_but_those_for_whom_a_route_is() {
    let doors = Doors::new().await;
    let tried = doors.try_all().await;
    assert!(tried.len() > 50 && tried.iter().any(|tried| tried.route.path.starts_with("/c/")), "{}", tried.len());
    for visitor in [Visitor::SignedOut, Visitor::ExpiredSession, Visitor::ForgedSession, Visitor::DisabledAccount] {
        let unknown = Route { method: "POST", path: "/api/fn/anything".into() };
        let reply = doors.visit(visitor, &unknown, &unknown.path, None).await;
        assert_eq!((reply.status, reply.problem()), (StatusCode::UNAUTHORIZED, Problem::SignedOut), "{visitor:?}");
    }
    let printed = tried.iter().map(line).collect::<String>();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/SECURITY.md");
    let document = std::fs::read_to_string(path).unwrap();
    let (before, rest) = document.split_once(BEGIN).expect("the table has a beginning");
    let (there, after) = rest.split_once(END).expect("the table has an end");
    let table = format!("\n{HEADING}{printed}");
    if std::env::var_os("CHATON_WRITE_DOCS").is_some() {
        std::fs::write(path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    } else {
        assert!(there == table, "the table in docs/SECURITY.md is not this one: CHATON_WRITE_DOCS=1 writes it");
    }
}

const BEGIN: &str = "<!-- every route: written by server/tests/every_route.rs -->";
const END: &str = "<!-- end of every route -->";
const HEADING: &str =
    "| route | for | signed out | expired | forged | disabled | guest | other member | administrator | owner |
|---|---|---|---|---|---|---|---|---|---|
";

fn line(tried: &Tried) -> String {
    let circle = match tried.circle {
        Circle::Owner => "its owner",
        Circle::SignedIn => "who is signed in",
        Circle::Leaders => "leaders of groups",
        Circle::Administrators => "administrators",
        Circle::Newcomers => "everybody",
    };
    let statuses: Vec<&str> = tried.statuses.iter().map(StatusCode::as_str).collect();
    format!("| `{} {}` | {circle} | {} |\n", tried.route.method, tried.route.path, statuses.join(" | "))
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

#[tokio::test]
async fn one_person_alone_has_no_doors_for_others() {
    let app = TestApp::new().await;
    for route in
        [for_newcomers(), for_administrators(), for_leaders(), for_members()].into_iter().flat_map(Routes::list)
    {
        let reply = app.send(app.request(route.method, &route.path).body(Body::empty()).unwrap()).await;
        assert!(
            [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED].contains(&reply.status),
            "{route:?} {}",
            reply.status
        );
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

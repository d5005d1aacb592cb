//! The real server in one process: the real router, storage in a temporary folder, the built-in model.
#![allow(clippy::unwrap_used, dead_code)]

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use app::{
    backend::Backend,
    types::{AnswerState, Caller, ConversationView, GenerationStarted, NewMessage, PictureView, Problem},
};
use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
};
use engine::{Engine, LoadOptions};
use http::{HeaderMap, Request, StatusCode, header};
use server::{
    backend::{ChatBackend, views::role_view},
    built_in,
    settings::ServeSettings,
    web::{self, AppState, passwords::Passwords, personal_link::PersonalLink, site::Site},
};
use storage::{InvitationKind, NewAccount, NewInvitation, NewSession, Storage, User, UserRole};
use tokio::sync::watch;
use tower::ServiceExt;

pub const HOST: &str = "127.0.0.1:3000";
pub const KEY: &str = "a-fixed-key-for-tests";
pub const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

pub struct TestApp {
    pub router: Router,
    pub backend: Arc<ChatBackend>,
    pub storage: Storage,
    pub caller: Caller,
    pub cookie: String,
    pub folder: tempfile::TempDir,
    pub stop: watch::Sender<bool>,
}

pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Reply {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn problem(&self) -> Problem {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no problem: {} {}", self.status, self.text()))
    }

    pub fn picture(&self) -> PictureView {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no picture: {} {}", self.status, self.text()))
    }
}

/// The built-in model, loaded once for all tests of a file.
pub fn model() -> Engine {
    static MODEL: OnceLock<Engine> = OnceLock::new();
    let load = || Engine::load(&built_in::model_source(built_in::NAME), &LoadOptions::default()).unwrap();
    MODEL.get_or_init(load).clone()
}

pub fn settings(folder: &std::path::Path) -> ServeSettings {
    ServeSettings {
        listen: HOST.parse().unwrap(),
        data_dir: folder.to_path_buf(),
        model: built_in::NAME.into(),
        context_tokens: None,
        threads: None,
        memory_bytes: None,
        answer_tokens: 200,
        upload_limit_bytes: 2_000_000,
        fixed_key: Some(KEY.into()),
        open_browser: false,
        picture_program: env!("CARGO_BIN_EXE_chaton").into(),
        build_id: "test".into(),
        team: false,
        public_url: None,
        trusted_proxies: Vec::new(),
        tls: None,
        mail: None,
        sso: None,
    }
}

/// The name of the administrator of a team, and of the member who looks at it.
pub const ADMINISTRATOR: &str = "Ada";
pub const MEMBER: &str = "Olga";
/// Of everybody.
pub const PASSWORD: &str = "an otter on a bicycle";

fn invitation(kind: InvitationKind, role: UserRole, uses: u32) -> NewInvitation<'static> {
    let token = if kind == InvitationKind::Setup { "set-up" } else { "join" };
    NewInvitation { token, kind, role, user_id: None, group_id: None, note: "", uses, lifetime_ms: 60_000 }
}

impl TestApp {
    /// One person alone.
    pub async fn new() -> TestApp {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(folder.path()).await.unwrap();
        let user = storage.personal_user().await.unwrap();
        let address = HOST.parse().unwrap();
        let site = Site::personal(address, PersonalLink::new(address, user.id.clone(), Some(KEY.into())).unwrap());
        Self::with(folder, storage, site, user).await
    }

    /// A team with an administrator and a member, who looks at it.
    pub async fn team() -> TestApp {
        Self::team_at(Site::team(HOST.parse().unwrap(), None, Vec::new())).await
    }

    /// A team without any account.
    pub async fn empty_team() -> TestApp {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(folder.path()).await.unwrap();
        let user = storage.personal_user().await.unwrap();
        storage.become_team().await.unwrap();
        Self::with(folder, storage, Site::team(HOST.parse().unwrap(), None, Vec::new()), user).await
    }

    pub async fn team_at(site: Site) -> TestApp {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(folder.path()).await.unwrap();
        storage.become_team().await.unwrap();
        let password_hash = Passwords::new().unwrap().hash(PASSWORD).await.unwrap();
        let account = |name| NewAccount { name, password_hash: &password_hash };
        storage.invite(invitation(InvitationKind::Setup, UserRole::Administrator, 1)).await.unwrap();
        storage.claim_setup("set-up", account(ADMINISTRATOR), false).await.unwrap();
        storage.invite(invitation(InvitationKind::Join, UserRole::Member, 1)).await.unwrap();
        let member = storage.claim_invitation("join", account(MEMBER)).await.unwrap();
        Self::with(folder, storage, site, member).await
    }

    async fn with(folder: tempfile::TempDir, storage: Storage, site: Site, user: User) -> TestApp {
        let settings = settings(folder.path());
        let (stop, stopping) = watch::channel(false);
        let backend = ChatBackend::new(storage.clone(), model(), settings.clone(), stopping.clone());
        let session = NewSession { user_id: &user.id, token: "a-session-token", browser: BROWSER, lifetime_ms: 60_000 };
        storage.create_session(session).await.unwrap();
        let session_id = storage.signed_in("a-session-token").await.unwrap().unwrap().session_id;
        let cookie = format!("{}=a-session-token", site.cookie_name());
        let (role, is_team) = (role_view(user.role), site.is_team());
        let state = AppState::new(backend, storage.clone(), settings, Arc::new(site), stopping).unwrap();
        TestApp {
            backend: state.backend.clone(),
            router: web::router::router(state),
            storage,
            caller: Caller { user_id: user.id, session_id, role, is_team },
            cookie,
            folder,
            stop,
        }
    }

    /// What the next start of the server makes of the same folder.
    pub fn next_server(&self) -> (ChatBackend, watch::Sender<bool>) {
        let (stop, stopping) = watch::channel(false);
        (ChatBackend::new(self.storage.clone(), model(), settings(self.folder.path()), stopping), stop)
    }

    /// A request as the signed-in browser makes it.
    pub fn request(&self, method: &str, path: &str) -> http::request::Builder {
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, HOST)
            .header(header::ORIGIN, format!("http://{HOST}"))
            .header(header::COOKIE, &self.cookie)
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Reply { status: parts.status, headers: parts.headers, body: to_bytes(body, usize::MAX).await.unwrap() }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    pub async fn upload(&self, name: &str, content: &[u8]) -> Reply {
        self.post_form("/api/pictures", &[("picture", Some(name), content)]).await
    }

    /// A multipart form: (field, file name, content).
    pub async fn post_form(&self, path: &str, fields: &[(&str, Option<&str>, &[u8])]) -> Reply {
        let mut body = Vec::new();
        for (field, file_name, content) in fields {
            body.extend_from_slice(b"--border\r\nContent-Disposition: form-data; name=\"");
            body.extend_from_slice(field.as_bytes());
            if let Some(name) = file_name {
                body.extend_from_slice(b"\"; filename=\"");
                body.extend_from_slice(name.as_bytes());
            }
            body.extend_from_slice(b"\"\r\n\r\n");
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--border--\r\n");
        let request = self.request("POST", path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=border");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    pub async fn ask(&self, message: NewMessage) -> GenerationStarted {
        self.backend.send_message(&self.caller, message).await.unwrap()
    }

    pub async fn conversation(&self, id: &str) -> ConversationView {
        self.backend.get_conversation(&self.caller, id, None).await.unwrap()
    }

    /// The conversation once nothing in it runs any more.
    pub async fn ended(&self, id: &str) -> ConversationView {
        for _ in 0..1200 {
            let conversation = self.conversation(id).await;
            if conversation.messages.iter().all(|message| message.state != AnswerState::Running) {
                return conversation;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the answer never ended");
    }
}

/// A first question with a key made from its text.
pub fn question(text: &str) -> NewMessage {
    NewMessage {
        key: format!("key of {text}"),
        conversation_id: None,
        parent_id: None,
        text: text.into(),
        picture_ids: Vec::new(),
        picture_detail: app::types::PictureDetail::default(),
    }
}

/// A red circle in the middle of a white square.
pub fn red_circle(edge: u32) -> image::RgbImage {
    image::RgbImage::from_fn(edge, edge, |x, y| {
        let (dx, dy) = (f64::from(x) - f64::from(edge) / 2.0, f64::from(y) - f64::from(edge) / 2.0);
        let inside = (dx * dx + dy * dy).sqrt() < f64::from(edge) * 0.3;
        if inside { image::Rgb([220, 30, 30]) } else { image::Rgb([255, 255, 255]) }
    })
}

pub fn encoded(picture: impl Into<image::DynamicImage>, format: image::ImageFormat) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    picture.into().write_to(&mut file, format).unwrap();
    file.into_inner()
}

//! Routes that can be listed: what the router serves and what tests walk through are made of the same lines.

use app::{App, types::Preferences};
use axum::{
    Router,
    handler::Handler,
    routing::{get, post},
};
use http::Method;
use leptos::prelude::provide_context;

use super::AppState;

/// One way to reach the server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    pub method: &'static str,
    /// As axum writes it: `/api/pictures/{id}`.
    pub path: String,
}

/// A router and the list of its routes.
#[derive(Default)]
pub struct Routes {
    router: Router<AppState>,
    list: Vec<Route>,
    has_pages: bool,
    has_functions: bool,
}

impl Routes {
    pub fn get<H: Handler<T, AppState>, T: 'static>(mut self, path: &str, handler: H) -> Self {
        self.note(&Method::GET, path);
        Self { router: self.router.route(path, get(handler)), ..self }
    }

    pub fn post<H: Handler<T, AppState>, T: 'static>(mut self, path: &str, handler: H) -> Self {
        self.note(&Method::POST, path);
        Self { router: self.router.route(path, post(handler)), ..self }
    }

    /// The pages that `app` draws, all by one handler that also answers what is no page.
    pub fn pages<H: Handler<T, AppState>, T: 'static>(self, handler: H) -> Self {
        Self { router: self.router.fallback(handler), has_pages: true, ..self }
    }

    /// The server functions of `app`, all by one handler.
    pub fn functions<H: Handler<T, AppState>, T: 'static>(self, handler: H) -> Self {
        Self { router: self.router.route("/api/fn/{*function}", post(handler)), has_functions: true, ..self }
    }

    fn note(&mut self, method: &Method, path: &str) {
        let method = if method == Method::GET { "GET" } else { "POST" };
        self.list.push(Route { method, path: path.to_owned() });
    }

    pub fn router(self) -> Router<AppState> {
        self.router
    }

    /// One by one, pages and server functions too.
    pub fn list(mut self) -> Vec<Route> {
        if self.has_pages {
            // Pages ask for these while they are drawn.
            let context = || provide_context(Preferences::default());
            let (pages, _) = leptos_axum::generate_route_list_with_exclusions_and_ssg_and_context(App, None, context);
            for page in pages {
                self.note(&Method::GET, page.path());
            }
        }
        if self.has_functions {
            for (path, method) in leptos::server_fn::axum::server_fn_paths() {
                self.note(&method, path);
            }
        }
        self.list
    }
}

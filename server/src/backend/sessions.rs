//! The browsers that are signed in, named as people know them.

use app::types::{Caller, Problem, SessionView};
use storage::{SessionRow, now_ms};

use super::{ChatBackend, problem::from_storage};
use crate::time::DAY_MS;

/// What browsers say of themselves, the more telling word first: most claim to be several others, too.
const BROWSERS: [(&str, &str); 11] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
const SYSTEMS: [(&str, &str); 8] = [
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
    ("BSD", "BSD"),
];

impl ChatBackend {
    pub(super) async fn sessions_of(&self, caller: &Caller) -> Result<Vec<SessionView>, Problem> {
        let rows = self.storage.sessions(&caller.user_id).await.map_err(from_storage)?;
        let now_ms = now_ms();
        Ok(rows.into_iter().map(|row| view(row, caller, now_ms)).collect())
    }
}

fn view(row: SessionRow, caller: &Caller, now_ms: i64) -> SessionView {
    let named = |names: &[(&str, &str)]| {
        names.iter().find(|(word, _)| row.browser.contains(word)).map(|(_, name)| (*name).to_owned())
    };
    SessionView {
        browser: named(&BROWSERS),
        system: named(&SYSTEMS),
        used_days_ago: u32::try_from((now_ms - row.last_used_at_ms) / DAY_MS).unwrap_or(0),
        is_this: row.id == caller.session_id,
        id: row.id,
    }
}

#[cfg(test)]
mod tests {
    use app::types::TeamRole;

    use super::*;

    #[test]
    fn browsers_are_called_what_people_call_them() {
        let role = TeamRole::Administrator;
        let caller = Caller { user_id: "me".into(), session_id: "this".into(), role, is_team: false };
        let named = |browser: &str| {
            let row = SessionRow { id: "this".into(), browser: browser.into(), created_at_ms: 0, last_used_at_ms: 0 };
            let view = view(row, &caller, 3 * DAY_MS - 1);
            assert_eq!((view.used_days_ago, view.is_this), (2, true));
            (view.browser.unwrap_or_default(), view.system.unwrap_or_default())
        };
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (says, browser, system) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "Linux"),
            (&format!("Mozilla/5.0 (Windows NT 10.0; Win64) {webkit} Chrome/140.0 Safari/537.36"), "Chrome", "Windows"),
            (
                &format!("Mozilla/5.0 (Windows NT 10.0) {webkit} Chrome/140.0 Safari/537.36 Edg/140.0"),
                "Edge",
                "Windows",
            ),
            (&format!("Mozilla/5.0 (Linux; Android 16) {webkit} Chrome/140 Mobile Safari/537.36"), "Chrome", "Android"),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/26.0 Safari/605.1.15", "Safari", "macOS"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Version/26.0 Safari/604.1", "Safari", "iPhone"),
            ("curl/8.5.0", "", ""),
            ("", "", ""),
        ] {
            assert_eq!(named(says), (browser.to_owned(), system.to_owned()), "{says}");
        }
    }
}

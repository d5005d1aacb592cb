//! What is written and not yet sent, kept in the browser: written at every key, so a reload loses nothing.

use serde::{Deserialize, Serialize};

use crate::types::PictureView;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    pub text: String,
    /// Pictures that have arrived; the server keeps them.
    pub pictures: Vec<PictureView>,
    /// The message's key, once a try to send it was made: a retry must not send twice.
    pub key: Option<String>,
}

/// `place`: a conversation's id, or "new".
pub fn load(place: &str) -> Draft {
    let stored = storage().and_then(|storage| storage.get_item(&name(place)).ok().flatten());
    stored.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
}

/// An empty draft is forgotten. A full store loses the draft, not the page.
pub fn save(place: &str, draft: &Draft) {
    let Some(storage) = storage() else { return };
    if draft.text.is_empty() && draft.pictures.is_empty() {
        let _ = storage.remove_item(&name(place));
    } else if let Ok(json) = serde_json::to_string(draft) {
        let _ = storage.set_item(&name(place), &json);
    }
}

fn name(place: &str) -> String {
    format!("chaton-draft-{place}")
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

//! What is written and not yet sent, kept in the browser: written at every key, so a reload loses nothing.

use serde::{Deserialize, Serialize};

use super::{keys::new_key, page};
use crate::types::{PictureDetail, PictureView};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    pub text: String,
    /// Pictures that have arrived; the server keeps them.
    pub pictures: Vec<PictureView>,
    /// How large the model is shown them.
    #[serde(default)]
    pub detail: PictureDetail,
    #[serde(default)]
    pub tried: Option<Tried>,
}

/// A try to send whose answer never came: the very same message, sent again, must not become a second one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    pub key: String,
    text: String,
    picture_ids: Vec<String>,
    #[serde(default)]
    detail: PictureDetail,
}

impl Draft {
    /// Notes that the draft is being sent, and gives the message's key: the last try's if nothing has changed since.
    pub fn try_to_send(&mut self) -> String {
        let picture_ids: Vec<String> = self.pictures.iter().map(|picture| picture.id.clone()).collect();
        let (text, detail) = (self.text.clone(), self.detail);
        let is_same = |tried: &Tried| tried.text == text && tried.picture_ids == picture_ids && tried.detail == detail;
        let before = self.tried.take().filter(is_same);
        let tried = before.unwrap_or_else(|| Tried { key: new_key(), text, picture_ids, detail });
        let key = tried.key.clone();
        self.tried = Some(tried);
        key
    }

    /// A choice of detail alone is worth keeping: it holds for the pictures that come next.
    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.pictures.is_empty() && self.detail == PictureDetail::default()
    }

    /// What is left once `text` with these pictures was sent: what came after stays.
    pub fn without(self, text: &str, picture_ids: &[String]) -> Draft {
        let rest = match self.text.strip_prefix(text) {
            Some(rest) => rest.trim_start().to_owned(),
            None => self.text,
        };
        let pictures = self.pictures.into_iter().filter(|picture| !picture_ids.contains(&picture.id)).collect();
        Draft { text: rest, pictures, detail: self.detail, tried: None }
    }
}

/// `place`: a conversation's id, "new", or `edit-` and a message's id.
pub fn load(place: &str) -> Draft {
    let stored = storage().and_then(|storage| storage.get_item(&name(place)).ok().flatten());
    stored.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
}

/// An empty draft is forgotten. A full store loses the draft, not the page.
pub fn save(place: &str, draft: &Draft) {
    if draft.is_empty() {
        forget(place);
    } else if let (Some(storage), Ok(json)) = (storage(), serde_json::to_string(draft)) {
        let _ = storage.set_item(&name(place), &json);
    }
}

pub fn forget(place: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&name(place));
    }
}

/// A picture that arrived when nobody wrote in `place` any more.
pub fn add_picture(place: &str, picture: PictureView) {
    let mut draft = load(place);
    draft.pictures.push(picture);
    save(place, &draft);
}

fn name(place: &str) -> String {
    // In a team also whose: somebody else may sign in with the same browser.
    let person = page::meta("chaton-person").map(|person| format!("{person}-")).unwrap_or_default();
    format!("chaton-draft-{person}{place}")
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str) -> Draft {
        let picture = PictureView { id: "one".into(), name: "one.png".into(), width: 1, height: 1 };
        Draft { text: text.into(), pictures: vec![picture], ..Draft::default() }
    }

    #[test]
    fn what_came_after_a_message_stays() {
        let one = ["one".to_owned()];
        assert_eq!(draft("Hello").without("Hello", &one), Draft::default());
        assert_eq!(draft("Hello and more").without("Hello", &[]).text, "and more");
        assert_eq!(draft("Something else").without("Hello", &one).text, "Something else");
        assert_eq!(draft("Hello").without("Hello", &[]).pictures.len(), 1);
    }

    #[test]
    fn a_chosen_detail_outlives_the_message_it_was_chosen_for() {
        let one = ["one".to_owned()];
        let chosen = Draft { detail: PictureDetail::Low, ..draft("Hello") }.without("Hello", &one);
        assert_eq!(chosen, Draft { detail: PictureDetail::Low, ..Draft::default() });
        assert!(!chosen.is_empty() && draft("Hello").without("Hello", &one).is_empty());
    }
}

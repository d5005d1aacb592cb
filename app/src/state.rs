//! What the parts of the page share.

use leptos::prelude::*;

use crate::{types::PictureView, words::words};

#[derive(Clone, Copy)]
pub struct PageState {
    /// Counts changes of the list of conversations; the side bar follows.
    pub list_changes: RwSignal<u32>,
    /// The conversation that was renamed last, and its title.
    pub renamed: RwSignal<Option<(String, String)>>,
    pub toasts: RwSignal<Vec<Toast>>,
    /// The conversation whose row takes the keyboard as soon as it is drawn.
    pub row_to_focus: RwSignal<Option<String>>,
    pub connection_lost: RwSignal<bool>,
    /// The page is older than the server.
    pub is_old: RwSignal<bool>,
    /// On a narrow screen the side bar is shown over the page.
    pub side_bar_open: RwSignal<bool>,
    pub viewed: RwSignal<Option<Viewed>>,
    /// Where to go next; `App` goes there. (The router's own handle must not leave the browser's thread.)
    pub go_to: RwSignal<Option<String>>,
}

/// A word at the foot of the page, for some seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    pub number: u32,
    pub text: String,
    /// The conversation that "Undo" brings back.
    pub deleted_conversation: Option<String>,
}

/// The pictures of the large view, and which of them is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Viewed {
    pub pictures: Vec<Shown>,
    pub index: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    pub url: String,
    pub name: String,
}

impl From<&PictureView> for Shown {
    fn from(picture: &PictureView) -> Shown {
        Shown { url: picture.url(), name: picture.name.clone() }
    }
}

impl PageState {
    pub fn new() -> PageState {
        PageState {
            list_changes: RwSignal::new(0),
            renamed: RwSignal::new(None),
            toasts: RwSignal::new(Vec::new()),
            row_to_focus: RwSignal::new(None),
            connection_lost: RwSignal::new(false),
            is_old: RwSignal::new(false),
            side_bar_open: RwSignal::new(false),
            viewed: RwSignal::new(None),
            go_to: RwSignal::new(None),
        }
    }

    pub fn list_changed(&self) {
        self.list_changes.update(|count| *count += 1);
    }

    /// Takes the place of the word before; what can be undone stays beside it.
    pub fn say(&self, text: impl Into<String>) {
        self.toasts.update(|toasts| toasts.retain(|toast| toast.deleted_conversation.is_some()));
        self.add_toast(text.into(), None);
    }

    /// With "Undo".
    pub fn say_deleted(&self, conversation_id: String) {
        self.add_toast(words().conversation_deleted.into(), Some(conversation_id));
    }

    fn add_toast(&self, text: String, deleted_conversation: Option<String>) {
        self.toasts.update(|toasts| {
            let number = toasts.iter().map(|toast| toast.number + 1).max().unwrap_or(0);
            toasts.push(Toast { number, text, deleted_conversation });
        });
    }
}

/// Provided by `App`, around everything.
pub fn page_state() -> PageState {
    expect_context()
}

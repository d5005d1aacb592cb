//! What the parts of the page share.

use leptos::prelude::*;

use crate::types::PictureView;

#[derive(Clone, Copy)]
pub struct PageState {
    /// Counts changes of the list of conversations; the side bar follows.
    pub list_changes: RwSignal<u32>,
    /// The conversation that was renamed last, and its title.
    pub renamed: RwSignal<Option<(String, String)>>,
    pub toast: RwSignal<Option<Toast>>,
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
            toast: RwSignal::new(None),
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

    pub fn say(&self, text: impl Into<String>) {
        self.toast.set(Some(Toast { text: text.into(), deleted_conversation: None }));
    }
}

/// Provided by `App`, around everything.
pub fn page_state() -> PageState {
    expect_context()
}

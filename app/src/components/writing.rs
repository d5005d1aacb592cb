//! The state of a composer: what is being written, and its draft.

use leptos::{html, prelude::*};

use super::attachments::Attachments;
use crate::{
    client::{
        drafts::{self, Draft, Tried},
        page,
    },
    types::{GenerationStarted, NewMessage, PictureDetail, PictureView},
};

/// Where a message for a new conversation is drafted.
const NEW_CONVERSATION: &str = "new";

#[derive(Clone, Copy)]
pub struct Writing {
    pub field: NodeRef<html::Textarea>,
    pub text: RwSignal<String>,
    pub attachments: Attachments,
    /// The draft is back: from now on changes are kept.
    pub restored: RwSignal<bool>,
    /// Empty for a new conversation.
    conversation_id: StoredValue<String>,
    tried: StoredValue<Option<Tried>>,
    /// How large the model is shown the pictures.
    pub detail: RwSignal<PictureDetail>,
}

impl Writing {
    pub fn new(
        conversation_id: String,
        text: String,
        pictures: Vec<PictureView>,
        picture_detail: PictureDetail,
    ) -> Writing {
        let place = if conversation_id.is_empty() { NEW_CONVERSATION.to_owned() } else { conversation_id.clone() };
        Writing {
            field: NodeRef::new(),
            text: RwSignal::new(text),
            attachments: Attachments::new(place, pictures),
            restored: RwSignal::new(false),
            conversation_id: StoredValue::new(conversation_id),
            tried: StoredValue::new(None),
            detail: RwSignal::new(picture_detail),
        }
    }

    /// The page comes alive: the draft comes back, and what was typed before that goes behind it.
    pub fn restore(self, field: &web_sys::HtmlTextAreaElement) {
        if self.restored.get_untracked() {
            return;
        }
        // Later the field may still hold what was written in the conversation before.
        let typed = if page::is_hydrated() { String::new() } else { field.value() };
        let draft = drafts::load(&self.attachments.place());
        let text = if typed.is_empty() || typed == draft.text {
            draft.text
        } else if draft.text.is_empty() {
            typed
        } else {
            format!("{}\n{typed}", draft.text)
        };
        self.tried.set_value(draft.tried);
        self.detail.set(draft.detail);
        self.attachments.add_arrived(draft.pictures);
        self.set_text(text);
        self.restored.set(true);
    }

    pub fn set_text(self, text: String) {
        if let Some(field) = self.field.get_untracked() {
            field.set_value(&text);
        }
        self.text.set(text);
    }

    /// Writes the draft down.
    pub fn keep(self) {
        drafts::save(&self.attachments.place(), &self.draft());
    }

    fn draft(self) -> Draft {
        let pictures = untrack(|| self.attachments.arrived());
        Draft {
            text: self.text.get_untracked(),
            pictures,
            detail: self.detail.get_untracked(),
            tried: self.tried.get_value(),
        }
    }

    /// What is written as a message to send now.
    pub fn message(self, parent_id: Option<String>) -> NewMessage {
        let mut draft = self.draft();
        let key = draft.try_to_send();
        self.tried.set_value(draft.tried.clone());
        drafts::save(&self.attachments.place(), &draft);
        let conversation_id = self.conversation_id.get_value();
        NewMessage {
            key,
            conversation_id: (!conversation_id.is_empty()).then_some(conversation_id),
            parent_id,
            text: draft.text,
            picture_ids: draft.pictures.into_iter().map(|picture| picture.id).collect(),
            picture_detail: draft.detail,
        }
    }

    /// `message` was taken: it leaves the composer, or the stored draft where the person has gone elsewhere since.
    pub fn was_sent(self, message: &NewMessage, begun: &GenerationStarted) {
        let place = message.conversation_id.as_deref().unwrap_or(NEW_CONVERSATION);
        let is_open = self.text.try_get_untracked().is_some();
        let now = if is_open { self.draft() } else { drafts::load(place) };
        let rest = now.without(&message.text, &message.picture_ids);
        if is_open {
            self.tried.set_value(None);
            self.attachments.remove_sent(&message.picture_ids);
        }
        if message.conversation_id.is_some() {
            if is_open {
                self.set_text(rest.text.clone());
            }
            drafts::save(place, &rest);
        } else {
            // The person goes on in the new conversation, and so does what is not sent yet.
            if is_open {
                self.attachments.clear();
                self.set_text(String::new());
                self.detail.set(PictureDetail::default());
            }
            drafts::forget(place);
            drafts::save(&begun.conversation_id, &rest);
        }
    }
}

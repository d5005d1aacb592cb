//! Pictures that go with the next message: on their way, here, or refused.

use leptos::prelude::*;

use super::icon::Icon;
use crate::{
    client::{drafts, upload},
    state::{Shown, Viewed, page_state},
    types::{PictureView, Problem},
    words::words,
};

/// Pictures in one message; the server has the last word.
pub const MAX_PICTURES: usize = 16;

#[derive(Clone)]
pub struct Attachment {
    number: u32,
    name: String,
    /// A miniature: the file itself until it has arrived.
    preview_url: String,
    /// Owned by nobody: it changes even when the page has gone elsewhere.
    state: ArcRwSignal<UploadState>,
}

#[derive(Clone, PartialEq)]
enum UploadState {
    Uploading { percent: u32 },
    Here(PictureView),
    Refused(Problem),
}

/// The pictures of one composer.
#[derive(Clone, Copy)]
pub struct Attachments {
    list: RwSignal<Vec<Attachment>>,
    next_number: StoredValue<u32>,
    /// Where their draft is kept.
    place: StoredValue<String>,
}

impl Attachments {
    pub fn new(place: String, arrived: Vec<PictureView>) -> Attachments {
        let attachments = Attachments {
            list: RwSignal::new(Vec::new()),
            next_number: StoredValue::new(0),
            place: StoredValue::new(place),
        };
        attachments.add_arrived(arrived);
        attachments
    }

    pub fn place(&self) -> String {
        self.place.get_value()
    }

    pub fn add_arrived(&self, pictures: Vec<PictureView>) {
        for picture in pictures {
            let attachment = Attachment {
                number: self.number(),
                name: picture.name.clone(),
                preview_url: picture.thumbnail_url(),
                state: ArcRwSignal::new(UploadState::Here(picture)),
            };
            self.list.update(|list| list.push(attachment));
        }
    }

    /// Begins to upload files; false if some did not fit any more.
    pub fn add_files(&self, files: Vec<web_sys::File>) -> bool {
        let room = MAX_PICTURES.saturating_sub(self.list.with_untracked(Vec::len));
        let all_fit = files.len() <= room;
        for file in files.into_iter().take(room) {
            self.upload(file);
        }
        all_fit
    }

    fn upload(&self, file: web_sys::File) {
        let state = ArcRwSignal::new(UploadState::Uploading { percent: 0 });
        let attachment = Attachment {
            number: self.number(),
            name: file.name(),
            preview_url: web_sys::Url::create_object_url_with_blob(&file).unwrap_or_default(),
            state: state.clone(),
        };
        self.list.update(|list| list.push(attachment));
        let (this, place, progress, outcome) = (*self, self.place(), state.clone(), state.clone());
        let begun = upload::send(
            &file,
            move |percent| progress.set(UploadState::Uploading { percent }),
            move |result| match result {
                // The composer is gone, its draft is not.
                Ok(picture) if this.list.try_with_untracked(Vec::len).is_none() => drafts::add_picture(&place, picture),
                Ok(picture) => outcome.set(UploadState::Here(picture)),
                Err(problem) => outcome.set(UploadState::Refused(problem)),
            },
        );
        if begun.is_none() {
            state.set(UploadState::Refused(Problem::Offline));
        }
    }

    fn number(&self) -> u32 {
        let number = self.next_number.get_value();
        self.next_number.set_value(number + 1);
        number
    }

    fn remove(&self, number: u32) {
        self.list.update(|list| list.retain(|attachment| attachment.number != number));
    }

    pub fn clear(&self) {
        self.list.set(Vec::new());
    }

    /// Those that went with a message, and those that could not.
    pub fn remove_sent(&self, picture_ids: &[String]) {
        let stays = |attachment: &Attachment| match &*attachment.state.read_untracked() {
            UploadState::Here(picture) => !picture_ids.contains(&picture.id),
            UploadState::Uploading { .. } => true,
            UploadState::Refused(_) => false,
        };
        self.list.update(|list| list.retain(stays));
    }

    /// Those that have arrived.
    pub fn arrived(&self) -> Vec<PictureView> {
        let here = |attachment: &Attachment| match attachment.state.get() {
            UploadState::Here(picture) => Some(picture),
            _ => None,
        };
        self.list.with(|list| list.iter().filter_map(here).collect())
    }

    pub fn is_uploading(&self) -> bool {
        let on_the_way = |attachment: &Attachment| matches!(attachment.state.get(), UploadState::Uploading { .. });
        self.list.with(|list| list.iter().any(on_the_way))
    }

    pub fn any_refused(&self) -> bool {
        let refused = |attachment: &Attachment| matches!(attachment.state.get(), UploadState::Refused(_));
        self.list.with(|list| list.iter().any(refused))
    }
}

#[component]
pub fn AttachmentList(attachments: Attachments) -> impl IntoView {
    view! {
        <Show when=move || attachments.list.with(|list| !list.is_empty())>
            <ul class="attachments">
                <For each=move || attachments.list.get() key=|attachment| attachment.number let(attachment)>
                    <AttachmentItem attachment attachments/>
                </For>
            </ul>
        </Show>
    }
}

#[component]
fn AttachmentItem(attachment: Attachment, attachments: Attachments) -> impl IntoView {
    let viewed = page_state().viewed;
    let Attachment { number, name, preview_url, state } = attachment;
    let state = RwSignal::from(state);
    let open = {
        let (preview_url, name) = (preview_url.clone(), name.clone());
        move |_| {
            let url = match state.get_untracked() {
                UploadState::Here(picture) => picture.url(),
                _ => preview_url.clone(),
            };
            viewed.set(Some(Viewed { pictures: vec![Shown { url, name: name.clone() }], index: 0 }));
        }
    };
    on_cleanup({
        let preview_url = preview_url.clone();
        move || {
            // Made by the browser for the file, and kept by it until told.
            if preview_url.starts_with("blob:") {
                let _ = web_sys::Url::revoke_object_url(&preview_url);
            }
        }
    });
    let (open_label, remove_label) = ((words().open_picture)(&name), (words().remove_picture)(&name));
    let progress_label = (words().uploading)(&name);
    view! {
        <li class="attachment" class:refused=move || matches!(state.get(), UploadState::Refused(_))>
            <button type="button" class="thumbnail" aria-label=open_label on:click=open>
                {move || match state.get() {
                    UploadState::Refused(_) => view! { <span class="no-picture"><Icon name="close"/></span> }.into_any(),
                    _ => view! { <img src=preview_url.clone() alt=""/> }.into_any(),
                }}
            </button>
            <button type="button" class="remove" aria-label=remove_label on:click=move |_| attachments.remove(number)><Icon name="close"/></button>
            {move || match state.get() {
                UploadState::Uploading { percent } => view! {
                    <progress class="upload" max="100" value=percent.to_string() aria-label=progress_label.clone()></progress>
                }.into_any(),
                UploadState::Here(picture) => view! { <input type="hidden" name="picture_id" value=picture.id/> }.into_any(),
                UploadState::Refused(problem) => view! { <p class="problem" role="alert">{(words().problem)(&problem)}</p> }.into_any(),
            }}
        </li>
    }
}

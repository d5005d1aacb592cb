use leptos::prelude::*;

use super::{answer::CopyButton, editor::Editor, icon::Icon, versions::VersionSwitch};
use crate::{
    client::{drafts, page},
    pages::conversation::OpenConversation,
    state::{Shown, Viewed, page_state},
    types::{MessageView, PictureView},
    words::words,
};

/// What the person wrote, with its pictures.
#[component]
pub fn Question(message: MessageView) -> impl IntoView {
    let open = expect_context::<OpenConversation>();
    let editing = RwSignal::new(false);
    let edit_button = StoredValue::new(format!("edit-{}", message.id));
    // An edit that was begun goes on after a reload.
    Effect::new(move || {
        if !drafts::load(&edit_button.get_value()).text.is_empty() {
            editing.set(true);
        }
    });
    let message = StoredValue::new(message);
    let MessageView { text, pictures, versions, .. } = message.get_value();
    let has_text = !text.trim().is_empty();
    view! {
        <article class="question" aria-label=words().you>
            <h2 class="visually-hidden">{words().you}</h2>
            <Show
                when=move || editing.get()
                fallback={
                    let (text, pictures) = (text.clone(), pictures.clone());
                    move || view! {
                        <PictureRow pictures=pictures.clone()/>
                        {has_text.then(|| view! { <p class="bubble">{text.clone()}</p> })}
                    }
                }
            >
                <Editor message=message.get_value() on_done=Callback::new(move |sent: bool| {
                    editing.set(false);
                    page::focus_soon(if sent { "message".to_owned() } else { edit_button.get_value() });
                })/>
            </Show>
            <div class="actions">
                <button type="button" id=edit_button.get_value() class="action js-only" on:click=move |_| editing.set(true) disabled=editing><Icon name="pencil"/>{words().edit}</button>
                <CopyButton text=Signal::stored(text)/>
                <VersionSwitch versions on_choose=Callback::new(move |id| open.refresh(Some(id)))/>
            </div>
        </article>
    }
}

/// A message's pictures; each opens large.
#[component]
pub fn PictureRow(pictures: Vec<PictureView>) -> impl IntoView {
    let viewed = page_state().viewed;
    let all: Vec<Shown> = pictures.iter().map(Shown::from).collect();
    let row = pictures
        .into_iter()
        .enumerate()
        .map(|(index, picture)| {
            let all = all.clone();
            view! {
                <button
                    type="button" class="picture" aria-label=(words().open_picture)(&picture.name)
                    on:click=move |_| viewed.set(Some(Viewed { pictures: all.clone(), index }))
                >
                    <img src=picture.thumbnail_url() alt=picture.name.clone() width=picture.width.to_string() height=picture.height.to_string()/>
                </button>
            }
        })
        .collect_view();
    view! { <div class="pictures">{row}</div> }
}

use leptos::{html, prelude::*};

use super::question::PictureRow;
use crate::{
    api::send_message,
    client::drafts::{self, Draft},
    pages::conversation::OpenConversation,
    types::{MessageView, NewMessage, Problem},
    words::words,
};

/// A question as a field again. Saving makes a branch beside it; nothing is lost. `on_done` hears whether it was sent.
#[component]
pub fn Editor(message: MessageView, on_done: Callback<bool>) -> impl IntoView {
    let open = expect_context::<OpenConversation>();
    let field = NodeRef::<html::Textarea>::new();
    let problem = RwSignal::new(None::<Problem>);
    let sending = RwSignal::new(false);
    let place = StoredValue::new(format!("edit-{}", message.id));
    let message = StoredValue::new(message);
    Effect::new(move || {
        if let Some(field) = field.get() {
            let draft = place.with_value(|place| drafts::load(place));
            field.set_value(
                if draft.text.is_empty() { message.with_value(|message| message.text.clone()) } else { draft.text }
                    .as_str(),
            );
            let _ = field.focus();
        }
    });
    let keep_draft = move |text: String| {
        let place = place.get_value();
        drafts::save(&place, &Draft { text, ..drafts::load(&place) });
    };
    let cancel = move || {
        place.with_value(|place| drafts::forget(place));
        on_done.run(false);
    };
    let save = move || {
        let Some(text) = field.get_untracked().map(|field| field.value()) else { return };
        if sending.get_untracked() {
            return;
        }
        sending.set(true);
        let message = message.get_value();
        let place = place.get_value();
        let mut draft = Draft { text, ..drafts::load(&place) };
        let edited = NewMessage {
            key: draft.try_to_send(),
            conversation_id: Some(open.view.with_untracked(|view| view.id.clone())),
            parent_id: message.parent_id,
            text: draft.text.clone(),
            picture_ids: message.pictures.into_iter().map(|picture| picture.id).collect(),
            picture_detail: message.picture_detail,
        };
        drafts::save(&place, &draft);
        leptos::task::spawn_local(async move {
            let outcome = send_message(edited).await;
            // The person may have gone elsewhere meanwhile.
            sending.try_set(false);
            match outcome {
                Ok(begun) => {
                    drafts::forget(&place);
                    on_done.try_run(true);
                    open.began(&begun);
                }
                Err(reason) => {
                    problem.try_set(Some(reason));
                }
            }
        });
    };
    let pictures = message.with_value(|message| message.pictures.clone());
    view! {
        <PictureRow pictures/>
        <form class="editor" on:submit=move |event| { event.prevent_default(); save() }>
            <textarea
                node_ref=field aria-label=words().edit_message rows="2" readonly=sending
                on:input=move |event| keep_draft(event_target_value(&event))
                on:keydown=move |event| match event.key().as_str() {
                    "Enter" if !event.shift_key() && !event.is_composing() => { event.prevent_default(); save() }
                    "Escape" => cancel(),
                    _ => {}
                }
            ></textarea>
            {move || problem.get().map(|problem| view! { <p class="problem" role="alert">{(words().problem)(&problem)}</p> })}
            <div class="editor-buttons">
                <button type="button" class="plain-button" on:click=move |_| cancel()>{words().cancel}</button>
                <button class="main-button" disabled=sending>{words().save_and_send}</button>
            </div>
        </form>
    }
}

use leptos::{html, prelude::*};

use super::question::PictureRow;
use crate::{
    api::send_message,
    client::keys::new_key,
    pages::conversation::OpenConversation,
    types::{MessageView, NewMessage, Problem},
    words::words,
};

/// A question as a field again. Saving makes a branch beside it; nothing is lost.
#[component]
pub fn Editor(message: MessageView, on_done: Callback<()>) -> impl IntoView {
    let open = expect_context::<OpenConversation>();
    let field = NodeRef::<html::Textarea>::new();
    let problem = RwSignal::new(None::<Problem>);
    let sending = RwSignal::new(false);
    // One key for all tries of this edit.
    let key = StoredValue::new(new_key());
    let message = StoredValue::new(message);
    Effect::new(move || {
        if let Some(field) = field.get() {
            field.set_value(&message.with_value(|message| message.text.clone()));
            let _ = field.focus();
        }
    });
    let save = move || {
        let Some(text) = field.get_untracked().map(|field| field.value()) else { return };
        if sending.get_untracked() {
            return;
        }
        sending.set(true);
        let message = message.get_value();
        leptos::task::spawn_local(async move {
            let edited = NewMessage {
                key: key.get_value(),
                conversation_id: Some(open.view.with_untracked(|view| view.id.clone())),
                parent_id: message.parent_id,
                text,
                picture_ids: message.pictures.into_iter().map(|picture| picture.id).collect(),
            };
            match send_message(edited).await {
                Ok(_) => {
                    on_done.run(());
                    open.refresh(None);
                }
                Err(reason) => problem.set(Some(reason)),
            }
            sending.set(false);
        });
    };
    let pictures = message.with_value(|message| message.pictures.clone());
    view! {
        <PictureRow pictures/>
        <form class="editor" on:submit=move |event| { event.prevent_default(); save() }>
            <textarea
                node_ref=field aria-label=words().edit_message rows="2"
                on:keydown=move |event| match event.key().as_str() {
                    "Enter" if !event.shift_key() && !event.is_composing() => { event.prevent_default(); save() }
                    "Escape" => on_done.run(()),
                    _ => {}
                }
            ></textarea>
            {move || problem.get().map(|problem| view! { <p class="problem" role="alert">{(words().problem)(&problem)}</p> })}
            <div class="editor-buttons">
                <button type="button" class="plain-button" on:click=move |_| on_done.run(())>{words().cancel}</button>
                <button class="main-button" disabled=sending>{words().save_and_send}</button>
            </div>
        </form>
    }
}

//! Where a message is written: text, pictures from everywhere, Send or Stop. A plain form underneath, which works
//! before the page has come alive and without JavaScript.

use leptos::{ev, html, prelude::*};

use super::{
    attachments::{AttachmentList, Attachments, MAX_PICTURES},
    icon::Icon,
};
use crate::{
    ComposerState,
    api::{send_message, stop_generation},
    client::{
        drafts::{self, Draft},
        drop,
        keys::new_key,
        page,
    },
    state::page_state,
    types::{GenerationStarted, NewMessage, Problem},
    words::words,
};

/// What the file chooser offers; the server looks at the content.
const ACCEPTED: &str = "image/png,image/jpeg,image/gif,image/webp,image/bmp,image/tiff";

/// `place`: the conversation's id, empty for a new one. `parent`: the message that the new one follows. `running`: the
/// generation that "Stop" stops.
#[component]
pub fn Composer(
    place: String,
    parent: Signal<Option<String>>,
    #[prop(into)] running: Signal<Option<String>>,
    on_sent: Callback<GenerationStarted>,
    /// A picture and a question to send at once (the examples of the first screen).
    #[prop(optional)]
    example: Option<RwSignal<Option<(&'static str, &'static str)>>>,
) -> impl IntoView {
    // What a refused plain form held; the browser learns it with the page.
    let given_back = SharedValue::new(|| use_context::<ComposerState>().unwrap_or_default()).into_inner();
    let field = NodeRef::<html::Textarea>::new();
    let files = NodeRef::<html::Input>::new();
    let text = RwSignal::new(given_back.text.clone());
    let problem = RwSignal::new(given_back.problem.clone());
    let attachments = Attachments::new(given_back.pictures);
    let sending = RwSignal::new(false);
    let send_when_ready = RwSignal::new(false);
    let dragging = RwSignal::new(false);
    let shared = page_state();
    let place = StoredValue::new(place);
    let draft_place = move || place.with_value(|place| if place.is_empty() { "new".to_owned() } else { place.clone() });
    let key = StoredValue::new(None::<String>);
    let restored = RwSignal::new(false);

    let set_text = move |new: String| {
        if let Some(field) = field.get_untracked() {
            field.set_value(&new);
        }
        text.set(new);
    };
    let keep_draft = move || {
        let draft =
            Draft { text: text.get_untracked(), pictures: untrack(|| attachments.arrived()), key: key.get_value() };
        drafts::save(&draft_place(), &draft);
    };
    let add_files = move |files: Vec<web_sys::File>| {
        problem.set(None);
        if !attachments.add_files(files) {
            problem.set(Some(Problem::TooManyPictures { limit: MAX_PICTURES as u32 }));
        }
    };

    // The page comes alive: what was typed before stays, else the draft comes back.
    Effect::new(move || {
        let Some(field) = field.get() else { return };
        if restored.get_untracked() {
            return;
        }
        restored.set(true);
        let typed = field.value();
        if typed.is_empty() {
            let draft = drafts::load(&draft_place());
            key.set_value(draft.key.clone());
            attachments.add_arrived(draft.pictures);
            set_text(draft.text);
        } else {
            text.set(typed);
        }
        if let Some(input) = files.get_untracked() {
            add_files(drop::files_of(input.files()));
            input.set_value("");
        }
        // Who went to a conversation wants to write; who opens the page may want anything.
        if page::is_hydrated() {
            // A part that is still being built cannot have the keyboard.
            request_animation_frame(|| page::focus("message"));
        }
    });
    // Pictures count as soon as they have arrived.
    Effect::new(move || {
        attachments.arrived();
        if restored.get() {
            keep_draft();
        }
    });
    Effect::new(move || drop::listen(dragging, Callback::new(move |files: drop::Files| add_files(files.take()))));

    let send = move || {
        if sending.get_untracked() || running.with_untracked(Option::is_some) {
            return;
        }
        if untrack(|| attachments.is_uploading()) {
            send_when_ready.set(true);
            return;
        }
        send_when_ready.set(false);
        let message_key = key.get_value().unwrap_or_else(new_key);
        key.set_value(Some(message_key.clone()));
        let message = NewMessage {
            key: message_key,
            conversation_id: place.with_value(|place| (!place.is_empty()).then(|| place.clone())),
            parent_id: parent.get_untracked(),
            text: text.get_untracked(),
            picture_ids: untrack(|| attachments.arrived()).into_iter().map(|picture| picture.id).collect(),
        };
        if message.text.trim().is_empty() && message.picture_ids.is_empty() {
            problem.set(Some(Problem::EmptyMessage));
            return;
        }
        problem.set(None);
        sending.set(true);
        keep_draft();
        leptos::task::spawn_local(async move {
            match send_message(message).await {
                Ok(begun) => {
                    key.set_value(None);
                    set_text(String::new());
                    attachments.clear();
                    keep_draft();
                    on_sent.run(begun);
                }
                Err(reason) => {
                    // A refusal kept nothing: another try is another message. Without an answer it may have been kept.
                    if reason != Problem::Offline {
                        key.set_value(None);
                    }
                    problem.set(Some(reason));
                }
            }
            sending.set(false);
        });
    };
    Effect::new(move || {
        if send_when_ready.get() && !attachments.is_uploading() {
            send();
        }
    });
    if let Some(example) = example {
        Effect::new(move || {
            if let Some((file, question)) = example.get() {
                example.set(None);
                set_text(question.into());
                leptos::task::spawn_local(async move {
                    match drop::fetch_file(&format!("/examples/{file}"), file).await {
                        Some(file) => {
                            add_files(vec![file]);
                            send();
                        }
                        None => problem.set(Some(Problem::Offline)),
                    }
                });
            }
        });
    }

    let is_empty = move || text.with(|text| text.trim().is_empty()) && attachments.arrived().is_empty();
    let stop = move |event: ev::MouseEvent| {
        // The second click of a double click on Send is not meant for the button that took its place.
        if event.detail() > 1 {
            return;
        }
        if let Some(id) = running.get_untracked() {
            leptos::task::spawn_local(async move {
                if let Err(reason) = stop_generation(id).await {
                    shared.say((words().problem)(&reason));
                }
            });
        }
    };
    view! {
        <Show when=move || dragging.get()>
            <div class="drop-here" aria-hidden="true">{words().drop_here}</div>
        </Show>
        <form
            class="composer" aria-label=words().send_a_message action="/messages" method="post" enctype="multipart/form-data"
            on:submit=move |event| { event.prevent_default(); send() }
        >
            <input type="hidden" name="conversation_id" value=place.get_value()/>
            <input type="hidden" name="parent_id" value=parent/>
            {move || problem.get().map(|problem| view! { <p class="problem" role="alert">{(words().problem)(&problem)}</p> })}
            <AttachmentList attachments/>
            <div class="composer-row">
                <button
                    type="button" class="round js-only" aria-label=words().attach_pictures
                    on:click=move |_| { if let Some(input) = files.get_untracked() { input.click() } }
                ><Icon name="plus"/></button>
                <input
                    node_ref=files class="plain-only" type="file" name="pictures" multiple accept=ACCEPTED aria-label=words().attach_pictures
                    on:change=move |_| {
                        if let Some(input) = files.get_untracked() {
                            add_files(drop::files_of(input.files()));
                            input.set_value("");
                        }
                    }
                />
                <textarea
                    node_ref=field id="message" name="text" rows="1" aria-label=words().message placeholder=words().ask_about
                    inner_html=escaped(&given_back.text)
                    on:input=move |event| { text.set(event_target_value(&event)); keep_draft() }
                    on:keydown=move |event| {
                        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
                            event.prevent_default();
                            send();
                        }
                    }
                ></textarea>
                {move || if running.with(Option::is_some) {
                    view! { <button type="button" class="round go" aria-label=words().stop on:click=stop><Icon name="stop"/></button> }.into_any()
                } else {
                    view! {
                        <button
                            class="round go" aria-label=words().send
                            prop:disabled=move || restored.get() && (is_empty() || sending.get() || attachments.is_uploading())
                        ><Icon name="up"/></button>
                    }.into_any()
                }}
            </div>
            <p class="composer-note" role="status">{move || send_when_ready.get().then_some(words().wait_for_uploads)}</p>
        </form>
    }
}

/// Leptos does not escape the children of a textarea.
fn escaped(text: &str) -> String {
    // The first line break after the tag would be eaten.
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    if text.starts_with('\n') { format!("\n{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn text_cannot_leave_its_field() {
        assert_eq!(escaped("</textarea><b>&"), "&lt;/textarea&gt;&lt;b&gt;&amp;");
        assert_eq!(escaped("\nx"), "\n\nx");
    }
}

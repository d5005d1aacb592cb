//! Where a message is written: text, pictures from everywhere, Send or Stop. A plain form underneath, which works
//! before the page has come alive and without JavaScript.

use leptos::{ev, prelude::*};

use super::{
    attachments::{AttachmentList, MAX_PICTURES},
    detail_choice::DetailChoice,
    escaped::escaped,
    icon::Icon,
    writing::Writing,
};
use crate::{
    ComposerState,
    api::{send_message, stop_generation},
    client::{drop, page},
    state::page_state,
    types::{GenerationStarted, Problem},
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
) -> impl IntoView {
    // The plain form's key, and what a refused one held; the browser learns it with the page.
    let plain = SharedValue::new(|| use_context::<ComposerState>().unwrap_or_default()).into_inner();
    let writing = Writing::new(place.clone(), plain.text.clone(), plain.pictures, plain.picture_detail);
    let Writing { field, text, attachments, restored, .. } = writing;
    let files = NodeRef::<leptos::html::Input>::new();
    let problem = RwSignal::new(plain.problem);
    let sending = RwSignal::new(false);
    let send_when_ready = RwSignal::new(false);
    let dragging = RwSignal::new(false);
    let shared = page_state();

    let add_files = move |files: Vec<web_sys::File>| {
        problem.set(None);
        if !attachments.add_files(files) {
            problem.set(Some(Problem::TooManyPictures { limit: MAX_PICTURES as u32 }));
        }
    };
    Effect::new(move || {
        let Some(field) = field.get() else { return };
        writing.restore(&field);
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
            writing.keep();
        }
    });
    Effect::new(move || drop::listen(dragging, Callback::new(move |files: drop::Files| add_files(files.take()))));

    let send = move || {
        send_when_ready.set(false);
        if sending.get_untracked() || running.with_untracked(Option::is_some) {
            return;
        }
        if untrack(|| attachments.is_uploading()) {
            send_when_ready.set(true);
            return;
        }
        if untrack(move || text.with(|text| text.trim().is_empty()) && attachments.arrived().is_empty()) {
            problem.set(Some(Problem::EmptyMessage));
            return;
        }
        problem.set(None);
        sending.set(true);
        let message = writing.message(parent.get_untracked());
        leptos::task::spawn_local(async move {
            let outcome = send_message(message.clone()).await;
            // The person may have gone elsewhere meanwhile.
            sending.try_set(false);
            match outcome {
                Ok(begun) => {
                    writing.was_sent(&message, &begun);
                    shared.list_changed();
                    on_sent.try_run(begun);
                }
                Err(reason) => {
                    if let Some(Some(reason)) = problem.try_set(Some(reason)) {
                        shared.say((words().problem)(&reason));
                    }
                }
            }
        });
    };
    Effect::new(move || {
        if !send_when_ready.get() || attachments.is_uploading() {
            return;
        }
        // Without a picture that was refused it would be another message: the person decides.
        if attachments.any_refused() { send_when_ready.set(false) } else { send() }
    });

    let is_empty = move || text.with(|text| text.trim().is_empty()) && attachments.arrived().is_empty();
    let stop = move |event: ev::MouseEvent| {
        // The second click of a double click on Send is not meant for the button that took its place.
        if event.detail() > 1 {
            return;
        }
        let by_keyboard = event.detail() == 0;
        if let Some(id) = running.get_untracked() {
            leptos::task::spawn_local(async move {
                match stop_generation(id).await {
                    // The button goes; the keyboard must not go with it.
                    Ok(()) if by_keyboard => page::focus("message"),
                    Ok(()) => {}
                    Err(reason) => shared.say((words().problem)(&reason)),
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
            <input type="hidden" name="key" value=plain.key/>
            <input type="hidden" name="conversation_id" value=place/>
            <input type="hidden" name="parent_id" value=parent/>
            {move || problem.get().map(|problem| view! { <p class="problem" role="alert">{(words().problem)(&problem)}</p> })}
            <AttachmentList attachments/>
            <DetailChoice attachments detail=writing.detail on_change=Callback::new(move |()| writing.keep())/>
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
                    node_ref=field id="message" name="text" rows="1" autocomplete="off" aria-label=words().message placeholder=words().ask_about
                    inner_html=escaped(&plain.text)
                    on:input=move |event| { text.set(event_target_value(&event)); writing.keep() }
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

use std::time::Duration;

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};

use crate::{api::restore_conversation, state::page_state, words::words};

const SHOWN_FOR: Duration = Duration::from_secs(8);

/// A word at the foot of the page, read out politely, gone after some seconds.
#[component]
pub fn ToastArea() -> impl IntoView {
    let state = page_state();
    let timer = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move || {
        if let Some(running) = timer.get_value() {
            running.clear();
        }
        if state.toast.get().is_some() {
            timer.set_value(set_timeout_with_handle(move || state.toast.set(None), SHOWN_FOR).ok());
        }
    });
    let undo = move |id: String| {
        state.toast.set(None);
        leptos::task::spawn_local(async move {
            match restore_conversation(id.clone()).await {
                Ok(()) => {
                    state.list_changed();
                    state.go_to.set(Some(format!("/c/{id}")));
                }
                Err(problem) => state.say((words().problem)(&problem)),
            }
        });
    };
    view! {
        <div class="toast-area" role="status">
            {move || {
                state.toast.get().map(|toast| {
                    view! {
                        <div class="toast">
                            <span>{toast.text}</span>
                            {toast.deleted_conversation.map(|id| {
                                view! { <button class="toast-button" on:click=move |_| undo(id.clone())>{words().undo}</button> }
                            })}
                        </div>
                    }
                })
            }}
        </div>
    }
}

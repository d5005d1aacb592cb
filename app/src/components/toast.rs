use std::time::Duration;

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};

use crate::{
    api::restore_conversation,
    state::{Toast, page_state},
    words::words,
};

const SHOWN_FOR: Duration = Duration::from_secs(8);
/// Long enough to notice the mistake, and to come to the button with the keyboard.
const UNDO_SHOWN_FOR: Duration = Duration::from_secs(30);

/// Words at the foot of the page, read out politely, gone after some seconds.
#[component]
pub fn ToastArea() -> impl IntoView {
    let toasts = page_state().toasts;
    view! {
        <div class="toast-area" role="status">
            <For each=move || toasts.get() key=|toast| (toast.number, toast.text.clone()) let(toast)>
                <ToastItem toast/>
            </For>
        </div>
    }
}

/// Stays while the pointer or the keyboard is on it.
#[component]
fn ToastItem(toast: Toast) -> impl IntoView {
    let state = page_state();
    let Toast { number, text, deleted_conversation } = toast;
    let shown_for = if deleted_conversation.is_some() { UNDO_SHOWN_FOR } else { SHOWN_FOR };
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let remove = move || state.toasts.update(|toasts| toasts.retain(|toast| toast.number != number));
    let hold = move || {
        if let Some(running) = timer.try_get_value().flatten() {
            running.clear();
        }
    };
    let let_go = move || {
        hold();
        timer.try_set_value(set_timeout_with_handle(remove, shown_for).ok());
    };
    Effect::new(let_go);
    on_cleanup(hold);
    let undo = move |id: String| {
        remove();
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
        <div
            class="toast" on:mouseenter=move |_| hold() on:mouseleave=move |_| let_go()
            on:focusin=move |_| hold() on:focusout=move |_| let_go()
        >
            <span>{text}</span>
            {deleted_conversation.map(|id| {
                view! { <button class="toast-button" on:click=move |_| undo(id.clone())>{words().undo}</button> }
            })}
        </div>
    }
}

//! A button that opens a small menu: arrows move, Escape closes and gives the keyboard back to the button.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

use super::icon::Icon;

/// One entry of a menu.
#[derive(Clone)]
pub struct MenuItem {
    pub label: &'static str,
    pub icon: &'static str,
    pub action: Callback<()>,
}

#[component]
pub fn OptionsMenu(#[prop(into)] label: Signal<String>, items: Vec<MenuItem>) -> impl IntoView {
    let open = RwSignal::new(false);
    let button = NodeRef::<html::Button>::new();
    let menu = NodeRef::<html::Div>::new();

    let close = move || {
        open.set(false);
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    // The first item has the keyboard as soon as the menu is there.
    Effect::new(move || {
        if let Some(menu) = menu.get() {
            focus_item(&menu, Target::First);
        }
    });
    // A click anywhere else closes it.
    Effect::new(move || {
        let handle = window_event_listener(ev::click, move |event| {
            let inside = button.get_untracked().is_some_and(|button| {
                event
                    .target()
                    .and_then(|target| target.dyn_into::<web_sys::Node>().ok())
                    .is_some_and(|node| button.contains(Some(&node)))
            });
            if !inside && open.get_untracked() {
                open.set(false);
            }
        });
        on_cleanup(move || handle.remove());
    });

    let items = StoredValue::new(items);
    let on_key = move |event: ev::KeyboardEvent| {
        let Some(menu) = menu.get_untracked() else { return };
        match event.key().as_str() {
            "ArrowDown" => focus_item(&menu, Target::Next),
            "ArrowUp" => focus_item(&menu, Target::Previous),
            "Home" => focus_item(&menu, Target::First),
            "End" => focus_item(&menu, Target::Last),
            "Escape" => close(),
            "Tab" => {
                open.set(false);
                return;
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    view! {
        <div class="options">
            <button
                node_ref=button type="button" class="options-button" aria-label=label aria-haspopup="menu"
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            ><Icon name="dots"/></button>
            <Show when=move || open.get()>
                <div class="menu" role="menu" node_ref=menu on:keydown=on_key>
                    {items.get_value().into_iter().map(|item| view! {
                        <button type="button" class="menu-item" role="menuitem" tabindex="-1" on:click=move |_| {
                            close();
                            item.action.run(());
                        }><Icon name=item.icon/>{item.label}</button>
                    }).collect_view()}
                </div>
            </Show>
        </div>
    }
}

enum Target {
    First,
    Last,
    Next,
    Previous,
}

fn focus_item(menu: &web_sys::HtmlDivElement, target: Target) {
    let Ok(items) = menu.query_selector_all("[role=menuitem]") else { return };
    let items: Vec<web_sys::HtmlElement> =
        (0..items.length()).filter_map(|index| items.item(index)?.dyn_into().ok()).collect();
    let count = items.len();
    if count == 0 {
        return;
    }
    let active = document().active_element();
    let current = items.iter().position(|item| active.as_ref().is_some_and(|active| item.is_same_node(Some(active))));
    let index = match (target, current) {
        (Target::First, _) | (Target::Next, None) => 0,
        (Target::Last, _) | (Target::Previous, None) => count - 1,
        (Target::Next, Some(index)) => (index + 1) % count,
        (Target::Previous, Some(index)) => (index + count - 1) % count,
    };
    let _ = items[index].focus();
}

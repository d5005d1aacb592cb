use leptos::prelude::*;

use super::icon::Icon;
use crate::{types, words::words};

/// "2 of 3" with a way to the versions beside it; plain forms, so that they work without JavaScript.
#[component]
pub fn VersionSwitch(versions: types::Versions, on_choose: Callback<String>) -> impl IntoView {
    let index = versions.index as usize;
    let count = versions.ids.len();
    let neighbour = |step: isize| index.checked_add_signed(step).and_then(|index| versions.ids.get(index).cloned());
    let arrow = move |id: Option<String>, label: &'static str, icon: &'static str| {
        let target = id.clone();
        view! {
            <form method="get" on:submit=move |event| {
                event.prevent_default();
                if let Some(id) = target.clone() {
                    on_choose.run(id);
                }
            }>
                <input type="hidden" name="at" value=id.clone()/>
                <button class="action" aria-label=label disabled=id.is_none()><Icon name=icon/></button>
            </form>
        }
    };
    (count > 1).then(|| {
        view! {
            <div class="versions" role="group">
                {arrow(neighbour(-1), words().previous_version, "left")}
                <span>{(words().version_of)(versions.index + 1, count)}</span>
                {arrow(neighbour(1), words().next_version, "right")}
            </div>
        }
    })
}

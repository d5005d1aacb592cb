//! Pictures in large: a dialog over the page, arrows between a message's pictures.

use leptos::{html::Dialog, prelude::*};

use super::icon::Icon;
use crate::{
    state::{Viewed, page_state},
    words::words,
};

#[component]
pub fn PictureDialog() -> impl IntoView {
    let viewed = page_state().viewed;
    let dialog = NodeRef::<Dialog>::new();
    let zoomed = RwSignal::new(false);

    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        match viewed.get() {
            Some(_) if !dialog.open() => {
                let _ = dialog.show_modal();
            }
            None if dialog.open() => dialog.close(),
            _ => {}
        }
    });
    let turn = move |step: isize| {
        zoomed.set(false);
        viewed.update(|viewed| {
            if let Some(viewed) = viewed {
                let count = viewed.pictures.len() as isize;
                viewed.index = (viewed.index as isize + step).rem_euclid(count) as usize;
            }
        });
    };
    let has_several = move || viewed.with(|viewed| viewed.as_ref().is_some_and(|viewed| viewed.pictures.len() > 1));

    view! {
        <dialog
            node_ref=dialog
            class="viewer"
            class:zoomed=zoomed
            aria-label=words().picture
            on:close=move |_| { zoomed.set(false); viewed.set(None) }
            on:keydown=move |event| match event.key().as_str() {
                "ArrowLeft" => turn(-1),
                "ArrowRight" => turn(1),
                _ => {}
            }
        >
            {move || viewed.get().and_then(|Viewed { pictures, index }| pictures.into_iter().nth(index)).map(|picture| view! {
                <img class="viewer-picture" src=picture.url alt=picture.name on:click=move |_| zoomed.update(|zoomed| *zoomed = !*zoomed)/>
            })}
            <div class="viewer-buttons">
                <Show when=has_several>
                    <button class="round" aria-label=words().previous_picture on:click=move |_| turn(-1)><Icon name="left"/></button>
                    <button class="round" aria-label=words().next_picture on:click=move |_| turn(1)><Icon name="right"/></button>
                </Show>
                <button
                    class="round" aria-label=words().zoom aria-pressed=move || zoomed.get().to_string()
                    on:click=move |_| zoomed.update(|zoomed| *zoomed = !*zoomed)
                ><Icon name="zoom"/></button>
                <button class="round" aria-label=words().close on:click=move |_| viewed.set(None)><Icon name="close"/></button>
            </div>
        </dialog>
    }
}

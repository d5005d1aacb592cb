//! How an answer came about: asked for when it is opened.

use leptos::prelude::*;

use crate::{api::get_answer_details, state::page_state, types::AnswerDetails, words::words};

#[derive(Clone)]
enum Shown {
    Loading,
    Unknown,
    Known(AnswerDetails),
}

/// The button, and the list under it. `answer_id`: whose.
#[component]
pub fn DetailsButton(answer_id: StoredValue<String>, shown: RwSignal<bool>) -> impl IntoView {
    view! {
        <button
            type="button" class="action js-only" aria-expanded=move || shown.get().to_string()
            aria-controls=move || shown.get().then(|| element_id(&answer_id.get_value()))
            on:click=move |_| shown.update(|shown| *shown = !*shown)
        >{words().details}</button>
    }
}

fn element_id(answer_id: &str) -> String {
    format!("details-{answer_id}")
}

#[component]
pub fn DetailsList(answer_id: StoredValue<String>) -> impl IntoView {
    let page = page_state();
    let shown = RwSignal::new(Shown::Loading);
    Effect::new(move || {
        let id = answer_id.get_value();
        leptos::task::spawn_local(async move {
            match get_answer_details(id).await {
                Ok(Some(details)) => drop(shown.try_set(Shown::Known(details))),
                Ok(None) => drop(shown.try_set(Shown::Unknown)),
                Err(problem) => page.say((words().problem)(&problem)),
            }
        });
    });
    view! {
        <div class="details" id=element_id(&answer_id.get_value())>
            {move || match shown.get() {
                Shown::Loading => ().into_any(),
                Shown::Unknown => view! { <p>{words().details_unknown}</p> }.into_any(),
                Shown::Known(details) => list(&details).into_any(),
            }}
        </div>
    }
}

fn list(details: &AnswerDetails) -> impl IntoView + use<> {
    let words = words();
    let mut rows = vec![
        (words.details_model, details.model.clone()),
        (
            words.details_read,
            (words.details_tokens_read)(details.prompt_tokens, details.picture_tokens, details.cached_tokens),
        ),
    ];
    if !details.pictures.is_empty() {
        rows.push((words.details_seen, (words.details_pictures)(&details.pictures, details.cached_pictures)));
    }
    rows.push((words.details_first_word, (words.details_seconds)(details.first_token_ms)));
    rows.push((words.details_written, (words.details_tokens_written)(details.answer_tokens, details.tokens_per_100_s)));
    let rows = rows.into_iter().map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> }).collect_view();
    view! { <dl>{rows}</dl> }
}

//! How an answer came about: asked for when it is opened. A plain form, so that it opens without JavaScript too.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{api::get_answer_details, types::AnswerDetails, words::words};

/// Whether the address asks for the details of this answer.
pub fn are_asked_for(answer_id: &str) -> bool {
    use_query_map().with_untracked(|query| query.get("details")).is_some_and(|asked_for| asked_for == answer_id)
}

/// The form that the buttons send without JavaScript: one for all, outside of the messages.
const FORM_ID: &str = "details-form";

#[component]
pub fn DetailsForm() -> impl IntoView {
    view! { <form id=FORM_ID method="get"></form> }
}

/// Opens and closes the list. `answer_id`: whose.
#[component]
pub fn DetailsButton(answer_id: StoredValue<String>, shown: RwSignal<bool>) -> impl IntoView {
    let id = answer_id.get_value();
    let list_id = StoredValue::new(element_id(&id));
    view! {
        <button
            class="action" form=FORM_ID name="details"
            // Where the list is open the plain form names no answer: it closes.
            value=move || if shown.get() { String::new() } else { answer_id.get_value() }
            aria-expanded=move || shown.get().to_string()
            aria-controls=move || shown.get().then(|| list_id.get_value())
            on:click=move |event| {
                event.prevent_default();
                shown.update(|shown| *shown = !*shown);
            }
        >{words().details}</button>
    }
}

fn element_id(answer_id: &str) -> String {
    format!("details-{answer_id}")
}

#[component]
pub fn DetailsList(answer_id: StoredValue<String>) -> impl IntoView {
    let details = Resource::new(|| (), move |()| get_answer_details(answer_id.get_value()));
    // Without JavaScript the page comes anew, and stands where this is.
    let is_why_the_page_came = are_asked_for(&answer_id.get_value());
    view! {
        <div class="details" id=element_id(&answer_id.get_value()) tabindex="-1" autofocus=is_why_the_page_came>
            <Suspense>
                {move || Suspend::new(async move {
                    match details.await {
                        Ok(Some(details)) => list(&details).into_any(),
                        Ok(None) => view! { <p>{words().details_unknown}</p> }.into_any(),
                        Err(problem) => view! { <p class="problem" role="alert">{(words().problem)(&problem)}</p> }.into_any(),
                    }
                })}
            </Suspense>
        </div>
    }
}

fn list(details: &AnswerDetails) -> impl IntoView + use<> {
    let words = words();
    let mut rows = vec![(words.details_model, details.model.clone())];
    if let Some(read) = &details.read {
        let tokens = (words.details_tokens_read)(read.prompt_tokens, read.picture_tokens, read.cached_tokens);
        rows.push((words.details_read, tokens));
        if !read.pictures.is_empty() {
            rows.push((words.details_seen, (words.details_pictures)(&read.pictures, read.cached_pictures)));
        }
    }
    if let Some(ms) = details.first_token_ms {
        rows.push((words.details_first_word, (words.details_seconds)(ms)));
    }
    rows.push((words.details_written, (words.details_tokens_written)(details.answer_tokens, details.tokens_per_100_s)));
    let rows = rows.into_iter().map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> }).collect_view();
    view! { <dl>{rows}</dl> }
}

//! How large the pictures of a message are shown to the model, and what that takes. There while pictures are.

use leptos::prelude::*;

use super::attachments::Attachments;
use crate::{
    api::get_reading_costs,
    types::{PictureDetail, ReadingCost},
    words::words,
};

#[component]
pub fn DetailChoice(
    attachments: Attachments,
    detail: RwSignal<PictureDetail>,
    on_change: Callback<()>,
) -> impl IntoView {
    let costs = RwSignal::new(None::<[ReadingCost; 3]>);
    let picture_ids =
        Memo::new(move |_| attachments.arrived().into_iter().map(|picture| picture.id).collect::<Vec<String>>());
    Effect::new(move || {
        let ids = picture_ids.get();
        if ids.is_empty() {
            return;
        }
        leptos::task::spawn_local(async move {
            let found = get_reading_costs(ids.clone()).await;
            // Only of the pictures that are still there; without an answer there is a choice without figures.
            if picture_ids.try_with_untracked(|now| *now == ids) == Some(true) {
                costs.try_set(found.ok());
            }
        });
    });
    let label = move |index: usize| {
        let name = words().detail_names[index];
        match costs.get() {
            Some(costs) => (words().detail_cost)(name, costs[index].tokens, costs[index].seconds),
            None => name.to_owned(),
        }
    };
    view! {
        <Show when=move || picture_ids.with(|ids| !ids.is_empty())>
            <label class="detail-choice js-only">
                <span>{words().picture_detail}</span>
                <select
                    prop:value=move || detail.get().name()
                    on:change=move |event| {
                        detail.set(PictureDetail::from_name(&event_target_value(&event)));
                        on_change.run(());
                    }
                >
                    {PictureDetail::ALL.into_iter().enumerate().map(|(index, choice)| view! {
                        <option value=choice.name() selected=move || detail.get() == choice>{move || label(index)}</option>
                    }).collect_view()}
                </select>
            </label>
        </Show>
    }
}

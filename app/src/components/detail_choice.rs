//! How large the pictures of a message are shown to the model, and what that takes. There while pictures are; part of the
//! plain form, where nobody knows of pictures before they are sent.

use std::time::Duration;

use leptos::prelude::*;

use super::attachments::Attachments;
use crate::{
    api::{current_model, get_reading_costs},
    client::page,
    types::{PictureDetail, ReadingCost},
    words::words,
};

/// A server that has just started learns its speed within seconds; a slow one is not asked for ever.
const TRIES: u32 = 10;
const TRY_AGAIN: Duration = Duration::from_secs(3);

/// Nothing where the model sees no pictures.
#[component]
pub fn DetailChoice(
    attachments: Attachments,
    detail: RwSignal<PictureDetail>,
    on_change: Callback<()>,
) -> impl IntoView {
    let model = Resource::new(|| (), |()| current_model());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let sees_pictures = model.await.ok().is_none_or(|card| card.sees_pictures);
                sees_pictures.then(|| view! { <Choice attachments detail on_change/> })
            })}
        </Suspense>
    }
}

#[component]
fn Choice(attachments: Attachments, detail: RwSignal<PictureDetail>, on_change: Callback<()>) -> impl IntoView {
    let costs = RwSignal::new(None::<[ReadingCost; 3]>);
    let picture_ids =
        Memo::new(move |_| attachments.arrived().into_iter().map(|picture| picture.id).collect::<Vec<String>>());
    Effect::new(move || {
        let ids = picture_ids.get();
        // Figures of other pictures would be wrong; without figures it is still a choice.
        costs.set(None);
        if !ids.is_empty() {
            leptos::task::spawn_local(ask_costs(ids, picture_ids, costs));
        }
    });
    let label = move |index: usize| {
        let name = words().detail_names[index];
        match costs.get() {
            Some(costs) => (words().detail_cost)(name, costs[index].tokens, costs[index].seconds),
            None => name.to_owned(),
        }
    };
    view! {
        <label class="detail-choice" class:plain-only=move || picture_ids.with(Vec::is_empty)>
            <span>{words().picture_detail}</span>
            <select
                name="picture_detail"
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
    }
}

/// Asks until the server knows its speed, while the pictures are still these.
async fn ask_costs(ids: Vec<String>, picture_ids: Memo<Vec<String>>, costs: RwSignal<Option<[ReadingCost; 3]>>) {
    let are_there = || picture_ids.try_with_untracked(|now| *now == ids) == Some(true);
    for _ in 0..TRIES {
        let (Ok(found), true) = (get_reading_costs(ids.clone()).await, are_there()) else { return };
        costs.try_set(Some(found));
        if found.iter().all(|cost| cost.seconds.is_some()) {
            return;
        }
        page::sleep(TRY_AGAIN).await;
    }
}

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{api::current_model, components::top_bar::TopBar, words::words};

/// What answers now, and how to get Pixtral 12B.
#[component]
pub fn ModelsPage() -> impl IntoView {
    let model = Resource::new(|| (), |()| current_model());
    view! {
        <Title text=format!("{} · Chaton", words().models_title)/>
        <TopBar title=words().models_title/>
        <div class="scroll" tabindex="0">
            <div class="column page-text">
                <Suspense>
                    {move || Suspend::new(async move {
                        model.await.ok().map(|card| if card.is_demo {
                            view! {
                                <p>{words().models_now_demo}</p>
                                <ul>{words().models_demo_knows.into_iter().map(|item| view! { <li>{item}</li> }).collect_view()}</ul>
                                <p>{words().models_demo_not}</p>
                            }.into_any()
                        } else {
                            view! { <p>{(words().models_now)(&card.name)}</p> }.into_any()
                        })
                    })}
                </Suspense>
                <h2>{words().models_get_title}</h2>
                <ol>{words().models_steps.into_iter().map(|step| view! { <li>{step}</li> }).collect_view()}</ol>
                <p>{words().models_memory}</p>
            </div>
        </div>
    }
}

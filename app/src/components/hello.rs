//! The first screen: what this is, three pictures to try with one click, where to drop one's own.

use leptos::prelude::*;
use leptos_router::components::A;

use super::icon::Kitten;
use crate::{api::current_model, words::words};

/// Files in `public/examples`.
const EXAMPLES: [&str; 3] = ["heart.png", "word.png", "bars.png"];

/// `on_example`: the picture's file and the question that goes with it. Without JavaScript each example is a form.
#[component]
pub fn Hello(on_example: Callback<(&'static str, &'static str)>) -> impl IntoView {
    let model = Resource::new(|| (), |()| current_model());
    view! {
        <div class="hello">
            <Kitten/>
            <h1 class="hello-title">{words().hello}</h1>
            <p class="hello-line">{words().stays_here}</p>
            <Suspense>
                {move || Suspend::new(async move {
                    let card = model.await.ok();
                    let sees_pictures = card.as_ref().is_none_or(|card| card.sees_pictures);
                    let is_demo = card.is_some_and(|card| card.is_demo);
                    view! {
                        {sees_pictures.then(|| view! { <Examples on_example/> })}
                        {is_demo.then(|| view! { <DemoLine/> })}
                    }
                })}
            </Suspense>
        </div>
    }
}

#[component]
fn Examples(on_example: Callback<(&'static str, &'static str)>) -> impl IntoView {
    let questions = [words().ask_shapes, words().ask_word, words().ask_bars];
    view! {
        <ul class="examples" aria-label=words().examples>
            {EXAMPLES.into_iter().zip(questions).map(|(file, question)| view! {
                <li>
                    <form action="/messages" method="post" enctype="multipart/form-data" on:submit=move |event| {
                        event.prevent_default();
                        on_example.run((file, question));
                    }>
                        <input type="hidden" name="example" value=file/>
                        <input type="hidden" name="text" value=question/>
                        <button class="example">
                            <img src=format!("/examples/{file}") alt="" width="256" height="256"/>
                            <span>{question}</span>
                        </button>
                    </form>
                </li>
            }).collect_view()}
        </ul>
    }
}

/// What the demo model knows, and the way to Pixtral 12B.
#[component]
pub fn DemoLine() -> impl IntoView {
    view! {
        <p class="demo-line"><span class="demo-dot" aria-hidden="true"></span>{words().demo_knows} " " <A href="/models">{words().get_pixtral}</A> "."</p>
    }
}

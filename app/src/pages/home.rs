use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    components::{composer::Composer, hello::Hello, top_bar::TopBar},
    state::page_state,
    types::GenerationStarted,
    words::words,
};

/// A new chat: the first screen and the composer.
#[component]
pub fn HomePage() -> impl IntoView {
    let example = RwSignal::new(None);
    let state = page_state();
    let on_sent = Callback::new(move |begun: GenerationStarted| {
        state.list_changed();
        state.go_to.set(Some(format!("/c/{}", begun.conversation_id)));
    });
    let nobody = Signal::stored(None::<String>);
    view! {
        <Title text="Chaton"/>
        <TopBar/>
        <div class="scroll">
            <Hello on_example=Callback::new(move |chosen| example.set(Some(chosen)))/>
        </div>
        <div class="foot">
            <Composer place=String::new() parent=nobody running=nobody on_sent example/>
            <p class="small-print">{words().answers_can_be_wrong}</p>
        </div>
    }
}

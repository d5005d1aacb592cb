use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::send_message,
    client::{drop, keys::new_key, upload},
    components::{composer::Composer, hello::Hello, top_bar::TopBar},
    state::page_state,
    types::{GenerationStarted, NewMessage, PictureDetail, Problem},
    words::words,
};

/// A new chat: the first screen and the composer.
#[component]
pub fn HomePage() -> impl IntoView {
    let state = page_state();
    let on_sent = Callback::new(move |begun: GenerationStarted| {
        state.go_to.set(Some(format!("/c/{}", begun.conversation_id)));
    });
    // An example goes its own way: what is being written stays where it is.
    let trying = RwSignal::new(false);
    let on_example = Callback::new(move |(file, question)| {
        if trying.get_untracked() {
            return;
        }
        trying.set(true);
        leptos::task::spawn_local(async move {
            let outcome = try_example(file, question).await;
            trying.try_set(false);
            match outcome {
                Ok(begun) => {
                    state.list_changed();
                    on_sent.try_run(begun);
                }
                Err(problem) => state.say((words().problem)(&problem)),
            }
        });
    });
    let nobody = Signal::stored(None::<String>);
    view! {
        <Title text="Chaton"/>
        <TopBar/>
        <div class="scroll">
            <Hello on_example/>
        </div>
        <div class="foot">
            <Composer place=String::new() parent=nobody running=nobody on_sent/>
            <p class="small-print">{words().answers_can_be_wrong}</p>
        </div>
    }
}

/// Asks `question` of one of the pictures in `public/examples`.
async fn try_example(file: &str, question: &str) -> Result<GenerationStarted, Problem> {
    let picture = drop::fetch_file(&format!("/examples/{file}"), file).await.ok_or(Problem::Offline)?;
    let picture = upload::whole(&picture).await?;
    send_message(NewMessage {
        key: new_key(),
        conversation_id: None,
        parent_id: None,
        text: question.to_owned(),
        picture_ids: vec![picture.id],
        picture_detail: PictureDetail::default(),
    })
    .await
}

//! What the model wrote, or writes now.

use leptos::prelude::*;
use send_wrapper::SendWrapper;

use super::{
    details::{self, DetailsButton, DetailsList},
    icon::{Icon, Kitten},
    versions::VersionSwitch,
};
use crate::{
    api::{continue_answer, regenerate},
    client::{
        clipboard,
        event_stream::{EventStream, Handlers},
        keys::new_key,
    },
    pages::conversation::OpenConversation,
    state::page_state,
    types::{AnswerState, GenerationEvent, MessageView, Phase},
    words::words,
};

/// Pixels of the waiting sign.
const PIXELS: u32 = 18;

#[component]
pub fn Answer(message: MessageView) -> impl IntoView {
    let open = expect_context::<OpenConversation>();
    let page = page_state();
    let MessageView { id, text, blocks, versions, state, generation_id, seq, changed_model, .. } = message;
    let blocks = RwSignal::new(blocks);
    let text = RwSignal::new(text);
    let state = RwSignal::new(state);
    let phase = RwSignal::new(Phase::Thinking);
    let just_ended = RwSignal::new(false);
    let is_running = Signal::derive(move || state.with(|state| *state == AnswerState::Running));

    Effect::new(move || {
        let (true, Some(generation_id)) = (is_running.get_untracked(), generation_id.clone()) else { return };
        let own_id = generation_id.clone();
        let on_event = move |event| match event {
            GenerationEvent::Phase(news) => phase.set(news),
            GenerationEvent::Text { keep, blocks: news, .. } => {
                blocks.update(|blocks| {
                    blocks.truncate(keep as usize);
                    blocks.extend(news);
                });
                open.text_came();
            }
            GenerationEvent::Done { state: end, text: whole } => {
                text.set(whole);
                state.set(end);
                just_ended.set(true);
                open.has_ended(&own_id);
                open.text_came();
            }
        };
        let handlers = Handlers {
            event: Box::new(on_event),
            ended: Box::new(move || open.refresh(None)),
            lost: Box::new(move |lost| page.connection_lost.set(lost)),
        };
        let stream = SendWrapper::new(EventStream::open(generation_id, seq, handlers));
        on_cleanup(move || {
            drop(stream);
            page.connection_lost.set(false);
        });
    });

    let details_shown = RwSignal::new(details::are_asked_for(&id));
    let id = StoredValue::new(id);
    let busy = RwSignal::new(false);
    // One key until it has worked: a try whose answer was lost must not become a second version.
    let again_key = StoredValue::new(None::<String>);
    let start_again = move |is_new: bool| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let key = again_key.get_value().unwrap_or_else(new_key);
        again_key.set_value(Some(key.clone()));
        let id = id.get_value();
        leptos::task::spawn_local(async move {
            let begun = if is_new { regenerate(key, id).await } else { continue_answer(id).await };
            busy.try_set(false);
            match begun {
                Ok(begun) => {
                    again_key.try_set_value(None);
                    open.began(&begun);
                }
                Err(problem) => page.say((words().problem)(&problem)),
            }
        });
    };
    let note = move || match state.get() {
        AnswerState::Running | AnswerState::Complete => None,
        AnswerState::Stopped => Some(words().stopped),
        AnswerState::TooLong => Some(words().too_long),
        AnswerState::Repeating => Some(words().repeating),
        AnswerState::Interrupted => Some(words().interrupted),
        AnswerState::Failed => Some(words().failed),
    };
    view! {
        <article class="answer" aria-label=words().assistant>
            <h2 class="visually-hidden">{words().assistant}</h2>
            <Kitten/>
            <div class="answer-body">
                <div class="blocks" aria-busy=move || is_running.get().then_some("true")>
                    <For each=move || blocks.get().into_iter().enumerate() key=|block| block.clone() let((_, html))>
                        <div class="block" inner_html=html></div>
                    </For>
                </div>
                <Show when=move || is_running.get() && blocks.with(Vec::is_empty)>
                    <Waiting phase/>
                </Show>
                {move || note().map(|note| view! { <p class="note">{note}</p> })}
                {changed_model.then(|| view! { <p class="note">{words().changed_model}</p> })}
                <p class="visually-hidden" role="status">{move || just_ended.get().then(|| format!("{} {}", words().answer_ready, text.get()))}</p>
                <div class="actions">
                    <Show when=move || !is_running.get()>
                        <CopyButton text=text/>
                        <button type="button" class="action js-only" disabled=busy on:click=move |_| start_again(true)><Icon name="again"/>{words().regenerate}</button>
                        <Show when=move || state.with(|state| *state == AnswerState::Interrupted)>
                            <button type="button" class="action js-only" disabled=busy on:click=move |_| start_again(false)><Icon name="play"/>{words().continue_answer}</button>
                        </Show>
                        <DetailsButton answer_id=id shown=details_shown/>
                    </Show>
                    <VersionSwitch versions on_choose=Callback::new(move |id| open.refresh(Some(id)))/>
                </div>
                <Show when=move || details_shown.get() && !is_running.get()>
                    <DetailsList answer_id=id/>
                </Show>
            </div>
        </article>
    }
}

/// What happens before the first word, with the picture's pixels filling.
#[component]
fn Waiting(phase: RwSignal<Phase>) -> impl IntoView {
    let sentence = move || match phase.get() {
        Phase::Queued { ahead, seconds } => (words().queued)(ahead, seconds),
        Phase::Reading { picture, of, percent } => (words().reading)(picture, of, percent),
        Phase::Thinking => words().thinking.into(),
    };
    let filled = move || match phase.get() {
        Phase::Reading { percent, .. } => percent * PIXELS / 100,
        Phase::Queued { .. } => 0,
        Phase::Thinking => PIXELS,
    };
    view! {
        <p class="waiting" role="status">
            <span class="pixels" aria-hidden="true">
                {(0..PIXELS).map(|pixel| view! { <i class:filled=move || pixel < filled()></i> }).collect_view()}
            </span>
            {sentence}
        </p>
    }
}

/// Copies a message as it was written.
#[component]
pub fn CopyButton(#[prop(into)] text: Signal<String>) -> impl IntoView {
    let page = page_state();
    let copy = move |_| {
        leptos::task::spawn_local(async move {
            let Some(text) = text.try_get_untracked() else { return };
            let copied = clipboard::copy(&text).await;
            page.say(if copied { words().copied } else { words().copy_failed });
        });
    };
    view! { <button type="button" class="action js-only" on:click=copy><Icon name="copy"/>{words().copy}</button> }
}

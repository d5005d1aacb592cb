//! One conversation: its messages, and the composer that goes on with it.

use std::time::Duration;

use leptos::{html, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::not_found::NotFound;
use crate::{
    api::{current_model, get_conversation},
    client::page,
    components::{
        answer::Answer, composer::Composer, hello::DemoLine, icon::Icon, question::Question, top_bar::TopBar,
    },
    state::page_state,
    types::{AnswerState, ConversationView, MessageView, Role},
    words::words,
};

/// Nearer to the end than this, in pixels, the reader wants to see what comes.
const NEAR_END: i32 = 120;

/// The conversation that is open, for its messages and the composer.
#[derive(Clone, Copy)]
pub struct OpenConversation {
    pub view: RwSignal<ConversationView>,
    /// The generation that writes the last answer now.
    pub running: RwSignal<Option<String>>,
    scroll: NodeRef<html::Div>,
    follows_end: RwSignal<bool>,
}

impl OpenConversation {
    /// Asks for the conversation again, on the branch through `at`.
    pub fn refresh(self, at: Option<String>) {
        let id = self.view.with_untracked(|view| view.id.clone());
        leptos::task::spawn_local(async move {
            // While the server is away the page stays as it is; the event stream says so.
            if let Ok(fresh) = get_conversation(id, at).await
                && self.view.try_with_untracked(|view| *view != fresh) == Some(true)
            {
                self.running.set(running_generation(&fresh));
                self.view.set(fresh);
                self.text_came();
            }
        });
    }

    /// Something was added at the end: it is scrolled to, unless the reader looks at something else.
    pub fn text_came(self) {
        if !self.follows_end.get_untracked() {
            return;
        }
        request_animation_frame(move || self.scroll_to_end());
    }

    pub fn scroll_to_end(self) {
        if let Some(scroll) = self.scroll.try_get_untracked().flatten() {
            scroll.set_scroll_top(scroll.scroll_height());
        }
    }

    fn note_scroll(self) {
        if let Some(scroll) = self.scroll.get_untracked() {
            let left = scroll.scroll_height() - scroll.scroll_top() - scroll.client_height();
            self.follows_end.set(left < NEAR_END);
        }
    }
}

fn running_generation(view: &ConversationView) -> Option<String> {
    let last = view.messages.last()?;
    (last.state == AnswerState::Running).then(|| last.generation_id.clone()).flatten()
}

#[component]
pub fn ConversationPage() -> impl IntoView {
    let id = Memo::new({
        let params = use_params_map();
        move |_| params.with(|params| params.get("id").unwrap_or_default())
    });
    // Only the first look goes by the address; later ones by the buttons.
    let at = use_query_map().get_untracked().get("at");
    let conversation = Resource::new(move || id.get(), move |id| get_conversation(id, at.clone()));
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match conversation.await {
                    Ok(view) => view! { <Conversation view/> }.into_any(),
                    Err(problem) => view! { <NotFound text=(words().problem)(&problem)/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Conversation(view: ConversationView) -> impl IntoView {
    let id = view.id.clone();
    let open = OpenConversation {
        running: RwSignal::new(running_generation(&view)),
        view: RwSignal::new(view),
        scroll: NodeRef::new(),
        follows_end: RwSignal::new(true),
    };
    provide_context(open);
    let title = Signal::derive(move || open.view.with(|view| view.title.clone()));
    let parent = Signal::derive(move || open.view.with(|view| view.messages.last().map(|message| message.id.clone())));
    let model = Resource::new(|| (), |()| current_model());
    let renamed = page_state().renamed;

    Effect::new(move || page::on_return(move || open.refresh(None)));
    Effect::new(move || {
        // Once the pictures have their place.
        set_timeout(move || open.scroll_to_end(), Duration::from_millis(30));
    });
    // A new title in the side bar is the heading's as well.
    Effect::new(move || {
        if let Some((id, title)) = renamed.get()
            && open.view.with_untracked(|view| view.id == id)
        {
            open.view.update(|view| view.title = title);
        }
    });
    view! {
        <Title text=move || format!("{} · Chaton", title.get())/>
        <TopBar title/>
        <div class="scroll" node_ref=open.scroll on:scroll=move |_| open.note_scroll()>
            <section class="column" aria-label=words().conversation>
                <For each=move || open.view.get().messages key=message_key let(message)>
                    {match message.role {
                        Role::User => view! { <Question message/> }.into_any(),
                        Role::Assistant => view! { <Answer message/> }.into_any(),
                    }}
                </For>
            </section>
        </div>
        <div class="foot">
            <Show when=move || !open.follows_end.get()>
                <button type="button" class="jump" on:click=move |_| { open.follows_end.set(true); open.scroll_to_end() }>
                    <Icon name="down"/>{words().jump_to_end}
                </button>
            </Show>
            <Composer
                place=id parent running=open.running
                on_sent=Callback::new(move |_| { open.follows_end.set(true); open.refresh(None); page_state().list_changed() })
            />
            <Suspense>
                {move || Suspend::new(async move {
                    let is_demo = model.await.is_ok_and(|card| card.is_demo);
                    if is_demo { view! { <DemoLine/> }.into_any() } else { view! { <p class="small-print">{words().answers_can_be_wrong}</p> }.into_any() }
                })}
            </Suspense>
        </div>
    }
}

/// What makes a message another one for the page: everything but the text of an answer that is being written.
fn message_key(message: &MessageView) -> (String, AnswerStateKey, usize, u32) {
    (message.id.clone(), AnswerStateKey::from(&message.state), message.versions.ids.len(), message.versions.index)
}

/// Whether a message has its final form.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum AnswerStateKey {
    Running,
    Ended,
    Interrupted,
}

impl From<&AnswerState> for AnswerStateKey {
    fn from(state: &AnswerState) -> AnswerStateKey {
        match state {
            AnswerState::Running => AnswerStateKey::Running,
            AnswerState::Interrupted => AnswerStateKey::Interrupted,
            _ => AnswerStateKey::Ended,
        }
    }
}

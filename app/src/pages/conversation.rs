//! One conversation: its messages, and the composer that goes on with it.

use std::time::Duration;

use leptos::{html, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::not_found::{NotFound, NotShown};
use crate::{
    api::{current_model, get_conversation},
    client::page,
    components::{
        answer::Answer, composer::Composer, details::DetailsForm, hello::DemoLine, icon::Icon, question::Question,
        top_bar::TopBar,
    },
    state::page_state,
    types::{AnswerState, ConversationView, GenerationStarted, MessageView, Problem, Role},
    words::words,
};

/// Nearer to the end than this, in pixels, the reader wants to see what comes.
const NEAR_END: i32 = 120;
/// Tries to see what was sent when the server does not answer, and the first wait between them; it doubles.
const TRIES: u32 = 6;
const FIRST_WAIT: Duration = Duration::from_millis(250);

/// The conversation that is open, for its messages and the composer.
#[derive(Clone, Copy)]
pub struct OpenConversation {
    pub view: RwSignal<ConversationView>,
    /// The generation that writes the last answer now.
    pub running: RwSignal<Option<String>>,
    scroll: NodeRef<html::Div>,
    follows_end: RwSignal<bool>,
    /// Counts refreshes: only the latest may show what it brings.
    refreshes: StoredValue<u32>,
    /// The branch that a refresh on its way was asked for.
    wanted_at: StoredValue<Option<String>>,
    /// The generation whose end was seen: what was read before must not bring it back to life.
    ended: StoredValue<Option<String>>,
}

impl OpenConversation {
    fn new(view: ConversationView) -> OpenConversation {
        OpenConversation {
            running: RwSignal::new(running_generation(&view)),
            view: RwSignal::new(view),
            scroll: NodeRef::new(),
            follows_end: RwSignal::new(true),
            refreshes: StoredValue::new(0),
            wanted_at: StoredValue::new(None),
            ended: StoredValue::new(None),
        }
    }

    /// An answer was begun, or is taken up again. From now on "Stop" is there, and nothing else can be sent.
    pub fn began(self, begun: &GenerationStarted) {
        if self.running.try_set(Some(begun.generation_id.clone())).is_some() {
            return;
        }
        self.ended.set_value(None);
        self.follows_end.set(true);
        self.refresh(Some(begun.answer_id.clone()));
    }

    /// The end of a generation was seen.
    pub fn has_ended(self, generation_id: &str) {
        self.ended.set_value(Some(generation_id.to_owned()));
        self.running.set(None);
    }

    /// Asks for the conversation again, on the branch through `at`, else on the one that is shown: what another tab
    /// sends meanwhile does not take its place.
    pub fn refresh(self, at: Option<String>) {
        let Some(refresh) = self.refreshes.try_get_value().map(|count| count + 1) else { return };
        self.refreshes.set_value(refresh);
        if at.is_some() {
            self.wanted_at.set_value(at);
        }
        let (id, shown) =
            self.view.with_untracked(|view| (view.id.clone(), view.messages.last().map(|message| message.id.clone())));
        let at = self.wanted_at.get_value().or(shown);
        leptos::task::spawn_local(async move {
            for attempt in 0..TRIES {
                let fresh = get_conversation(id.clone(), at.clone()).await;
                if self.refreshes.try_get_value() != Some(refresh) {
                    return;
                }
                match fresh {
                    Ok(fresh) if !self.is_stale(&fresh) => return self.show(fresh),
                    // While the server is away the page stays as it is; the event stream says so.
                    Ok(_) | Err(Problem::Offline) => page::sleep(FIRST_WAIT * 2u32.pow(attempt)).await,
                    Err(_) => return,
                }
            }
        });
    }

    /// Read before the end was stored that the page has seen already.
    fn is_stale(self, fresh: &ConversationView) -> bool {
        let running = running_generation(fresh);
        running.is_some() && self.ended.with_value(|ended| *ended == running)
    }

    fn show(self, fresh: ConversationView) {
        self.wanted_at.set_value(None);
        self.running.set(running_generation(&fresh));
        if self.view.with_untracked(|view| *view != fresh) {
            self.view.set(fresh);
            self.text_came();
        }
    }

    /// Something was added at the end: it is scrolled to, unless the reader looks at something else.
    pub fn text_came(self) {
        if self.follows_end.try_get_untracked() != Some(true) {
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
    let query = use_query_map();
    let conversation =
        Resource::new(move || id.get(), move |id| get_conversation(id, query.with_untracked(|query| query.get("at"))));
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match conversation.await {
                    Ok(view) => view! { <Conversation view/> }.into_any(),
                    Err(Problem::NotFound) => view! { <NotFound text=(words().problem)(&Problem::NotFound)/> }.into_any(),
                    Err(_) => view! { <NotShown/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Conversation(view: ConversationView) -> impl IntoView {
    let id = view.id.clone();
    let open = OpenConversation::new(view);
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
        <DetailsForm/>
        <div class="foot">
            <Show when=move || !open.follows_end.get()>
                <button type="button" class="jump" on:click=move |_| { open.follows_end.set(true); open.scroll_to_end() }>
                    <Icon name="down"/>{words().jump_to_end}
                </button>
            </Show>
            <Composer
                place=id parent running=open.running
                on_sent=Callback::new(move |begun: GenerationStarted| open.began(&begun))
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

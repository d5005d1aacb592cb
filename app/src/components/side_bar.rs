//! The conversations, the way to a new one and to the settings.

use leptos::{ev, html, prelude::*};
use leptos_router::{components::A, hooks::use_location};

use super::{
    icon::{Icon, Kitten},
    options_menu::{MenuItem, OptionsMenu},
};
use crate::{
    api::{delete_conversation, list_conversations, rename_conversation},
    client::{drafts, page},
    state::page_state,
    types::ConversationSummary,
    words::words,
};

#[component]
pub fn SideBar() -> impl IntoView {
    let state = page_state();
    let list = Resource::new(move || state.list_changes.get(), |_| list_conversations());
    // While the server is away the rows stay.
    let last_rows = StoredValue::new(Vec::<ConversationSummary>::new());
    let location = use_location();
    // Another tab may have added something.
    Effect::new(move || page::on_return(move || state.list_changed()));
    // Whoever went somewhere wants to see it.
    Effect::new(move || {
        location.pathname.get();
        state.side_bar_open.set(false);
    });
    let on_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && state.side_bar_open.get_untracked() {
            state.side_bar_open.set(false);
            page::focus("show-conversations");
        }
    };
    view! {
        <div class="shade" class:open=state.side_bar_open on:click=move |_| state.side_bar_open.set(false)></div>
        <nav id="side-bar" class="side-bar" class:open=state.side_bar_open aria-label=words().conversations on:keydown=on_key>
            <div class="brand">
                <Kitten/><span>"Chaton"</span>
                <button type="button" class="round side-bar-close" aria-label=words().hide_conversations
                    on:click=move |_| { state.side_bar_open.set(false); page::focus("show-conversations") }
                ><Icon name="close"/></button>
            </div>
            <A href="/" attr:class="new-chat" attr:id="new-chat"><Icon name="plus"/>{words().new_chat}</A>
            <Transition>
                {move || Suspend::new(async move {
                    let answer = list.await;
                    let failed = answer.is_err();
                    let rows = answer.unwrap_or_else(|_| last_rows.get_value());
                    last_rows.set_value(rows.clone());
                    if failed && rows.is_empty() {
                        view! {
                            <p class="side-bar-empty" role="alert">{words().not_shown}</p>
                            <button type="button" class="main-button js-only" on:click=move |_| page::reload()>{words().reload}</button>
                        }.into_any()
                    } else if rows.is_empty() {
                        view! { <p class="side-bar-empty">{words().no_conversations}</p> }.into_any()
                    } else {
                        view! {
                            <ul class="rows">
                                <For each=move || rows.clone() key=|row| (row.id.clone(), row.title.clone()) let(row)>
                                    <Row row/>
                                </For>
                            </ul>
                        }.into_any()
                    }
                })}
            </Transition>
            <A href="/settings" attr:class="side-bar-foot"><Icon name="gear"/>{words().settings}</A>
        </nav>
    }
}

#[component]
fn Row(row: ConversationSummary) -> impl IntoView {
    let state = page_state();
    let renaming = RwSignal::new(false);
    let id = StoredValue::new(row.id.clone());
    let title = StoredValue::new(row.title.clone());
    let pathname = use_location().pathname;

    let delete = Callback::new(move |()| {
        leptos::task::spawn_local(async move {
            let id = id.get_value();
            match delete_conversation(id.clone()).await {
                Ok(()) => {
                    if pathname.get_untracked() == format!("/c/{id}") {
                        state.go_to.set(Some("/".into()));
                    }
                    drafts::forget(&id);
                    state.say_deleted(id);
                    state.list_changed();
                    // The menu's button goes with the row.
                    page::focus_soon("new-chat");
                }
                Err(problem) => state.say((words().problem)(&problem)),
            }
        });
    });
    let items = vec![
        MenuItem { label: words().rename, icon: "pencil", action: Callback::new(move |()| renaming.set(true)) },
        MenuItem { label: words().delete, icon: "bin", action: delete },
    ];
    // A renamed row is a new one: it takes the keyboard over from its field.
    Effect::new(move || {
        if state.row_to_focus.with_untracked(|row| *row == Some(id.get_value())) {
            state.row_to_focus.set(None);
            page::focus_soon(row_id(&id.get_value()));
        }
    });
    let picture = StoredValue::new(row.picture.map(|picture| picture.thumbnail_url()));
    let miniature =
        move || picture.get_value().map(|url| view! { <img class="miniature" src=url alt="" loading="lazy"/> });
    view! {
        <li class="row" class:renaming=renaming>
            <Show
                when=move || renaming.get()
                fallback={move || view! {
                    <A href=format!("/c/{}", id.get_value()) attr:class="row-link" attr:id=row_id(&id.get_value())>
                        {miniature()}<span>{title.get_value()}</span>
                    </A>
                }}
            >
                <RenameField id=id.get_value() title=title.get_value() done=Callback::new(move |()| {
                    renaming.try_set(false);
                })/>
            </Show>
            <OptionsMenu label=(words().options_for)(&title.get_value()) items/>
        </li>
    }
}

fn row_id(conversation_id: &str) -> String {
    format!("row-{conversation_id}")
}

/// The title as a field: Enter keeps it, Escape gives it up.
#[component]
fn RenameField(id: String, title: String, done: Callback<()>) -> impl IntoView {
    let state = page_state();
    let field = NodeRef::<html::Input>::new();
    Effect::new(move || {
        if let Some(field) = field.get() {
            let _ = field.focus();
            field.select();
        }
    });
    let own_row = row_id(&id);
    let keep = move || {
        let Some(new_title) = field.get_untracked().map(|field| field.value()) else { return };
        let id = id.clone();
        done.run(());
        page::focus_soon(row_id(&id));
        if new_title.trim().is_empty() {
            return;
        }
        leptos::task::spawn_local(async move {
            match rename_conversation(id.clone(), new_title.clone()).await {
                Ok(()) => {
                    state.renamed.set(Some((id.clone(), new_title)));
                    state.row_to_focus.set(Some(id));
                    state.list_changed();
                }
                Err(problem) => state.say((words().problem)(&problem)),
            }
        });
    };
    view! {
        <input
            node_ref=field class="rename" aria-label=words().new_title maxlength="200" value=title
            on:keydown=move |event| match event.key().as_str() {
                "Enter" if !event.is_composing() => keep(),
                "Escape" => {
                    done.run(());
                    page::focus_soon(own_row.clone());
                }
                _ => {}
            }
            on:blur=move |_| {
                // Also comes when the field goes, after the row is gone.
                done.try_run(());
            }
        />
    }
}

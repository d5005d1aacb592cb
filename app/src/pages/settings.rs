use leptos::{html, prelude::*};
use leptos_meta::Title;

use crate::{
    components::top_bar::TopBar,
    types::{Language, Preferences, Theme},
    words::words,
};

/// Language and theme: a plain form; with JavaScript a choice is applied at once.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let Preferences { language, theme } = use_context().unwrap_or_default();
    let form = NodeRef::<html::Form>::new();
    // Sent as a form: the server draws the page anew in the chosen language.
    let apply = move |_| {
        if let Some(form) = form.get_untracked() {
            let _ = form.submit();
        }
    };
    let languages = [(Language::English, "English"), (Language::French, "Français")];
    let themes =
        [(Theme::System, words().theme_system), (Theme::Light, words().theme_light), (Theme::Dark, words().theme_dark)];
    view! {
        <Title text=format!("{} · Chaton", words().settings)/>
        <TopBar title=words().settings/>
        <div class="scroll">
            <div class="column page-text">
                <form class="settings" action="/settings" method="post" node_ref=form>
                    <input type="hidden" name="return_to" value="/settings"/>
                    <fieldset>
                        <legend>{words().language_label}</legend>
                        {languages.into_iter().map(|(choice, name)| view! {
                            <label class="choice" lang=choice.code()>
                                <input type="radio" name="language" value=choice.code() checked=choice == language on:change=apply/>
                                {name}
                            </label>
                        }).collect_view()}
                    </fieldset>
                    <fieldset>
                        <legend>{words().theme}</legend>
                        {themes.into_iter().map(|(choice, name)| view! {
                            <label class="choice">
                                <input type="radio" name="theme" value=choice.code() checked=choice == theme on:change=apply/>
                                {name}
                            </label>
                        }).collect_view()}
                    </fieldset>
                    <button class="main-button plain-only">{words().save}</button>
                </form>
                <h2>{words().about}</h2>
                <p>{words().version} " " {env!("CARGO_PKG_VERSION")}</p>
                <p>{words().not_affiliated}</p>
            </div>
        </div>
    }
}

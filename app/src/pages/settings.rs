use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    client::page,
    components::{account::Account, sessions::Sessions, top_bar::TopBar},
    types::{Language, Preferences, Theme},
    words::words,
};

/// Language and theme: a plain form; with JavaScript a choice is applied as it is made.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let Preferences { language, theme } = use_context().unwrap_or_default();
    let languages = [(Language::English, "English"), (Language::French, "Français")];
    let themes =
        [(Theme::System, words().theme_system), (Theme::Light, words().theme_light), (Theme::Dark, words().theme_dark)];
    view! {
        <Title text=format!("{} · Chaton", words().settings)/>
        <TopBar title=words().settings/>
        <div class="scroll">
            <div class="column page-text">
                <form class="settings" action="/settings" method="post">
                    <input type="hidden" name="return_to" value="/settings"/>
                    <fieldset>
                        <legend>{words().language_label}</legend>
                        {languages.into_iter().map(|(choice, name)| view! {
                            <label class="choice" lang=choice.code()>
                                <input type="radio" name="language" value=choice.code() checked=choice == language on:change=move |_| page::choose_language(choice)/>
                                {name}
                            </label>
                        }).collect_view()}
                    </fieldset>
                    <fieldset>
                        <legend>{words().theme}</legend>
                        {themes.into_iter().map(|(choice, name)| view! {
                            <label class="choice">
                                <input type="radio" name="theme" value=choice.code() checked=choice == theme on:change=move |_| page::choose_theme(choice)/>
                                {name}
                            </label>
                        }).collect_view()}
                    </fieldset>
                    <button class="main-button plain-only">{words().save}</button>
                </form>
                <Account/>
                <Sessions/>
                <section class="settings" aria-labelledby="data">
                    <h2 id="data">{words().export_title}</h2>
                    <p>{words().export_explained}</p>
                    <p><a href="/settings/export" rel="external" download="chaton.zip">{words().export}</a></p>
                </section>
                <h2>{words().about}</h2>
                <p>{words().version} " " {env!("CARGO_PKG_VERSION")}</p>
                <p>{words().not_affiliated}</p>
            </div>
        </div>
    }
}

//! Pages for who is not signed in or not let in: whole HTML documents, without any script.

use leptos::prelude::*;

use crate::{
    types::Preferences,
    words::{self, Words},
};

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The `Host` is no name of this computer.
    Host,
    /// Another page asked for a change.
    Origin,
    /// It came through a proxy.
    Forwarded,
}

/// Where to find the link that signs this browser in.
pub fn signed_out(preferences: Preferences) -> String {
    let words = words::of(preferences.language);
    document(preferences, words.signed_out_title, words.signed_out)
}

pub fn refused(preferences: Preferences, refusal: Refusal) -> String {
    let words: &Words = words::of(preferences.language);
    let text = match refusal {
        Refusal::Host => words.refused_host,
        Refusal::Origin => words.refused_origin,
        Refusal::Forwarded => words.refused_forwarded,
    };
    document(preferences, words.refused_title, text)
}

fn document(preferences: Preferences, title: &'static str, text: &'static str) -> String {
    let page = view! {
        <html lang=preferences.language.code() data-theme=preferences.theme.code()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>{format!("{title} · Chaton")}</title>
                <link rel="icon" type="image/svg+xml" href="/favicon.svg"/>
                <link rel="stylesheet" href="/pkg/chaton.css"/>
            </head>
            <body>
                <main class="standalone">
                    <img src="/favicon.svg" alt="" width="84" height="70"/>
                    <h1>{title}</h1>
                    <p>{text}</p>
                </main>
            </body>
        </html>
    };
    format!("<!doctype html>{}", page.to_html())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Language, Theme};

    #[test]
    fn they_speak_the_persons_language_and_run_nothing() {
        let french = Preferences { language: Language::French, theme: Theme::Dark };
        let page = signed_out(french);
        assert!(page.starts_with("<!doctype html><html lang=\"fr\" data-theme=\"dark\">"), "{page}");
        assert!(page.contains("terminal") && !page.contains("<script"), "{page}");
        assert!(refused(Preferences::default(), Refusal::Forwarded).contains("--team"));
    }
}

//! Whole HTML documents without any script: for who is not signed in or not let in, and for administrators.

pub mod administration;
pub mod doors;
pub mod led_groups;
mod words;

use leptos::prelude::*;

use crate::types::Preferences;

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The `Host` is no name of this computer.
    Host,
    /// The `Host` is not the team's address.
    Address,
    /// Another page asked for a change.
    Origin,
    /// It came through a proxy, to one person's Chaton.
    Forwarded,
    /// It came through a proxy, to a team's that has no public address.
    Proxy,
}

/// The class of a page's main part: a narrow column, or one with room for lists.
const DOOR: &str = "standalone";
const WIDE: &str = "standalone wide";

/// Where to find the link that signs this browser in.
pub fn signed_out(preferences: Preferences) -> String {
    let words = crate::words::of(preferences.language);
    sentence(preferences, words.signed_out_title, words.signed_out)
}

pub fn refused(preferences: Preferences, refusal: Refusal) -> String {
    let words = crate::words::of(preferences.language);
    let text = match refusal {
        Refusal::Host => words.refused_host,
        Refusal::Address => words::of(preferences.language).refused_address,
        Refusal::Origin => words.refused_origin,
        Refusal::Forwarded => words.refused_forwarded,
        Refusal::Proxy => words::of(preferences.language).refused_proxy,
    };
    sentence(preferences, words.refused_title, text)
}

/// There is no such page, or not for whoever asks.
pub fn not_found(preferences: Preferences) -> String {
    let words = crate::words::of(preferences.language);
    let home = words::of(preferences.language).back_to_chat;
    let body = view! {
        <p>{words.not_found}</p>
        <p><a href="/">{home}</a></p>
    };
    document(preferences, words.not_found_title, DOOR, body.into_any())
}

fn sentence(preferences: Preferences, title: &'static str, text: &'static str) -> String {
    document(preferences, title, DOOR, view! { <p>{text}</p> }.into_any())
}

/// `body`: what follows the title.
fn document(preferences: Preferences, title: &'static str, main_class: &'static str, body: AnyView) -> String {
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
                <main class=main_class>
                    <header class="standalone-head">
                        <img src="/favicon.svg" alt="" width="84" height="70"/>
                        <h1>{title}</h1>
                    </header>
                    {body}
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

    /// Text that would be a script if it were not escaped.
    pub(super) const HOSTILE: &str = "\"'><script>alert(1)</script>";

    /// The page in English and in French; it runs nothing, and its forms stay here.
    pub(super) fn in_both(draw: impl Fn(Preferences) -> String) -> [String; 2] {
        let in_language = |language| draw(Preferences { language, ..Preferences::default() });
        let pages = [Language::English, Language::French].map(in_language);
        for page in &pages {
            assert!(page.starts_with("<!doctype html><html lang="), "{page}");
            assert!(!page.contains("<script") && !page.contains(" style="), "{page}");
            assert_eq!(page.matches("<form").count(), page.matches(" action=\"/").count(), "{page}");
            assert!(!page.contains(" action=\"//"), "{page}");
        }
        assert_ne!(pages[0], pages[1]);
        french_signs_stand_apart(&pages[1]);
        pages
    }

    fn french_signs_stand_apart(page: &str) {
        for text in page.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text) {
            let text = text.replace("&lt;", "").replace("&gt;", "").replace("https:", "");
            for (at, _) in text.match_indices([':', ';', '?', '!']) {
                assert!(text[..at].ends_with('\u{202f}'), "{text}");
            }
        }
    }

    #[test]
    fn they_speak_the_persons_language_and_run_nothing() {
        let french = Preferences { language: Language::French, theme: Theme::Dark };
        let page = signed_out(french);
        assert!(page.starts_with("<!doctype html><html lang=\"fr\" data-theme=\"dark\">"), "{page}");
        assert!(page.contains("terminal") && !page.contains("<script"), "{page}");
        assert!(refused(Preferences::default(), Refusal::Forwarded).contains("--team"));
        in_both(signed_out);
    }
}

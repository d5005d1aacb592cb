//! The codes of a class list, to be printed and cut.

use leptos::prelude::*;

use super::{CodesPage, PrintedCode};
use crate::{
    standalone::{
        WIDE, document,
        words::{self, DoorWords},
    },
    types::Preferences,
};

pub fn printed_codes(preferences: Preferences, page: &CodesPage) -> String {
    let words = words::of(preferences.language);
    let cards = page.codes.iter().map(|printed| card(words, page, printed)).collect_view();
    let (back, back_text) = match page.is_leaders {
        true => ("/groups", words.led_groups),
        false => ("/administration", words.back_to_administration),
    };
    let body = view! {
        <div class="screen-only">
            <p class="fresh-link" role="status">{words.print_now}</p>
            <p><a href=back>{back_text}</a></p>
        </div>
        <ul class="code-cards">{cards}</ul>
    };
    document(preferences, words.codes_title, WIDE, body.into_any())
}

fn card(words: &'static DoorWords, page: &CodesPage, printed: &PrintedCode) -> AnyView {
    let (name, code, address) = (printed.name.clone(), printed.code.clone(), page.address.clone());
    let group = page.group.clone().map(|group| view! { <p class="hint">{group}</p> });
    let expires = (words.card_expires)(page.expires_in_days);
    view! {
        <li class="code-card">
            <h2>{name}</h2>
            {group}
            <p>{words.card_address}</p>
            <p class="card-address">{address}</p>
            <p>{words.card_code}</p>
            <p class="card-code">{code}</p>
            <p class="hint">{expires}</p>
        </li>
    }
    .into_any()
}

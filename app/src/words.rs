//! What the page says, in the person's language. Every text is a field: a language that lacks one does not compile.

mod english;
mod french;
mod problems;

use leptos::prelude::use_context;

use crate::{
    client::page,
    types::{Language, Preferences, Problem},
};

pub use english::ENGLISH;
pub use french::FRENCH;

/// The words of the person who looks at the page.
pub fn words() -> &'static Words {
    // What runs after an `await` has no context any more; the browser's page knows its language.
    let preferences = use_context::<Preferences>();
    of(preferences
        .unwrap_or_else(if cfg!(target_arch = "wasm32") { page::preferences } else { Preferences::default })
        .language)
}

pub fn of(language: Language) -> &'static Words {
    match language {
        Language::English => &ENGLISH,
        Language::French => &FRENCH,
    }
}

pub struct Words {
    pub language: Language,

    // side bar
    pub conversations: &'static str,
    pub new_chat: &'static str,
    pub options_for: fn(&str) -> String,
    pub rename: &'static str,
    pub delete: &'static str,
    pub new_title: &'static str,
    pub conversation_deleted: &'static str,
    pub undo: &'static str,
    pub no_conversations: &'static str,
    pub settings: &'static str,
    pub show_conversations: &'static str,
    pub hide_conversations: &'static str,
    pub skip_to_content: &'static str,

    // top
    pub model: &'static str,
    pub demo_model: &'static str,

    // first screen
    pub hello: &'static str,
    pub stays_here: &'static str,
    pub examples: &'static str,
    pub demo_knows: &'static str,
    pub get_pixtral: &'static str,
    pub ask_shapes: &'static str,
    pub ask_word: &'static str,
    pub ask_bars: &'static str,
    pub drop_here: &'static str,

    // composer
    pub send_a_message: &'static str,
    pub message: &'static str,
    pub ask_about: &'static str,
    pub attach_pictures: &'static str,
    pub send: &'static str,
    pub stop: &'static str,
    pub open_picture: fn(&str) -> String,
    pub remove_picture: fn(&str) -> String,
    pub uploading: fn(&str) -> String,
    pub wait_for_uploads: &'static str,
    pub answers_can_be_wrong: &'static str,

    // conversation
    pub conversation: &'static str,
    pub you: &'static str,
    pub assistant: &'static str,
    pub copy: &'static str,
    pub copied: &'static str,
    pub copy_failed: &'static str,
    pub regenerate: &'static str,
    pub continue_answer: &'static str,
    pub edit: &'static str,
    pub edit_message: &'static str,
    pub save_and_send: &'static str,
    pub cancel: &'static str,
    pub previous_version: &'static str,
    pub next_version: &'static str,
    pub version_of: fn(u32, usize) -> String,
    pub jump_to_end: &'static str,
    pub answer_ready: &'static str,

    // waiting and ends
    /// Button under an answer, and the list that it opens.
    pub details: &'static str,
    pub details_model: &'static str,
    pub details_read: &'static str,
    /// All prompt tokens, of those in pictures, of those kept from before.
    pub details_tokens_read: fn(u32, u32, u32) -> String,
    pub details_seen: &'static str,
    /// Width and height of every picture as the model saw it; how many of them were kept from before.
    pub details_pictures: fn(&[(u32, u32)], u32) -> String,
    pub details_first_word: &'static str,
    /// Milliseconds.
    pub details_seconds: fn(u32) -> String,
    pub details_written: &'static str,
    /// Tokens; hundredths of a token a second.
    pub details_tokens_written: fn(u32, Option<u32>) -> String,
    pub details_unknown: &'static str,
    /// The choice of how large pictures are shown, and its three values.
    pub picture_detail: &'static str,
    pub detail_names: [&'static str; 3],
    /// A value with its cost: tokens, and seconds once they are known.
    pub detail_cost: fn(&str, u32, Option<u32>) -> String,
    /// How many come first; about how many seconds that takes.
    pub queued: fn(u32, Option<u32>) -> String,
    pub reading: fn(u32, u32, u32) -> String,
    pub thinking: &'static str,
    pub stopped: &'static str,
    pub too_long: &'static str,
    pub repeating: &'static str,
    pub interrupted: &'static str,
    pub failed: &'static str,
    pub changed_model: &'static str,
    pub connection_lost: &'static str,
    pub updated: &'static str,
    pub reload: &'static str,

    // picture dialog
    pub picture: &'static str,
    pub close: &'static str,
    pub previous_picture: &'static str,
    pub next_picture: &'static str,
    pub zoom: &'static str,

    // settings
    pub language_label: &'static str,
    pub theme: &'static str,
    pub theme_system: &'static str,
    pub theme_light: &'static str,
    pub theme_dark: &'static str,
    pub save: &'static str,
    pub account: &'static str,
    pub signed_in_as: fn(&str) -> String,
    pub change_password: &'static str,
    pub your_groups: &'static str,
    pub administration: &'static str,
    pub browsers: &'static str,
    pub browsers_explained: &'static str,
    pub browser_on: fn(&str, &str) -> String,
    pub unknown_browser: &'static str,
    pub this_browser: &'static str,
    pub used_days_ago: fn(u32) -> String,
    pub sign_out: &'static str,
    /// Names the browser.
    pub sign_out_browser: fn(&str) -> String,
    pub export_title: &'static str,
    pub export_explained: &'static str,
    pub export: &'static str,
    pub about: &'static str,
    pub version: &'static str,
    pub not_affiliated: &'static str,

    // how to get Pixtral
    pub models_title: &'static str,
    pub models_now_demo: &'static str,
    pub models_now: fn(&str) -> String,
    pub models_demo_knows: [&'static str; 5],
    pub models_demo_not: &'static str,
    pub models_get_title: &'static str,
    pub models_steps: [&'static str; 3],
    pub models_memory: &'static str,

    // other pages
    pub not_found_title: &'static str,
    pub not_found: &'static str,
    pub not_shown: &'static str,
    pub signed_out_title: &'static str,
    pub signed_out: &'static str,
    pub refused_title: &'static str,
    pub refused_host: &'static str,
    pub refused_origin: &'static str,
    pub refused_forwarded: &'static str,

    pub problem: fn(&Problem) -> String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_one_that_both_languages_can_tell() {
        let problems = [
            Problem::NotFound,
            Problem::SignedOut,
            Problem::EmptyMessage,
            Problem::TooLongForContext { tokens: 9, limit_tokens: 8 },
            Problem::TooManyPictures { limit: 16 },
            Problem::PictureUnreadable,
            Problem::PictureTooManyPixels { limit_megapixels: 100 },
            Problem::PictureTooLarge { limit_bytes: 50_000_000 },
            Problem::ModelCannotSee,
            Problem::PicturePartMissing,
            Problem::RequestTooLarge,
            Problem::PicturesTooManyPixels { limit_megapixels: 200 },
            Problem::DiskFull,
            Problem::Busy,
            Problem::TooFast { seconds: 3 },
            Problem::BadRequest,
            Problem::Offline,
            Problem::Internal,
        ];
        let mut told = std::collections::HashSet::new();
        for problem in &problems {
            let (english, french) = ((ENGLISH.problem)(problem), (FRENCH.problem)(problem));
            assert_ne!(english, french);
            assert!(told.insert(english.clone()) && told.insert(french), "{english}");
        }
        assert!((ENGLISH.problem)(&problems[7]).contains("50 MB"));
        assert!((FRENCH.problem)(&problems[7]).contains("50\u{a0}Mo"));
    }

    #[test]
    fn pictures_that_were_kept_are_counted() {
        let told = |pictures: usize, kept| {
            let sizes = vec![(640, 480); pictures];
            let last = |text: String| text.rsplit_once("pixels").map(|(_, last)| last.to_owned()).unwrap_or_default();
            (last((ENGLISH.details_pictures)(&sizes, kept)), last((FRENCH.details_pictures)(&sizes, kept)))
        };
        let expected = |english: &str, french: &str| (english.to_owned(), french.to_owned());
        assert_eq!(told(1, 0), expected("", ""));
        assert_eq!(told(1, 1), expected(" (kept from before)", " (déjà connue)"));
        assert_eq!(told(3, 1), expected(" (1 of 3 kept from before)", " (1 sur 3 déjà connue)"));
        assert_eq!(told(3, 2), expected(" (2 of 3 kept from before)", " (2 sur 3 déjà connues)"));
        assert!((FRENCH.details_pictures)(&[(64, 32), (16, 8)], 0).starts_with("64 × 32, 16 × 8 pixels"));
    }

    #[test]
    fn french_signs_stand_apart_as_french_wants() {
        for text in [FRENCH.demo_knows, FRENCH.failed, FRENCH.models_now_demo, FRENCH.ask_word, FRENCH.connection_lost]
        {
            for (at, _) in text.match_indices([':', ';', '?', '!']) {
                assert!(text[..at].ends_with('\u{202f}'), "{text}");
            }
        }
    }
}

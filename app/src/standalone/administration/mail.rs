//! An invitation as a mail.

use crate::{standalone::words, types::Preferences};

/// Subject and text, in the language of whoever invites.
pub fn invitation_mail(preferences: Preferences, link: &str, days: u32) -> (&'static str, String) {
    let words = words::of(preferences.language);
    (words.mail_subject, (words.mail_text)(link, days))
}

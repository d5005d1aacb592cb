//! Mail, where an administrator named a server for it: an invitation goes to whom it is for. Without one links are shown to
//! be passed on.

use std::{fmt, time::Duration};

use anyhow::{Context, Result, bail};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
};

use crate::public_url::is_loopback;

/// For a mail server to take a mail.
const PATIENCE: Duration = Duration::from_secs(15);

/// Where mail is handed over, and from whom it comes.
#[derive(Clone)]
pub struct MailSettings {
    /// `smtps://name:password@host`, or `smtp://host?tls=required`; it holds a secret.
    pub url: String,
    pub from: Mailbox,
}

impl fmt::Debug for MailSettings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "mail from {}", self.from)
    }
}

pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// # Errors
    /// The address is none, or would send passwords and links through the network for everybody to read.
    pub fn new(settings: &MailSettings) -> Result<Mailer> {
        let url: http::Uri = settings.url.parse().ok().context("the address of the mail server is none")?;
        let is_encrypted = match (url.scheme_str(), url.query()) {
            (Some("smtps"), _) => true,
            (Some("smtp"), Some(query)) => query.split('&').any(|part| part == "tls=required"),
            _ => false,
        };
        if !is_encrypted && !url.host().is_some_and(is_loopback) {
            bail!("mail must travel encrypted; write smtps://NAME:PASSWORD@HOST, or smtp://...?tls=required");
        }
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&settings.url)
            // Not its own words: they could hold the password.
            .ok()
            .context("the address of the mail server cannot be used; write smtps://NAME:PASSWORD@HOST")?
            .timeout(Some(PATIENCE))
            .build();
        Ok(Mailer { transport, from: settings.from.clone() })
    }

    /// Hands a mail over to the mail server.
    ///
    /// # Errors
    /// It cannot be reached, or does not take it.
    pub async fn send(&self, to: Mailbox, subject: &str, text: String) -> Result<()> {
        let mail = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(text)
            .context("a mail could not be written")?;
        self.transport.send(mail).await.context("a mail could not be handed over")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn settings(url: &str) -> MailSettings {
        MailSettings { url: url.into(), from: "Chaton <chaton@example.org>".parse().unwrap() }
    }

    #[tokio::test]
    async fn mail_travels_encrypted_or_stays_on_this_machine() {
        for url in
            ["smtps://a:secret@mail.example.org", "smtp://mail.example.org?tls=required", "smtp://127.0.0.1:2525"]
        {
            assert!(Mailer::new(&settings(url)).is_ok(), "{url}");
        }
        for url in [
            "smtp://a:secret@mail.example.org",
            "smtp://a:secret@mail.example.org?tls=opportunistic",
            "mail.example.org",
            "",
        ] {
            let error = Mailer::new(&settings(url)).err().unwrap();
            assert!(!format!("{error:#}").contains("secret"), "{error:#}");
        }
        assert!(!format!("{:?}", settings("smtps://a:secret@mail.example.org")).contains("secret"));
    }
}

use clap::Args;
use lettre::message::Mailbox;

/// Where mail is handed over.
#[derive(Args)]
pub struct MailArguments {
    /// Mail server for invitations: smtps://NAME:PASSWORD@HOST, or smtp://...?tls=required
    #[arg(long, env = "CHATON_SMTP_URL", hide_env_values = true, value_name = "URL", requires_all = ["team", "mail_from"])]
    pub smtp_url: Option<String>,
    /// From whom mail comes: "Chaton <chaton@example.org>"
    #[arg(long, env = "CHATON_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<Mailbox>,
}

impl std::fmt::Debug for MailArguments {
    /// The address of the server holds a password.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("MailArguments").field("mail_from", &self.mail_from).finish_non_exhaustive()
    }
}

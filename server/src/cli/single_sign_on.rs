//! The flags of single sign-on. Their variables are not in the help, which would outgrow the screen.

use std::path::PathBuf;

use clap::{Args, builder::NonEmptyStringValueParser};
use openidconnect::IssuerUrl;

use crate::public_url::is_loopback;

const HEADING: &str = "Single sign-on (OpenID Connect), also CHATON_SSO_ISSUER and so on";

#[derive(Args, Debug)]
pub struct SsoArguments {
    /// The provider's address, as it calls itself
    #[arg(long, env = "CHATON_SSO_ISSUER", hide_env = true, value_name = "URL", value_parser = issuer,
          requires_all = ["team", "public_url", "sso_client_id"], help_heading = HEADING)]
    pub sso_issuer: Option<IssuerUrl>,
    /// What the provider calls this server
    #[arg(long, env = "CHATON_SSO_CLIENT_ID", hide_env = true, value_name = "ID", requires = "sso_issuer",
          value_parser = NonEmptyStringValueParser::new(), help_heading = HEADING)]
    pub sso_client_id: Option<String>,
    /// A file with the secret that the provider gave it
    #[arg(long, env = "CHATON_SSO_CLIENT_SECRET_FILE", hide_env = true, value_name = "FILE", requires = "sso_issuer",
          help_heading = HEADING)]
    pub sso_client_secret_file: Option<PathBuf>,
    /// What people call the provider
    #[arg(long, env = "CHATON_SSO_NAME", hide_env = true, value_name = "TEXT", requires = "sso_issuer",
          value_parser = NonEmptyStringValueParser::new(), default_value = "single sign-on", help_heading = HEADING)]
    pub sso_name: String,
    /// The claim that lists a person's groups
    #[arg(long, env = "CHATON_SSO_GROUPS_CLAIM", hide_env = true, value_name = "NAME", requires = "sso_issuer",
          value_parser = NonEmptyStringValueParser::new(), default_value = "groups", help_heading = HEADING)]
    pub sso_groups_claim: String,
    /// Who is in this group administrates
    #[arg(long, env = "CHATON_SSO_ADMINISTRATORS", hide_env = true, value_name = "GROUP", requires = "sso_issuer",
          value_parser = NonEmptyStringValueParser::new(), help_heading = HEADING)]
    pub sso_administrators: Option<String>,
    /// Members; without any of these three everybody is one
    #[arg(long, env = "CHATON_SSO_MEMBERS", hide_env = true, value_name = "GROUP", requires = "sso_issuer",
          value_parser = NonEmptyStringValueParser::new(), help_heading = HEADING)]
    pub sso_members: Option<String>,
    /// Guests; who is in none of the three stays out
    #[arg(long, env = "CHATON_SSO_GUESTS", hide_env = true, value_name = "GROUP", requires = "sso_issuer",
          value_parser = NonEmptyStringValueParser::new(), help_heading = HEADING)]
    pub sso_guests: Option<String>,
}

/// A provider's address: by TLS, or on this machine.
fn issuer(text: &str) -> Result<IssuerUrl, String> {
    let wrong = || format!("{text} is no provider's address; write it like https://login.example.org/realms/school");
    let issuer = IssuerUrl::new(text.to_owned()).map_err(|_| wrong())?;
    let url = issuer.url();
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(wrong());
    }
    match url.scheme() {
        "https" => Ok(issuer),
        "http" if url.host_str().is_some_and(is_loopback) => Ok(issuer),
        "http" => Err(format!("{text} could be answered by anybody on the way; use https://")),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_provider_is_reached_by_tls_or_on_this_machine() {
        for text in [
            "https://login.example.org",
            "https://login.example.org/realms/school/",
            "http://127.0.0.1:4000",
            "http://[::1]:4000",
            "http://localhost",
        ] {
            assert_eq!(issuer(text).unwrap().as_str(), text, "it is compared letter by letter");
        }
        assert!(issuer("http://login.example.org").unwrap_err().contains("https://"));
        for text in ["login.example.org", "ftp://a.org", "https://a.org/?b", "https://a.org/#b", "https://a@b.org"] {
            assert!(issuer(text).unwrap_err().contains("https://login.example.org"), "{text}");
        }
    }
}

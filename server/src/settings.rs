//! The settings of `serve`, checked and typed. Nothing reads the environment after this.

mod single_sign_on;

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use anyhow::{Result, bail};

use crate::{cli::ServeArguments, data_dir, mail::MailSettings, public_url::PublicUrl};

pub use single_sign_on::{GroupRoles, SsoSettings, Standing};

/// Pictures in one message.
pub const MAX_PICTURES: usize = 16;
/// Pixels of one picture: 100 megapixels, more than any phone's.
pub const MAX_PIXELS: u64 = 100_000_000;
/// Pixels of all pictures that one answer looks at: they are decoded together, three bytes each.
pub const MAX_PROMPT_PIXELS: u64 = 200_000_000;
/// Letters of one message; no context holds more.
pub const MAX_TEXT_BYTES: usize = 2_000_000;

/// A certificate and its key, as PEM files.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

#[derive(Clone, Debug)]
pub struct ServeSettings {
    pub listen: SocketAddr,
    pub data_dir: PathBuf,
    pub model: String,
    pub context_tokens: Option<u32>,
    pub threads: Option<usize>,
    pub memory_bytes: Option<u64>,
    pub answer_tokens: u32,
    pub upload_limit_bytes: u64,
    /// `CHATON_KEY`: signs in any number of times. Without it, each link works once.
    pub fixed_key: Option<String>,
    pub open_browser: bool,
    /// Accounts were asked for. A folder that is a team's has them without being asked.
    pub team: bool,
    pub public_url: Option<PublicUrl>,
    pub trusted_proxies: Vec<IpAddr>,
    pub tls: Option<TlsFiles>,
    pub mail: Option<MailSettings>,
    /// The provider of single sign-on.
    pub sso: Option<SsoSettings>,
    /// The program that decodes pictures in a child process: `chaton` itself.
    pub picture_program: PathBuf,
    /// Changes with every build; a page that was made by another one offers to reload.
    pub build_id: String,
}

impl ServeSettings {
    /// Where features of pictures are kept; it may be emptied at any time.
    pub fn picture_cache(&self) -> PathBuf {
        self.data_dir.join("cache")
    }

    pub fn from_arguments(arguments: ServeArguments) -> Result<ServeSettings> {
        let tls = arguments.tls_cert.zip(arguments.tls_key).map(|(certificate, key)| TlsFiles { certificate, key });
        if !arguments.listen.ip().is_loopback() {
            check_outside(arguments.listen, arguments.team, arguments.public_url.as_ref())?;
        }
        let is_https = arguments.public_url.as_ref().is_some_and(|url| url.is_https);
        if is_https && tls.is_none() && arguments.trusted_proxy.is_empty() {
            bail!(
                "who speaks https:// here? give --tls-cert and --tls-key, or --trusted-proxy with the address of the proxy \
                 that does"
            );
        }
        if tls.is_some() && arguments.public_url.as_ref().is_some_and(|url| !url.is_https) {
            bail!("with --tls-cert browsers come by https://; say so in --public-url");
        }
        if arguments.team && arguments.key.is_some() {
            bail!("CHATON_KEY is the way in for one person alone; leave it out with --team");
        }
        if arguments.answer_tokens == 0 {
            bail!("--answer-tokens 0 leaves no room for an answer; give at least 1");
        }
        if arguments.key.as_deref() == Some("") {
            bail!("CHATON_KEY is empty; give it a long random value or leave it out");
        }
        let data_dir = match arguments.data_dir {
            Some(folder) => folder,
            None => data_dir::usual_place()?,
        };
        Ok(ServeSettings {
            listen: arguments.listen,
            data_dir,
            model: arguments.model,
            context_tokens: arguments.context,
            threads: arguments.threads,
            memory_bytes: arguments.memory,
            answer_tokens: arguments.answer_tokens,
            upload_limit_bytes: arguments.upload_limit,
            fixed_key: arguments.key,
            open_browser: !arguments.no_open,
            team: arguments.team,
            public_url: arguments.public_url,
            trusted_proxies: arguments.trusted_proxy,
            tls,
            mail: arguments.mail.smtp_url.zip(arguments.mail.mail_from).map(|(url, from)| MailSettings { url, from }),
            sso: SsoSettings::from_arguments(arguments.sso)?,
            picture_program: std::env::current_exe()?,
            build_id: arguments.build_id.unwrap_or_else(crate::assets::build_id),
        })
    }
}

/// What a server that other machines reach must have.
fn check_outside(listen: SocketAddr, team: bool, public_url: Option<&PublicUrl>) -> Result<()> {
    if !team {
        bail!(
            "{listen} can be reached from other machines, and without accounts anybody there could read everything; \
             listen on 127.0.0.1 or [::1], or give people accounts with --team"
        );
    }
    match public_url {
        Some(url) if url.is_https => Ok(()),
        Some(url) => {
            bail!("{url} is this machine only, but {listen} is not; give the https:// address that people type")
        }
        None => bail!("say how people reach {listen} with --public-url https://..."),
    }
}

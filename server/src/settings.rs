//! The settings of `serve`, checked and typed. Nothing reads the environment after this.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::{Result, bail};

use crate::{cli::ServeArguments, data_dir};

/// Pictures in one message.
pub const MAX_PICTURES: usize = 16;
/// Pixels of one picture: 100 megapixels, more than any phone's.
pub const MAX_PIXELS: u64 = 100_000_000;
/// Pixels of all pictures that one answer looks at: they are decoded together, three bytes each.
pub const MAX_PROMPT_PIXELS: u64 = 200_000_000;
/// Letters of one message; no context holds more.
pub const MAX_TEXT_BYTES: usize = 2_000_000;

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
        if !arguments.listen.ip().is_loopback() {
            bail!(
                "{} can be reached from other machines, and without accounts anybody there could read everything; \
                 listen on 127.0.0.1 or [::1]",
                arguments.listen
            );
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
            picture_program: std::env::current_exe()?,
            build_id: arguments.build_id.unwrap_or_else(crate::assets::build_id),
        })
    }
}

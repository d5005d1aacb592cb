//! The command line, as typed values. `--help` of every command fits a screen.

mod groups;
mod mail;
mod single_sign_on;

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    str::FromStr,
};

use clap::{Args, Parser, Subcommand};
use engine::quantize::Format;

use crate::public_url::PublicUrl;

pub use groups::{AddGroupArguments, ChangeGroupArguments, GroupArguments, GroupsCommand, MemberArguments};
pub use mail::MailArguments;
pub use single_sign_on::SsoArguments;

/// Drop a picture into the browser, ask about it, read the answer: a chat with Pixtral on your own machine.
#[derive(Debug, Parser)]
#[command(name = "chaton", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the chat; prints its address
    Serve(Box<ServeArguments>),
    /// One answer on the terminal
    Ask(AskArguments),
    /// Write what the model computes, for comparison with a reference
    Trace(TraceArguments),
    /// Measure how fast a model answers here
    Bench(BenchArguments),
    /// Work with the files of models
    #[command(subcommand)]
    Models(ModelsCommand),
    /// The accounts of a team
    #[command(subcommand)]
    Users(UsersCommand),
    /// Make a link by which somebody joins the team
    Invite(InviteArguments),
    /// The groups of a team
    #[command(subcommand)]
    Groups(GroupsCommand),
    /// Decode one picture from standard input: the program calls this itself, in a process with limits
    #[command(hide = true)]
    DecodePicture(DecodePictureArguments),
}

#[derive(Args, Debug)]
pub struct ServeArguments {
    /// Address and port to listen on (this machine only)
    #[arg(long, env = "CHATON_LISTEN", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,
    /// Folder for conversations and pictures [default: the platform's usual place]
    #[arg(long, env = "CHATON_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// A model's folder or GGUF file, or `mini`, the built-in demo model
    #[arg(long, env = "CHATON_MODEL", default_value = "mini")]
    pub model: String,
    /// Tokens that one conversation may hold; its memory grows with them [default: what the model was made for, at
    /// most 32768, and what fits into memory]
    #[arg(long, env = "CHATON_CONTEXT", value_name = "TOKENS")]
    pub context: Option<u32>,
    /// Processor threads for the model [default: one a core]
    #[arg(long, env = "CHATON_THREADS", value_name = "N")]
    pub threads: Option<usize>,
    /// Memory that the program may use, the model included [default: nearly all of the machine's]
    #[arg(long, env = "CHATON_MEMORY", value_name = "BYTES")]
    pub memory: Option<u64>,
    /// Accounts for several people; the folder stays a team's
    #[arg(long, env = "CHATON_TEAM")]
    pub team: bool,
    /// The address that people type, e.g. https://chat.example.org: needed where other machines come in
    #[arg(long, env = "CHATON_PUBLIC_URL", value_name = "URL", requires = "team")]
    pub public_url: Option<PublicUrl>,
    /// Address of a proxy in front, whose X-Forwarded-For is believed; several with commas
    #[arg(long, env = "CHATON_TRUSTED_PROXY", value_name = "IP", value_delimiter = ',', requires = "public_url")]
    pub trusted_proxy: Vec<IpAddr>,
    /// A certificate and those that vouch for it (PEM), to speak TLS without a proxy
    #[arg(long, env = "CHATON_TLS_CERT", value_name = "FILE", requires_all = ["tls_key", "public_url"])]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's key (PEM)
    #[arg(long, env = "CHATON_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    #[command(flatten)]
    pub mail: MailArguments,
    /// The longest answer
    #[arg(long, env = "CHATON_ANSWER_TOKENS", value_name = "TOKENS", default_value_t = 2048)]
    pub answer_tokens: u32,
    /// The largest picture file that is taken
    #[arg(long, env = "CHATON_UPLOAD_LIMIT", value_name = "BYTES", default_value_t = 50_000_000)]
    pub upload_limit: u64,
    /// A fixed key for scripts: http://ADDRESS/?key=KEY then signs in any number of times
    #[arg(long, env = "CHATON_KEY", hide_env_values = true)]
    pub key: Option<String>,
    /// Do not open the browser
    #[arg(long, env = "CHATON_NO_OPEN")]
    pub no_open: bool,
    /// What open pages compare themselves with, to see whether they are older than the server
    #[arg(long, env = "CHATON_BUILD_ID", hide = true)]
    pub build_id: Option<String>,
    #[command(flatten)]
    pub sso: SsoArguments,
}

/// Which model, for the commands that work without a server.
#[derive(Args, Debug)]
pub struct ModelArguments {
    /// A model's folder or GGUF file, or `mini`, the built-in demo model
    #[arg(long, default_value = "mini")]
    pub model: String,
    /// Tokens that prompt and answer may hold [default: what the model was made for, at most 32768, and what fits into
    /// memory]
    #[arg(long, value_name = "TOKENS")]
    pub context: Option<u32>,
    /// Processor threads [default: one a core]
    #[arg(long)]
    pub threads: Option<usize>,
}

#[derive(Args, Debug)]
pub struct AskArguments {
    #[command(flatten)]
    pub model: ModelArguments,
    /// A picture to ask about; may be given several times
    #[arg(long = "image", value_name = "FILE")]
    pub images: Vec<PathBuf>,
    /// Instructions that come before the question
    #[arg(long)]
    pub system: Option<String>,
    /// The longest answer [default: what the context leaves]
    #[arg(long, value_name = "N")]
    pub max_tokens: Option<u32>,
    /// 0: always the likeliest word; up to 2: more varied
    #[arg(long, value_name = "T", default_value_t = 0.0)]
    pub temperature: f64,
    /// The same seed gives the same answer
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Text, usage and timings as JSON, at the end
    #[arg(long)]
    pub json: bool,
    pub question: String,
}

#[derive(Args, Debug)]
pub struct TraceArguments {
    #[command(flatten)]
    pub model: ModelArguments,
    /// OpenAI-style messages; picture paths are relative to this file
    #[arg(long, value_name = "FILE")]
    pub request: PathBuf,
    /// Where to write the safetensors file
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// How many tokens to go on greedily
    #[arg(long, value_name = "N", default_value_t = 24)]
    pub greedy: u32,
}

#[derive(Args, Debug)]
pub struct BenchArguments {
    #[command(flatten)]
    pub model: ModelArguments,
    /// Tokens to read
    #[arg(long, value_name = "TOKENS", default_value_t = 512)]
    pub prompt: u32,
    /// Tokens to answer with
    #[arg(long, value_name = "TOKENS", default_value_t = 64)]
    pub generate: u32,
    /// A picture of this size
    #[arg(long, value_name = "WxH", default_value = "512x512")]
    pub image: ImageSize,
    /// People who ask at the same time
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub users: u32,
    /// The figures as JSON
    #[arg(long)]
    pub json: bool,
}

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageSize {
    pub width: u32,
    pub height: u32,
}

impl FromStr for ImageSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let side = |text: &str| text.trim().parse().ok().filter(|side| (1..=8192).contains(side));
        text.split_once('x')
            .and_then(|(width, height)| Some(Self { width: side(width)?, height: side(height)? }))
            .ok_or_else(|| format!("{text} is no size; write it like 512x512, 8192x8192 at most"))
    }
}

#[derive(Debug, Subcommand)]
pub enum UsersCommand {
    /// Everybody, with role and state
    List(FolderArguments),
    /// Add an account; prints a link by which its owner chooses a password
    Add(AddUserArguments),
    /// Print a link to choose another password; the old one holds until then
    ResetPassword(ResetPasswordArguments),
    /// Nobody signs in with the account until it is enabled; nothing of it is lost
    Disable(UserArguments),
    /// Let a disabled account sign in again
    Enable(UserArguments),
    /// Change what somebody may do
    Role(RoleArguments),
    /// Sign out all browsers of an account
    SignOut(UserArguments),
    /// Links and codes that can still be used
    Invitations(FolderArguments),
    /// Make one of them useless
    Revoke(RevokeArguments),
    /// Write all conversations and pictures of an account to a ZIP file
    Export(ExportUserArguments),
    /// Accounts for a list of names; prints a code for each, to be given on paper
    ClassList(ClassListArguments),
    /// Remove an account with all its conversations and pictures, for good
    Delete(DeleteUserArguments),
}

/// Where the team's folder is. These commands also work while the server runs.
#[derive(Args, Clone, Debug)]
pub struct FolderArguments {
    /// Folder for conversations and pictures [default: the platform's usual place]
    #[arg(long, env = "CHATON_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
}

/// What printed links begin with.
#[derive(Args, Clone, Debug)]
pub struct LinkArguments {
    #[command(flatten)]
    pub folder: FolderArguments,
    /// The address that people type [default: the server's]
    #[arg(long, env = "CHATON_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<PublicUrl>,
    /// Days for which the link works
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=90))]
    pub days: u32,
}

#[derive(Args, Debug)]
pub struct AddUserArguments {
    #[command(flatten)]
    pub link: LinkArguments,
    #[arg(long, value_enum, default_value_t = CommandRole::Member)]
    pub role: CommandRole,
    pub name: String,
}

#[derive(Args, Debug)]
pub struct ResetPasswordArguments {
    #[command(flatten)]
    pub link: LinkArguments,
    pub name: String,
}

#[derive(Args, Debug)]
pub struct UserArguments {
    #[command(flatten)]
    pub folder: FolderArguments,
    pub name: String,
}

#[derive(Args, Debug)]
pub struct RevokeArguments {
    #[command(flatten)]
    pub folder: FolderArguments,
    /// As `chaton users invitations` shows it
    pub id: String,
}

#[derive(Args, Debug)]
pub struct RoleArguments {
    #[command(flatten)]
    pub folder: FolderArguments,
    pub name: String,
    #[arg(value_enum)]
    pub role: CommandRole,
}

#[derive(Args, Debug)]
pub struct DeleteUserArguments {
    #[command(flatten)]
    pub folder: FolderArguments,
    pub name: String,
    /// Write everything of it to this ZIP file before
    #[arg(long, value_name = "FILE")]
    pub export: Option<PathBuf>,
    /// Yes, for good
    #[arg(long)]
    pub yes: bool,
}

#[derive(Args, Debug)]
pub struct ExportUserArguments {
    #[command(flatten)]
    pub folder: FolderArguments,
    pub name: String,
    /// The ZIP file to write
    pub file: PathBuf,
}

#[derive(Args, Debug)]
pub struct ClassListArguments {
    #[command(flatten)]
    pub link: LinkArguments,
    #[arg(long, value_enum, default_value_t = CommandRole::Member)]
    pub role: CommandRole,
    /// Put them into this group, which is made where it is not there
    #[arg(long, value_name = "NAME")]
    pub group: Option<String>,
    /// A CSV file: one name a line, or a column called Name
    pub file: PathBuf,
}

#[derive(Args, Debug)]
pub struct InviteArguments {
    #[command(flatten)]
    pub link: LinkArguments,
    #[arg(long, value_enum, default_value_t = CommandRole::Member)]
    pub role: CommandRole,
    /// How many people may use it
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub uses: u32,
    /// For whom; only administrators see it
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub note: String,
}

/// A role as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum CommandRole {
    Administrator,
    Member,
    Guest,
}

#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// Write a model in fewer bits, as GGUF files that other programs read too
    Quantize(QuantizeArguments),
}

#[derive(Args, Debug)]
pub struct QuantizeArguments {
    /// A model's folder, with weights as safetensors
    pub source: String,
    /// q4_k_m is small and good, q8_0 nearly exact; also q6_k, q5_k_m, q5_k_s, q5_1, q5_0, q4_k_s, q4_1, q4_0,
    /// q3_k_l, q3_k_m, q3_k_s, q2_k, bf16, f16, f32
    #[arg(long, value_name = "FORMAT")]
    pub to: Format,
    /// Folder for the files; an interrupted run goes on there [default: one named after model and format]
    #[arg(long, value_name = "FOLDER")]
    pub output: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct DecodePictureArguments {
    /// Refuse pictures of more pixels than this
    #[arg(long)]
    pub max_pixels: u64,
}

//! One file a command. The terminal is written to here and nowhere else.

pub mod ask;
pub mod bench;
pub mod decode_picture;
pub mod groups;
pub mod invite;
mod listening;
pub mod models;
pub mod serve;
pub mod trace;
pub mod users;

use engine::{Engine, LoadOptions};

use storage::Storage;

use crate::{
    built_in,
    cli::{FolderArguments, LinkArguments, ModelArguments},
    data_dir,
};

fn load_model(arguments: &ModelArguments) -> anyhow::Result<Engine> {
    load_model_for(arguments, LoadOptions::default())
}

fn load_model_for(arguments: &ModelArguments, options: LoadOptions) -> anyhow::Result<Engine> {
    let options = LoadOptions { context_tokens: arguments.context, threads: arguments.threads, ..options };
    Ok(Engine::load(&built_in::model_source(&arguments.model), &options)?)
}

/// Does `work` with a team's folder, beside a server that uses it or alone.
fn in_folder(arguments: &FolderArguments, work: impl AsyncFnOnce(Storage) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let folder = match &arguments.data_dir {
        Some(folder) => folder.clone(),
        None => data_dir::usual_place()?,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let storage = Storage::open_beside_server(&folder).await?;
        let outcome = match storage.is_team().await? {
            true => work(storage.clone()).await,
            false => Err(anyhow::anyhow!(
                "{} is one person's; start `chaton serve --team` once to make it a team's",
                folder.display()
            )),
        };
        storage.close().await;
        outcome
    })
}

/// What links begin with: as the command says, or as the server last had it.
async fn origin(storage: &Storage, arguments: &LinkArguments) -> anyhow::Result<String> {
    if let Some(url) = &arguments.public_url {
        return Ok(url.to_string());
    }
    let known = storage.origin().await?;
    known.ok_or_else(|| anyhow::anyhow!("say with --public-url how people reach the server"))
}

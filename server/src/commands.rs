//! One file a command. The terminal is written to here and nowhere else.

pub mod ask;
pub mod bench;
pub mod decode_picture;
pub mod models;
pub mod serve;
pub mod trace;

use engine::{Engine, LoadOptions};

use crate::{built_in, cli::ModelArguments};

fn load_model(arguments: &ModelArguments) -> anyhow::Result<Engine> {
    load_model_for(arguments, LoadOptions::default())
}

fn load_model_for(arguments: &ModelArguments, options: LoadOptions) -> anyhow::Result<Engine> {
    let options = LoadOptions { context_tokens: arguments.context, threads: arguments.threads, ..options };
    Ok(Engine::load(&built_in::model_source(&arguments.model), &options)?)
}

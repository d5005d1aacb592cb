//! `chaton trace`: what the model computes, written as safetensors for comparison with a reference.

use anyhow::Result;

use crate::cli::TraceArguments;

pub fn run(arguments: TraceArguments) -> Result<()> {
    let messages = engine::request_json::read(&arguments.request)?;
    let engine = super::load_model(&arguments.model)?;
    engine.trace(&messages, arguments.greedy)?.write_safetensors(&arguments.out)?;
    Ok(())
}

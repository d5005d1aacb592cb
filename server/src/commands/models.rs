//! `chaton models`: the files of models.

mod quantize;

use anyhow::Result;

use crate::cli::ModelsCommand;

pub fn run(command: ModelsCommand) -> Result<()> {
    match command {
        ModelsCommand::Quantize(arguments) => quantize::run(arguments),
    }
}

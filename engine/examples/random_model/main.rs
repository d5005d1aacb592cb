//! Writes a tiny random Pixtral in Mistral layout whose greedy answer never ends: for tests of whatever happens in the
//! middle of an answer (reload, stop, a crash). It says random words and sees random things.
//!
//! `cargo run -p engine --example random_model -- OUT_DIR [--seed N] [--dim N] [--layers N] [--heads N] [--kv-heads N]
//! [--head-dim N] [--hidden-dim N] [--max-position N] [--image-size N] [--tekken FILE]`

mod generate;

use std::{error::Error, io::Write, path::PathBuf};

use generate::Sizes;

fn main() -> Result<(), Box<dyn Error>> {
    let mut sizes = Sizes::default();
    let mut folder = None;
    let mut tekken = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../models/mini/tekken.json"));
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if !argument.starts_with("--") {
            folder = Some(PathBuf::from(argument));
            continue;
        }
        let value = arguments.next().ok_or_else(|| format!("{argument} needs a value"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("{argument} needs a number, not {value}"));
        match argument.as_str() {
            "--seed" => sizes.seed = number()?,
            "--dim" => sizes.dim = number()? as usize,
            "--layers" => sizes.layers = number()? as usize,
            "--heads" => sizes.heads = number()? as usize,
            "--kv-heads" => sizes.kv_heads = number()? as usize,
            "--head-dim" => sizes.head_dim = number()? as usize,
            "--hidden-dim" => sizes.hidden_dim = number()? as usize,
            "--max-position" => sizes.max_position = number()? as usize,
            "--image-size" => sizes.image_size = number()? as usize,
            "--tekken" => tekken = PathBuf::from(&value),
            _ => return Err(format!("{argument} is not an option").into()),
        }
    }
    let folder = folder.ok_or("give the folder to write to")?;
    generate::write(&folder, &sizes, &tekken)?;
    writeln!(std::io::stdout(), "{}", folder.display())?;
    Ok(())
}

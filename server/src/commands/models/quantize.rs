//! `chaton models quantize`: a model in fewer bits, with a progress bar where there is a terminal.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Result;
use engine::quantize::{Format, quantize};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{built_in, cli::QuantizeArguments};

pub fn run(arguments: QuantizeArguments) -> Result<()> {
    let source = built_in::model_source(&arguments.source);
    let folder = arguments.output.unwrap_or_else(|| default_folder(&arguments.source, arguments.to));
    let bar = ProgressBar::new(0).with_style(style()?);
    let outcome = quantize(&source, arguments.to, &folder, |progress| {
        bar.set_length(progress.total_bytes);
        if bar.position() == 0 {
            // What an earlier run wrote says nothing of this one's speed.
            bar.reset_eta();
        }
        bar.set_position(progress.done_bytes);
        bar.set_message(progress.tensor.to_owned());
    });
    bar.finish_and_clear();
    let written = outcome?;
    let mut terminal = std::io::stdout().lock();
    for path in [Some(&written.text), written.mmproj.as_ref()].into_iter().flatten() {
        writeln!(terminal, "{}", path.display())?;
    }
    Ok(())
}

fn style() -> Result<ProgressStyle> {
    Ok(ProgressStyle::with_template(
        "{bar:30} {percent:>3} %  {decimal_bytes} of {decimal_total_bytes}, {eta} left  {msg}",
    )?)
}

/// In the current folder: `pixtral-12b-q4_k_m`.
fn default_folder(source: &str, format: Format) -> PathBuf {
    let path = Path::new(source);
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = path.file_name().map_or_else(|| "model".into(), |name| name.to_string_lossy());
    PathBuf::from(format!("{name}-{format}"))
}

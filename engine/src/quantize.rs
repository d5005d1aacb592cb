//! From a folder of safetensors to a pair of GGUF files, one for the text model and one (mmproj) for the picture
//! encoder, as llama.cpp's converter and quantiser would write them. Tensors are read from the mapped source, encoded
//! and written one after another, in pieces: memory does not depend on the model's size. An interrupted run is taken
//! up where it was, and its result is the same to the byte.

mod encode;
mod format;
mod header;
mod metadata;
mod part_file;
mod plan;
mod rules;
mod vocabulary;

use std::{
    fs,
    path::{Path, PathBuf},
};

pub use format::{Format, UnknownFormat};

use crate::{
    checkpoint::Layout,
    disk,
    error::{LoadError, QuantizeError},
    load::{self, ModelSource, Parts},
    number_format::NumberFormat,
    tokenizer::InstructVersion,
};
use header::Entry;
use part_file::PartFile;
use plan::PlannedTensor;

/// How far it is, told after every tensor.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// The tensor that was written last, by its GGUF name.
    pub tensor: &'a str,
    /// Bytes of both files, those of an earlier run included.
    pub done_bytes: u64,
    pub total_bytes: u64,
}

/// The files written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantized {
    pub text: PathBuf,
    /// The picture encoder; `None` for models without one.
    pub mmproj: Option<PathBuf>,
    pub total_bytes: u64,
}

/// One file, planned to the byte before anything is written.
struct Planned {
    path: PathBuf,
    header: Vec<u8>,
    tensors: Vec<PlannedTensor>,
    /// The tensors as the header lists them.
    entries: Vec<Entry>,
}

impl Planned {
    fn new(path: PathBuf, metadata: metadata::Metadata, tensors: Vec<PlannedTensor>) -> Self {
        let entries: Vec<Entry> = tensors.iter().map(|tensor| tensor.entry.clone()).collect();
        Self { path, header: header::encode(&metadata, &entries), tensors, entries }
    }

    fn bytes(&self) -> u64 {
        self.header.len() as u64 + self.entries.iter().map(Entry::padded_bytes).sum::<u64>()
    }
}

/// Writes `NAME-FORMAT.gguf` and, for models that see pictures, `mmproj-NAME-FORMAT.gguf` into `folder`, which is made
/// if it is not there. `NAME` is the source's.
///
/// # Errors
/// [`QuantizeError::Load`] if the source is no model that Chaton knows, else what stands in the way of writing.
/// What is written by then stays, and the next call goes on from there.
pub fn quantize(
    source: &ModelSource,
    format: Format,
    folder: &Path,
    mut progress: impl FnMut(Progress),
) -> Result<Quantized, QuantizeError> {
    let parts = load::open(source)?;
    if parts.checkpoint.layout == Layout::Gguf {
        return Err(QuantizeError::AlreadyGguf(parts.config_label));
    }
    let text = plan_text(&parts, source, format, folder)?;
    let mmproj = plan_vision(&parts, format, folder)?;
    check_sources(&parts, [Some(&text), mmproj.as_ref()].into_iter().flatten())?;
    fs::create_dir_all(folder).map_err(|error| QuantizeError::write(folder, &error))?;
    // Bytes depend on the model, the format (in the header) and this program's encoders.
    let identity = format!("{} {}", parts.hash(), env!("CARGO_PKG_VERSION"));
    let open = |planned: &Planned| PartFile::open(&planned.path, &identity, &planned.header, &planned.entries);
    let mut text_file = open(&text)?;
    let mut mmproj_file = mmproj.as_ref().map(open).transpose()?;
    let mut run = Run { parts: &parts, done_bytes: 0, total_bytes: 0, progress: &mut progress };
    run.total_bytes = text.bytes() + mmproj.as_ref().map_or(0, Planned::bytes);
    let mut missing_bytes = missing(&text, &text_file);
    if let (Some(planned), Some(file)) = (&mmproj, &mmproj_file) {
        missing_bytes += missing(planned, file);
    }
    check_space(folder, missing_bytes)?;
    if let (Some(planned), Some(file)) = (&mmproj, &mut mmproj_file) {
        run.write(planned, file)?;
    }
    run.write(&text, &mut text_file)?;
    let mmproj = mmproj_file.map(PartFile::finish).transpose()?;
    let text = text_file.finish()?;
    let mmproj = mmproj.map(part_file::Finished::forget).transpose()?;
    Ok(Quantized { text: text.forget()?, mmproj, total_bytes: run.total_bytes })
}

/// Bytes of tensors that are not written yet.
fn missing(planned: &Planned, file: &PartFile) -> u64 {
    planned.entries[file.finished()..].iter().map(Entry::padded_bytes).sum()
}

fn plan_text(parts: &Parts, source: &ModelSource, format: Format, folder: &Path) -> Result<Planned, QuantizeError> {
    let config = &parts.config.text;
    let vocabulary = vocabulary::metadata(&parts.tokenizer, config.vocabulary)
        .map_err(|reason| LoadError::Tokenizer { file: parts.tokenizer_label.clone(), reason })?;
    let tensors = plan::text(config, &parts.checkpoint, format);
    let sees_pictures = parts.config.vision.is_some();
    let template = chat_template(parts, source);
    let metadata = metadata::text(&parts.name, config, sees_pictures, format, &tensors, vocabulary, template);
    let path = folder.join(format!("{}-{}.gguf", parts.name, format.name().to_uppercase()));
    Ok(Planned::new(path, metadata, tensors))
}

fn plan_vision(parts: &Parts, format: Format, folder: &Path) -> Result<Option<Planned>, QuantizeError> {
    let Some(vision) = &parts.config.vision else { return Ok(None) };
    let tokenizer_error = |reason| LoadError::Tokenizer { file: parts.tokenizer_label.clone(), reason };
    let break_token = match vision.break_token {
        Some(id) => id,
        None => parts.tokenizer.control("[IMG_BREAK]").map_err(tokenizer_error)?,
    };
    if break_token as usize >= parts.config.text.vocabulary {
        let reason = "its picture tokens are outside the vocabulary".to_owned();
        return Err(LoadError::Configuration { file: parts.config_label.clone(), reason }.into());
    }
    let stored_as_f16 = parts.checkpoint.format("vision_encoder.patch_conv.weight") == Some(NumberFormat::F16);
    let format = rules::vision_format(format, stored_as_f16);
    let tensors = plan::vision(&parts.config, vision, break_token, &parts.checkpoint, format);
    let metadata = metadata::vision(&parts.name, vision, parts.config.text.width, format, &tensors);
    let path = folder.join(format!("mmproj-{}-{}.gguf", parts.name, format.name().to_uppercase()));
    Ok(Some(Planned::new(path, metadata, tensors)))
}

/// A template that lies beside the model, else llama.cpp's own for the tokenizer's version.
fn chat_template(parts: &Parts, source: &ModelSource) -> String {
    if let ModelSource::Path(folder) = source
        && let Ok(template) = fs::read_to_string(folder.join("chat_template.jinja"))
    {
        return template;
    }
    let name = match (parts.tokenizer.version, parts.tokenizer.pieces().is_some()) {
        (InstructVersion::V1, _) => "mistral-v1",
        (InstructVersion::V3, true) => "mistral-v3",
        (InstructVersion::V3, false) => "mistral-v3-tekken",
        (InstructVersion::V7, true) => "mistral-v7",
        (InstructVersion::V7, false) => "mistral-v7-tekken",
    };
    name.to_owned()
}

/// Every tensor is there and has its shape, before hours are spent on the others.
fn check_sources<'a>(parts: &Parts, files: impl Iterator<Item = &'a Planned>) -> Result<(), QuantizeError> {
    for tensor in files.flat_map(|file| &file.tensors) {
        for name in &tensor.source.names {
            parts.checkpoint.stored(name, &tensor.source.shape)?;
        }
    }
    Ok(())
}

struct Run<'a> {
    parts: &'a Parts,
    done_bytes: u64,
    total_bytes: u64,
    progress: &'a mut dyn FnMut(Progress),
}

impl Run<'_> {
    fn write(&mut self, planned: &Planned, file: &mut PartFile) -> Result<(), QuantizeError> {
        self.done_bytes += planned.bytes() - missing(planned, file);
        for tensor in &planned.tensors[file.finished()..] {
            let source = &tensor.source;
            let mut writer = file.tensor();
            for name in &source.names {
                let mut stored = self.parts.checkpoint.stored_rows(name, &source.shape, source.rows)?;
                if let Some(row) = source.only_row {
                    let row_bytes = stored.bytes.len() / source.shape[0];
                    stored.bytes = stored.bytes.slice(row * row_bytes..(row + 1) * row_bytes);
                }
                let written = encode::encode(&stored, tensor.columns(), tensor.entry.block_type, |bytes| {
                    writer.write(bytes).map_err(Failure::Write)
                });
                written.map_err(|failure| match failure {
                    Failure::Write(error) => error,
                    Failure::Values(reason) => QuantizeError::Values { tensor: name.clone(), reason },
                })?;
            }
            writer.finish()?;
            self.done_bytes += tensor.entry.padded_bytes();
            (self.progress)(Progress {
                tensor: &tensor.entry.name,
                done_bytes: self.done_bytes,
                total_bytes: self.total_bytes,
            });
        }
        file.flush()
    }
}

enum Failure {
    Write(QuantizeError),
    Values(String),
}

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Self::Values(reason)
    }
}

fn check_space(folder: &Path, needed_bytes: u64) -> Result<(), QuantizeError> {
    // Where the system does not say, writing will.
    match disk::free_bytes(folder) {
        Ok(free_bytes) if free_bytes < needed_bytes => {
            Err(QuantizeError::Space { folder: folder.to_owned(), needed_bytes, free_bytes })
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

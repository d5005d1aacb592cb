//! The GGUF files of one model: text (perhaps in parts) and, where there is one beside it, the vision part that fits.

use std::{
    cmp::Reverse,
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::GgufFile;
use crate::error::LoadError;

pub struct GgufModel {
    /// The text file's name without its ending, or the folder's.
    pub name: String,
    /// The first has the metadata.
    pub text: Vec<GgufFile>,
    pub mmproj: Option<GgufFile>,
}

/// A path to a GGUF file, or to a folder that holds one.
pub fn is_gguf(path: &Path) -> bool {
    if path.is_dir() { gguf_names(path).is_ok_and(|names| !names.is_empty()) } else { has_gguf_ending(path) }
}

/// Opens the text file at `path`, or the only one in that folder, and finds its mmproj.
pub fn open(path: &Path) -> Result<GgufModel, LoadError> {
    let (text_path, name) = if path.is_dir() {
        let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        (only_text(path)?, whole.file_name().map(|name| name.to_string_lossy().into_owned()))
    } else {
        (path.to_owned(), path.file_stem().map(|name| name.to_string_lossy().into_owned()))
    };
    let name = name.unwrap_or_else(|| path.display().to_string());
    let text = open_parts(&text_path)?;
    if text[0].text("general.architecture") == Some("clip") {
        return Err(LoadError::Unsupported {
            file: text[0].label().to_owned(),
            reason: "it is the vision part (mmproj) of a model; give the text file beside it".into(),
        });
    }
    let embeddings = text.iter().find_map(|file| file.tensors.tensors.get("token_embd.weight"));
    let width = embeddings.and_then(|embeddings| embeddings.shape.last().copied()).ok_or_else(|| {
        LoadError::MissingTensor { file: text[0].label().to_owned(), tensor: "token_embd.weight".into() }
    })?;
    let mmproj = find_mmproj(&text_path, width)?;
    Ok(GgufModel { name, text, mmproj })
}

fn has_gguf_ending(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gguf"))
}

fn is_mmproj(name: &str) -> bool {
    name.to_lowercase().contains("mmproj")
}

/// Names of the GGUF files in a folder, sorted.
fn gguf_names(folder: &Path) -> Result<Vec<String>, LoadError> {
    let unreadable =
        |error: std::io::Error| LoadError::Unreadable { file: folder.display().to_string(), reason: error.to_string() };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if let (true, Some(name)) = (has_gguf_ending(&path), path.file_name().and_then(|name| name.to_str())) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Text files in a folder; of one in parts, the first part.
fn text_names(folder: &Path) -> Result<Vec<String>, LoadError> {
    let mut names = gguf_names(folder)?;
    names.retain(|name| !is_mmproj(name) && Part::of(name).is_none_or(|part| part.number == 1));
    Ok(names)
}

fn only_text(folder: &Path) -> Result<PathBuf, LoadError> {
    let names = text_names(folder)?;
    match &names[..] {
        [name] => Ok(folder.join(name)),
        [] => Err(LoadError::Unsupported {
            file: folder.display().to_string(),
            reason: "it holds the vision part (mmproj) of a model without the text file".into(),
        }),
        _ => Err(LoadError::SeveralModels { folder: folder.to_owned(), files: names.join(", ") }),
    }
}

/// `model-00002-of-00005.gguf`.
struct Part<'a> {
    /// `model`.
    front: &'a str,
    number: u32,
    count: u32,
}

impl<'a> Part<'a> {
    fn of(name: &'a str) -> Option<Self> {
        let (rest, count) = name.get(..name.len().checked_sub(5)?)?.rsplit_once("-of-")?;
        let (front, number) = rest.rsplit_once('-')?;
        let digits = |text: &str| (text.len() == 5).then(|| text.parse::<u32>().ok()).flatten();
        Some(Self { front, number: digits(number)?, count: digits(count).filter(|&count| count > 0)? })
    }
}

fn open_parts(path: &Path) -> Result<Vec<GgufFile>, LoadError> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Some(part) = Part::of(name) else { return Ok(vec![GgufFile::open(path)?]) };
    let mut names = BTreeSet::new();
    let mut files = Vec::new();
    for number in 1..=part.count {
        let file =
            GgufFile::open(&path.with_file_name(format!("{}-{number:05}-of-{:05}.gguf", part.front, part.count)))?;
        for name in file.tensors.tensors.keys() {
            if !names.insert(name.clone()) {
                return Err(LoadError::DamagedWeights {
                    file: file.label().to_owned(),
                    reason: format!("its tensor {name} is in another part too"),
                });
            }
        }
        files.push(file);
    }
    Ok(files)
}

/// The file beside the text whose name says mmproj and whose features are as wide as the text; of several that fit, the
/// one whose name begins most like the text's.
fn find_mmproj(text_path: &Path, width: usize) -> Result<Option<GgufFile>, LoadError> {
    let folder = text_path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let text_name = text_path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut names: Vec<String> = gguf_names(folder)?.into_iter().filter(|name| is_mmproj(name)).collect();
    names.sort_by_key(|name| {
        let alike = name.chars().zip(text_name.chars()).take_while(|(a, b)| a == b).count();
        (Reverse(alike), name.clone())
    });
    let mut problem = None;
    for name in names {
        match GgufFile::open(&folder.join(name)) {
            Ok(file) if feature_width(&file) == width => return Ok(Some(file)),
            Ok(file) => {
                problem.get_or_insert(LoadError::ForeignMmproj {
                    file: file.label().to_owned(),
                    features: feature_width(&file),
                    text: text_name.clone(),
                    width,
                });
            }
            Err(error) => {
                problem.get_or_insert(error);
            }
        }
    }
    match problem {
        // Where many models lie together, a vision part of another one says nothing about this one.
        Some(problem) if text_names(folder)?.len() <= 1 => Err(problem),
        _ => Ok(None),
    }
}

/// How wide the features are that a vision part makes; 0 if it does not say.
fn feature_width(mmproj: &GgufFile) -> usize {
    match mmproj.tensors.tensors.get("mm.2.weight") {
        Some(tensor) => tensor.shape[0],
        None => mmproj.json()["clip.vision.projection_dim"].as_u64().unwrap_or(0) as usize,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_by_their_names() {
        let part =
            Part::of("pixtral-Q4_K_M-00002-of-00005.gguf").map(|part| (part.front.to_owned(), part.number, part.count));
        assert_eq!(part, Some(("pixtral-Q4_K_M".to_owned(), 2, 5)));
        for name in ["pixtral.gguf", "a-of-b.gguf", "x-1-of-2.gguf", "-of-.gguf", "é", "", "x-00001-of-00000.gguf"] {
            assert!(Part::of(name).is_none(), "{name}");
        }
    }
}

//! From a folder (or the program itself) to a model: configuration, tokenizer, weights, in the layout found there.

use std::path::{Path, PathBuf};

use candle_core::{DType, Device};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    bytes::Bytes,
    checkpoint::{Checkpoint, Layout},
    config::{self, Config},
    cpu::{Cpu, CpuModel, Keep, kv_cache::CacheFormat},
    decoding::Runner,
    device,
    error::LoadError,
    files,
    gguf::{self, GgufFile},
    gpu::{Gpu, GpuModel},
    matrix::input::Precision,
    memory::{Machine, plan::Needs},
    model::Model,
    picture_cache::PictureCacheOptions,
    prompt::ControlTokens,
    safetensors_file::SafetensorsFile,
    simd::Processor,
    tokenizer::Tokenizer,
    tokenizer_file,
    weights::Weights,
};

/// Where a model comes from.
#[derive(Clone, Debug)]
pub enum ModelSource {
    /// A folder in Mistral layout (`params.json`, `tekken.json` or SentencePiece's `tokenizer.model`,
    /// `consolidated.safetensors` or shards with their index) or Hugging Face layout (`config.json`, `model.safetensors` or shards with their index, a tokenizer as above or `tokenizer.json`), a GGUF text
    /// file with its mmproj beside it, or a folder that holds them.
    Path(PathBuf),
    /// In the program itself, in Mistral layout.
    BuiltIn { name: &'static str, params_json: &'static [u8], tekken_json: &'static [u8], weights: &'static [u8] },
}

/// How weights are kept in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WeightPrecision {
    /// f32 if nothing is quantised and that takes at most half of the memory there is, else as stored; on a GPU bf16.
    #[default]
    Auto,
    /// Unpacked to f32: faster for prompts, twice the size of a 16-bit file.
    F32,
    /// As the file has them (16 bits, quantised), mapped: memory stays near the file's size. On a GPU bf16.
    Stored,
}

#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// Longest context of prompt and answer; `None`: what the model was made for, at most 32,768 and what fits into
    /// the machine's memory.
    pub context_tokens: Option<u32>,
    /// Threads that compute; `None`: one for each core.
    pub threads: Option<usize>,
    /// Requests that may wait beside those that are being served.
    pub max_waiting: usize,
    /// Requests served at once; fewer where their keys and values would not fit into the machine's memory.
    pub max_active: usize,
    pub weight_precision: WeightPrecision,
    /// What the program may use of the machine's memory, the model included; `None`: nearly all of it.
    pub memory_bytes: Option<u64>,
    /// Where encoded pictures are kept.
    pub picture_cache: PictureCacheOptions,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            context_tokens: None,
            threads: None,
            max_waiting: 64,
            max_active: 4,
            weight_precision: WeightPrecision::Auto,
            memory_bytes: None,
            picture_cache: PictureCacheOptions::default(),
        }
    }
}

/// Who answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelInfo {
    /// The folder's name, or the built-in one's.
    pub name: String,
    /// Identity of weights, tokenizer and configuration, in hex.
    pub model_hash: String,
    pub engine_version: String,
    /// The prompt template, journalled with every answer.
    pub template: String,
    pub context_tokens: u32,
    pub sees_pictures: bool,
    /// Bytes of weights that each token of an answer reads.
    pub read_bytes_per_token: u64,
    /// The instructions that its kernels use, or the GPU.
    pub computes_with: String,
}

/// Without a word in the files, a context that fits into ordinary memory.
const DEFAULT_CONTEXT_TOKENS: u32 = 32_768;
/// Places sampled from every weights file for the model's hash, and bytes at each.
const HASH_SAMPLES: usize = 64;
const HASH_SAMPLE_BYTES: usize = 16 << 10;

/// The files of a model, read but not yet understood.
pub struct Parts {
    pub name: String,
    pub config: Config,
    pub config_label: String,
    pub tokenizer: Tokenizer,
    pub tokenizer_label: String,
    pub checkpoint: Checkpoint,
    /// Configuration and tokenizer bytes, for the hash.
    pub small_files: Vec<Vec<u8>>,
    /// The text file whose vision part is missing.
    pub lacks_mmproj: Option<String>,
}

impl Parts {
    /// Identity of weights, tokenizer and configuration, in hex.
    pub fn hash(&self) -> String {
        hash(&self.checkpoint, &self.small_files)
    }
}

/// Finds and reads the files; of the weights only the headers. The tokenizer fits into the vocabulary.
pub fn open(source: &ModelSource) -> Result<Parts, LoadError> {
    let parts = match source {
        ModelSource::Path(path) => open_folder(path)?,
        ModelSource::BuiltIn { name, params_json, tekken_json, weights } => {
            let label = |file: &str| format!("{name}/{file}");
            let weights = SafetensorsFile::parse(label("consolidated.safetensors"), Bytes::from_static(weights))?;
            let checkpoint = Checkpoint::new(Layout::Mistral, vec![weights]);
            let small = vec![params_json.to_vec(), tekken_json.to_vec()];
            let tekken = PathBuf::from(label("tekken.json"));
            mistral_parts((*name).to_owned(), label("params.json"), &tekken, small, checkpoint)?
        }
    };
    let vocabulary = parts.config.text.vocabulary;
    if parts.tokenizer.size() > vocabulary {
        let reason = format!("it has {} tokens and the model {vocabulary}", parts.tokenizer.size());
        return Err(LoadError::Tokenizer { file: parts.tokenizer_label, reason });
    }
    Ok(parts)
}

pub fn load(source: &ModelSource, options: &LoadOptions) -> Result<Model, LoadError> {
    let parts = open(source)?;
    let vocabulary = parts.config.text.vocabulary;
    let tokenizer_error = |reason| LoadError::Tokenizer { file: parts.tokenizer_label.clone(), reason };
    let control = ControlTokens::find(&parts.tokenizer, parts.config.vision.as_ref()).map_err(tokenizer_error)?;
    if let Some(image) = &control.image
        && [image.image, image.row_break, image.end].iter().any(|&id| id as usize >= vocabulary)
    {
        let reason = "its picture tokens are outside the vocabulary".to_owned();
        return Err(LoadError::Configuration { file: parts.config_label, reason });
    }
    let machine = Machine::here().within(options.memory_bytes);
    let checkpoint = &parts.checkpoint;
    // What is quantised has lost more than the rounding of an input; what is not stays exact.
    let precision = if checkpoint.is_quantised() { Precision::CodesAndBf16 } else { Precision::Codes };
    let cache_format = if checkpoint.is_quantised() { CacheFormat::F16 } else { CacheFormat::F32 };
    let place = place(checkpoint, options.weight_precision, machine);
    let (mapped_bytes, unpacked_bytes) = match &place {
        Place::Cpu(Keep::Mapped) => (checkpoint.file_bytes(), checkpoint.reordered_bytes()),
        Place::Cpu(Keep::F32) => (0, checkpoint.f32_bytes()),
        // What the GPU lacks, it says when it is asked for it.
        Place::Gpu(_) => (0, 0),
    };
    let feature_bytes = options.picture_cache.memory_bytes;
    let needs = Needs::new(&parts.config, cache_format, mapped_bytes, unpacked_bytes, feature_bytes);
    let longest = parts.config.text.max_positions;
    let wanted = options.context_tokens.map(|tokens| tokens.min(longest.unwrap_or(u32::MAX)).max(2));
    let default = longest.unwrap_or(DEFAULT_CONTEXT_TOKENS).clamp(2, DEFAULT_CONTEXT_TOKENS);
    let plan = needs.fit(wanted, default, machine, &parts.name)?;
    let runner = match place {
        Place::Cpu(keep) => {
            let cpu = Cpu { processor: Processor::detect(), keep };
            let weights = Weights::load(checkpoint, &parts.config, &cpu)?;
            Runner::Cpu(Box::new(CpuModel::new(cpu, &parts.config.text, weights, cache_format)))
        }
        Place::Gpu(gpu) => {
            let weights = Weights::load(checkpoint, &parts.config, &gpu)?;
            Runner::Gpu(Box::new(GpuModel::new(gpu, weights)))
        }
    };
    let model_hash = parts.hash();
    let info = ModelInfo {
        name: parts.name,
        model_hash,
        engine_version: env!("CARGO_PKG_VERSION").to_owned(),
        template: crate::prompt::Template::Chat.name(parts.tokenizer.version).to_owned(),
        context_tokens: plan.context_tokens,
        sees_pictures: parts.config.vision.is_some(),
        read_bytes_per_token: checkpoint.read_bytes_per_token(&parts.config.text),
        computes_with: match &runner {
            Runner::Cpu(model) => model.processor.name().to_owned(),
            Runner::Gpu(model) => format!("{:?}", model.device().location()),
        },
    };
    Ok(Model {
        config: parts.config,
        runner,
        tokenizer: parts.tokenizer,
        control,
        info,
        lacks_mmproj: parts.lacks_mmproj,
        active_tokens: plan.active_tokens,
        precision,
        kept_bytes: plan.kept_bytes,
    })
}

/// Where weights go.
enum Place {
    Cpu(Keep),
    Gpu(Gpu),
}

fn place(checkpoint: &Checkpoint, precision: WeightPrecision, machine: Machine) -> Place {
    match (precision, device::best()) {
        (WeightPrecision::F32, Device::Cpu) => Place::Cpu(Keep::F32),
        (WeightPrecision::Stored, Device::Cpu) => Place::Cpu(Keep::Mapped),
        (WeightPrecision::Auto, Device::Cpu) => {
            let too_large = checkpoint.f32_bytes() > machine.total_or_assumed_bytes() / 2;
            Place::Cpu(if checkpoint.is_quantised() || too_large { Keep::Mapped } else { Keep::F32 })
        }
        (WeightPrecision::F32, device) => Place::Gpu(Gpu { device, dtype: DType::F32 }),
        (WeightPrecision::Auto | WeightPrecision::Stored, device) => Place::Gpu(Gpu { device, dtype: DType::BF16 }),
    }
}

fn open_folder(folder: &Path) -> Result<Parts, LoadError> {
    if !folder.exists() {
        return Err(LoadError::NoSuchFolder(folder.to_owned()));
    }
    if folder.is_file() && gguf::folder::is_gguf(folder) {
        return gguf_parts(folder);
    }
    let name = folder.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
    let name = name.unwrap_or_else(|| folder.display().to_string());
    let params = folder.join("params.json");
    if params.is_file() {
        let tokenizer = tokenizer_file::find(folder, "tekken.json");
        let small = vec![files::read(&params)?, files::read(&tokenizer)?];
        let checkpoint = Checkpoint::open_safetensors(Layout::Mistral, folder, "consolidated")?;
        return mistral_parts(name, params.display().to_string(), &tokenizer, small, checkpoint);
    }
    let has_gguf = gguf::folder::is_gguf(folder);
    // Repositories of GGUF files often carry the configuration of the model they were made from.
    let has_weights =
        ["model.safetensors", "model.safetensors.index.json"].iter().any(|file| folder.join(file).is_file());
    if folder.join("config.json").is_file() && (has_weights || !has_gguf) {
        return hugging_face_parts(name, folder);
    }
    if has_gguf {
        return gguf_parts(folder);
    }
    Err(LoadError::NotAModelFolder(folder.to_owned()))
}

/// `small`: the bytes of `params.json` and of the tokenizer.
fn mistral_parts(
    name: String,
    config_label: String,
    tokenizer_path: &Path,
    small: Vec<Vec<u8>>,
    checkpoint: Checkpoint,
) -> Result<Parts, LoadError> {
    let json = files::parse_json(&config_label, &small[0])?;
    refuse_packed(&config_label, json.get("quantization").and_then(|how| how.get("qformat_weight")))?;
    let config = config::mistral::parse(&json)
        .map_err(|reason| LoadError::Configuration { file: config_label.clone(), reason })?;
    let tokenizer = tokenizer_file::parse(tokenizer_path, &small[1])?;
    let tokenizer_label = tokenizer_path.display().to_string();
    Ok(Parts {
        name,
        config,
        config_label,
        tokenizer,
        tokenizer_label,
        checkpoint,
        small_files: small,
        lacks_mmproj: None,
    })
}

fn hugging_face_parts(name: String, folder: &Path) -> Result<Parts, LoadError> {
    let config_path = folder.join("config.json");
    let config_label = config_path.display().to_string();
    let config_bytes = files::read(&config_path)?;
    let json = files::parse_json(&config_label, &config_bytes)?;
    let preprocessor_path = folder.join("preprocessor_config.json");
    let preprocessor = if preprocessor_path.is_file() { Some(files::read_json(&preprocessor_path)?) } else { None };
    refuse_packed(&config_label, json.get("quantization_config").and_then(|how| how.get("quant_method")))?;
    // Foreign models are told by their configuration, before their weights are looked for.
    let understood = |rows: Option<usize>| {
        config::huggingface::parse(&json, preprocessor.as_ref(), rows)
            .map_err(|reason| LoadError::Configuration { file: config_label.clone(), reason })
    };
    understood(None)?;
    let checkpoint = Checkpoint::open_safetensors(Layout::HuggingFace, folder, "model")?;
    let config = understood(checkpoint.rows("layers.0.attention.wq.weight"))?;
    let tokenizer_path = tokenizer_file::find(folder, "tokenizer.json");
    let tokenizer_bytes = files::read(&tokenizer_path)?;
    let tokenizer = tokenizer_file::parse(&tokenizer_path, &tokenizer_bytes)?;
    let tokenizer_label = tokenizer_path.display().to_string();
    let small_files = vec![config_bytes, tokenizer_bytes];
    Ok(Parts { name, config, config_label, tokenizer, tokenizer_label, checkpoint, small_files, lacks_mmproj: None })
}

/// `method`: how a configuration says that the safetensors are packed.
fn refuse_packed(config_label: &str, method: Option<&Value>) -> Result<(), LoadError> {
    let Some(method) = method else { return Ok(()) };
    Err(LoadError::Unsupported {
        file: config_label.to_owned(),
        reason: format!("its weights are packed as {method}, and Chaton reads bf16, f16, f32 and GGUF"),
    })
}

/// `path`: a text file or the folder that holds it.
fn gguf_parts(path: &Path) -> Result<Parts, LoadError> {
    let gguf::folder::GgufModel { name, text, mmproj } = gguf::folder::open(path)?;
    let first = &text[0];
    let label = first.label().to_owned();
    let unsupported = |reason| LoadError::Unsupported { file: label.clone(), reason };
    let tensor = |name: &str| text.iter().find_map(|file| file.tensors.tensors.get(name));
    let tensors = config::gguf::Tensors {
        vocabulary: tensor("token_embd.weight").map_or(0, |embeddings| embeddings.shape[0]),
        has_output: tensor("output.weight").is_some(),
        has_rope_factors: tensor("rope_freqs.weight").is_some(),
    };
    let json = first.json();
    let mut config = config::gguf::parse_text(&json, &tensors).map_err(unsupported)?;
    if let Some(mmproj) = &mmproj {
        let vision = config::gguf::parse_vision(&mmproj.json())
            .map_err(|reason| LoadError::Unsupported { file: mmproj.label().to_owned(), reason })?;
        config = config.with_vision(vision).map_err(unsupported)?;
    }
    let vocabulary = first.vocabulary().map_err(unsupported)?;
    let tokenizer = Tokenizer::from_gguf(&vocabulary).map_err(unsupported)?;
    let could_see = mmproj.is_none() && tokenizer.control("[IMG]").is_ok();
    let lacks_mmproj = could_see.then(|| label.clone());
    let files = text.into_iter().chain(mmproj).map(GgufFile::into_tensors).collect();
    let checkpoint = Checkpoint::new(Layout::Gguf, files);
    Ok(Parts {
        name,
        config,
        config_label: label.clone(),
        tokenizer,
        tokenizer_label: label,
        checkpoint,
        small_files: Vec::new(),
        lacks_mmproj,
    })
}

/// Small files and headers whole, weights by samples: 25 GB are not read at every start.
fn hash(checkpoint: &Checkpoint, small_files: &[Vec<u8>]) -> String {
    let mut hasher = Sha256::new();
    for file in small_files {
        hasher.update((file.len() as u64).to_le_bytes());
        hasher.update(file);
    }
    for file in &checkpoint.files {
        let bytes = file.bytes.as_slice();
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(&bytes[..file.header_bytes]);
        for sample in 0..HASH_SAMPLES {
            let start = (bytes.len() as u128 * sample as u128 / HASH_SAMPLES as u128) as usize;
            hasher.update(&bytes[start..(start + HASH_SAMPLE_BYTES).min(bytes.len())]);
        }
        hasher.update(&bytes[bytes.len().saturating_sub(HASH_SAMPLE_BYTES)..]);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

//! GGUF models: which files belong together, quantised weights, and what is said when something is wrong.
#![allow(clippy::unwrap_used)]

use std::{
    collections::HashMap,
    fs::{self, File},
    io::BufWriter,
    path::{Path, PathBuf},
    sync::Arc,
};

use candle_core::{
    Device,
    quantized::{
        GgmlDType, QTensor,
        gguf_file::{self, Content, Value},
    },
};
use engine::{
    Engine, LoadError, LoadOptions, ModelSource, Parameters, RequestError, Sampling, Trace, WeightPrecision,
    request_json,
};
use tempfile::TempDir;

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");

fn case(name: &str) -> PathBuf {
    Path::new(CASES).join(name)
}

/// A folder with both files of a case.
fn copy(name: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in ["text-f32.gguf", "mmproj-f32.gguf"] {
        fs::copy(case(name).join("gguf").join(file), folder.path().join(file)).unwrap();
    }
    folder
}

fn load_with(path: &Path, weight_precision: WeightPrecision) -> Result<Engine, LoadError> {
    let options = LoadOptions { weight_precision, ..LoadOptions::default() };
    Engine::load(&ModelSource::Path(path.into()), &options)
}

fn load(path: &Path) -> Result<Engine, LoadError> {
    load_with(path, WeightPrecision::Auto)
}

fn error(path: &Path) -> LoadError {
    let error = load(path).err().expect("it must not load");
    let sentence = error.to_string();
    assert!(!sentence.contains('\n') && sentence.contains(';'), "one sentence with what to do: {sentence}");
    error
}

fn trace(path: &Path, name: &str, precision: WeightPrecision) -> Trace {
    let messages = request_json::read(&case(name).join("request.json")).unwrap();
    load_with(path, precision).unwrap().trace(&messages, 3).unwrap()
}

/// A GGUF file in memory, to be written again by candle.
struct Model {
    metadata: HashMap<String, Value>,
    tensors: Vec<(String, Arc<QTensor>)>,
}

impl Model {
    fn read(path: &Path) -> Self {
        let mut file = File::open(path).unwrap();
        let content = Content::read(&mut file).unwrap();
        let mut names: Vec<String> = content.tensor_infos.keys().cloned().collect();
        names.sort();
        let read = |name: String| {
            let tensor = content.tensor(&mut File::open(path).unwrap(), &name, &Device::Cpu).unwrap();
            (name, Arc::new(tensor))
        };
        Self { tensors: names.into_iter().map(read).collect(), metadata: content.metadata }
    }

    fn write(&self, path: &Path) {
        let metadata: Vec<(&str, &Value)> = self.metadata.iter().map(|(key, value)| (key.as_str(), value)).collect();
        let tensors: Vec<(&str, &QTensor)> = self.tensors.iter().map(|(name, t)| (name.as_str(), &**t)).collect();
        gguf_file::write(&mut BufWriter::new(File::create(path).unwrap()), &metadata, &tensors).unwrap();
    }

    /// Matrices in `dtype`, as far as their rows fill its blocks.
    fn quantise(&mut self, dtype: GgmlDType) {
        for (_, tensor) in &mut self.tensors {
            let shape = tensor.shape().dims();
            if shape.len() == 2 && shape[1].is_multiple_of(dtype.block_size()) {
                let values = tensor.dequantize(&Device::Cpu).unwrap();
                *tensor = Arc::new(QTensor::quantize(&values, dtype).unwrap());
            }
        }
    }
}

/// A case whose text file was changed.
fn changed(name: &str, change: impl FnOnce(&mut Model)) -> TempDir {
    let folder = copy(name);
    let path = folder.path().join("text-f32.gguf");
    let mut model = Model::read(&path);
    change(&mut model);
    model.write(&path);
    folder
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn a_folder_or_its_text_file_may_be_named() {
    let folder = case("pixtral-one").join("gguf");
    let by_folder = load(&folder).unwrap();
    let by_file = load(&folder.join("text-f32.gguf")).unwrap();
    assert_eq!((by_folder.info().name.as_str(), by_file.info().name.as_str()), ("gguf", "text-f32"));
    assert_eq!(by_folder.info().model_hash, by_file.info().model_hash);
    assert!(by_file.info().sees_pictures);
    assert_ne!(by_file.info().model_hash, load(&case("pixtral-two").join("gguf")).unwrap().info().model_hash);
}

#[test]
fn quantised_weights_compute_what_their_dequantised_ones_do() {
    for (dtype, divergence) in [
        (GgmlDType::Q4_0, 4.0),
        (GgmlDType::Q4_1, 4.0),
        (GgmlDType::Q5_0, 2.0),
        (GgmlDType::Q5_1, 2.0),
        (GgmlDType::Q8_0, 0.3),
        (GgmlDType::F16, 1e-3),
        (GgmlDType::BF16, 1e-3),
    ] {
        let folder = changed("pixtral-two", |model| model.quantise(dtype));
        let mmproj = folder.path().join("mmproj-f32.gguf");
        let mut vision = Model::read(&mmproj);
        vision.quantise(dtype);
        vision.write(&mmproj);
        let stored = trace(folder.path(), "pixtral-two", WeightPrecision::Stored);
        let unpacked = trace(folder.path(), "pixtral-two", WeightPrecision::F32);
        let logits = largest_difference(&stored.logits.0, &unpacked.logits.0);
        assert!(logits < 1e-3, "{dtype:?}: logits differ by {logits}");
        let features = largest_difference(&stored.image_features.unwrap().0, &unpacked.image_features.unwrap().0);
        assert!(features < 1e-4, "{dtype:?}: features differ by {features}");
        let exact = trace(&case("pixtral-two").join("gguf"), "pixtral-two", WeightPrecision::F32);
        let lost = largest_difference(&stored.logits.0, &exact.logits.0);
        assert!(lost < divergence, "{dtype:?}: {lost} from the model that was quantised");
    }
}

#[test]
fn quantised_models_stay_as_they_are_by_default() {
    let folder = changed("pixtral-two", |model| model.quantise(GgmlDType::Q4_0));
    let by_default = trace(folder.path(), "pixtral-two", WeightPrecision::Auto);
    assert_eq!(by_default.logits, trace(folder.path(), "pixtral-two", WeightPrecision::Stored).logits);
}

#[test]
fn a_model_in_parts_is_one() {
    let folder = copy("pixtral-one");
    let whole = folder.path().join("text-f32.gguf");
    let expected = trace(&whole, "pixtral-one", WeightPrecision::F32);
    let mut first = Model::read(&whole);
    let rest = first.tensors.split_off(first.tensors.len() / 2);
    let second = Model { metadata: HashMap::new(), tensors: rest };
    let part = |number: u32| folder.path().join(format!("text-{number:05}-of-00002.gguf"));
    first.write(&part(1));
    second.write(&part(2));
    fs::remove_file(&whole).unwrap();
    for path in [folder.path(), &part(1), &part(2)] {
        let found = trace(path, "pixtral-one", WeightPrecision::F32);
        assert_eq!((found.logits, found.image_features), (expected.logits.clone(), expected.image_features.clone()));
    }
    first.write(&part(2));
    assert!(error(folder.path()).to_string().contains("in another part too"));
    fs::remove_file(part(2)).unwrap();
    let error = error(folder.path());
    assert!(matches!(&error, LoadError::MissingFile(path) if *path == part(2)), "{error}");
}

#[test]
fn pictures_need_the_vision_part() {
    let folder = copy("pixtral-one");
    fs::remove_file(folder.path().join("mmproj-f32.gguf")).unwrap();
    let engine = load(folder.path()).unwrap();
    assert!(!engine.info().sees_pictures);
    let sampling = Sampling { temperature: 0.0, top_p: 1.0, top_k: 0, seed: 0 };
    let parameters = Parameters { sampling, max_tokens: None, stop: vec![] };
    let seen = request_json::read(&case("pixtral-one").join("request.json")).unwrap();
    let refused = engine.prepare(&seen, &parameters).unwrap_err();
    assert!(matches!(&refused, RequestError::NoMmproj { file } if file.ends_with("text-f32.gguf")), "{refused}");
    let read = request_json::read(&case("pixtral-text").join("request.json")).unwrap();
    engine.prepare(&read, &parameters).unwrap();
}

#[test]
fn the_vision_part_is_chosen_by_its_width() {
    let foreign = case("pixtral-two").join("gguf/mmproj-f32.gguf");
    let folder = copy("pixtral-one");
    // Sorts before the right one and is tried first.
    fs::copy(&foreign, folder.path().join("MMPROJ-a.GGUF")).unwrap();
    assert!(load(folder.path()).unwrap().info().sees_pictures);
    fs::remove_file(folder.path().join("mmproj-f32.gguf")).unwrap();
    let error = error(folder.path()).to_string();
    assert!(error.contains("MMPROJ-a.GGUF is the vision part of another model"), "{error}");
    assert!(error.contains("64 wide and text-f32.gguf needs 112"), "{error}");
    // Where several models lie together, it is simply not this one's.
    fs::copy(folder.path().join("text-f32.gguf"), folder.path().join("other.gguf")).unwrap();
    assert!(!load(&folder.path().join("text-f32.gguf")).unwrap().info().sees_pictures);
}

#[test]
fn what_is_no_text_file_is_told() {
    let folder = copy("pixtral-one");
    let vision = error(&folder.path().join("mmproj-f32.gguf")).to_string();
    assert!(vision.contains("it is the vision part (mmproj)"), "{vision}");
    fs::copy(folder.path().join("text-f32.gguf"), folder.path().join("another.gguf")).unwrap();
    let several = error(folder.path()).to_string();
    assert!(several.contains("several models (another.gguf, text-f32.gguf)"), "{several}");
    for text in ["another.gguf", "text-f32.gguf"] {
        fs::remove_file(folder.path().join(text)).unwrap();
    }
    assert!(error(folder.path()).to_string().contains("without the text file"));
    assert!(matches!(error(&folder.path().join("no.gguf")), LoadError::NoSuchFolder(_)));
}

#[test]
fn a_configuration_beside_it_does_no_harm() {
    let folder = copy("pixtral-one");
    fs::write(folder.path().join("config.json"), "{}").unwrap();
    assert!(load(folder.path()).unwrap().info().sees_pictures);
}

#[test]
fn cut_off_files_are_told() {
    for name in ["text-f32.gguf", "mmproj-f32.gguf"] {
        let whole = fs::read(case("pixtral-one").join("gguf").join(name)).unwrap();
        for length in [0, 3, 20, 1000, whole.len() / 2, whole.len() - 1] {
            let folder = copy("pixtral-one");
            fs::write(folder.path().join(name), &whole[..length]).unwrap();
            let error = error(folder.path());
            assert!(
                matches!(&error, LoadError::DamagedWeights { file, .. } if file.ends_with(name)),
                "{length} bytes: {error}"
            );
        }
    }
}

#[test]
fn foreign_models_are_told() {
    let text = |value: &str| Value::String(value.into());
    for (key, value, expected) in [
        ("general.architecture", text("qwen2vl"), "its architecture is \"qwen2vl\""),
        ("tokenizer.ggml.pre", text("llama-bpe"), "its text is split by \"llama-bpe\""),
        ("tokenizer.ggml.model", text("bert"), "its vocabulary is of the kind \"bert\""),
        ("tokenizer.ggml.tokens", Value::Array(vec![Value::U32(1)]), "its tokenizer.ggml.tokens are missing"),
        ("tokenizer.ggml.token_type", Value::Array(vec![Value::I32(1)]), "768 tokens and 1 entries"),
        ("llama.rope.scaling.type", text("longrope"), "\"longrope\""),
        ("llama.attention.head_count", Value::U32(3), "3 heads cannot share"),
        ("llama.block_count", Value::U32(u32::MAX), "llama.block_count is 4294967295, not a size"),
    ] {
        let folder = changed("pixtral-two", |model| {
            model.metadata.insert(key.into(), value.clone());
        });
        let error = error(folder.path()).to_string();
        assert!(error.contains("text-f32.gguf") && error.contains(expected), "{error}");
    }
    let folder = copy("pixtral-two");
    let mmproj = folder.path().join("mmproj-f32.gguf");
    let mut vision = Model::read(&mmproj);
    vision.metadata.insert("clip.projector_type".into(), text("qwen2vl_merger"));
    vision.write(&mmproj);
    let error = error(folder.path()).to_string();
    assert!(error.contains("mmproj-f32.gguf") && error.contains("\"qwen2vl_merger\""), "{error}");
}

#[test]
fn tensors_are_named_as_the_file_names_them() {
    let without = |file: &str, name: &str| {
        let folder = copy("pixtral-two");
        let path = folder.path().join(file);
        let mut model = Model::read(&path);
        model.tensors.retain(|(tensor, _)| tensor != name);
        model.write(&path);
        let error = error(folder.path()).to_string();
        assert!(error.contains(file) && error.contains(name), "{error}");
    };
    without("text-f32.gguf", "blk.1.attn_output.weight");
    without("text-f32.gguf", "token_embd.weight");
    without("mmproj-f32.gguf", "v.blk.2.attn_out.weight");
    without("mmproj-f32.gguf", "v.patch_embd.weight");
    let folder = changed("pixtral-two", |model| {
        model.metadata.insert("llama.feed_forward_length".into(), Value::U32(159));
    });
    let error = error(folder.path());
    assert!(matches!(&error, LoadError::WrongShape { tensor, .. } if tensor == "blk.0.ffn_gate.weight"), "{error}");
}

/// Before a weight is touched: the file here has a terabyte, all but its beginning a hole.
#[test]
fn too_little_memory_is_told() {
    let folder = copy("pixtral-one");
    let path = folder.path().join("text-f32.gguf");
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(1 << 40).unwrap();
    let error = load_with(&path, WeightPrecision::Stored).err().unwrap().to_string();
    assert!(error.contains("text-f32 needs 1100") && error.contains("this machine can give"), "{error}");
    let options = LoadOptions { context_tokens: Some(u32::MAX), ..LoadOptions::default() };
    let error = Engine::load(&ModelSource::Path(case("pixtral-one").join("gguf")), &options).err().unwrap().to_string();
    assert!(error.contains("for a context of 4294967295 tokens") && error.contains("(--context)"), "{error}");
}

#[test]
fn without_an_output_matrix_the_embeddings_are_it() {
    let folder = changed("pixtral-two", |model| model.tensors.retain(|(name, _)| name != "output.weight"));
    let tied = trace(folder.path(), "pixtral-two", WeightPrecision::F32);
    let folder = changed("pixtral-two", |model| {
        let embeddings = model.tensors.iter().find(|(name, _)| name == "token_embd.weight").unwrap().1.clone();
        model.tensors.iter_mut().find(|(name, _)| name == "output.weight").unwrap().1 = embeddings;
    });
    assert_eq!(tied.logits, trace(folder.path(), "pixtral-two", WeightPrecision::F32).logits);
}

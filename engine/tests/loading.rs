//! Model folders: what is wrong is named in one sentence, and nothing panics.
#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use engine::{Engine, LoadError, LoadOptions, ModelSource, Parameters, RequestError, Sampling, request_json};
use safetensors::{SafeTensors, tensor::TensorView};
use serde_json::Value;
use tempfile::TempDir;

const CASE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/pixtral-one");

/// A copy of a model that may be damaged.
fn copy(layout: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(Path::new(CASE).join(layout)).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    folder
}

fn load(folder: &Path) -> Result<Engine, LoadError> {
    Engine::load(&ModelSource::Path(folder.into()), &LoadOptions::default())
}

fn error(folder: &Path) -> LoadError {
    let error = load(folder).err().expect("it must not load");
    let sentence = error.to_string();
    assert!(!sentence.contains('\n') && sentence.contains(';'), "one sentence with what to do: {sentence}");
    error
}

fn edit_json(path: &Path, edit: impl FnOnce(&mut Value)) {
    let mut json: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    edit(&mut json);
    fs::write(path, serde_json::to_vec(&json).unwrap()).unwrap();
}

/// Writes the tensors of `path` again, after `edit`.
fn edit_tensors(path: &Path, edit: impl FnOnce(&mut BTreeMap<String, TensorView>)) {
    let bytes = fs::read(path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut tensors: BTreeMap<String, TensorView> = file.tensors().into_iter().collect();
    edit(&mut tensors);
    safetensors::serialize_to_file(tensors, None, path).unwrap();
}

#[test]
fn folders_that_hold_no_model() {
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(error(empty.path()), LoadError::NotAModelFolder(_)));
    assert!(matches!(error(&empty.path().join("nowhere")), LoadError::NoSuchFolder(_)));
}

#[test]
fn each_missing_file_is_named() {
    for (layout, file) in [
        ("mistral", "tekken.json"),
        ("mistral", "consolidated.safetensors"),
        ("hf", "tokenizer.json"),
        ("hf", "model.safetensors"),
    ] {
        let folder = copy(layout);
        fs::remove_file(folder.path().join(file)).unwrap();
        let error = error(folder.path());
        assert!(matches!(error, LoadError::MissingFile(_)) && error.to_string().contains(file), "{error}");
    }
}

#[test]
fn a_missing_tensor_is_named_as_its_layout_does() {
    let folder = copy("mistral");
    edit_tensors(&folder.path().join("consolidated.safetensors"), |tensors| {
        tensors.remove("layers.1.attention.wq.weight").unwrap();
    });
    assert!(error(folder.path()).to_string().contains("layers.1.attention.wq.weight"));
    let folder = copy("hf");
    let name = "vision_tower.transformer.layers.0.feed_forward.up_proj.weight";
    edit_tensors(&folder.path().join("model.safetensors"), |tensors| {
        tensors.remove(name).unwrap();
    });
    assert!(error(folder.path()).to_string().contains(name));
}

#[test]
fn a_wrong_shape_is_named() {
    let folder = copy("mistral");
    edit_json(&folder.path().join("params.json"), |params| params["hidden_dim"] = 145.into());
    let error = error(folder.path());
    assert!(
        matches!(&error, LoadError::WrongShape { tensor, .. } if tensor == "layers.0.feed_forward.w1.weight"),
        "{error}"
    );
}

#[test]
fn cut_off_files_are_told() {
    let weights = fs::read(Path::new(CASE).join("mistral/consolidated.safetensors")).unwrap();
    for length in [0, 5, 8, 200, weights.len() / 2, weights.len() - 1] {
        let folder = copy("mistral");
        fs::write(folder.path().join("consolidated.safetensors"), &weights[..length]).unwrap();
        let error = error(folder.path());
        assert!(matches!(error, LoadError::DamagedWeights { .. }), "{length} bytes: {error}");
    }
}

#[test]
fn foreign_and_hostile_configurations() {
    for (layout, file, content) in [
        ("mistral", "params.json", "not json"),
        ("mistral", "params.json", "{\"name\": \"a package\"}"),
        ("mistral", "params.json", "[]"),
        ("hf", "config.json", "{\"model_type\": \"bert\"}"),
        ("hf", "config.json", "{}"),
        ("hf", "config.json", "null"),
    ] {
        let folder = copy(layout);
        fs::write(folder.path().join(file), content).unwrap();
        let error = error(folder.path());
        assert!(matches!(error, LoadError::Configuration { .. }) && error.to_string().contains(file), "{error}");
    }
    for (field, value) in [
        ("n_layers", 1_000_000.into()),
        ("n_heads", 0.into()),
        ("vocab_size", u64::MAX.into()),
        ("head_dim", 7.into()),
        ("dim", Value::from("big")),
        ("moe", serde_json::json!({ "num_experts": 4 })),
    ] {
        let folder = copy("mistral");
        edit_json(&folder.path().join("params.json"), |params| params[field] = value);
        error(folder.path());
    }
}

/// Ministral 3 is published so, beside bf16.
#[test]
fn weights_that_are_packed_are_told() {
    let folder = copy("hf");
    edit_json(&folder.path().join("config.json"), |config| {
        config["quantization_config"] = serde_json::json!({ "quant_method": "fp8" });
    });
    assert!(error(folder.path()).to_string().contains("packed as \"fp8\", and Chaton reads bf16"));
    let folder = copy("mistral");
    edit_json(&folder.path().join("params.json"), |params| {
        params["quantization"] = serde_json::json!({ "qformat_weight": "fp8_e4m3", "qscheme_act": "TENSOR" });
    });
    assert!(error(folder.path()).to_string().contains("fp8_e4m3"));
}

#[test]
fn tokenizers_that_do_not_fit() {
    let tekken: &str = "tekken.json";
    for edit in [
        (|json: &mut Value| json["config"]["default_vocab_size"] = 100_000.into()) as fn(&mut Value),
        |json| json["config"]["default_num_special_tokens"] = 3.into(),
        |json| json["config"]["pattern"] = "(".into(),
        |json| *json = serde_json::json!({ "a": 1 }),
        |json| json["vocab"] = serde_json::json!([]),
    ] {
        let folder = copy("mistral");
        edit_json(&folder.path().join(tekken), edit);
        let error = error(folder.path());
        assert!(matches!(error, LoadError::Tokenizer { .. }) && error.to_string().contains(tekken), "{error}");
    }
    let folder = copy("mistral");
    fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/../models/mini/tekken.json"), folder.path().join(tekken)).unwrap();
    let error = error(folder.path()).to_string();
    assert!(error.contains("1792 tokens and the model 768"), "{error}");
}

#[test]
fn a_model_without_vision_refuses_pictures() {
    let folder = copy("mistral");
    edit_json(&folder.path().join("params.json"), |params| {
        params.as_object_mut().unwrap().remove("vision_encoder").unwrap();
    });
    let engine = load(folder.path()).unwrap();
    assert!(!engine.info().sees_pictures);
    let messages = request_json::read(&Path::new(CASE).join("request.json")).unwrap();
    let sampling = Sampling { temperature: 0.0, top_p: 1.0, top_k: 0, seed: 0 };
    let parameters = Parameters { sampling, max_tokens: None, stop: vec![] };
    assert_eq!(engine.prepare(&messages, &parameters), Err(RequestError::NoVision));
}

#[test]
fn hugging_face_shards_and_missing_head_dim() {
    let folder = copy("hf");
    let whole = folder.path().join("model.safetensors");
    let bytes = fs::read(&whole).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut shards = [BTreeMap::new(), BTreeMap::new()];
    let mut map = serde_json::Map::new();
    for (index, (name, tensor)) in file.tensors().into_iter().enumerate() {
        map.insert(name.clone(), format!("model-{}.safetensors", index % 2).into());
        shards[index % 2].insert(name, tensor);
    }
    for (index, shard) in shards.into_iter().enumerate() {
        safetensors::serialize_to_file(shard, None, &folder.path().join(format!("model-{index}.safetensors"))).unwrap();
    }
    fs::remove_file(&whole).unwrap();
    let index = folder.path().join("model.safetensors.index.json");
    fs::write(&index, serde_json::json!({ "weight_map": map }).to_string()).unwrap();
    edit_json(&folder.path().join("config.json"), |config| {
        config["text_config"].as_object_mut().unwrap().remove("head_dim");
        config["text_config"].as_object_mut().unwrap().remove("rope_parameters");
        config["text_config"]["rope_theta"] = 1e9.into();
    });
    let messages = request_json::read(&Path::new(CASE).join("request.json")).unwrap();
    let whole = load(&Path::new(CASE).join("hf")).unwrap().trace(&messages, 3).unwrap();
    let sharded = load(folder.path()).unwrap().trace(&messages, 3).unwrap();
    assert_eq!(whole, sharded);

    fs::remove_file(folder.path().join("model-1.safetensors")).unwrap();
    assert!(error(folder.path()).to_string().contains("model-1.safetensors"));
    fs::write(&index, "{\"weight_map\": {\"a\": \"../../etc/passwd\"}}").unwrap();
    assert!(error(folder.path()).to_string().contains("outside its folder"));
    fs::write(&index, "{\"weight_map\": {\"a\": \"model.safetensors.index.json\"}}").unwrap();
    assert!(error(folder.path()).to_string().contains("no safetensors file"));
    fs::write(&index, "{\"weight_map\": {}}").unwrap();
    assert!(error(folder.path()).to_string().contains("empty"));
}

/// As Pixtral Large is published.
#[test]
fn shards_in_mistral_layout() {
    let folder = copy("mistral");
    let whole = folder.path().join("consolidated.safetensors");
    fs::rename(&whole, folder.path().join("consolidated-00001-of-00001.safetensors")).unwrap();
    assert!(error(folder.path()).to_string().contains("consolidated.safetensors"));
    let map = serde_json::json!({ "weight_map": { "norm.weight": "consolidated-00001-of-00001.safetensors" } });
    fs::write(folder.path().join("consolidated.safetensors.index.json"), map.to_string()).unwrap();
    load(folder.path()).unwrap();
}

#[test]
fn tied_embeddings_need_no_output_matrix() {
    let case = Path::new(CASE).with_file_name("ministral-two");
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(case.join("hf")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    edit_tensors(&folder.path().join("model.safetensors"), |tensors| {
        tensors.remove("language_model.lm_head.weight").unwrap();
    });
    let messages = request_json::read(&case.join("request.json")).unwrap();
    let trace = |folder: &Path| load(folder).unwrap().trace(&messages, 3).unwrap();
    assert_eq!(trace(folder.path()), trace(&case.join("hf")));
    edit_json(&folder.path().join("config.json"), |config| config["tie_word_embeddings"] = false.into());
    assert!(error(folder.path()).to_string().contains("lm_head"));
}

#[test]
fn tekken_is_preferred_to_a_tokenizer_json() {
    let folder = copy("hf");
    fs::write(folder.path().join("tokenizer.json"), "{}").unwrap();
    assert!(matches!(error(folder.path()), LoadError::Tokenizer { .. }));
    fs::copy(Path::new(CASE).join("mistral/tekken.json"), folder.path().join("tekken.json")).unwrap();
    load(folder.path()).unwrap();
}

#[test]
fn a_wrong_pattern_in_a_tokenizer_json_does_no_harm() {
    let folder = copy("hf");
    edit_json(&folder.path().join("tokenizer.json"), |json| json["pre_tokenizer"] = Value::Null);
    let messages = request_json::read(&Path::new(CASE).join("request.json")).unwrap();
    let tokens = |folder: PathBuf| load(&folder).unwrap().trace(&messages, 0).unwrap().tokens;
    assert_eq!(tokens(folder.path().into()), tokens(Path::new(CASE).join("hf")));
}

#[test]
fn the_hash_tells_models_apart() {
    let hash = |folder: &Path| load(folder).unwrap().info().model_hash.clone();
    let folder = copy("mistral");
    assert_eq!(hash(folder.path()), hash(&Path::new(CASE).join("mistral")), "the name does not matter");
    let other = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/pixtral-two/mistral");
    assert_ne!(hash(folder.path()), hash(Path::new(other)));
    let weights = folder.path().join("consolidated.safetensors");
    let mut bytes = fs::read(&weights).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&weights, bytes).unwrap();
    assert_ne!(hash(folder.path()), hash(&Path::new(CASE).join("mistral")));
}

#[test]
fn request_files_that_are_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("request.json");
    assert!(request_json::read(&path).unwrap_err().to_string().contains("cannot be read"));
    for (content, expected) in [
        ("{}", "messages"),
        ("[1]", "is not a request"),
        (r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"no.png"}}]}]}"#, "no.png"),
        (
            r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":"data:image/png;base64,aGVsbG8="}]}]}"#,
            "not a PNG",
        ),
    ] {
        fs::write(&path, content).unwrap();
        let error = request_json::read(&path).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

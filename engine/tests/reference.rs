//! The engine against reference implementations: tokens, pixels, features, logits and the greedy continuation.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use engine::{Engine, LoadOptions, ModelSource, Trace, WeightPrecision, request_json};
use safetensors::SafeTensors;

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name)
}

fn trace(name: &str, layout: &str, weight_precision: WeightPrecision) -> Trace {
    let folder = case(name);
    let options = LoadOptions { weight_precision, ..LoadOptions::default() };
    let engine = Engine::load(&ModelSource::Path(folder.join(layout)), &options).unwrap();
    engine.trace(&request_json::read(&folder.join("request.json")).unwrap(), 24).unwrap()
}

fn values(file: &SafeTensors, name: &str) -> (Vec<f32>, Vec<usize>) {
    let tensor = file.tensor(name).unwrap();
    let values = tensor.data().chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    (values, tensor.shape().to_vec())
}

fn numbers(file: &SafeTensors, name: &str) -> Vec<i64> {
    file.tensor(name).unwrap().data().chunks_exact(8).map(|b| i64::from_le_bytes(b.try_into().unwrap())).collect()
}

fn assert_near(what: &str, found: (&[f32], &[usize]), expected: (Vec<f32>, Vec<usize>), tolerance: f32) {
    assert_eq!(found.1, expected.1, "shape of {what}");
    assert_eq!(found.0.len(), expected.0.len(), "size of {what}");
    let largest = found.0.iter().zip(&expected.0).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(largest <= tolerance, "{what} differ by up to {largest}");
    assert!(found.0.iter().all(|value| value.is_finite()), "{what} are finite");
}

fn check(name: &str, layout: &str, precision: WeightPrecision) {
    let trace = trace(name, layout, precision);
    let bytes = std::fs::read(case(name).join("expected.safetensors")).unwrap();
    let expected = SafeTensors::deserialize(&bytes).unwrap();
    assert_eq!(trace.tokens, numbers(&expected, "tokens"), "tokens");
    let pictures = expected.names().iter().filter(|name| name.starts_with("pixels.")).count();
    assert_eq!(trace.pixels.len(), pictures);
    for (index, (pixels, shape)) in trace.pixels.iter().enumerate() {
        let name = format!("pixels.{index}");
        assert_near(&name, (pixels, shape), values(&expected, &name), 1e-4);
    }
    assert_eq!(trace.image_features.is_some(), pictures > 0);
    if let Some((features, shape)) = &trace.image_features {
        assert_near("features", (features, shape), values(&expected, "image_features"), 1e-4);
    }
    assert_near("logits", (&trace.logits.0, &trace.logits.1), values(&expected, "logits"), 1e-3);
    assert_eq!(trace.greedy, numbers(&expected, "greedy"), "greedy continuation");
}

#[test]
fn one_picture_mistral() {
    check("pixtral-one", "mistral", WeightPrecision::F32);
}

#[test]
fn one_picture_hugging_face() {
    check("pixtral-one", "hf", WeightPrecision::F32);
}

#[test]
fn several_pictures_mistral() {
    check("pixtral-two", "mistral", WeightPrecision::F32);
}

#[test]
fn several_pictures_hugging_face() {
    check("pixtral-two", "hf", WeightPrecision::F32);
}

#[test]
fn one_picture_gguf() {
    check("pixtral-one", "gguf", WeightPrecision::F32);
    check("pixtral-one", "gguf", WeightPrecision::Stored);
}

#[test]
fn several_pictures_gguf() {
    check("pixtral-two", "gguf", WeightPrecision::F32);
    check("pixtral-two", "gguf", WeightPrecision::Stored);
}

/// Quantised by llama.cpp; the logits follow from the dequantised weights.
#[test]
fn quantised_by_llama_cpp() {
    for name in ["q4_k_m", "k-types", "small-blocks"] {
        let folder = case("quantised").join(name);
        let bytes = std::fs::read(folder.join("expected.safetensors")).unwrap();
        let expected = SafeTensors::deserialize(&bytes).unwrap();
        for weight_precision in [WeightPrecision::Auto, WeightPrecision::F32] {
            let options = LoadOptions { weight_precision, ..LoadOptions::default() };
            let engine = Engine::load(&ModelSource::Path(folder.clone()), &options).unwrap();
            let request = request_json::read(&case("quantised/request.json")).unwrap();
            let trace = engine.trace(&request, 24).unwrap();
            assert_eq!(trace.tokens, numbers(&expected, "tokens"), "tokens of {name}");
            let logits = (&trace.logits.0[..], &trace.logits.1[..]);
            assert_near(&format!("{name}: logits"), logits, values(&expected, "logits"), 1e-3);
            assert_eq!(trace.greedy, numbers(&expected, "greedy"), "greedy continuation of {name}");
        }
    }
}

#[test]
fn text_mistral() {
    check("pixtral-text", "mistral", WeightPrecision::F32);
}

#[test]
fn text_hugging_face() {
    check("pixtral-text", "hf", WeightPrecision::F32);
}

#[test]
fn mixture_of_experts() {
    for layout in ["mistral", "hf", "gguf"] {
        check("moe-text", layout, WeightPrecision::F32);
        check("moe-text", layout, WeightPrecision::Stored);
    }
}

#[test]
fn merged_patches() {
    for layout in ["mistral", "hf", "gguf"] {
        check("merge-one", layout, WeightPrecision::F32);
        check("merge-one", layout, WeightPrecision::Stored);
    }
    for layout in ["mistral", "hf"] {
        check("merge-two", layout, WeightPrecision::F32);
    }
}

/// YaRN, queries scaled by position, merged patches, tied embeddings.
#[test]
fn ministral() {
    for layout in ["hf", "gguf"] {
        check("ministral-two", layout, WeightPrecision::F32);
        check("ministral-two", layout, WeightPrecision::Stored);
    }
}

/// One key-value head, a head_dim that is not width / heads, pictures of 5000x1, 1x5000 and 1x1, one of a single row, and
/// one that a chunk of the prompt ends in.
#[test]
fn unlucky_sizes() {
    check("pixtral-unlucky", "mistral", WeightPrecision::F32);
    check("pixtral-unlucky", "mistral", WeightPrecision::Stored);
    check("merge-unlucky", "hf", WeightPrecision::F32);
}

/// Mistral 7B 0.1's, shorter.
#[test]
fn sliding_window() {
    check("window-text", "hf", WeightPrecision::F32);
}

#[test]
fn weights_as_stored() {
    check("pixtral-one", "mistral", WeightPrecision::Stored);
    check("pixtral-two", "hf", WeightPrecision::Stored);
}

#[test]
fn a_trace_survives_its_file() {
    let trace = trace("pixtral-one", "mistral", WeightPrecision::F32);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.safetensors");
    trace.write_safetensors(&path).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    assert_eq!(numbers(&file, "tokens"), trace.tokens);
    assert_eq!(numbers(&file, "greedy"), trace.greedy);
    assert_eq!(values(&file, "logits").0, trace.logits.0);
    assert_eq!(values(&file, "pixels.0"), (trace.pixels[0].0.clone(), trace.pixels[0].1.to_vec()));
    let error = trace.write_safetensors(&folder.path().join("no/such/folder.safetensors")).unwrap_err();
    assert!(error.to_string().contains("cannot be written"));
}

//! Quantising: what llama.cpp's own converter writes, block types, errors, and runs that are interrupted.
#![allow(clippy::unwrap_used)]

#[path = "../examples/random_model/generate.rs"]
mod generate;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use candle_core::{
    Device, Tensor,
    quantized::{
        GgmlDType,
        gguf_file::{Content, Value},
    },
};
use engine::{
    Engine, LoadOptions, Message, ModelSource, Part,
    quantize::{Format, Quantized, quantize},
    request_json,
};
use generate::Sizes;
use safetensors::{SafeTensors, tensor::TensorView};
use serde_json::Value as Json;

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name)
}

/// A GGUF file, read by candle's reader.
struct Gguf {
    metadata: BTreeMap<String, String>,
    values: BTreeMap<String, Value>,
    types: BTreeMap<String, GgmlDType>,
    tensors: BTreeMap<String, (Vec<usize>, Vec<f32>)>,
}

fn read(path: &Path) -> Gguf {
    let mut file = File::open(path).unwrap();
    let content = Content::read(&mut file).unwrap();
    let mut gguf =
        Gguf { metadata: BTreeMap::new(), values: BTreeMap::new(), types: BTreeMap::new(), tensors: BTreeMap::new() };
    for (key, value) in &content.metadata {
        gguf.metadata.insert(key.clone(), format!("{value:?}"));
        gguf.values.insert(key.clone(), value.clone());
    }
    for name in content.tensor_infos.keys() {
        let tensor = content.tensor(&mut file, name, &Device::Cpu).unwrap();
        gguf.types.insert(name.clone(), tensor.dtype());
        let values: Tensor = tensor.dequantize(&Device::Cpu).unwrap();
        gguf.tensors.insert(name.clone(), (values.dims().to_vec(), values.flatten_all().unwrap().to_vec1().unwrap()));
    }
    gguf
}

fn run(source: &Path, format: Format, folder: &Path) -> Quantized {
    quantize(&ModelSource::Path(source.into()), format, folder, |_| {}).unwrap()
}

/// The built-in model's widths: blocks of 256 fit.
fn random_model(folder: &Path, layers: usize) {
    let sizes =
        Sizes { seed: 7, dim: 256, layers, heads: 8, kv_heads: 2, head_dim: 32, hidden_dim: 512, ..Sizes::default() };
    let tekken = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/mini/tekken.json");
    generate::write(folder, &sizes, &tekken).unwrap();
}

#[test]
fn both_files_equal_those_of_llama_cpps_converter() {
    for layout in ["mistral", "hf"] {
        let folder = tempfile::tempdir().unwrap();
        let written = run(&case("pixtral-one").join(layout), Format::F32, folder.path());
        let mmproj = written.mmproj.unwrap();
        for (ours, theirs) in [(written.text, "text-f32.gguf"), (mmproj, "mmproj-f32.gguf")] {
            let (mut ours, mut theirs) = (read(&ours), read(&case("pixtral-one/gguf").join(theirs)));
            assert_eq!(ours.tensors, theirs.tensors, "{layout}");
            // llama.cpp loads no file without a context length; its converter leaves it out where the source does.
            ours.metadata.remove("llama.context_length");
            if layout == "hf" {
                // It is the folder's.
                for gguf in [&mut ours, &mut theirs] {
                    gguf.metadata.remove("general.name");
                }
            }
            for (key, value) in &theirs.metadata {
                assert_eq!(ours.metadata.get(key), Some(value), "{layout}: {key}");
            }
            assert_eq!(ours.metadata.len(), theirs.metadata.len(), "{layout}");
        }
    }
}

/// Where the tokenizer comes from Hugging Face's files, the converter spells it out otherwise; tensors and the model's
/// own keys are compared.
#[test]
fn the_whole_family_as_llama_cpps_converter_writes_it() {
    for (case_name, layout, prefix) in
        [("moe-text", "hf", "llama."), ("merge-one", "hf", "llama."), ("ministral-two", "hf", "mistral3.")]
    {
        let folder = tempfile::tempdir().unwrap();
        let written = run(&case(case_name).join(layout), Format::F32, folder.path());
        let files = [(Some(written.text), "text-f32.gguf"), (written.mmproj, "mmproj-f32.gguf")];
        for (ours, theirs) in files.into_iter().filter_map(|(ours, theirs)| Some((ours?, theirs))) {
            let (mut ours, mut theirs) = (read(&ours), read(&case(case_name).join("gguf").join(theirs)));
            if case_name == "ministral-two" {
                // The converter writes them from Mistral's own files only.
                ours.tensors.remove("v.token_embd.img_break");
                ours.metadata.remove("clip.rope.freq_base");
                for gguf in [&mut ours, &mut theirs] {
                    gguf.metadata.remove("general.size_label");
                }
            }
            assert_eq!(ours.tensors, theirs.tensors, "{case_name}");
            let own = |key: &str| key.starts_with(prefix) || key.starts_with("clip.") || key == "general.size_label";
            for (key, value) in theirs.metadata.iter().filter(|(key, _)| own(key)) {
                assert_eq!(ours.metadata.get(key), Some(value), "{case_name}: {key}");
            }
            let additional = |key: &&String| own(key) && !theirs.metadata.contains_key(*key);
            let more: Vec<&String> = ours.metadata.keys().filter(additional).collect();
            assert!(more.is_empty() || more == ["llama.context_length"], "{case_name}: {more:?}");
        }
    }
}

/// What is written is read again, by the same numbers.
#[test]
fn the_whole_family_comes_back() {
    for (case_name, layout) in [("moe-text", "hf"), ("merge-one", "mistral"), ("ministral-two", "hf")] {
        let folder = tempfile::tempdir().unwrap();
        run(&case(case_name).join(layout), Format::F32, folder.path());
        let messages = request_json::read(&case(case_name).join("request.json")).unwrap();
        let trace = |source: PathBuf| {
            Engine::load(&ModelSource::Path(source), &LoadOptions::default()).unwrap().trace(&messages, 4).unwrap()
        };
        assert_eq!(trace(folder.path().into()), trace(case(case_name).join(layout)), "{case_name}");
    }
}

/// A model with a vocabulary of SentencePiece's: rows of embeddings repeat.
fn sentencepiece_model(folder: &Path) {
    const VOCABULARY: usize = 32_768;
    let source = case("moe-text/mistral");
    let bytes = fs::read(source.join("consolidated.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut longer = Vec::new();
    for (name, tensor) in file.tensors() {
        let (mut shape, mut data) = (tensor.shape().to_vec(), tensor.data().to_vec());
        if ["tok_embeddings.weight", "output.weight"].contains(&name.as_str()) {
            data = data.iter().copied().cycle().take(data.len() / shape[0] * VOCABULARY).collect();
            shape[0] = VOCABULARY;
        }
        longer.push((name, tensor.dtype(), shape, data));
    }
    let views =
        longer.iter().map(|(name, dtype, shape, data)| (name, TensorView::new(*dtype, shape.clone(), data).unwrap()));
    safetensors::serialize_to_file(views, None, &folder.join("consolidated.safetensors")).unwrap();
    let mut params: Json = serde_json::from_slice(&fs::read(source.join("params.json")).unwrap()).unwrap();
    params["vocab_size"] = VOCABULARY.into();
    fs::write(folder.join("params.json"), params.to_string()).unwrap();
    let tokenizer = "mistral_instruct_tokenizer_241114.model.v7m1";
    fs::copy(case("tokenizers").join(tokenizer), folder.join("tokenizer.model.v7m1")).unwrap();
}

#[test]
fn a_vocabulary_of_sentencepiece_comes_back() {
    let source = tempfile::tempdir().unwrap();
    sentencepiece_model(source.path());
    let folder = tempfile::tempdir().unwrap();
    let written = run(source.path(), Format::Bf16, folder.path());
    let gguf = read(&written.text);
    assert_eq!(gguf.metadata["tokenizer.ggml.model"], "String(\"llama\")");
    assert_eq!(gguf.metadata["tokenizer.chat_template"], "String(\"mistral-v7\")");
    let messages = [
        Message::System("Be brief, [REF].".into()),
        Message::User(vec![Part::Text("  two  spaces, naïf 日本語 \u{1f600}\n[INST]".into())]),
    ];
    let load = |path: &Path| Engine::load(&ModelSource::Path(path.into()), &LoadOptions::default()).unwrap();
    let (ours, theirs) = (load(folder.path()), load(source.path()));
    let trace = theirs.trace(&messages, 4).unwrap();
    let path = source.path().join("tokenizer.model.v7m1");
    let tokens = engine::single_file::prompt_tokens(&path, &messages, (16, 1024)).unwrap();
    assert!(trace.tokens.iter().copied().eq(tokens.iter().map(|&id| i64::from(id))));
    assert_eq!(ours.trace(&messages, 4).unwrap(), trace);
    assert_eq!(ours.info().template, "mistral-v7");
}

#[test]
fn types_follow_the_rules_and_values_stay_near() {
    let source = tempfile::tempdir().unwrap();
    random_model(source.path(), 8);
    let folder = tempfile::tempdir().unwrap();
    let exact = read(&run(source.path(), Format::F32, folder.path()).text);
    // Largest error of a block format, as a part of the tensor's own spread.
    for (format, key, down, output, largest) in [
        (Format::F16, GgmlDType::F16, GgmlDType::F16, GgmlDType::F16, 0.001),
        (Format::Bf16, GgmlDType::BF16, GgmlDType::BF16, GgmlDType::BF16, 1e-9),
        (Format::Q8_0, GgmlDType::Q8_0, GgmlDType::Q8_0, GgmlDType::Q8_0, 0.01),
        (Format::Q6K, GgmlDType::Q6K, GgmlDType::Q6K, GgmlDType::Q6K, 0.03),
        (Format::Q5KM, GgmlDType::Q5K, GgmlDType::Q6K, GgmlDType::Q6K, 0.05),
        (Format::Q5_1, GgmlDType::Q5_1, GgmlDType::Q5_1, GgmlDType::Q6K, 0.06),
        (Format::Q5_0, GgmlDType::Q5_0, GgmlDType::Q5_0, GgmlDType::Q6K, 0.06),
        (Format::Q4KM, GgmlDType::Q4K, GgmlDType::Q6K, GgmlDType::Q6K, 0.1),
        (Format::Q4_1, GgmlDType::Q4_1, GgmlDType::Q4_1, GgmlDType::Q6K, 0.1),
        (Format::Q4_0, GgmlDType::Q4_0, GgmlDType::Q4_0, GgmlDType::Q6K, 0.12),
        (Format::Q3KM, GgmlDType::Q3K, GgmlDType::Q4K, GgmlDType::Q6K, 0.2),
        (Format::Q2K, GgmlDType::Q2K, GgmlDType::Q3K, GgmlDType::Q6K, 0.4),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let written = run(source.path(), format, folder.path());
        let text = read(&written.text);
        assert_eq!(text.types["blk.3.attn_k.weight"], key, "{format}");
        assert_eq!(text.types["blk.0.ffn_down.weight"], down, "{format}");
        assert_eq!(text.types["output.weight"], output, "{format}");
        assert_eq!(text.types["blk.0.attn_norm.weight"], GgmlDType::F32);
        for (name, (shape, values)) in &text.tensors {
            let (expected_shape, expected) = &exact.tensors[name];
            assert_eq!(shape, expected_shape);
            let square = |values: &mut dyn Iterator<Item = f32>| values.map(|v| f64::from(v).powi(2)).sum::<f64>();
            let error = square(&mut values.iter().zip(expected).map(|(a, b)| a - b));
            let relative = (error / square(&mut expected.iter().copied())).sqrt();
            assert!(relative <= largest, "{format}: {name} differs by {relative}");
        }
        let mmproj = read(&written.mmproj.unwrap());
        let encoder = match format {
            Format::F16 | Format::Q8_0 => text.types["blk.0.attn_q.weight"],
            _ => GgmlDType::BF16,
        };
        assert_eq!(mmproj.types["v.blk.0.attn_q.weight"], encoder, "{format}");
        assert_eq!(mmproj.types["v.blk.0.ln1.weight"], GgmlDType::F32);
    }
}

#[test]
fn an_interrupted_run_is_taken_up_and_ends_the_same() {
    let source = tempfile::tempdir().unwrap();
    random_model(source.path(), 3);
    let source = source.path();
    let undisturbed = tempfile::tempdir().unwrap();
    let whole = run(source, Format::Q4KM, undisturbed.path());
    let files = [whole.text.clone(), whole.mmproj.clone().unwrap()];
    // The text file's tensors follow the 3 + 2 * 9 + 2 of the encoder.
    for tensors in [1, 5, 23, 24, 40, 53] {
        for damage in ["nothing", "half a tensor more", "a lost piece", "a cut log"] {
            let folder = tempfile::tempdir().unwrap();
            let mut left = tensors;
            let stopped = catch_unwind(AssertUnwindSafe(|| {
                quantize(&ModelSource::Path(source.into()), Format::Q4KM, folder.path(), |_| {
                    left -= 1;
                    assert!(left > 0, "stopped here on purpose");
                })
            }));
            assert!(stopped.is_err());
            let name = files[if tensors > 23 { 0 } else { 1 }].file_name().unwrap().to_str().unwrap();
            let part = folder.path().join(format!("{name}.part"));
            let log = folder.path().join(format!("{name}.part.log"));
            let mut bytes = fs::read(&part).unwrap();
            match damage {
                "half a tensor more" => bytes.extend([1, 2, 3]),
                "a lost piece" => *bytes.last_mut().unwrap() ^= 1,
                "a cut log" => {
                    let lines = fs::read(&log).unwrap();
                    fs::write(&log, &lines[..lines.len() - 10]).unwrap();
                }
                _ => {}
            }
            fs::write(&part, bytes).unwrap();
            let mut written_again = 0;
            let again =
                quantize(&ModelSource::Path(source.into()), Format::Q4KM, folder.path(), |_| written_again += 1);
            assert!(again.is_ok());
            let all = 23 + 3 * 9 + 3;
            let expected = all - tensors + if damage == "a lost piece" || damage == "a cut log" { 1 } else { 0 };
            assert_eq!(written_again, expected, "after {tensors} tensors and {damage}");
            for file in &files {
                let name = file.file_name().unwrap();
                assert!(fs::read(file).unwrap() == fs::read(folder.path().join(name)).unwrap(), "{name:?}");
            }
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is left behind");
        }
    }
}

#[test]
fn another_source_is_not_taken_for_the_same() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (one, two) = (first.path().join("model"), second.path().join("model"));
    random_model(&one, 1);
    random_model(&two, 1);
    let weights = two.join("consolidated.safetensors");
    let mut bytes = fs::read(&weights).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&weights, bytes).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let stopped = catch_unwind(AssertUnwindSafe(|| {
        quantize(&ModelSource::Path(one), Format::Q8_0, folder.path(), |_| panic!("stopped here on purpose"))
    }));
    assert!(stopped.is_err());
    let (mixed, clean) = (run(&two, Format::Q8_0, folder.path()), tempfile::tempdir().unwrap());
    let alone = run(&two, Format::Q8_0, clean.path());
    assert!(fs::read(mixed.text).unwrap() == fs::read(alone.text).unwrap());
    assert!(fs::read(mixed.mmproj.unwrap()).unwrap() == fs::read(alone.mmproj.unwrap()).unwrap());
}

#[test]
fn one_sentence_for_what_stands_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let complaint = |source: &Path, folder: &Path| {
        quantize(&ModelSource::Path(source.into()), Format::Q4KM, folder, |_| {}).unwrap_err().to_string()
    };
    let source = case("pixtral-one/mistral");
    assert!(complaint(&case("no-such"), folder.path()).contains("does not exist"));
    assert!(complaint(&case("pixtral-one/gguf"), folder.path()).contains("GGUF already"));
    run(&source, Format::Q4KM, folder.path());
    let again = complaint(&source, folder.path());
    assert!(again.contains("is there already") && again.contains("Q4_K_M.gguf"), "{again}");
    let file = folder.path().join("a-file");
    fs::write(&file, "").unwrap();
    assert!(complaint(&source, &file).contains("cannot be written"));

    // A value that is no number, in the middle of a tensor.
    let broken = tempfile::tempdir().unwrap();
    random_model(broken.path(), 1);
    let weights = broken.path().join("consolidated.safetensors");
    let mut bytes = fs::read(&weights).unwrap();
    let end = bytes.len();
    bytes[end - 1000..end - 998].copy_from_slice(&[0xc0, 0x7f]);
    fs::write(&weights, bytes).unwrap();
    let said = complaint(broken.path(), &folder.path().join("new"));
    assert!(said.contains("not numbers") && said.contains("vision_language_adapter"), "{said}");

    // A tensor that is missing is found before anything is written.
    let shorter = tempfile::tempdir().unwrap();
    random_model(shorter.path(), 1);
    let params = shorter.path().join("params.json");
    let text = fs::read_to_string(&params).unwrap().replace("\"n_layers\": 1", "\"n_layers\": 2");
    fs::write(&params, text).unwrap();
    let out = folder.path().join("none");
    assert!(complaint(shorter.path(), &out).contains("lacks the tensor layers.1."));
    assert!(!out.exists());
}

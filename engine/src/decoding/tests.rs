//! Whatever was read before, beside it and in how many pieces: logits stay the same to the bit.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use super::*;
use crate::{
    load::{self, LoadOptions, ModelSource},
    matrix::input::Precision,
    model::Model,
    picture::preprocess,
    prefix_cache::{Chain, PrefixCache},
    prompt::Template,
    request::Message,
    request_json, sampler,
};

const GREEDY: usize = 12;

/// A model with a prompt, its pictures' features, and what reading all at once gives.
struct Case {
    name: &'static str,
    model: Model,
    tokens: Vec<u32>,
    features: Vec<f32>,
    plain: Vec<Vec<u32>>,
}

fn cases() -> Vec<Case> {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cases = crate_folder.join("tests/cases");
    [
        ("pixtral-two", cases.join("pixtral-two/mistral"), cases.join("pixtral-two/request.json")),
        ("merge-two", cases.join("merge-two/mistral"), cases.join("merge-two/request.json")),
        ("ministral-two", cases.join("ministral-two/hf"), cases.join("ministral-two/request.json")),
        ("window-text", cases.join("window-text/hf"), cases.join("window-text/request.json")),
        ("unlucky", cases.join("pixtral-unlucky/mistral"), cases.join("pixtral-unlucky/request.json")),
        ("moe-text", cases.join("moe-text/mistral"), cases.join("moe-text/request.json")),
        ("q4_k_m", cases.join("quantised/q4_k_m"), cases.join("quantised/request.json")),
        ("small-blocks", cases.join("quantised/small-blocks"), cases.join("quantised/request.json")),
        ("mini", crate_folder.join("../models/mini"), cases.join("pixtral-one/request.json")),
    ]
    .map(|(name, folder, request)| Case::new(name, &folder, &request_json::read(&request).unwrap()))
    .into()
}

fn bits(logits: &[f32]) -> Vec<u32> {
    logits.iter().map(|logit| logit.to_bits()).collect()
}

impl Case {
    fn new(name: &'static str, folder: &Path, messages: &[Message]) -> Self {
        let model = load::load(&ModelSource::Path(folder.into()), &LoadOptions::default()).unwrap();
        let prompt = model.prompt(messages, Template::Chat).unwrap();
        let mut features = Vec::new();
        for picture in &prompt.pictures {
            let pixels = preprocess(&picture.picture, (picture.width, picture.height));
            let mut encoding = model.runner.begin_picture(&model.config, &pixels, model.precision).unwrap().unwrap();
            let encoded = std::iter::repeat_with(|| model.runner.encode(&model.config, &mut encoding).unwrap());
            features.extend(encoded.flatten().next().unwrap());
        }
        let mut case = Self { name, model, tokens: prompt.tokens, features, plain: Vec::new() };
        let mut session = case.session();
        let last = case.read(&mut session, 0, case.tokens.len());
        (case.plain, case.tokens) = case.go_on(&mut session, last);
        assert!(case.plain.len() == GREEDY + 1 && case.plain[0].iter().any(|bits| *bits != 0));
        case
    }

    fn prompt_length(&self) -> usize {
        self.tokens.len() - GREEDY
    }

    fn session(&self) -> Session {
        self.model.session(self.model.precision).unwrap()
    }

    /// Embeddings of tokens `start` to `end`.
    fn inputs(&self, start: usize, end: usize) -> Vec<f32> {
        let used = self.model.image_tokens(&self.tokens[..start]) * self.model.config.text.width;
        let mut inputs = Vec::new();
        self.model.embed(&self.tokens[start..end], &self.features[used..], &mut inputs).unwrap();
        inputs
    }

    fn read(&self, session: &mut Session, start: usize, end: usize) -> Vec<f32> {
        let mut logits = Vec::new();
        let inputs = &self.inputs(start, end);
        self.model.read(&mut [Part { session, inputs, wanted: Wanted::Last, logits: &mut logits }]).unwrap();
        logits
    }

    /// Logits of the next tokens, greedily, and all tokens then.
    fn go_on(&self, session: &mut Session, mut last: Vec<f32>) -> (Vec<Vec<u32>>, Vec<u32>) {
        let mut tokens = self.tokens.clone();
        let mut all = vec![bits(&last)];
        for _ in 0..GREEDY {
            let token = sampler::likeliest(&last);
            tokens.push(token);
            let mut inputs = Vec::new();
            self.model.embed(&[token], &[], &mut inputs).unwrap();
            let inputs = &inputs;
            self.model.read(&mut [Part { session, inputs, wanted: Wanted::Last, logits: &mut last }]).unwrap();
            all.push(bits(&last));
        }
        (all, tokens)
    }

    /// Reads the rest of all tokens in pieces of `pieces` and compares what comes of it from the prompt's end on.
    fn check(&self, what: &str, session: &mut Session, pieces: usize) {
        while session.position() < self.tokens.len() {
            let start = session.position();
            // A piece never steps over a position that is compared.
            let limit = if start < self.prompt_length() { self.prompt_length() } else { start + 1 };
            let end = (start + pieces).min(limit);
            let logits = self.read(session, start, end);
            if end >= self.prompt_length() {
                let place = end - self.prompt_length();
                assert!(bits(&logits) == self.plain[place], "{}: {what} differs at token {place}", self.name);
            }
        }
    }
}

#[test]
fn chunks_change_nothing() {
    for case in cases() {
        for pieces in [1, 7, 16, 33, 500] {
            case.check(&format!("in pieces of {pieces}"), &mut case.session(), pieces);
        }
    }
}

#[test]
fn an_answer_that_is_taken_up_again_is_read_like_a_prompt() {
    for case in cases() {
        for cut in [1, 5, GREEDY] {
            let end = case.prompt_length() + cut;
            let mut session = case.session();
            let logits = case.read(&mut session, 0, end);
            assert!(bits(&logits) == case.plain[cut], "{}: resumed after {cut}", case.name);
        }
    }
}

#[test]
fn company_changes_nothing() {
    for case in cases() {
        let mut sessions: Vec<Session> = (0..5).map(|_| case.session()).collect();
        // Everyone is elsewhere: one reads the prompt, others its beginning, others are in their answer.
        let places = [0, 0, 3, case.prompt_length(), case.prompt_length() + 4];
        for (session, &place) in sessions.iter_mut().zip(&places) {
            if place > 0 {
                case.read(session, 0, place);
            }
        }
        let ends = [case.prompt_length(), 11, 40.min(case.prompt_length()), places[3] + 1, places[4] + 1];
        let mut logits = vec![Vec::new(); sessions.len()];
        let inputs: Vec<Vec<f32>> = places.iter().zip(ends).map(|(&place, end)| case.inputs(place, end)).collect();
        let mut parts: Vec<Part> = Vec::new();
        for ((session, logits), inputs) in sessions.iter_mut().zip(&mut logits).zip(&inputs) {
            parts.push(Part { session, inputs, wanted: Wanted::Last, logits });
        }
        case.model.read(&mut parts).unwrap();
        for (index, place) in [(0, 0), (3, 1), (4, 5)] {
            assert!(bits(&logits[index]) == case.plain[place], "{}: part {index}", case.name);
        }
        for (index, session) in sessions.iter_mut().enumerate() {
            case.check(&format!("part {index} afterwards"), session, 64);
        }
    }
}

#[test]
fn what_is_kept_and_what_was_evicted_change_nothing() {
    for case in cases() {
        let mut session = case.session();
        case.read(&mut session, 0, case.tokens.len());
        let Session::Cpu(sequence) = &session else { panic!("on the processor") };
        let keys = Chain::new("someone", vec![]).keys(&case.tokens).to_vec();
        let block_bytes = case.model.block_bytes();
        for kept_blocks in [0, 1, keys.len() as u64 / 2, keys.len() as u64] {
            let mut cache = PrefixCache::new(block_bytes, block_bytes * kept_blocks);
            cache.keep(&keys, sequence.full_blocks());
            let usable = (case.prompt_length() - 1) / 16;
            let found = cache.find(&keys[..usable]);
            assert_eq!(found.len() as u64, kept_blocks.min(usable as u64));
            let mut again = case.model.session_after(found).unwrap();
            case.check(&format!("after {kept_blocks} kept blocks"), &mut again, 50);
        }
    }
}

/// The rounding of inputs and of the cache is small beside what quantising the weights lost.
#[test]
fn answers_are_near_the_exact_products() {
    for case in cases() {
        let mut session = case.model.session(Precision::Exact).unwrap();
        let inputs = case.inputs(0, case.prompt_length());
        let exact = case.model.read_exactly(&mut session, &inputs, Wanted::Last).unwrap();
        let served: Vec<f32> = case.plain[0].iter().map(|bits| f32::from_bits(*bits)).collect();
        let largest = exact.iter().zip(&served).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        let deviation = (exact.iter().map(|logit| logit * logit).sum::<f32>() / exact.len() as f32).sqrt();
        let bound = if matches!(case.name, "q4_k_m" | "small-blocks") { 0.25 } else { 1e-4 };
        assert!(largest <= deviation * bound, "{}: {largest} of {deviation}", case.name);
    }
}

/// A GPU computes with other kernels; on the processor they can be compared.
#[test]
fn the_gpu_model_computes_the_same() {
    use candle_core::{DType, Device};

    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    for name in ["pixtral-two", "merge-one", "ministral-two", "moe-text"] {
        let layout = if cases.join(name).join("mistral").is_dir() { "mistral" } else { "hf" };
        let source = ModelSource::Path(cases.join(name).join(layout));
        let messages = request_json::read(&cases.join(name).join("request.json")).unwrap();
        let mut model = load::load(&source, &LoadOptions::default()).unwrap();
        let expected = crate::trace::Trace::compute(&model, &messages, 8).unwrap();
        let parts = load::open(&source).unwrap();
        let gpu = gpu::Gpu { device: Device::Cpu, dtype: DType::F32 };
        let weights = crate::weights::Weights::load(&parts.checkpoint, &parts.config, &gpu).unwrap();
        model.runner = Runner::Gpu(Box::new(GpuModel::new(gpu, weights)));
        let found = crate::trace::Trace::compute(&model, &messages, 8).unwrap();
        assert_eq!(found.greedy, expected.greedy, "{name}");
        let near = |a: &[f32], b: &[f32]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-3);
        assert!(near(&found.logits.0, &expected.logits.0), "{name}: logits");
        let features = [&found, &expected].map(|trace| trace.image_features.clone().unwrap_or_default().0);
        assert!(near(&features[0], &features[1]), "{name}: features");
    }
}

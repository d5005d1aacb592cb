//! What the model computes for a conversation, for comparison with a reference implementation.

use std::{borrow::Cow, path::Path};

use safetensors::{Dtype, View};

use crate::{
    decoding::{Wanted, chunk_end},
    error::TraceError,
    matrix::input::Precision,
    model::Model,
    picture::preprocess,
    prompt::Template,
    request::Message,
    sampler,
};

/// Values and their shape, row-major.
pub type Array<const RANK: usize> = (Vec<f32>, [usize; RANK]);

#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// The prompt.
    pub tokens: Vec<i64>,
    /// `[3, height, width]` of every picture.
    pub pixels: Vec<Array<3>>,
    /// `[tokens of all pictures, width]`, after the adapter; `None` without pictures.
    pub image_features: Option<Array<2>>,
    /// `[prompt tokens, vocabulary]`.
    pub logits: Array<2>,
    /// The likeliest continuation, up to and including the end token.
    pub greedy: Vec<i64>,
}

impl Trace {
    /// The reference template, the full picture size and exact products, always.
    pub(crate) fn compute(model: &Model, messages: &[Message], greedy: u32) -> Result<Self, TraceError> {
        let prompt = model.prompt(messages, Template::Reference)?;
        let width = model.config.text.width;
        let mut pixels = Vec::new();
        let mut features = Vec::new();
        for picture in &prompt.pictures {
            let seen = preprocess(&picture.picture, (picture.width, picture.height));
            if let Some(mut encoding) = model.runner.begin_picture(&model.config, &seen, Precision::Exact)? {
                loop {
                    if let Some(rows) = model.runner.encode(&model.config, &mut encoding)? {
                        features.extend(rows);
                        break;
                    }
                }
            }
            pixels.push((seen.values, [3, seen.height, seen.width]));
        }
        let mut session = model.session(Precision::Exact)?;
        let (mut logits, mut inputs) = (Vec::new(), Vec::new());
        let mut used_features = 0;
        while session.position() < prompt.tokens.len() {
            let start = session.position();
            let chunk = &prompt.tokens[start..chunk_end(start, prompt.tokens.len())];
            model.embed(chunk, &features[used_features..], &mut inputs)?;
            used_features += model.image_tokens(chunk) * width;
            logits.extend(model.read_exactly(&mut session, &inputs, Wanted::All)?);
        }
        let vocabulary = model.config.text.vocabulary;
        let mut last = Some(logits[logits.len() - vocabulary..].to_vec());
        let mut continuation = Vec::new();
        while let Some(row) = last.take().filter(|_| continuation.len() < greedy as usize) {
            let token = sampler::likeliest(&row);
            continuation.push(i64::from(token));
            if token == model.control.end || session.position() + 1 >= model.info.context_tokens as usize {
                break;
            }
            model.embed(&[token], &[], &mut inputs)?;
            last = Some(model.read_exactly(&mut session, &inputs, Wanted::Last)?);
        }
        let image_tokens = features.len() / width;
        Ok(Self {
            tokens: prompt.tokens.iter().map(|&token| i64::from(token)).collect(),
            image_features: (!pixels.is_empty()).then_some((features, [image_tokens, width])),
            pixels,
            logits: (logits, [prompt.tokens.len(), vocabulary]),
            greedy: continuation,
        })
    }

    /// Writes `tokens`, `pixels.N`, `image_features`, `logits` and `greedy`.
    ///
    /// # Errors
    /// [`TraceError::Write`] if the file cannot be written.
    pub fn write_safetensors(&self, path: &Path) -> Result<(), TraceError> {
        let mut views = vec![
            ("tokens".to_owned(), Written::numbers(&self.tokens)),
            ("logits".to_owned(), Written::values(&self.logits.0, &self.logits.1)),
            ("greedy".to_owned(), Written::numbers(&self.greedy)),
        ];
        for (index, (values, shape)) in self.pixels.iter().enumerate() {
            views.push((format!("pixels.{index}"), Written::values(values, shape)));
        }
        if let Some((values, shape)) = &self.image_features {
            views.push(("image_features".to_owned(), Written::values(values, shape)));
        }
        safetensors::serialize_to_file(views, None, path)
            .map_err(|error| TraceError::Write { path: path.to_owned(), reason: error.to_string() })
    }
}

/// An array on its way to a file.
struct Written {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Written {
    fn values(values: &[f32], shape: &[usize]) -> Self {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Self { dtype: Dtype::F32, shape: shape.to_vec(), bytes }
    }

    fn numbers(numbers: &[i64]) -> Self {
        let bytes = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        Self { dtype: Dtype::I64, shape: vec![numbers.len()], bytes }
    }
}

impl View for Written {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

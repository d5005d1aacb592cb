//! One way to run the model for whoever serves requests, on the processor or on a GPU.

use std::sync::Arc;

use candle_core::Result;
use smallvec::SmallVec;

use crate::{
    config::{Config, TextConfig},
    cpu::{
        self, CpuModel,
        kv_cache::{Block, Sequence},
    },
    gpu::{self, GpuModel},
    matrix::input::Precision,
    picture::Pixels,
};

/// A prompt is read in chunks that end at multiples of this, so that others take their turns and a stop is heard.
pub const CHUNK_TOKENS: usize = 256;

/// End of the chunk that begins at `position`, in a prompt of `length` tokens.
pub fn chunk_end(position: usize, length: usize) -> usize {
    ((position / CHUNK_TOKENS + 1) * CHUNK_TOKENS).min(length)
}

pub enum Runner {
    Cpu(Box<CpuModel>),
    Gpu(Box<GpuModel>),
}

/// What one request has read so far.
pub enum Session {
    Cpu(Sequence),
    Gpu(gpu::decoder::Session),
}

impl Session {
    /// Tokens read.
    pub fn position(&self) -> usize {
        match self {
            Self::Cpu(sequence) => sequence.length(),
            Self::Gpu(session) => session.position(),
        }
    }
}

/// For which positions of a part logits are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Nothing,
    Last,
    All,
}

/// One session's part of a step.
pub struct Part<'a> {
    pub session: &'a mut Session,
    /// Embeddings `[count, width]` f32; at least one.
    pub inputs: &'a [f32],
    pub wanted: Wanted,
    /// Where `[wanted positions, vocabulary]` logits go; what was there before does not stay.
    pub logits: &'a mut Vec<f32>,
}

/// One picture on its way through the encoder.
pub enum Encoding {
    Cpu(Box<cpu::vision::Encoding>),
    Gpu(Box<gpu::vision::Encoding>),
}

impl Encoding {
    /// Layers done.
    pub fn layer(&self) -> usize {
        match self {
            Self::Cpu(encoding) => encoding.layer(),
            Self::Gpu(encoding) => encoding.layer(),
        }
    }
}

impl Runner {
    pub fn session(&self, config: &TextConfig, precision: Precision) -> Result<Session> {
        Ok(match self {
            Self::Cpu(model) => Session::Cpu(model.sequence(config, precision)),
            Self::Gpu(model) => Session::Gpu(gpu::decoder::Session::new(config, model.device())?),
        })
    }

    /// A session that goes on after `blocks`; a GPU keeps none.
    pub fn session_after(&self, config: &TextConfig, blocks: Vec<Arc<Block>>) -> Result<Session> {
        match self {
            Self::Cpu(model) => Ok(Session::Cpu(Sequence::after(model.dims(config), blocks))),
            Self::Gpu(model) => Ok(Session::Gpu(gpu::decoder::Session::new(config, model.device())?)),
        }
    }

    /// Embeddings of `tokens`, `[tokens, width]`, take the place of what `inputs` held.
    pub fn embed(&self, tokens: &[u32], inputs: &mut Vec<f32>) -> Result<()> {
        match self {
            Self::Cpu(model) => model.weights.embeddings.gather(tokens, inputs),
            Self::Gpu(model) => *inputs = model.weights.embeddings.gather(tokens)?,
        }
        Ok(())
    }

    /// Reads all parts, each after what its session has read; the weights are read once for all. No result depends on what
    /// is read beside it, to the bit (on a GPU parts are read one after another).
    pub fn read(&self, config: &TextConfig, parts: &mut [Part<'_>], precision: Precision) -> Result<()> {
        match self {
            Self::Cpu(model) => {
                let mut readings = SmallVec::<[_; 8]>::new();
                for part in parts {
                    let Session::Cpu(sequence) = &mut *part.session else { return Err(other_session()) };
                    let (inputs, wanted, logits) = (part.inputs, part.wanted, &mut *part.logits);
                    readings.push(cpu::decoder::Reading { sequence, inputs, wanted, logits });
                }
                model.read(config, &mut readings, precision);
            }
            Self::Gpu(model) => {
                for part in parts {
                    let Session::Gpu(session) = &mut *part.session else { return Err(other_session()) };
                    let hidden = gpu::decoder::read(&model.weights, config, session, part.inputs)?;
                    *part.logits = gpu::decoder::logits(&model.weights, config, &hidden, part.wanted)?;
                }
            }
        }
        Ok(())
    }

    /// `None`: the model sees no pictures.
    pub fn begin_picture(&self, config: &Config, pixels: &Pixels, precision: Precision) -> Result<Option<Encoding>> {
        let Some(vision) = &config.vision else { return Ok(None) };
        Ok(match self {
            Self::Cpu(model) => model.weights.vision.as_ref().map(|weights| {
                let encoding = cpu::vision::Encoding::begin(model, weights, vision, pixels, precision);
                Encoding::Cpu(Box::new(encoding))
            }),
            Self::Gpu(model) => match &model.weights.vision {
                Some(weights) => {
                    let encoding = gpu::vision::Encoding::begin(weights, vision, pixels, model.device())?;
                    Some(Encoding::Gpu(Box::new(encoding)))
                }
                None => None,
            },
        })
    }

    /// One layer of a picture; after the last its features `[tokens, text width]`.
    pub fn encode(&self, config: &Config, encoding: &mut Encoding) -> Result<Option<Vec<f32>>> {
        let text_norm_eps = config.text.norm_eps;
        match (self, encoding, &config.vision) {
            (Self::Cpu(model), Encoding::Cpu(encoding), Some(vision)) => match &model.weights.vision {
                Some(weights) => Ok(encoding.step(model, weights, vision, text_norm_eps)),
                None => Err(other_session()),
            },
            (Self::Gpu(model), Encoding::Gpu(encoding), Some(vision)) => match &model.weights.vision {
                Some(weights) => encoding.step(weights, vision, text_norm_eps),
                None => Err(other_session()),
            },
            _ => Err(other_session()),
        }
    }
}

fn other_session() -> candle_core::Error {
    candle_core::Error::Msg("a session of another model".into())
}

#[cfg(test)]
mod tests;

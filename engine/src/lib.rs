//! Pixtral on candle behind one handle: [`Engine::submit`] takes a [`Request`] (messages with pictures, parameters, a
//! fairness key) and answers with a stream of [`Event`]s. No web, no SQL.
//!
//! # Map
//! - Files to model: `load` finds the layout; `config` (params.json, config.json or a GGUF header), `checkpoint` (one
//!   set of tensor names, one row order) over `safetensors_file` or `gguf` over `bytes`, `matrix` (f32 or as stored:
//!   16 bits, quantised blocks), `weights`, `tokenizer_file` and `tokenizer`; `memory` says beforehand whether it fits,
//!   `device` where it computes.
//! - What is computed: `picture` (decode, colours, resize), `vision` and `adapter` (pixels to features), `prompt`
//!   (messages to ids), `decoder` (ids and features to logits), on `attention`, `feed_forward`, `rotary` and
//!   `kv_cache`.
//! - An answer: `task` steps one request, `answer` turns ids into text and knows where it ends (`stop`, `repetition`),
//!   `sampler` draws, `reading` tells the progress; `scheduler` lets requests take turns; `engine` is the handle,
//!   `generation` the asker's end of it.
//! - `quantize` writes a model as GGUF files, in fewer bits.
//! - `trace` and `request_json` compare with a reference implementation; `single_file` is the fuzz targets' way in.
//!
//! Invariants: configuration, weights and run state are three types. A request is computed alone: its result never
//! depends on what runs beside it, to the bit. The draw of token i is a function of (seed, i). An answer taken up
//! again goes through the same chunks and the same decode path, and so goes on as it would have. No text that a person
//! writes becomes a control token, and none that a model makes is shown.

mod adapter;
mod answer;
mod attention;
mod bytes;
mod checkpoint;
mod config;
mod decoder;
mod device;
mod engine;
mod error;
mod event;
mod feed_forward;
mod files;
mod generation;
mod gguf;
#[doc(hidden)]
pub mod kernels;
mod kv_cache;
mod load;
mod matrix;
mod memory;
mod model;
mod number_format;
pub mod picture;
mod prompt;
pub mod quantize;
mod reading;
mod repetition;
mod request;
pub mod request_json;
mod rotary;
mod safetensors_file;
mod sampler;
mod scheduler;
mod simd;
pub mod single_file;
mod stop;
mod task;
mod tensor_file;
mod tokenizer;
mod tokenizer_file;
mod trace;
mod vision;
mod weights;

pub use engine::{Engine, Prepared};
pub use error::{GenerationError, LoadError, QuantizeError, RequestError, SubmitError, TraceError};
pub use event::{Event, FinishReason, Timings, Usage};
pub use generation::{Canceller, Generation};
pub use load::{LoadOptions, ModelInfo, ModelSource, WeightPrecision};
pub use request::{Message, Parameters, Part, Request, Resume, Sampling};
pub use trace::{Array, Trace};

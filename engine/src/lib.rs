//! Pixtral on candle behind one handle: [`Engine::submit`] takes a [`Request`] (messages with pictures, parameters, a
//! fairness key) and answers with a stream of [`Event`]s. No web, no SQL.
//!
//! # Map
//! - Files to model: `load` finds the layout; `config` (params.json, config.json or a GGUF header), `checkpoint` (one
//!   set of tensor names, one row order) over `safetensors_file` or `gguf` over `bytes`, `weights`, `tokenizer_file` and
//!   `tokenizer`; `memory` says beforehand whether it fits, `device` where it computes.
//! - What is computed: `picture` (decode, colours, resize), `prompt` (messages to ids), `decoding` (a sequence of ids and
//!   features, its state, its logits). Below it, as a `backend`, either `cpu` (our own encoder, decoder, attention and
//!   blocks of keys and values, on plain slices) or `gpu` (the same model on candle's tensors).
//! - Kernels of the processor: `simd` (vectors of sixteen, once for AVX-512, AVX2 and any other), `matrix` (products with
//!   weights as they are stored, unpacked on the way), `compute_pool` (the threads).
//! - Nothing twice: `prefix_cache` (blocks of keys and values by what was read), `picture_cache` (features by pixels).
//! - An answer: `task` steps one request, `answer` turns ids into text and knows where it ends (`stop`, `repetition`),
//!   `sampler` draws, `reading` tells the progress; `scheduler` serves several at a time, `speed` learns how long that
//!   takes; `engine` is the handle, `generation` the asker's end of it.
//! - `quantize` writes a model as GGUF files, in fewer bits.
//! - `trace` and `request_json` compare with a reference implementation; `single_file` is the fuzz targets' way in.
//!
//! Invariants: configuration, weights and run state are three types. On the processor a result never depends, to the bit,
//! on what runs beside it, on how a prompt was cut, or on what was cached: sums have a fixed order, and batches, chunks and
//! blocks change none. The draw of token i is a function of (seed, i), so that an answer taken up again goes on as it
//! would have. No text that a person
//! writes becomes a control token, and none that a model makes is shown.

mod answer;
mod backend;
mod bytes;
mod checkpoint;
mod compute_pool;
mod config;
mod cpu;
mod decoding;
mod device;
mod disk;
mod engine;
mod error;
mod event;
mod experts;
mod files;
mod generation;
mod gguf;
mod gpu;
#[doc(hidden)]
pub mod kernels;
mod load;
mod matrix;
mod memory;
mod model;
mod number_format;
pub mod picture;
mod picture_cache;
mod prefix_cache;
mod prompt;
pub mod quantize;
mod read_rate;
mod reading;
mod repetition;
mod request;
pub mod request_json;
mod rotary;
mod safetensors_file;
mod sampler;
mod scheduler;
mod shared_out;
mod simd;
pub mod single_file;
mod speed;
mod stop;
mod task;
mod tensor_file;
mod tokenizer;
mod tokenizer_file;
mod trace;
mod weights;

pub use engine::{Engine, PictureCost, Prepared};
pub use error::{GenerationError, LoadError, QuantizeError, RequestError, SubmitError, TraceError};
pub use event::{Event, FinishReason, Timings, Usage};
pub use generation::{Canceller, Generation};
pub use load::{LoadOptions, ModelInfo, ModelSource, WeightPrecision};
pub use picture_cache::{PictureCacheOptions, forget as forget_pictures};
pub use request::{Detail, Message, Parameters, Part, Request, Resume, Sampling};
pub use trace::{Array, Trace};

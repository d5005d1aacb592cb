//! Buffers of a step.

use crate::{matrix::input::Input, rotary::Angles};

/// Row-major; `rows` are the positions of a step.
#[derive(Default)]
pub struct Workspace {
    /// `[rows, width]`, through all layers.
    pub hidden: Vec<f32>,
    /// `[rows, width]`.
    pub normed: Vec<f32>,
    /// `[rows, heads * head_dim]`, then `[rows, kv_heads * head_dim]` twice.
    pub queries: Vec<f32>,
    pub keys: Vec<f32>,
    pub values: Vec<f32>,
    /// What attention answers, `[rows, heads * head_dim]`.
    pub mixed: Vec<f32>,
    /// `[rows, feed_forward]` twice.
    pub gate: Vec<f32>,
    pub up: Vec<f32>,
    /// What goes onto `hidden`, `[rows, width]`.
    pub added: Vec<f32>,
    /// `[wanted positions, vocabulary]`.
    pub logits: Vec<f32>,
    pub input: Input,
    pub places: Places,
    pub experts: ExpertBuffers,
}

/// Where the rows of a step stand.
#[derive(Default)]
pub struct Places {
    /// Position of every row.
    pub positions: Vec<usize>,
    pub angles: Angles,
    /// Factors of the queries, where the model has them.
    pub query_scales: Vec<f32>,
    /// Rows whose logits are wanted.
    pub wanted_rows: Vec<usize>,
}

/// Of a mixture of experts.
#[derive(Default)]
pub struct ExpertBuffers {
    /// `[rows, experts]`.
    pub scores: Vec<f32>,
    /// Rows that chose each expert, with their weights.
    pub assigned: Vec<Vec<(usize, f32)>>,
    /// Of one expert, `[rows that chose it, width]` twice.
    pub read: Vec<f32>,
    pub answers: Vec<f32>,
}

/// `length` numbers whose values do not matter.
pub fn sized(buffer: &mut Vec<f32>, length: usize) -> &mut [f32] {
    if buffer.len() < length {
        buffer.resize(length, 0.0);
    }
    &mut buffer[..length]
}

//! Buffers of a step.

use crate::matrix::input::Input;

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
}

/// `length` numbers whose values do not matter.
pub fn sized(buffer: &mut Vec<f32>, length: usize) -> &mut [f32] {
    if buffer.len() < length {
        buffer.resize(length, 0.0);
    }
    &mut buffer[..length]
}

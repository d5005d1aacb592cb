//! Rotary position embeddings, computed for the positions at hand (a table for 128k positions would take 500 MB).
//! Pairs are neighbours: elements 2j and 2j+1 of a head turn by the same angle.

use std::f64::consts::PI;

use candle_core::{Device, Result, Tensor};

use crate::config::{TextConfig, Yarn};

/// Cosine and sine `[positions, head_dim / 2]` f32.
#[derive(Clone)]
pub struct Angles {
    pub cos: Tensor,
    pub sin: Tensor,
}

impl Angles {
    fn new(angles: &[f64], positions: usize, amplitude: f64, device: &Device) -> Result<Self> {
        let shape = (positions, angles.len() / positions.max(1));
        let cos: Vec<f32> = angles.iter().map(|angle| (amplitude * angle.cos()) as f32).collect();
        let sin: Vec<f32> = angles.iter().map(|angle| (amplitude * angle.sin()) as f32).collect();
        Ok(Self { cos: Tensor::from_vec(cos, shape, device)?, sin: Tensor::from_vec(sin, shape, device)? })
    }

    /// `heads` `[heads, positions, head_dim]`, turned.
    pub fn rotate(&self, heads: &Tensor) -> Result<Tensor> {
        candle_nn::rotary_emb::rope_i(&heads.contiguous()?.unsqueeze(0)?, &self.cos, &self.sin)?.squeeze(0)
    }
}

/// f_j = theta^(-2j / head_dim), j below head_dim / 2.
fn frequencies(theta: f64, head_dim: usize) -> Vec<f64> {
    (0..head_dim / 2).map(|j| theta.powf(-2.0 * j as f64 / head_dim as f64)).collect()
}

/// High frequencies stay, low ones turn `factor` times slower, those between in part: transformers,
/// `modeling_rope_utils.py`, `_compute_yarn_parameters`.
fn stretch(frequencies: &mut [f64], yarn: &Yarn, theta: f64) {
    let head_dim = (frequencies.len() * 2) as f64;
    let turns_at = |turns: f64| {
        let positions = f64::from(yarn.original_positions);
        head_dim * (positions / (turns * 2.0 * PI)).ln() / (2.0 * theta.ln())
    };
    let low = turns_at(yarn.beta_fast).floor().max(0.0);
    let high = turns_at(yarn.beta_slow).ceil().min(head_dim - 1.0);
    let width = if low == high { 0.001 } else { high - low };
    for (j, frequency) in frequencies.iter_mut().enumerate() {
        let slower = ((j as f64 - low) / width).clamp(0.0, 1.0);
        *frequency *= slower / yarn.factor + (1.0 - slower);
    }
}

/// For text: position `first` and the `count - 1` after it.
pub fn text_angles(config: &TextConfig, first: usize, count: usize, device: &Device) -> Result<Angles> {
    let mut frequencies = frequencies(config.rope_theta, config.head_dim);
    if let Some(yarn) = &config.yarn {
        stretch(&mut frequencies, yarn, config.rope_theta);
    }
    let positions = first..first + count;
    let angles: Vec<f64> =
        positions.flat_map(|position| frequencies.iter().map(move |frequency| position as f64 * frequency)).collect();
    Angles::new(&angles, count, config.yarn.map_or(1.0, |yarn| yarn.amplitude), device)
}

/// For a grid of patches, row by row: [row * f_0, row * f_2, ..., column * f_1, column * f_3, ...] for each.
pub fn grid_angles(theta: f64, head_dim: usize, rows: usize, columns: usize, device: &Device) -> Result<Angles> {
    let frequencies = frequencies(theta, head_dim);
    let mut angles = Vec::with_capacity(rows * columns * frequencies.len());
    for row in 0..rows {
        for column in 0..columns {
            angles.extend(frequencies.iter().step_by(2).map(|frequency| row as f64 * frequency));
            angles.extend(frequencies.iter().skip(1).step_by(2).map(|frequency| column as f64 * frequency));
        }
    }
    Angles::new(&angles, rows * columns, 1.0, device)
}

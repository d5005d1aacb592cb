//! Rotary position embeddings, computed for the positions at hand (a table for 128k positions would take 500 MB).
//! Pairs are neighbours: elements 2j and 2j+1 of a head turn by the same angle.

use std::f64::consts::PI;

use crate::config::{QueryScaling, TextConfig, Yarn};

/// Cosine and sine `[positions, pairs]`.
#[derive(Clone, Default)]
pub struct Angles {
    /// Half of head_dim.
    pub pairs: usize,
    pub cos: Vec<f32>,
    pub sin: Vec<f32>,
}

impl Angles {
    fn new(angles: &[f64], pairs: usize, amplitude: f64) -> Self {
        let cos = angles.iter().map(|angle| (amplitude * angle.cos()) as f32).collect();
        let sin = angles.iter().map(|angle| (amplitude * angle.sin()) as f32).collect();
        Self { pairs, cos, sin }
    }

    /// Of one position.
    pub fn at(&self, position: usize) -> (&[f32], &[f32]) {
        let row = position * self.pairs..(position + 1) * self.pairs;
        (&self.cos[row.clone()], &self.sin[row])
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

/// For text at `positions`.
pub fn text_angles(config: &TextConfig, positions: impl Iterator<Item = usize>) -> Angles {
    let mut frequencies = frequencies(config.rope_theta, config.head_dim);
    if let Some(yarn) = &config.yarn {
        stretch(&mut frequencies, yarn, config.rope_theta);
    }
    let angles: Vec<f64> =
        positions.flat_map(|position| frequencies.iter().map(move |frequency| position as f64 * frequency)).collect();
    Angles::new(&angles, config.head_dim / 2, config.yarn.map_or(1.0, |yarn| yarn.amplitude))
}

/// Factors of the queries at `positions`.
pub fn query_scales(scaling: QueryScaling, positions: impl Iterator<Item = usize>) -> Vec<f32> {
    let scale = |position: usize| {
        let stretches = (position as f64 / f64::from(scaling.original_positions)).floor();
        (1.0 + scaling.beta * stretches.ln_1p()) as f32
    };
    positions.map(scale).collect()
}

/// For a grid of patches, row by row: [row * f_0, row * f_2, ..., column * f_1, column * f_3, ...] for each.
pub fn grid_angles(theta: f64, head_dim: usize, rows: usize, columns: usize) -> Angles {
    let frequencies = frequencies(theta, head_dim);
    let mut angles = Vec::with_capacity(rows * columns * frequencies.len());
    for row in 0..rows {
        for column in 0..columns {
            angles.extend(frequencies.iter().step_by(2).map(|frequency| row as f64 * frequency));
            angles.extend(frequencies.iter().skip(1).step_by(2).map(|frequency| column as f64 * frequency));
        }
    }
    Angles::new(&angles, head_dim / 2, 1.0)
}

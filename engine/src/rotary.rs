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
    fn clear(&mut self, pairs: usize) {
        self.pairs = pairs;
        self.cos.clear();
        self.sin.clear();
    }

    fn push(&mut self, angle: f64, amplitude: f64) {
        self.cos.push((amplitude * angle.cos()) as f32);
        self.sin.push((amplitude * angle.sin()) as f32);
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

/// How fast the heads of the text decoder turn.
pub struct TextRotary {
    frequencies: Vec<f64>,
    amplitude: f64,
}

impl TextRotary {
    pub fn new(config: &TextConfig) -> Self {
        let mut frequencies = frequencies(config.rope_theta, config.head_dim);
        if let Some(yarn) = &config.yarn {
            stretch(&mut frequencies, yarn, config.rope_theta);
        }
        Self { frequencies, amplitude: config.yarn.map_or(1.0, |yarn| yarn.amplitude) }
    }

    /// The angles at `positions` take the place of what `angles` held.
    pub fn angles(&self, positions: impl Iterator<Item = usize>, angles: &mut Angles) {
        angles.clear(self.frequencies.len());
        for position in positions {
            for frequency in &self.frequencies {
                angles.push(position as f64 * frequency, self.amplitude);
            }
        }
    }
}

/// Factor of the queries at `position`.
pub fn query_scale(scaling: QueryScaling, position: usize) -> f32 {
    let stretches = (position as f64 / f64::from(scaling.original_positions)).floor();
    (1.0 + scaling.beta * stretches.ln_1p()) as f32
}

/// For a grid of patches, row by row: [row * f_0, row * f_2, ..., column * f_1, column * f_3, ...] for each.
pub fn grid_angles(theta: f64, head_dim: usize, rows: usize, columns: usize) -> Angles {
    let frequencies = frequencies(theta, head_dim);
    let mut angles = Angles { pairs: frequencies.len(), ..Angles::default() };
    for row in 0..rows {
        for column in 0..columns {
            frequencies.iter().step_by(2).for_each(|frequency| angles.push(row as f64 * frequency, 1.0));
            frequencies.iter().skip(1).step_by(2).for_each(|frequency| angles.push(column as f64 * frequency, 1.0));
        }
    }
    angles
}

//! The vision encoder: pixels of one picture in, one feature a patch out, layer by layer so that a long picture can be
//! stopped and shared with other requests. Pictures never see each other.

use super::{
    Cpu, CpuModel,
    attention::{Queries, Sight, attend},
    block::{self, Positions, linear},
    kv_cache::{CacheFormat, Dims, Sequence},
    rows::{for_rows, rms_norm},
    workspace::Workspace,
};
use crate::{
    config::{VISION_NORM_EPS, VisionConfig},
    matrix::input::{Input, Precision},
    picture::{Pixels, patches, squares},
    rotary::{Angles, grid_angles},
    weights::VisionWeights,
};

/// One picture on its way through the encoder. Several may be under way, in turns: only what outlives a step is its own.
pub struct Encoding {
    /// `[patches, width]`.
    hidden: Vec<f32>,
    precision: Precision,
    angles: Angles,
    /// Keys and values of the layer at hand.
    keys: Sequence,
    /// Patches of the picture: rows, columns.
    grid: (usize, usize),
    layer: usize,
}

impl Encoding {
    /// Cuts `pixels` (`[3, height, width]`, sides multiples of the patch) into patches, row by row.
    pub fn begin(
        cpu: &CpuModel,
        weights: &VisionWeights<Cpu>,
        config: &VisionConfig,
        pixels: &Pixels,
        precision: Precision,
    ) -> Self {
        let (rows, columns) = (pixels.height / config.patch, pixels.width / config.patch);
        let patches = patches(pixels, config.patch);
        let embedded = cpu
            .with_workspace(precision, |workspace| linear(&weights.patch_conv, None, &mut workspace.input, &patches));
        let mut hidden = vec![0.0; embedded.len()];
        rms_norm(cpu.processor, &embedded, &weights.ln_pre, VISION_NORM_EPS, &mut hidden);
        let angles = grid_angles(config.rope_theta, config.head_dim, rows, columns);
        let dims = Dims { layers: 1, kv_heads: config.heads, head_dim: config.head_dim, format: CacheFormat::F32 };
        let mut keys = Sequence::new(dims);
        keys.reserve(rows * columns);
        Self { hidden, precision, angles, keys, grid: (rows, columns), layer: 0 }
    }

    /// Layers done.
    pub fn layer(&self) -> usize {
        self.layer
    }

    /// Goes through one layer. After the last, the adapter's answer `[tokens, text width]`, row-major: a token for every
    /// patch, or for every square of patches that are merged. `text_norm_eps`: the decoder's.
    pub fn step(
        &mut self,
        cpu: &CpuModel,
        weights: &VisionWeights<Cpu>,
        config: &VisionConfig,
        text_norm_eps: f32,
    ) -> Option<Vec<f32>> {
        cpu.with_workspace(self.precision, |workspace| {
            // The block works on the workspace's; its buffer, perhaps a longer one, waits here meanwhile.
            std::mem::swap(&mut workspace.hidden, &mut self.hidden);
            let features = self.step_in(workspace, cpu, weights, config, text_norm_eps);
            std::mem::swap(&mut workspace.hidden, &mut self.hidden);
            features
        })
    }

    fn step_in(
        &mut self,
        workspace: &mut Workspace,
        cpu: &CpuModel,
        weights: &VisionWeights<Cpu>,
        config: &VisionConfig,
        text_norm_eps: f32,
    ) -> Option<Vec<f32>> {
        let patches = self.grid.0 * self.grid.1;
        if let Some(block) = weights.layers.get(self.layer) {
            let known = Positions { angles: &self.angles, query_scales: None };
            let sequence = &mut self.keys;
            block::forward(
                cpu.processor,
                block,
                workspace,
                patches,
                VISION_NORM_EPS,
                &known,
                |queries, keys, values, mixed| {
                    // Over those of the layer before: what is not counted as read is written again.
                    sequence.write(0, keys, values);
                    let sight = Sight::Everything(patches);
                    let all = Queries { sequence, first_row: 0, count: patches, position: 0, sight };
                    attend(cpu.processor, 0, config.heads, queries, &[all], mixed);
                },
            );
            self.layer += 1;
        }
        (self.layer == weights.layers.len()).then(|| self.features(workspace, cpu, weights, config, text_norm_eps))
    }

    fn features(
        &self,
        workspace: &mut Workspace,
        cpu: &CpuModel,
        weights: &VisionWeights<Cpu>,
        config: &VisionConfig,
        text_norm_eps: f32,
    ) -> Vec<f32> {
        let Workspace { hidden, input, .. } = workspace;
        match &weights.merger {
            None => adapt(weights, input, hidden),
            Some(merger) => {
                let mut normed = vec![0.0; hidden.len()];
                rms_norm(cpu.processor, hidden, &merger.norm, text_norm_eps, &mut normed);
                let merged = linear(&merger.merge, None, input, &squares(&normed, self.grid, config.merge));
                adapt(weights, input, &merged)
            }
        }
    }
}

/// From the vision encoder's width to the decoder's: Linear, exact (erf) GELU, Linear.
fn adapt(weights: &VisionWeights<Cpu>, input: &mut Input, features: &[f32]) -> Vec<f32> {
    let adapter = &weights.adapter;
    let mut inner = linear(&adapter.w_in, adapter.w_in_bias.as_deref(), input, features);
    for_rows(&mut inner, 1, |_, values| values.iter_mut().for_each(|value| *value = gelu(*value)));
    linear(&adapter.w_out, adapter.w_out_bias.as_deref(), input, &inner)
}

fn gelu(x: f32) -> f32 {
    let x = f64::from(x);
    (x * 0.5 * (1.0 + candle_core::cpu::erf::erf_f64(x * std::f64::consts::FRAC_1_SQRT_2))) as f32
}

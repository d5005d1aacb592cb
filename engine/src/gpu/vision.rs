//! The vision encoder: pixels of one picture in, one feature a patch out, layer by layer so that a long picture can
//! be stopped and shared with other requests. Pictures never see each other.

use candle_core::{Device, Result, Tensor};

use super::{
    Gpu, adapter,
    attention::{attend, block_forward},
    rotary::Angles,
};
use crate::{
    config::{VISION_NORM_EPS, VisionConfig},
    picture::{Pixels, patches},
    rotary::grid_angles,
    weights::VisionWeights,
};

/// Queries that attend at once: a picture of 4096 patches would need 1 GiB of scores for all of them.
const QUERY_BLOCK: usize = 256;

/// One picture on its way through the encoder.
pub struct Encoding {
    /// `[patches, width]`.
    hidden: Tensor,
    angles: Angles,
    /// Patches of the picture: rows, columns.
    grid: (usize, usize),
    layer: usize,
}

impl Encoding {
    /// Cuts `pixels` (`[3, height, width]`, sides multiples of the patch) into patches, row by row.
    pub fn begin(
        weights: &VisionWeights<Gpu>,
        config: &VisionConfig,
        pixels: &Pixels,
        device: &Device,
    ) -> Result<Self> {
        let side = config.patch;
        let (rows, columns) = (pixels.height / side, pixels.width / side);
        let patches = Tensor::from_vec(patches(pixels, side), (rows * columns, 3 * side * side), device)?;
        let embedded = weights.patch_conv.forward(&patches)?;
        Ok(Self {
            hidden: candle_nn::ops::rms_norm(&embedded, &weights.ln_pre, VISION_NORM_EPS)?,
            angles: Angles::new(grid_angles(config.rope_theta, config.head_dim, rows, columns), device)?,
            grid: (rows, columns),
            layer: 0,
        })
    }

    /// Layers done.
    pub fn layer(&self) -> usize {
        self.layer
    }

    /// Goes through one layer. After the last, the adapter's answer `[tokens, text width]`, row-major: a token for every
    /// patch, or for every square of patches that are merged. `text_norm_eps`: the decoder's.
    pub fn step(
        &mut self,
        weights: &VisionWeights<Gpu>,
        config: &VisionConfig,
        text_norm_eps: f32,
    ) -> Result<Option<Vec<f32>>> {
        if let Some(block) = weights.layers.get(self.layer) {
            let heads = (config.heads, config.heads);
            let forward = |queries: Tensor, keys: Tensor, values: Tensor| {
                let patches = queries.dim(1)?;
                let mut mixed = Vec::new();
                for first in (0..patches).step_by(QUERY_BLOCK) {
                    let queries = queries.narrow(1, first, QUERY_BLOCK.min(patches - first))?;
                    mixed.push(attend(&queries, &keys, &values, None)?);
                }
                Tensor::cat(&mixed, 0)
            };
            self.hidden = block_forward(block, &self.hidden, heads, VISION_NORM_EPS, &self.angles, forward)?;
            self.layer += 1;
        }
        if self.layer < weights.layers.len() {
            return Ok(None);
        }
        let features = match &weights.merger {
            None => self.hidden.clone(),
            Some(merger) => {
                let normed = candle_nn::ops::rms_norm(&self.hidden, &merger.norm, text_norm_eps)?;
                adapter::merge(merger, &normed, self.grid, config.merge)?
            }
        };
        adapter::forward(&weights.adapter, &features)?.flatten_all()?.to_vec1().map(Some)
    }
}

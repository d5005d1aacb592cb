//! Keys and values of the positions already read, one pair of buffers a layer. They grow by fixed steps and are
//! written in place, so that a token costs no copy of what came before.

use candle_core::{DType, Device, Result, Tensor};

/// Positions a buffer grows by at least; then by a quarter, so that long contexts copy seldom. Sizes depend on the
/// position alone.
const GROWTH_POSITIONS: usize = 512;

pub struct KvCache {
    /// `[kv_heads, capacity, head_dim]` f32.
    keys: Tensor,
    values: Tensor,
    length: usize,
}

impl KvCache {
    pub fn new(kv_heads: usize, head_dim: usize, device: &Device) -> Result<Self> {
        let buffer = || Tensor::zeros((kv_heads, GROWTH_POSITIONS, head_dim), DType::F32, device);
        Ok(Self { keys: buffer()?, values: buffer()?, length: 0 })
    }

    /// Appends `[kv_heads, n, head_dim]` and returns all keys and values `[kv_heads, length, head_dim]`.
    pub fn append(&mut self, keys: &Tensor, values: &Tensor) -> Result<(Tensor, Tensor)> {
        let added = keys.dim(1)?;
        let length = self.length + added;
        if length > self.keys.dim(1)? {
            let wanted = length + length / 4;
            let capacity = wanted.div_ceil(GROWTH_POSITIONS) * GROWTH_POSITIONS;
            self.keys = self.grown(&self.keys, capacity)?;
            self.values = self.grown(&self.values, capacity)?;
        }
        self.keys.slice_set(&keys.contiguous()?, 1, self.length)?;
        self.values.slice_set(&values.contiguous()?, 1, self.length)?;
        self.length = length;
        Ok((self.keys.narrow(1, 0, length)?, self.values.narrow(1, 0, length)?))
    }

    fn grown(&self, buffer: &Tensor, capacity: usize) -> Result<Tensor> {
        let (kv_heads, _, head_dim) = buffer.dims3()?;
        let larger = Tensor::zeros((kv_heads, capacity, head_dim), DType::F32, buffer.device())?;
        if self.length > 0 {
            larger.slice_set(&buffer.narrow(1, 0, self.length)?.contiguous()?, 1, 0)?;
        }
        Ok(larger)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn keeps_everything_while_it_grows() {
        let mut cache = KvCache::new(2, 3, &Device::Cpu).unwrap();
        let mut all = vec![];
        for step in 0..9 {
            let rows = Tensor::full(step as f32, (2, 200, 3), &Device::Cpu).unwrap();
            all.push(rows.clone());
            let (keys, values) = cache.append(&rows, &rows).unwrap();
            let expected = Tensor::cat(&all, 1).unwrap().to_vec3::<f32>().unwrap();
            assert_eq!(keys.to_vec3::<f32>().unwrap(), expected);
            assert_eq!(values.to_vec3::<f32>().unwrap(), expected);
        }
    }
}

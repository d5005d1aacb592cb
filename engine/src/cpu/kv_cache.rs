//! Keys and values of what was read, in blocks of sixteen positions. A full block never changes again and may be shared
//! by several sequences; positions are added to blocks that a sequence has for itself.

use std::sync::Arc;

use rayon::prelude::*;

use crate::simd::{LANES, Simd};

/// Positions of a block: the lanes of a vector.
pub const BLOCK_TOKENS: usize = LANES;

/// As exact as the weights: half floats beside quantised ones, f32 beside all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheFormat {
    F32,
    F16,
}

impl CacheFormat {
    pub const fn bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 => 2,
        }
    }
}

/// A number as the cache keeps it.
pub trait Element: Copy + Default + Send + Sync + 'static {
    fn from_f32(value: f32) -> Self;
    fn load<S: Simd>(simd: S, values: &[Self; LANES]) -> S::Floats;
}

impl Element for f32 {
    #[inline(always)]
    fn from_f32(value: f32) -> Self {
        value
    }

    #[inline(always)]
    fn load<S: Simd>(simd: S, values: &[Self; LANES]) -> S::Floats {
        simd.load(values)
    }
}

/// The bits of a half float.
impl Element for u16 {
    /// Beyond the largest one that largest: an infinite value would spoil positions that do not even see it (0 * inf).
    #[inline(always)]
    fn from_f32(value: f32) -> Self {
        const LARGEST: f32 = half::f16::MAX.to_f32_const();
        half::f16::from_f32(value.clamp(-LARGEST, LARGEST)).to_bits()
    }

    #[inline(always)]
    fn load<S: Simd>(simd: S, values: &[Self; LANES]) -> S::Floats {
        simd.load_f16(values)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dims {
    pub layers: usize,
    pub kv_heads: usize,
    pub head_dim: usize,
    pub format: CacheFormat,
}

impl Dims {
    /// Vectors of sixteen that a head's values need for each position.
    pub const fn value_vectors(self) -> usize {
        self.head_dim.div_ceil(LANES)
    }

    /// Vectors of one layer and head: keys, then values.
    const fn head_vectors(self) -> usize {
        self.head_dim + self.value_vectors() * BLOCK_TOKENS
    }

    const fn block_vectors(self) -> usize {
        self.layers * self.kv_heads * self.head_vectors()
    }

    pub const fn block_bytes(self) -> usize {
        self.block_vectors() * LANES * self.format.bytes()
    }
}

/// Sixteen positions of all layers. Of each layer and head the keys, dimension by dimension (vector d: dimension d of
/// all positions), then the values, sixteen dimensions at a time (vector j * 16 + p: dimensions 16j to 16j + 15 of
/// position p).
pub enum Block {
    F32(Box<[[f32; LANES]]>),
    F16(Box<[[u16; LANES]]>),
}

/// Keys and values of one layer and head in a block.
pub struct Head<'a, E> {
    pub keys: &'a [[E; LANES]],
    pub values: &'a [[E; LANES]],
}

impl Block {
    fn new(dims: Dims) -> Self {
        match dims.format {
            CacheFormat::F32 => Self::F32(vec![[0.0; LANES]; dims.block_vectors()].into()),
            CacheFormat::F16 => Self::F16(vec![[0; LANES]; dims.block_vectors()].into()),
        }
    }

    fn write(&mut self, dims: Dims, layer: usize, position: usize, keys: &[f32], values: &[f32]) {
        match self {
            Self::F32(vectors) => write(vectors, dims, layer, position, keys, values),
            Self::F16(vectors) => write(vectors, dims, layer, position, keys, values),
        }
    }
}

/// `keys` and `values`: `[kv_heads, head_dim]` of one position.
fn write<E: Element>(
    vectors: &mut [[E; LANES]],
    dims: Dims,
    layer: usize,
    position: usize,
    keys: &[f32],
    values: &[f32],
) {
    let lane = position % BLOCK_TOKENS;
    let first = layer * dims.kv_heads * dims.head_vectors();
    let heads = vectors[first..].chunks_exact_mut(dims.head_vectors());
    let rows = keys.chunks_exact(dims.head_dim).zip(values.chunks_exact(dims.head_dim));
    for (head, (keys, values)) in heads.zip(rows) {
        let (key_vectors, value_vectors) = head.split_at_mut(dims.head_dim);
        for (vector, &key) in key_vectors.iter_mut().zip(keys) {
            vector[lane] = E::from_f32(key);
        }
        for (j, values) in values.chunks(LANES).enumerate() {
            for (out, &value) in value_vectors[j * BLOCK_TOKENS + lane].iter_mut().zip(values) {
                *out = E::from_f32(value);
            }
        }
    }
}

#[inline(always)]
pub fn head<E>(vectors: &[[E; LANES]], dims: Dims, layer: usize, head: usize) -> Head<'_, E> {
    let first = (layer * dims.kv_heads + head) * dims.head_vectors();
    let (keys, values) = vectors[first..first + dims.head_vectors()].split_at(dims.head_dim);
    Head { keys, values }
}

/// What one request has read so far.
pub struct Sequence {
    pub dims: Dims,
    full: Vec<Arc<Block>>,
    open: Vec<Block>,
    length: usize,
}

impl Sequence {
    pub fn new(dims: Dims) -> Self {
        Self { dims, full: Vec::new(), open: Vec::new(), length: 0 }
    }

    /// Goes on after blocks that were read before.
    pub fn after(dims: Dims, full: Vec<Arc<Block>>) -> Self {
        let length = full.len() * BLOCK_TOKENS;
        Self { dims, full, open: Vec::new(), length }
    }

    /// Positions read.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Blocks that never change again, in order.
    pub fn full_blocks(&self) -> &[Arc<Block>] {
        &self.full
    }

    /// Makes room for `count` more positions.
    pub fn reserve(&mut self, count: usize) {
        let blocks = (self.length + count).div_ceil(BLOCK_TOKENS) - self.full.len();
        while self.open.len() < blocks {
            self.open.push(Block::new(self.dims));
        }
    }

    /// Keeps `keys` and `values` `[count, kv_heads * head_dim]` of a layer, for the positions after those that are read.
    /// There must be room.
    pub fn write(&mut self, layer: usize, keys: &[f32], values: &[f32]) {
        let (dims, width) = (self.dims, self.dims.kv_heads * self.dims.head_dim);
        let (start, end) = (self.length, self.length + keys.len() / width);
        let first_block = self.full.len();
        let fill = |(index, block): (usize, &mut Block)| {
            let block_start = (first_block + index) * BLOCK_TOKENS;
            for position in block_start.max(start)..(block_start + BLOCK_TOKENS).min(end) {
                let row = (position - start) * width..(position - start + 1) * width;
                block.write(dims, layer, position, &keys[row.clone()], &values[row]);
            }
        };
        if end - start < BLOCK_TOKENS {
            self.open.iter_mut().enumerate().for_each(fill);
        } else {
            self.open.par_iter_mut().enumerate().for_each(fill);
        }
    }

    /// `count` positions are written in all layers.
    pub fn advance(&mut self, count: usize) {
        self.length += count;
        let full = self.length / BLOCK_TOKENS - self.full.len();
        self.full.extend(self.open.drain(..full).map(Arc::new));
    }

    pub fn block(&self, index: usize) -> &Block {
        match self.full.get(index) {
            Some(block) => block,
            None => &self.open[index - self.full.len()],
        }
    }
}

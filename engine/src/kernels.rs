//! The kernels' way in for `benches/kernels.rs`; nothing else may use it.

use crate::{
    cpu::{
        attention::{Queries, Sight, attend},
        kv_cache::{CacheFormat, Dims, Sequence},
    },
    matrix::{
        input::{Input, Precision},
        product::{self, Product, Weights},
    },
    number_format::NumberFormat,
    simd::Processor,
};

/// Names of the kernels that this processor can run, the best last.
pub fn processors() -> Vec<&'static str> {
    Processor::all().iter().map(|processor| processor.name()).collect()
}

/// So much more than any cache holds.
const WEIGHTS_BYTES: usize = 1 << 29;

/// A product in the true shapes: what it takes depends on nothing else. Like a model, it reads other weights every time.
pub struct Multiplication {
    processor: Processor,
    format: NumberFormat,
    shape: [usize; 2],
    bytes: Vec<u8>,
    /// Which of the matrices in `bytes` comes next.
    next: usize,
    values: Vec<f32>,
    input: Input,
    out: Vec<f32>,
}

impl Multiplication {
    /// `format`: its name in ggml. `None`: no such processor or format.
    pub fn new(processor: &str, format: &str, shape: [usize; 2], inputs: usize) -> Option<Self> {
        let processor = *Processor::all().iter().find(|known| known.name() == processor)?;
        let format = NumberFormat::from_name(format)?;
        let [rows, columns] = shape;
        let mut input = Input::default();
        input.precision = Precision::CodesAndBf16;
        let matrix_bytes = rows * format.bytes(columns);
        Some(Self {
            processor,
            format,
            shape,
            bytes: vec![0x11; WEIGHTS_BYTES.next_multiple_of(matrix_bytes)],
            next: 0,
            values: vec![1.0; inputs * columns],
            input,
            out: vec![0.0; inputs * rows],
        })
    }

    pub fn weights_bytes(&self) -> usize {
        self.format.bytes(self.shape[1]) * self.shape[0]
    }

    pub fn run(&mut self) {
        let [rows, columns] = self.shape;
        self.input.reset(self.values.len() / columns, columns);
        let start = self.next * self.weights_bytes();
        let bytes = &self.bytes[start..start + self.weights_bytes()];
        self.next = (self.next + 1) % (self.bytes.len() / self.weights_bytes());
        let weights = Weights { format: self.format, bytes, rows, columns };
        let product = Product { weights, out: &mut self.out };
        product::multiply(self.processor, &mut self.input, &self.values, [product]);
    }
}

/// Attention of the last `count` of many positions, in the shape of Pixtral 12B: 32 heads share 8 keys and values of 128.
pub struct Attention {
    processor: Processor,
    sequence: Sequence,
    count: usize,
    queries: Vec<f32>,
    mixed: Vec<f32>,
}

const HEADS: usize = 32;
const DIMS: Dims = Dims { layers: 1, kv_heads: 8, head_dim: 128, format: CacheFormat::F16 };

impl Attention {
    /// `None`: no such processor.
    pub fn new(processor: &str, positions: usize, count: usize) -> Option<Self> {
        let processor = *Processor::all().iter().find(|known| known.name() == processor)?;
        let mut sequence = Sequence::new(DIMS);
        let numbers = vec![0.5; positions * DIMS.kv_heads * DIMS.head_dim];
        sequence.reserve(positions);
        sequence.write(0, &numbers, &numbers);
        sequence.advance(positions);
        let length = count * HEADS * DIMS.head_dim;
        Some(Self { processor, sequence, count, queries: vec![0.5; length], mixed: vec![0.0; length] })
    }

    pub fn run(&mut self) {
        let position = self.sequence.length() - self.count;
        let sight = Sight::Causal { window: None };
        let all = Queries { sequence: &self.sequence, first_row: 0, count: self.count, position, sight };
        attend(self.processor, 0, HEADS, &self.queries, &[all], &mut self.mixed);
    }
}

//! Attention against its definition, in f64: beyond what the reference cases reach, over several segments.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::cpu::kv_cache::{CacheFormat, Dims};

/// Numbers between -2 and 2 without a pattern.
fn numbers(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 22) as f32 - 2.0
    };
    (0..count).map(|_| next()).collect()
}

struct Case {
    kv_heads: usize,
    group: usize,
    head_dim: usize,
    /// Read before the queries, and the queries.
    before: usize,
    count: usize,
    sight: Sight,
}

impl Case {
    fn heads(&self) -> usize {
        self.kv_heads * self.group
    }

    /// `[count, heads, head_dim]` by the definition: softmax over what is seen, positions in one go.
    fn defined(&self, queries: &[f32], keys: &[f32], values: &[f32]) -> Vec<f64> {
        let head_dim = self.head_dim;
        let kept = |all: &[f32], position: usize, kv_head: usize| -> Vec<f64> {
            let start = (position * self.kv_heads + kv_head) * head_dim;
            all[start..start + head_dim].iter().map(|&value| f64::from(value)).collect()
        };
        let mut mixed = Vec::new();
        for (row, query) in queries.chunks_exact(head_dim).enumerate() {
            let (position, kv_head) = (self.before + row / self.heads(), row % self.heads() / self.group);
            let sees = self.sight.of(position);
            let scores: Vec<f64> = sees
                .clone()
                .map(|seen| {
                    let key = kept(keys, seen, kv_head);
                    let dot: f64 = query.iter().zip(&key).map(|(&a, b)| f64::from(a) * b).sum();
                    dot / (head_dim as f64).sqrt()
                })
                .collect();
            let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let weights: Vec<f64> = scores.iter().map(|score| (score - largest).exp()).collect();
            let all: f64 = weights.iter().sum();
            let mut sums = vec![0.0; head_dim];
            for (seen, weight) in sees.zip(&weights) {
                let value = kept(values, seen, kv_head);
                sums.iter_mut().zip(value).for_each(|(sum, value)| *sum += weight / all * value);
            }
            mixed.extend(sums);
        }
        mixed
    }

    fn check(&self, format: CacheFormat, bound: f64) {
        let (positions, key_width) = (self.before + self.count, self.kv_heads * self.head_dim);
        let mut keys = numbers(1, positions * key_width);
        let mut values = numbers(2, positions * key_width);
        if format == CacheFormat::F16 {
            for value in keys.iter_mut().chain(&mut values) {
                *value = half::f16::from_f32(*value).to_f32();
            }
        }
        let queries = numbers(3, self.count * self.heads() * self.head_dim);
        let dims = Dims { layers: 1, kv_heads: self.kv_heads, head_dim: self.head_dim, format };
        let mut sequence = Sequence::new(dims);
        sequence.reserve(self.before);
        sequence.write(0, &keys[..self.before * key_width], &values[..self.before * key_width]);
        sequence.advance(self.before);
        sequence.reserve(self.count);
        sequence.write(0, &keys[self.before * key_width..], &values[self.before * key_width..]);
        let defined = self.defined(&queries, &keys, &values);
        for &processor in Processor::all() {
            let mut mixed = vec![0.0; queries.len()];
            let all = [Queries {
                sequence: &sequence,
                first_row: 0,
                count: self.count,
                position: self.before,
                sight: self.sight,
            }];
            attend(processor, 0, self.heads(), &queries, &all, &mut mixed);
            for (index, (&value, wanted)) in mixed.iter().zip(&defined).enumerate() {
                let difference = (f64::from(value) - wanted).abs();
                assert!(
                    difference < bound,
                    "{} group {} head_dim {} {:?} {format:?}: number {index} is {value}, not {wanted}",
                    processor.name(),
                    self.group,
                    self.head_dim,
                    self.sight
                );
            }
        }
    }
}

#[test]
fn far_away_positions_count_as_the_definition_says() {
    let causal = |window| Sight::Causal { window };
    for (group, head_dim, before, count, sight) in [
        (4, 128, 1500, 3, causal(None)),
        (1, 24, 0, 600, causal(None)),
        (20, 16, 1100, 2, causal(None)),
        (4, 32, 1500, 40, causal(Some(100))),
        (2, 40, 1023, 5, causal(Some(700))),
        (4, 32, 511, 2, causal(None)),
        (1, 64, 0, 1100, Sight::Everything(1100)),
    ] {
        let case = Case { kv_heads: 2, group, head_dim, before, count, sight };
        for format in [CacheFormat::F32, CacheFormat::F16] {
            case.check(format, 2e-5);
        }
    }
}

#[test]
fn what_overflows_a_half_float_stays_where_it_is() {
    let dims = Dims { layers: 1, kv_heads: 1, head_dim: 16, format: CacheFormat::F16 };
    let mut sequence = Sequence::new(dims);
    sequence.reserve(2);
    let keys = vec![0.0; 32];
    let values = [vec![1.0; 16], vec![1e9; 16]].concat();
    sequence.write(0, &keys, &values);
    let sight = Sight::Causal { window: None };
    let both = [Queries { sequence: &sequence, first_row: 0, count: 2, position: 0, sight }];
    for &processor in Processor::all() {
        let mut mixed = vec![0.0; 32];
        attend(processor, 0, 1, &[1.0; 32], &both, &mut mixed);
        assert_eq!(mixed[..16], [1.0; 16], "the first position does not see the second");
        assert_eq!(mixed[16..], [65_505.0 / 2.0; 16]);
    }
}

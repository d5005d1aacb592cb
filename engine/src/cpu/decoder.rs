//! The text decoder: embeddings in, logits out, strictly causal, over picture tokens too. Several sequences go through
//! it together, so that weights are read once for all of them; no result depends on what runs beside it.

use smallvec::SmallVec;

use super::{
    CpuModel,
    attention::{Queries, Sight, attend},
    block::{self, Positions},
    kv_cache::{CacheFormat, Dims, Sequence},
    rows::rms_norm,
    workspace::{Places, Workspace, sized},
};
use crate::{config::TextConfig, decoding::Wanted, matrix::input::Precision, rotary::query_scale};

/// One sequence's part of a step.
pub struct Reading<'a> {
    pub sequence: &'a mut Sequence,
    /// Embeddings `[count, width]`.
    pub inputs: &'a [f32],
    pub wanted: Wanted,
    /// Becomes `[wanted positions, vocabulary]`.
    pub logits: &'a mut Vec<f32>,
}

/// For as many sequences as usually go together; more of them take a moment longer.
type ForEach<T> = SmallVec<[T; 8]>;

impl CpuModel {
    pub fn sequence(&self, config: &TextConfig, precision: Precision) -> Sequence {
        let dims = self.dims(config);
        Sequence::new(match precision {
            Precision::Exact => Dims { format: CacheFormat::F32, ..dims },
            Precision::Codes | Precision::CodesAndBf16 => dims,
        })
    }

    pub fn dims(&self, config: &TextConfig) -> Dims {
        Dims { layers: config.layers, kv_heads: config.kv_heads, head_dim: config.head_dim, format: self.cache_format }
    }

    /// Reads all parts, each after what its sequence has read.
    pub fn read(&self, config: &TextConfig, readings: &mut [Reading<'_>], precision: Precision) {
        self.with_workspace(precision, |workspace| {
            // Their own while a block works on the other buffers.
            let mut places = std::mem::take(&mut workspace.places);
            self.read_with(config, readings, workspace, &mut places);
            workspace.places = places;
        });
    }

    fn read_with(
        &self,
        config: &TextConfig,
        readings: &mut [Reading<'_>],
        workspace: &mut Workspace,
        places: &mut Places,
    ) {
        let width = config.width;
        let counts: ForEach<usize> = readings.iter().map(|reading| reading.inputs.len() / width).collect();
        let rows: usize = counts.iter().sum();
        let hidden = sized(&mut workspace.hidden, rows * width);
        let mut first = 0;
        places.positions.clear();
        for (reading, count) in readings.iter_mut().zip(&counts) {
            hidden[first * width..][..reading.inputs.len()].copy_from_slice(reading.inputs);
            first += count;
            places.positions.extend(reading.sequence.length()..reading.sequence.length() + count);
            reading.sequence.reserve(*count);
        }
        self.rotary.angles(places.positions.iter().copied(), &mut places.angles);
        let query_scales = config.query_scaling.map(|scaling| {
            places.query_scales.clear();
            places.query_scales.extend(places.positions.iter().map(|&position| query_scale(scaling, position)));
            places.query_scales.as_slice()
        });
        let known = Positions { angles: &places.angles, query_scales };
        let key_width = config.kv_heads * config.head_dim;
        for (layer, block) in self.weights.layers.iter().enumerate() {
            block::forward(
                self.processor,
                block,
                workspace,
                rows,
                config.norm_eps,
                &known,
                |queries, keys, values, mixed| {
                    let mut first = 0;
                    for (reading, count) in readings.iter_mut().zip(&counts) {
                        let rows = first * key_width..(first + count) * key_width;
                        reading.sequence.write(layer, &keys[rows.clone()], &values[rows]);
                        first += count;
                    }
                    let mut first_row = 0;
                    let sequences: ForEach<Queries<'_>> = readings
                        .iter()
                        .zip(&counts)
                        .map(|(reading, &count)| {
                            let sequence = &*reading.sequence;
                            let sight = Sight::Causal { window: config.sliding_window };
                            let queries = Queries { sequence, first_row, count, position: sequence.length(), sight };
                            first_row += count;
                            queries
                        })
                        .collect();
                    attend(self.processor, layer, config.heads, queries, &sequences, mixed);
                },
            );
        }
        for (reading, count) in readings.iter_mut().zip(&counts) {
            reading.sequence.advance(*count);
        }
        self.logits(config, readings, &counts, workspace, &mut places.wanted_rows);
    }

    fn logits(
        &self,
        config: &TextConfig,
        readings: &mut [Reading<'_>],
        counts: &[usize],
        workspace: &mut Workspace,
        rows: &mut Vec<usize>,
    ) {
        let width = config.width;
        let wanted = |wanted: Wanted, count: usize| match wanted {
            Wanted::Nothing => count..count,
            Wanted::Last => count - 1..count,
            Wanted::All => 0..count,
        };
        let Workspace { hidden, normed, added, logits, input, .. } = workspace;
        rows.clear();
        let mut first = 0;
        for (reading, &count) in readings.iter().zip(counts) {
            rows.extend(wanted(reading.wanted, count).map(|row| first + row));
            first += count;
        }
        if !rows.is_empty() {
            let chosen = sized(added, rows.len() * width);
            for (chosen, row) in chosen.chunks_exact_mut(width).zip(rows.iter()) {
                chosen.copy_from_slice(&hidden[row * width..(row + 1) * width]);
            }
            let normed = sized(normed, rows.len() * width);
            rms_norm(self.processor, chosen, &self.weights.norm, config.norm_eps, normed);
            self.weights.output.multiply(input, normed, sized(logits, rows.len() * config.vocabulary));
        }
        let mut rest = logits.as_slice();
        for (reading, &count) in readings.iter_mut().zip(counts) {
            let (own, others) = rest.split_at(wanted(reading.wanted, count).len() * config.vocabulary);
            rest = others;
            reading.logits.clear();
            reading.logits.extend_from_slice(own);
        }
    }
}

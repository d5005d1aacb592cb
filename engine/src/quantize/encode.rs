//! Rows of numbers to blocks.

use candle_core::{
    Device, Tensor,
    quantized::{GgmlDType, QTensor},
};
use half::{bf16, f16};
use rayon::prelude::*;

use crate::{matrix::dequantize, simd::Processor, tensor_file::StoredTensor};

/// Values that are unpacked at once: 32 MiB in f32, whatever the tensor's size.
const CHUNK_VALUES: usize = 8 << 20;
/// Values that one thread takes at a time.
const TASK_VALUES: usize = 64 << 10;
/// The largest number that f16 holds; scales of blocks are f16 too.
const LARGEST: f32 = 65_504.0;

/// Encodes `tensor`, whose rows have `columns` values, and hands the blocks on piece by piece, in order.
/// The reason says what is wrong with the values.
pub fn encode<E: From<String>>(
    tensor: &StoredTensor,
    columns: usize,
    block_type: GgmlDType,
    mut write: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let processor = Processor::detect();
    let row_bytes = tensor.format.bytes(columns);
    let rows_per_chunk = (CHUNK_VALUES / columns).max(1);
    let rows_per_task = (TASK_VALUES / columns).max(1);
    let whole_bytes = tensor.bytes.len();
    for start in (0..whole_bytes).step_by(rows_per_chunk * row_bytes) {
        let chunk = tensor.bytes.slice(start..(start + rows_per_chunk * row_bytes).min(whole_bytes));
        let pieces: Result<Vec<Vec<u8>>, String> = chunk
            .as_slice()
            .par_chunks(rows_per_task * row_bytes)
            .map(|rows| {
                let mut values = vec![0.0; rows.len() / row_bytes * columns];
                dequantize(processor, tensor.format, rows, &mut values);
                encode_rows(&values, columns, block_type)
            })
            .collect();
        chunk.release();
        for piece in pieces? {
            write(&piece)?;
        }
    }
    Ok(())
}

fn encode_rows(values: &[f32], columns: usize, block_type: GgmlDType) -> Result<Vec<u8>, String> {
    if values.iter().any(|value| !value.is_finite()) {
        return Err("it holds values that are not numbers".into());
    }
    match block_type {
        GgmlDType::F32 => return Ok(values.iter().flat_map(|value| value.to_le_bytes()).collect()),
        GgmlDType::BF16 => {
            return Ok(values.iter().flat_map(|value| bf16::from_f32(*value).to_le_bytes()).collect());
        }
        _ if values.iter().any(|value| value.abs() > LARGEST) => {
            return Err(format!("it holds values above {LARGEST}, the largest that this format can write"));
        }
        GgmlDType::F16 => return Ok(values.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()).collect()),
        _ => {}
    }
    let blocks = || {
        let tensor = Tensor::from_slice(values, (values.len() / columns, columns), &Device::Cpu)?;
        Ok(quantize(&tensor, columns, block_type)?.data()?.into_owned())
    };
    blocks().map_err(|error: candle_core::Error| format!("it cannot be encoded ({error})"))
}

/// candle's plain K-quants are those of an older llama.cpp; its search with a weight for every column, all equal, loses
/// less than llama.cpp does today (docs/QUANTISATION.md).
fn quantize(tensor: &Tensor, columns: usize, block_type: GgmlDType) -> candle_core::Result<QTensor> {
    match block_type {
        GgmlDType::Q2K | GgmlDType::Q3K | GgmlDType::Q4K | GgmlDType::Q5K | GgmlDType::Q6K => {
            QTensor::quantize_imatrix(tensor, &vec![1.0; columns], block_type)
        }
        _ => QTensor::quantize(tensor, block_type),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::borrow::Cow;

    use candle_core::quantized::QStorage;

    use super::*;
    use crate::{bytes::Bytes, number_format::NumberFormat};

    fn stored(values: &[f32], columns: usize) -> StoredTensor {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let shape = vec![values.len() / columns, columns];
        StoredTensor { format: NumberFormat::F32, shape, bytes: Bytes::from_vec(bytes) }
    }

    fn encoded(values: &[f32], columns: usize, block_type: GgmlDType) -> Result<Vec<u8>, String> {
        let mut out = vec![];
        encode(&stored(values, columns), columns, block_type, |bytes| {
            out.extend_from_slice(bytes);
            Ok::<(), String>(())
        })?;
        Ok(out)
    }

    #[test]
    fn rows_of_any_kind_come_back() {
        let columns = 512;
        let wave = |row: usize| (0..columns).map(move |i| ((i * 7 + row * 13) % 97) as f32 / 48.0 - 1.0);
        let rows: [Vec<f32>; 7] = [
            vec![0.0; columns],
            vec![1.0; columns],
            vec![-2.5; columns],
            wave(0).collect(),
            wave(1).map(|value| value * 1e-2).collect(),
            wave(2).map(|value| value * 1e4).collect(),
            // One value far outside.
            wave(3).enumerate().map(|(i, value)| if i == 300 { 40.0 } else { value }).collect(),
        ];
        // Enough rows for several tasks.
        let values: Vec<f32> = rows.iter().cycle().take(700).flatten().copied().collect();
        for (block_type, bits) in [
            (GgmlDType::Q2K, 2),
            (GgmlDType::Q3K, 3),
            (GgmlDType::Q4_0, 4),
            (GgmlDType::Q4_1, 4),
            (GgmlDType::Q4K, 4),
            (GgmlDType::Q5_0, 5),
            (GgmlDType::Q5_1, 5),
            (GgmlDType::Q5K, 5),
            (GgmlDType::Q6K, 6),
            (GgmlDType::Q8_0, 8),
        ] {
            let bytes = encoded(&values, columns, block_type).unwrap();
            assert_eq!(bytes.len(), values.len() / block_type.block_size() * block_type.type_size());
            let storage = QStorage::from_data(Cow::Owned(bytes), &Device::Cpu, block_type).unwrap();
            let tensor = QTensor::new(storage, (700, columns)).unwrap().dequantize(&Device::Cpu).unwrap();
            let back: Vec<f32> = tensor.flatten_all().unwrap().to_vec1().unwrap();
            for (row, (found, wanted)) in back.chunks(columns).zip(values.chunks(columns)).enumerate() {
                let largest = wanted.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
                for (found, wanted) in found.iter().zip(wanted) {
                    // Two steps of the finest scale that covers the row from -largest to largest.
                    let allowed = 2.0 * 2.0 * largest / (1 << bits) as f32 + 1e-9;
                    assert!((found - wanted).abs() <= allowed, "{block_type:?} row {}: {found} for {wanted}", row % 7);
                }
            }
        }
    }

    #[test]
    fn what_a_format_cannot_hold_is_refused() {
        let refused = |value: f32, block_type| encoded(&[0.0, value], 2, block_type).unwrap_err();
        assert!(refused(f32::NAN, GgmlDType::F32).contains("not numbers"));
        assert!(refused(f32::INFINITY, GgmlDType::BF16).contains("not numbers"));
        assert!(refused(70_000.0, GgmlDType::F16).contains("65504"));
        assert!(encoded(&[0.0, 70_000.0], 2, GgmlDType::BF16).is_ok());
    }
}

//! Rows of numbers to blocks.

use candle_core::{
    Device, Tensor,
    quantized::{GgmlDType, QTensor},
};
use half::{bf16, f16};
use rayon::prelude::*;

use crate::{matrix::Kernel, tensor_file::StoredTensor};

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
    let kernel = Kernel::detect();
    let bytes = tensor.bytes.as_slice();
    let row_bytes = tensor.format.bytes(columns);
    let rows_per_chunk = (CHUNK_VALUES / columns).max(1);
    let rows_per_task = (TASK_VALUES / columns).max(1);
    for chunk in bytes.chunks(rows_per_chunk * row_bytes) {
        let pieces: Result<Vec<Vec<u8>>, String> = chunk
            .par_chunks(rows_per_task * row_bytes)
            .map(|rows| {
                let mut values = vec![0.0; rows.len() / row_bytes * columns];
                kernel.dequantize(tensor.format, rows, &mut values);
                encode_rows(&values, columns, block_type)
            })
            .collect();
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
        Ok(QTensor::quantize(&tensor, block_type)?.data()?.into_owned())
    };
    blocks().map_err(|error: candle_core::Error| format!("it cannot be encoded ({error})"))
}


#![allow(clippy::unwrap_used)]

use candle_core::quantized::{GgmlDType, GgmlType, k_quants};
use half::{bf16, f16};

use super::{input::Precision, *};
use crate::{bytes::Bytes, number_format::NumberFormat};

const QUANTISED: [NumberFormat; 10] = [
    NumberFormat::Q4_0,
    NumberFormat::Q4_1,
    NumberFormat::Q5_0,
    NumberFormat::Q5_1,
    NumberFormat::Q8_0,
    NumberFormat::Q2K,
    NumberFormat::Q3K,
    NumberFormat::Q4K,
    NumberFormat::Q5K,
    NumberFormat::Q6K,
];
const PLAIN: [NumberFormat; 3] = [NumberFormat::F32, NumberFormat::F16, NumberFormat::Bf16];

/// Bytes without a pattern (splitmix64).
fn noise(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = state;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    };
    (0..count.div_ceil(8)).flat_map(|_| next().to_le_bytes()).take(count).collect()
}

/// Numbers between -1 and 1.
fn numbers(seed: u64, count: usize) -> Vec<f32> {
    noise(seed, count * 2).chunks_exact(2).map(|b| f32::from(i16::from_le_bytes([b[0], b[1]])) / 32768.0).collect()
}

/// `input` `[n, columns]` times the rows in `bytes`: `[n, rows]`.
fn product(processor: Processor, format: NumberFormat, bytes: &[u8], columns: usize, values: &[f32]) -> Vec<f32> {
    let (n, rows) = (values.len() / columns, bytes.len() / format.bytes(columns));
    let mut input = Input::default();
    input.precision = Precision::Codes;
    input.reset(n, columns);
    let mut out = vec![0.0; n * rows];
    let weights = Weights { format, bytes, rows, columns };
    product::multiply(processor, &mut input, values, [Product { weights, out: &mut out }]);
    out
}

/// `values` in blocks, as candle quantises them, and what candle reads back from them.
fn quantise(format: NumberFormat, values: &[f32]) -> (Vec<u8>, Vec<f32>) {
    fn with<T: GgmlType>(values: &[f32]) -> (Vec<u8>, Vec<f32>) {
        let mut blocks = vec![T::zeros(); values.len() / T::BLCK_SIZE];
        T::from_float(values, &mut blocks);
        read_back(&blocks, values.len())
    }
    match format {
        NumberFormat::Q4_0 => with::<k_quants::BlockQ4_0>(values),
        NumberFormat::Q4_1 => with::<k_quants::BlockQ4_1>(values),
        NumberFormat::Q5_0 => with::<k_quants::BlockQ5_0>(values),
        NumberFormat::Q5_1 => with::<k_quants::BlockQ5_1>(values),
        NumberFormat::Q8_0 => with::<k_quants::BlockQ8_0>(values),
        NumberFormat::Q2K => with::<k_quants::BlockQ2K>(values),
        NumberFormat::Q3K => with::<k_quants::BlockQ3K>(values),
        NumberFormat::Q4K => with::<k_quants::BlockQ4K>(values),
        NumberFormat::Q5K => with::<k_quants::BlockQ5K>(values),
        NumberFormat::Q6K => with::<k_quants::BlockQ6K>(values),
        NumberFormat::F32 => (values.iter().flat_map(|v| v.to_le_bytes()).collect(), values.to_vec()),
        NumberFormat::F16 => {
            let rounded: Vec<f16> = values.iter().map(|&v| f16::from_f32(v)).collect();
            let bytes = rounded.iter().flat_map(|v| v.to_le_bytes()).collect();
            (bytes, rounded.iter().map(|v| v.to_f32()).collect())
        }
        NumberFormat::Bf16 => {
            let rounded: Vec<bf16> = values.iter().map(|&v| bf16::from_f32(v)).collect();
            let bytes = rounded.iter().flat_map(|v| v.to_le_bytes()).collect();
            (bytes, rounded.iter().map(|v| v.to_f32()).collect())
        }
    }
}

fn read_back<T: GgmlType>(blocks: &[T], count: usize) -> (Vec<u8>, Vec<f32>) {
    let mut values = vec![0.0; count];
    T::to_float(blocks, &mut values);
    // SAFETY: blocks are arrays of bytes and half floats without padding (candle asserts their sizes).
    let bytes = unsafe { std::slice::from_raw_parts(blocks.as_ptr().cast::<u8>(), size_of_val(blocks)) };
    (bytes.to_vec(), values)
}

fn stored(format: NumberFormat, bytes: Vec<u8>, shape: [usize; 2]) -> StoredTensor {
    StoredTensor { format, shape: shape.to_vec(), bytes: Bytes::from_vec(bytes) }
}

#[test]
fn block_sizes_are_those_of_ggml() {
    for (format, theirs) in [
        (NumberFormat::F32, GgmlDType::F32),
        (NumberFormat::F16, GgmlDType::F16),
        (NumberFormat::Bf16, GgmlDType::BF16),
        (NumberFormat::Q4_0, GgmlDType::Q4_0),
        (NumberFormat::Q4_1, GgmlDType::Q4_1),
        (NumberFormat::Q5_0, GgmlDType::Q5_0),
        (NumberFormat::Q5_1, GgmlDType::Q5_1),
        (NumberFormat::Q8_0, GgmlDType::Q8_0),
        (NumberFormat::Q2K, GgmlDType::Q2K),
        (NumberFormat::Q3K, GgmlDType::Q3K),
        (NumberFormat::Q4K, GgmlDType::Q4K),
        (NumberFormat::Q5K, GgmlDType::Q5K),
        (NumberFormat::Q6K, GgmlDType::Q6K),
    ] {
        assert_eq!((format.block_numbers(), format.block_bytes()), (theirs.block_size(), theirs.type_size()));
    }
    assert_eq!(NumberFormat::from_ggml(14), Ok(NumberFormat::Q6K));
    assert_eq!(NumberFormat::from_ggml(23), Err("IQ4_XS".into()));
    assert_eq!(NumberFormat::from_ggml(77), Err("type 77".into()));
}

/// Any bytes, not only those that a quantiser writes: every bit of a block counts.
#[test]
fn blocks_are_read_as_candle_reads_them_to_the_bit() {
    fn theirs<T: GgmlType>(bytes: &[u8]) -> Vec<f32> {
        let mut blocks = vec![T::zeros(); bytes.len() / size_of::<T>()];
        // SAFETY: every pattern of bits is a valid block.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), blocks.as_mut_ptr().cast(), bytes.len()) };
        let count = blocks.len() * T::BLCK_SIZE;
        read_back(&blocks, count).1
    }
    for format in QUANTISED {
        let bytes = noise(7, format.block_bytes() * 50);
        let expected = match format {
            NumberFormat::Q4_0 => theirs::<k_quants::BlockQ4_0>(&bytes),
            NumberFormat::Q4_1 => theirs::<k_quants::BlockQ4_1>(&bytes),
            NumberFormat::Q5_0 => theirs::<k_quants::BlockQ5_0>(&bytes),
            NumberFormat::Q5_1 => theirs::<k_quants::BlockQ5_1>(&bytes),
            NumberFormat::Q8_0 => theirs::<k_quants::BlockQ8_0>(&bytes),
            NumberFormat::Q2K => theirs::<k_quants::BlockQ2K>(&bytes),
            NumberFormat::Q3K => theirs::<k_quants::BlockQ3K>(&bytes),
            NumberFormat::Q4K => theirs::<k_quants::BlockQ4K>(&bytes),
            NumberFormat::Q5K => theirs::<k_quants::BlockQ5K>(&bytes),
            NumberFormat::Q6K => theirs::<k_quants::BlockQ6K>(&bytes),
            NumberFormat::F32 | NumberFormat::F16 | NumberFormat::Bf16 => unreachable!("not quantised"),
        };
        for &processor in Processor::all() {
            let mut found = vec![0.0; expected.len()];
            dequantize(processor, format, &bytes, &mut found);
            for (i, (found, expected)) in found.iter().zip(&expected).enumerate() {
                assert!(
                    found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan(),
                    "{format:?} {processor:?} number {i}: {found} instead of {expected}"
                );
            }
        }
    }
}

#[test]
fn every_half_float_is_read() {
    let bytes: Vec<u8> = (0..=u16::MAX).flat_map(u16::to_le_bytes).collect();
    for &processor in Processor::all() {
        let mut found = vec![0.0; 1 << 16];
        dequantize(processor, NumberFormat::F16, &bytes, &mut found);
        for (bits, found) in found.iter().enumerate() {
            let expected = f16::from_bits(bits as u16).to_f32();
            assert!(found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan(), "{bits:#x}: {found}");
        }
    }
}

/// The input as products see it: rounded to 8 bits for quantised weights.
fn rounded(format: NumberFormat, values: &[f32]) -> Vec<f32> {
    if !format.is_quantised() {
        return values.to_vec();
    }
    let round = |group: &[f32]| {
        let largest = group.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
        let (inverse, scale) = (127.0 / largest, largest / 127.0);
        group.iter().map(move |value| (value * inverse).round_ties_even() * scale).collect::<Vec<_>>()
    };
    values.chunks(32).flat_map(round).collect()
}

/// Against f64 products of the dequantised weights: with the input as it is rounded, to the bound of f32 sums; with the
/// input itself, to that rounding.
#[test]
fn products_are_those_of_the_dequantised_weights() {
    for format in QUANTISED.into_iter().chain(PLAIN) {
        for (rows, blocks) in [(1, 1), (5, 3), (70, 2), (37, 20)] {
            let columns = if format.is_quantised() { blocks * format.block_numbers() } else { blocks * 31 + 1 };
            let (bytes, weights) = quantise(format, &numbers(3, rows * columns));
            for n in [1, 2, 3, 7, 29] {
                let input = numbers(5, n * columns);
                let seen = rounded(format, &input);
                for &processor in Processor::all() {
                    let product = product(processor, format, &bytes, columns, &input);
                    assert_eq!(product.len(), rows * n);
                    for (i, &found) in product.iter().enumerate() {
                        let row = &weights[i % rows * columns..][..columns];
                        let dot = |input: &[f32]| {
                            let input = &input[i / rows * columns..][..columns];
                            let terms = row.iter().zip(input).map(|(a, b)| f64::from(*a) * f64::from(*b));
                            terms.fold((0.0, 0.0), |(sum, size), term| (sum + term, size + term.abs()))
                        };
                        let (exact, size) = dot(&seen);
                        let error = (f64::from(found) - exact).abs();
                        // Offsets and biases are summed apart and may cancel out.
                        let bound = if format.is_quantised() { 2e-5 } else { 2e-6 };
                        let place = format!("{format:?} {processor:?} {rows}x{columns} by {n}");
                        assert!(error <= size * bound + 1e-6, "{place}: off by {error} of {size}");
                        let (exact, size) = dot(&input);
                        let error = (f64::from(found) - exact).abs();
                        assert!(error <= size * 0.02 + 1e-6, "{place}: off by {error} of {size}, unrounded");
                    }
                }
            }
        }
    }
}

#[test]
fn exact_products_do_not_round_the_input() {
    for format in QUANTISED.into_iter().chain(PLAIN) {
        let (rows, columns, n) = (37, if format.is_quantised() { 3 * format.block_numbers() } else { 131 }, 3);
        let (bytes, values) = quantise(format, &numbers(3, rows * columns));
        let inputs = numbers(5, n * columns);
        for &processor in Processor::all() {
            let mut input = Input::default();
            input.precision = Precision::Exact;
            input.reset(n, columns);
            let mut out = vec![0.0; n * rows];
            let weights = Weights { format, bytes: &bytes, rows, columns };
            product::multiply(processor, &mut input, &inputs, [Product { weights, out: &mut out }]);
            for (i, found) in out.into_iter().enumerate() {
                let terms = values[i % rows * columns..].iter().zip(&inputs[i / rows * columns..][..columns]);
                let terms = terms.map(|(a, b)| f64::from(*a) * f64::from(*b));
                let (exact, size) = terms.fold((0.0, 0.0), |(sum, size), term| (sum + term, size + term.abs()));
                assert!((f64::from(found) - exact).abs() <= size * 2e-6, "{format:?} {processor:?}: {found} {exact}");
            }
        }
    }
}

/// Only where a processor has such products; elsewhere the input is not rounded.
#[test]
fn bf16_products_round_the_input_to_bf16() {
    let (rows, columns, format) = (37, 131, NumberFormat::Bf16);
    let (bytes, values) = quantise(format, &numbers(3, rows * columns));
    let inputs = numbers(5, 29 * columns);
    let weights = Weights { format, bytes: &bytes, rows, columns };
    for &processor in Processor::all() {
        let multiply = |inputs: &[f32]| {
            let mut input = Input::default();
            input.precision = Precision::CodesAndBf16;
            input.reset(inputs.len() / columns, columns);
            let mut out = vec![0.0; inputs.len() / columns * rows];
            product::multiply(processor, &mut input, inputs, [Product { weights, out: &mut out }]);
            out
        };
        let all = multiply(&inputs);
        for (i, found) in all.iter().enumerate() {
            let terms = values[i % rows * columns..].iter().zip(&inputs[i / rows * columns..][..columns]);
            let (rounded, size) = terms.fold((0.0, 0.0), |(sum, size), (a, b)| {
                let b = bf16::from_f32(*b).to_f64();
                (sum + f64::from(*a) * b, size + (f64::from(*a) * b).abs())
            });
            let error = (f64::from(*found) - rounded).abs();
            assert!(error <= size * 4e-3, "{processor:?}: {found} {rounded}");
        }
        for n in [1, 5, 13] {
            assert_eq!(multiply(&inputs[..n * columns]), all[..n * rows], "{processor:?}: {n} alone");
        }
    }
}

/// Not only within rounding: an answer that is begun on one machine goes on the same on another.
#[test]
fn processors_agree_to_the_bit() {
    for format in QUANTISED.into_iter().chain(PLAIN) {
        let (rows, columns, n) = (53, 768, 9);
        let (bytes, _) = quantise(format, &numbers(23, rows * columns));
        let input = numbers(29, n * columns);
        let expected = product(Processor::Portable, format, &bytes, columns, &input);
        for &processor in Processor::all() {
            assert_eq!(product(processor, format, &bytes, columns, &input), expected, "{format:?} {processor:?}");
        }
    }
}

/// Any bytes: every bit of a block counts in a product, too.
#[test]
fn blocks_are_multiplied_as_they_are_read() {
    for format in QUANTISED {
        let columns = 256;
        let mut bytes = noise(31, format.bytes(columns) * 16);
        // Scales that are numbers: the exponent of every half float that may be one is kept small.
        let halves: &[usize] = match format {
            NumberFormat::Q4_0 | NumberFormat::Q5_0 | NumberFormat::Q8_0 => &[1],
            NumberFormat::Q4_1 | NumberFormat::Q5_1 | NumberFormat::Q4K | NumberFormat::Q5K => &[1, 3],
            NumberFormat::Q2K => &[81, 83],
            NumberFormat::Q3K => &[109],
            _ => &[209],
        };
        for block in bytes.chunks_exact_mut(format.block_bytes()) {
            halves.iter().for_each(|&at| block[at] &= 0x3f);
        }
        let mut weights = vec![0.0; 16 * columns];
        dequantize(Processor::Portable, format, &bytes, &mut weights);
        for column in 0..columns {
            let mut input = vec![0.0; columns];
            input[column] = 127.0;
            for &processor in Processor::all() {
                let found = product(processor, format, &bytes, columns, &input);
                for (row, found) in found.into_iter().enumerate() {
                    let expected = weights[row * columns + column] * 127.0;
                    let largest = weights[row * columns..][..columns].iter().fold(0.0_f32, |a, b| a.max(b.abs()));
                    let error = (found - expected).abs();
                    assert!(
                        error <= largest * 1e-3,
                        "{format:?} {processor:?} row {row} column {column}: {found} {expected}"
                    );
                }
            }
        }
    }
}

#[test]
fn what_is_no_number_stays_visible() {
    for (format, wrong) in
        [(NumberFormat::Q4K, f32::NAN), (NumberFormat::Q8_0, f32::INFINITY), (NumberFormat::F32, f32::NAN)]
    {
        let (bytes, _) = quantise(format, &numbers(37, 16 * 512));
        let mut input = numbers(41, 512);
        input[300] = wrong;
        for &processor in Processor::all() {
            let found = product(processor, format, &bytes, 512, &input);
            assert!(found.iter().all(|value| !value.is_finite()), "{format:?} {processor:?}");
        }
    }
}

/// What chunks of a prompt and requests beside each other rest on.
#[test]
fn a_row_comes_out_the_same_whatever_stands_beside_it() {
    for format in QUANTISED.into_iter().chain(PLAIN) {
        let (rows, columns, n) = (45, 512, 15);
        let (bytes, _) = quantise(format, &numbers(11, rows * columns));
        let input = numbers(13, n * columns);
        for &processor in Processor::all() {
            let all = product(processor, format, &bytes, columns, &input);
            for first in 0..n {
                for count in 1..=n - first {
                    let part =
                        product(processor, format, &bytes, columns, &input[first * columns..][..count * columns]);
                    assert_eq!(part, all[first * rows..][..count * rows], "{format:?} {processor:?} {first} {count}");
                }
            }
        }
    }
}

#[test]
fn matrices_that_are_multiplied_together_are_as_alone() {
    let processor = Processor::detect();
    let columns = 512;
    let matrix = |format: NumberFormat, rows: usize, seed: u64| {
        let (bytes, _) = quantise(format, &numbers(seed, rows * columns));
        Matrix::new(processor, stored(format, bytes, [rows, columns]), rows, columns)
    };
    let (a, b, c) =
        (matrix(NumberFormat::Q4K, 70, 1), matrix(NumberFormat::Q6K, 33, 2), matrix(NumberFormat::Bf16, 16, 3));
    let values = numbers(5, 3 * columns);
    let mut input = Input::default();
    let mut together = [vec![0.0; 210], vec![0.0; 99], vec![0.0; 48]];
    let [first, second, third] = &mut together;
    multiply_together([&a, &b, &c], &mut input, &values, [first, second, third]);
    for (matrix, together) in [a, b, c].iter().zip(&together) {
        let mut alone = vec![0.0; together.len()];
        matrix.multiply(&mut input, &values, &mut alone);
        assert_eq!(&alone, together);
    }
}

#[test]
fn rows_are_gathered() {
    for format in QUANTISED.into_iter().chain(PLAIN) {
        let (bytes, values) = quantise(format, &numbers(17, 70 * 256));
        let matrix = Matrix::new(Processor::detect(), stored(format, bytes, [70, 256]), 70, 256);
        let expected: Vec<f32> = [69, 0, 3].iter().flat_map(|row| &values[row * 256..][..256]).copied().collect();
        let mut gathered = vec![1.0; 5];
        matrix.gather(&[69, 0, 3], &mut gathered);
        assert_eq!(gathered, expected, "{format:?}");
    }
}

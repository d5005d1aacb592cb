#![allow(clippy::unwrap_used)]

use half::f16;

use super::*;

/// Every operation on awkward numbers, as bits.
struct Everything;

impl Kernel for Everything {
    type Output = Vec<u32>;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Vec<u32> {
        let a: [f32; LANES] = std::array::from_fn(|i| (i as f32 - 7.5) * 1.37e3_f32.powi(i as i32 % 5 - 2));
        let b: [f32; LANES] = std::array::from_fn(|i| 0.1 + i as f32 * 0.37);
        let c: [f32; LANES] = std::array::from_fn(|i| 3.0 - i as f32 * 1e-3);
        let words: [u32; LANES] = std::array::from_fn(|i| (i as u32 + 1).wrapping_mul(0x9e37_79b9));
        let mut bits = Vec::new();
        let mut floats = |values: S::Floats| {
            let mut out = [0.0; LANES];
            simd.store(values, &mut out);
            bits.extend(out.map(f32::to_bits));
        };
        let (a, b, c) = (simd.load(&a), simd.load(&b), simd.load(&c));
        let loaded = simd.load_words(&words);
        for values in [
            simd.add(a, b),
            simd.sub(a, b),
            simd.mul(a, b),
            simd.div(a, b),
            simd.fma(a, b, c),
            simd.max(a, c),
            simd.abs(a),
            simd.splat(simd.sum(a)),
            simd.splat(simd.largest(simd.abs(a))),
            simd.to_floats(loaded),
            simd.low_f16_to_floats(simd.and(loaded, simd.splat_word(0xffff_bfff))),
            simd.load_f16(&std::array::from_fn(|i| f16::from_f32(i as f32 * 1e-6 - 3.3).to_bits())),
        ] {
            floats(values);
        }
        let codes = simd.and(loaded, simd.splat_word(0x7f7f_7f7f));
        let rows: [[u8; 40]; LANES] =
            std::array::from_fn(|row| std::array::from_fn(|i| ((row * 40 + i) * (row + i) % 251) as u8));
        let bias = simd.splat_word(u32::from_le_bytes([S::WIDE_BIAS as u8; 4]));
        // Inputs are never -128.
        let input = simd
            .load_words(&words.map(|word| u32::from_le_bytes(word.to_le_bytes().map(|b| b.max(1) ^ (b == 128) as u8))));
        let wide = simd.dot4_wide(simd.splat_word(0), simd.xor(loaded, bias), input);
        let ones = simd.splat_word(u32::from_le_bytes([S::WIDE_BIAS as u8; 4]));
        let excess =
            simd.dot4(simd.splat_word(0), simd.and(simd.shift_right::<1>(ones), simd.splat_word(0x7f7f_7f7f)), input);
        let minus =
            simd.add_words(simd.xor(simd.add_words(excess, excess), simd.splat_word(u32::MAX)), simd.splat_word(1));
        for values in [
            simd.to_words(simd.mul(a, simd.splat(1e-2))),
            simd.add_words(loaded, codes),
            simd.max_words(loaded, codes),
            simd.and(loaded, codes),
            simd.or(loaded, simd.splat_word(5)),
            simd.xor(loaded, codes),
            simd.shift_left::<3>(loaded),
            simd.shift_right::<5>(loaded),
            simd.shift_right_signed::<7>(loaded),
            simd.dot4(loaded, codes, input),
            simd.add_words(wide, minus),
        ]
        .into_iter()
        .chain(simd.load_transposed(&SixteenRows::of(&rows), 3))
        .chain(simd.load_transposed_32(&SixteenRows::of(&rows), 5))
        {
            let mut out = [0; LANES];
            simd.store_words(values, &mut out);
            bits.extend(out);
        }
        bits
    }
}

#[test]
fn all_processors_compute_the_same_bits() {
    let expected = Processor::Portable.run(Everything);
    for &processor in Processor::all() {
        let found = processor.run(Everything);
        let first = found.iter().zip(&expected).position(|(a, b)| a != b);
        assert_eq!(first.map(|at| at / LANES), None, "{}: operation, of {:?}", processor.name(), first);
    }
}

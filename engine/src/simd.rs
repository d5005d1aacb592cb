//! Sixteen numbers at a time, in the words of the processor at hand. Kernels are written once, over [`Simd`]; every
//! implementation computes the same operations in the same order, so that all of them give the same bits.
//!
//! An implementation is a value that proves that the processor has its instructions: only [`Processor::detect`] makes
//! one. Kernels run inside [`Processor::run`], where the compiler may use those instructions for everything. An
//! operation is one instruction only where everything around it is inlined into that function: no closures between.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
pub mod math;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
mod rows;

pub use rows::SixteenRows;

/// Numbers in one vector.
pub const LANES: usize = 16;

/// Vectors of 16 lanes: `Floats` of f32, `Words` of 32 bits, which are also four bytes each.
pub trait Simd: Copy + Send + Sync {
    type Floats: Copy;
    type Words: Copy;

    /// Added to the bytes that [`Self::dot4_wide`] takes, beyond their signed value: what suits the instructions.
    const WIDE_BIAS: i32;
    /// How many weight vectors and inputs a tile of float products takes: what fits the registers.
    const FLOAT_TILE: (usize, usize);
    const INTEGER_TILE: (usize, usize);

    /// Compiles `kernel` as a function of its own with this processor's instructions, and runs it.
    fn vectorised<K: Kernel>(self, kernel: K) -> K::Output;

    /// Whether [`Self::dot2_bf16`] is one instruction, within [`Self::vectorised_bf16`].
    fn has_bf16(self) -> bool {
        false
    }

    /// As [`Self::vectorised`], with the instructions for bf16 where [`Self::has_bf16`].
    fn vectorised_bf16<K: Kernel>(self, kernel: K) -> K::Output {
        self.vectorised(kernel)
    }

    /// `sums` plus, in each lane, the products of two pairs of bf16. How it is rounded differs between processors.
    #[inline(always)]
    fn dot2_bf16(self, sums: Self::Floats, a: Self::Words, b: Self::Words) -> Self::Floats {
        let high = self.splat_word(0xffff_0000);
        let low = |word: Self::Words| self.as_floats(self.shift_left::<16>(word));
        let top = |word: Self::Words| self.as_floats(self.and(word, high));
        self.fma(top(a), top(b), self.fma(low(a), low(b), sums))
    }

    fn splat(self, value: f32) -> Self::Floats;
    fn load(self, values: &[f32; LANES]) -> Self::Floats;
    fn store(self, values: Self::Floats, out: &mut [f32; LANES]);
    /// Half floats.
    fn load_f16(self, values: &[u16; LANES]) -> Self::Floats;
    fn add(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    fn sub(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    fn mul(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    fn div(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    /// a * b + c, rounded once.
    fn fma(self, a: Self::Floats, b: Self::Floats, c: Self::Floats) -> Self::Floats;
    fn max(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    fn abs(self, a: Self::Floats) -> Self::Floats;

    fn splat_word(self, value: u32) -> Self::Words;
    fn load_words(self, values: &[u32; LANES]) -> Self::Words;
    fn store_words(self, values: Self::Words, out: &mut [u32; LANES]);
    fn add_words(self, a: Self::Words, b: Self::Words) -> Self::Words;
    /// The larger unsigned number.
    fn max_words(self, a: Self::Words, b: Self::Words) -> Self::Words;
    fn and(self, a: Self::Words, b: Self::Words) -> Self::Words;
    fn or(self, a: Self::Words, b: Self::Words) -> Self::Words;
    fn xor(self, a: Self::Words, b: Self::Words) -> Self::Words;
    fn shift_left<const BITS: u32>(self, a: Self::Words) -> Self::Words;
    /// Zeros come in.
    fn shift_right<const BITS: u32>(self, a: Self::Words) -> Self::Words;
    /// Copies of the sign come in.
    fn shift_right_signed<const BITS: u32>(self, a: Self::Words) -> Self::Words;
    /// The same bits.
    fn as_floats(self, a: Self::Words) -> Self::Floats;
    fn as_words(self, a: Self::Floats) -> Self::Words;
    /// Signed numbers.
    fn to_floats(self, a: Self::Words) -> Self::Floats;
    /// The nearest signed numbers, ties to even.
    fn to_words(self, a: Self::Floats) -> Self::Words;
    /// Each lane's low 16 bits are a half float.
    fn low_f16_to_floats(self, a: Self::Words) -> Self::Floats;

    /// `sums` plus, in each lane, the products of four unsigned bytes, each at most 127, with four signed ones.
    fn dot4(self, sums: Self::Words, codes: Self::Words, input: Self::Words) -> Self::Words;
    /// The same for codes from -128 to 127, which are stored as bytes of (code + [`Self::WIDE_BIAS`]); the sums are then
    /// `WIDE_BIAS` times the sum of the inputs too large. Inputs are at least -127.
    fn dot4_wide(self, sums: Self::Words, codes: Self::Words, input: Self::Words) -> Self::Words;

    /// Bytes `at` to `at + 15` of each of 16 rows; vector i holds bytes 4i to 4i + 3 of each.
    fn load_transposed<const BYTES: usize>(self, rows: &SixteenRows<'_, BYTES>, at: usize) -> [Self::Words; 4];
    /// The same of 32 bytes.
    fn load_transposed_32<const BYTES: usize>(self, rows: &SixteenRows<'_, BYTES>, at: usize) -> [Self::Words; 8];
    /// Hints that the 64 bytes around `address` will be read soon: into the second cache, since fewer can be on their way
    /// to the first. They need not exist.
    fn prefetch(self, address: *const u8);

    /// The sum of all lanes, in a fixed order: halves, quarters, eighths, pairs.
    #[inline(always)]
    fn sum(self, a: Self::Floats) -> f32 {
        let mut lanes = [0.0; LANES];
        self.store(a, &mut lanes);
        fold(lanes, |a, b| a + b)
    }

    /// The largest lane of `a`, none of them negative; NaN where one is NaN.
    #[inline(always)]
    fn largest(self, a: Self::Floats) -> f32 {
        let mut lanes = [0; LANES];
        self.store_words(self.as_words(a), &mut lanes);
        // Such numbers are in the order of their bits.
        f32::from_bits(fold(lanes, u32::max))
    }
}

#[inline(always)]
fn fold<T: Copy>(mut lanes: [T; LANES], join: impl Fn(T, T) -> T) -> T {
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] = join(lanes[lane], lanes[lane + width]);
        }
        width /= 2;
    }
    lanes[0]
}

/// A piece of work that is compiled for every processor. Implementations of `run` must be `#[inline(always)]`.
pub trait Kernel {
    type Output;
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// The best way of computing that the processor at hand has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Processor {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(avx512::Avx512),
    #[cfg(target_arch = "aarch64")]
    Neon(neon::Neon),
}

impl Processor {
    pub fn detect() -> Self {
        *Self::all().last().unwrap_or(&Self::Portable)
    }

    /// Everything that this processor can run, the best at the end.
    pub fn all() -> &'static [Self] {
        static ALL: std::sync::OnceLock<Vec<Processor>> = std::sync::OnceLock::new();
        ALL.get_or_init(|| {
            #[allow(unused_mut)]
            let mut found = vec![Self::Portable];
            #[cfg(target_arch = "x86_64")]
            {
                found.extend(avx2::Avx2::detect().map(Self::Avx2));
                found.extend(avx512::Avx512::detect().map(Self::Avx512));
            }
            #[cfg(target_arch = "aarch64")]
            found.extend(neon::Neon::detect().map(Self::Neon));
            found
        })
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => "AVX-512 VNNI",
            #[cfg(target_arch = "aarch64")]
            Self::Neon(_) => "NEON",
        }
    }

    /// Whether it multiplies pairs of bf16 in one instruction.
    pub fn has_bf16(self) -> bool {
        self.run(HasBf16)
    }

    #[inline]
    pub fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self {
            Self::Portable => portable::Portable.vectorised(kernel),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(simd) => simd.vectorised(kernel),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(simd) => simd.vectorised(kernel),
            #[cfg(target_arch = "aarch64")]
            Self::Neon(simd) => simd.vectorised(kernel),
        }
    }
}

struct HasBf16;

impl Kernel for HasBf16 {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> bool {
        simd.has_bf16()
    }
}

#[cfg(test)]
mod tests;

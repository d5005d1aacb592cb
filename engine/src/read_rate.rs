//! How fast memory can be read: the limit of every answer, since each token reads all weights.

use std::time::Instant;

use rayon::prelude::*;

use crate::simd::{Kernel, LANES, Processor, Simd};

/// Larger than any cache.
const BUFFER_BYTES: usize = 1 << 30;
const PIECE_WORDS: usize = 64 << 10;
const ROUNDS: usize = 4;
/// What is read that much later is asked for.
const AHEAD_WORDS: usize = 1 << 10;

/// Bytes a second that the current pool's threads read together, the best of a few rounds.
pub fn measure() -> f64 {
    let buffer = vec![1_u32; BUFFER_BYTES / size_of::<u32>()];
    let processor = Processor::detect();
    let mut best = 0.0_f64;
    for _ in 0..ROUNDS {
        let began = Instant::now();
        // A large share a thread, in order, as weights are read.
        let share = buffer.len().div_ceil(rayon::current_num_threads());
        let sum: u64 = buffer
            .par_chunks(share)
            .map(|share| share.chunks(PIECE_WORDS).map(|piece| u64::from(processor.run(Sum(piece)))).sum::<u64>())
            .sum();
        let seconds = began.elapsed().as_secs_f64();
        // The sum is used, so that nothing is optimised away.
        if sum > 0 {
            best = best.max(BUFFER_BYTES as f64 / seconds);
        }
    }
    best
}

struct Sum<'a>(&'a [u32]);

impl Kernel for Sum<'_> {
    type Output = u32;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> u32 {
        let mut sums = [simd.splat_word(0); 4];
        let (vectors, _) = self.0.as_chunks::<LANES>();
        for four in vectors.as_chunks::<4>().0 {
            // More than processors ask for by themselves.
            for vector in four {
                simd.prefetch(vector.as_ptr().wrapping_add(AHEAD_WORDS).cast());
            }
            for (sum, vector) in sums.iter_mut().zip(four) {
                *sum = simd.add_words(*sum, simd.load_words(vector));
            }
        }
        let sum = simd.add_words(simd.add_words(sums[0], sums[1]), simd.add_words(sums[2], sums[3]));
        let mut lanes = [0; LANES];
        simd.store_words(sum, &mut lanes);
        lanes.into_iter().fold(0, u32::wrapping_add)
    }
}

//! Sixteen rows of memory at even distances: what vectors are loaded from across rows.

use std::marker::PhantomData;

use super::LANES;

/// `BYTES` readable bytes at the same place of each of sixteen rows.
#[derive(Clone, Copy)]
pub struct SixteenRows<'a, const BYTES: usize> {
    first: *const u8,
    /// Bytes from one row to the next.
    stride: usize,
    memory: PhantomData<&'a [u8]>,
}

impl<'a, const BYTES: usize> SixteenRows<'a, BYTES> {
    /// The first row begins at `start` of `bytes`. `None`: they do not all lie in `bytes`.
    #[inline(always)]
    pub fn new(bytes: &'a [u8], start: usize, stride: usize) -> Option<Self> {
        let end = start + (LANES - 1) * stride + BYTES;
        // SAFETY: `start` is within `bytes`, because `end` is.
        (end <= bytes.len()).then(|| Self { first: unsafe { bytes.as_ptr().add(start) }, stride, memory: PhantomData })
    }

    pub fn of(rows: &'a [[u8; BYTES]; LANES]) -> Self {
        Self { first: rows.as_ptr().cast(), stride: BYTES, memory: PhantomData }
    }

    /// `N` bytes of row `row` from `at`, which are within the row.
    #[inline(always)]
    pub fn read<const N: usize>(&self, row: usize, at: usize) -> &'a [u8; N] {
        assert!(row < LANES && at + N <= BYTES, "beyond sixteen rows");
        // SAFETY: whoever made this proved that sixteen rows of `BYTES` bytes can be read for as long as 'a. Every
        // fourth row has an address of its own, the others have offsets from it: that many registers there are.
        unsafe { &*self.first.add(row / 4 * 4 * self.stride).add(row % 4 * self.stride + at).cast() }
    }
}

//! One step of columns of sixteen rows, as they are stored.

use crate::simd::LANES;

/// `BYTES` of each row: where they lie, or a copy filled up with zeros at the end of a row.
pub enum Step<'a, const BYTES: usize> {
    Whole([&'a [u8; BYTES]; LANES]),
    Padded([[u8; BYTES]; LANES]),
}

impl<'a, const BYTES: usize> Step<'a, BYTES> {
    /// Rows begin at `places` of `bytes` and have `length` bytes, `BYTES` or fewer.
    #[inline(always)]
    pub fn new(bytes: &'a [u8], places: &[usize; LANES], length: usize) -> Self {
        if length < BYTES {
            let mut padded = [[0; BYTES]; LANES];
            for (row, &place) in padded.iter_mut().zip(places) {
                row[..length].copy_from_slice(&bytes[place..place + length]);
            }
            return Self::Padded(padded);
        }
        let mut rows = [&[0; BYTES]; LANES];
        for (row, &place) in rows.iter_mut().zip(places) {
            *row = bytes[place..].first_chunk().unwrap_or(row);
        }
        Self::Whole(rows)
    }

    #[inline(always)]
    pub fn rows(&self) -> [&[u8; BYTES]; LANES] {
        match self {
            Self::Whole(rows) => *rows,
            Self::Padded(rows) => rows.each_ref(),
        }
    }
}

//! One step of columns of sixteen rows, as they are stored.

use super::product::Weights;
use crate::{
    number_format::NumberFormat,
    simd::{LANES, Simd, SixteenRows},
};

/// How rows are cut into steps; worked out once for many.
pub struct Steps {
    pub count: usize,
    pub row_bytes: usize,
    /// Of one step of one row: at least a block, which may be two steps.
    pub bytes: usize,
    all_columns: usize,
    /// 1 where a block is two steps, else 0.
    halvings: usize,
    step_columns: usize,
}

impl Steps {
    #[inline(always)]
    pub fn new<const COLUMNS: usize>(weights: &Weights<'_>) -> Self {
        let (format, all_columns) = (weights.format, weights.columns);
        let halvings = usize::from(format.block_numbers() > COLUMNS);
        Self {
            count: all_columns.div_ceil(COLUMNS),
            row_bytes: format.bytes(all_columns),
            bytes: format.bytes(COLUMNS << halvings),
            all_columns,
            halvings,
            step_columns: COLUMNS,
        }
    }

    /// Of a row's step.
    #[inline(always)]
    pub fn offset(&self, step: usize) -> usize {
        (step >> self.halvings) * self.bytes
    }

    /// Columns of a block that come before the step.
    #[inline(always)]
    pub fn skipped(&self, step: usize) -> usize {
        (step & self.halvings) * self.step_columns
    }

    /// Columns of a step: fewer at the end of rows.
    #[inline(always)]
    pub fn columns(&self, step: usize) -> usize {
        self.step_columns.min(self.all_columns - step * self.step_columns)
    }
}

/// Where a step lies.
#[derive(Clone, Copy)]
pub struct Stored<'a> {
    pub format: NumberFormat,
    pub bytes: &'a [u8],
    /// Where the step of the first row begins.
    pub start: usize,
    /// From one row to the next.
    pub row_bytes: usize,
    /// 1 to 16; the others are the last one again.
    pub rows: usize,
    /// Bytes of one row's step.
    pub length: usize,
    /// Columns of the first block that come before.
    pub skipped: usize,
}

impl<'a> Stored<'a> {
    /// The step of row `row` of sixteen.
    #[inline(always)]
    pub fn row(&self, row: usize) -> &'a [u8] {
        let start = self.start + row.min(self.rows - 1) * self.row_bytes;
        &self.bytes[start..start + self.length]
    }
}

/// Asks for `bytes` bytes that are read soon, so that memory and processor work at the same time: processors see by
/// themselves what comes next in one row, but not in sixteen. What does not exist is not read.
#[inline(always)]
pub fn prefetch<S: Simd>(simd: S, first: *const u8, bytes: usize) {
    for line in 0..bytes.div_ceil(64) {
        simd.prefetch(first.wrapping_add(line * 64));
    }
}

/// `BYTES` of each row: where they lie, or a copy filled up with zeros at the end of rows and with copies after the last.
pub enum Step<'a, const BYTES: usize> {
    Whole(SixteenRows<'a, BYTES>),
    Padded([[u8; BYTES]; LANES]),
}

impl<'a, const BYTES: usize> Step<'a, BYTES> {
    /// Rows have `BYTES` bytes or fewer.
    #[inline(always)]
    pub fn new(stored: &Stored<'a>) -> Self {
        if stored.length == BYTES
            && stored.rows == LANES
            && let Some(rows) = SixteenRows::new(stored.bytes, stored.start, stored.row_bytes)
        {
            return Self::Whole(rows);
        }
        let mut padded = [[0; BYTES]; LANES];
        for (index, row) in padded.iter_mut().enumerate() {
            row[..stored.length].copy_from_slice(stored.row(index));
        }
        Self::Padded(padded)
    }

    #[inline(always)]
    pub fn rows(&self) -> SixteenRows<'_, BYTES> {
        match self {
            Self::Whole(rows) => *rows,
            Self::Padded(rows) => SixteenRows::of(rows),
        }
    }
}

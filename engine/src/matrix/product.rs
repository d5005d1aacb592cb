//! Products of stored weights with prepared input, on all threads: every thread takes sixteen or thirty-two rows at a
//! time, unpacks a step of them into the processor's nearest cache, and multiplies it with every input.

mod kernels;

use std::cell::RefCell;

use rayon::prelude::*;

use super::{
    codes::{self, CodePanel, shape},
    floats::{FloatPanel, HalfPanel},
    input::{CODE_STEP, FLOAT_STEP, Input, Precision},
    step::{Steps, Stored, prefetch},
    tile::Total,
};
use crate::{
    number_format::NumberFormat,
    shared_out::SharedOut,
    simd::{Kernel, LANES, Processor, Simd},
};
use kernels::{CodeTiles, CodesAtOnce, FloatTiles, FloatsAtOnce, HalfTiles, UnpackCodes, UnpackFloats, UnpackHalves};

/// Stored weights `[rows, columns]`.
#[derive(Clone, Copy)]
pub struct Weights<'a> {
    pub format: NumberFormat,
    pub bytes: &'a [u8],
    pub rows: usize,
    pub columns: usize,
}

/// One of several products of the same input.
pub struct Product<'a> {
    pub weights: Weights<'a>,
    /// `[inputs, rows]`.
    pub out: &'a mut [f32],
}

/// Inputs that are multiplied while weights are unpacked; for more of them unpacked weights are kept.
const MAX_AT_ONCE: usize = 4;
/// Few inputs are multiplied as fast as memory reads: what is asked for lies so many panels ahead.
const PANELS_AHEAD: usize = 2;
/// Panels at most that are unpacked together.
const MAX_PANELS: usize = 2;

struct Scratch {
    codes: Box<[CodePanel; MAX_PANELS]>,
    floats: Box<[FloatPanel; MAX_PANELS]>,
    halves: Box<[HalfPanel; MAX_PANELS]>,
    totals: Vec<Total>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch {
        codes: Box::new([const { CodePanel::ZERO }; MAX_PANELS]),
        floats: Box::new([[[0.0; LANES]; FLOAT_STEP]; MAX_PANELS]),
        halves: Box::new([[[0; LANES]; FLOAT_STEP / 2]; MAX_PANELS]),
        totals: Vec::new(),
    });
}

/// Fills every product's `out`. `values` `[inputs, columns]` is what `input` was reset for.
pub fn multiply<const N: usize>(processor: Processor, input: &mut Input, values: &[f32], products: [Product<'_>; N]) {
    let (panels, has_bf16) = processor.run(Abilities);
    for product in &products {
        match way(product.weights.format, input.precision, has_bf16) {
            Way::Codes(_) => input.prepare_codes(processor, values),
            Way::Halves => input.prepare_halves(values),
            Way::Floats => input.prepare_floats(values),
        }
    }
    let unit_rows = panels * LANES;
    let units = |rows: usize| rows.div_ceil(unit_rows);
    let total: usize = products.iter().map(|product| units(product.weights.rows)).sum();
    let shared = products.map(|product| (product.weights, SharedOut::new(product.out)));
    let input = &*input;
    (0..total).into_par_iter().for_each(|unit| {
        let mut unit = unit;
        for (weights, out) in &shared {
            if unit < units(weights.rows) {
                processor.run(Unit { weights: *weights, input, first_row: unit * unit_rows, panels, out });
                return;
            }
            unit -= units(weights.rows);
        }
    });
}

/// How a product is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// In f32.
    Floats,
    /// Products of bf16, sums in f32.
    Halves,
    /// In whole numbers.
    Codes(codes::Shape),
}

fn way(format: NumberFormat, precision: Precision, has_bf16: bool) -> Way {
    match (precision, shape(format)) {
        (Precision::Exact, _) => Way::Floats,
        (_, Some(shape)) => Way::Codes(shape),
        (Precision::CodesAndBf16, None) if has_bf16 && format == NumberFormat::Bf16 => Way::Halves,
        (_, None) => Way::Floats,
    }
}

/// Panels that are unpacked together, and whether there are products of bf16.
struct Abilities;

impl Kernel for Abilities {
    type Output = (usize, bool);

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> (usize, bool) {
        (S::FLOAT_TILE.0.max(S::INTEGER_TILE.0), simd.has_bf16())
    }
}

/// Rows `first_row` to `first_row + panels * 16` (fewer at the end) times all inputs.
struct Unit<'a> {
    weights: Weights<'a>,
    input: &'a Input,
    first_row: usize,
    panels: usize,
    out: &'a SharedOut<'a>,
}

impl Kernel for Unit<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        SCRATCH.with_borrow_mut(|scratch| {
            scratch.totals.clear();
            scratch.totals.resize(self.input.rows * self.panels, [0.0; LANES]);
            let way = way(self.weights.format, self.input.precision, simd.has_bf16());
            match (way, self.input.rows) {
                (Way::Codes(_), 1..=MAX_AT_ONCE) => self.codes_at_once(simd, &mut scratch.totals),
                (Way::Codes(shape), _) => self.codes(simd, shape, scratch),
                (Way::Floats, 1..=MAX_AT_ONCE) if !self.weights.format.is_quantised() => {
                    self.floats_at_once(simd, &mut scratch.totals);
                }
                (Way::Floats, _) => self.floats(simd, scratch),
                (Way::Halves, _) => self.halves(simd, scratch),
            }
            self.write(&scratch.totals);
        });
    }
}

impl Unit<'_> {
    #[inline(always)]
    fn codes<S: Simd>(&self, simd: S, shape: codes::Shape, scratch: &mut Scratch) {
        let steps = Steps::new::<CODE_STEP>(&self.weights);
        for step in 0..steps.count {
            let panels = &mut scratch.codes[..self.panels];
            for (index, panel) in panels.iter_mut().enumerate() {
                let rows = self.rows(&steps, index, step);
                simd.vectorised(UnpackCodes { rows, panel });
            }
            self.prefetch_step(simd, &steps, step);
            let (columns, inputs) = (steps.columns(step), self.input.codes(step));
            simd.vectorised(CodeTiles { shape, panels, columns, inputs, totals: &mut scratch.totals });
        }
    }

    #[inline(always)]
    fn codes_at_once<S: Simd>(&self, simd: S, totals: &mut [Total]) {
        let steps = Steps::new::<CODE_STEP>(&self.weights);
        let stride = self.panels;
        for panel in 0..self.panels {
            let totals = &mut totals[panel..];
            for step in 0..steps.count {
                let (rows, upcoming) =
                    (self.rows(&steps, panel, step), self.upcoming(&steps, panel + PANELS_AHEAD, step));
                let (columns, inputs) = (steps.columns(step), self.input.codes(step));
                simd.vectorised(CodesAtOnce { rows, columns, inputs, totals, stride, upcoming });
            }
        }
    }

    #[inline(always)]
    fn floats_at_once<S: Simd>(&self, simd: S, totals: &mut [Total]) {
        let steps = Steps::new::<FLOAT_STEP>(&self.weights);
        let stride = self.panels;
        for panel in 0..self.panels {
            let totals = &mut totals[panel..];
            for step in 0..steps.count {
                let (rows, upcoming) =
                    (self.rows(&steps, panel, step), self.upcoming(&steps, panel + PANELS_AHEAD, step));
                simd.vectorised(FloatsAtOnce { rows, inputs: self.input.floats(step), totals, stride, upcoming });
            }
        }
    }

    #[inline(always)]
    fn floats<S: Simd>(&self, simd: S, scratch: &mut Scratch) {
        let steps = Steps::new::<FLOAT_STEP>(&self.weights);
        for step in 0..steps.count {
            let panels = &mut scratch.floats[..self.panels];
            for (index, panel) in panels.iter_mut().enumerate() {
                let rows = self.rows(&steps, index, step);
                simd.vectorised(UnpackFloats { rows, panel });
            }
            self.prefetch_step(simd, &steps, step);
            simd.vectorised(FloatTiles { panels, inputs: self.input.floats(step), totals: &mut scratch.totals });
        }
    }

    #[inline(always)]
    fn halves<S: Simd>(&self, simd: S, scratch: &mut Scratch) {
        let steps = Steps::new::<FLOAT_STEP>(&self.weights);
        for step in 0..steps.count {
            let panels = &mut scratch.halves[..self.panels];
            for (index, panel) in panels.iter_mut().enumerate() {
                let rows = self.rows(&steps, index, step);
                simd.vectorised(UnpackHalves { rows, panel });
            }
            self.prefetch_step(simd, &steps, step);
            simd.vectorised_bf16(HalfTiles { panels, inputs: self.input.halves(step), totals: &mut scratch.totals });
        }
    }

    /// Step `step` of the rows of a panel.
    #[inline(always)]
    fn rows(&self, steps: &Steps, panel: usize, step: usize) -> Stored<'_> {
        // Beyond the last row, that row again.
        let first = (self.first_row + panel * LANES).min(self.weights.rows - 1);
        let offset = steps.offset(step);
        Stored {
            format: self.weights.format,
            bytes: self.weights.bytes,
            start: first * steps.row_bytes + offset,
            row_bytes: steps.row_bytes,
            rows: LANES.min(self.weights.rows - first),
            length: steps.bytes.min(steps.row_bytes - offset),
            skipped: steps.skipped(step),
        }
    }

    /// Part `step` of the sixteen rows of panel `panel`, counted from this unit's first, of which there are as many as
    /// steps: what comes next is asked for in the order in which it lies, which memory likes best. Behind the last row
    /// whatever follows it.
    #[inline(always)]
    fn upcoming(&self, steps: &Steps, panel: usize, step: usize) -> *const u8 {
        let place = (self.first_row + panel * LANES) * steps.row_bytes + LANES * steps.offset(step);
        self.weights.bytes.as_ptr().wrapping_add(place)
    }

    /// Asks for part `step` of the next unit, while this one is computed.
    #[inline(always)]
    fn prefetch_step<S: Simd>(&self, simd: S, steps: &Steps, step: usize) {
        for panel in self.panels..2 * self.panels {
            prefetch(simd, self.upcoming(steps, panel, step), LANES * steps.bytes);
        }
    }

    #[inline(always)]
    fn write(&self, totals: &[Total]) {
        for (input, totals) in totals.chunks_exact(self.panels).enumerate() {
            for (panel, total) in totals.iter().enumerate() {
                let row = self.first_row + panel * LANES;
                if row < self.weights.rows {
                    let count = LANES.min(self.weights.rows - row);
                    // SAFETY: these rows are this unit's alone.
                    unsafe { self.out.write(input * self.weights.rows + row, &total[..count]) };
                }
            }
        }
    }
}

//! The pieces of a product that are compiled as functions of their own, for every processor.

use crate::{
    matrix::{
        codes::{self, CodePanel},
        floats::{self, FloatPanel, HalfPanel},
        input::{CodeStep, FLOAT_STEP},
        step::{Stored, prefetch},
        tile::{self, Total},
    },
    simd::{Kernel, LANES, Simd},
};

pub struct UnpackCodes<'a> {
    pub rows: Stored<'a>,
    pub panel: &'a mut CodePanel,
}

impl Kernel for UnpackCodes<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        codes::unpack(simd, &self.rows, self.panel);
    }
}

pub struct UnpackFloats<'a> {
    pub rows: Stored<'a>,
    pub panel: &'a mut FloatPanel,
}

impl Kernel for UnpackFloats<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        if self.rows.format.is_quantised() {
            floats::dequantise(&self.rows, self.panel);
        } else {
            floats::unpack(simd, &self.rows, self.panel);
        }
    }
}

pub struct CodeTiles<'a> {
    pub shape: codes::Shape,
    pub panels: &'a [CodePanel],
    pub columns: usize,
    pub inputs: &'a [CodeStep],
    pub totals: &'a mut [Total],
}

impl Kernel for CodeTiles<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        tile::codes(simd, self.shape, self.panels, self.columns, self.inputs, self.totals);
    }
}

pub struct FloatTiles<'a> {
    pub panels: &'a [FloatPanel],
    pub inputs: &'a [[f32; FLOAT_STEP]],
    pub totals: &'a mut [Total],
}

impl Kernel for FloatTiles<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        tile::floats(simd, self.panels, self.inputs, self.totals);
    }
}

/// A panel times one to four inputs.
pub struct CodesAtOnce<'a> {
    pub rows: Stored<'a>,
    pub columns: usize,
    pub inputs: &'a [CodeStep],
    /// Every `stride`th is this panel's.
    pub totals: &'a mut [Total],
    pub stride: usize,
    pub upcoming: *const u8,
}

impl Kernel for CodesAtOnce<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        match self.inputs.len() {
            1 => self.with::<S, 1>(simd),
            2 => self.with::<S, 2>(simd),
            3 => self.with::<S, 3>(simd),
            _ => self.with::<S, 4>(simd),
        }
    }
}

impl CodesAtOnce<'_> {
    #[inline(always)]
    fn with<S: Simd, const T: usize>(self, simd: S) {
        let Some(inputs) = self.inputs.first_chunk::<T>() else { return };
        let sums = [simd.splat(0.0); T];
        let inputs = inputs.each_ref();
        let mut sink = tile::CodesAtOnce { inputs, columns: self.columns, sums, upcoming: self.upcoming };
        codes::unpack(simd, &self.rows, &mut sink);
        for (sum, total) in sink.sums.into_iter().zip(self.totals.iter_mut().step_by(self.stride)) {
            simd.store(simd.add(simd.load(total), sum), total);
        }
    }
}

/// The same for weights in f32.
pub struct FloatsAtOnce<'a> {
    pub rows: Stored<'a>,
    pub inputs: &'a [[f32; FLOAT_STEP]],
    pub totals: &'a mut [Total],
    pub stride: usize,
    pub upcoming: *const u8,
}

impl Kernel for FloatsAtOnce<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        match self.inputs.len() {
            1 => self.with::<S, 1>(simd),
            2 => self.with::<S, 2>(simd),
            3 => self.with::<S, 3>(simd),
            _ => self.with::<S, 4>(simd),
        }
    }
}

impl FloatsAtOnce<'_> {
    #[inline(always)]
    fn with<S: Simd, const T: usize>(self, simd: S) {
        let Some(inputs) = self.inputs.first_chunk::<T>() else { return };
        let mut sink = tile::FloatsAtOnce { inputs: inputs.each_ref(), sums: [simd.splat(0.0); T] };
        floats::unpack(simd, &self.rows, &mut sink);
        prefetch(simd, self.upcoming, LANES * self.rows.length);
        for (sum, total) in sink.sums.into_iter().zip(self.totals.iter_mut().step_by(self.stride)) {
            simd.store(simd.add(simd.load(total), sum), total);
        }
    }
}

pub struct UnpackHalves<'a> {
    pub rows: Stored<'a>,
    pub panel: &'a mut HalfPanel,
}

impl Kernel for UnpackHalves<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        floats::unpack_halves(simd, &self.rows, self.panel);
    }
}

pub struct HalfTiles<'a> {
    pub panels: &'a [HalfPanel],
    pub inputs: &'a [[u32; FLOAT_STEP / 2]],
    pub totals: &'a mut [Total],
}

impl Kernel for HalfTiles<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        tile::halves(simd, self.panels, self.inputs, self.totals);
    }
}

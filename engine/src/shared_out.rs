//! A buffer that several threads fill, each its own numbers.

use std::marker::PhantomData;

pub struct SharedOut<'a> {
    start: *mut f32,
    length: usize,
    borrow: PhantomData<&'a mut [f32]>,
}

// SAFETY: whoever writes promises that nobody else writes the same numbers; nobody reads.
unsafe impl Send for SharedOut<'_> {}
unsafe impl Sync for SharedOut<'_> {}

impl<'a> SharedOut<'a> {
    pub fn new(out: &'a mut [f32]) -> Self {
        Self { start: out.as_mut_ptr(), length: out.len(), borrow: PhantomData }
    }

    /// # Safety
    /// No other thread writes these numbers at the same time.
    ///
    /// # Panics
    /// If they are outside the buffer.
    #[inline(always)]
    pub unsafe fn write(&self, at: usize, values: &[f32]) {
        assert!(at + values.len() <= self.length, "numbers within the buffer");
        // SAFETY: within the slice that this was made of, which is borrowed as long as this lives; the caller has these
        // numbers for itself.
        unsafe { std::ptr::copy_nonoverlapping(values.as_ptr(), self.start.add(at), values.len()) };
    }
}

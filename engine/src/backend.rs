//! What computes: the processor (`cpu`, kernels of our own) or a GPU (`gpu`, candle's tensors). Weights are the same
//! for both, kept in each one's own way.

use crate::{error::LoadError, tensor_file::StoredTensor};

pub trait Backend {
    /// `[rows, columns]`.
    type Matrix;
    /// f32.
    type Vector;

    /// `tensor` holds `rows * columns` numbers, in rows of whole blocks.
    ///
    /// # Errors
    /// [`LoadError::Start`] if there is no room for it.
    fn matrix(&self, tensor: StoredTensor, rows: usize, columns: usize) -> Result<Self::Matrix, LoadError>;

    /// # Errors
    /// As [`Self::matrix`].
    fn vector(&self, values: Vec<f32>) -> Result<Self::Vector, LoadError>;
}

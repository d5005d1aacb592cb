//! Pictures: decoded under limits, turned upright, brought to sRGB, and resized to what the model sees.

mod color;
mod decode;
mod encode;
mod jpeg;
mod patches;
pub(crate) mod resize;

pub use decode::{DecodeLimits, decode};
pub use encode::{encode_png, thumbnail};
pub(crate) use patches::{patches, squares};
pub use resize::{Pixels, preprocess, target_size};

/// Upright, in sRGB, on white where it was transparent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    /// `[height, width, 3]`, row-major.
    pub rgb: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    #[error("this picture cannot be read ({0}); try a PNG or JPEG file")]
    Unreadable(String),
    #[error("this picture has {width} x {height} pixels and {limit} are allowed; make it smaller")]
    TooManyPixels { width: u32, height: u32, limit: u64 },
    #[error("this picture cannot be written ({0})")]
    Unwritable(String),
}

//! Decoding. The kind of file is told by its content, never by its name; the size is checked by the header, before
//! anything is allocated for the pixels.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::{
    Picture, PictureError,
    color::{self, Profile},
    jpeg,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeLimits {
    /// Width times height.
    pub max_pixels: u64,
    /// What a decoder may allocate.
    pub max_bytes: u64,
}

impl Default for DecodeLimits {
    /// 100 megapixels, and memory for them in 16 bits with transparency.
    fn default() -> Self {
        Self { max_pixels: 100_000_000, max_bytes: 1 << 30 }
    }
}

const FORMATS: [ImageFormat; 6] =
    [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP, ImageFormat::Bmp, ImageFormat::Tiff];

/// Decodes PNG, JPEG, GIF (first frame), WebP (first frame), BMP or TIFF.
///
/// # Errors
/// [`PictureError::Unreadable`] for anything else and for damaged or cut-off files, [`PictureError::TooManyPixels`]
/// by the header alone.
pub fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Picture, PictureError> {
    let format = image::guess_format(bytes).ok().filter(|format| FORMATS.contains(format));
    let Some(format) = format else {
        return Err(PictureError::Unreadable("it is not a PNG, JPEG, GIF, WebP, BMP or TIFF file".into()));
    };
    let mut decoder = ImageReader::with_format(Cursor::new(bytes), format).into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(PictureError::Unreadable("it has no pixels".into()));
    }
    if u64::from(width) * u64::from(height) > limits.max_pixels {
        return Err(PictureError::TooManyPixels { width, height, limit: limits.max_pixels });
    }
    let mut decoder_limits = Limits::no_limits();
    decoder_limits.max_alloc = Some(limits.max_bytes);
    decoder.set_limits(decoder_limits).map_err(unreadable)?;
    // A damaged orientation or profile is no reason to refuse the picture: it is then taken as it lies, as sRGB.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten().and_then(|icc| Profile::parse(&icc));
    let cmyk = if format == ImageFormat::Jpeg { jpeg::check(bytes)? } else { None };
    let mut image = match cmyk {
        Some(ink) => jpeg::decode_cmyk(bytes, ink)?,
        None => DynamicImage::from_decoder(decoder).map_err(unreadable)?,
    };
    image.apply_orientation(orientation);
    Ok(color::to_srgb_on_white(image, profile.as_ref()))
}

fn unreadable(error: image::ImageError) -> PictureError {
    PictureError::Unreadable(error.to_string())
}

//! Writing: our own copy of a picture and its thumbnail.

use image::{
    ExtendedColorType, ImageEncoder, RgbImage,
    codecs::png::{CompressionType, FilterType, PngEncoder},
    imageops,
};

use super::{Picture, PictureError};

/// PNG with fast compression, no metadata.
///
/// # Errors
/// [`PictureError::Unwritable`] if `rgb` does not have `width * height * 3` bytes.
pub fn encode_png(picture: &Picture) -> Result<Vec<u8>, PictureError> {
    let expected = u64::from(picture.width) * u64::from(picture.height) * 3;
    if picture.rgb.len() as u64 != expected {
        return Err(PictureError::Unwritable("its size and its pixels do not match".into()));
    }
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Adaptive)
        .write_image(&picture.rgb, picture.width, picture.height, ExtendedColorType::Rgb8)
        .map_err(|error| PictureError::Unwritable(error.to_string()))?;
    Ok(png)
}

/// A smaller copy whose longer side is at most `longest_edge`; never enlarges.
pub fn thumbnail(picture: &Picture, longest_edge: u32) -> Picture {
    let longest = picture.width.max(picture.height);
    let longest_edge = longest_edge.max(1);
    let image = RgbImage::from_raw(picture.width, picture.height, picture.rgb.clone());
    let Some(mut image) = image.filter(|_| longest > longest_edge) else {
        return picture.clone();
    };
    let scaled =
        |side: u32, edge: u32| ((f64::from(side) * f64::from(edge) / f64::from(longest)).round() as u32).clamp(1, edge);
    // A wide filter over a huge picture takes seconds: averages first, down to four times the size.
    let middle = longest_edge.saturating_mul(4);
    if longest > middle {
        image = imageops::thumbnail(&image, scaled(picture.width, middle), scaled(picture.height, middle));
    }
    let (width, height) = (scaled(picture.width, longest_edge), scaled(picture.height, longest_edge));
    let image = imageops::resize(&image, width, height, imageops::FilterType::Lanczos3);
    Picture { width, height, rgb: image.into_raw() }
}

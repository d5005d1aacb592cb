//! What the JPEG decoder leaves to us: cut-off files, which it fills with grey in silence, and four-colour files,
//! which it always takes for inverted.

use image::{DynamicImage, RgbImage};
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

use super::PictureError;

/// How the inks of a four-colour file are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// 255 is full ink.
    Plain,
    /// 0 is full ink: Adobe's way, told by its marker.
    Inverted,
}

/// Refuses a file that ends before its end marker. `Some`: it has four colours.
pub fn check(bytes: &[u8]) -> Result<Option<Ink>, PictureError> {
    let cut_off = || PictureError::Unreadable("the file is cut off".into());
    let mut adobe = false;
    let mut components = 0;
    let mut at = 2;
    loop {
        // Between segments, 0xFF may be repeated; within the scan, 0xFF00 is a byte and 0xFFD0 to D7 are restarts.
        let Some(&[lead, marker]) = bytes.get(at..).and_then(|rest| rest.first_chunk::<2>()) else {
            return Err(cut_off());
        };
        match (lead, marker) {
            (0xff, 0xd9) => break,
            (0xff, 0x01 | 0xd0..=0xd8) => at += 2,
            (0xff, 0x02..=0xfe) => {
                let segment = bytes.get(at + 2..).ok_or_else(cut_off)?;
                let Some(length) = segment.first_chunk::<2>() else { return Err(cut_off()) };
                let length = usize::from(u16::from_be_bytes(*length));
                let body = segment.get(2..length.max(2)).ok_or_else(cut_off)?;
                match marker {
                    0xee => adobe |= body.starts_with(b"Adobe"),
                    0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                        components = body.get(5).copied().unwrap_or(0);
                    }
                    _ => {}
                }
                at += 2 + length.max(2);
            }
            _ => at += 1,
        }
    }
    Ok((components == 4).then_some(if adobe { Ink::Inverted } else { Ink::Plain }))
}

/// Decodes a four-colour file (CMYK or YCCK) to RGB without a profile, as browsers do.
pub fn decode_cmyk(bytes: &[u8], ink: Ink) -> Result<DynamicImage, PictureError> {
    let unreadable = |reason: String| PictureError::Unreadable(reason);
    let options = DecoderOptions::default().set_max_width(usize::MAX).set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| unreadable(error.to_string()))?;
    let stored = decoder.input_colorspace().ok_or_else(|| unreadable("it has no colours".into()))?;
    // The stored space is asked for, so that nothing is converted.
    decoder.set_options(options.jpeg_set_out_colorspace(stored));
    let pixels = decoder.decode().map_err(|error| unreadable(error.to_string()))?;
    let (width, height) = decoder.dimensions().ok_or_else(|| unreadable("it has no size".into()))?;
    let mut rgb = Vec::with_capacity(width * height * 3);
    for &[c, m, y, k] in pixels.as_chunks::<4>().0 {
        let [c, m, y] = if stored == ColorSpace::YCCK { ycc_to_cmy(c, m, y) } else { [c, m, y] };
        // How much light each ink lets through, 0 to 255.
        let light = |value: u8| if ink == Ink::Inverted { value } else { 255 - value };
        rgb.extend([c, m, y].map(|colour| divide_255(u32::from(light(colour)) * u32::from(light(k)))));
    }
    RgbImage::from_raw(width as u32, height as u32, rgb)
        .map(DynamicImage::ImageRgb8)
        .ok_or_else(|| unreadable("it has fewer pixels than it says".into()))
}

/// The complement of JFIF's YCbCr to RGB, as libjpeg's `ycck_cmyk_convert` has it.
fn ycc_to_cmy(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
    let rgb = [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb];
    rgb.map(|value| 255 - value.round().clamp(0.0, 255.0) as u8)
}

/// Rounded division.
pub fn divide_255(value: u32) -> u8 {
    ((value + 127) / 255) as u8
}

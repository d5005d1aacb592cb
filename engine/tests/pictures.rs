//! Pictures of every kind that people have, and of kinds they should not have.
//! The files in `pictures/` were made with Pillow; what is expected of them is what Pillow and LittleCMS make of them.
#![allow(clippy::unwrap_used)]

use std::{io::Cursor, path::Path};

use engine::picture::{self, DecodeLimits, Picture, PictureError};
use image::{DynamicImage, GrayAlphaImage, GrayImage, ImageBuffer, ImageFormat, Luma, Rgb, RgbImage, Rgba};

fn file(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures").join(name)).unwrap()
}

fn decode(bytes: &[u8]) -> Result<Picture, PictureError> {
    picture::decode(bytes, &DecodeLimits::default())
}

fn encode(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(vec![]);
    image.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn pixel(picture: &Picture, x: u32, y: u32) -> [u8; 3] {
    let at = ((y * picture.width + x) * 3) as usize;
    picture.rgb[at..at + 3].try_into().unwrap()
}

fn assert_near(picture: &Picture, (x, y): (u32, u32), expected: [u8; 3], tolerance: u8) {
    let found = pixel(picture, x, y);
    let near = found.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= tolerance);
    assert!(near, "at {x}, {y}: {found:?} instead of {expected:?}");
}

/// Left half red, right half blue, a white corner.
fn sample() -> RgbImage {
    RgbImage::from_fn(24, 16, |x, y| match (x, y) {
        (0..4, 0..4) => Rgb([255, 255, 255]),
        (0..12, _) => Rgb([200, 40, 30]),
        _ => Rgb([30, 60, 200]),
    })
}

fn assert_is_sample(picture: &Picture, tolerance: u8) {
    assert_eq!((picture.width, picture.height, picture.rgb.len()), (24, 16, 24 * 16 * 3));
    assert_near(picture, (1, 1), [255, 255, 255], tolerance);
    assert_near(picture, (6, 10), [200, 40, 30], tolerance);
    assert_near(picture, (18, 2), [30, 60, 200], tolerance);
    assert_near(picture, (22, 14), [30, 60, 200], tolerance);
}

#[test]
fn the_six_formats() {
    for format in [ImageFormat::Png, ImageFormat::Bmp, ImageFormat::Tiff, ImageFormat::WebP] {
        assert_is_sample(&decode(&encode(sample(), format)).unwrap(), 0);
    }
    assert_is_sample(&decode(&encode(sample(), ImageFormat::Gif)).unwrap(), 8);
    assert_is_sample(&decode(&encode(sample(), ImageFormat::Jpeg)).unwrap(), 40);
    assert_is_sample(&decode(&file("progressive.jpg")).unwrap(), 12);
}

#[test]
fn every_orientation_comes_upright() {
    for orientation in 1..=8 {
        assert_is_sample(&decode(&file(&format!("exif-{orientation}.jpg"))).unwrap(), 12);
    }
}

#[test]
fn four_colours() {
    for name in ["cmyk-adobe.jpg", "cmyk-plain.jpg", "ycck-adobe.jpg", "cmyk.tiff"] {
        let picture = decode(&file(name)).unwrap();
        assert_near(&picture, (5, 8), [255, 0, 0], 4);
        assert_near(&picture, (18, 8), [0, 0, 195], 4);
    }
}

#[test]
fn wide_gamut_becomes_srgb() {
    let picture = decode(&file("display-p3.png")).unwrap();
    assert_near(&picture, (1, 1), [215, 93, 31], 2);
    assert_near(&picture, (6, 1), [0, 183, 0], 2);
}

#[test]
fn the_first_frame_of_an_animation() {
    for name in ["animated.gif", "animated.webp"] {
        let picture = decode(&file(name)).unwrap();
        assert_eq!((picture.width, picture.height), (10, 6));
        assert_eq!(pixel(&picture, 9, 5), [255, 0, 0], "{name}");
    }
}

#[test]
fn palettes_greys_and_sixteen_bits() {
    let palette = decode(&file("palette.png")).unwrap();
    assert_eq!(pixel(&palette, 0, 0), [0, 0, 255]);
    assert_eq!(pixel(&palette, 1, 0), [255, 255, 255], "a transparent colour shows white");
    assert_eq!(pixel(&palette, 2, 0), [255, 0, 0]);

    let grey = decode(&encode(GrayImage::from_pixel(3, 2, Luma([77])), ImageFormat::Png)).unwrap();
    assert_eq!(pixel(&grey, 2, 1), [77; 3]);
    let grey_alpha = GrayAlphaImage::from_pixel(3, 2, image::LumaA([0, 55]));
    let grey_alpha = decode(&encode(grey_alpha, ImageFormat::Png)).unwrap();
    assert_eq!(pixel(&grey_alpha, 0, 0), [200; 3]);

    let deep: ImageBuffer<Rgb<u16>, Vec<u16>> = ImageBuffer::from_pixel(3, 2, Rgb([65535, 257 * 100, 0]));
    assert_eq!(pixel(&decode(&encode(deep, ImageFormat::Png)).unwrap(), 1, 1), [255, 100, 0]);
    let deep_grey: ImageBuffer<Luma<u16>, Vec<u16>> = ImageBuffer::from_pixel(3, 2, Luma([257 * 9]));
    assert_eq!(pixel(&decode(&encode(deep_grey, ImageFormat::Png)).unwrap(), 1, 1), [9; 3]);
}

#[test]
fn transparency_lies_on_white() {
    let image = image::RgbaImage::from_fn(4, 1, |x, _| Rgba([10, 20, 30, [0, 85, 170, 255][x as usize]]));
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Tiff] {
        let picture = decode(&encode(image.clone(), format)).unwrap();
        assert_eq!(pixel(&picture, 0, 0), [255, 255, 255]);
        assert_eq!(pixel(&picture, 1, 0), [173, 177, 180]);
        assert_eq!(pixel(&picture, 2, 0), [92, 98, 105]);
        assert_eq!(pixel(&picture, 3, 0), [10, 20, 30]);
    }
}

#[test]
fn extreme_sides() {
    for (width, height) in [(1, 1), (1, 20_000), (20_000, 1)] {
        let image = RgbImage::from_pixel(width, height, Rgb([1, 2, 3]));
        let picture = decode(&encode(image, ImageFormat::Png)).unwrap();
        assert_eq!((picture.width, picture.height), (width, height));
        let size = picture::target_size(width, height, 16, 1024);
        let pixels = picture::preprocess(&picture, size);
        assert_eq!(pixels.values.len(), 3 * pixels.width * pixels.height);
        assert!(pixels.values.iter().all(|value| value.is_finite()));
        let small = picture::thumbnail(&picture, 512);
        assert!(small.width.max(small.height) <= 512 && small.width.min(small.height) >= 1);
        assert_eq!(small.rgb.len(), (small.width * small.height * 3) as usize);
    }
}

#[test]
fn what_is_no_picture() {
    for bytes in [&b""[..], b"hello, I am a text in a file named .png", b"%PDF-1.7", b"<svg/>", &[0; 4096]] {
        assert!(matches!(decode(bytes), Err(PictureError::Unreadable(_))));
    }
}

#[test]
fn cut_off_files_are_refused() {
    let noise = RgbImage::from_fn(64, 64, |x, y| Rgb([(x * 71 + y * 31) as u8, (x * y) as u8, (x ^ y) as u8]));
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Bmp, ImageFormat::Tiff] {
        let whole = encode(noise.clone(), format);
        decode(&whole).unwrap();
        for kept in [whole.len() / 10, whole.len() / 2, whole.len() * 9 / 10] {
            let refused = decode(&whole[..kept]);
            assert!(matches!(refused, Err(PictureError::Unreadable(_))), "{format:?} with {kept} bytes: {refused:?}");
        }
    }
    let jpeg = encode(noise, ImageFormat::Jpeg);
    assert!(decode(&jpeg[..jpeg.len() - 2]).is_err(), "without its end marker");
    let gif = file("animated.gif");
    assert!(decode(&gif[..40]).is_err());
    // What follows the end is nobody's business: phones append whole films.
    let mut longer = jpeg;
    longer.extend([0xff, 0, 1, 2, 3]);
    decode(&longer).unwrap();
}

/// A PNG that says how large it is and holds nothing.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut png = encode(GrayImage::new(1, 1), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = png[12..29].iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    });
    png[29..33].copy_from_slice(&(!crc).to_be_bytes());
    png
}

#[test]
fn the_header_decides_before_anything_is_allocated() {
    let error = decode(&png_header(50_000, 50_000)).unwrap_err();
    assert_eq!(error, PictureError::TooManyPixels { width: 50_000, height: 50_000, limit: 100_000_000 });
    assert!(decode(&png_header(2_000_000_000, 2_000_000_000)).is_err());
    assert!(matches!(decode(&png_header(9_000, 9_000)), Err(PictureError::Unreadable(_))));

    let mut jpeg = encode(sample(), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xc3, 0x50, 0xc3, 0x50]);
    assert!(matches!(decode(&jpeg), Err(PictureError::TooManyPixels { width: 50_000, .. })));

    let mut bmp = encode(sample(), ImageFormat::Bmp);
    bmp[18..22].copy_from_slice(&50_000_u32.to_le_bytes());
    bmp[22..26].copy_from_slice(&50_000_u32.to_le_bytes());
    assert!(matches!(decode(&bmp), Err(PictureError::TooManyPixels { .. } | PictureError::Unreadable(_))));

    let limits = DecodeLimits { max_pixels: 383, ..DecodeLimits::default() };
    let small = encode(sample(), ImageFormat::Png);
    assert!(matches!(picture::decode(&small, &limits), Err(PictureError::TooManyPixels { limit: 383, .. })));
}

#[test]
fn damage_anywhere_never_panics() {
    for name in ["exif-6.jpg", "cmyk-adobe.jpg", "ycck-adobe.jpg", "display-p3.png", "animated.gif", "palette.png"] {
        let whole = file(name);
        for at in 0..whole.len() {
            for value in [0, 0x7f, 0xff] {
                let mut damaged = whole.clone();
                damaged[at] = value;
                if let Ok(picture) = decode(&damaged) {
                    assert_eq!(picture.rgb.len() as u64, u64::from(picture.width) * u64::from(picture.height) * 3);
                }
            }
        }
    }
}

#[test]
fn our_own_copy_is_exact() {
    let picture = decode(&encode(sample(), ImageFormat::Png)).unwrap();
    let copy = decode(&picture::encode_png(&picture).unwrap()).unwrap();
    assert_eq!(copy, picture);
    assert_eq!(picture::thumbnail(&picture, 24), picture, "nothing is enlarged");
    let small = picture::thumbnail(&picture, 6);
    assert_eq!((small.width, small.height), (6, 4));
    let wrong = Picture { width: 2, height: 2, rgb: vec![0; 3] };
    assert!(matches!(picture::encode_png(&wrong), Err(PictureError::Unwritable(_))));
}

#[test]
fn thumbnails_of_large_pictures_are_averages() {
    let stripes = RgbImage::from_fn(3000, 1500, |x, _| if x % 2 == 0 { Rgb([0; 3]) } else { Rgb([255; 3]) });
    let picture = Picture { width: 3000, height: 1500, rgb: stripes.into_raw() };
    let small = picture::thumbnail(&picture, 100);
    assert_eq!((small.width, small.height), (100, 50));
    assert!(small.rgb.iter().all(|value| value.abs_diff(127) < 8), "no stripes are left");
}

//! Colours: an embedded ICC profile to sRGB, transparency onto white.

use image::DynamicImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use super::{Picture, jpeg::divide_255};

pub struct Profile(ColorProfile);

impl Profile {
    /// `None` for a profile that cannot be used.
    pub fn parse(icc: &[u8]) -> Option<Self> {
        let profile = ColorProfile::new_from_slice(icc).ok()?;
        matches!(profile.color_space, DataColorSpace::Rgb | DataColorSpace::Gray).then_some(Self(profile))
    }

    /// `rgb` `[pixels, 3]` in place. A profile that cannot be applied changes nothing.
    fn apply(&self, rgb: &mut [u8]) {
        let srgb = ColorProfile::new_srgb();
        let is_grey = self.0.color_space == DataColorSpace::Gray;
        let layout = if is_grey { Layout::Gray } else { Layout::Rgb };
        let transform = self.0.create_transform_8bit(layout, &srgb, Layout::Rgb, TransformOptions::default());
        let Ok(transform) = transform else { return };
        // In pieces: a copy of the whole picture would double its memory.
        for piece in rgb.chunks_mut(3 << 16) {
            let source: Vec<u8> = if is_grey { piece.iter().step_by(3).copied().collect() } else { piece.to_vec() };
            if transform.transform(&source, piece).is_err() {
                piece.copy_from_slice(&source);
            }
        }
    }
}

/// 8 bits a channel, in sRGB, on white.
pub fn to_srgb_on_white(image: DynamicImage, profile: Option<&Profile>) -> Picture {
    let (width, height) = (image.width(), image.height());
    // A grey profile speaks of grey pictures only.
    let profile = profile.filter(|profile| profile.0.color_space != DataColorSpace::Gray || !image.color().has_color());
    if !image.color().has_alpha() {
        let mut rgb = image.into_rgb8().into_raw();
        if let Some(profile) = profile {
            profile.apply(&mut rgb);
        }
        return Picture { width, height, rgb };
    }
    let rgba = image.into_rgba8().into_raw();
    let mut rgb: Vec<u8> = rgba.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    if let Some(profile) = profile {
        profile.apply(&mut rgb);
    }
    for (pixel, rgba) in rgb.chunks_exact_mut(3).zip(rgba.chunks_exact(4)) {
        let alpha = u32::from(rgba[3]);
        for value in pixel {
            *value = divide_255(u32::from(*value) * alpha + 255 * (255 - alpha));
        }
    }
    Picture { width, height, rgb }
}

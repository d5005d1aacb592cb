//! From a picture to the encoder's input, as mistral-common computes it: OpenCV's INTER_CUBIC in float (a = -0.75, no
//! antialiasing, no clamping), then normalised.

use super::Picture;

/// OpenAI CLIP's, as Pixtral's preprocessor names them.
/// Of red, green and blue, for values from 0 to 1.
pub(crate) const MEAN: [f32; 3] = [0.481_454_66, 0.457_827_5, 0.408_210_73];
pub(crate) const STANDARD_DEVIATION: [f32; 3] = [0.268_629_54, 0.261_302_6, 0.275_777_1];
/// The cubic's free parameter.
const A: f32 = -0.75;

/// Normalised pixels `[3, height, width]` f32, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Pixels {
    pub width: usize,
    pub height: usize,
    pub values: Vec<f32>,
}

/// Size in pixels (width, height) that the model sees: at most `longest_edge`, then up to whole patches.
pub fn target_size(width: u32, height: u32, patch: u32, longest_edge: u32) -> (u32, u32) {
    let (mut w, mut h) = (width.max(1), height.max(1));
    let ratio = f64::from(w.max(h)) / f64::from(longest_edge);
    if ratio > 1.0 {
        w = ((f64::from(w) / ratio).round_ties_even() as u32).max(1);
        h = ((f64::from(h) / ratio).round_ties_even() as u32).max(1);
    }
    (w.div_ceil(patch) * patch, h.div_ceil(patch) * patch)
}

/// Resizes straight to (`width`, `height`) and normalises.
pub fn preprocess(picture: &Picture, (width, height): (u32, u32)) -> Pixels {
    let (width, height) = (width as usize, height as usize);
    let columns: Vec<Taps> = (0..width).map(|x| Taps::new(x, picture.width as usize, width)).collect();
    let mut rows = RowCache::new(picture, &columns);
    let mut values = vec![0.0; 3 * width * height];
    for y in 0..height {
        let taps = Taps::new(y, picture.height as usize, height);
        let sources = taps.sources.map(|source| rows.load(source));
        for x in 0..width {
            for channel in 0..3 {
                let at = x * 3 + channel;
                let value: f32 =
                    sources.iter().zip(taps.weights).map(|(&slot, weight)| rows.row(slot)[at] * weight).sum();
                let value = (value / 255.0 - MEAN[channel]) / STANDARD_DEVIATION[channel];
                values[(channel * height + y) * width + x] = value;
            }
        }
    }
    Pixels { width, height, values }
}

/// The four source positions of one target position, and how much each weighs.
struct Taps {
    sources: [usize; 4],
    weights: [f32; 4],
}

impl Taps {
    fn new(target: usize, source_length: usize, target_length: usize) -> Self {
        let scale = source_length as f64 / target_length as f64;
        let center = ((target as f64 + 0.5) * scale - 0.5) as f32;
        let first = center.floor();
        let x = center - first;
        let far = |x: f32| ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A;
        let near = |x: f32| ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0;
        let (w0, w1, w2) = (far(x + 1.0), near(x), near(1.0 - x));
        // Beyond the edge, the edge is repeated.
        let last = source_length as i64 - 1;
        let sources = [-1, 0, 1, 2].map(|offset| (first as i64 + offset).clamp(0, last) as usize);
        Self { sources, weights: [w0, w1, w2, 1.0 - w0 - w1 - w2] }
    }
}

/// Source rows already resized in width; the four that a target row needs at most.
struct RowCache<'a> {
    picture: &'a Picture,
    columns: &'a [Taps],
    slots: [(usize, Vec<f32>); 4],
}

impl<'a> RowCache<'a> {
    fn new(picture: &'a Picture, columns: &'a [Taps]) -> Self {
        Self { picture, columns, slots: std::array::from_fn(|_| (usize::MAX, Vec::new())) }
    }

    /// The slot that holds source row `y`. Four neighbours never share one, as `y % 4` differs.
    fn load(&mut self, y: usize) -> usize {
        let slot = y % 4;
        if self.slots[slot].0 != y {
            let width = self.picture.width as usize;
            let source = &self.picture.rgb[y * width * 3..(y + 1) * width * 3];
            let row = &mut self.slots[slot].1;
            row.clear();
            for taps in self.columns {
                for channel in 0..3 {
                    let parts = taps.sources.iter().zip(taps.weights);
                    row.push(parts.map(|(&x, weight)| f32::from(source[x * 3 + channel]) * weight).sum());
                }
            }
            self.slots[slot].0 = y;
        }
        slot
    }

    fn row(&self, slot: usize) -> &[f32] {
        &self.slots[slot].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_the_reference_ones() {
        // Tokens of a picture are (columns + 1) * rows; figures of mistral-common.
        let tokens = |width, height| {
            let (w, h) = target_size(width, height, 16, 1024);
            (w / 16 + 1) * (h / 16)
        };
        assert_eq!(tokens(1024, 1024), 4160);
        assert_eq!(tokens(1920, 1080), 2340);
        assert_eq!(tokens(512, 512), 1056);
        assert_eq!(tokens(256, 256), 272);
        assert_eq!(target_size(1, 1, 16, 1024), (16, 16));
        assert_eq!(target_size(1, 20_000, 16, 1024), (16, 1024));
        assert_eq!(target_size(20_000, 1, 16, 1024), (1024, 16));
    }

    #[test]
    fn a_picture_of_the_right_size_is_only_normalised() {
        let rgb: Vec<u8> = (0..16 * 16 * 3).map(|i| (i % 256) as u8).collect();
        let picture = Picture { width: 16, height: 16, rgb: rgb.clone() };
        let pixels = preprocess(&picture, (16, 16));
        for channel in 0..3 {
            let value = f32::from(rgb[(5 * 16 + 7) * 3 + channel]);
            let expected = (value / 255.0 - MEAN[channel]) / STANDARD_DEVIATION[channel];
            assert!((pixels.values[(channel * 16 + 5) * 16 + 7] - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn one_pixel_fills_its_patch() {
        let pixels = preprocess(&Picture { width: 1, height: 1, rgb: vec![255; 3] }, (16, 16));
        let white = (1.0 - MEAN[2]) / STANDARD_DEVIATION[2];
        assert!(pixels.values[2 * 256..].iter().all(|value| (value - white).abs() < 1e-5));
    }
}

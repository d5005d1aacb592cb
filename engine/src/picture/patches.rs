//! Pixels in the order in which the vision encoder reads them.

use super::Pixels;

/// Cuts `[3, height, width]` (sides multiples of `side`) into patches `[rows * columns, 3 * side * side]`, row by row.
pub fn patches(pixels: &Pixels, side: usize) -> Vec<f32> {
    let (rows, columns) = (pixels.height / side, pixels.width / side);
    let mut patches = Vec::with_capacity(pixels.values.len());
    for row in 0..rows {
        for column in 0..columns {
            for channel in 0..3 {
                for y in 0..side {
                    let start = (channel * pixels.height + row * side + y) * pixels.width + column * side;
                    patches.extend_from_slice(&pixels.values[start..start + side]);
                }
            }
        }
    }
    patches
}

/// `[rows * columns, width]` -> `[rows / side * columns / side, width * side * side]`. The numbers of a square stand
/// together by feature: number c * side * side + y * side + x is feature c of the patch at row y, column x of its square
/// (transformers, `Mistral3PatchMerger`, which unfolds).
pub fn squares(patches: &[f32], (rows, columns): (usize, usize), side: usize) -> Vec<f32> {
    let width = patches.len() / (rows * columns);
    let mut squares = Vec::with_capacity(patches.len());
    for row in (0..rows / side * side).step_by(side) {
        for column in (0..columns / side * side).step_by(side) {
            for feature in 0..width {
                for y in 0..side {
                    let first = ((row + y) * columns + column) * width + feature;
                    squares.extend(patches[first..].iter().step_by(width).take(side));
                }
            }
        }
    }
    squares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_is_read_feature_by_feature() {
        // Patch p has features 10 p and 10 p + 1.
        let patches: Vec<f32> = (0..8).flat_map(|patch| [patch as f32 * 10.0, patch as f32 * 10.0 + 1.0]).collect();
        assert_eq!(
            squares(&patches, (2, 4), 2),
            [[0.0, 10.0, 40.0, 50.0, 1.0, 11.0, 41.0, 51.0], [20.0, 30.0, 60.0, 70.0, 21.0, 31.0, 61.0, 71.0]].concat()
        );
    }

    #[test]
    fn patches_are_read_row_by_row() {
        let pixels = Pixels { values: (0..24).map(|value| value as f32).collect(), height: 2, width: 4 };
        let patches = patches(&pixels, 2);
        assert_eq!(patches[..4], [0.0, 1.0, 4.0, 5.0]);
        assert_eq!(patches[4..6], [8.0, 9.0]);
        assert_eq!(patches[12..14], [2.0, 3.0]);
    }
}

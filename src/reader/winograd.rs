//! A 3x3 convolution by Winograd's minimal filtering, F(2x2, 3x3) of Lavin and Gray 2016, for both networks: tiles of
//! 4x4 values are transformed, multiplied place by place with transformed kernels, and transformed back to 2x2 values.
//!
//! 16 products do the work of 36. The transforms add and subtract only, so that scores stay within 1e-5 of the direct way;
//! larger tiles would save more, but their transforms multiply by up to 8 and lose digits.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use crate::product_tile::{LANES, LeftStrides, RightStrides, Start, Walk, with_vectors};
use crate::reader::architecture::Layer;
use crate::reader::engine::{Frame, Scratch};
use crate::reader::line::architecture::Pooling;
use crate::reader::weights::LayerWeights;

/// Places of a transformed tile.
const PLACES: usize = 16;

/// Tiles that are transformed at once, in whole rows of tiles: two tiles of sums in the registers of AVX-512, and little
/// enough to stay in a core's nearest caches on the way from step to step.
const BAND_TILES: usize = 26;

/// Transformed kernels, for images of any size.
#[derive(Clone, Debug)]
pub(super) struct Winograd {
    /// Channels of the input as stored; a multiple of [`LANES`].
    channels: usize,
    /// Channels of the output as stored; a multiple of [`LANES`].
    out: usize,
    /// (place, channel in, channel out).
    kernels: Vec<f32>,
    biases: Vec<f32>,
    /// Whether negative values become 0.
    rectified: bool,
}

/// One image on its way through a layer; distances are in values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tiling {
    /// Rows and columns after the convolution, before any pooling. The input has at least two more of each, and one more row or
    /// column of zeros where they are odd.
    pub convolved: (usize, usize),
    /// What is pooled behind that.
    pub pooling: Pooling,
    /// From line to line of the input.
    pub input_line: usize,
    /// From line to line of the target.
    pub target_line: usize,
}

impl Tiling {
    /// Tiles in a column and in a row.
    fn tiles(&self) -> (usize, usize) {
        (self.convolved.0.div_ceil(2), self.convolved.1.div_ceil(2))
    }
}

impl Winograd {
    /// Transforms 3x3 kernels (row, column, channel in, channel out) for an input of which `stored` channels are in memory; `None` if
    /// these are fewer than vectors hold.
    pub fn new((channels, stored): (usize, usize), kernels: &[f32], biases: &[f32], rectified: bool) -> Option<Self> {
        if !stored.is_multiple_of(LANES) {
            return None;
        }
        let out = biases.len().next_multiple_of(LANES);
        let mut transformed = vec![0.0; PLACES * stored * out];
        for (channel, target) in (0..channels).flat_map(|c| (0..biases.len()).map(move |target| (c, target))) {
            let weight = |place: usize| kernels[(place * channels + channel) * biases.len() + target];
            for (place, value) in transformed_kernel(&std::array::from_fn(weight)).into_iter().enumerate() {
                transformed[(place * stored + channel) * out + target] = value;
            }
        }
        let mut biases = biases.to_vec();
        biases.resize(out, 0.0);
        Some(Self { channels: stored, out, kernels: transformed, biases, rectified })
    }

    /// Reads `input`, which has its frame of zeros; writes an image that begins at `target`.
    pub fn run(&self, tiling: &Tiling, input: &[f32], scratch: &mut Scratch, target: &mut [f32]) {
        let (tile_rows, tile_columns) = tiling.tiles();
        let bands = tile_rows.div_ceil((BAND_TILES / tile_columns.max(1)).max(1));
        for band in 0..bands {
            let rows = band * tile_rows / bands..(band + 1) * tile_rows / bands;
            let tiles = rows.len() * tile_columns;
            let Scratch { first: transformed, second: products } = scratch;
            transformed.resize(PLACES * tiles * self.channels, 0.0);
            products.resize(PLACES * tiles * self.out, 0.0);
            with_vectors(TransformInput { kernels: self, tiling, rows: rows.clone(), input, transformed });
            self.products(tiles).sum(transformed, &self.kernels, Start::Zero, products);
            with_vectors(TransformBack { kernels: self, tiling, rows, products, target });
        }
    }

    /// The walk from transformed tiles to their products with transformed kernels.
    fn products(&self, tiles: usize) -> Walk {
        Walk {
            lines: PLACES,
            rows: tiles,
            columns: self.out,
            segments: 1,
            steps: self.channels,
            left: LeftStrides { line: tiles * self.channels, row: self.channels, segment: 0, step: 1 },
            right: RightStrides { line: self.channels * self.out, segment: 0, step: self.out },
            target: (tiles * self.out, self.out),
            rectified: false,
        }
    }
}

/// A layer of the [engine](super::engine), for square images of one size.
#[derive(Clone, Debug)]
pub(super) struct WinogradLayer {
    layer: Layer,
    frame: Frame,
    /// Width and height after the convolution.
    convolved: usize,
    kernels: Winograd,
}

impl WinogradLayer {
    /// Transforms the kernels of a layer whose input has this width and these channels, of which `stored` are in memory;
    /// `None` for other kernels than 3x3, and for an input of fewer channels than vectors hold.
    pub fn new(layer: Layer, (size, channels): (usize, usize), stored: usize, numbers: &LayerWeights) -> Option<Self> {
        if layer.kernel != 3 {
            return None;
        }
        let kernels = Winograd::new((channels, stored), &numbers.kernels, &numbers.biases, layer.rectified)?;
        let convolved = size + 2 * layer.padding - 2;
        let frame = Frame { padding: layer.padding, side: 2 * convolved.div_ceil(2) + 2 };
        Some(Self { layer, frame, convolved, kernels })
    }

    /// The frame in which it wants its input: whole tiles.
    pub fn frame(&self) -> Frame {
        self.frame
    }

    /// Channels of its output as stored.
    pub fn out(&self) -> usize {
        self.kernels.out
    }

    /// Width and height of its output.
    pub fn size_after(&self) -> usize {
        if self.layer.pooled { self.convolved / 2 } else { self.convolved }
    }

    /// Reads the framed `input`; writes an image that begins at `target` and lies in the frame `next`.
    pub fn run(&self, input: &[f32], scratch: &mut Scratch, next: Frame, target: &mut [f32]) {
        let tiling = Tiling {
            convolved: (self.convolved, self.convolved),
            pooling: if self.layer.pooled { Pooling::Blocks } else { Pooling::None },
            input_line: self.frame.side * self.kernels.channels,
            target_line: next.side * self.kernels.out,
        };
        self.kernels.run(&tiling, input, scratch, target);
    }
}

/// `G g G^T` of Lavin and Gray, with the rows of `G`: (1, 0, 0), (1, 1, 1) / 2, (1, -1, 1) / 2, (0, 0, 1).
fn transformed_kernel(kernel: &[f32; 9]) -> [f32; PLACES] {
    let spread = |a: f32, b: f32, c: f32| [a, (a + b + c) / 2.0, (a - b + c) / 2.0, c];
    let columns: [[f32; 4]; 3] = std::array::from_fn(|x| spread(kernel[x], kernel[3 + x], kernel[6 + x]));
    let mut transformed = [0.0; PLACES];
    for (y, row) in transformed.chunks_exact_mut(4).enumerate() {
        row.copy_from_slice(&spread(columns[0][y], columns[1][y], columns[2][y]));
    }
    transformed
}

/// One column or row of `B^T d`.
#[inline(always)]
fn spread<S: Simd>(simd: S, [a, b, c, d]: [S::f32s; 4]) -> [S::f32s; 4] {
    [simd.sub_f32s(a, c), simd.add_f32s(b, c), simd.sub_f32s(c, b), simd.sub_f32s(b, d)]
}

/// One column or row of `A^T m`.
#[inline(always)]
fn gather<S: Simd>(simd: S, [a, b, c, d]: [S::f32s; 4]) -> [S::f32s; 2] {
    [simd.add_f32s(simd.add_f32s(a, b), c), simd.sub_f32s(simd.sub_f32s(b, c), d)]
}

/// `B^T d B`: input tiles to transformed tiles, (place, tile, channel).
struct TransformInput<'a> {
    kernels: &'a Winograd,
    tiling: &'a Tiling,
    /// Rows of tiles.
    rows: Range<usize>,
    input: &'a [f32],
    transformed: &'a mut [f32],
}

impl WithSimd for TransformInput<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let vectors = self.kernels.channels / S::F32_LANES;
        let line = self.tiling.input_line / S::F32_LANES;
        let (_, tile_columns) = self.tiling.tiles();
        let (input, _) = S::as_simd_f32s(self.input);
        let (transformed, _) = S::as_mut_simd_f32s(self.transformed);
        let count = self.rows.len() * tile_columns;
        for tile in 0..count {
            let corner = (self.rows.start + tile / tile_columns) * 2 * line + tile % tile_columns * 2 * vectors;
            let rows: [&[S::f32s]; 4] = std::array::from_fn(|y| &input[corner + y * line..][..4 * vectors]);
            for vector in 0..vectors {
                let columns: [[S::f32s; 4]; 4] = std::array::from_fn(
                    #[inline(always)]
                    |x| spread(simd, std::array::from_fn(|y| rows[y][x * vectors + vector])),
                );
                for y in 0..4 {
                    let row = spread(simd, std::array::from_fn(|x| columns[x][y]));
                    for (x, value) in row.into_iter().enumerate() {
                        transformed[((y * 4 + x) * count + tile) * vectors + vector] = value;
                    }
                }
            }
        }
    }
}

/// `A^T m A` with biases, rectifier and pooling: products to the pixels of the output.
struct TransformBack<'a> {
    kernels: &'a Winograd,
    tiling: &'a Tiling,
    /// Rows of tiles.
    rows: Range<usize>,
    products: &'a [f32],
    target: &'a mut [f32],
}

impl WithSimd for TransformBack<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Tiling { convolved, pooling, target_line, .. } = *self.tiling;
        let (_, tile_columns) = self.tiling.tiles();
        let vectors = self.kernels.out / S::F32_LANES;
        let (products, _) = S::as_simd_f32s(self.products);
        let (biases, _) = S::as_simd_f32s(&self.kernels.biases);
        let (target, _) = S::as_mut_simd_f32s(self.target);
        let line = target_line / S::F32_LANES;
        let least = simd.splat_f32s(if self.kernels.rectified { 0.0 } else { f32::NEG_INFINITY });
        let count = self.rows.len() * tile_columns;
        for (tile, vector) in (0..count).flat_map(|tile| (0..vectors).map(move |vector| (tile, vector))) {
            let (y, x) = (self.rows.start + tile / tile_columns, tile % tile_columns);
            let columns: [[S::f32s; 2]; 4] = std::array::from_fn(
                #[inline(always)]
                |x| {
                    let place = |y: usize| ((y * 4 + x) * count + tile) * vectors + vector;
                    gather(simd, std::array::from_fn(|y| products[place(y)]))
                },
            );
            let rows: [[S::f32s; 2]; 2] = std::array::from_fn(|y| gather(simd, std::array::from_fn(|x| columns[x][y])));
            let finished = |value| simd.max_f32s(simd.add_f32s(value, biases[vector]), least);
            match pooling {
                Pooling::Blocks => {
                    if 2 * y + 1 < convolved.0 && 2 * x + 1 < convolved.1 {
                        let [upper, lower] = rows.map(|row| simd.max_f32s(row[0], row[1]));
                        target[y * line + x * vectors + vector] = finished(simd.max_f32s(upper, lower));
                    }
                }
                Pooling::Rows => {
                    if 2 * y + 1 < convolved.0 {
                        for (column, (&upper, &lower)) in (2 * x..convolved.1).zip(rows[0].iter().zip(&rows[1])) {
                            target[y * line + column * vectors + vector] = finished(simd.max_f32s(upper, lower));
                        }
                    }
                }
                Pooling::None => {
                    for (y, row) in (2 * y..convolved.0).zip(rows) {
                        for (x, value) in (2 * x..convolved.1).zip(row) {
                            target[y * line + x * vectors + vector] = finished(value);
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::direct::DirectLayer;

    fn numbers(count: usize) -> Vec<f32> {
        (0..count).map(|number| ((number * 37 + 11) % 23) as f32 / 23.0 - 0.5).collect()
    }

    /// An image of `size` in the frame that a layer wants.
    fn framed(size: usize, channels: usize, frame: Frame) -> Vec<f32> {
        let (line, pixels) = (size * channels, numbers(size * size * channels));
        let mut values = vec![0.0; frame.side * frame.side * channels];
        for (y, row) in pixels.chunks_exact(line).enumerate() {
            values[((y + frame.padding) * frame.side + frame.padding) * channels..][..line].copy_from_slice(row);
        }
        values
    }

    #[test]
    fn both_ways_through_a_layer_agree() {
        for (size, padding, pooled, rectified) in
            [(20, 0, false, true), (5, 1, false, false), (7, 1, true, true), (8, 0, true, false)]
        {
            let layer = Layer { channels: 20, kernel: 3, padding, normalised: false, rectified, pooled };
            let weights = LayerWeights { kernels: numbers(9 * 16 * 20), biases: numbers(20) };
            let direct = DirectLayer::new(layer, (size, 16), 16, &weights);
            let winograd = WinogradLayer::new(layer, (size, 16), 16, &weights).expect("a 3x3 layer");
            assert_eq!((winograd.out(), winograd.size_after()), (direct.out(), direct.size_after()));
            let next = Frame { padding: 1, side: direct.size_after() + 2 };
            let mut one = vec![0.0; next.side * next.side * direct.out()];
            let (mut other, first) = (one.clone(), (next.side + 1) * direct.out());
            direct.run(&framed(size, 16, direct.frame()), &mut Scratch::default(), next, &mut one[first..]);
            winograd.run(&framed(size, 16, winograd.frame()), &mut Scratch::default(), next, &mut other[first..]);
            assert!(one.iter().zip(&other).all(|(one, other)| (one - other).abs() < 1e-5), "{size}");
            assert!(one.iter().any(|value| value.abs() > 0.5));
        }
    }

    #[test]
    fn other_kernels_go_the_direct_way() {
        let layer = Layer { channels: 16, kernel: 5, padding: 0, normalised: false, rectified: true, pooled: false };
        let weights = LayerWeights { kernels: numbers(25 * 16 * 16), biases: numbers(16) };
        assert!(WinogradLayer::new(layer, (8, 16), 16, &weights).is_none());
        assert!(WinogradLayer::new(Layer { kernel: 3, ..layer }, (8, 1), 1, &weights).is_none());
    }
}

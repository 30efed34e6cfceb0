//! A convolution for training on a processor, as a candle operation with both backward passes.
//!
//! Images are (image, row, column, channel), kernels (row, column, channel in, channel out): with the channels last, a
//! row of a window is one run of memory, so each of the three passes is one [`Walk`] an image, and nothing is unfolded.
//! candle 0.11's own convolution reaches 12 GFLOP/s where the processor's limit is 117.

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};

use crate::product_tile::{LANES, LeftStrides, RightStrides, Start, Walk};

/// A convolution with stride 1: `images` (n, h, w, c) and `kernels` (k, k, c, o) to (n, h + 2p - k + 1, w + 2p - k + 1, o).
#[derive(Clone, Copy, Debug)]
pub struct Convolution {
    /// Rows and columns of zeros around each image.
    pub padding: usize,
}

/// Sizes of one convolution, and the work itself on plain slices.
#[derive(Clone, Copy, Debug)]
pub(super) struct ConvolutionSizes {
    images: usize,
    height: usize,
    width: usize,
    channels: usize,
    /// Rows and columns of a kernel.
    kernel: (usize, usize),
    /// Rows of zeros above and below an image, columns of zeros beside it.
    padding: (usize, usize),
    out_height: usize,
    out_width: usize,
    out_channels: usize,
}

/// Room to work in, kept from call to call.
#[derive(Debug, Default)]
pub(super) struct ConvolutionRoom {
    /// An image with its frame of zeros.
    framed: Vec<f32>,
    /// Kernels turned by half a turn, channels in and out exchanged.
    turned: Vec<f32>,
    /// Kernels, an image or a gradient with their last dimension made a multiple of [`LANES`].
    wide_kernels: Vec<f32>,
    wide_image: Vec<f32>,
}

impl ConvolutionSizes {
    /// The sizes for images (n, h, w, c), kernels (rows, columns, c, o) and a padding of (rows, columns).
    pub fn new(images: &[usize], kernels: &[usize], padding: (usize, usize)) -> Result<Self> {
        let (&[count, height, width, channels], &[rows, columns, channels_in, out_channels]) = (images, kernels) else {
            candle_core::bail!(
                "a convolution takes images of 4 and kernels of 4 dimensions, not {images:?}, {kernels:?}"
            )
        };
        let fits = channels == channels_in && padding.0 < rows && padding.1 < columns;
        if !fits || height + 2 * padding.0 < rows || width + 2 * padding.1 < columns {
            candle_core::bail!("kernels {kernels:?} do not fit images {images:?} with padding {padding:?}")
        }
        Ok(Self {
            images: count,
            height,
            width,
            channels,
            kernel: (rows, columns),
            padding,
            out_height: height + 2 * padding.0 - rows + 1,
            out_width: width + 2 * padding.1 - columns + 1,
            out_channels,
        })
    }

    /// Values of all output images.
    pub fn output(&self) -> usize {
        self.images * self.out_image()
    }

    /// The same work with more of it in one walk: where a kernel covers a whole image, the images are the pixels of one
    /// line, and their values its channels.
    fn merged(self) -> Self {
        if self.kernel != (self.height, self.width) || self.padding != (0, 0) {
            return self;
        }
        Self {
            images: 1,
            height: 1,
            width: self.images,
            channels: self.image(),
            kernel: (1, 1),
            padding: (0, 0),
            out_height: 1,
            out_width: self.images,
            out_channels: self.out_channels,
        }
    }

    /// Values of one image.
    fn image(&self) -> usize {
        self.height * self.width * self.channels
    }

    /// Values of one output image.
    fn out_image(&self) -> usize {
        self.out_height * self.out_width * self.out_channels
    }

    /// Values of one line of an image with its frame.
    fn framed_line(&self) -> usize {
        (self.width + 2 * self.padding.1) * self.channels
    }

    /// Values of one window row.
    fn run(&self) -> usize {
        self.kernel.1 * self.channels
    }

    /// The walk from framed images to output images of `out` channels.
    fn forward_walk(&self, out: usize) -> Walk {
        let line = self.framed_line();
        Walk {
            lines: self.out_height,
            rows: self.out_width,
            columns: out,
            segments: self.kernel.0,
            steps: self.run(),
            left: LeftStrides { line, row: self.channels, segment: line, step: 1 },
            right: RightStrides { line: 0, segment: self.run() * out, step: out },
            target: (self.out_width * out, out),
            rectified: false,
        }
    }

    /// The walk from framed images and gradients of `out` channels to the gradients of the kernels: each value of a window
    /// meets the gradient at all places.
    fn kernel_walk(&self, out: usize) -> Walk {
        let line = self.framed_line();
        Walk {
            lines: self.kernel.0,
            rows: self.run(),
            columns: out,
            segments: self.out_height,
            steps: self.out_width,
            left: LeftStrides { line, row: 1, segment: line, step: self.channels },
            right: RightStrides { line: 0, segment: self.out_width * out, step: out },
            target: (self.run() * out, out),
            rectified: false,
        }
    }

    /// The convolution, with turned kernels, that takes gradients back to the images.
    fn back(&self) -> Self {
        Self {
            height: self.out_height,
            width: self.out_width,
            channels: self.out_channels,
            padding: (self.kernel.0 - 1 - self.padding.0, self.kernel.1 - 1 - self.padding.1),
            out_height: self.height,
            out_width: self.width,
            out_channels: self.channels,
            ..*self
        }
    }

    /// Convolves.
    pub fn forward(&self, images: &[f32], kernels: &[f32], room: &mut ConvolutionRoom, output: &mut [f32]) {
        let sizes = self.merged();
        let out = sizes.out_channels.next_multiple_of(LANES);
        let ConvolutionRoom { framed, wide_kernels, wide_image, .. } = room;
        let kernels = widened(kernels, sizes.out_channels, wide_kernels);
        let walk = sizes.forward_walk(out);
        frame_with_zeros(&sizes, framed);
        let outputs = output.chunks_exact_mut(sizes.out_image());
        for (image, output) in images.chunks_exact(sizes.image()).zip(outputs) {
            let image = sizes.framed(image, framed);
            if out == sizes.out_channels {
                walk.sum(image, kernels, Start::Zero, output);
            } else {
                wide_image.resize(sizes.out_height * sizes.out_width * out, 0.0);
                walk.sum(image, kernels, Start::Zero, wide_image);
                narrow(wide_image, out, sizes.out_channels, output, |target, value| *target = value);
            }
        }
    }

    /// Adds the gradient of the kernels to `kernel_gradient`, and writes that of the images where it is asked for.
    pub fn backward(
        &self,
        images: &[f32],
        kernels: &[f32],
        gradient: &[f32],
        room: &mut ConvolutionRoom,
        kernel_gradient: &mut [f32],
        image_gradient: Option<&mut [f32]>,
    ) {
        let sizes = self.merged();
        sizes.add_kernel_gradient(images, gradient, room, kernel_gradient);
        if let Some(image_gradient) = image_gradient {
            let mut turned = std::mem::take(&mut room.turned);
            sizes.turn(kernels, &mut turned);
            sizes.back().forward(gradient, &turned, room, image_gradient);
            room.turned = turned;
        }
    }

    fn add_kernel_gradient(&self, images: &[f32], gradient: &[f32], room: &mut ConvolutionRoom, sums: &mut [f32]) {
        let out = self.out_channels.next_multiple_of(LANES);
        let ConvolutionRoom { framed, wide_kernels, wide_image, .. } = room;
        let walk = self.kernel_walk(out);
        frame_with_zeros(self, framed);
        wide_kernels.clear();
        wide_kernels.resize(if out == self.out_channels { 0 } else { self.kernel.0 * self.run() * out }, 0.0);
        for (image, gradient) in images.chunks_exact(self.image()).zip(gradient.chunks_exact(self.out_image())) {
            let image = self.framed(image, framed);
            if out == self.out_channels {
                walk.sum(image, gradient, Start::Target, sums);
            } else {
                walk.sum(image, widened(gradient, self.out_channels, wide_image), Start::Target, wide_kernels);
            }
        }
        if out != self.out_channels {
            narrow(wide_kernels, out, self.out_channels, sums, |target, value| *target += value);
        }
    }

    /// The image itself where there is no padding, else a copy inside the frame of zeros that is there already.
    fn framed<'a>(&self, image: &'a [f32], framed: &'a mut [f32]) -> &'a [f32] {
        if self.padding == (0, 0) {
            return image;
        }
        let first = self.padding.0 * self.framed_line() + self.padding.1 * self.channels;
        let line = self.width * self.channels;
        for (source, target) in image.chunks_exact(line).zip(framed[first..].chunks_mut(self.framed_line())) {
            target[..line].copy_from_slice(source);
        }
        framed
    }

    /// Kernels (k, k, c, o) turned by half a turn, as (k, k, o, c).
    fn turn(&self, kernels: &[f32], turned: &mut Vec<f32>) {
        let window = self.channels * self.out_channels;
        turned.resize(kernels.len(), 0.0);
        for (source, target) in kernels.chunks_exact(window).rev().zip(turned.chunks_exact_mut(window)) {
            for (channel, run) in source.chunks_exact(self.out_channels).enumerate() {
                for (out, &value) in run.iter().enumerate() {
                    target[out * self.channels + channel] = value;
                }
            }
        }
    }
}

/// Makes room for one framed image of zeros.
fn frame_with_zeros(sizes: &ConvolutionSizes, framed: &mut Vec<f32>) {
    framed.clear();
    if sizes.padding != (0, 0) {
        framed.resize((sizes.height + 2 * sizes.padding.0) * sizes.framed_line(), 0.0);
    }
}

/// The runs of `length` values with zeros behind each, up to a multiple of [`LANES`]; as they are if they are one.
fn widened<'a>(values: &'a [f32], length: usize, wide: &'a mut Vec<f32>) -> &'a [f32] {
    let wide_length = length.next_multiple_of(LANES);
    if wide_length == length {
        return values;
    }
    wide.clear();
    wide.resize(values.len() / length * wide_length, 0.0);
    for (source, target) in values.chunks_exact(length).zip(wide.chunks_exact_mut(wide_length)) {
        target[..length].copy_from_slice(source);
    }
    wide
}

/// Puts the first `length` values of each wide run to its place in the target.
fn narrow(wide: &[f32], wide_length: usize, length: usize, target: &mut [f32], put: impl Fn(&mut f32, f32)) {
    for (source, target) in wide.chunks_exact(wide_length).zip(target.chunks_exact_mut(length)) {
        target.iter_mut().zip(source).for_each(|(target, &value)| put(target, value));
    }
}

impl CustomOp2 for Convolution {
    fn name(&self) -> &'static str {
        "convolution, channels last"
    }

    fn cpu_fwd(&self, s1: &CpuStorage, l1: &Layout, s2: &CpuStorage, l2: &Layout) -> Result<(CpuStorage, Shape)> {
        let sizes = ConvolutionSizes::new(l1.dims(), l2.dims(), (self.padding, self.padding))?;
        let mut output = vec![0.0; sizes.output()];
        sizes.forward(contiguous(s1, l1)?, contiguous(s2, l2)?, &mut ConvolutionRoom::default(), &mut output);
        let shape = Shape::from((sizes.images, sizes.out_height, sizes.out_width, sizes.out_channels));
        Ok((CpuStorage::F32(output), shape))
    }

    fn bwd(
        &self,
        images: &Tensor,
        kernels: &Tensor,
        _result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let sizes = ConvolutionSizes::new(images.dims(), kernels.dims(), (self.padding, self.padding))?;
        let mut kernel_gradient = vec![0.0; kernels.elem_count()];
        let mut image_gradient = images.track_op().then(|| vec![0.0; images.elem_count()]);
        with_values(images, |images| {
            with_values(kernels, |kernels| {
                with_values(gradient, |gradient| {
                    let (of_kernels, of_images) = (&mut kernel_gradient, image_gradient.as_deref_mut());
                    sizes.backward(images, kernels, gradient, &mut ConvolutionRoom::default(), of_kernels, of_images);
                    Ok(())
                })
            })
        })?;
        let device = images.device();
        let image_gradient =
            image_gradient.map(|values| Tensor::from_vec(values, images.shape(), device)).transpose()?;
        Ok((image_gradient, Some(Tensor::from_vec(kernel_gradient, kernels.shape(), device)?)))
    }
}

/// The values of a tensor that lies in one run of a processor's memory.
pub(super) fn contiguous<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&storage.as_slice::<f32>()?[start..end]),
        None => candle_core::bail!("the operation needs contiguous tensors"),
    }
}

/// Hands the values of a tensor to `work` without copying them (unless the tensor is not contiguous).
pub(super) fn with_values<R>(tensor: &Tensor, work: impl FnOnce(&[f32]) -> Result<R>) -> Result<R> {
    let tensor = tensor.contiguous()?;
    let (storage, layout) = tensor.storage_and_layout();
    match &*storage {
        candle_core::Storage::Cpu(storage) => work(contiguous(storage, layout)?),
        _ => candle_core::bail!("the operation runs on the processor alone"),
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    fn random(shape: &[usize], seed: u32) -> Tensor {
        let mut state = seed;
        let values: Vec<f32> = (0..shape.iter().product())
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / (1 << 23) as f32 - 1.0
            })
            .collect();
        Tensor::from_vec(values, shape, &Device::Cpu).expect("as many values as the shape says")
    }

    fn greatest_difference(a: &Tensor, b: &Tensor) -> f32 {
        let difference = (a - b).and_then(|d| d.abs()).and_then(|d| d.flatten_all()).and_then(|d| d.max(0));
        difference.and_then(|d| d.to_scalar()).expect("same shapes")
    }

    /// candle's own convolution of the same images and kernels.
    fn reference(images: &Tensor, kernels: &Tensor, padding: usize) -> Result<Tensor> {
        let images = images.permute((0, 3, 1, 2))?.contiguous()?;
        let kernels = kernels.permute((3, 2, 0, 1))?.contiguous()?;
        images.conv2d(&kernels, padding, 1, 1, 1)?.permute((0, 2, 3, 1))?.contiguous()
    }

    #[test]
    fn forward_and_gradients_agree_with_candle() -> Result<()> {
        for (size, channels, kernel, padding, out) in
            [(7, 3, 3, 1, 5), (7, 2, 3, 0, 4), (5, 4, 5, 0, 3), (6, 1, 5, 2, 2), (2, 1, 1, 0, 1), (2, 2, 5, 2, 3)]
        {
            let images = Var::from_tensor(&random(&[3, size, size, channels], 1))?;
            let kernels = Var::from_tensor(&random(&[kernel, kernel, channels, out], 2))?;
            let ours = images.apply_op2(&kernels, Convolution { padding })?;
            let theirs = reference(&images, &kernels, padding)?;
            assert!(greatest_difference(&ours, &theirs) < 1e-5);
            let weights = random(ours.dims(), 3);
            let (ours, theirs) =
                ((ours * &weights)?.sum_all()?.backward()?, (theirs * &weights)?.sum_all()?.backward()?);
            for variable in [&images, &kernels] {
                let (ours, theirs) = (ours.get(variable).expect("ours"), theirs.get(variable).expect("theirs"));
                assert!(greatest_difference(ours, theirs) < 1e-4);
            }
        }
        Ok(())
    }

    #[test]
    fn gradients_agree_with_finite_differences() -> Result<()> {
        let (images, kernels) = (random(&[2, 4, 4, 2], 4), Var::from_tensor(&random(&[3, 3, 2, 2], 5))?);
        let loss = |kernels: &Tensor| -> Result<Tensor> {
            images.apply_op2(kernels, Convolution { padding: 1 })?.sqr()?.sum_all()
        };
        let gradient =
            loss(&kernels)?.backward()?.get(&kernels).expect("a gradient").flatten_all()?.to_vec1::<f32>()?;
        let values = kernels.flatten_all()?.to_vec1::<f32>()?;
        for (place, expected) in gradient.iter().enumerate() {
            let moved = |step: f32| -> Result<f32> {
                let mut values = values.clone();
                values[place] += step;
                loss(&Tensor::from_vec(values, kernels.shape(), &Device::Cpu)?)?.to_scalar()
            };
            let difference = (moved(0.01)? - moved(-0.01)?) / 0.02;
            assert!((difference - expected).abs() < 0.02 * expected.abs().max(1.0), "{difference} and {expected}");
        }
        Ok(())
    }

    #[test]
    fn kernels_that_do_not_fit_are_refused() {
        let (images, kernels) = (random(&[1, 4, 4, 2], 1), random(&[5, 5, 2, 1], 2));
        assert!(images.apply_op2(&kernels, Convolution { padding: 0 }).is_err());
    }
}

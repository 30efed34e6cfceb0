//! What the line network is trained on, without end: drawn lines in, made into strips as reading makes them, grouped by
//! width into [`LineBatch`]es, ahead of need and on threads of their own.
//!
//! What batch number n holds depends on the seed alone.

use std::sync::mpsc::{Receiver, sync_channel};

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::writing::Scribe;
use crate::pipeline;
use crate::reader::line::Symbol;
use crate::reader::line::architecture::STRIP_HEIGHT_PX;
use crate::reader::line::strip::Strip;
use crate::scan::{Page, Pixels};
use crate::train::samples::Samples;

/// Lines in a batch.
pub const LINE_BATCH_SIZE: usize = 32;

/// Lines that are drawn together and then sorted by width, so that little of a batch is padding.
const BLOCK_SIZE: usize = 16 * LINE_BATCH_SIZE;

/// Share of the lines that are made into strips as on a page, without the ink that segmentation leaves out.
const PAGE_SHARE: f64 = 0.25;

/// Strips of one width and what is written on them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineBatch {
    /// Width of every strip in pixels; narrower ones end in paper.
    pub width_px: usize,
    /// (n, 32, width) values.
    pub pixels: Vec<f32>,
    /// For each strip the columns of scores that are its own, and the classes written there, from left to right.
    pub lines: Vec<(usize, Vec<usize>)>,
}

/// One strip and the classes on it.
type Example = (Strip, Vec<usize>);

/// Hands batches to `work`, made by `threads` threads.
pub fn ahead<R>(
    samples: &Samples,
    seed: u64,
    threads: usize,
    work: impl FnOnce(&mut dyn FnMut() -> Option<LineBatch>) -> R,
) -> R {
    let scribe = Scribe::new(samples);
    let threads = threads.max(1);
    std::thread::scope(|scope| {
        let receivers: Vec<Receiver<Vec<LineBatch>>> = (0..threads)
            .map(|thread| {
                let (sender, receiver) = sync_channel(2);
                let scribe = &scribe;
                scope.spawn(move || {
                    // Ends when nobody takes batches any more.
                    let mut block = thread as u64;
                    while sender.send(draw_block(scribe, seed, block)).is_ok() {
                        block += threads as u64;
                    }
                });
                receiver
            })
            .collect();
        let (mut block, mut ready) = (0, Vec::new());
        let mut next = move || {
            if ready.is_empty() {
                ready = receivers[block % receivers.len()].recv().ok()?;
                block += 1;
            }
            ready.pop()
        };
        work(&mut next)
    })
}

/// The batches of one block, in a shuffled order.
fn draw_block(scribe: &Scribe, seed: u64, block: u64) -> Vec<LineBatch> {
    let mut random = Pcg64Mcg::seed_from_u64(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ block);
    let mut examples: Vec<Example> = Vec::with_capacity(BLOCK_SIZE);
    while examples.len() < BLOCK_SIZE {
        examples.extend(draw_example(scribe, &mut random));
    }
    examples.sort_by_key(|(strip, _)| strip.width_px);
    let mut batches: Vec<LineBatch> = examples.chunks(LINE_BATCH_SIZE).map(batch_of).collect();
    batches.shuffle(&mut random);
    batches
}

/// A line as the reader will meet it, and its classes; `None` where cleaning left nothing of it.
fn draw_example(scribe: &Scribe, random: &mut Pcg64Mcg) -> Option<Example> {
    let (strip, symbols) = draw_strip(scribe, random)?;
    Some((strip, symbols.iter().map(|symbol| symbol.index() + 1).collect()))
}

/// A drawn line as a strip, and what is written on it; `None` where cleaning left nothing of it.
pub(super) fn draw_strip(scribe: &Scribe, random: &mut Pcg64Mcg) -> Option<(Strip, Vec<Symbol>)> {
    let line = scribe.draw(random);
    let everything = !random.random_bool(PAGE_SHARE);
    let page = Page { number: 1, pixels: Pixels::Grey(line.image), dpi: Some(line.dpi) };
    Some((pipeline::strip_of_line(page, everything)?, line.symbols))
}

fn batch_of(examples: &[Example]) -> LineBatch {
    let width_px = examples.iter().map(|(strip, _)| strip.width_px).max().unwrap_or(0);
    let mut pixels = vec![0.0; examples.len() * STRIP_HEIGHT_PX * width_px];
    for ((strip, _), target) in examples.iter().zip(pixels.chunks_exact_mut(STRIP_HEIGHT_PX * width_px)) {
        for (source, target) in strip.pixels.chunks_exact(strip.width_px).zip(target.chunks_exact_mut(width_px)) {
            target[..strip.width_px].copy_from_slice(source);
        }
    }
    let lines = examples.iter().map(|(strip, classes)| (strip.column_count(), classes.clone())).collect();
    LineBatch { width_px, pixels, lines }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_alone_decides_what_is_in_a_batch() {
        let samples = Samples::default();
        let second = |seed, threads| ahead(&samples, seed, threads, |next| (0..2).map(|_| next()).last().flatten());
        let batch = second(3, 1).expect("a batch");
        assert_eq!(Some(&batch), second(3, 2).as_ref());
        assert_ne!(Some(&batch), second(4, 1).as_ref());
        assert_eq!(batch.lines.len(), LINE_BATCH_SIZE);
        assert_eq!(batch.pixels.len(), LINE_BATCH_SIZE * STRIP_HEIGHT_PX * batch.width_px);
    }

    #[test]
    fn narrower_strips_end_in_paper() {
        let strip = |width_px: usize, level: f32| Strip {
            width_px,
            pixels: vec![level; width_px * STRIP_HEIGHT_PX],
            scale: 1.0,
        };
        let batch = batch_of(&[(strip(32, 1.0), vec![3]), (strip(40, 0.5), vec![])]);
        assert_eq!((batch.width_px, batch.lines), (40, vec![(8, vec![3]), (10, vec![])]));
        assert_eq!((batch.pixels[31], batch.pixels[32], batch.pixels[40]), (1.0, 0.0, 1.0));
    }
}

//! How many digits and lines a second are read, and how many images a second are trained on. Run with `cargo bench --bench reader`.

use divan::Bencher;
use divan::counter::ItemsCount;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use rayon::prelude::*;
use scantally::geometry::Rect;
use scantally::glyph::{GLYPH_SIZE_PX, Glyph};
use scantally::pipeline;
use scantally::reader::architecture::Architecture;
use scantally::reader::cnn::CnnReader;
use scantally::reader::line::strip::Strip;
use scantally::reader::line::{LineReader, Wanted};
use scantally::reader::{CLASS_COUNT, Class, DigitReader};
use scantally::scan::{Page, Pixels};
use scantally::train::activation::BatchStatistics;
use scantally::train::batches::Mixer;
use scantally::train::canvas::Canvas;
use scantally::train::line::writing::Scribe;
use scantally::train::network::Network;
use scantally::train::samples::{Sample, Samples, Source};
use scantally::train::step::{Batch, Gradients};

const PIXELS: usize = GLYPH_SIZE_PX * GLYPH_SIZE_PX;

fn main() {
    divan::main();
}

/// Strokes do not matter for speed; noise does as well.
fn glyphs(count: usize) -> Vec<Glyph> {
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let mut glyph = || {
        let mut pixels = Box::new([0; PIXELS]);
        pixels.iter_mut().for_each(|pixel| *pixel = random.random());
        Glyph { pixels, origin: Rect::default() }
    };
    (0..count).map(|_| glyph()).collect()
}

fn untrained(architecture: &Architecture) -> CnnReader {
    let network = Network::new(architecture).expect("layers that fit");
    let parameters = network.initial_parameters(&mut Pcg64Mcg::seed_from_u64(1));
    let mut statistics: Vec<BatchStatistics> =
        architecture.layers.iter().map(|layer| BatchStatistics::zeros(layer.channels)).collect();
    statistics.iter_mut().for_each(|layer| layer.variances.fill(1.0));
    CnnReader::new(&network.fold(&parameters, &statistics)).expect("few enough classes")
}

#[divan::bench(args = [1, 64, 1024])]
fn shipped_reader_on_one_core(bencher: Bencher, batch: usize) {
    let (reader, glyphs) = (CnnReader::shipped().expect("the shipped weights"), glyphs(batch));
    bencher.counter(ItemsCount::new(batch)).bench(|| reader.read(&glyphs));
}

#[divan::bench(args = [64, 1024])]
fn shipped_reader_on_two_cores(bencher: Bencher, batch: usize) {
    let (reader, glyphs) = (CnnReader::shipped().expect("the shipped weights"), glyphs(batch));
    let threads = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("two threads");
    let read = || glyphs.par_chunks(batch.div_ceil(8)).map(|part| reader.read(part).map(|part| part.len())).count();
    bencher.counter(ItemsCount::new(batch)).bench(|| threads.install(read));
}

/// Strips of drawn lines, those in doubt in three views.
#[divan::bench(args = [1, 2])]
fn lines(bencher: Bencher, threads: usize) {
    let reader = LineReader::shipped().expect("the shipped weights");
    let (samples, mut random) = (Samples::default(), Pcg64Mcg::seed_from_u64(1));
    let scribe = Scribe::new(&samples);
    let mut strip = || {
        let line = scribe.draw(&mut random);
        pipeline::strip_of_line(Page { number: 1, pixels: Pixels::Grey(line.image), dpi: Some(line.dpi) }, true)
    };
    let strips: Vec<Strip> = (0..200).filter_map(|_| strip()).collect();
    let threads = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("some threads");
    let read = || strips.par_iter().map(|strip| reader.read(strip, Wanted::All)).count();
    bencher.counter(ItemsCount::new(strips.len())).bench(|| threads.install(read));
}

#[divan::bench(args = [1, 64, 1024])]
fn original_network_on_one_core(bencher: Bencher, batch: usize) {
    let (reader, glyphs) = (untrained(&Architecture::original()), glyphs(batch));
    bencher.counter(ItemsCount::new(batch)).bench(|| reader.read(&glyphs));
}

#[divan::bench(args = [1, 2])]
fn training_the_original_network_in_batches_of_32(bencher: Bencher, threads: usize) {
    train(bencher, &Architecture::original(), 32, 10, threads);
}

#[divan::bench(args = [1, 2])]
fn training_the_shipped_reader_in_batches_of_128(bencher: Bencher, threads: usize) {
    train(bencher, &Architecture::shipped(), 128, CLASS_COUNT, threads);
}

/// Augmentation, on one thread. A digit is drawn, so that nothing beside the program is needed.
#[divan::bench]
fn making_a_batch_of_128(bencher: Bencher) {
    let mut picture = Canvas::new(GLYPH_SIZE_PX, GLYPH_SIZE_PX);
    picture.lines(&[(8.0, 5.0), (20.0, 6.0), (12.0, 23.0)], 2.5);
    let sample = Sample { picture, class: Class::Digit(7) };
    let source = Source { name: "sevens".to_owned(), normalised: true, weight: 1.0, samples: vec![sample; 100] };
    let samples = Samples { digits: vec![source.clone()], symbols: vec![source], ..Samples::default() };
    let mut mixer = Mixer::new(&samples, 1);
    bencher.counter(ItemsCount::new(128usize)).bench_local(|| mixer.batch(128));
}

/// One step without augmentation, which runs ahead in a thread of its own.
fn train(bencher: Bencher, architecture: &Architecture, size: usize, classes: usize, threads: usize) {
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let network = Network::new(architecture).expect("layers that fit");
    let parameters = network.initial_parameters(&mut random);
    let gradients = Gradients::new(&network, threads);
    let pixels = (0..size * PIXELS).map(|_| random.random()).collect();
    let batch = Batch { pixels, classes: (0..size).map(|image| image % classes).collect() };
    bencher.counter(ItemsCount::new(size)).bench(|| gradients.of(&parameters, &batch));
}

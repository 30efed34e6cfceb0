//! Where the time of a run goes: pieces of work by stage in, milliseconds by stage out.
//!
//! Nothing is printed here; whoever owns the run asks for the sums at its end.

use std::sync::atomic::{AtomicU64, Ordering};

use cpu_time::ThreadTime;

/// A part of the way from a file to its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The bytes of a file to the pixels of a page.
    Decode,
    /// Grey, noise, light, skew and threshold.
    Clean,
    /// Ruled lines and the places to write in, or where a known form lies on the page.
    Form,
    /// Pieces of writing and the candidates that they may make up.
    Segment,
    /// Glyphs and the reader of digits.
    Reader,
    /// The reader of whole lines.
    LineReader,
    /// The reader of magnetic ink.
    MagneticInk,
    /// The vote of both readers, and the rules between fields.
    Number,
}

impl Stage {
    /// In the order of the work.
    pub const ALL: [Self; 8] = [
        Self::Decode,
        Self::Clean,
        Self::Form,
        Self::Segment,
        Self::Reader,
        Self::LineReader,
        Self::MagneticInk,
        Self::Number,
    ];

    /// What reports call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Clean => "clean",
            Self::Form => "form",
            Self::Segment => "segment",
            Self::Reader => "reader",
            Self::LineReader => "line_reader",
            Self::MagneticInk => "magnetic_ink",
            Self::Number => "number",
        }
    }
}

/// The processor time that each stage took, summed over all threads.
#[derive(Debug, Default)]
pub struct Stopwatch {
    nanoseconds: [AtomicU64; Stage::ALL.len()],
}

impl Stopwatch {
    /// Does a piece of work on this thread and adds the processor time that it took to its stage; 0 where the system does not tell.
    pub fn measure<R>(&self, stage: Stage, work: impl FnOnce() -> R) -> R {
        let beginning = ThreadTime::try_now();
        let result = work();
        let taken = beginning.and_then(|beginning| beginning.try_elapsed()).unwrap_or_default();
        let nanoseconds = u64::try_from(taken.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds[stage as usize].fetch_add(nanoseconds, Ordering::Relaxed);
        result
    }

    /// The milliseconds of each stage so far, in the order of the work.
    pub fn milliseconds(&self) -> [(Stage, f64); Stage::ALL.len()] {
        Stage::ALL.map(|stage| (stage, self.nanoseconds[stage as usize].load(Ordering::Relaxed) as f64 * 1e-6))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_counts_for_its_stage_alone_and_is_handed_back() {
        let stopwatch = Stopwatch::default();
        let add_up =
            || std::hint::black_box((0..1_000_000u64).fold(0, |sum, number| sum ^ std::hint::black_box(number)));
        assert_eq!(stopwatch.measure(Stage::Form, || 7), 7);
        std::thread::scope(|scope| {
            scope.spawn(|| stopwatch.measure(Stage::Clean, add_up));
            scope.spawn(|| stopwatch.measure(Stage::Clean, add_up));
        });
        let sums = stopwatch.milliseconds();
        assert!(sums.iter().all(|(stage, sum)| *stage == Stage::Clean || *stage == Stage::Form || *sum == 0.0));
        assert!(sums[Stage::Clean as usize].1 > 0.0, "{sums:?}");
    }

    #[test]
    fn every_stage_has_its_place_and_a_name_of_its_own() {
        for (place, stage) in Stage::ALL.into_iter().enumerate() {
            assert_eq!(stage as usize, place);
            assert!(Stage::ALL[..place].iter().all(|other| other.name() != stage.name()));
        }
    }
}

//! Runs a piece of work compiled for the widest vectors that the processor has, found out at run time.
//!
//! The released program must start on any x86-64; without this the compiler may use its oldest instructions alone.

/// Runs `work` with AVX-512 or AVX2 (and FMA) where the processor has them.
///
/// Code reaches the wide instructions only where it is inlined into `work`: mark what it calls `#[inline(always)]`.
#[inline]
pub fn vectorised<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    {
        if has_wide_registers() {
            // SAFETY: the processor has just been asked for these instructions.
            return unsafe { with_avx512(work) };
        }
        if has_avx2() {
            // SAFETY: as above.
            return unsafe { with_avx2(work) };
        }
    }
    work()
}

/// Whether there are 32 registers of 16 values or 64 bytes (AVX-512 with its instructions for bytes, which every server processor has).
#[cfg(target_arch = "x86_64")]
#[inline]
fn has_wide_registers() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && has_avx2()
}

#[cfg(target_arch = "x86_64")]
#[inline]
fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
fn with_avx512<R>(work: impl FnOnce() -> R) -> R {
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_avx2<R>(work: impl FnOnce() -> R) -> R {
    work()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_work_is_done_once_and_handed_back() {
        let numbers: Vec<f32> = (0..100).map(|number| number as f32).collect();
        assert_eq!(vectorised(|| numbers.iter().sum::<f32>()), 4950.0);
    }
}

//! Conversions between the sample formats of files, engines and devices.
//!
//! Terms: `i16` samples use the full range; `f32` samples lie in -1..=1, and what is beyond is clipped on the way to
//! `i16`.

/// Full scale of a 16-bit sample.
const I16_FULL_SCALE: f32 = 32_768.0;

/// A sample that playback and the resampler take: `i16`, or `f32` in -1..=1.
pub trait Sample: Copy + Send + 'static {
    /// The sample in -1..1.
    fn into_f32(self) -> f32;

    /// The sample in 16 bits, rounded and clipped; not-a-number is silence.
    fn into_i16(self) -> i16;
}

impl Sample for i16 {
    fn into_f32(self) -> f32 {
        f32::from(self) / I16_FULL_SCALE
    }

    fn into_i16(self) -> i16 {
        self
    }
}

impl Sample for f32 {
    fn into_f32(self) -> f32 {
        self
    }

    fn into_i16(self) -> i16 {
        // A float-to-integer cast saturates, and turns not-a-number into 0.
        (self * I16_FULL_SCALE).round() as i16
    }
}

/// Appends `samples` as `i16`.
pub fn extend_i16(samples: &[f32], onto: &mut Vec<i16>) {
    onto.extend(samples.iter().map(|sample| sample.into_i16()));
}

/// Averages the channels of interleaved `frames` into `mono`, and returns how many frames were mixed: as many whole
/// ones as both sides hold. Averaging, not adding: it can never clip.
pub fn downmix(frames: &[i16], channels: usize, mono: &mut [i16]) -> usize {
    let channels = channels.max(1);
    let mixed = (frames.len() / channels).min(mono.len());
    if channels == 1 {
        mono[..mixed].copy_from_slice(&frames[..mixed]);
        return mixed;
    }
    for (frame, mono) in frames.chunks_exact(channels).zip(mono) {
        let sum: i64 = frame.iter().map(|sample| i64::from(*sample)).sum();
        *mono = (sum / channels as i64) as i16;
    }
    mixed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_clip_instead_of_wrapping() {
        assert_eq!(
            [2.0_f32, 1.0, 0.5, 0.0, -0.5, -1.0, -2.0, f32::NAN, f32::INFINITY].map(Sample::into_i16),
            [32_767, 32_767, 16_384, 0, -16_384, -32_768, -32_768, 0, 32_767]
        );
    }

    #[test]
    fn every_16_bit_sample_survives_the_way_through_float() {
        assert!((i16::MIN..=i16::MAX).all(|sample| sample.into_f32().into_i16() == sample));
    }

    #[test]
    fn downmix_averages_without_overflow_and_ignores_a_broken_last_frame() {
        let mut mono = [9; 4];
        assert_eq!(downmix(&[i16::MAX, i16::MAX, i16::MIN, i16::MIN, 100, -50, 7], 2, &mut mono), 3);
        assert_eq!(mono, [i16::MAX, i16::MIN, 25, 9]);
        assert_eq!(downmix(&[1, 2, 3], 1, &mut mono), 3);
        assert_eq!(mono, [1, 2, 3, 9]);
        assert_eq!(downmix(&[5, 6, 7, 8], 1, &mut mono[..2]), 2);
    }
}

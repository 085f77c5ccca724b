//! Brings what was played to the microphone's rate and clock.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Adjustable as _, Async, FixedAsync, Indexing, Resampler as _, SincInterpolationParameters, WindowFunction,
};

use parley_audio::playback::LOUDSPEAKER_HZ;

use crate::canceller::RATE_HZ;

/// Taps of the filter for each sample of the slower rate. Short, so that it holds back no more than a millisecond: an
/// echo's filter learns whatever this one does to the edge of the band.
const TAPS: usize = 32;
/// What is converted at a time, in parts of a second.
const BLOCKS_PER_SECOND: u32 = 1_000;
/// The most that a ratio may be changed by: far more than any clock is wrong.
const MOST_CHANGE: f64 = 1.01;

/// Why a rate cannot be brought to the microphone's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownRate(pub u32);

impl std::fmt::Display for UnknownRate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rate_hz = self.0;
        write!(
            formatter,
            "a loudspeaker at {rate_hz} Hz is no reference; use one between 8000 and 192000, such as {LOUDSPEAKER_HZ}"
        )
    }
}

impl std::error::Error for UnknownRate {}

/// A resampler whose ratio can be corrected while it runs.
pub(crate) struct Warp {
    sinc: Async<f32>,
    ratio: f64,
    /// The ratio's correction.
    relative: f64,
    block: Vec<f32>,
    filled: usize,
    scratch: Vec<f32>,
    /// Samples by which the filter delays a stream, and how many of them are still to come.
    delay: usize,
    to_skip: usize,
}

impl Warp {
    /// From this rate in Hz, 8000..=192000.
    pub(crate) fn new(from_hz: u32) -> Result<Self, UnknownRate> {
        if !(8_000..=192_000).contains(&from_hz) {
            return Err(UnknownRate(from_hz));
        }
        let taps = TAPS * from_hz.div_ceil(RATE_HZ) as usize;
        let parameters = SincInterpolationParameters::new(taps, WindowFunction::BlackmanHarris2);
        let block = (from_hz / BLOCKS_PER_SECOND) as usize;
        let ratio = f64::from(RATE_HZ) / f64::from(from_hz);
        let sinc = Async::new_sinc(ratio, MOST_CHANGE, &parameters, block, 1, FixedAsync::Input)
            .map_err(|_| UnknownRate(from_hz))?;
        let delay = ((taps / 2) as f64 * ratio - 1.0).round() as usize;
        let scratch = vec![0.0; sinc.output_frames_max()];
        Ok(Self { sinc, ratio, relative: 1.0, block: vec![0.0; block], filled: 0, scratch, delay, to_skip: delay })
    }

    /// Microphone's samples for each of the loudspeaker's.
    pub(crate) fn ratio(&self) -> f64 {
        self.ratio * self.relative
    }

    /// The loudspeaker's clock is so much faster than the microphone's.
    pub(crate) fn correct(&mut self, ppm: f64) {
        let relative = 1.0 / (1.0 + ppm * 1e-6);
        if self.sinc.set_resample_ratio_relative(relative, true).is_ok() {
            self.relative = relative;
        }
    }

    /// Takes all of it, and appends what is ready.
    pub(crate) fn take(&mut self, played: &[i16], to: &mut Vec<f32>) {
        for sample in played {
            if let Some(place) = self.block.get_mut(self.filled) {
                *place = f32::from(*sample) / 32_768.0;
            }
            self.filled += 1;
            if self.filled == self.block.len() {
                self.convert(to);
            }
        }
    }

    /// Appends the rest of a stream, and begins another.
    pub(crate) fn finish(&mut self, to: &mut Vec<f32>) {
        let due = (self.filled as f64 * self.ratio()).round() as usize + self.delay;
        let before = to.len();
        let skipped = self.to_skip;
        while to.len() < before + due.saturating_sub(skipped) && self.convert(to) {}
        to.truncate(before + due.saturating_sub(skipped));
        self.sinc.reset();
        let _ = self.sinc.set_resample_ratio_relative(self.relative, false);
        (self.filled, self.to_skip) = (0, self.delay);
    }

    /// Converts the block, with silence where it is not full; whether anything came of it.
    fn convert(&mut self, to: &mut Vec<f32>) -> bool {
        let (block_len, scratch_len) = (self.block.len(), self.scratch.len());
        let indexing = Indexing::new().partial_len(self.filled);
        let converted = InterleavedSlice::new(&self.block, 1, block_len)
            .ok()
            .zip(InterleavedSlice::new_mut(&mut self.scratch, 1, scratch_len).ok())
            .and_then(|(from, mut to)| self.sinc.process_into_buffer(&from, &mut to, Some(&indexing)).ok());
        self.filled = 0;
        let produced = converted.map_or(0, |(_, produced)| produced);
        let skipped = produced.min(self.to_skip);
        self.to_skip -= skipped;
        to.extend(self.scratch.get(skipped..produced).into_iter().flatten());
        produced > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_played_is_at_its_place_at_every_rate_and_drift() {
        for from_hz in [8_000, 16_000, 44_100, 48_000, 96_000] {
            for ppm in [0.0, 200.0, -200.0] {
                let mut warp = Warp::new(from_hz).expect("a usual rate");
                warp.correct(ppm);
                let tone = |at: f64| (9_000.0 * (std::f64::consts::TAU * 440.0 * at).sin()) as i16;
                let true_hz = f64::from(from_hz) * (1.0 + ppm * 1e-6);
                let played: Vec<i16> = (0..from_hz * 4).map(|n| tone(f64::from(n) / true_hz)).collect();
                let mut heard = Vec::new();
                played.chunks(333).for_each(|part| warp.take(part, &mut heard));
                warp.finish(&mut heard);
                let length = heard.len().abs_diff(64_000);
                assert!(length <= 20, "{from_hz} Hz, {ppm} ppm: {length} samples too many or too few");
                // Half a sample would be off by 0.024.
                let error = |index: usize| heard[index] - f32::from(tone(index as f64 / 16_000.0)) / 32_768.0;
                let worst = (100..63_000).map(|index| error(index).abs()).fold(0.0, f32::max);
                assert!(worst < 0.03, "{from_hz} Hz, {ppm} ppm: {worst}");
            }
        }
        assert_eq!(Warp::new(2_000).err(), Some(UnknownRate(2_000)));
    }

    #[test]
    fn nothing_of_one_stream_is_in_the_next() {
        let mut warp = Warp::new(48_000).expect("a usual rate");
        let (mut first, mut second) = (Vec::new(), Vec::new());
        let clip: Vec<i16> = (0..1_000).map(|n| if n / 40 % 2 == 0 { 8_000 } else { -8_000 }).collect();
        warp.take(&clip, &mut first);
        warp.finish(&mut first);
        warp.take(&clip, &mut second);
        warp.finish(&mut second);
        assert_eq!(first, second);
        assert!(first.len().abs_diff(333) <= 1, "{}", first.len());
    }
}

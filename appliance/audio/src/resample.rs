//! A streaming mono resampler between any two sample rates.
//!
//! Rules:
//! - Output sample 0 belongs to input sample 0: the filter's delay is cut off at the start and pushed out at the end,
//!   so a clip of n samples becomes exactly `round(n × to / from)` samples, and no tail is lost.
//! - After construction nothing is allocated as long as the caller's `output` has room for [`Resampler::max_output`].

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Async, FixedAsync, Indexing, Resampler as _, ResamplerConstructionError, SincInterpolationParameters,
    WindowFunction,
};

use crate::sample::Sample;

/// Taps of the filter per sample of the slower rate: 60 dB of stop band within 10 % of the band's edge.
const TAPS: usize = 128;
/// The most silent samples that are put before a stream so that its samples fall on output samples: with 32 to choose
/// from, output and input are aligned to a few hundredths of a sample.
const MAX_LEAD_IN: usize = 32;
/// Blocks per second of input: 10 ms keep the delay of a live stream low.
const BLOCKS_PER_SECOND: u32 = 100;
/// The highest rate that is accepted: beyond every sound card, and a bound for the buffers.
const MAX_RATE_HZ: u32 = 768_000;
/// The lowest rate that is accepted: below telephone speech, so that a broken header cannot ask for gigabytes.
const MIN_RATE_HZ: u32 = 1_000;

/// Why a resampler could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ResampleError {
    /// A rate that no sound card or file of ours has.
    #[error("a sample rate of {0} Hz is not supported; use one between {MIN_RATE_HZ} and {MAX_RATE_HZ} Hz")]
    Rate(u32),
    /// The filter could not be built, for the reason that it gives.
    #[error("no resampler between these rates could be made: {0}; use 16000, 44100 or 48000 Hz")]
    Filter(#[from] ResamplerConstructionError),
}

/// Converts a mono stream from one rate to another.
pub struct Resampler {
    from_hz: u32,
    to_hz: u32,
    /// `None` where both rates are equal.
    filter: Option<Filter>,
}

struct Filter {
    sinc: Async<f32>,
    /// One block of input; the first `filled` samples wait.
    block: Vec<f32>,
    filled: usize,
    scratch: Vec<f32>,
    /// Silent input samples before each stream.
    lead_in: usize,
    /// Output samples by which lead-in and filter delay a stream.
    delay: usize,
    /// What is left of `delay` to cut off.
    to_skip: usize,
    taken: u64,
    given: u64,
}

impl Resampler {
    /// A resampler at the start of a stream.
    ///
    /// # Errors
    /// A rate below 1 kHz or above 768 kHz.
    pub fn new(from_hz: u32, to_hz: u32) -> Result<Self, ResampleError> {
        for rate_hz in [from_hz, to_hz] {
            if !(MIN_RATE_HZ..=MAX_RATE_HZ).contains(&rate_hz) {
                return Err(ResampleError::Rate(rate_hz));
            }
        }
        let filter = if from_hz == to_hz { None } else { Some(Filter::new(from_hz, to_hz)?) };
        Ok(Self { from_hz, to_hz, filter })
    }

    /// Rate of the input in Hz.
    pub fn from_hz(&self) -> u32 {
        self.from_hz
    }

    /// The most samples that one call with `input` samples appends, [`Resampler::finish`] included.
    pub fn max_output(&self, input: usize) -> usize {
        match &self.filter {
            None => input,
            Some(filter) => (input / filter.block.len() + 2) * filter.scratch.len(),
        }
    }

    /// Takes all of `input` and appends what is ready to `output`.
    pub fn process<S: Sample>(&mut self, mut input: &[S], output: &mut Vec<f32>) {
        let Some(filter) = &mut self.filter else {
            output.extend(input.iter().map(|sample| sample.into_f32()));
            return;
        };
        filter.taken += input.len() as u64;
        while !input.is_empty() {
            let taken = input.len().min(filter.block.len() - filter.filled);
            let (now, later) = input.split_at(taken);
            for (slot, sample) in filter.block[filter.filled..].iter_mut().zip(now) {
                *slot = sample.into_f32();
            }
            filter.filled += taken;
            input = later;
            if filter.filled == filter.block.len() {
                filter.convert_block(u64::MAX, output);
            }
        }
    }

    /// Appends the rest of the stream, and starts a new one.
    pub fn finish(&mut self, output: &mut Vec<f32>) {
        let Some(filter) = &mut self.filter else { return };
        let (from_hz, to_hz) = (u128::from(self.from_hz), u128::from(self.to_hz));
        let due = ((u128::from(filter.taken) * to_hz + from_hz / 2) / from_hz) as u64;
        while filter.given < due {
            filter.convert_block(due, output);
        }
        filter.restart();
    }
}

impl Filter {
    fn new(from_hz: u32, to_hz: u32) -> Result<Self, ResamplerConstructionError> {
        // Going down, the filter works at the faster rate: it needs as many taps per *output* sample for the same edge.
        let taps = TAPS * from_hz.div_ceil(to_hz).max(1) as usize;
        let parameters = SincInterpolationParameters::new(taps, WindowFunction::BlackmanHarris2);
        let block = (from_hz / BLOCKS_PER_SECOND).max(1) as usize;
        let ratio = f64::from(to_hz) / f64::from(from_hz);
        let sinc = Async::new_sinc(ratio, 1.0, &parameters, block, 1, FixedAsync::Input)?;
        let (lead_in, delay) = align(taps, ratio, block);
        let scratch = vec![0.0; sinc.output_frames_max()];
        let block = vec![0.0; block];
        Ok(Self { sinc, block, filled: lead_in, scratch, lead_in, delay, to_skip: delay, taken: 0, given: 0 })
    }

    /// Converts the block, with silence where it is not full, and gives at most `limit` samples of the stream.
    fn convert_block(&mut self, limit: u64, output: &mut Vec<f32>) {
        let (block_len, scratch_len) = (self.block.len(), self.scratch.len());
        let indexing = Indexing::new().partial_len(self.filled);
        let converted = InterleavedSlice::new(&self.block, 1, block_len)
            .ok()
            .zip(InterleavedSlice::new_mut(&mut self.scratch, 1, scratch_len).ok())
            .and_then(|(from, mut to)| self.sinc.process_into_buffer(&from, &mut to, Some(&indexing)).ok());
        self.filled = 0;
        let (_, produced) = converted.expect("the buffers have the sizes that the filter asked for when it was made");
        let skipped = produced.min(self.to_skip);
        self.to_skip -= skipped;
        let kept = (produced - skipped).min(usize::try_from(limit - self.given).unwrap_or(usize::MAX));
        output.extend_from_slice(&self.scratch[skipped..][..kept]);
        self.given += kept as u64;
    }

    fn restart(&mut self) {
        self.sinc.reset();
        self.block[..self.lead_in].fill(0.0);
        (self.filled, self.to_skip, self.taken, self.given) = (self.lead_in, self.delay, 0, 0);
    }
}

/// The lead-in for which the whole delay is nearest to a whole number of output samples, and that number.
///
/// The filter's first output lies one output step after the moment at which its middle is `taps / 2` samples before the
/// first input sample.
fn align(taps: usize, ratio: f64, block: usize) -> (usize, usize) {
    let delay = |lead_in: usize| (taps / 2 + lead_in) as f64 * ratio - 1.0;
    let miss = |lead_in: usize| (delay(lead_in) - delay(lead_in).round()).abs();
    let lead_in = (0..MAX_LEAD_IN.min(block)).min_by(|a, b| miss(*a).total_cmp(&miss(*b))).unwrap_or(0);
    (lead_in, delay(lead_in).round() as usize)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tone(rate_hz: u32, frequency_hz: f64, samples: usize) -> Vec<f32> {
        let step = std::f64::consts::TAU * frequency_hz / f64::from(rate_hz);
        (0..samples).map(|n| (0.5 * (step * n as f64).sin()) as f32).collect()
    }

    /// The amplitude of a tone that is as loud as `samples`.
    fn amplitude(samples: &[f32]) -> f32 {
        (2.0 * samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32).sqrt()
    }

    fn convert(input: &[f32], from_hz: u32, to_hz: u32, chunk: usize) -> Vec<f32> {
        let mut resampler = Resampler::new(from_hz, to_hz).unwrap();
        let mut output = Vec::new();
        for part in input.chunks(chunk) {
            resampler.process(part, &mut output);
        }
        resampler.finish(&mut output);
        output
    }

    #[test]
    fn a_tone_keeps_its_length_frequency_and_place() {
        let rates = [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000, 96_000];
        for (from_hz, to_hz) in rates.iter().flat_map(|a| rates.iter().map(move |b| (*a, *b))) {
            // 440 Hz for whole periods of both rates; off by one sample at 8 kHz would leave a rest of 0.17.
            let output = convert(&tone(from_hz, 440.0, from_hz as usize), from_hz, to_hz, 1_000);
            assert_eq!(output.len(), to_hz as usize, "{from_hz} to {to_hz}");
            let edge = to_hz as usize / 50;
            let middle = &output[edge..output.len() - edge];
            // The middle starts a whole number of samples in: shift the reference by comparing against a generated
            // tone.
            let reference = tone(to_hz, 440.0, to_hz as usize);
            let error = middle.iter().zip(&reference[edge..]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            let one_sample = 0.5 * std::f32::consts::TAU * 440.0 / to_hz.min(from_hz) as f32;
            assert!(
                error < 0.05 * one_sample + 1e-3,
                "{from_hz} to {to_hz}: error {error}, one sample is {one_sample}"
            );
        }
    }

    #[test]
    fn what_is_above_the_band_does_not_come_back_as_an_alias() {
        for from_hz in [22_050, 44_100, 48_000, 96_000] {
            let output = convert(&tone(from_hz, 9_000.0, from_hz as usize), from_hz, 16_000, 480);
            let loudest = output[400..output.len() - 400].iter().fold(0.0_f32, |a, b| a.max(b.abs()));
            assert!(loudest < 0.5e-3, "{from_hz}: {loudest}");
            let kept = convert(&tone(from_hz, 6_500.0, from_hz as usize), from_hz, 16_000, 480);
            let level = amplitude(&kept[160..kept.len() - 160]);
            assert!(level > 0.45, "{from_hz}: {level}");
        }
    }

    #[test]
    fn a_new_stream_begins_after_finish() {
        let mut resampler = Resampler::new(22_050, 48_000).unwrap();
        let clip = tone(22_050, 300.0, 1_234);
        let mut first = Vec::new();
        resampler.process(&clip, &mut first);
        resampler.finish(&mut first);
        let mut second = Vec::new();
        resampler.process(&clip, &mut second);
        resampler.finish(&mut second);
        assert_eq!(first, second);
    }

    #[test]
    fn rates_out_of_range_are_refused() {
        for (from_hz, to_hz) in [(0, 16_000), (16_000, 0), (u32::MAX, 16_000), (16_000, 999)] {
            assert!(matches!(Resampler::new(from_hz, to_hz), Err(ResampleError::Rate(_))));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_rates_and_block_sizes_give_the_due_length(
            from_hz in 4_000_u32..100_000, to_hz in 4_000_u32..100_000, length in 0_usize..5_000, chunk in 1_usize..3_000,
        ) {
            let input = tone(from_hz, 200.0, length);
            let output = convert(&input, from_hz, to_hz, chunk);
            let due = (length as u64 * u64::from(to_hz) + u64::from(from_hz) / 2) / u64::from(from_hz);
            prop_assert_eq!(output.len() as u64, due);
            prop_assert_eq!(&output, &convert(&input, from_hz, to_hz, usize::MAX));
            prop_assert!(output.iter().all(|sample| sample.abs() < 0.7));
        }
    }
}

//! Where a sentence parts into a beginning and a rest, found by both of them said alone by the same voice.
//!
//! Both are aligned with the sentence by their spectra (dynamic time warping), the beginning from its start and the rest
//! from its end; they part where what both cost together is least.

use std::f32::consts::PI;

use crate::samples::{SAMPLE_RATE_HZ, quietest_near, samples_in};
use crate::sound_span::sound_span;

/// One spectrum every 10 ms,
const HOP_MS: u32 = 10;
/// of so much sound: too short to tell the harmonics of a voice, whose pitch is another at an end.
const WINDOW_MS: u32 = 12;
const BANDS: usize = 20;
const LOWEST_HZ: f32 = 200.0;
const HIGHEST_HZ: f32 = 7_000.0;
/// What is so far below the loudest counts as silence, in decibels.
const RANGE_DB: f32 = 50.0;
/// How far the place may move to the quietest one nearby.
const SNAP_MS: u32 = 30;

type Spectrum = [f32; BANDS];

/// The sample of `whole` at which `beginning` is over and `rest` begins, at the quietest 10 ms nearby; `None` where one of
/// them is silent.
pub fn parting(beginning: &[f32], rest: &[f32], whole: &[f32]) -> Option<usize> {
    let heard = |samples: &[f32]| {
        let span = sound_span(samples)?;
        Some((span.first, spectra(samples.get(span.first..span.end)?)))
    };
    let ((_, beginning), (_, mut rest), (first, mut all)) = (heard(beginning)?, heard(rest)?, heard(whole)?);
    let until = costs(&beginning, &all);
    rest.reverse();
    all.reverse();
    let mut from = costs(&rest, &all);
    from.reverse();
    let together = until.iter().zip(from.iter().skip(1)).map(|(until, from)| until + from);
    let (place, _) = together.enumerate().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let near = first + (place + 1) * samples_in(HOP_MS);
    Some(quietest_near(whole, near, samples_in(SNAP_MS)))
}

/// What it costs to align all of `said` with `all`, up to each place of that.
fn costs(said: &[Spectrum], all: &[Spectrum]) -> Vec<f32> {
    let mut costs: Vec<f32> = Vec::new();
    for spectrum in said {
        let mut next = Vec::with_capacity(all.len());
        for (place, other) in all.iter().enumerate() {
            let distance = distance(spectrum, other);
            let before = |costs: &[f32], place: Option<usize>| place.and_then(|place| costs.get(place).copied());
            let stays = before(&costs, Some(place)).map(|cost| cost + distance);
            let both = before(&costs, place.checked_sub(1)).map(|cost| cost + 2.0 * distance);
            let goes = before(&next, place.checked_sub(1)).map(|cost| cost + distance);
            next.push([stays, both, goes].into_iter().flatten().min_by(f32::total_cmp).unwrap_or(distance));
        }
        costs = next;
    }
    costs
}

fn distance(one: &Spectrum, other: &Spectrum) -> f32 {
    one.iter().zip(other).map(|(one, other)| (one - other).abs()).sum::<f32>() / BANDS as f32
}

/// In decibels below the loudest band, down to [`RANGE_DB`].
fn spectra(samples: &[f32]) -> Vec<Spectrum> {
    let window = samples_in(WINDOW_MS);
    let waves: Vec<(Vec<f32>, Vec<f32>)> = (0..BANDS)
        .map(|band| {
            let at = mel(LOWEST_HZ) + (mel(HIGHEST_HZ) - mel(LOWEST_HZ)) * band as f32 / (BANDS - 1) as f32;
            let turn = 2.0 * PI * 700.0 * (10_f32.powf(at / 2_595.0) - 1.0) / SAMPLE_RATE_HZ as f32;
            let hann = |index: usize| 0.5 - 0.5 * (2.0 * PI * index as f32 / window as f32).cos();
            let wave =
                |part: fn(f32) -> f32| (0..window).map(|index| hann(index) * part(turn * index as f32)).collect();
            (wave(f32::cos), wave(f32::sin))
        })
        .collect();
    let part =
        |samples: &[f32], wave: &[f32]| samples.iter().zip(wave).map(|(sample, wave)| sample * wave).sum::<f32>();
    let powers: Vec<Spectrum> = samples
        .windows(window)
        .step_by(samples_in(HOP_MS))
        .map(|samples| {
            let mut powers = [0.0; BANDS];
            for (power, (cosine, sine)) in powers.iter_mut().zip(&waves) {
                *power = part(samples, cosine).powi(2) + part(samples, sine).powi(2);
            }
            powers
        })
        .collect();
    let loudest = powers.iter().flatten().copied().fold(f32::MIN_POSITIVE, f32::max);
    powers.into_iter().map(|powers| powers.map(|power| (10.0 * (power / loudest).log10()).max(-RANGE_DB))).collect()
}

fn mel(hz: f32) -> f32 {
    2_595.0 * (1.0 + hz / 700.0).log10()
}

#[cfg(test)]
mod tests;

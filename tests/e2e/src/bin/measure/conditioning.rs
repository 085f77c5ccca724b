//! What the microphone's path itself adds to a voice: signal to noise of what a recogniser gets, by that of the source.
//!
//! A card's sound at 48 kHz and 16 bits is brought to 16 kHz and goes through all that listens, the canceller with a silent loudspeaker
//! included. It is compared with the same voice at an ordinary level without noise: what is left in each frame once that is taken out, as
//! loud as it is in it, counts as noise, with everything that bends or cuts.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use parley_audio::capture::{FRAME_RATE_HZ, FRAME_SAMPLES};
use parley_audio::playback::TapBlock;
use parley_audio::resample::Resampler;
use parley_audio::sample::Sample;
use parley_conversation::Position;
use parley_daemon::listening::Detector;
use parley_e2e::level::{louder, louder_half_dbfs, power};
use parley_echo::{EchoCanceller, Played};
use parley_speech::noise::Randomness;

use crate::room::{samples, speech};

const RATE: usize = FRAME_RATE_HZ as usize;
/// Of an ordinary card, in Hz.
pub const CARD_HZ: u32 = 48_000;
/// Near a headset, as most recordings are, across a table, across a room, and an I2S microphone across a room.
const LEVELS_DBFS: [f32; 5] = [-16.0, -20.0, -32.0, -44.0, -55.0];
/// How far the noise is below the louder half of the source's voice, in dB: nearly what is to be left, and better ones.
const RATIOS_DB: [f32; 4] = [26.0, 30.0, 40.0, 60.0];
/// What it is compared with.
const REFERENCE_DBFS: f32 = -20.0;
/// The target, in dB.
const TARGET_DB: f64 = 25.0;
/// A frame so far below the voice's louder half is none of its.
const PAUSE_DB: f32 = 20.0;
/// Until a quiet microphone is as loud as it will be.
const SETTLED: usize = 20 * RATE;
/// So many samples later than it was, what comes of a sound is at most.
const LATEST: usize = 400;

pub fn run() -> Result<()> {
    let sets = speech()?;
    let mut voice = Vec::new();
    for clip in &sets.questions {
        voice.extend(samples(&sets, clip)?.into_iter().map(|sample| f32::from(sample) / 32_768.0));
    }
    println!("signal to noise of the source -> of what is recognised, in dB; a card of {CARD_HZ} Hz and 16 bits");
    let reference = through(&louder(&voice, REFERENCE_DBFS))?;
    let (mut could, mut reached) = (0, 0);
    for dbfs in LEVELS_DBFS {
        let told = RATIOS_DB.into_iter().map(|ratio_db| {
            let clean = louder(&voice, dbfs);
            let noisy = with_noise(&clean, dbfs - ratio_db);
            let (source_db, left_db) = (ratio(&clean, &noisy)?, ratio(&reference, &through(&noisy)?)?);
            could += usize::from(source_db >= TARGET_DB);
            reached += usize::from(source_db >= TARGET_DB && left_db >= TARGET_DB);
            Ok(format!("{source_db:.1} -> {left_db:.1}"))
        });
        println!("voice at {dbfs:.0} dBFS: {}", told.collect::<Result<Vec<_>>>()?.join(" | "));
    }
    println!("of {could} sources with {TARGET_DB:.0} dB or more, {reached} have as much when they are recognised");
    Ok(())
}

/// A sound with white noise at this level.
fn with_noise(voice: &[f32], dbfs: f32) -> Vec<f32> {
    let mut random = Randomness::new(5);
    // Of -1..1 it has a third of its peak's power.
    let noise = 10_f32.powf(dbfs / 20.0) * 3.0_f32.sqrt();
    voice.iter().map(|sample| sample + noise * random.next_sample()).collect()
}

/// A loudspeaker that is silent.
pub struct Silent;

impl Played for Silent {
    fn next(&mut self, _: &mut Vec<i16>) -> Option<TapBlock> {
        None
    }

    fn is_sounding(&self) -> bool {
        false
    }
}

/// What comes of a sound at the microphone to a recogniser.
fn through(sound: &[f32]) -> Result<Vec<f32>> {
    let mut card = Vec::new();
    let mut up = Resampler::new(FRAME_RATE_HZ, CARD_HZ)?;
    up.process(sound, &mut card);
    up.finish(&mut card);
    let card: Vec<i16> = card.into_iter().map(Sample::into_i16).collect();
    let mut heard: Vec<f32> = Vec::new();
    let mut down = Resampler::new(CARD_HZ, FRAME_RATE_HZ)?;
    down.process(&card, &mut heard);
    down.finish(&mut heard);
    let mut detector = Detector::default().with_canceller(Box::new(EchoCanceller::new(Silent, CARD_HZ)?));
    let (begun, mut recognised) = (Instant::now(), Vec::new());
    let heard: Vec<i16> = heard.into_iter().map(Sample::into_i16).collect();
    for (number, frame) in heard.as_chunks::<FRAME_SAMPLES>().0.iter().enumerate() {
        let end = ((number + 1) * FRAME_SAMPLES) as u64;
        let arrived = begun + Duration::from_secs_f64(end as f64 / RATE as f64);
        recognised.extend(detector.hear(frame, false, Position(end), arrived.into()).samples.map(Sample::into_f32));
    }
    Ok(recognised)
}

/// How much more there is of the reference in a sound than of anything else, in dB, over the frames in which there is a voice.
fn ratio(reference: &[f32], heard: &[f32]) -> Result<f64> {
    let lag = lag(reference, heard);
    let (reference, heard) = if lag < 0 {
        (reference.get(lag.unsigned_abs()..).unwrap_or_default(), heard)
    } else {
        (reference, heard.get(lag.unsigned_abs()..).unwrap_or_default())
    };
    let least = f64::from(10_f32.powf((louder_half_dbfs(reference) - PAUSE_DB) / 10.0));
    let frames = reference.chunks_exact(FRAME_SAMPLES).zip(heard.chunks_exact(FRAME_SAMPLES));
    let (mut signal, mut noise, mut counted) = (0.0, 0.0, 0);
    for (reference, heard) in frames.skip(SETTLED / FRAME_SAMPLES).filter(|(reference, _)| power(reference) > least) {
        let dot = |one: &[f32], other: &[f32]| -> f64 {
            one.iter().zip(other).map(|(one, other)| f64::from(one * other)).sum()
        };
        let gain = dot(reference, heard) / dot(reference, reference);
        // As loud as the reference, so that every frame counts as its voice does.
        signal += dot(reference, reference);
        noise += (dot(heard, heard) - gain * dot(reference, heard)).max(0.0) / gain.powi(2).max(1e-12);
        counted += 1;
    }
    ensure!(counted > 500, "there are voices to compare");
    Ok(10.0 * (signal / noise.max(1e-12)).log10())
}

/// By how many samples the one is later than the other.
fn lag(reference: &[f32], heard: &[f32]) -> isize {
    let part = |samples: &[f32], from: usize| samples.get(from..from + 2 * RATE).unwrap_or_default().to_vec();
    let alike = |reference: &[f32], heard: &[f32]| -> f64 {
        reference.iter().zip(heard).map(|(one, other)| f64::from(one * other)).sum()
    };
    let here = part(reference, SETTLED);
    let lags = 0..=2 * LATEST;
    let best = lags.max_by(|one, other| {
        let at = |lag: usize| alike(&here, &part(heard, SETTLED + lag - LATEST));
        at(*one).total_cmp(&at(*other))
    });
    best.unwrap_or(LATEST) as isize - LATEST as isize
}

#[cfg(test)]
mod tests {
    use parley_speech::babble::babble;

    use super::*;

    #[test]
    fn noise_is_told_as_it_is_and_a_gain_or_a_delay_is_none() {
        let voice = louder(&babble(60 * RATE, 150.0, 1), -26.0);
        let level = power(&voice).sqrt() as f32;
        let mut random = Randomness::new(9);
        let noisy: Vec<f32> = std::iter::repeat_n(0.0, 37)
            .chain(voice.iter().map(|sample| 3.0 * (sample + level * 0.1 * 3.0_f32.sqrt() * random.next_sample())))
            .collect();
        assert_eq!(lag(&voice, &noisy), 37);
        let told = ratio(&voice, &noisy).expect("a voice");
        assert!((18.0..=24.0).contains(&told), "{told} dB of 20, more where only loud frames count");
        let cut: Vec<f32> = voice.iter().map(|sample| sample.clamp(-level, level)).collect();
        let told = ratio(&voice, &cut).expect("a voice");
        assert!(told < 20.0, "{told} dB of what was cut");
    }
}

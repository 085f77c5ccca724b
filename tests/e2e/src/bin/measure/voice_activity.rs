//! What the voice activity detector calls speech, with its second opinion and without, by the level of the speech.

use std::f32::consts::TAU;
use std::time::Instant;

use anyhow::Result;
use parley_audio::capture::FRAME_SAMPLES;
use parley_conversation::{FRAME, Position};
use parley_daemon::listening::{Conditioning, VoiceActivity, level_dbfs};
use parley_speech::noise::{self, Noise, Randomness};
use parley_speech::{Clip, SpeechSets, Split};

use crate::pauses::PAUSE_MS;
use crate::room::{percentile, samples, speech};

const RATE_HZ: f32 = 16_000.0;
/// Frames of a quiet room in which the detector has come to rest before anything else begins.
const QUIET: usize = 150;
/// Noise alone before and after each clip.
const ALONE: usize = 24_000;
/// A frame of the clean clip so far below its loudest is no speech for sure, or is for sure.
const NO_SPEECH_DB: f32 = 45.0;
const SPEECH_DB: f32 = 25.0;
/// So many frames beside speech belong to neither.
const BESIDE: usize = 10;
/// An onset, as the conversation finds it: so many frames with speech, out of so many.
const ONSET_FRAMES: u32 = 3;
const ONSET_WINDOW: u32 = 0b1111;

/// How loud the speech is, in dB of full scale: near a headset, as most recordings are, across a table, across a room.
const LEVELS_DBFS: [f32; 4] = [-10.0, -20.0, -32.0, -40.0];
/// What is beside it, and how many dB below it.
const CONDITIONS: [(Beside, f32); 9] = [
    (Beside::Nothing, 0.0),
    (Beside::Pink, 10.0),
    (Beside::Pink, 5.0),
    (Beside::Hum, 10.0),
    (Beside::Hum, 5.0),
    (Beside::Knocks, 10.0),
    (Beside::Knocks, 5.0),
    (Beside::Music, 20.0),
    (Beside::Music, 10.0),
];

#[derive(Debug, Clone, Copy)]
enum Beside {
    Nothing,
    Pink,
    Hum,
    Knocks,
    Music,
}

/// What was called speech.
#[derive(Default)]
struct Called {
    no_speech: usize,
    falsely: usize,
    speech: usize,
    missed: usize,
    /// From the first frame of speech to the onset.
    onsets_ms: Vec<f64>,
    never: usize,
}

pub fn run() -> Result<()> {
    let sets = speech()?;
    println!(
        "of frames without speech, those that were called speech; of frames of speech, those that were missed; and the"
    );
    println!(
        "onset's delay after the first frame of speech, median and 95 %; the noise begins in a quiet room, 1.5 s before"
    );
    for split in [Split::Tuning, Split::HeldOut] {
        // Each sentence once: its clips differ in the length of the pause only.
        let paused = sets.pauses.iter().filter(|paused| paused.inserted_ms == PAUSE_MS).map(|paused| &paused.clip);
        let clips = sets.questions.iter().chain(paused).filter(|clip| clip.split == Some(split));
        let clips = clips.map(|clip| spoken(&sets, clip)).collect::<Result<Vec<_>>>()?;
        println!(
            "{:<22} | webrtc-vad alone            | with the second opinion",
            format!("{split:?}, {}", clips.len())
        );
        for level_dbfs in LEVELS_DBFS {
            for (beside, ratio_db) in CONDITIONS {
                let alone = called(&clips, level_dbfs, beside, ratio_db, VoiceActivity::without_second_opinion);
                let both = called(&clips, level_dbfs, beside, ratio_db, VoiceActivity::default);
                println!("{level_dbfs:>3} dBFS {:<7} {ratio_db:>3} dB | {alone} | {both}", format!("{beside:?}"));
            }
        }
    }
    Ok(())
}

/// A clip with silence before and after it.
fn spoken(sets: &SpeechSets, clip: &Clip) -> Result<Vec<i16>> {
    let silence = vec![0; ALONE];
    Ok([&silence, &samples(sets, clip)?, &silence].map(Vec::as_slice).concat())
}

fn called(
    clips: &[Vec<i16>],
    level_dbfs: f32,
    beside: Beside,
    ratio_db: f32,
    detector: impl Fn() -> VoiceActivity,
) -> Called {
    let mut called = Called::default();
    for (number, clip) in clips.iter().enumerate() {
        let gain = 10_f32.powf(level_dbfs / 20.0) / speech_power(clip).sqrt();
        let clean: Vec<i16> = clip.iter().map(|sample| (f32::from(*sample) * gain) as i16).collect();
        let mixed = mix(&clean, beside, ratio_db, number as u64);
        called.add(&clean, &mixed, &quiet_room(number as u64), detector());
    }
    called
}

impl Called {
    fn add(&mut self, clean: &[i16], mixed: &[i16], before: &[[i16; FRAME_SAMPLES]], mut activity: VoiceActivity) {
        let mut conditioning = Conditioning::default();
        let mut judge = |frame: &[i16; FRAME_SAMPLES]| {
            let samples = conditioning.condition(frame, Position::default(), Instant::now()).samples;
            let is_called = activity.judge(&samples);
            conditioning.note(is_called);
            is_called
        };
        for frame in before {
            judge(frame);
        }
        let (levels, loudest) = levels(clean);
        let (mut first, mut found, mut latest) = (None, None, 0);
        for (number, frame) in mixed.as_chunks::<FRAME_SAMPLES>().0.iter().enumerate() {
            let is_called = judge(frame);
            let around = levels.get(number.saturating_sub(BESIDE)..(number + BESIDE).min(levels.len()));
            let near = around.unwrap_or_default().iter().any(|level| *level > loudest - NO_SPEECH_DB);
            let speech = levels.get(number).is_some_and(|level| *level > loudest - SPEECH_DB);
            if speech {
                first = first.or(Some(number));
                self.speech += 1;
                self.missed += usize::from(!is_called);
            } else if !near {
                self.no_speech += 1;
                self.falsely += usize::from(is_called);
            }
            latest = (latest << 1 | u32::from(is_called)) & ONSET_WINDOW;
            if first.is_some() && latest.count_ones() >= ONSET_FRAMES {
                found = found.or(Some(number));
            }
        }
        match (first, found) {
            (Some(first), Some(found)) => {
                let delay = FRAME * u32::try_from(found - first).unwrap_or(u32::MAX);
                self.onsets_ms.push(delay.as_secs_f64() * 1e3);
            }
            _ => self.never += 1,
        }
    }
}

impl std::fmt::Display for Called {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let share = |part: usize, all: usize| 100.0 * part as f64 / all.max(1) as f64;
        let (falsely, missed) = (share(self.falsely, self.no_speech), share(self.missed, self.speech));
        let mut onsets = self.onsets_ms.clone();
        let (median, late) = (percentile(&mut onsets, 0.5), percentile(&mut onsets, 0.95));
        write!(formatter, "{falsely:>5.1} % {missed:>5.1} % {median:>4.0} {late:>4.0} ms")?;
        if self.never > 0 { write!(formatter, ", {} never", self.never) } else { Ok(()) }
    }
}

/// The faint noise of a room and its microphone.
fn quiet_room(seed: u64) -> Vec<[i16; FRAME_SAMPLES]> {
    let mut randomness = Randomness::new(seed);
    (0..QUIET).map(|_| std::array::from_fn(|_| (randomness.next_sample() * 6.0) as i16)).collect()
}

/// How loud each frame of a clip is, and the loudest.
fn levels(clean: &[i16]) -> (Vec<f32>, f32) {
    let levels: Vec<f32> = clean.chunks_exact(FRAME_SAMPLES).map(level_dbfs).collect();
    let loudest = levels.iter().copied().fold(f32::MIN, f32::max);
    (levels, loudest)
}

/// Mean power of a clip's frames of speech; full scale is 1.
fn speech_power(clean: &[i16]) -> f32 {
    let (levels, loudest) = levels(clean);
    let spoken = levels.iter().filter(|level| **level > loudest - SPEECH_DB).map(|level| 10_f32.powf(level / 10.0));
    let spoken: Vec<f32> = spoken.collect();
    spoken.iter().sum::<f32>() / spoken.len().max(1) as f32
}

/// The clip with something beside it, so many dB below its speech.
fn mix(clean: &[i16], beside: Beside, ratio_db: f32, seed: u64) -> Vec<i16> {
    let noise = match beside {
        Beside::Nothing => return clean.to_vec(),
        Beside::Pink => pink(clean.len(), seed),
        Beside::Hum => hum(clean.len()),
        Beside::Knocks => knocks(clean.len(), seed),
        Beside::Music => music(clean.len(), seed),
    };
    let noise_power = noise.iter().map(|sample| sample * sample).sum::<f32>() / noise.len().max(1) as f32;
    let gain = (speech_power(clean) / noise_power / 10_f32.powf(ratio_db / 10.0)).sqrt() * 32_768.0;
    clean.iter().zip(&noise).map(|(clean, noise)| (f32::from(*clean) + noise * gain) as i16).collect()
}

/// Noise with as much power in each octave as in any other (Paul Kellet's filter of three poles).
pub(crate) fn pink(length: usize, seed: u64) -> Vec<f32> {
    let mut randomness = Randomness::new(seed);
    let mut poles = [0.0_f32; 3];
    let mut next = || {
        let white = randomness.next_sample();
        poles[0] = 0.997_65 * poles[0] + white * 0.099_046;
        poles[1] = 0.963 * poles[1] + white * 0.296_516_4;
        poles[2] = 0.57 * poles[2] + white * 1.052_691_3;
        poles.iter().sum::<f32>() + white * 0.184_8
    };
    (0..length).map(|_| next()).collect()
}

/// A mains transformer: 50 Hz and what belongs to it.
fn hum(length: usize) -> Vec<f32> {
    let at = |time: f32| (1..=12_u8).map(|n| (TAU * 50.0 * f32::from(n) * time).sin() / f32::from(n)).sum();
    (0..length).map(|index| at(index as f32 / RATE_HZ)).collect()
}

/// Somebody at the door, again and again.
fn knocks(length: usize, seed: u64) -> Vec<f32> {
    let knocks = (0..).flat_map(|number| noise::generate(Noise::Knock, seed * 1_000 + number));
    knocks.take(length).collect()
}

/// Chords of plucked strings (Karplus and Strong, 1983), two in a second.
pub(crate) fn music(length: usize, seed: u64) -> Vec<f32> {
    let mut randomness = Randomness::new(seed);
    let mut sound = vec![0.0; length];
    let chords = [[196.0, 246.9, 293.7], [220.0, 261.6, 329.6], [174.6, 220.0, 261.6], [261.6, 329.6, 392.0]];
    for (number, begin) in (0..length).step_by(8_000).enumerate() {
        for hz in chords.iter().cycle().nth(number).into_iter().flatten() {
            let mut string: Vec<f32> = (0..(RATE_HZ / hz) as usize).map(|_| randomness.next_sample()).collect();
            for place in sound.iter_mut().skip(begin).take(16_000) {
                let (first, second) = (string[0], string[1]);
                *place += first;
                string.rotate_left(1);
                if let Some(last) = string.last_mut() {
                    *last = 0.498 * (first + second);
                }
            }
        }
    }
    sound
}

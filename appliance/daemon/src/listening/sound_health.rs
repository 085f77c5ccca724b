//! How well the microphone hears: what is wrong with its sound, seen over some windows before anybody is told.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

use parley_audio::capture::FRAME_RATE_HZ;

use super::FRAME_SAMPLES;

/// Frames of a window: five seconds.
const WINDOW_FRAMES: u32 = 250;
/// Frames in which hum is looked for at once: 200 ms hold whole periods of 50 and 60 Hz.
const HUM_FRAMES: u32 = 10;
/// Windows that are remembered, and in how many of them a trouble has to be seen to be one. It is over when it is in none.
const REMEMBERED: u16 = 0b11_1111_1111;
const SEEN_IN: u32 = 3;

/// A sample this near full scale was louder.
const FULL_SCALE: u16 = 32_700;
/// More than one such in a thousand is heard.
const CLIPPED_SHARE: f64 = 0.001;
/// A mean of all samples this far from zero, in dB of full scale, is a defect of the device.
const OFFSET_DBFS: f64 = -40.0;
/// Hum this loud, and more than half of what is heard while nobody speaks.
const HUM_DBFS: f64 = -50.0;
const HUM_SHARE: f64 = 0.5;
/// A voice this quiet is heard badly even when it is made louder.
const QUIET_DBFS: f32 = -56.0;

/// Something that is wrong with the sound of a microphone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SoundTrouble {
    /// Nothing but silence without a bit of noise: it is switched off, or the wrong one.
    Silent,
    Clips,
    Offset,
    Hums,
    /// Voices are.
    Quiet,
}

impl SoundTrouble {
    pub const ALL: [Self; 5] = [Self::Silent, Self::Clips, Self::Offset, Self::Hums, Self::Quiet];
}

impl fmt::Display for SoundTrouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Silent => "delivers nothing but zeroes: it may be switched off, or be the wrong one",
            Self::Clips => "is too loud and clips: turn its level down, or speak from further away",
            Self::Offset => "has an offset: it or its card may be damaged",
            Self::Hums => "hums: look at its cable and its power supply",
            Self::Quiet => "is too quiet: turn its level up, or put it nearer",
        })
    }
}

/// What is wrong now; the listening thread writes, anybody reads.
#[derive(Debug, Default)]
pub struct SoundTroubles(AtomicU32);

impl SoundTroubles {
    pub fn get(&self) -> impl Iterator<Item = SoundTrouble> {
        let bits = self.0.load(Ordering::Relaxed);
        SoundTrouble::ALL.into_iter().filter(move |trouble| bits >> *trouble as u32 & 1 == 1)
    }

    fn set(&self, trouble: SoundTrouble, on: bool) {
        let bit = 1 << trouble as u32;
        if on {
            self.0.fetch_or(bit, Ordering::Relaxed)
        } else {
            self.0.fetch_and(!bit, Ordering::Relaxed)
        };
    }
}

/// Looks at every frame as it came from the device.
#[derive(Debug, Default)]
pub struct SoundHealth {
    window: Window,
    hum: Hum,
    /// In which of the last windows each trouble was, the newest lowest.
    seen: [u16; SoundTrouble::ALL.len()],
}

#[derive(Debug, Default)]
struct Window {
    frames: u32,
    sum: f64,
    clipped: u64,
    /// Whether any two samples differed.
    varies: bool,
    hum_blocks: u32,
    humming: u32,
}

impl SoundHealth {
    /// Takes a frame; `speech_dbfs`: how loud voices are at this microphone, as far as that is known.
    pub fn look(
        &mut self,
        samples: &[i16; FRAME_SAMPLES],
        speech: bool,
        speech_dbfs: Option<f32>,
        troubles: &SoundTroubles,
    ) {
        self.window.take(samples, speech, &mut self.hum);
        if self.window.frames < WINDOW_FRAMES {
            return;
        }
        let window = std::mem::take(&mut self.window);
        for trouble in SoundTrouble::ALL {
            let is_seen = window.shows(trouble, speech_dbfs);
            let seen = &mut self.seen[trouble as usize];
            *seen = (*seen << 1 | u16::from(is_seen)) & REMEMBERED;
            if seen.count_ones() >= SEEN_IN {
                troubles.set(trouble, true);
            } else if *seen == 0 {
                troubles.set(trouble, false);
            }
        }
    }
}

impl Window {
    fn take(&mut self, samples: &[i16; FRAME_SAMPLES], speech: bool, hum: &mut Hum) {
        self.frames += 1;
        self.sum += samples.iter().map(|sample| f64::from(*sample)).sum::<f64>();
        self.clipped += samples.iter().filter(|sample| sample.unsigned_abs() >= FULL_SCALE).count() as u64;
        self.varies |= samples.iter().any(|sample| *sample != samples[0]);
        if let Some(humming) = hum.look(samples, speech) {
            self.hum_blocks += 1;
            self.humming += u32::from(humming);
        }
    }

    fn shows(&self, trouble: SoundTrouble, speech_dbfs: Option<f32>) -> bool {
        let count = f64::from(self.frames.max(1)) * FRAME_SAMPLES as f64;
        match trouble {
            SoundTrouble::Silent => !self.varies,
            SoundTrouble::Clips => self.clipped as f64 > count * CLIPPED_SHARE,
            SoundTrouble::Offset => self.varies && dbfs((self.sum / count).powi(2)) > OFFSET_DBFS,
            SoundTrouble::Hums => self.humming * 2 > self.hum_blocks,
            SoundTrouble::Quiet => speech_dbfs.is_some_and(|level| level < QUIET_DBFS),
        }
    }
}

/// What is wrong with a sound in which nobody speaks, mono, 16 kHz; of one that is shorter than a frame nothing is known.
pub fn troubles_of(samples: &[i16]) -> Vec<SoundTrouble> {
    let (mut window, mut hum) = (Window::default(), Hum::default());
    for frame in samples.as_chunks::<FRAME_SAMPLES>().0 {
        window.take(frame, false, &mut hum);
    }
    let seen = SoundTrouble::ALL.into_iter().filter(|trouble| window.frames > 0 && window.shows(*trouble, None));
    seen.collect()
}

/// Power in dB of full scale.
fn dbfs(power: f64) -> f64 {
    10.0 * (power / 32_768_f64.powi(2) + 1e-12).log10()
}

/// Mains hum, 50 or 60 Hz with its first harmonic, in stretches in which nobody speaks.
#[derive(Debug, Default)]
struct Hum {
    frames: u32,
    spoken: bool,
    sum: f64,
    squares: f64,
    /// Of each of [`Hum::HZ`], the last two values of Goertzel's recurrence.
    tones: [(f64, f64); Self::HZ.len()],
}

impl Hum {
    const HZ: [f64; 4] = [50.0, 100.0, 60.0, 120.0];

    /// After a stretch without speech, whether it hums.
    fn look(&mut self, samples: &[i16; FRAME_SAMPLES], speech: bool) -> Option<bool> {
        self.spoken |= speech;
        for (tone, hz) in self.tones.iter_mut().zip(Self::HZ) {
            let turn = 2.0 * (std::f64::consts::TAU * hz / f64::from(FRAME_RATE_HZ)).cos();
            for sample in samples {
                *tone = (f64::from(*sample) + turn * tone.0 - tone.1, tone.0);
            }
        }
        self.sum += samples.iter().map(|sample| f64::from(*sample)).sum::<f64>();
        self.squares += samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
        self.frames += 1;
        if self.frames < HUM_FRAMES {
            return None;
        }
        let Self { spoken, sum, squares, tones, .. } = std::mem::take(self);
        let count = f64::from(HUM_FRAMES) * FRAME_SAMPLES as f64;
        let power = |index: usize| {
            let ((last, before), hz) = (tones[index], Self::HZ[index]);
            let turn = 2.0 * (std::f64::consts::TAU * hz / f64::from(FRAME_RATE_HZ)).cos();
            2.0 * (last * last + before * before - turn * last * before) / count.powi(2)
        };
        let hum = (power(0) + power(1)).max(power(2) + power(3));
        let all = squares / count - (sum / count).powi(2);
        (!spoken).then_some(dbfs(hum) > HUM_DBFS && hum > all * HUM_SHARE)
    }
}

#[cfg(test)]
mod tests {
    use super::super::vowel;
    use super::*;

    /// What is found after so many seconds of a sound, given by its samples' numbers.
    fn found(
        seconds: usize,
        sound: impl Fn(usize) -> f32,
        speech: bool,
        speech_dbfs: Option<f32>,
    ) -> Vec<SoundTrouble> {
        let (mut health, troubles) = (SoundHealth::default(), SoundTroubles::default());
        for frame in 0..seconds * 50 {
            let samples = std::array::from_fn(|index| sound(frame * FRAME_SAMPLES + index) as i16);
            health.look(&samples, speech, speech_dbfs, &troubles);
        }
        troubles.get().collect()
    }

    fn noise(at: usize) -> f32 {
        ((at * 7_919 + at / 13 * 104_729) % 61) as f32 - 30.0
    }

    fn tone(hz: f32, amplitude: f32) -> impl Fn(usize) -> f32 {
        move |at| amplitude * (std::f32::consts::TAU * hz * at as f32 / 16_000.0).sin() + noise(at)
    }

    #[test]
    fn each_trouble_is_found_and_a_good_microphone_has_none() {
        use SoundTrouble::{Clips, Hums, Offset, Quiet, Silent};
        let voice: Vec<i16> = (0..50).flat_map(|frame| vowel(frame, 2_000.0)).collect();
        let spoken = |at: usize| f32::from(voice[at % voice.len()]) + noise(at);
        assert_eq!(found(20, spoken, true, Some(-25.0)), []);
        assert_eq!(found(20, noise, false, None), []);
        assert_eq!(found(20, |_| 0.0, false, None), [Silent]);
        assert_eq!(found(20, tone(440.0, 60_000.0), true, Some(-3.0)), [Clips]);
        assert_eq!(found(20, |at| noise(at) + 500.0, false, None), [Offset]);
        assert_eq!(found(20, tone(50.0, 300.0), false, None), [Hums]);
        assert_eq!(found(20, tone(120.0, 300.0), false, None), [Hums]);
        assert_eq!(found(20, tone(440.0, 300.0), false, None), [], "music does not hum");
        assert_eq!(found(20, tone(100.0, 300.0), true, Some(-30.0)), [], "nor does a deep voice");
        assert_eq!(found(20, noise, false, Some(-60.0)), [Quiet]);
    }

    #[test]
    fn a_recording_is_looked_at_at_once() {
        let of =
            |sound: &dyn Fn(usize) -> f32| troubles_of(&(0..32_000).map(|at| sound(at) as i16).collect::<Vec<_>>());
        assert_eq!(of(&noise), []);
        assert_eq!(of(&|_| 0.0), [SoundTrouble::Silent]);
        assert_eq!(of(&tone(440.0, 60_000.0)), [SoundTrouble::Clips]);
        assert_eq!(of(&|at| noise(at) + 500.0), [SoundTrouble::Offset]);
        assert_eq!(of(&tone(50.0, 300.0)), [SoundTrouble::Hums]);
        assert_eq!(troubles_of(&[0; 100]), [], "too short to tell");
    }

    #[test]
    fn a_moment_is_no_trouble_and_one_that_is_over_is_told_no_more() {
        assert_eq!(found(10, |_| 0.0, false, None), [], "ten seconds are a moment");
        let (mut health, troubles) = (SoundHealth::default(), SoundTroubles::default());
        let mut seconds = |count: usize, level: i16| {
            for frame in 0..count * 50 {
                let samples = std::array::from_fn(|index| level * ((frame + index) % 2) as i16);
                health.look(&samples, false, None, &troubles);
            }
            troubles.get().collect::<Vec<_>>()
        };
        assert_eq!(seconds(15, 0), [SoundTrouble::Silent]);
        assert_eq!(seconds(45, 40), [SoundTrouble::Silent], "it may come back");
        assert_eq!(seconds(10, 40), []);
    }
}

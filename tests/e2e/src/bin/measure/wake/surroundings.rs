//! What is beside a voice, how far away it is, and what a microphone hears of both: simulated, and to be labelled so.

use parley_e2e::level::{louder, louder_half_dbfs, power};
use parley_speech::babble::babble;
use parley_speech::noise::Randomness;
use parley_speech::room::SimulatedRoom;

use crate::voice_activity::{music, pink};

const RATE: usize = 16_000;
/// What is beside a voice goes round after so long, in samples: a minute.
const ROUND: usize = 60 * RATE;
/// A microphone's own noise, as a factor of full scale: -70 dBFS.
const NOISE: f32 = 0.000_5;
/// Between two voices that say the word.
const BETWEEN: usize = 5 * RATE / 2;
/// Before the first one.
const BEFORE: usize = 5 * RATE;

/// What is beside a voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    Nothing,
    /// As much in each octave as in any other.
    Pink,
    /// Chords of plucked strings, computed.
    Music,
    /// Three voices without words, computed.
    Babble,
}

/// How a voice is heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surroundings {
    pub name: &'static str,
    /// How far away it is, in metres, 0.1..=10, in a room that reverberates for 0.4 s; `None`: at the microphone, without a room.
    pub distance_m: Option<f32>,
    /// How much faster it speaks, 0.5..=2; 1 is as it is.
    pub speed: f64,
    /// How loud its louder half is at the microphone, in dB of full scale.
    pub dbfs: f32,
    pub beside: Beside,
    /// So many dB less there is beside it than of itself.
    pub ratio_db: f32,
}

impl Surroundings {
    /// What comes of a voice to the microphone.
    pub fn voice(&self, samples: &[f32], seed: u64) -> Vec<f32> {
        let Some(distance_m) = self.distance_m else { return louder(samples, self.dbfs) };
        louder(&across(samples, distance_m, seed), self.dbfs)
    }

    /// What is beside it, from a seed.
    pub fn bed(&self, seed: u64) -> Bed {
        let sound = match self.beside {
            Beside::Nothing => return Bed { sound: Vec::new(), at: 0, random: Randomness::new(seed) },
            Beside::Pink => pink(ROUND, seed),
            Beside::Music => music(ROUND, seed),
            Beside::Babble => {
                let voices = [105.0, 170.0, 220.0].map(|hz| babble(ROUND, hz, seed + hz as u64));
                (0..ROUND).map(|index| voices.iter().map(|voice| voice[index]).sum()).collect()
            }
        };
        let gain = 10_f32.powf((self.dbfs - self.ratio_db) / 20.0) / (power(&sound).sqrt() as f32);
        let sound = sound.into_iter().map(|sample| sample * gain).collect();
        Bed { sound, at: 0, random: Randomness::new(seed) }
    }

    /// One sound of many voices, one after the other, and where each of them is in it.
    pub fn one_after_another<'a>(
        &self,
        voices: impl Iterator<Item = &'a [f32]>,
        seed: u64,
    ) -> (Vec<f32>, Vec<std::ops::Range<usize>>) {
        let (mut bed, mut places) = (self.bed(seed), Vec::new());
        let mut sound = bed.next(BEFORE);
        for (number, voice) in voices.enumerate() {
            let voice = self.voice(voice, seed + number as u64);
            places.push(sound.len()..sound.len() + voice.len());
            sound.extend(bed.under(&voice));
            sound.extend(bed.next(BETWEEN));
        }
        (sound, places)
    }
}

/// What is heard beside a voice, and goes on.
pub struct Bed {
    sound: Vec<f32>,
    at: usize,
    random: Randomness,
}

impl Bed {
    fn next(&mut self, samples: usize) -> Vec<f32> {
        self.under(&vec![0.0; samples])
    }

    /// A voice with it.
    pub fn under(&mut self, voice: &[f32]) -> Vec<f32> {
        let mixed = voice.iter().map(|sample| {
            let beside = self.sound.get(self.at).copied().unwrap_or_default();
            self.at = if self.at + 1 < self.sound.len() { self.at + 1 } else { 0 };
            (sample + beside + NOISE * self.random.next_sample()).clamp(-1.0, 1.0)
        });
        mixed.collect()
    }
}

/// What comes of a voice across an ordinary room, as loud as it was.
pub fn across(samples: &[f32], distance_m: f32, seed: u64) -> Vec<f32> {
    // People do not distort as loudspeakers do, and are not late.
    let room = SimulatedRoom { name: "", reverberates_s: 0.4, distance_m, device_ms: 0.0, drive: 1e-3, gain: 1.0 };
    let mut longer = samples.to_vec();
    longer.resize(samples.len() + RATE / 4, 0.0);
    louder(&room.echo(&longer, 0.0, seed), louder_half_dbfs(samples).min(-6.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beside_a_voice_is_as_much_quieter_as_it_says() {
        let voice = babble(2 * RATE, 150.0, 1);
        for beside in [Beside::Pink, Beside::Music, Beside::Babble] {
            let here = Surroundings { name: "", distance_m: None, speed: 1.0, dbfs: -30.0, beside, ratio_db: 10.0 };
            assert!((louder_half_dbfs(&here.voice(&voice, 1)) + 30.0).abs() < 0.1);
            let minute = here.bed(3).next(ROUND);
            let level_db = 10.0 * power(&minute).log10();
            assert!((level_db + 40.0).abs() < 0.2, "{beside:?}: {level_db}");
        }
    }
}

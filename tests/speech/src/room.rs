//! A simulated room with a loudspeaker and a microphone in it: no measurement of a real one, and to be labelled so.
//!
//! The way from the loudspeaker to the microphone is the direct sound and a tail of noise that decays exponentially, as dense as
//! reflections become within some tens of milliseconds. The loudspeaker distorts a little, as small ones do (tanh).

use std::ops::Range;

use crate::convolution::convolve;
use crate::noise::Randomness;
use crate::samples::SAMPLE_RATE_HZ;

/// Metres that sound passes in a second.
const SOUND: f32 = 343.0;
/// The tail carries as much as the direct sound at this distance, in metres, in a room of 60 cubic metres that reverberates for
/// a second: 0.057 times the root of volume by seconds (Sabine).
const CRITICAL_M: f32 = 0.44;
/// The tail ends where it is this far below its beginning, in dB.
const FADED_DB: f32 = 50.0;
/// Half as many taps of the filter between two samples.
const HALF_TAPS: i64 = 16;

/// A room, and how far apart the two are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SimulatedRoom {
    /// What it is like.
    pub name: &'static str,
    /// Until its sound has gone down by 60 dB, in seconds, 0..=1.5.
    pub reverberates_s: f32,
    /// From the loudspeaker to the microphone, in metres.
    pub distance_m: f32,
    /// What both devices delay beyond what they tell, in milliseconds.
    pub device_ms: f32,
    /// How much the loudspeaker distorts: the amplitude in front of tanh for full scale, above 0.
    pub drive: f32,
    /// As loud the echo is at the microphone as the sound was digitally, as a factor.
    pub gain: f32,
}

impl SimulatedRoom {
    /// What the microphone hears of a loudspeaker, as long as what it plays. `faster_ppm`: how much faster the loudspeaker's
    /// clock runs than the microphone's.
    pub fn echo(&self, played: &[f32], faster_ppm: f64, seed: u64) -> Vec<f32> {
        let drive = self.drive.max(1e-3);
        let distorted: Vec<f32> = played.iter().map(|sample| (sample * drive).tanh() / drive * self.gain).collect();
        let mut echo = convolve(&stretched(&distorted, faster_ppm), &self.way(seed));
        echo.truncate(played.len());
        echo
    }

    /// The way from one to the other: what a single full sample becomes.
    pub fn way(&self, seed: u64) -> Vec<f32> {
        let rate = SAMPLE_RATE_HZ as f32;
        let delay = ((self.device_ms / 1e3 + self.distance_m / SOUND) * rate) as usize;
        let tail = (self.reverberates_s * FADED_DB / 60.0 * rate) as usize;
        let mut way = vec![0.0; delay + 1 + tail];
        way[delay] = 1.0;
        let tail_energy = (self.distance_m / CRITICAL_M).powi(2) * self.reverberates_s;
        let decay = 6.908 / (self.reverberates_s.max(0.01) * rate);
        // White noise of -1..1 has a third of its peak's power, and a decay's energy is its first power by twice its rate.
        let level = (tail_energy * 3.0 * 2.0 * decay).sqrt();
        let mut random = Randomness::new(seed);
        for (index, tap) in way[delay + 1..].iter_mut().enumerate() {
            *tap = random.next_sample() * level * (-decay * index as f32).exp();
        }
        let energy: f32 = way.iter().map(|tap| tap * tap).sum();
        way.iter_mut().for_each(|tap| *tap /= energy.sqrt());
        way
    }
}

/// What a clock hears of another that runs so much faster.
pub fn stretched(samples: &[f32], faster_ppm: f64) -> Vec<f32> {
    if faster_ppm == 0.0 {
        return samples.to_vec();
    }
    let step = 1.0 + faster_ppm * 1e-6;
    (0..samples.len()).map(|index| between(samples, index as f64 * step)).collect()
}

/// A sample between two, by a windowed sinc.
fn between(samples: &[f32], at: f64) -> f32 {
    let (whole, part) = (at.floor() as i64, at.fract());
    let taps = |range: Range<i64>| {
        range.map(|offset| {
            let sample = usize::try_from(whole + offset).ok().and_then(|index| samples.get(index)).copied();
            let x = (offset as f64 - part) * std::f64::consts::PI;
            let sinc = if x.abs() < 1e-9 { 1.0 } else { x.sin() / x };
            let window = (x / (2.0 * (HALF_TAPS + 1) as f64)).cos().powi(2);
            sample.unwrap_or(0.0) * (sinc * window) as f32
        })
    };
    taps(1 - HALF_TAPS..HALF_TAPS + 1).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: SimulatedRoom =
        SimulatedRoom { name: "test", reverberates_s: 0.4, distance_m: 0.5, device_ms: 20.0, drive: 1.0, gain: 0.5 };

    #[test]
    fn a_click_comes_after_the_delay_and_fades_in_the_time_of_the_room() {
        let mut click = vec![0.0; 16_000];
        click[100] = 0.5;
        let echo = ROOM.echo(&click, 0.0, 1);
        let first = echo.iter().position(|sample| sample.abs() > 1e-4).expect("an echo");
        assert_eq!(first, 100 + 320 + 23, "20 ms, and half a metre");
        let energy = |from: usize| echo[from..from + 800].iter().map(|sample| sample * sample).sum::<f32>();
        let fallen_db = 10.0 * (energy(first + 100) / energy(first + 100 + 3_200)).log10();
        assert!((fallen_db - 30.0).abs() < 3.0, "{fallen_db} dB in half of the time");
        assert_eq!(echo, ROOM.echo(&click, 0.0, 1), "the same seed is the same room");
    }

    #[test]
    fn a_faster_clock_has_played_more_by_the_end() {
        let tone: Vec<f32> = (0..160_000).map(|n| (n as f32 * 0.1).sin()).collect();
        let faster = stretched(&tone, 200.0);
        let worst = (1_000..150_000).map(|n| (faster[n] - (n as f32 * 0.1 * 1.0002).sin()).abs()).fold(0.0, f32::max);
        assert!(worst < 0.02, "{worst}");
    }
}

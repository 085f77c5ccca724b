//! Sounds that need no engine.

use std::f32::consts::TAU;

use parley_engines::Spoken;

use crate::conductor::TONE;

const RATE_HZ: u32 = 24_000;
/// A third of full scale: as loud as speech.
const LEVEL: f32 = 11_000.0;
/// How fast a tone dies away: to a tenth in this many seconds.
const DECAY_S: f32 = 0.25;

/// A tone: its pitch in Hz, and seconds until the next one.
type Tone = (f32, f32);

/// Two notes upwards: somebody has something to say.
const CHIME: &[Tone] = &[(659.3, 0.18), (880.0, 0.5)];
/// One note: it is somebody's turn to speak.
const TONE_NOTE: &[Tone] = &[(880.0, 0.3)];
/// Insists, for two seconds.
const ALARM: &[Tone] = &[
    (880.0, 0.16),
    (1_108.7, 0.16),
    (1_318.5, 0.34),
    (880.0, 0.16),
    (1_108.7, 0.16),
    (1_318.5, 0.34),
    (880.0, 0.16),
    (1_108.7, 0.16),
    (1_318.5, 0.5),
];

/// Three notes upwards: Parley can be spoken to.
const READY: &[Tone] = &[(523.3, 0.12), (659.3, 0.12), (784.0, 0.4)];
/// One short note: somebody was heard to the end.
const HEARD: &[Tone] = &[(1_046.5, 0.15)];
/// Twice the same: something was heard that was no words.
const NOT_UNDERSTOOD: &[Tone] = &[(440.0, 0.14), (440.0, 0.3)];
/// Two notes downwards, low: something failed, and there is no voice to say so.
const FAILED: &[Tone] = &[(329.6, 0.2), (220.0, 0.5)];

/// A sound that says something where there is no voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Parley can be spoken to.
    Ready,
    /// Somebody was heard to the end.
    Heard,
    /// Somebody was heard, and not a word understood.
    NotUnderstood,
    /// What was to be said cannot be.
    Failed,
}

impl Signal {
    /// Its samples, mono at this rate in Hz.
    pub(crate) fn at(self, rate_hz: u32) -> Vec<i16> {
        let tones = match self {
            Self::Ready => READY,
            Self::Heard => HEARD,
            Self::NotUnderstood => NOT_UNDERSTOOD,
            Self::Failed => FAILED,
        };
        rung(tones, rate_hz)
    }
}

/// "alarm", the tone of a lesson, or else a chime: a name that is not known still makes itself heard.
pub(crate) fn named(name: &str) -> Spoken {
    let tones = match name {
        "alarm" => ALARM,
        TONE => TONE_NOTE,
        _ => CHIME,
    };
    Spoken { rate_hz: RATE_HZ, audio: rung(tones, RATE_HZ) }
}

fn rung(tones: &[Tone], rate_hz: u32) -> Vec<i16> {
    tones.iter().flat_map(|tone| ring(*tone, rate_hz)).collect()
}

fn ring((hz, seconds): Tone, rate_hz: u32) -> impl Iterator<Item = i16> {
    let attack_s = 0.005;
    (0..(seconds * rate_hz as f32) as u32).map(move |index| {
        let at = index as f32 / rate_hz as f32;
        let loudness = (at / attack_s).min(1.0) * 10_f32.powf(-at / DECAY_S);
        ((at * hz * TAU).sin() * loudness * LEVEL) as i16
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_short_loud_and_soft(name: &str, audio: &[i16], rate_hz: u32, seconds: std::ops::Range<f32>) {
        assert!(seconds.contains(&(audio.len() as f32 / rate_hz as f32)), "{name}");
        assert!(audio.iter().any(|sample| *sample > 8_000), "{name}");
        let steps = audio.windows(2).map(|pair| (i32::from(pair[1]) - i32::from(pair[0])).abs());
        assert!(steps.max() < Some(4_500), "no click in {name}");
        assert!(audio.last().is_some_and(|last| last.abs() < 3_000), "{name}");
    }

    #[test]
    fn sounds_are_short_loud_enough_and_begin_and_end_softly() {
        for (name, seconds) in [("alarm", 2.0..2.5), (TONE, 0.2..0.4), ("chime", 0.5..1.0), ("whatever", 0.5..1.0)] {
            let Spoken { rate_hz, audio } = named(name);
            is_short_loud_and_soft(name, &audio, rate_hz, seconds);
        }
        for (signal, seconds) in [
            (Signal::Ready, 0.5..0.8),
            (Signal::Heard, 0.1..0.2),
            (Signal::NotUnderstood, 0.3..0.6),
            (Signal::Failed, 0.5..0.8),
        ] {
            for rate_hz in [16_000, 44_100, 48_000] {
                is_short_loud_and_soft(&format!("{signal:?}"), &signal.at(rate_hz), rate_hz, seconds.clone());
            }
        }
    }
}

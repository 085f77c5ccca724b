//! Sounds that need no engine.

use std::f32::consts::TAU;

use parley_engines::Spoken;

const RATE_HZ: u32 = 24_000;
/// A third of full scale: as loud as speech.
const LEVEL: f32 = 11_000.0;
/// How fast a tone dies away: to a tenth in this many seconds.
const DECAY_S: f32 = 0.25;

/// A tone: its pitch in Hz, and seconds until the next one.
type Tone = (f32, f32);

/// Two notes upwards: somebody has something to say.
const CHIME: &[Tone] = &[(659.3, 0.18), (880.0, 0.5)];
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

/// "alarm", or else a chime: a name that is not known still makes itself heard.
pub(super) fn named(name: &str) -> Spoken {
    let tones = if name == "alarm" { ALARM } else { CHIME };
    let audio = tones.iter().flat_map(|tone| ring(*tone)).collect();
    Spoken { rate_hz: RATE_HZ, audio }
}

fn ring((hz, seconds): Tone) -> impl Iterator<Item = i16> {
    let attack_s = 0.005;
    (0..(seconds * RATE_HZ as f32) as u32).map(move |index| {
        let at = index as f32 / RATE_HZ as f32;
        let loudness = (at / attack_s).min(1.0) * 10_f32.powf(-at / DECAY_S);
        ((at * hz * TAU).sin() * loudness * LEVEL) as i16
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds_are_short_loud_enough_and_begin_and_end_softly() {
        for (name, seconds) in [("alarm", 2.0..2.5), ("chime", 0.5..1.0), ("whatever", 0.5..1.0)] {
            let Spoken { rate_hz, audio } = named(name);
            assert!(seconds.contains(&(audio.len() as f32 / rate_hz as f32)), "{name}");
            assert!(audio.iter().any(|sample| *sample > 8_000), "{name}");
            let steps = audio.windows(2).map(|pair| (i32::from(pair[1]) - i32::from(pair[0])).abs());
            assert!(steps.max() < Some(4_500), "no click in {name}");
            assert!(audio.last().is_some_and(|last| last.abs() < 1_000), "{name}");
        }
    }
}

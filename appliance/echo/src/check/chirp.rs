//! The chirp, and where it is in a recording.
//!
//! A tone that rises evenly in octaves holds every frequency that a voice does, at an ordinary level, and is unlike everything
//! else in a room: compared with itself it stands out of noise that is louder than it.

use std::f64::consts::TAU;

use realfft::RealFftPlanner;

/// Its length in seconds.
pub(super) const CHIRP_S: f64 = 1.0;
/// From where to where it rises, in Hz; a slow loudspeaker's ends lower, at this share of its rate.
const FROM_HZ: f64 = 200.0;
const TO_HZ: f64 = 7_000.0;
const HIGHEST_SHARE: f64 = 0.45;
/// Its amplitude: 12 dB below full scale, as loud as speech is.
const AMPLITUDE: f64 = 0.25;
/// It begins and ends softly, in seconds.
const FADE_S: f64 = 0.02;
/// Of the noise: above this it falls off, in Hz; its syllables in a second; and its amplitude.
const DEEP_HZ: f64 = 1_300.0;
const SYLLABLES_HZ: f64 = 4.0;
const SYLLABLES_AMPLITUDE: f64 = 0.5;

/// The chirp at a rate in Hz, for a loudspeaker of another one.
pub(super) fn chirp(rate_hz: u32, loudspeaker_hz: u32) -> Vec<f32> {
    let rate = f64::from(rate_hz);
    let octaves = (TO_HZ.min(f64::from(loudspeaker_hz) * HIGHEST_SHARE) / FROM_HZ).ln();
    let sample = |index: usize| {
        let at = index as f64 / rate;
        let turns = FROM_HZ * CHIRP_S / octaves * ((at / CHIRP_S * octaves).exp() - 1.0);
        let fade = (at.min(CHIRP_S - at) / FADE_S).clamp(0.0, 1.0);
        (AMPLITUDE * fade * (TAU * turns).sin()) as f32
    };
    (0..(CHIRP_S * rate) as usize).map(sample).collect()
}

/// Noise of this length at a rate in Hz that swells four times a second, about as loud and as deep as speech is: what a
/// canceller learns a room from, which does not learn from a single tone. The same one every time.
pub(super) fn syllables(rate_hz: u32, seconds: f64) -> Vec<f32> {
    let rate = f64::from(rate_hz.max(1));
    let smooth = 1.0 - (-TAU * DEEP_HZ / rate).exp();
    let (mut state, mut low) = (1_u64, 0.0);
    let sample = |index: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let random = (state >> 33) as f64 / f64::from(1_u32 << 31) * 2.0 - 1.0;
        low += smooth * (random - low);
        // As loud at every rate: a faster one has more of its noise above.
        let swell = (TAU / 2.0 * SYLLABLES_HZ * index as f64 / rate).sin().powi(2);
        (SYLLABLES_AMPLITUDE * swell * low / smooth.sqrt()).clamp(-0.9, 0.9) as f32
    };
    (0..(seconds * rate) as usize).map(sample).collect()
}

/// How loud the chirp is in a recording where it would begin at each sample, as a factor of what was played; as long as there
/// is room for a whole one, and empty where there is none.
pub(super) fn compare(recording: &[f32], chirp: &[f32]) -> Vec<f32> {
    let energy: f32 = chirp.iter().map(|sample| sample * sample).sum();
    if recording.len() < chirp.len() || energy <= 0.0 {
        return Vec::new();
    }
    // Long enough that its end does not meet its beginning.
    let length = (recording.len() + chirp.len()).next_power_of_two();
    let mut planner = RealFftPlanner::<f32>::new();
    let (forward, inverse) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
    let spectrum = |samples: &[f32]| {
        let (mut input, mut output) = (forward.make_input_vec(), forward.make_output_vec());
        input[..samples.len()].copy_from_slice(samples);
        // It fails only for other lengths than its own.
        let _ = forward.process(&mut input, &mut output);
        output
    };
    let mut product = spectrum(recording);
    for (one, other) in product.iter_mut().zip(spectrum(chirp)) {
        *one *= other.conj();
    }
    let mut output = inverse.make_output_vec();
    // The ends of a real sound's spectrum are real, but for what is rounded.
    for end in [0, length / 2] {
        product[end].im = 0.0;
    }
    let _ = inverse.process(&mut product, &mut output);
    output.truncate(recording.len() - chirp.len() + 1);
    let scale = energy * length as f32;
    output.iter_mut().for_each(|sample| *sample /= scale);
    output
}

/// The place where something is strongest, between two samples too, and how strong it is there.
pub(super) fn strongest(compared: &[f32], from: usize, to: usize) -> Option<(f64, f32)> {
    let to = to.min(compared.len());
    let at = (from..to).max_by(|one, other| compared[*one].abs().total_cmp(&compared[*other].abs()))?;
    let level = |index: Option<usize>| index.and_then(|index| compared.get(index)).map_or(0.0, |level| level.abs());
    let (before, here, after) = (level(at.checked_sub(1)), level(Some(at)), level(Some(at + 1)));
    // The top of a parabola through the three.
    let bend = before - 2.0 * here + after;
    let beside = if bend < 0.0 { 0.5 * (before - after) / bend } else { 0.0 };
    Some((at as f64 + f64::from(beside.clamp(-0.5, 0.5)), here))
}

#[cfg(test)]
mod tests {
    use parley_speech::noise::Randomness;

    use super::*;

    #[test]
    fn it_is_found_to_a_tenth_of_a_sample_in_noise_as_loud_as_itself() {
        let its = chirp(16_000, 48_000);
        let mut random = Randomness::new(1);
        let mut recording: Vec<f32> = (0..64_000).map(|_| 0.3 * random.next_sample()).collect();
        for (place, sample) in recording[20_000..].iter_mut().zip(&its) {
            *place += sample * 0.5;
        }
        let (at, level) = strongest(&compare(&recording, &its), 0, usize::MAX).expect("it is there");
        assert!((at - 20_000.0).abs() < 0.1, "{at}");
        assert!((level - 0.5).abs() < 0.05, "{level}");
    }

    #[test]
    fn it_is_as_loud_as_speech_and_within_what_a_loudspeaker_can() {
        for loudspeaker_hz in [8_000, 48_000, 192_000] {
            let its = chirp(loudspeaker_hz, loudspeaker_hz);
            let power = its.iter().map(|sample| sample * sample).sum::<f32>() / its.len() as f32;
            assert!((10.0 * power.log10() + 15.0).abs() < 0.5, "{power}");
            assert!(its.iter().all(|sample| sample.abs() <= 0.25));
            let same = chirp(16_000, loudspeaker_hz);
            assert_eq!(same.len(), 16_000);
        }
    }

    #[test]
    fn the_noise_is_as_loud_as_speech_at_every_rate() {
        for rate_hz in [8_000, 16_000, 48_000, 192_000] {
            let its = syllables(rate_hz, 2.0);
            let power = its.iter().map(|sample| sample * sample).sum::<f32>() / its.len() as f32;
            let dbfs = 10.0 * power.log10();
            assert!((-22.0..-12.0).contains(&dbfs), "{dbfs} dBFS at {rate_hz} Hz");
        }
        assert!(syllables(0, 2.0).len() < 3);
    }

    #[test]
    fn what_is_too_short_for_one_has_none() {
        let its = chirp(16_000, 48_000);
        assert!(compare(&its[1..], &its).is_empty() && compare(&[], &its).is_empty());
        assert_eq!(compare(&its, &its).len(), 1);
        assert_eq!(strongest(&[], 0, usize::MAX), None);
        assert_eq!(strongest(&[1.0], 5, 3), None);
    }
}

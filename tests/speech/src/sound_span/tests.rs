use super::*;
use crate::noise::Randomness;

/// A tone at `level_dbfs` from `from` to `to` (samples) over noise at `floor_dbfs`, with an offset and mains hum.
fn clip(length: usize, from: usize, to: usize, level_dbfs: f32, floor_dbfs: f32) -> Vec<f32> {
    let amplitude = |decibels: f32| 10_f32.powf(decibels / 20.0);
    let mut randomness = Randomness::new(7);
    (0..length)
        .map(|n| {
            let time = n as f32 / SAMPLE_RATE_HZ as f32;
            let tone = if (from..to).contains(&n) { (2.0 * PI * 300.0 * time).sin() } else { 0.0 };
            let hum = (2.0 * PI * 50.0 * time).sin() * amplitude(-66.0);
            0.002 + hum + tone * amplitude(level_dbfs) + randomness.next_sample() * amplitude(floor_dbfs)
        })
        .collect()
}

fn check(samples: &[f32], first: usize, end: usize) {
    let span = sound_span(samples).expect("there is sound");
    assert!(span.first.abs_diff(first) <= WINDOW_SAMPLES, "first sound at {}, not {first}", span.first);
    assert!(span.end.abs_diff(end) <= WINDOW_SAMPLES, "last sound ends at {}, not {end}", span.end);
}

#[test]
fn sound_is_found_over_quiet_and_over_noisy_floors() {
    for floor_dbfs in [-90.0, -65.0, -45.0] {
        check(&clip(32_000, 8_000, 20_000, -12.0, floor_dbfs), 8_000, 20_000);
    }
}

#[test]
fn a_clip_without_silence_sounds_from_end_to_end() {
    check(&clip(16_000, 0, 16_000, -12.0, -70.0), 0, 16_000);
}

#[test]
fn a_quiet_end_is_sound() {
    let mut samples = clip(32_000, 8_000, 16_000, -12.0, -80.0);
    samples.splice(16_000..32_000, clip(16_000, 0, 4_000, -40.0, -80.0));
    check(&samples, 8_000, 20_000);
}

#[test]
fn a_click_is_no_sound() {
    let mut samples = clip(32_000, 8_000, 16_000, -12.0, -80.0);
    samples[27_040..27_060].fill(0.5);
    check(&samples, 8_000, 16_000);
}

#[test]
fn silence_has_no_sound() {
    assert_eq!(sound_span(&[0.0; 16_000]), None);
    assert_eq!(sound_span(&[0.25; 16_000]), None);
    assert_eq!(sound_span(&[]), None);
}

//! Reference values are those of `WhisperFeatureExtractor(chunk_length=8)` of Hugging Face transformers with
//! `do_normalize=True`, for [`chirp`] padded at its start to 8 s.

use proptest::prelude::*;

use super::*;

/// A saw-tooth whose pitch rises and folds: something in every pitch, from integers alone.
fn chirp(samples: i64) -> Vec<i16> {
    (0..samples).map(|n| (n * (n / 160 + 1) % 8_001 - 4_000) as i16).collect()
}

/// Points are (pitch, frame, value).
fn check(sound: &[i16], sum: f64, points: &[(usize, usize, f32)]) {
    let mels = LogMel::default().of(sound);
    for (mel, frame, expected) in points {
        let found = mels[mel * FRAMES + frame];
        assert!((found - expected).abs() < 1e-4, "pitch {mel}, frame {frame}: {found} instead of {expected}");
    }
    let found: f64 = mels.iter().copied().map(f64::from).sum();
    assert!((found - sum).abs() < 0.1, "the sum is {found} instead of {sum}");
}

#[test]
fn short_sound_equals_the_reference() {
    check(
        &chirp(40_007),
        15_849.752,
        &[
            (0, 0, 0.71979),
            (7, 1, -0.16867),
            (79, 200, -0.16867),
            (1, 548, 0.44566),
            (3, 549, 0.97822),
            (20, 550, 1.10237),
            (33, 551, 0.43499),
            (40, 600, 1.09849),
            (60, 700, 1.02652),
            (79, 760, 1.00023),
            (10, 798, 1.30418),
            (50, 799, 1.30432),
        ],
    );
}

#[test]
fn eight_seconds_equal_the_reference() {
    check(
        &chirp(128_000),
        63_168.648,
        &[
            (0, 0, 1.71606),
            (7, 1, 0.49525),
            (79, 200, 0.85502),
            (3, 549, 0.64447),
            (33, 551, 0.72517),
            (79, 760, 1.08155),
            (10, 798, 0.63153),
            (50, 799, 0.16505),
        ],
    );
}

#[test]
fn only_the_last_eight_seconds_count() {
    check(&chirp(130_001), 63_476.157, &[(0, 0, 1.55995), (7, 1, 1.1751), (33, 551, 1.12342), (50, 799, 0.9534)]);
}

#[test]
fn silence_is_flat() {
    for samples in [0, 1, 16_000, 200_000] {
        let mels = LogMel::default().of(&vec![0; samples]);
        assert!(mels.iter().all(|value| *value == mels[0] && value.is_finite()));
    }
}

proptest! {
    #[test]
    fn constant_frames_are_what_computing_them_gives(samples in 1_usize..SAMPLES) {
        let log_mel = LogMel::default();
        let sound = chirp(samples as i64);
        let mels = log_mel.of(&sound);
        let padding = SAMPLES - samples;
        let normalised = normalised(&sound, padding);
        let loudest = mels.iter().copied().fold(f32::NEG_INFINITY, f32::max) * 4.0 - 4.0;
        for frame in [0, padding / HOP, (padding / HOP).saturating_sub(1), (padding / HOP).saturating_sub(2), FRAMES - 1] {
            let frame = frame.min(FRAMES - 1);
            let computed = log_mel.frame(&normalised, frame, &mut Work::new(&*log_mel.transform));
            for (mel, value) in computed.iter().enumerate() {
                let expected = (value.max(loudest - RANGE) + 4.0) / 4.0;
                let found = mels[mel * FRAMES + frame];
                prop_assert!((found - expected).abs() < 1e-4, "frame {}, pitch {}: {} instead of {}", frame, mel, found, expected);
            }
        }
    }
}

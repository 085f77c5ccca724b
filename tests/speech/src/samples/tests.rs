use super::*;

use proptest::prelude::*;

fn tone(hertz: f64, rate_hz: u32, length: usize) -> Vec<f32> {
    (0..length).map(|n| (2.0 * PI * hertz * n as f64 / f64::from(rate_hz)).sin() as f32 * 0.5).collect()
}

fn check_tone_survives(hertz: f64, from_hz: u32) {
    let there = resample(&tone(hertz, from_hz, from_hz as usize), from_hz, SAMPLE_RATE_HZ);
    let expected = tone(hertz, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ as usize);
    assert_eq!(there.len(), expected.len());
    for index in 2_000..14_000 {
        assert!((there[index] - expected[index]).abs() < 0.005, "{hertz} Hz from {from_hz} Hz differs at {index}");
    }
}

#[test]
fn resampling_keeps_tones_below_both_nyquist_frequencies() {
    check_tone_survives(1_000.0, 8_000);
    check_tone_survives(3_300.0, 8_000);
    check_tone_survives(1_000.0, 22_050);
    check_tone_survives(6_500.0, 22_050);
}

#[test]
fn resampling_down_removes_what_would_alias() {
    let there = resample(&tone(9_500.0, 22_050, 22_050), 22_050, SAMPLE_RATE_HZ);
    let loudest = there[2_000..14_000].iter().fold(0.0_f32, |so_far, sample| so_far.max(sample.abs()));
    assert!(loudest < 0.005, "an alias of {loudest} is left");
}

#[test]
fn the_quietest_place_is_found() {
    let mut samples = vec![0.3_f32; 4_000];
    samples[2_080..2_260].fill(0.001);
    let found = quietest_near(&samples, 2_000, 400);
    assert!((2_160..=2_180).contains(&found), "{found}");
}

#[test]
fn wav_files_come_back_as_written() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("tone.wav");
    let samples = tone(440.0, SAMPLE_RATE_HZ, 1_600);
    write_wav(&path, &samples)?;
    let back = read_wav(&path)?;
    assert_eq!(back.len(), samples.len());
    assert!(back.iter().zip(&samples).all(|(a, b)| (a - b).abs() < 1.0 / 32768.0));
    Ok(())
}

proptest! {
    #[test]
    fn a_pause_never_loses_or_moves_a_sample(
        samples in prop::collection::vec(-1.0_f32..1.0, 1..2_000),
        background in prop::collection::vec(-0.01_f32..0.01, 0..50),
        share in 0.0_f64..=1.0,
        pause in 0_usize..3_000,
    ) {
        let cut = (samples.len() as f64 * share) as usize;
        let (joined, gap) = with_pause(&samples, cut, &background, pause);
        prop_assert_eq!(joined.len(), samples.len() + pause);
        prop_assert_eq!(gap, cut..cut + pause);
        if 0 < cut && cut < samples.len() {
            prop_assert_eq!((joined[cut - 1], joined[cut + pause]), (0.0, 0.0), "both sides fade to nothing");
        }
        let before = cut.saturating_sub(FADE_SAMPLES);
        prop_assert_eq!(&joined[..before], &samples[..before]);
        let after = (cut + FADE_SAMPLES).min(samples.len());
        prop_assert_eq!(&joined[after + pause..], &samples[after..]);
        prop_assert!(joined[cut..cut + pause].iter().all(|sample| sample.abs() <= 0.01));
    }
}

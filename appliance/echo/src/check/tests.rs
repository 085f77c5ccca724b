//! The chirp in simulated rooms, with planted faults. The rooms are no measurement of real ones.

mod devices;

use std::time::{Duration, Instant};

use parley_audio::capture::FRAME_SAMPLES;
use parley_audio::playback::TapBlock;
use parley_audio::sample::Sample;
use parley_speech::noise::Randomness;
use parley_speech::room::SimulatedRoom;
use proptest::prelude::*;

use super::EchoCheckFigures;
use super::recording::{BEFORE_S, EchoRecording, check_sound};

const RATE: usize = 16_000;
const DESK: SimulatedRoom =
    SimulatedRoom { name: "desk", reverberates_s: 0.15, distance_m: 0.3, device_ms: 30.0, drive: 0.5, gain: 0.3 };

/// What was played, at 16 kHz, from the beginning of the recording on.
fn played() -> Vec<f32> {
    let silence = |seconds: f64| vec![0.0; (seconds * RATE as f64) as usize];
    [silence(BEFORE_S), check_sound(16_000), silence(1.5)].concat()
}

/// The recording of a loudspeaker of 16 kHz of which this is heard. The room has some noise.
fn recording(heard: &[f32], faster_ppm: f64, noise: f32) -> EchoRecording {
    let mut random = Randomness::new(5);
    let origin = Instant::now();
    let at = |samples: f64| origin + Duration::from_secs_f64(samples / RATE as f64);
    let captured: Vec<f32> = heard
        .as_chunks::<FRAME_SAMPLES>()
        .0
        .iter()
        .flatten()
        .map(|sample| (sample + noise * random.next_sample()).into_i16().into_f32())
        .collect();
    let arrived = (1..=captured.len() / FRAME_SAMPLES).map(|number| at((number * FRAME_SAMPLES) as f64)).collect();
    let block = |(number, samples): (usize, &[f32])| {
        let position = (number * 160) as u64;
        let heard_at = at(position as f64 / (1.0 + faster_ppm * 1e-6));
        let samples: Vec<i16> = samples.iter().map(|sample| sample.into_i16()).collect();
        (TapBlock { position, heard_at, frames: samples.len() }, samples)
    };
    let played = played().chunks(160).enumerate().map(block).collect();
    EchoRecording { captured, arrived, played, loudspeaker_hz: 16_000, ..EchoRecording::default() }
}

fn in_room(room: SimulatedRoom, faster_ppm: f64) -> EchoRecording {
    recording(&room.echo(&played(), faster_ppm, 3), faster_ppm, 0.001)
}

fn db(of: Option<f64>) -> f64 {
    of.expect("it is known")
}

#[test]
fn an_ordinary_device_is_measured_as_it_is() {
    let figures = EchoCheckFigures::of(&in_room(DESK, 0.0));
    assert!(figures.has_reference && figures.chirps_heard == 2 && figures.channels == 1, "{figures:?}");
    // 30 ms, and 30 cm of air.
    assert!((db(figures.delay_ms) - 30.9).abs() < 0.5, "{figures:?}");
    assert!(db(figures.drift_ppm).abs() < 3.0, "{figures:?}");
    // -15 dBFS played, and 10.5 less through the room; what rings after it is in the mean.
    assert!((-28.0..-25.0).contains(&db(figures.echo_dbfs)), "{figures:?}");
    assert!((-68.0..-60.0).contains(&db(figures.background_dbfs)), "{figures:?}");
    assert!(db(figures.suppressed_db) > 20.0 && db(figures.linear_db) > 8.0, "{figures:?}");
    assert_eq!((figures.clipped_share, &figures.loopback_channels[..]), (0.0, &[][..]));
}

#[test]
fn delay_and_drift_are_found_wherever_they_are() {
    for device_ms in [0.0, 400.0, 800.0] {
        let figures = EchoCheckFigures::of(&in_room(SimulatedRoom { device_ms, ..DESK }, 0.0));
        assert!((db(figures.delay_ms) - f64::from(device_ms) - 0.9).abs() < 0.5, "{device_ms}: {figures:?}");
    }
    for ppm in [-500.0, 30.0] {
        let figures = EchoCheckFigures::of(&in_room(DESK, ppm));
        assert!((db(figures.drift_ppm) - ppm).abs() < 4.0, "{ppm}: {figures:?}");
    }
}

#[test]
fn a_loudspeaker_that_is_not_heard_is_no_echo() {
    for noise in [0.0, 0.001, 0.1] {
        let figures = EchoCheckFigures::of(&recording(&vec![0.0; played().len()], 0.0, noise));
        assert!(figures.has_reference, "{figures:?}");
        assert_eq!(
            (figures.chirps_heard, figures.delay_ms, figures.suppressed_db, figures.drift_ppm),
            (0, None, None, None)
        );
    }
    // Another room: heard in its own noise, 20 dB below it.
    let figures =
        EchoCheckFigures::of(&recording(&SimulatedRoom { gain: 0.01, ..DESK }.echo(&played(), 0.0, 3), 0.0, 0.03));
    assert_eq!(figures.chirps_heard, 2, "{figures:?}");
}

#[test]
fn what_clips_is_counted_and_an_offset_hides_nothing() {
    let loud = SimulatedRoom { gain: 6.0, ..DESK }.echo(&played(), 0.0, 3);
    let loud: Vec<f32> = loud.into_iter().map(|sample| sample.clamp(-1.0, 1.0)).collect();
    let figures = EchoCheckFigures::of(&recording(&loud, 0.0, 0.001));
    assert!(figures.clipped_share > 0.1, "{figures:?}");
    let offset: Vec<f32> = DESK.echo(&played(), 0.0, 3).into_iter().map(|sample| sample + 0.1).collect();
    let (with, without) =
        (EchoCheckFigures::of(&recording(&offset, 0.0, 0.001)), EchoCheckFigures::of(&in_room(DESK, 0.0)));
    assert!((db(with.echo_dbfs) - db(without.echo_dbfs)).abs() < 0.5, "{with:?}");
    assert!((db(with.suppressed_db) - db(without.suppressed_db)).abs() < 3.0, "{with:?}");
}

#[test]
fn without_a_reference_nothing_is_claimed() {
    let mut silent = in_room(DESK, 0.0);
    silent.played.iter_mut().for_each(|(_, samples)| samples.fill(0));
    let mut none = in_room(DESK, 0.0);
    none.played.clear();
    for recording in [silent, none, EchoRecording::default()] {
        let figures = EchoCheckFigures::of(&recording);
        assert!(!figures.has_reference && figures.delay_ms.is_none() && figures.suppressed_db.is_none(), "{figures:?}");
    }
}

#[test]
fn the_loopback_among_six_channels_is_found() {
    let mut recording = in_room(DESK, 0.0);
    let microphone = |seed| DESK.echo(&played(), 0.0, seed);
    recording.channels = (0..5).map(microphone).collect();
    recording.channels.push(played());
    let figures = EchoCheckFigures::of(&recording);
    assert_eq!((figures.channels, &figures.loopback_channels[..]), (6, &[6][..]), "{figures:?}");
    assert_eq!(figures.left_out_channels, [6], "nothing is in it before the chirp");
}

#[test]
fn where_sound_is_missing_no_drift_is_told() {
    for (lost, ran_empty) in [(480, 0), (0, 1)] {
        let figures = EchoCheckFigures::of(&EchoRecording { lost, ran_empty, ..in_room(DESK, 0.0) });
        assert_eq!(
            (figures.drift_ppm, figures.chirps_heard, figures.lost, figures.ran_empty),
            (None, 2, lost, ran_empty)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    /// Whatever devices say: nothing panics, and every figure is a number.
    #[test]
    fn nonsense_is_survived(
        frames in 0_usize..500,
        loudspeaker_hz in prop::sample::select(vec![0, 1, 8_000, 16_000, 192_000, 400_000]),
        blocks in prop::collection::vec((any::<u64>(), 0_u64..10_000, 0_usize..2_000, any::<i16>()), 0..40),
        level in prop_oneof![Just(0.0_f32), Just(f32::NAN), -2.0..2.0_f32],
    ) {
        let origin = Instant::now();
        let block = |(position, ms, frames, level): (u64, u64, usize, i16)| {
            let heard_at = origin + Duration::from_millis(ms);
            (TapBlock { position: position >> 8, heard_at, frames }, vec![level; frames])
        };
        let recording = EchoRecording {
            captured: vec![level; frames * FRAME_SAMPLES],
            arrived: (0..frames as u64).map(|number| origin + Duration::from_millis(number * 20)).collect(),
            channels: vec![vec![level; frames], Vec::new()],
            played: blocks.into_iter().map(block).collect(),
            loudspeaker_hz,
            ..EchoRecording::default()
        };
        let EchoCheckFigures { delay_ms, drift_ppm, linear_db, .. } = EchoCheckFigures::of(&recording);
        prop_assert!([delay_ms, drift_ppm, linear_db].into_iter().flatten().all(f64::is_finite));
    }
}

//! What a device hears of itself, in a simulated room, with the real canceller and detector: the conversation's onsets.

use std::time::Duration;

use parley_conversation::Position;
use parley_daemon::listening::Detector;
use parley_e2e::acoustics::{Acoustics, LOUDSPEAKER_HZ, Moment};
use parley_echo::EchoCanceller;
use parley_speech::babble::babble;
use parley_speech::room::SimulatedRoom;

const RATE: usize = 16_000;
const ROOM: SimulatedRoom =
    SimulatedRoom { name: "living room", reverberates_s: 0.3, distance_m: 0.3, device_ms: 20.0, drive: 1.0, gain: 0.5 };

/// What is done with the tap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tap {
    Heard,
    /// It tells nothing.
    Cut,
    /// There is no canceller.
    None,
}

/// When the conversation would take somebody to have begun to speak, and after how much of waiting for the tap.
fn onsets(played: &[f32], near: &[f32], faster_ppm: f64, tap: Tap) -> Vec<(Duration, Duration)> {
    let acoustics = Acoustics { room: ROOM, faster_ppm, jitter_s: 0.000_1, played, near, seed: 1 };
    let devices = acoustics.devices().expect("usual rates");
    let its_tap = devices.tap.clone();
    if tap == Tap::Cut {
        its_tap.cut();
    }
    let mut detector = Detector::default();
    if tap != Tap::None {
        let canceller = EchoCanceller::new(its_tap.clone(), LOUDSPEAKER_HZ).expect("a usual rate");
        detector = detector.with_canceller(Box::new(canceller));
    }
    let (mut found, mut latest, mut number) = (Vec::new(), 0_u32, 0_u32);
    devices.listen(|frame, Moment { end, arrived }| {
        let came = its_tap.now();
        let samples = frame.map(|sample| (sample * 32_767.0) as i16);
        let heard = detector.hear(&samples, false, Position(end), arrived.into());
        number += 1;
        latest = (latest << 1 | u32::from(heard.speech)) & 0b1111;
        if heard.speech && latest.count_ones() >= 3 {
            found.push((Duration::from_millis(20) * number, its_tap.now().saturating_duration_since(came)));
            latest = 0;
        }
    });
    if let Some(figures) = detector.echo() {
        assert_eq!(figures.canceller.processed, u64::from(number) * 2, "every block of the microphone is processed");
        assert_eq!(figures.canceller.rendered, figures.canceller.processed, "each with its reference");
    }
    found
}

#[test]
fn its_own_voice_is_nobodys_and_would_be_without_a_reference() {
    let played = babble(40 * RATE, 180.0, 3);
    for ppm in [0.0, 100.0] {
        assert_eq!(onsets(&played, &[], ppm, Tap::Heard), [], "it interrupts itself at {ppm} ppm");
    }
    for tap in [Tap::Cut, Tap::None] {
        assert!(onsets(&played, &[], 0.0, tap).len() > 20, "what nobody takes out is heard: {tap:?}");
    }
}

#[test]
fn whoever_speaks_over_it_is_heard_at_once() {
    let played = babble(40 * RATE, 180.0, 3);
    let mut near = vec![0.0; 40 * RATE];
    let begins: Vec<usize> = (0..8).map(|number| (8 + 4 * number) * RATE + number * 1_234).collect();
    for begin in &begins {
        // A second of a deeper voice, 6 dB quieter than Parley's own is there.
        let spoken = babble(RATE, 110.0, *begin as u64);
        near[*begin..begin + RATE].iter_mut().zip(spoken).for_each(|(place, sample)| *place = 0.25 * sample);
    }
    let found = onsets(&played, &near, 0.0, Tap::Heard);
    for begin in begins {
        let begin = Duration::from_secs_f64(begin as f64 / RATE as f64);
        let after =
            found.iter().map(|(at, waited)| (*at + *waited).saturating_sub(begin)).find(|after| !after.is_zero());
        let after = after.unwrap_or(Duration::MAX);
        assert!(after < Duration::from_millis(200), "who began at {begin:?} was heard after {after:?}");
    }
}

//! What all that a microphone's sound goes through makes of what a simulated device hears.

use std::time::Duration;

use anyhow::Result;
use parley_conversation::Position;
use parley_daemon::listening::Detector;
use parley_e2e::acoustics::{Acoustics, LOUDSPEAKER_HZ, Moment};
use parley_echo::EchoCanceller;

use crate::wake::ear;

/// An onset, as the conversation finds it: so many frames with speech, the last one of them, out of so many.
const ONSET_FRAMES: u32 = 3;
const ONSET_WINDOW: u32 = 0b1111;

/// Something that was known with a frame: its index, and for how long it had waited for what was played.
pub type Known = (usize, Duration);

/// What was made of it.
#[derive(Default)]
pub struct Listened {
    /// The conversation's onsets, with the frames that decided.
    pub onsets: Vec<Known>,
    pub speech_frames: usize,
    /// Names that were heard for certain, and those that were in doubt.
    pub called: Vec<Known>,
    pub in_doubt: Vec<Known>,
    /// "Stop", for certain.
    pub stops: Vec<Known>,
}

/// Listens, for these wake words and "stop", too, where there are any. `cancels`: its own voice is taken out.
pub fn listen(acoustics: &Acoustics<'_>, cancels: bool, words: &[&str]) -> Result<Listened> {
    let devices = acoustics.devices()?;
    let tap = devices.tap.clone();
    let mut detector = Detector::default();
    if !words.is_empty() {
        let words = ear::all_words(words)?;
        detector = detector.with_wake_words(words.words, words.stop);
    }
    if cancels {
        detector = detector.with_canceller(Box::new(EchoCanceller::new(tap.clone(), LOUDSPEAKER_HZ)?));
    }
    let (mut listened, mut latest, mut number) = (Listened::default(), 0_u32, 0);
    devices.listen(|frame, Moment { end, arrived }| {
        let came = tap.now();
        let samples = frame.map(|sample| (sample * 32_767.0) as i16);
        let heard = detector.hear(&samples, false, Position(end), arrived.into());
        let known = (number, tap.now().saturating_duration_since(came));
        latest = (latest << 1 | u32::from(heard.speech)) & ONSET_WINDOW;
        listened.speech_frames += usize::from(heard.speech);
        if heard.speech && latest.count_ones() >= ONSET_FRAMES {
            listened.onsets.push(known);
            latest = 0;
        }
        if let Some(name) = heard.name {
            if name.sure { &mut listened.called } else { &mut listened.in_doubt }.push(known);
        }
        if heard.stop {
            listened.stops.push(known);
        }
        number += 1;
    });
    Ok(listened)
}

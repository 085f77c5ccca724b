//! Whether its own voice interrupts or wakes it.

use anyhow::Result;
use parley_audio::capture::FRAME_SAMPLES;
use parley_e2e::acoustics::Acoustics;
use parley_speech::room::SimulatedRoom;
use serde::Serialize;

use super::listened::{Known, listen};
use super::{JITTER_S, RATE};

#[derive(Serialize)]
pub struct OwnVoice {
    room: &'static str,
    minutes: f64,
    /// Onsets that the conversation would have taken for somebody.
    onsets: usize,
    onsets_s: Vec<f64>,
    speech_frames: usize,
    without_cancelling: usize,
    /// What was listened for, too; "stop" among it.
    words: Vec<String>,
    /// Names that it heard itself say, for certain and in doubt, and how often "stop".
    called: usize,
    in_doubt: usize,
    stops: usize,
    words_s: Vec<f64>,
}

pub fn measure(room: SimulatedRoom, played: &[f32], words: &[&str]) -> Result<OwnVoice> {
    let acoustics = Acoustics { room, faster_ppm: 0.0, jitter_s: JITTER_S, played, near: &[], seed: 11 };
    let heard = listen(&acoustics, true, words)?;
    let raw = listen(&acoustics, false, &[])?;
    let second = |(frame, _): &Known| (frame * FRAME_SAMPLES) as f64 / RATE as f64;
    let named: Vec<&str> = words.iter().copied().chain((!words.is_empty()).then_some("stop")).collect();
    Ok(OwnVoice {
        room: room.name,
        minutes: played.len() as f64 / RATE as f64 / 60.0,
        onsets: heard.onsets.len(),
        onsets_s: heard.onsets.iter().map(second).collect(),
        speech_frames: heard.speech_frames,
        without_cancelling: raw.onsets.len(),
        words: named.into_iter().map(str::to_owned).collect(),
        called: heard.called.len(),
        in_doubt: heard.in_doubt.len(),
        stops: heard.stops.len(),
        words_s: heard.called.iter().chain(&heard.in_doubt).chain(&heard.stops).map(second).collect(),
    })
}

impl OwnVoice {
    pub fn line(&self) -> String {
        let Self { room, minutes, onsets, speech_frames, without_cancelling, called, in_doubt, stops, .. } = self;
        let words = if self.words.is_empty() {
            String::new()
        } else {
            let named = self.words.join(", ");
            format!("; of {named}: {called} names, {in_doubt} more in doubt, {stops} stops at {:.0?} s", self.words_s)
        };
        format!(
            "{room:<12} {minutes:.1} min of its own voice alone: {onsets} onsets at {:.0?} s, {speech_frames} frames with speech; without \
             cancelling {without_cancelling} onsets{words}",
            self.onsets_s
        )
    }
}

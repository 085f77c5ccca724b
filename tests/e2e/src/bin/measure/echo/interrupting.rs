//! People who speak over its own voice: how soon it is silent.

use std::time::Duration;

use anyhow::Result;
use parley_audio::capture::FRAME_SAMPLES;
use parley_e2e::acoustics::Acoustics;
use parley_speech::room::SimulatedRoom;
use parley_speech::{Clip, Interruption, SpeechSets};
use serde::Serialize;

use super::levels::at_level;
use super::listened::{Known, listen};
use super::{JITTER_S, NEAR_DBFS, RATE, looped, without_pauses};
use crate::room::{percentile, samples, wilson};

/// From the core's pause until nothing is heard: two periods of the loudspeaker.
const PAUSE_TAKES_MS: f64 = 20.0;
/// It has spoken for so long before the first of them comes.
pub const BEFORE: usize = 20 * RATE;
/// People interrupt it every so often; an onset within so much of theirs is theirs.
const EVERY: usize = 6 * RATE;
pub const FOUND_WITHIN_S: f64 = 1.0;

/// Somebody who interrupts.
pub struct Interrupter<'a> {
    clip: &'a Clip,
    spoken: Vec<f32>,
}

#[derive(Serialize)]
pub struct Interrupting {
    room: &'static str,
    drift_ppm: f64,
    found: usize,
    of: usize,
    found_share: [f64; 2],
    /// From the onset of the voice until the loudspeaker is silent, in ms: median, 95 %, and the share within 150.
    silent_ms: [f64; 2],
    within_150_ms: f64,
    /// The same voices where nothing plays and nothing is cancelled.
    in_silence_ms: [f64; 2],
    /// Of that time the median of what a frame waited for what was played.
    waited_ms: f64,
    each: Vec<Each>,
}

#[derive(Serialize)]
struct Each {
    clip: String,
    /// As above; `None`: not found.
    silent_ms: Option<f64>,
    in_silence_ms: Option<f64>,
}

/// Those that figures are told of; for `tuning` others, by whom thresholds may be chosen.
pub fn interrupters(sets: &SpeechSets, tuning: bool) -> Result<Vec<Interrupter<'_>>> {
    let words = sets.barge_in.iter().filter(|clip| clip.interruption == Interruption::Words).map(|clip| &clip.clip);
    let clips: Vec<&Clip> = if tuning { sets.questions.iter().collect() } else { words.collect() };
    let spoken = |clip| Ok(Interrupter { clip, spoken: at_level(&samples(sets, clip)?, NEAR_DBFS) });
    clips.into_iter().map(spoken).collect()
}

/// All of them, one after another.
pub fn measure(people: &[Interrupter<'_>], room: SimulatedRoom, faster_ppm: f64, own: &[f32]) -> Result<Interrupting> {
    // It has spoken for a while before the first one comes; and with a drift, until that is known.
    let first = if faster_ppm == 0.0 { BEFORE } else { 60 * RATE };
    let (near, places) = one_after_another(people.iter().map(|one| one.spoken.as_slice()), first);
    let begun: Vec<usize> = places.iter().zip(people).map(|(at, one)| at + one.clip.sound.first).collect();
    // People are to speak over it.
    let played = looped(&without_pauses(own), near.len(), 0);
    let acoustics = Acoustics { room, faster_ppm, jitter_s: JITTER_S, played: &played, near: &near, seed: 13 };
    let heard = listen(&acoustics, true, &[])?.onsets;
    let nothing = vec![0.0; near.len()];
    let alone = listen(&Acoustics { played: &nothing, ..acoustics }, false, &[])?.onsets;
    let each: Vec<Each> = begun
        .iter()
        .zip(people)
        .map(|(onset, Interrupter { clip, .. })| Each {
            clip: clip.id.clone(),
            silent_ms: silent_after(*onset, &heard),
            in_silence_ms: silent_after(*onset, &alone),
        })
        .collect();
    let mut silent: Vec<f64> = each.iter().filter_map(|each| each.silent_ms).collect();
    let mut in_silence: Vec<f64> = each.iter().filter_map(|each| each.in_silence_ms).collect();
    let mut waited: Vec<f64> = heard.iter().map(|(_, waited)| waited.as_secs_f64() * 1e3).collect();
    let within = silent.iter().filter(|ms| **ms <= 150.0).count();
    Ok(Interrupting {
        room: room.name,
        drift_ppm: faster_ppm,
        found: silent.len(),
        of: begun.len(),
        found_share: wilson(silent.len(), begun.len()),
        within_150_ms: within as f64 / silent.len().max(1) as f64,
        silent_ms: [percentile(&mut silent, 0.5), percentile(&mut silent, 0.95)],
        in_silence_ms: [percentile(&mut in_silence, 0.5), percentile(&mut in_silence, 0.95)],
        waited_ms: percentile(&mut waited, 0.5),
        each,
    })
}

/// Voices that begin every six seconds, and where they do; none of them is longer than that.
pub fn one_after_another<'a>(voices: impl Iterator<Item = &'a [f32]>, first: usize) -> (Vec<f32>, Vec<usize>) {
    let (mut near, mut places) = (vec![0.0; first], Vec::new());
    for voice in voices {
        places.push(near.len());
        let begun = near.len();
        near.extend(voice.iter().take(EVERY));
        near.resize(begun + EVERY, 0.0);
    }
    near.resize(near.len() + EVERY, 0.0);
    (near, places)
}

/// From a voice's first sound until the loudspeaker would be silent, in ms, where it was found.
fn silent_after(onset: usize, found: &[Known]) -> Option<f64> {
    let (frame, waited) = found.iter().find(|(frame, _)| (frame + 1) * FRAME_SAMPLES > onset)?;
    let after_s = ((frame + 1) * FRAME_SAMPLES - onset) as f64 / RATE as f64;
    (after_s <= FOUND_WITHIN_S).then_some(until_silent_ms(after_s, *waited))
}

/// From a moment so long before a frame's end, until the loudspeaker is silent for what was known with that frame.
pub fn until_silent_ms(before_s: f64, waited: Duration) -> f64 {
    1e3 * (before_s + waited.as_secs_f64()) + PAUSE_TAKES_MS
}

impl Interrupting {
    pub fn line(&self) -> String {
        let Self { room, drift_ppm, found, of, within_150_ms, waited_ms, .. } = self;
        let [least, most] = self.found_share.map(|share| 100.0 * share);
        let ([median, most_ms], [in_silence, most_in_silence]) = (self.silent_ms, self.in_silence_ms);
        format!(
            "{room:<12} drift {drift_ppm:>3} ppm | people over its own voice: found {found} of {of} ({least:.0}-{most:.0} %), silent after \
             {median:.0} ms, 95 % within {most_ms:.0} ms, {:.0} % within 150 ms, {waited_ms:.0} ms of it waiting for what was played; where nothing \
             plays they are found after {in_silence:.0} ms, 95 % within {most_in_silence:.0} ms",
            100.0 * within_150_ms,
        )
    }

    /// Everybody, in ms over its own voice and where nothing plays.
    pub fn each(&self) -> String {
        let told = |ms: Option<f64>| ms.map_or("-".to_owned(), |ms| format!("{ms:.0}"));
        let lines = self.each.iter().map(|Each { clip, silent_ms, in_silence_ms }| {
            format!("    {clip:<40} {:>4} {:>4}", told(*silent_ms), told(*in_silence_ms))
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

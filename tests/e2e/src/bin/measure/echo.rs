//! How much of its own voice Parley takes out of what it hears, and what that is worth: in simulated rooms.
//!
//! The rooms are simulated (`parley_speech::room`), as everything that is printed says; the voices are recordings. What
//! Parley "says" are prompts in other languages than what people say to it.

mod double_talk;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use parley_audio::capture::{FRAME_RATE_HZ, FRAME_SAMPLES};
use parley_conversation::Position;
use parley_daemon::listening::Detector;
use parley_e2e::acoustics::{Acoustics, LOUDSPEAKER_HZ, Moment};
use parley_e2e::level::{db, louder, power};
use parley_echo::{EchoCanceller, EchoFigures, LINEAR_DELAY, SUPPRESSED_DELAY};
use parley_speech::room::SimulatedRoom;
use parley_speech::{Interruption, SpeechSets};
use serde::Serialize;

use crate::room::{percentile, samples, speech, wilson};

const RATE: usize = FRAME_RATE_HZ as usize;
/// The device on its own desk, in ordinary rooms, and a loudspeaker across the room.
pub(crate) const ROOMS: [SimulatedRoom; 4] = [
    SimulatedRoom { name: "desk", reverberates_s: 0.25, distance_m: 0.15, device_ms: 20.0, drive: 1.0, gain: 0.7 },
    SimulatedRoom { name: "living room", reverberates_s: 0.4, distance_m: 0.3, device_ms: 20.0, drive: 1.0, gain: 0.5 },
    SimulatedRoom { name: "kitchen", reverberates_s: 0.6, distance_m: 0.3, device_ms: 35.0, drive: 1.5, gain: 0.5 },
    SimulatedRoom { name: "far away", reverberates_s: 0.4, distance_m: 1.5, device_ms: 20.0, drive: 1.0, gain: 0.25 },
];
const DRIFTS_PPM: [f64; 4] = [0.0, 20.0, 100.0, 200.0];
/// Times of devices are wrong by up to a tenth of a millisecond either way.
pub(crate) const JITTER_S: f64 = 0.000_1;
/// Its own voice, digitally, and people at the microphone, in dBFS while they speak.
const OWN_DBFS: f32 = -20.0;
const NEAR_DBFS: f32 = -28.0;
/// Between two sentences of its own voice, and after every eighth.
const GAP: usize = RATE / 3;
const LONG_GAP: usize = RATE * 2;
/// Figures are taken of stretches of a second in which its own voice is heard at all.
const AUDIBLE_DBFS: f32 = -50.0;
/// An onset, as the conversation finds it: so many frames with speech, the last one of them, out of so many.
const ONSET_FRAMES: u32 = 3;
const ONSET_WINDOW: u32 = 0b1111;
/// From the core's pause until nothing is heard: two periods of the loudspeaker.
const PAUSE_TAKES_MS: f64 = 20.0;
/// People interrupt it every so often; an onset within so much of theirs is theirs.
const EVERY: usize = 6 * RATE;
const FOUND_WITHIN_S: f64 = 1.0;

#[derive(Args)]
pub struct Options {
    /// How long it speaks without anybody else in each of the four rooms, in minutes
    #[arg(long, default_value_t = 15)]
    minutes: usize,
    /// People who speak while it does are transcribed too, which needs the speech-to-text worker
    #[arg(long)]
    words: bool,
    /// One line of JSON
    #[arg(long)]
    json: bool,
}

/// What was measured.
#[derive(Serialize)]
struct EchoReport {
    rooms: &'static str,
    far_end_alone: Vec<FarEnd>,
    own_voice: Vec<OwnVoice>,
    barge_in: Vec<Interrupting>,
    double_talk: Option<double_talk::Words>,
}

#[derive(Serialize)]
struct FarEnd {
    room: &'static str,
    drift_ppm: f64,
    /// Medians of seconds, and the lowest tenth.
    suppressed_after_2_s_db: [f64; 2],
    linear_after_5_s_db: [f64; 2],
    /// The same of its last twenty seconds, when the drift is known.
    linear_at_the_end_db: f64,
    found_ppm: f64,
    percent_of_a_core: f64,
    worst_frame_ms: f64,
    blocks: u64,
    cancelled: u64,
    without_reference: u64,
}

#[derive(Serialize)]
struct OwnVoice {
    room: &'static str,
    minutes: f64,
    /// Onsets that the conversation would have taken for somebody.
    onsets: usize,
    onsets_s: Vec<f64>,
    speech_frames: usize,
    without_cancelling: usize,
}

#[derive(Serialize)]
struct Interrupting {
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
}

pub async fn run(options: &Options) -> Result<()> {
    let sets = speech()?;
    let own = own_voice(&sets)?;
    let say = |line: String| {
        if !options.json {
            println!("{line}");
        }
    };
    say("all rooms are simulated; own voice at -20 dBFS digitally, people at -28 dBFS at the microphone".into());
    let mut report = EchoReport {
        rooms: "simulated",
        far_end_alone: Vec::new(),
        own_voice: Vec::new(),
        barge_in: Vec::new(),
        double_talk: None,
    };
    for room in ROOMS {
        for ppm in DRIFTS_PPM {
            let far = far_end(room, ppm, looped(&own, 90 * RATE, 0))?;
            say(far.line());
            report.far_end_alone.push(far);
        }
    }
    for room in ROOMS {
        for ppm in [0.0, 100.0] {
            let came = interrupting(&sets, room, ppm, &own)?;
            say(came.line());
            report.barge_in.push(came);
        }
    }
    for (number, room) in ROOMS.into_iter().enumerate() {
        let played = looped(&own, options.minutes * 60 * RATE, number * own.len() / ROOMS.len());
        let heard = own_voice_alone(room, &played)?;
        say(heard.line());
        report.own_voice.push(heard);
    }
    if options.words {
        let words = double_talk::measure(&sets, ROOMS, &own).await?;
        say(words.line());
        report.double_talk = Some(words);
    }
    if options.json {
        println!("{}", serde_json::to_string(&report)?);
    }
    Ok(())
}

/// What Parley says: an hour's worth of different sentences is not there, so it goes round.
pub(crate) fn own_voice(sets: &SpeechSets) -> Result<Vec<f32>> {
    let mut own = Vec::new();
    let clips = sets.languages.iter().filter(|(language, _)| *language != "en").flat_map(|(_, clips)| clips);
    for (number, clip) in clips.enumerate() {
        own.extend(at_level(&samples(sets, clip)?, OWN_DBFS));
        own.extend(std::iter::repeat_n(0.0, if number % 8 == 7 { LONG_GAP } else { GAP }));
    }
    ensure!(own.len() > 60 * RATE, "there are recordings in other languages");
    Ok(own)
}

pub(crate) fn looped(own: &[f32], samples: usize, from: usize) -> Vec<f32> {
    own.iter().cycle().skip(from).take(samples).copied().collect()
}

/// A recording, whose louder half has this level.
fn at_level(samples: &[i16], dbfs: f32) -> Vec<f32> {
    let samples: Vec<f32> = samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
    louder(&samples, dbfs)
}

/// How much less there is of the one than of the other, second by second, where there is anything.
fn less_db(captured: &[f32], output: &[f32], delay: usize, from: usize) -> Vec<f64> {
    let output = output.get(delay..).unwrap_or_default();
    let seconds = captured.chunks_exact(RATE).zip(output.chunks_exact(RATE)).skip(from);
    let audible = seconds.filter(|(captured, _)| db(power(captured)) > f64::from(AUDIBLE_DBFS));
    audible.map(|(captured, output)| db(power(captured) / power(output))).collect()
}

fn far_end(room: SimulatedRoom, faster_ppm: f64, played: Vec<f32>) -> Result<FarEnd> {
    let acoustics = Acoustics { room, faster_ppm, jitter_s: JITTER_S, played: &played, near: &[], seed: 7 };
    let devices = acoustics.devices()?;
    let captured = devices.captured.clone();
    let mut canceller = EchoCanceller::new(devices.tap.clone(), LOUDSPEAKER_HZ)?;
    let (mut suppressed, mut linear) = (Vec::new(), Vec::new());
    let (mut spent, mut worst) = (Duration::ZERO, Duration::ZERO);
    devices.listen(|frame, Moment { end, arrived }| {
        let begun = Instant::now();
        let cancelled = canceller.cancel(frame, end, arrived);
        let took = begun.elapsed();
        (spent, worst) = (spent + took, worst.max(took));
        suppressed.extend_from_slice(cancelled.suppressed);
        linear.extend_from_slice(cancelled.linear);
    });
    let EchoFigures { canceller, reference, without_reference } = canceller.figures();
    let tenths = |mut values: Vec<f64>| [percentile(&mut values, 0.5), percentile(&mut values, 0.1)];
    let seconds = captured.len() / RATE;
    Ok(FarEnd {
        room: room.name,
        drift_ppm: faster_ppm,
        suppressed_after_2_s_db: tenths(less_db(&captured, &suppressed, SUPPRESSED_DELAY, 2)),
        linear_after_5_s_db: tenths(less_db(&captured, &linear, LINEAR_DELAY, 5)),
        linear_at_the_end_db: tenths(less_db(&captured, &linear, LINEAR_DELAY, seconds - 20))[0],
        found_ppm: reference.drift_ppm,
        percent_of_a_core: 100.0 * spent.as_secs_f64() / seconds as f64,
        worst_frame_ms: worst.as_secs_f64() * 1e3,
        blocks: (captured.len() / FRAME_SAMPLES * 2) as u64,
        cancelled: canceller.processed.min(canceller.rendered),
        without_reference,
    })
}

/// The conversation's onsets: the index of the frame that decides, and for how long it had waited for what was played.
fn onsets(acoustics: &Acoustics<'_>, cancels: bool) -> Result<(Vec<(usize, Duration)>, usize)> {
    let devices = acoustics.devices()?;
    let tap = devices.tap.clone();
    let canceller = EchoCanceller::new(tap.clone(), LOUDSPEAKER_HZ)?;
    let mut detector = Detector::default();
    if cancels {
        detector = detector.with_canceller(Box::new(canceller));
    }
    let (mut found, mut latest, mut number, mut speech_frames) = (Vec::new(), 0_u32, 0, 0);
    devices.listen(|frame, Moment { end, arrived }| {
        let came = tap.now();
        let samples = frame.map(|sample| (sample * 32_767.0) as i16);
        let heard = detector.hear(&samples, false, Position(end), arrived.into());
        latest = (latest << 1 | u32::from(heard.speech)) & ONSET_WINDOW;
        speech_frames += usize::from(heard.speech);
        if heard.speech && latest.count_ones() >= ONSET_FRAMES {
            found.push((number, tap.now().saturating_duration_since(came)));
            latest = 0;
        }
        number += 1;
    });
    Ok((found, speech_frames))
}

fn own_voice_alone(room: SimulatedRoom, played: &[f32]) -> Result<OwnVoice> {
    let acoustics = Acoustics { room, faster_ppm: 0.0, jitter_s: JITTER_S, played, near: &[], seed: 11 };
    let (found, speech_frames) = onsets(&acoustics, true)?;
    let (raw, _) = onsets(&acoustics, false)?;
    let second = |frame: usize| (frame * FRAME_SAMPLES) as f64 / RATE as f64;
    Ok(OwnVoice {
        room: room.name,
        minutes: played.len() as f64 / RATE as f64 / 60.0,
        onsets: found.len(),
        onsets_s: found.iter().map(|(frame, _)| second(*frame)).collect(),
        speech_frames,
        without_cancelling: raw.len(),
    })
}

/// People who speak over its own voice.
fn interrupting(sets: &SpeechSets, room: SimulatedRoom, faster_ppm: f64, own: &[f32]) -> Result<Interrupting> {
    let clips: Vec<_> = sets.barge_in.iter().filter(|clip| clip.interruption == Interruption::Words).collect();
    // It has spoken for a while before the first one comes; and with a drift, until that is known.
    let first = if faster_ppm == 0.0 { 20 * RATE } else { 60 * RATE };
    let mut near = vec![0.0; first + (clips.len() + 1) * EVERY];
    let mut begun = Vec::new();
    for (number, clip) in clips.iter().enumerate() {
        let spoken = at_level(&samples(sets, &clip.clip)?, NEAR_DBFS);
        let at = first + number * EVERY;
        begun.push(at + clip.clip.sound.first);
        near.get_mut(at..at + spoken.len()).context("a clip is shorter than the time for it")?.copy_from_slice(&spoken);
    }
    // Without its long pauses: people are to speak over it.
    let played: Vec<f32> = own.chunks(RATE / 10).filter(|part| power(part) > 1e-9).flatten().copied().collect();
    let played = looped(&played, near.len(), 0);
    let acoustics = Acoustics { room, faster_ppm, jitter_s: JITTER_S, played: &played, near: &near, seed: 13 };
    let mut silent = silent_after(&begun, &onsets(&acoustics, true)?.0);
    let nothing = vec![0.0; near.len()];
    let mut in_silence = silent_after(&begun, &onsets(&Acoustics { played: &nothing, ..acoustics }, false)?.0);
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
    })
}

/// From each voice's first sound until the loudspeaker would be silent, in ms, where it was found.
fn silent_after(begun: &[usize], found: &[(usize, Duration)]) -> Vec<f64> {
    let after = |onset: &usize| {
        let (frame, waited) = found.iter().find(|(frame, _)| (frame + 1) * FRAME_SAMPLES > *onset)?;
        let after_s = ((frame + 1) * FRAME_SAMPLES - onset) as f64 / RATE as f64;
        (after_s <= FOUND_WITHIN_S).then_some(1e3 * (after_s + waited.as_secs_f64()) + PAUSE_TAKES_MS)
    };
    begun.iter().filter_map(after).collect()
}

impl FarEnd {
    fn line(&self) -> String {
        let Self { room, drift_ppm, suppressed_after_2_s_db, linear_after_5_s_db, .. } = self;
        let ([suppressed, suppressed_low], [linear, linear_low]) = (suppressed_after_2_s_db, linear_after_5_s_db);
        format!(
            "{room:<12} drift {drift_ppm:>3} ppm, found {:>6.1} | suppressed after 2 s {suppressed:.1} dB (lowest tenth {suppressed_low:.1}) | \
             linear after 5 s {linear:.1} dB ({linear_low:.1}), after 70 s {:.1} | {:.2} % of a core, worst frame {:.2} ms | {} blocks, \
             {} cancelled, {} frames without reference",
            self.found_ppm,
            self.linear_at_the_end_db,
            self.percent_of_a_core,
            self.worst_frame_ms,
            self.blocks,
            self.cancelled,
            self.without_reference
        )
    }
}

impl OwnVoice {
    fn line(&self) -> String {
        let Self { room, minutes, onsets, speech_frames, without_cancelling, .. } = self;
        format!(
            "{room:<12} {minutes:.1} min of its own voice alone: {onsets} onsets at {:.0?} s, {speech_frames} frames with speech; without \
             cancelling {without_cancelling} onsets",
            self.onsets_s
        )
    }
}

impl Interrupting {
    fn line(&self) -> String {
        let Self { room, drift_ppm, found, of, within_150_ms, .. } = self;
        let [least, most] = self.found_share.map(|share| 100.0 * share);
        let ([median, most_ms], [in_silence, most_in_silence]) = (self.silent_ms, self.in_silence_ms);
        format!(
            "{room:<12} drift {drift_ppm:>3} ppm | people over its own voice: found {found} of {of} ({least:.0}-{most:.0} %), silent after \
             {median:.0} ms, 95 % within {most_ms:.0} ms, {:.0} % within 150 ms; where nothing plays they are found after {in_silence:.0} ms, \
             95 % within {most_in_silence:.0} ms",
            100.0 * within_150_ms,
        )
    }
}

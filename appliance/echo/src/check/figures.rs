//! What is computed from a recording of the chirp.

use std::time::Duration;

use parley_audio::capture::FRAME_SAMPLES;
use serde::Serialize;

use super::chirp::{CHIRP_S, chirp, compare, strongest};
use super::recording::{EchoRecording, NOISE_S, PAUSE_S, apart_s};
use crate::canceller::{BlockCanceller, RATE_HZ};
use crate::reference::{LEAD, Reference};

/// An echo is looked for from so long before its sound, where the devices' times are wrong, to so long after it, in seconds.
const EARLIEST_S: f64 = 0.1;
const LATEST_S: f64 = 1.0;
/// The chirp is heard where it is so many times as strong as what noise makes of it: noise alone gets to 5.
const STANDS_OUT: f32 = 8.0;
/// And at least this loud, as a factor of what was played: less is what rounding makes.
const LEAST: f32 = 1e-4;
/// The room's answer to the chirp goes on after it for so long, in seconds.
const RINGS_S: f64 = 0.2;
/// A sample this near full scale was louder.
const FULL_SCALE: f32 = 32_700.0 / 32_768.0;
/// The canceller hears the recording so often before it is judged: by then it knows the room.
const LEARNS: usize = 2;
/// It is judged by the end of the noise, in seconds.
const JUDGED_S: f64 = 2.0;
/// A channel is what the loudspeaker is given, and no microphone, where so much of its amplitude is the chirp itself.
const SAME: f32 = 0.98;
/// A block of the tap is told so long after it is heard, at most.
const TOLD_LATER: Duration = Duration::from_millis(200);

/// How the loudspeaker is heard by the microphone.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct EchoCheckFigures {
    /// Seconds of the microphone's sound.
    pub heard_s: f64,
    /// Whether it is known when the chirp was played.
    pub has_reference: bool,
    /// How many of the two chirps were heard.
    pub chirps_heard: usize,
    /// How loud the room is without it, in dB of full scale.
    pub background_dbfs: Option<f64>,
    /// How loud the chirp is at the microphone, in dB of full scale.
    pub echo_dbfs: Option<f64>,
    /// The share of samples at full scale while the chirp is heard, 0..=1.
    pub clipped_share: f64,
    /// From when the loudspeaker is said to play to when the microphone is said to hear it, in milliseconds.
    pub delay_ms: Option<f64>,
    /// How much faster the loudspeaker's clock runs than the microphone's, in parts per million.
    pub drift_ppm: Option<f64>,
    /// How much of the echo the canceller takes out of what is recognised, once it knows the room, in dB.
    pub linear_db: Option<f64>,
    /// The same of what is judged to be speech or not.
    pub suppressed_db: Option<f64>,
    /// Channels of the microphone's device that carry what the loudspeaker is given, from 1.
    pub loopback_channels: Vec<usize>,
    /// Of these, those that are nothing but zeroes while nothing is played: where no channel is named they are not listened to.
    pub left_out_channels: Vec<usize>,
    /// Channels of the microphone's device.
    pub channels: usize,
    /// Frames of the microphone's device that were lost.
    pub lost: u64,
    /// Times that the loudspeaker ran empty.
    pub ran_empty: u64,
}

impl EchoCheckFigures {
    /// Computes them; takes some seconds of work.
    pub fn of(recording: &EchoRecording) -> Self {
        let EchoRecording { captured, channels, loudspeaker_hz, lost, ran_empty, .. } = recording;
        let captured = without_offset(captured);
        let chirp = chirp(RATE_HZ, *loudspeaker_hz);
        let mut figures = Self {
            heard_s: captured.len() as f64 / f64::from(RATE_HZ),
            channels: channels.len().max(1),
            lost: *lost,
            ran_empty: *ran_empty,
            ..Self::default()
        };
        let Some(reference) = aligned(recording) else { return figures };
        let played = compare(&reference, &chirp);
        let apart = (apart_s(*loudspeaker_hz) * f64::from(RATE_HZ)) as usize;
        let Some((first, strength)) = earlier_of_two(&played, apart / 2) else { return figures };
        figures.has_reference = strength > LEAST;
        if !figures.has_reference {
            return figures;
        }
        figures.look(recording, &captured, &reference, &chirp, first);
        let only = [recording.captured.clone()];
        let channels: &[Vec<f32>] = if channels.is_empty() { &only } else { channels };
        let loopbacks = (1..).zip(channels).filter(|(_, its)| is_loopback(its, &chirp));
        for (number, its) in loopbacks {
            figures.loopback_channels.push(number);
            if recording.quiet_of(its).iter().all(|sample| *sample == 0.0) {
                figures.left_out_channels.push(number);
            }
        }
        figures
    }

    /// Looks where the chirp is in what was captured, whose first one begins in the reference at this sample.
    fn look(&mut self, recording: &EchoRecording, captured: &[f32], reference: &[f32], chirp: &[f32], first: f64) {
        let compared = compare(captured, chirp);
        let quiet = without_offset(recording.quiet());
        let floor = rms(&compare(&quiet, chirp));
        self.background_dbfs = (!quiet.is_empty()).then(|| dbfs(power(&quiet)));
        let apart = apart_s(recording.loudspeaker_hz) * f64::from(RATE_HZ);
        // Heard so much later than it is in the reference, if nothing delays it.
        let begins = [first, first + apart].map(|begin| begin + LEAD as f64);
        let found = begins.map(|begin| {
            let (from, to) = (begin - samples(EARLIEST_S) as f64, begin + samples(LATEST_S) as f64);
            strongest(&compared, from.max(0.0) as usize, to as usize)
                .filter(|(_, strength)| *strength > LEAST && *strength > floor * STANDS_OUT)
                .map(|(at, _)| at)
        });
        self.chirps_heard = found.iter().flatten().count();
        let windows = found.iter().flatten().map(|at| window(captured, *at as usize));
        let clipped = |samples: &[f32]| samples.iter().filter(|sample| sample.abs() >= FULL_SCALE).count();
        // An offset is part of what is too loud.
        let raw = found.iter().flatten().map(|at| window(&recording.captured, *at as usize));
        let (clipped, all) = raw.fold((0, 0), |(sum, all), its| (sum + clipped(its), all + its.len()));
        self.clipped_share = clipped as f64 / all.max(1) as f64;
        let loudest = windows.map(power).reduce(f64::max);
        let background = self.background_dbfs.map_or(0.0, |background| 10_f64.powf(background / 10.0));
        self.echo_dbfs = loudest.map(|loudest| dbfs((loudest - background).max(0.0)));
        let delay = found.iter().zip(begins).find_map(|(found, begin)| Some(found.as_ref()? - begin));
        self.delay_ms = delay.map(|delay| delay * 1e3 / f64::from(RATE_HZ));
        if let [Some(one), Some(other)] = found {
            // Sound that is missing would be counted as time.
            let is_whole = recording.lost == 0 && recording.ran_empty == 0;
            self.drift_ppm = is_whole.then(|| (apart / (other - one) - 1.0) * 1e6);
            (self.linear_db, self.suppressed_db) = cancelled(captured, reference, other as usize).unzip();
        }
    }
}

/// Where the first of two that are as strong as each other is, at least so many samples before the other, and how strong.
fn earlier_of_two(compared: &[f32], before: usize) -> Option<(f64, f32)> {
    let (at, strength) = strongest(compared, 0, compared.len())?;
    let earlier = strongest(compared, 0, (at as usize).saturating_sub(before));
    Some(earlier.filter(|(_, its)| *its > strength / 2.0).unwrap_or((at, strength)))
}

/// The chirp that begins there, and what the room adds to it.
fn window(captured: &[f32], at: usize) -> &[f32] {
    let at = at.min(captured.len());
    &captured[at..captured.len().min(at + samples(CHIRP_S + RINGS_S))]
}

/// What was played at the time of each sample that was captured, as a conversation's canceller would have it; `None` where
/// nothing is known of it.
fn aligned(recording: &EchoRecording) -> Option<Vec<f32>> {
    let EchoRecording { arrived, played, loudspeaker_hz, .. } = recording;
    let mut reference = Reference::new(*loudspeaker_hz).ok()?;
    let mut blocks = played.iter().peekable();
    blocks.peek()?;
    let mut aligned = vec![0.0; arrived.len() * FRAME_SAMPLES];
    for (number, (arrived, to)) in (0..).zip(arrived.iter().zip(aligned.as_chunks_mut::<FRAME_SAMPLES>().0)) {
        let position = number * FRAME_SAMPLES as u64;
        reference.captured(position + FRAME_SAMPLES as u64, *arrived);
        while let Some((block, samples)) = blocks.next_if(|(block, _)| block.heard_at <= *arrived + TOLD_LATER) {
            reference.played(*block, samples);
        }
        reference.take(position, to);
    }
    Some(aligned)
}

/// How much of the noise behind the chirp that begins at this sample the canceller takes out, in dB: of the linear output, and
/// of the suppressed. `None` where the noise is missing.
fn cancelled(captured: &[f32], reference: &[f32], at: usize) -> Option<(f64, f64)> {
    let end = at + samples(CHIRP_S + PAUSE_S + NOISE_S);
    let judged = end - samples(JUDGED_S)..end;
    let before = power(captured.get(judged.clone())?);
    let mut canceller = BlockCanceller::default();
    let (mut linear, mut suppressed) = (Vec::new(), Vec::new());
    for _ in 0..LEARNS {
        linear.clear();
        suppressed.clear();
        canceller.take(captured, reference, &mut suppressed, &mut linear);
    }
    let less = |output: &[f32]| Some(dbfs(before) - dbfs(power(output.get(judged.clone())?)));
    Some((less(&linear)?, less(&suppressed)?))
}

/// Whether a channel is a copy of what is played: no room has added anything.
fn is_loopback(channel: &[f32], chirp: &[f32]) -> bool {
    let channel = without_offset(channel);
    let compared = compare(&channel, chirp);
    let Some((at, strength)) = strongest(&compared, 0, compared.len()) else { return false };
    let at = at.round() as usize;
    let its = channel.get(at..at + chirp.len()).unwrap_or(&[]);
    let energy = |samples: &[f32]| samples.iter().map(|sample| sample * sample).sum::<f32>();
    strength > LEAST && strength * (energy(chirp) / energy(its).max(f32::MIN_POSITIVE)).sqrt() > SAME
}

fn without_offset(samples: &[f32]) -> Vec<f32> {
    let offset = samples.iter().map(|sample| f64::from(*sample)).sum::<f64>() / samples.len().max(1) as f64;
    samples.iter().map(|sample| sample - offset as f32).collect()
}

fn samples(seconds: f64) -> usize {
    (seconds * f64::from(RATE_HZ)) as usize
}

fn power(samples: &[f32]) -> f64 {
    samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len().max(1) as f64
}

fn rms(samples: &[f32]) -> f32 {
    power(samples).sqrt() as f32
}

fn dbfs(power: f64) -> f64 {
    10.0 * (power + 1e-12).log10()
}

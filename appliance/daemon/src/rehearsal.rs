//! Conversations from recordings: a microphone that plays WAV files in real time, and a loudspeaker that records.
//!
//! Latency is measured between what was really at the microphone and what really left the loudspeaker: from the last
//! sound of the question, found in its file beforehand, to the first sound in the recorded answer.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use parley_audio::capture::{ClipQueue, FRAME_RATE_HZ, FRAME_SAMPLES, QueueFull, QueueSource, QueuedClip};
use parley_audio::playback::{LOUDSPEAKER_HZ, Recording, RecordingSink};
use parley_audio::wav::{self, WavError};
use parley_conversation::{Attention, Event, Notice, Phase, Settings, Waking};
use tokio::sync::broadcast::{
    self,
    error::{RecvError, TryRecvError},
};
use tokio::time::Instant;

use crate::conductor::{Generating, Handle, Observation, StagesMs, TurnReport};
use crate::health::SoundPath;
use crate::listening::Mute;
use crate::session::{Session, SessionError};
use crate::wake_words::WakeWords;
use crate::workers::Workers;

/// The first sample at least this loud is a sound: 40 dB below full scale.
pub const AUDIBLE: u16 = 330;
/// How long to wait for an answer to begin.
const PATIENCE: Duration = Duration::from_secs(30);
const LONGEST_ANSWER: Duration = Duration::from_secs(120);
/// Nobody speaks sooner after an answer, or after another question.
const BETWEEN: Duration = Duration::from_millis(500);
/// A recording that has ended was over before if Parley is quiet for so long: even a late frame would have been heard.
const SETTLED: Duration = Duration::from_secs(2);
/// How often it is looked whether all is over.
const LOOK_EVERY: Duration = Duration::from_millis(100);

#[derive(Debug, Clone)]
pub struct Question {
    /// Mono, at [`FRAME_RATE_HZ`].
    pub samples: Vec<i16>,
    /// From the beginning to the end of the last sound.
    pub last_sound: Duration,
}

/// A room whose microphone and loudspeaker are files.
pub struct Room {
    session: Session,
    /// Whether it was opened with words that wake it.
    sleeps: bool,
    clips: ClipQueue,
    recording: Recording,
    opened: Instant,
    observations: broadcast::Receiver<Observation>,
}

/// What became of the sound, in blocks of 10 ms since the room was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SoundBlocks {
    /// Of the microphone.
    pub captured: u64,
    /// Of those, never heard: nobody took them in time.
    pub lost: u64,
    /// Of those, taken so late that a card would have lost them.
    pub late: u64,
    /// Of the loudspeaker.
    pub played: u64,
    /// Times that the loudspeaker had nothing to play since the playback thread came too late.
    pub ran_empty: u64,
    /// Times that an answer broke off, and went on.
    pub gaps: u64,
}

impl SoundBlocks {
    /// The share of those that were lost, late or damaged, 0 to 1.
    pub fn lost_late_or_damaged(&self) -> f64 {
        let bad = self.lost + self.late + self.ran_empty + self.gaps;
        bad as f64 / (self.captured + self.played).max(1) as f64
    }
}

/// What came of a question.
#[derive(Debug, Clone)]
pub struct Answered {
    /// When its recording began.
    pub started_at: Option<std::time::Instant>,
    /// What was understood and said; `None` where nothing was understood.
    pub report: Option<TurnReport>,
    /// From the last sound of the question to each stage of the answer.
    pub stages_ms: Option<StagesMs>,
    /// From the last sound of the question to the first sound of the answer.
    pub first_audio: Option<Duration>,
    /// What the loudspeaker played, at [`LOUDSPEAKER_HZ`].
    pub audio: Vec<i16>,
}

impl Question {
    /// Reads a WAV file of any kind.
    ///
    /// # Errors
    /// It is not one, or is empty.
    pub fn read(path: &Path) -> Result<Self, WavError> {
        let samples = wav::load(path, FRAME_RATE_HZ)?;
        let last_sound = last_sound(&samples);
        Ok(Self { samples, last_sound })
    }
}

/// Where the last sound ends: the last 10 ms that are less than 35 dB below the loudest, and above the quietest tenth.
///
/// The test material has a finder of sounds of its own, which the program that is shipped cannot depend on; nor the
/// other way round, because the material is prepared where ALSA is not installed yet.
fn last_sound(samples: &[i16]) -> Duration {
    const WINDOW: usize = 160;
    let levels: Vec<f32> = samples.chunks(WINDOW).map(mean_square).collect();
    let loudest = levels.iter().copied().fold(0.0, f32::max);
    let mut sorted = levels.clone();
    sorted.sort_by(f32::total_cmp);
    let floor = sorted.get(sorted.len() / 10).copied().unwrap_or(0.0);
    // 35 dB below the loudest, and 10 dB above a noise floor that is itself well below the speech.
    let threshold = (loudest * 10f32.powf(-3.5)).max((floor * 10.0).min(loudest * 0.01));
    let windows = levels.iter().rposition(|level| *level > threshold).map_or(0, |last| last + 1);
    Duration::from_secs_f64((windows * WINDOW).min(samples.len()) as f64 / f64::from(FRAME_RATE_HZ))
}

fn mean_square(samples: &[i16]) -> f32 {
    samples.iter().map(|sample| f32::from(*sample).powi(2)).sum::<f32>() / samples.len().max(1) as f32
}

impl Room {
    /// Opens a room in which Parley always listens.
    ///
    /// # Errors
    /// See [`Session::start`].
    pub fn open(settings: Settings, generating: Generating, workers: Workers) -> Result<Self, SessionError> {
        Self::asleep(settings, generating, workers, WakeWords::default())
    }

    /// Opens a room in which it sleeps until it is called.
    ///
    /// # Errors
    /// See [`Session::start`].
    pub fn asleep(
        settings: Settings,
        generating: Generating,
        workers: Workers,
        wake_words: WakeWords,
    ) -> Result<Self, SessionError> {
        let (source, clips) = QueueSource::new(FRAME_RATE_HZ);
        let (sink, recording) = RecordingSink::new(LOUDSPEAKER_HZ);
        let sleeps = wake_words.attention() != Attention::Always;
        let session = Session::start(settings, generating, workers, wake_words, Mute::default(), source, sink)?;
        let observations = session.handle.observations.subscribe();
        Ok(Self { session, sleeps, clips, recording, opened: Instant::now(), observations })
    }

    pub fn handle(&self) -> &Handle {
        &self.session.handle
    }

    pub fn workers(&self) -> &Workers {
        &self.session.workers
    }

    /// Says something into the room; returns at once.
    ///
    /// # Errors
    /// Too many clips wait.
    pub fn say(&self, samples: Vec<i16>) -> Result<QueuedClip, QueueFull> {
        self.clips.push(samples)
    }

    /// What became of the sound so far; `None` where there is none.
    pub fn blocks(&self) -> Option<SoundBlocks> {
        const FRAMES: u64 = FRAME_RATE_HZ as u64 / 100;
        let SoundPath { capture, listening, mixer } = self.session.sound.as_ref()?;
        let behind = listening.dropped.load(Ordering::Relaxed) * (FRAME_SAMPLES as u64 / FRAMES);
        Some(SoundBlocks {
            captured: (capture.frames.get() + capture.lost.get()) / FRAMES,
            lost: capture.lost.get().div_ceil(FRAMES) + behind,
            late: self.clips.late().div_ceil(FRAMES),
            played: self.opened.elapsed().as_millis() as u64 / 10,
            ran_empty: mixer.counters().underruns.get(),
            gaps: mixer.counters().gaps.get(),
        })
    }

    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// Asks a question and waits until its answer was heard, or until the clip has ended and nothing comes of it; `see`
    /// is shown everything meanwhile. Where Parley sleeps, a key wakes it first.
    pub async fn ask(&mut self, question: &Question, mut see: impl FnMut(&Observation)) -> Result<Answered, QueueFull> {
        tokio::time::sleep(BETWEEN).await;
        while !matches!(self.observations.try_recv(), Err(TryRecvError::Empty | TryRecvError::Closed)) {}
        if self.sleeps && self.handle().control.send(Event::Woken { by: Waking::Button }).await.is_err() {
            tracing::warn!("nobody conducts any more");
        }
        let begun = self.recording.samples().len();
        let clip = self.clips.push(question.samples.clone())?;
        let mut report = None;
        let length = Duration::from_secs_f64(question.samples.len() as f64 / f64::from(FRAME_RATE_HZ));
        let mut deadline = Instant::now() + length + PATIENCE;
        let mut ending = Ending::default();
        let mut looks = tokio::time::interval(LOOK_EVERY);
        loop {
            let observation = tokio::select! {
                observation = self.observations.recv() => Some(observation),
                _ = looks.tick() => None,
            };
            let is_quiet = *self.session.handle.phase.borrow() == Phase::Quiet;
            let ended = clip.ended_at().is_some();
            let heard = match observation {
                None | Some(Err(RecvError::Lagged(_))) => Heard::Nothing,
                Some(Err(RecvError::Closed)) => break,
                Some(Ok(observation)) => {
                    see(&observation);
                    match observation {
                        Observation::Notice(Notice::Understood { .. }) => {
                            deadline += LONGEST_ANSWER;
                            Heard::Nothing
                        }
                        // A question of several sentences may be answered in several turns; the last one counts.
                        Observation::Turn(turn) => {
                            report = Some(turn);
                            Heard::Turn
                        }
                        Observation::Notice(Notice::NoWords) if report.is_none() => Heard::NoWords,
                        Observation::Notice(_) => Heard::Nothing,
                    }
                }
            };
            let now = Instant::now();
            if ending.is_over(now, ended, is_quiet, heard) {
                break;
            }
            if now >= deadline {
                tracing::warn!("the conversation about a recording came to no end");
                break;
            }
        }
        let last_sound = clip.started_at().map(|started| started + question.last_sound);
        let first_sound = last_sound.and_then(|from| self.recording.first_sound(from, AUDIBLE));
        let stages_ms = report.as_ref().zip(last_sound).map(|(turn, end)| turn.timeline.stages_after(end.into()));
        Ok(Answered {
            started_at: clip.started_at(),
            report,
            stages_ms,
            first_audio: first_sound.zip(last_sound).map(|(first, last)| first.saturating_duration_since(last)),
            audio: self.recording.samples().get(begun..).map(|audio| trimmed(audio).to_vec()).unwrap_or_default(),
        })
    }

    /// Waits until the models are loaded and the conversation is quiet.
    pub async fn ready(&self) -> Result<(), parley_engines::EngineError> {
        self.session.workers.ready().await
    }

    /// Ends the conversation, and leaves the workers to others.
    pub fn leave(self) {
        self.session.leave();
    }

    pub async fn close(self) {
        self.session.close().await;
    }
}

/// What was observed, as far as it can be the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    Nothing,
    Turn,
    NoWords,
}

/// Whether a question is over. Its answer may come before its clip has ended, so that no event needs to follow.
#[derive(Debug, Default)]
struct Ending {
    /// Since when the clip has ended and Parley is quiet.
    quiet_since: Option<Instant>,
}

impl Ending {
    fn is_over(&mut self, now: Instant, ended: bool, is_quiet: bool, heard: Heard) -> bool {
        if !ended || !is_quiet {
            self.quiet_since = None;
            return ended && heard == Heard::NoWords;
        }
        let since = *self.quiet_since.get_or_insert(now);
        heard != Heard::Nothing || now.duration_since(since) >= SETTLED
    }
}

/// Without the silence before and after.
fn trimmed(samples: &[i16]) -> &[i16] {
    let sound = |sample: &i16| sample.unsigned_abs() >= AUDIBLE / 8;
    let first = samples.iter().position(sound).unwrap_or(0);
    let end = samples.iter().rposition(sound).map_or(0, |last| last + 1);
    samples.get(first..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bad_block_counts() {
        let good = SoundBlocks { captured: 500, played: 500, ..SoundBlocks::default() };
        assert_eq!(good.lost_late_or_damaged(), 0.0);
        for bad in [
            SoundBlocks { lost: 10, ..good },
            SoundBlocks { late: 10, ..good },
            SoundBlocks { ran_empty: 10, ..good },
            SoundBlocks { gaps: 10, ..good },
        ] {
            assert!((bad.lost_late_or_damaged() - 0.01).abs() < 1e-9, "{bad:?}");
        }
        assert_eq!(SoundBlocks::default().lost_late_or_damaged(), 0.0);
    }

    #[test]
    fn the_last_sound_is_found_before_faint_noise() {
        let mut samples: Vec<i16> = (0..16_000).map(|i| ((i as f32 * 0.2).sin() * 8_000.0) as i16).collect();
        samples.extend((0..16_000).map(|i| (i * 7919 % 7) as i16 - 3));
        assert_eq!(last_sound(&samples), Duration::from_secs(1));
        assert_eq!(last_sound(&[]), Duration::ZERO);
        assert_eq!(last_sound(&[0; 1_000]), Duration::ZERO);
    }

    /// What one sees who looks every 100 ms: since when the clip has ended, when Parley is quiet, what comes when.
    fn over_after(ended_ms: u64, quiet: impl Fn(u64) -> bool, comes: &[(u64, Heard)]) -> Option<u64> {
        let (begun, mut ending) = (Instant::now(), Ending::default());
        (0..600_u64).map(|look| look * 100).find(|ms| {
            let heard = comes.iter().find(|(at, _)| at == ms).map_or(Heard::Nothing, |(_, heard)| *heard);
            ending.is_over(begun + Duration::from_millis(*ms), *ms >= ended_ms, quiet(*ms), heard)
        })
    }

    #[test]
    fn a_recording_is_over_when_its_answer_was_heard_whichever_ends_first() {
        let settled = SETTLED.as_millis() as u64;
        // An answer in the middle of it: nothing more comes.
        let answer = [(8_000, Heard::Turn)];
        assert_eq!(over_after(20_000, |ms| !(3_000..8_000).contains(&ms), &answer), Some(20_000 + settled));
        // Behind it.
        assert_eq!(over_after(3_000, |ms| !(2_000..8_000).contains(&ms), &answer), Some(8_000));
        // In two turns.
        let answers = [(8_000, Heard::Turn), (12_000, Heard::Turn)];
        assert_eq!(over_after(7_900, |ms| !(2_000..12_000).contains(&ms), &answers), Some(12_000));
        // Nothing was said, or nothing that can be understood.
        assert_eq!(over_after(5_000, |_| true, &[]), Some(5_000 + settled));
        assert_eq!(over_after(5_000, |ms| !(4_000..6_000).contains(&ms), &[(6_000, Heard::NoWords)]), Some(6_000));
        assert_eq!(over_after(5_000, |ms| ms != 6_000, &[]), Some(6_100 + settled), "it has to stay quiet");
        assert!(settled < 3_000, "it ends within three seconds");
    }
}

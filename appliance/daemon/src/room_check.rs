//! The echo check by a Parley that runs: the chirp goes through its own mixer, and is heard by its own microphone.
//!
//! Rules:
//! - Only while nobody is in a turn, and Parley says nothing. Whoever presses a key meanwhile, or whatever begins to be said, ends
//!   it at once, without a verdict.
//! - What the microphone hears meanwhile is taken for nobody's speech.

mod compared;

use std::sync::Arc;
use std::time::Duration;

use parley_audio::playback::Part;
use parley_conversation::Phase;
use parley_echo::check::{AFTER, BEFORE, EchoRecorder, EchoRecording, LONGEST, check_sound};
use parley_settings::Updates;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::time::{sleep, timeout};

pub use self::compared::ComparedRoom;
use crate::clock;
use crate::conductor::Handle;
use crate::echo_check::{EchoFault, EchoVerdict};
use crate::health::SoundPath;
use crate::listening::Mute;

/// How often more of the sound is offered, or is looked whether it was heard.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// How often is looked whether somebody has told the hour.
const UNTIL_THE_HOUR: Duration = Duration::from_secs(60);
/// Verdicts that may wait for whoever keeps them.
const KEPT: usize = 2;

/// Why there is no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoRoomCheck {
    #[error("somebody speaks, or Parley does; try again when it is quiet")]
    InTurn,
    #[error("a key was pressed, or something was said; try again when it is quiet")]
    Disturbed,
    #[error("the microphone is closed; `parley ctl mute off` opens it")]
    Muted,
    #[error("a microphone or a loudspeaker is missing, or no echo is cancelled; `parley check` says more")]
    NoSound,
    #[error("a check is under way; try again in half a minute")]
    UnderWay,
}

/// What a check has found, for whoever keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct RoomChecked {
    /// How much of the echo is taken out, in dB, where it was heard.
    pub suppressed_db: Option<f64>,
    pub faults: Vec<EchoFault>,
}

/// Checks the room; clones are of the same.
#[derive(Clone)]
pub struct RoomChecker(Arc<Inner>);

struct Inner {
    sound: SoundPath,
    phase: watch::Receiver<Phase>,
    mute: Mute,
    /// The microphone's channel that the settings name, from 1.
    channel: Option<usize>,
    under_way: Mutex<()>,
    /// Whoever keeps what was found; where nobody does, or has too much of it, it is dropped.
    keep: mpsc::Sender<RoomChecked>,
}

impl RoomChecker {
    /// Of a conversation whose echo is cancelled, and what its checks find. `channel`: the one that the settings name, from 1.
    pub fn new(
        handle: &Handle,
        sound: SoundPath,
        mute: Mute,
        channel: Option<usize>,
    ) -> (Self, mpsc::Receiver<RoomChecked>) {
        let (keep, found) = mpsc::channel(KEPT);
        let under_way = Mutex::new(());
        (Self(Arc::new(Inner { sound, phase: handle.phase.clone(), mute, channel, under_way, keep })), found)
    }

    /// Plays two chirps and a noise, about 14 s, and judges what is heard of it; takes some seconds more. What is found is kept.
    ///
    /// # Errors
    /// It cannot be now, or somebody came between.
    pub async fn check(&self) -> Result<EchoVerdict, NoRoomCheck> {
        let verdict = self.look().await?;
        self.keep(&verdict);
        Ok(verdict)
    }

    /// The same, and nothing is kept.
    async fn look(&self) -> Result<EchoVerdict, NoRoomCheck> {
        let Inner { sound, phase, mute, channel, under_way, .. } = &*self.0;
        let Ok(_alone) = under_way.try_lock() else { return Err(NoRoomCheck::UnderWay) };
        if mute.is_set() {
            return Err(NoRoomCheck::Muted);
        }
        if !sound.works() {
            return Err(NoRoomCheck::NoSound);
        }
        let mut phase = phase.clone();
        if !is_idle(*phase.borrow_and_update()) {
            return Err(NoRoomCheck::InTurn);
        }
        let recording = tokio::select! {
            biased;
            // An error means that the conversation is over.
            _ = phase.wait_for(|phase| !is_idle(*phase)) => return Err(NoRoomCheck::Disturbed),
            recording = record(sound) => recording.ok_or(NoRoomCheck::NoSound)?,
        };
        // Closed meanwhile, it has heard nothing.
        if mute.is_set() {
            return Err(NoRoomCheck::Disturbed);
        }
        let channel = *channel;
        let verdict = tokio::task::spawn_blocking(move || EchoVerdict::of(&recording, channel)).await;
        verdict.map_err(|_| NoRoomCheck::NoSound)
    }

    fn keep(&self, verdict: &EchoVerdict) {
        let (suppressed_db, faults) = (verdict.figures.suppressed_db, verdict.found.clone());
        // Nobody may keep it.
        let _ = self.0.keep.try_send(RoomChecked { suppressed_db, faults });
    }

    /// Checks the room as soon as Parley has been idle for so long, and tries again where somebody comes between; `None` where
    /// that is so for too long, or it is the owner's night. `is_new`: somebody has just set this device up, and is there, whatever
    /// a clock that nobody has set says.
    pub async fn check_when_idle(
        &self,
        idle: Duration,
        tries: usize,
        updates: &Updates,
        is_new: bool,
    ) -> Option<EchoVerdict> {
        for _ in 0..tries {
            self.idle_for(idle).await?;
            match clock::now().map(|now| updates.is_night(now.hour, now.minute)) {
                Some(true) => return None,
                None if !is_new => {
                    sleep(UNTIL_THE_HOUR).await;
                    continue;
                }
                Some(false) | None => {}
            }
            match self.check().await {
                Ok(verdict) => return Some(verdict),
                Err(error) => tracing::info!(%error, "the room is not checked yet"),
            }
        }
        None
    }

    /// Waits until it has been idle for so long; `None` where the conversation is over.
    async fn idle_for(&self, idle: Duration) -> Option<()> {
        let mut phase = self.0.phase.clone();
        loop {
            phase.wait_for(|phase| is_idle(*phase)).await.ok()?;
            match timeout(idle, phase.wait_for(|phase| !is_idle(*phase))).await {
                Err(_) => return Some(()),
                Ok(disturbed) => drop(disturbed.ok()?),
            }
        }
    }
}

fn is_idle(phase: Phase) -> bool {
    match phase {
        Phase::Asleep | Phase::Quiet => true,
        Phase::Listening | Phase::Deciding | Phase::Thinking | Phase::Speaking | Phase::Interrupted => false,
    }
}

/// Ends a recording, however it goes.
struct UnderWay<'a>(&'a EchoRecorder);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.finish();
    }
}

/// Plays and records; `None` where a device stands still, or nothing more can be played.
async fn record(sound: &SoundPath) -> Option<EchoRecording> {
    let recorder = &sound.listening.recorder;
    let lost = || sound.capture.lost.get() + sound.capture.dropped.get();
    let (lost_before, empty_before) = (lost(), sound.mixer.counters().underruns.get());
    recorder.begin(sound.mixer.rate_hz());
    let under_way = UnderWay(recorder);
    timeout(LONGEST, play(sound)).await.ok()??;
    let recording = under_way.0.finish()?;
    let ran_empty = sound.mixer.counters().underruns.get() - empty_before;
    Some(EchoRecording { lost: lost() - lost_before, ran_empty, ..recording })
}

async fn play(sound: &SoundPath) -> Option<()> {
    sleep(BEFORE).await;
    let (mut feed, control) = sound.mixer.open(Part::Speech).ok()?;
    let (samples, mut offered) = (check_sound(sound.mixer.rate_hz()), 0);
    while offered < samples.len() || !control.is_drained() {
        offered += feed.offer(control.stream(), samples.get(offered..)?).ok()?;
        sleep(LOOK_EVERY).await;
    }
    sleep(AFTER).await;
    Some(())
}

#[cfg(test)]
mod tests;

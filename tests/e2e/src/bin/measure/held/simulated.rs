//! A turn beside a television in simulated time: as long as the television speaks.

use std::time::Duration;

use anyhow::Result;
use parley_audio::playback::{Ear, Renderer, SinkFormat};
use parley_conversation::{Conversation, FRAME, ModelOnly, Notice, Position, Settings};
use parley_daemon::conductor::{Conductor, Engines, Generating, Loudspeaker, Observation};
use parley_daemon::listening::{Detector, FRAME_SAMPLES, FRAMES_IN_FLIGHT, Name};
use parley_e2e::world::{STEP, voice};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::mixture::Mixture;
use crate::hesitations::simulated::{ANSWER_TOKENS, Asked, BUFFER, PERIOD, engines};

/// A detector knows that there was a word so long after it has ended (docs/EVIDENCE.md, *Wake words*).
const KNOWN_AFTER: Duration = Duration::from_millis(280);

/// What a conversation made of it.
#[derive(Debug, Default)]
pub struct Held {
    /// Every question that was understood, and when.
    pub understood: Vec<(Duration, String)>,
    /// When it was said that there were no words.
    pub without_words: Vec<Duration>,
}

/// What a new conversation makes of a turn.
///
/// # Errors
/// It has ended, or simulated time cannot be made.
pub fn hear(ask: &mpsc::UnboundedSender<Asked>, settings: &Settings, mixture: &Mixture) -> Result<Held> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
    runtime.block_on(hear_in(engines(ask), settings.clone(), mixture))
}

async fn hear_in(engines: Engines, settings: Settings, mixture: &Mixture) -> Result<Held> {
    let (mixer, mut renderer) = Renderer::new(voice::RATE_HZ, PERIOD);
    let mut ear = Ear::new(SinkFormat { rate_hz: voice::RATE_HZ, period_frames: PERIOD });
    let conversation = Conversation::new(settings, Box::new(ModelOnly), engines.end_of_turn.is_some());
    let generating = Generating { max_tokens: ANSWER_TOKENS, ..Generating::default() };
    let (conductor, handle) = Conductor::new(conversation, engines, generating, Some(Loudspeaker::open(mixer)?));
    let mut observations = handle.observations.subscribe();
    let (frames, microphone) = mpsc::channel(FRAMES_IN_FLIGHT);
    let conducting = tokio::spawn(conductor.run(microphone));
    let mut detector = Detector::default();
    let (begun, mut position) = (Instant::now(), Position::default());
    let mut held = Held::default();
    let ended = Position::default().forward(mixture.name_ended);
    let mut sounds = mixture.samples.as_chunks::<FRAME_SAMPLES>().0.iter();
    let mut called = false;
    for step in 1.. {
        let now = STEP * step;
        tokio::time::sleep_until(begun + now).await;
        ear.listen(PERIOD);
        ear.heard.clear();
        while let Ok(observation) = observations.try_recv() {
            if let Observation::Notice(Notice::Understood { text, .. }) = observation {
                held.understood.push((now, text));
            } else if matches!(observation, Observation::Notice(Notice::NoWords)) {
                held.without_words.push(now);
            }
        }
        while ear.pending.len() + PERIOD <= BUFFER {
            // An error is a loss, and this loudspeaker is never lost.
            let _ = renderer.step(&mut ear, Instant::now().into_std());
        }
        if now.as_millis().is_multiple_of(FRAME.as_millis()) {
            let Some(sound) = sounds.next() else { break };
            position = position.forward(FRAME);
            let mut frame = detector.hear(sound, false, position, Instant::now());
            if !called && position >= ended.forward(KNOWN_AFTER) {
                called = true;
                frame.name = Some(Name { ended, sure: true, word: 0, percent: 100 });
            }
            frames.send(frame).await?;
        }
    }
    conducting.abort();
    Ok(held)
}

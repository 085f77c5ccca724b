//! What a conversation makes of a clip in simulated time: the real engines decide, and take as long as they do on a machine
//! with nothing else to do. What is measured does not depend on what else the machine does then.
//!
//! Simulated time stands still while an engine computes: it lives in a thread of its own, which waits for the engines of
//! the other one.

use std::sync::{Arc, mpsc as answers};
use std::time::Duration;

use anyhow::{Context, Result};
use parley_audio::playback::{Ear, Renderer, SinkFormat};
use parley_conversation::{Conversation, FRAME, ModelOnly, Notice, Position, SeatId, Settings};
use parley_daemon::conductor::{Conductor, Engines, Generating, Loudspeaker, Observation};
use parley_daemon::listening::{Detector, FRAME_SAMPLES, FRAMES_IN_FLIGHT};
use parley_daemon::workers::Workers;
use parley_e2e::world::{STEP, voice};
use parley_engines::scripted::{Pace, Scripted};
use parley_engines::{
    EndOfTurn, Engine, Generate, Generated, JudgeEndOfTurn, Kind, LanguageModel, SpeechToText, Transcribe, Transcript,
};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::pauses::Heard;

/// A period of the loudspeaker, and what it holds.
pub const PERIOD: usize = 10;
pub const BUFFER: usize = 20;
/// An end is found within this time after the clip, or never.
const PATIENCE: Duration = Duration::from_secs(8);
/// Whatever is said is short: nobody listens to its end.
pub const ANSWER_TOKENS: u32 = 12;

/// Something that an engine is asked, and where its answer goes.
pub enum Asked {
    Words(Transcribe, answers::Sender<Vec<Transcript>>),
    Text(Generate, answers::Sender<Vec<Generated>>),
    End(JudgeEndOfTurn, answers::Sender<Vec<f32>>),
}

impl Asked {
    /// Lets the real engine answer.
    pub async fn answer(self, workers: &Workers) -> Result<()> {
        let engines = workers.engines().context("all workers were started")?;
        // An error means that the simulation has ended.
        match self {
            Self::Words(task, to) => _ = to.send(outputs(engines.speech_to_text.as_ref(), task).await?),
            Self::Text(task, to) => _ = to.send(outputs(engines.language_model.as_ref(), task).await?),
            Self::End(task, to) => {
                let engine = engines.end_of_turn.context("there is no end-of-turn model")?;
                _ = to.send(outputs(engine.as_ref(), task).await?);
            }
        }
        Ok(())
    }
}

async fn outputs<K: Kind>(engine: &dyn Engine<K>, task: K::Task) -> Result<Vec<K::Output>> {
    let mut job = engine.start(task);
    let mut outputs = Vec::new();
    while let Some(output) = job.next().await {
        outputs.push(output?);
    }
    Ok(outputs)
}

/// Engines that ask the real ones, and take as long as those did in docs/EVIDENCE.md.
pub fn engines(ask: &mpsc::UnboundedSender<Asked>) -> Engines {
    let pace = |first, each| Pace { first: Duration::from_millis(first), each: Duration::from_millis(each) };
    let asking = || ask.clone();
    let (words, text, end) = (asking(), asking(), asking());
    let words = Scripted::<SpeechToText>::from_outputs(move |task| asked(&words, |to| Asked::Words(task.clone(), to)));
    let text = Scripted::<LanguageModel>::from_outputs(move |task| asked(&text, |to| Asked::Text(task.clone(), to)));
    let end = Scripted::<EndOfTurn>::from_outputs(move |task| asked(&end, |to| Asked::End(task.clone(), to)));
    Engines {
        seat: SeatId::default(),
        speech_to_text: Arc::new(words.with_pace(pace(230, 0))),
        language_model: Arc::new(text.with_pace(pace(70, 20))),
        text_to_speech: Arc::new(voice::scripted().with_pace(pace(110, 15))),
        end_of_turn: Some(Arc::new(end.with_pace(pace(25, 0)))),
    }
}

/// Waits for the other thread; nothing came where that has given up.
fn asked<T>(ask: &mpsc::UnboundedSender<Asked>, question: impl FnOnce(answers::Sender<Vec<T>>) -> Asked) -> Vec<T> {
    let (to, answer) = answers::channel();
    let _ = ask.send(question(to));
    answer.recv().unwrap_or_default()
}

/// What a new conversation makes of these samples, in which `over` is the last sound.
///
/// # Errors
/// It has ended, or simulated time cannot be made.
pub fn hear(ask: &mpsc::UnboundedSender<Asked>, settings: &Settings, samples: &[i16], over: Duration) -> Result<Heard> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
    runtime.block_on(hear_in(engines(ask), settings.clone(), samples, over))
}

async fn hear_in(engines: Engines, settings: Settings, samples: &[i16], over: Duration) -> Result<Heard> {
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
    let mut heard = Heard { confirmed: Vec::new(), first_sound: None };
    let mut sounds = samples.chunks(FRAME_SAMPLES);
    for step in 1.. {
        let now = STEP * step;
        tokio::time::sleep_until(begun + now).await;
        ear.listen(PERIOD);
        if std::mem::take(&mut ear.heard).iter().any(|sample| *sample != 0) {
            heard.first_sound.get_or_insert(now);
        }
        while let Ok(observation) = observations.try_recv() {
            if matches!(observation, Observation::Notice(Notice::Understood { .. })) {
                heard.confirmed.push(now);
            }
        }
        if now > over + PATIENCE || heard.confirmed.last().is_some_and(|end| *end >= over) {
            break;
        }
        while ear.pending.len() + PERIOD <= BUFFER {
            // An error is a loss, and this loudspeaker is never lost.
            let _ = renderer.step(&mut ear, Instant::now().into_std());
        }
        if now.as_millis().is_multiple_of(FRAME.as_millis()) {
            let mut sound = [0; FRAME_SAMPLES];
            let chunk = sounds.next().unwrap_or_default();
            sound.iter_mut().zip(chunk).for_each(|(sample, sound)| *sample = *sound);
            position = position.forward(FRAME);
            frames.send(detector.hear(&sound, false, position, Instant::now())).await?;
        }
    }
    conducting.abort();
    Ok(heard)
}

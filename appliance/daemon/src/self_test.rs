//! The gate's self-test: Parley asks itself a question with its own voice, and has to answer aloud.
//!
//! It runs in the daemon, on the very engines that answer people, through a conductor of its own whose microphone and
//! loudspeaker are memory; nobody hears it. A wake word will join in front of the question when there is one.
//!
//! Rules: it needs no internet, no recording and no sound device, and leaves nothing behind in anybody's conversation.

use std::path::Path;
use std::time::Duration;

use parley_audio::DeviceError;
use parley_audio::capture::FRAME_RATE_HZ;
use parley_audio::playback::{LOUDSPEAKER_HZ, NoFreeFeed, PlaybackThread, RecordingSink};
use parley_audio::resample::{ResampleError, Resampler};
use parley_audio::sample::extend_i16;
use parley_conversation::{Conversation, FRAME, ModelOnly, Position, Settings};
use parley_engines::{EngineError, Speak};
use parley_update::policy::echo::ECHO_LOST_DB;
use parley_update::policy::gate;
use parley_update::policy::table::Table;
use parley_update::system::System;
use parley_update::{files, observed};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior};

use crate::conductor::{Conductor, Engines, Generating, Loudspeaker, Observation};
use crate::listening::{AudioFrame, FRAME_SAMPLES, FRAMES_IN_FLIGHT};
use crate::rehearsal::AUDIBLE;
use crate::room_check::ComparedRoom;
use crate::workers::Workers;

/// The question in the languages that voices speak; in any other language the first one.
const QUESTIONS: &[(&str, &str)] = &[
    ("en", "What time is it?"),
    ("de", "Wie spät ist es?"),
    ("fr", "Quelle heure est-il?"),
    ("es", "¿Qué hora es?"),
    ("it", "Che ore sono?"),
];

/// How often it is tried: a worker that is being loaded, or restarted, is no reason to give up a version.
const TRIES: u32 = 2;

/// An answer that takes longer than this is none.
const LIMIT: Duration = Duration::from_secs(30);

#[derive(Debug, thiserror::Error)]
pub enum SelfTestError {
    #[error("the question cannot be said: {0}")]
    Voice(#[from] EngineError),
    #[error(transparent)]
    Device(#[from] DeviceError),
    #[error(transparent)]
    Loudspeaker(#[from] NoFreeFeed),
    #[error(transparent)]
    Rate(#[from] ResampleError),
    #[error("the question was not answered aloud within {} s", LIMIT.as_secs())]
    NoAnswer,
}

/// Where the gate is told.
const TOLD: &str = "self-test.json";

/// Where the gate judges, asks the question and tells it how long the answer took, and how much less of the echo is taken out than
/// before, where that can be had. In any other start it does nothing.
pub async fn for_the_gate(
    workers: &Workers,
    settings: Settings,
    generating: Generating,
    compared: Option<&ComparedRoom>,
) {
    if !System::default().is_judged() {
        return;
    }
    let Some(engines) = workers.engines() else { return };
    let echo = async { compared?.for_the_gate().await };
    // At once: the gate waits for neither for long.
    let (answered, lost_db) = tokio::join!(answered(workers, engines, settings, generating), echo);
    let mut table = Table::default();
    // A failure is told as a time that no limit allows, so that the gate need not wait for the end of its own.
    table.note("self-test-s", answered.unwrap_or(gate::TIME_LIMIT).as_secs_f64());
    if let Some(lost_db) = lost_db {
        table.note(ECHO_LOST_DB, lost_db);
    }
    if let Err(error) = files::replace_json(&Path::new(observed::FOLDER).join(TOLD), &table) {
        tracing::warn!(%error, "the gate cannot be told how the self-test went");
    }
}

/// How long the answer took; `None` where there was none.
async fn answered(workers: &Workers, engines: Engines, settings: Settings, generating: Generating) -> Option<Duration> {
    for _ in 0..TRIES {
        if let Err(error) = workers.ready().await {
            tracing::warn!(%error, "an engine does not start");
            continue;
        }
        match ask_itself(engines.clone(), settings.clone(), generating.clone()).await {
            Ok(took) => return Some(took),
            Err(error) => tracing::warn!(%error, "the self-test failed"),
        }
    }
    None
}

/// Asks the question, and says how long it took from its first sound to the first sound of the answer.
pub async fn ask_itself(
    engines: Engines,
    settings: Settings,
    generating: Generating,
) -> Result<Duration, SelfTestError> {
    let question = say_question(&engines, &settings).await?;
    let (sink, recording) = RecordingSink::new(LOUDSPEAKER_HZ);
    let (mixer, _playback) = PlaybackThread::start(sink)?;
    let conversation = Conversation::new(settings, Box::new(ModelOnly), engines.end_of_turn.is_some());
    let loudspeaker = Some(Loudspeaker::open(mixer)?);
    let (conductor, handle) = Conductor::new(conversation, engines, generating, loudspeaker);
    let mut observations = handle.observations.subscribe();
    let (frames_in, frames) = mpsc::channel(FRAMES_IN_FLIGHT);
    let conductor = tokio::spawn(conductor.run(frames));
    let begun = std::time::Instant::now();
    let answered = tokio::time::timeout(LIMIT, async {
        tokio::select! {
            () = listen(&question, &frames_in) => false,
            answered = async {
                while let Ok(observation) = observations.recv().await {
                    if let Observation::Turn(report) = observation {
                        return !report.question.is_empty() && !report.answer.is_empty();
                    }
                }
                false
            } => answered,
        }
    });
    let answered = answered.await.unwrap_or(false);
    conductor.abort();
    let first_sound = recording.first_sound(begun, AUDIBLE).filter(|_| answered).ok_or(SelfTestError::NoAnswer)?;
    Ok(first_sound.saturating_duration_since(begun))
}

/// The question as the microphone would hear it.
async fn say_question(engines: &Engines, settings: &Settings) -> Result<Vec<i16>, SelfTestError> {
    let voice = settings.voices.first().map_or("en", String::as_str);
    let text = QUESTIONS.iter().find(|(language, _)| *language == voice).map_or(QUESTIONS[0].1, |(_, text)| text);
    let task =
        Speak { text: text.to_owned(), language: Some(voice.to_owned()).filter(|_| !settings.voices.is_empty()) };
    let mut job = engines.text_to_speech.start(task);
    let mut heard = Vec::new();
    let mut resampler = None;
    while let Some(block) = job.next().await {
        let block = block?;
        let resampler = match &mut resampler {
            Some(resampler) => resampler,
            none => none.insert(Resampler::new(block.rate_hz, FRAME_RATE_HZ)?),
        };
        resampler.process(&block.audio, &mut heard);
    }
    let mut question = Vec::new();
    extend_i16(&heard, &mut question);
    Ok(question)
}

/// The question, and silence for ever after. Every frame of it counts as speech: detecting that is what the daemon does
/// all day with the real microphone.
async fn listen(question: &[i16], frames: &mpsc::Sender<AudioFrame>) {
    let mut tick = tokio::time::interval(FRAME);
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut said = question.chunks_exact(FRAME_SAMPLES);
    for number in 1_u32.. {
        tick.tick().await;
        let (samples, speech) = match said.next().and_then(|chunk| chunk.try_into().ok()) {
            Some(chunk) => (chunk, true),
            None => ([0; FRAME_SAMPLES], false),
        };
        let end = Position::default().forward(FRAME * number);
        let frame = AudioFrame::new(end, Instant::now(), samples, speech);
        if frames.send(frame).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parley_conversation::SeatId;
    use parley_engines::scripted::{Fault, Scripted};
    use parley_engines::{LanguageModel, SpeechToText, TextToSpeech};

    use super::*;

    fn engines(speaking: Scripted<TextToSpeech>, thinking: Scripted<LanguageModel>) -> Engines {
        Engines {
            seat: SeatId::default(),
            speech_to_text: Arc::new(Scripted::<SpeechToText>::hearing("what time is it?")),
            language_model: Arc::new(thinking),
            text_to_speech: Arc::new(speaking),
            end_of_turn: None,
        }
    }

    async fn check(
        speaking: Scripted<TextToSpeech>,
        thinking: Scripted<LanguageModel>,
    ) -> Result<Duration, SelfTestError> {
        ask_itself(engines(speaking, thinking), Settings::default(), Generating::default()).await
    }

    #[tokio::test]
    async fn parley_answers_its_own_question() {
        let answering = Scripted::<LanguageModel>::answering("Half past four.");
        let took = check(Scripted::<TextToSpeech>::tone(), answering).await.expect("it answers");
        assert!(took < gate::TIME_LIMIT, "{took:?}");
        let limit = gate::LIMITS.iter().find(|limit| limit.name == "self-test-s").expect("the gate knows it");
        assert!(limit.rule.allows(took.as_secs_f64()), "{took:?}");
        assert!(!limit.rule.allows(gate::TIME_LIMIT.as_secs_f64()), "what no answer is told as fails the gate");
    }

    #[tokio::test]
    async fn a_voice_that_fails_or_is_silent_fails_the_test() {
        let failing = Scripted::<TextToSpeech>::tone();
        failing.fail_always(Some(Fault::Refuse("no".into())));
        assert!(check(failing, Scripted::<LanguageModel>::answering("Half past.")).await.is_err());
        let silent = Scripted::<TextToSpeech>::silence();
        assert!(check(silent, Scripted::<LanguageModel>::answering("Half past.")).await.is_err());
    }
}

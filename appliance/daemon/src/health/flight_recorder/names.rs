//! Events and actions as names and numbers. Each `match` is whole, so that whoever adds an event decides what of it is noted;
//! no part of [`InNames`] can hold text.

use std::time::Duration;

use super::super::Trouble;
use parley_conversation::{Action, Event, GenerationEnd, Notice, Outcome, Stage};

use super::{Detail, InNames};

pub(super) fn of_stage(stage: Stage) -> &'static str {
    match stage {
        Stage::SpeechToText => "speech-to-text",
        Stage::EndOfTurn => "end-of-turn",
        Stage::LanguageModel => "language-model",
        Stage::TextToSpeech => "text-to-speech",
    }
}

fn ms(duration: Duration) -> Detail {
    Detail::Number((duration.as_secs_f64() * 1_000.0).round())
}

fn probability(probability: f32) -> Detail {
    Detail::Number((f64::from(probability) * 100.0).round() / 100.0)
}

pub(super) fn of_event(event: &Event) -> InNames {
    match *event {
        Event::Frame { speech, .. } => (if speech { "speech" } else { "silence" }, None, Detail::None),
        Event::Transcribed { turn, ref transcript } => {
            ("words are known", Some(turn), probability(transcript.confidence))
        }
        Event::EndOfTurnJudged { turn, probability: end } => ("an end by its sound", Some(turn), probability(end)),
        Event::SentenceJudged { turn, probability: end } => ("an end by its words", Some(turn), probability(end)),
        Event::Text { turn, .. } => ("text", Some(turn), Detail::None),
        Event::AnswerJudged { turn, probability: least } => ("how sure it is", Some(turn), probability(least)),
        Event::GenerationEnded { turn, end } => {
            let end = match end {
                GenerationEnd::Complete => "complete",
                GenerationEnd::Length => "at its limit",
                GenerationEnd::Repetition => "repeating itself",
            };
            ("the text ends", Some(turn), Detail::Name(end))
        }
        Event::EffectCalled { turn, .. } => ("an effect is called", Some(turn), Detail::None),
        Event::Performed { turn, .. } => ("an effect was performed", Some(turn), Detail::None),
        Event::ClauseSynthesized { turn, length, .. } => ("a clause is synthesised", Some(turn), ms(length)),
        Event::Heard { turn, heard } => ("heard", Some(turn), ms(heard)),
        Event::RanDry { turn } => ("nothing to play", Some(turn), Detail::None),
        Event::PlaybackEnded { turn } => ("all was heard", Some(turn), Detail::None),
        Event::Failed { turn, stage } => ("failed", Some(turn), Detail::Name(of_stage(stage))),
        Event::Degraded { stage, degraded } => {
            (if degraded { "out of order" } else { "works again" }, None, Detail::Name(of_stage(stage)))
        }
        Event::Interrupt => ("interrupt", None, Detail::None),
        Event::Typed { .. } => ("typed", None, Detail::None),
        Event::Announce { .. } => ("announce", None, Detail::None),
        Event::Woken { .. } => ("woken", None, Detail::None),
        Event::Forget { .. } => ("forget", None, Detail::None),
        Event::Due => ("due", None, Detail::None),
    }
}

pub(super) fn of_action(action: &Action) -> InNames {
    let (what, turn) = match *action {
        Action::Transcribe { turn, from, to } => return ("> transcribe", Some(turn), ms(to.since(from))),
        Action::JudgeEndOfTurn { turn, .. } => ("> judge the end", turn),
        Action::Generate { turn, .. } => ("> generate", turn),
        Action::Prepare { .. } => return ("> prepare", None, Detail::None),
        Action::Speak { turn, .. } => ("> speak", turn),
        Action::Play { turn, .. } => ("> play", turn),
        Action::EndSpeech { turn } => ("> end speech", turn),
        Action::Release { turn } => ("> release", turn),
        Action::Perform { turn, .. } => ("> perform", turn),
        Action::Pause { turn } => ("> pause", turn),
        Action::Resume { turn } => ("> resume", turn),
        Action::Cancel { turn } => ("> cancel", turn),
        Action::Tell(ref notice) => return of_notice(notice),
    };
    (what, Some(turn), Detail::None)
}

fn of_notice(notice: &Notice) -> InNames {
    match *notice {
        Notice::SpeechBegan => ("= speech began", None, Detail::None),
        Notice::NoWords => ("= no words", None, Detail::None),
        Notice::Understood { turn, .. } => ("= understood", Some(turn), Detail::None),
        Notice::Answering { turn, .. } => ("= answering", Some(turn), Detail::None),
        Notice::Announcing { turn, .. } => ("= announcing", Some(turn), Detail::None),
        Notice::Announced { .. } => ("= announced", None, Detail::None),
        Notice::Attentive { attentive } => (if attentive { "= attentive" } else { "= asleep" }, None, Detail::None),
        Notice::Ended { turn, outcome, failed: _ } => {
            let outcome = match outcome {
                Outcome::Completed => "completed",
                Outcome::Interrupted => "interrupted",
                Outcome::Withdrawn => "withdrawn",
            };
            ("= ended", Some(turn), Detail::Name(outcome))
        }
        Notice::Degraded { stage, .. } => ("= degraded", None, Detail::Name(of_stage(stage))),
    }
}

pub(super) fn of_trouble(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Away => "a device is away",
        Trouble::NotRealTime => "a thread is not real-time",
        Trouble::Unpaced => "a device keeps no time",
        Trouble::LosesSound => "sound is lost",
        Trouble::Behind => "the conversation is too slow",
        Trouble::Lost => "a device was away",
        Trouble::RunsEmpty => "the loudspeaker ran empty",
        Trouble::Gaps => "the voice is too slow",
        Trouble::TapBehind => "a tap is too slow",
        Trouble::NotCancelled => "not all is cancelled",
        Trouble::NoReference => "no reference",
        Trouble::Sound(_) => "the microphone's sound is bad",
    }
}

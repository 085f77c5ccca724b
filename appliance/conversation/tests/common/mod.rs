//! What the tests of the conversation share: a room to hold it in, and an auditor who watches the rules.
#![allow(dead_code, reason = "every test binary uses a part of it")]

mod auditor;
mod player;
mod room;

pub use auditor::Auditor;
pub use room::{Room, Works};

use std::time::Duration;

use parley_conversation::{Action, Notice, TurnId};

pub fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// The turn that an action is for.
pub fn turn_of(action: &Action) -> Option<TurnId> {
    match action {
        Action::Transcribe { turn, .. }
        | Action::JudgeEndOfTurn { turn, .. }
        | Action::Generate { turn, .. }
        | Action::Speak { turn, .. }
        | Action::EndSpeech { turn }
        | Action::Release { turn }
        | Action::Perform { turn, .. }
        | Action::Play { turn, .. }
        | Action::Tell(Notice::Announcing { turn, .. })
        | Action::Pause { turn }
        | Action::Resume { turn }
        | Action::Cancel { turn }
        | Action::Tell(Notice::Understood { turn, .. } | Notice::Answering { turn, .. } | Notice::Ended { turn, .. }) => {
            Some(*turn)
        }
        Action::Prepare { .. }
        | Action::Tell(
            Notice::SpeechBegan
            | Notice::NoWords
            | Notice::Degraded { .. }
            | Notice::Announced { .. }
            | Notice::Attentive { .. },
        ) => None,
    }
}

/// An action in one word, with its clause where it has one.
pub fn kind_of(action: &Action) -> String {
    match action {
        Action::Transcribe { .. } => "transcribe".into(),
        Action::JudgeEndOfTurn { .. } => "judge".into(),
        Action::Generate { .. } => "generate".into(),
        Action::Prepare { .. } => "prepare".into(),
        Action::Speak { clause, .. } => format!("speak-{clause}"),
        Action::EndSpeech { .. } => "end-speech".into(),
        Action::Release { .. } => "release".into(),
        Action::Perform { .. } => "perform".into(),
        Action::Play { .. } => "play".into(),
        Action::Tell(Notice::Announcing { .. }) => "(announcing)".into(),
        Action::Tell(Notice::Announced { outcome, .. }) => format!("(announced: {outcome:?})").to_lowercase(),
        Action::Tell(Notice::Attentive { attentive: true }) => "(attentive)".into(),
        Action::Tell(Notice::Attentive { attentive: false }) => "(asleep)".into(),
        Action::Pause { .. } => "pause".into(),
        Action::Resume { .. } => "resume".into(),
        Action::Cancel { .. } => "cancel".into(),
        Action::Tell(Notice::SpeechBegan) => "(speech began)".into(),
        Action::Tell(Notice::NoWords) => "(no words)".into(),
        Action::Tell(Notice::Understood { .. }) => "(understood)".into(),
        Action::Tell(Notice::Answering { .. }) => "(answering)".into(),
        Action::Tell(Notice::Ended { outcome, .. }) => format!("({outcome:?})").to_lowercase(),
        Action::Tell(Notice::Degraded { .. }) => "(degraded)".into(),
    }
}

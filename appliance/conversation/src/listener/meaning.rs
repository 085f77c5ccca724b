//! What somebody's words mean to what is being said.

use super::Listener;
use super::hearing::Utterance;
use crate::effect::VolumeStep;
use crate::event::Transcript;
use crate::remarks::{Remark, words_behind};

/// Words less sure than this were made up from noise.
pub(crate) const LEAST_CONFIDENCE: f32 = 0.3;

/// What somebody's words mean to what is being said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// There are none.
    NoWords,
    /// "I am listening": it goes on.
    Listens,
    /// It goes on, louder or quieter.
    ChangesVolume(VolumeStep),
    /// It gives way, and they are answered.
    Speaks(Option<Remark>),
}

impl Listener {
    /// `whole`: the words are those since [`Utterance::from`], not only of its own audio.
    pub(super) fn meaning(&self, utterance: &Utterance, transcript: &Transcript, whole: bool) -> Meaning {
        let text = if whole { &utterance.with_words(&transcript.text) } else { &transcript.text };
        if self.is_echo(utterance, text) {
            return Meaning::NoWords;
        }
        if transcript.confidence < LEAST_CONFIDENCE || !transcript.text.chars().any(char::is_alphanumeric) {
            return Meaning::NoWords;
        }
        let remark = if utterance.continues && whole {
            let own = words_behind(text, &self.question.text);
            own.and_then(|words| Remark::of_words(&words)).or_else(|| Remark::of(text))
        } else {
            Remark::of(text)
        };
        match remark {
            Some(remark) if utterance.over_answer => over_answer(utterance, remark),
            Some(Remark::Acknowledged) | None => Meaning::Speaks(None),
            Some(remark) => Meaning::Speaks(Some(remark)),
        }
    }
}

fn over_answer(utterance: &Utterance, remark: Remark) -> Meaning {
    let step = match remark {
        Remark::Louder => Some(VolumeStep::Louder),
        Remark::Quieter => Some(VolumeStep::Quieter),
        Remark::Stop
        | Remark::Repeat
        | Remark::GoOn
        | Remark::Acknowledged
        | Remark::LearnWord
        | Remark::ForgetWord => None,
    };
    match (remark, step) {
        // Before anything was heard, "yes" goes on with the question, and nothing was said that could be repeated.
        (Remark::Acknowledged, _) if utterance.continues => Meaning::Speaks(None),
        (Remark::Repeat, _) if utterance.continues => Meaning::Listens,
        (Remark::Acknowledged, _) if utterance.acknowledges => Meaning::Speaks(Some(Remark::Stop)),
        _ if utterance.asked && remark.listens() => Meaning::Speaks(None),
        (Remark::GoOn, _) if utterance.over_is_said => Meaning::Speaks(Some(remark)),
        _ if remark.listens() => Meaning::Listens,
        (_, Some(step)) if !utterance.over_is_said => Meaning::ChangesVolume(step),
        _ => Meaning::Speaks(Some(remark)),
    }
}

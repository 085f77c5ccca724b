//! What is done about somebody's words, or about there being none.

use std::time::Duration;

use super::microphone::LONGEST_WAIT_FOR_WORDS;
use super::{Conversation, WITHOUT_WORDS};
use crate::action::{Action, Notice};
use crate::back_channel::is_back_channel;
use crate::endpoint::TextCue;
use crate::event::Transcript;
use crate::hearing::{Hearing, Pause, Utterance};
use crate::ids::TurnId;
use crate::settings::MAX_QUESTION_CHARS;

/// Words less sure than this were made up from noise.
const LEAST_CONFIDENCE: f32 = 0.3;

/// Words that are not there after this much silence will not come: no engine takes as long.
const LONGEST_TRANSCRIPTION: Duration = Duration::from_secs(15);

impl Conversation {
    pub(super) fn on_transcript(&mut self, turn: TurnId, transcript: Transcript) {
        match std::mem::take(&mut self.hearing) {
            Hearing::Speaking(utterance) if utterance.peek.is_some_and(|peek| peek.turn == turn) => {
                self.actions.push(Action::Cancel { turn });
                self.on_peeked(utterance, &transcript, WITHOUT_WORDS);
            }
            Hearing::Pausing(utterance, pause) if pause.turn == turn && pause.peeking => {
                self.actions.push(Action::Cancel { turn });
                self.on_peeked(utterance, &transcript, Duration::MAX);
                self.while_speaking();
            }
            Hearing::Pausing(utterance, pause) if pause.turn == turn && pause.awaits_words() => {
                self.on_words(utterance, pause, transcript);
            }
            unchanged
            @ (Hearing::Quiet(_) | Hearing::Speaking(_) | Hearing::Pausing(..) | Hearing::Ignoring { .. }) => {
                self.hearing = unchanged;
            }
        }
    }

    /// `patience`: how long an answer waits for words.
    fn on_peeked(&mut self, mut utterance: Utterance, transcript: &Transcript, patience: Duration) {
        utterance.peek = None;
        if interrupts(&utterance, transcript) {
            utterance.over_answer = false;
            self.give_way(utterance.continues);
        } else if self.paused_for().is_some_and(|time| time >= patience) {
            self.hearing = Hearing::ignoring();
            return self.resume_answer();
        }
        self.hearing = Hearing::Speaking(utterance);
    }

    fn on_words(&mut self, mut utterance: Utterance, mut pause: Box<Pause>, mut transcript: Transcript) {
        let turn = pause.turn;
        let speaks_on = pause.transcribed_to.is_some_and(|to| utterance.last_speech > to);
        let interrupts = interrupts(&utterance, &transcript);
        if !interrupts && utterance.before.is_empty() {
            self.actions.push(Action::Cancel { turn });
            self.resume_answer();
            if !has_words(&transcript) {
                self.actions.push(Action::Tell(Notice::NoWords));
            }
            if speaks_on {
                self.hearing = Hearing::ignoring();
            }
            return;
        }
        self.give_way(utterance.continues);
        transcript.text = utterance.with_words(if interrupts { &transcript.text } else { "" });
        if interrupts
            && speaks_on
            && transcript.text.chars().count() < MAX_QUESTION_CHARS
            && let Some(to) = pause.transcribed_to
        {
            self.actions.push(Action::Cancel { turn });
            utterance.before = transcript.text;
            utterance.from = to;
            self.hearing = Hearing::Speaking(utterance);
            return;
        }
        if self.settings.speculation || pause.forced {
            pause.draft = Some(self.draft(turn, &transcript, Some(utterance.asked())));
        }
        pause.transcript = Some(transcript);
        self.hearing = Hearing::Pausing(utterance, pause);
        self.end_if_enough();
    }

    /// Ends the utterance if there has been silence enough, and what is needed to answer it is there.
    pub(super) fn end_if_enough(&mut self) {
        let Hearing::Pausing(utterance, pause) = &self.hearing else {
            return;
        };
        let silence = self.latest.since(utterance.last_speech);
        let cue = match &pause.transcript {
            Some(transcript) => Some(TextCue::of(&transcript.text)),
            // Without speculation the words are not known yet: the sound alone decides.
            // Without words the sound decides alone, as it would for a question.
            None if !self.settings.speculation => Some(TextCue::Question),
            None => None,
        };
        let needed = self.settings.endpointing.enough(pause.judged, cue, &self.habit);
        let waiting = self.paused_for().unwrap_or_default();
        let enough = pause.forced || (silence >= needed && !pause.in_doubt());
        if silence >= LONGEST_TRANSCRIPTION && pause.awaits_words() {
            self.on_listening_failed(pause.turn);
        } else if pause.awaits_words() && (silence >= WITHOUT_WORDS || waiting >= LONGEST_WAIT_FOR_WORDS) {
            // Should there be words after all, they still count.
            self.resume_answer();
        } else if enough && pause.transcript.is_some() {
            self.end_utterance();
        } else if enough && pause.transcribed_to.is_none() {
            self.transcribe();
        }
    }

    fn end_utterance(&mut self) {
        let Hearing::Pausing(utterance, pause) = std::mem::take(&mut self.hearing) else {
            return;
        };
        self.habit.finished();
        self.answered_until = utterance.last_speech;
        if pause.transcribed_to.is_some_and(|to| utterance.last_speech > to) {
            self.hearing = Hearing::ignoring();
        }
        let Pause { turn, transcript, draft, .. } = *pause;
        let answer = match (draft, transcript) {
            (Some(draft), _) => draft,
            (None, Some(transcript)) => self.draft(turn, &transcript, Some(utterance.asked())),
            (None, None) => return,
        };
        self.release(answer);
    }
}

fn has_words(transcript: &Transcript) -> bool {
    transcript.confidence >= LEAST_CONFIDENCE && transcript.text.chars().any(char::is_alphanumeric)
}

/// Before anything was heard, "yes" goes on with the question; over an answer it only says "I am listening".
fn interrupts(utterance: &Utterance, transcript: &Transcript) -> bool {
    let listens = utterance.over_answer && !utterance.continues && is_back_channel(&transcript.text);
    has_words(transcript) && !listens
}

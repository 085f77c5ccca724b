//! While somebody speaks: the onset, looks for words over an answer, and the silence that may be the end.

use std::time::Duration;

use super::Listener;
use super::endpoint::Judgement;
use super::hearing::{Hearing, LONGEST_UTTERANCE, Pause, Peek, Utterance};
use crate::action::{Action, Notice};
use crate::interface::{Answering, ListenerOutput};

/// While somebody speaks over an answer, words are looked for this often.
const PEEK_EVERY: Duration = Duration::from_millis(1_000);
/// An answer waits this long for words from somebody who makes sounds all the time, however slow the engine is.
pub(super) const LONGEST_WAIT_FOR_WORDS: Duration = Duration::from_secs(6);

impl Listener {
    pub(super) fn begin(&mut self, mut utterance: Utterance, answer: Option<Answering>) {
        self.act(Action::Tell(Notice::SpeechBegan));
        self.pause_answer(answer);
        utterance.over_answer = answer.is_some();
        utterance.over = answer.map(|answer| answer.turn);
        utterance.asked = answer.is_some_and(|answer| answer.asks);
        utterance.acknowledges = answer.is_some_and(|answer| answer.until_acknowledged);
        utterance.next_peek = utterance.onset.forward(PEEK_EVERY);
        utterance.began = self.awake.beginning(utterance.began).max(self.question.until);
        utterance.from = utterance.began;
        // Nothing was heard yet: they had not finished, and what follows belongs to what they said before.
        if answer.is_some_and(|answer| !answer.noticed && !answer.committed && self.question.turn == Some(answer.turn))
            && utterance.onset.since(self.question.from) < LONGEST_UTTERANCE / 2
        {
            self.habit.cut_off(utterance.onset.since(self.question.until));
            utterance.from = self.question.from;
            utterance.before.clone_from(&self.question.before);
            utterance.continues = true;
        }
        self.hearing = Hearing::Speaking(utterance);
    }

    pub(super) fn while_speaking(&mut self) {
        let Hearing::Speaking(utterance) = &self.hearing else {
            return;
        };
        let waiting = self.waiting_for();
        let too_long = self.latest.since(utterance.from) >= LONGEST_UTTERANCE;
        if waiting.is_some_and(|time| time >= LONGEST_WAIT_FOR_WORDS) {
            self.stop_hearing();
            self.hearing = Hearing::ignoring();
            self.resume_answer();
        } else if too_long || self.latest.since(utterance.last_speech) >= self.endpointing.speculate_after {
            self.pause(too_long);
        } else if waiting.is_some() && utterance.peek.is_none() && self.latest >= utterance.next_peek {
            self.peek();
        }
    }

    /// While an answer waits, finds out whether what goes on and on has words.
    fn peek(&mut self) {
        let turn = self.next_turn();
        if let Hearing::Speaking(utterance) = &mut self.hearing {
            let to = self.latest;
            utterance.peek = Some(Peek { turn, to });
            utterance.next_peek = self.latest.forward(PEEK_EVERY);
            let from = utterance.began.max(to.back(LONGEST_UTTERANCE));
            self.act(Action::Transcribe { turn, from, to });
        }
    }

    /// They pause, or have spoken for too long to wait until they do.
    fn pause(&mut self, too_long: bool) {
        let Hearing::Speaking(mut utterance) = std::mem::take(&mut self.hearing) else {
            return;
        };
        let judged = self.end_of_turn_pending();
        let (from, peek) = (utterance.from, utterance.peek.take());
        let turn = peek.map_or_else(|| self.next_turn(), |peek| peek.turn);
        let mut pause = Box::new(Pause::new(turn, judged, too_long));
        pause.peeking = peek.is_some();
        pause.transcribed_to = peek.map(|peek| peek.to);
        self.hearing = Hearing::Pausing(utterance, pause);
        if peek.is_none() && (self.speculation || too_long || self.answer_waits()) {
            self.transcribe();
        }
        if judged == Judgement::Pending && !too_long {
            self.act(Action::JudgeEndOfTurn { turn, from, to: self.latest });
        }
    }

    /// It was not the end.
    pub(super) fn go_on(&mut self, mut utterance: Utterance, pause: &Pause, answer: Option<Answering>) {
        self.pause_answer(answer);
        self.habit.paused(self.latest.since(utterance.last_speech));
        utterance.last_speech = self.latest;
        // While an answer waits, sounds that come and go would otherwise never be found to have words or none.
        let waited_for = pause.transcribed_to.filter(|_| pause.awaits_words() && self.answer_waits());
        utterance.peek = waited_for.map(|to| Peek { turn: pause.turn, to });
        if utterance.peek.is_none() {
            self.want(ListenerOutput::Discard { turn: pause.turn });
        }
        self.hearing = Hearing::Speaking(utterance);
        self.while_speaking();
    }
}

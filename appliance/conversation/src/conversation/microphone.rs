//! The microphone's side: onsets, pauses, and interruptions without words.

use std::time::Duration;

use super::Conversation;
use crate::action::{Action, Notice};
use crate::answer::{Answer, Progress};
use crate::endpoint::Judgement;
use crate::hearing::{Hearing, LONGEST_UTTERANCE, Pause, Peek, Utterance, noise_stopped};
use crate::ids::{Position, TurnId};
use crate::settings::BargeIn;

/// While somebody speaks over an answer, words are looked for this often.
const PEEK_EVERY: Duration = Duration::from_millis(1_000);
/// An answer waits this long for words from somebody who makes sounds all the time, however slow the ears are.
pub(super) const LONGEST_WAIT_FOR_WORDS: Duration = Duration::from_secs(6);

impl Conversation {
    pub(super) fn on_frame(&mut self, end: Position, speech: bool, now: Duration) {
        self.latest = end;
        self.latest_at = now;
        match std::mem::take(&mut self.hearing) {
            Hearing::Quiet(mut onset) => match onset.add(end, speech && !self.hears_itself() && end >= self.echo_until)
            {
                Some(utterance) => self.on_onset(utterance),
                None => self.hearing = Hearing::Quiet(onset),
            },
            Hearing::Ignoring { mut silence } => {
                if !noise_stopped(&mut silence, speech) {
                    self.hearing = Hearing::Ignoring { silence };
                }
            }
            Hearing::Speaking(mut utterance) => {
                if speech {
                    utterance.last_speech = end;
                }
                self.hearing = Hearing::Speaking(utterance);
                self.while_speaking();
            }
            Hearing::Pausing(mut utterance, mut pause) => {
                let goes_on = pause.add(speech && !self.hears_itself());
                if goes_on && !pause.forced {
                    self.go_on(utterance, &pause);
                } else {
                    if goes_on {
                        utterance.last_speech = end;
                    }
                    self.hearing = Hearing::Pausing(utterance, pause);
                    self.end_if_enough();
                }
            }
        }
    }

    /// Whether the speech in the microphone may be Parley's own, for want of a reference for the echo.
    fn hears_itself(&self) -> bool {
        let may_sound = |answer: &Answer| answer.progress == Progress::Released && !answer.clauses.is_empty();
        self.settings.barge_in == BargeIn::Key && self.settings.spoken && self.answer.as_ref().is_some_and(may_sound)
    }

    fn on_onset(&mut self, mut utterance: Utterance) {
        self.actions.push(Action::Tell(Notice::SpeechBegan));
        self.pause_answer();
        utterance.over_answer = self.answer.is_some();
        utterance.next_peek = utterance.onset.forward(PEEK_EVERY);
        utterance.began = utterance.began.max(self.answered_until);
        utterance.from = utterance.began;
        // Nothing was heard yet: they had not finished, and what follows belongs to what they said before.
        if let Some(answer) = &self.answer
            && let Some(asked) = &answer.asked
            && !answer.noticed
            && utterance.onset.since(asked.from) < LONGEST_UTTERANCE / 2
        {
            self.habit.paused(utterance.onset.since(asked.until));
            utterance.from = asked.from;
            utterance.before.clone_from(&asked.before);
            utterance.continues = true;
        }
        self.hearing = Hearing::Speaking(utterance);
    }

    pub(super) fn while_speaking(&mut self) {
        let Hearing::Speaking(utterance) = &self.hearing else {
            return;
        };
        let waiting = self.paused_for();
        let too_long = self.latest.since(utterance.from) >= LONGEST_UTTERANCE;
        if waiting.is_some_and(|time| time >= LONGEST_WAIT_FOR_WORDS) {
            self.stop_hearing();
            self.hearing = Hearing::ignoring();
            self.resume_answer();
        } else if too_long || self.latest.since(utterance.last_speech) >= self.settings.endpointing.speculate_after {
            self.on_silence(too_long);
        } else if waiting.is_some() && utterance.peek.is_none() && self.latest >= utterance.next_peek {
            self.peek();
        }
    }

    /// While an answer waits, finds out whether what goes on and on has words.
    fn peek(&mut self) {
        let turn = self.new_turn();
        if let Hearing::Speaking(utterance) = &mut self.hearing {
            let to = self.latest;
            utterance.peek = Some(Peek { turn, to });
            utterance.next_peek = self.latest.forward(PEEK_EVERY);
            let from = utterance.began.max(to.back(LONGEST_UTTERANCE));
            self.actions.push(Action::Transcribe { turn, from, to });
        }
    }

    fn on_silence(&mut self, too_long: bool) {
        let judge_works = self.judge_works();
        let next_turn = self.new_turn();
        let Hearing::Speaking(mut utterance) = std::mem::take(&mut self.hearing) else {
            return;
        };
        let judged = if judge_works { Judgement::Pending } else { Judgement::NoModel };
        let (from, peek) = (utterance.from, utterance.peek.take());
        let turn = peek.map_or(next_turn, |peek| peek.turn);
        let mut pause = Box::new(Pause::new(turn, judged, too_long));
        pause.peeking = peek.is_some();
        pause.transcribed_to = peek.map(|peek| peek.to);
        self.hearing = Hearing::Pausing(utterance, pause);
        if peek.is_none() && (self.settings.speculation || too_long || self.paused_answer().is_some()) {
            self.transcribe();
        }
        if judge_works && !too_long {
            let to = self.latest;
            self.actions.push(Action::JudgeEndOfTurn { turn, from, to });
        }
    }

    pub(super) fn transcribe(&mut self) {
        if let Hearing::Pausing(utterance, pause) = &mut self.hearing {
            let (turn, from) = (pause.turn, utterance.from);
            let to = self.latest.min(from.forward(LONGEST_UTTERANCE));
            pause.transcribed_to = Some(to);
            self.actions.push(Action::Transcribe { turn, from, to });
        }
    }

    /// It was not the end.
    fn go_on(&mut self, mut utterance: Utterance, pause: &Pause) {
        self.pause_answer();
        self.habit.paused(self.latest.since(utterance.last_speech));
        utterance.last_speech = self.latest;
        // While an answer waits, sounds that come and go would otherwise never be found to have words or none.
        let waited_for = pause.transcribed_to.filter(|_| pause.awaits_words() && self.paused_answer().is_some());
        utterance.peek = waited_for.map(|to| Peek { turn: pause.turn, to });
        if utterance.peek.is_none() {
            self.actions.push(Action::Cancel { turn: pause.turn });
        }
        self.hearing = Hearing::Speaking(utterance);
        self.while_speaking();
    }

    pub(super) fn on_sentence_judged(&mut self, turn: TurnId, sentence: Judgement) {
        if let Hearing::Pausing(_, pause) = &mut self.hearing
            && pause.turn == turn
        {
            pause.sentence = sentence;
            self.end_if_enough();
        }
    }

    /// A language model that has begun to answer, or failed, says no more about the question.
    pub(super) fn without_sentence_judgement(&mut self, turn: TurnId) {
        if let Hearing::Pausing(_, pause) = &self.hearing
            && pause.sentence == Judgement::Pending
        {
            self.on_sentence_judged(turn, Judgement::NoModel);
        }
    }

    pub(super) fn on_judged(&mut self, turn: TurnId, judged: Judgement) {
        if let Hearing::Pausing(_, pause) = &mut self.hearing
            && pause.turn == turn
        {
            pause.judged = judged;
            self.end_if_enough();
        }
    }
}

//! What fails, and what is said about it unasked.

use std::time::Duration;

use super::{Conversation, WITHOUT_WORDS};
use crate::action::{Action, Notice};
use crate::answer::Answer;
use crate::endpoint::Judgement;
use crate::event::Stage;
use crate::hearing::Hearing;
use crate::ids::TurnId;

const SAY_DID_NOT_HEAR: &str = "Sorry, I could not hear that. Please say it again.";
const SAY_NO_ANSWER: &str = "Sorry, I have no answer to that.";
const SAY_CANNOT_HEAR: &str = "I cannot understand speech at the moment. I am trying to get it working again.";
const SAY_CANNOT_THINK: &str = "I cannot think of answers at the moment. I am trying to get it working again.";

/// What is said when an engine is out of order. Nothing could be said without a voice, and nobody misses the judge.
fn apology(stage: Stage) -> Option<&'static str> {
    match stage {
        Stage::Listening => Some(SAY_CANNOT_HEAR),
        Stage::Thinking => Some(SAY_CANNOT_THINK),
        Stage::Judging | Stage::Speaking => None,
    }
}

impl Conversation {
    pub(super) fn on_failed(&mut self, turn: TurnId, stage: Stage) {
        match stage {
            Stage::Judging => self.on_judged(turn, Judgement::NoModel),
            Stage::Thinking => {
                if let Some(answer) = self.alive(turn) {
                    answer.drop_rest();
                }
                self.on_generation_ended(turn);
            }
            Stage::Listening => self.on_listening_failed(turn),
            Stage::Speaking => {
                if self.released(turn).is_some() {
                    self.stop_answer();
                } else if let Some(draft) = self.alive(turn) {
                    draft.mute = true;
                }
            }
        }
    }

    pub(super) fn on_listening_failed(&mut self, turn: TurnId) {
        match &self.hearing {
            Hearing::Speaking(utterance) if utterance.peek.is_some_and(|peek| peek.turn == turn) => {
                self.stop_hearing();
                self.resume_answer();
                self.hearing = Hearing::ignoring();
            }
            Hearing::Pausing(utterance, pause) if pause.turn == turn && pause.awaits_words() => {
                let over_answer = utterance.over_answer;
                self.stop_hearing();
                if over_answer {
                    self.resume_answer();
                } else if self.degraded.contains(&Stage::Listening) {
                    self.announce_later(SAY_CANNOT_HEAR);
                } else {
                    self.announce_later(SAY_DID_NOT_HEAR);
                }
            }
            Hearing::Quiet(_) | Hearing::Speaking(_) | Hearing::Pausing(..) | Hearing::Ignoring { .. } => {}
        }
    }

    pub(super) fn on_degraded(&mut self, stage: Stage, degraded: bool) {
        let changed = if degraded { self.degraded.insert(stage) } else { self.degraded.remove(&stage) };
        if !changed {
            return;
        }
        self.actions.push(Action::Tell(Notice::Degraded { stage, degraded }));
        if let Some(text) = apology(stage) {
            if degraded {
                self.announce_later(text);
            } else {
                self.announcements.retain(|announcement| *announcement != text);
            }
        }
    }

    pub(super) fn judge_works(&self) -> bool {
        self.has_judge && !self.degraded.contains(&Stage::Judging)
    }

    pub(super) fn sentence_for_no_answer(&self) -> &'static str {
        if self.degraded.contains(&Stage::Thinking) { SAY_CANNOT_THINK } else { SAY_NO_ANSWER }
    }

    /// Notices when the microphone has gone in the middle of an utterance.
    pub(super) fn on_tick(&mut self, now: Duration) {
        if now.saturating_sub(self.latest_at) < WITHOUT_WORDS || matches!(self.hearing, Hearing::Quiet(_)) {
            return;
        }
        if let Hearing::Pausing(_, pause) = &mut self.hearing {
            pause.forced = true;
            self.end_if_enough();
        } else {
            self.stop_hearing();
        }
        self.resume_answer();
    }

    fn announce_later(&mut self, text: &'static str) {
        if !self.announcements.contains(&text) {
            self.announcements.push_back(text);
        }
    }

    pub(super) fn announce(&mut self) {
        let quiet = matches!(&self.hearing, Hearing::Quiet(onset) if onset.is_silent()) && self.answer.is_none();
        if quiet && let Some(text) = self.announcements.pop_front() {
            let turn = self.new_turn();
            let language = self.settings.voices.first().cloned().unwrap_or_default();
            let mut answer = Answer::new(turn, None, None, language);
            self.say_at_once(&mut answer, text);
            self.release(answer);
        }
    }
}

//! From its release to its end, an answer is said: what of it is certain is told and remembered.

use std::time::Duration;

use parley_speech_text::Clause as Said;

use super::Responder;
use super::answer::Answer;
use super::history::Clause;
use crate::action::{Action, Notice, Outcome};
use crate::ids::TurnId;
use crate::interface::ResponderOutput;

impl Responder {
    pub(crate) fn release(&mut self, turn: TurnId) {
        if let Some(draft) = self.draft.take_if(|draft| draft.turn == turn) {
            self.begin(draft);
        }
    }

    /// Changes why what is said in this turn waits. It pauses with the first reason, and goes on with the last.
    pub(super) fn hold(&mut self, turn: TurnId, change: impl FnOnce(&mut Answer)) {
        let announced = self.announcing.as_mut().map(|said| &mut said.answer);
        let answers = [self.answer.as_mut(), announced];
        let Some(answer) = answers.into_iter().flatten().find(|answer| answer.turn == turn) else {
            return;
        };
        let before = answer.waits || answer.behind;
        change(answer);
        let after = answer.waits || answer.behind;
        if self.settings.spoken && before != after {
            self.act(if after { Action::Pause { turn } } else { Action::Resume { turn } });
        }
    }

    /// What is said in this turn waits for somebody's words, or no more.
    pub(crate) fn wait(&mut self, turn: TurnId, waits: bool) {
        self.hold(turn, |answer| answer.waits = waits);
    }

    /// Cancels the answer, if there is one: somebody wants to speak, or the voice failed. `continues`: somebody goes on
    /// with its question, which is taken back too.
    pub(crate) fn give_way(&mut self, continues: bool) {
        let Some(turn) = self.answer.as_ref().map(|answer| answer.turn) else {
            return;
        };
        self.act(Action::Cancel { turn });
        if !self.settings.spoken {
            self.history.complete(turn);
        }
        let continues = continues && !self.is_committed();
        if continues {
            self.history.withdraw(turn);
        }
        self.over(if continues { Outcome::Withdrawn } else { Outcome::Interrupted });
    }

    /// A draft without a voice is cancelled at its release: until then, its speaker may still go on.
    pub(crate) fn voice_failed(&mut self, turn: TurnId, continues: bool) {
        if self.announcing() == Some(turn) {
            self.announcement_failed();
        } else if self.answer.as_ref().is_some_and(|answer| answer.turn == turn) {
            self.give_way(continues);
        } else if let Some(draft) = self.alive(turn) {
            draft.mute = true;
        }
    }

    /// Whether something was begun for the answer that is being said: what was asked for stands.
    fn is_committed(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.committed)
    }

    /// Counts for a turn that is over, too: a cancelled one says at last how much was heard.
    pub(crate) fn heard(&mut self, turn: TurnId, heard: Duration) {
        self.history.heard(turn, heard);
        let said = self.says(turn);
        if let Some(answer) = self.alive(turn).filter(|_| said) {
            let rested = answer.rests();
            answer.noticed |= !heard.is_zero();
            answer.dry &= heard <= answer.heard;
            answer.heard = answer.heard.max(heard);
            if answer.rests() && !rested {
                let said = answer.heard_words();
                self.outputs.push_back(ResponderOutput::Rests { said });
            }
        }
        if let Some(said) = self.last_said.as_mut().filter(|said| said.turn == turn) {
            said.heard(heard);
        }
    }

    /// What is said falls silent for want of a voice.
    pub(crate) fn ran_dry(&mut self, turn: TurnId) {
        let said = self.says(turn);
        if let Some(answer) = self.alive(turn).filter(|answer| said && answer.noticed && !answer.dry) {
            answer.dry = true;
            let said = answer.heard_words();
            self.outputs.push_back(ResponderOutput::Rests { said });
        }
    }

    /// `continues`: an answer so short that somebody went on with the question before its end was told. Both are
    /// undone.
    pub(crate) fn playback_ended(&mut self, turn: TurnId, continues: bool) {
        if self.announcing() == Some(turn) {
            self.announcement_heard();
        } else if self.answer.as_ref().is_some_and(|answer| answer.turn == turn && answer.finished) {
            if continues && !self.is_committed() {
                self.history.withdraw(turn);
            } else {
                self.history.complete(turn);
            }
            self.over(Outcome::Completed);
        }
    }

    /// From now on it is said.
    pub(super) fn begin(&mut self, mut answer: Answer) {
        answer.noticed = !self.settings.spoken && !answer.clauses.is_empty();
        let (turn, mute, clauses) = (answer.turn, answer.mute, answer.clauses.clone());
        if let Some(question) = &answer.question {
            if !answer.remarked {
                self.history.begin(turn, question.clone(), self.now);
            }
            if answer.apology {
                self.history.apology(turn);
            }
            let notice = Notice::Understood { turn, text: question.clone(), language: answer.language.clone() };
            self.act(Action::Tell(notice));
        }
        self.answer = Some(answer);
        if mute {
            return self.give_way(false);
        }
        self.act(Action::Release { turn });
        if self.announcing.is_some() {
            self.hold(turn, |answer| answer.behind = true);
        }
        for clause in clauses {
            self.tell_clause(turn, clause);
        }
        self.end_if_shown();
    }

    /// Clauses of an alive answer are certain now.
    pub(super) fn say(&mut self, turn: TurnId, clauses: Vec<(usize, Said)>) {
        let spoken = self.settings.spoken;
        let released = self.answer.as_ref().is_some_and(|answer| answer.turn == turn);
        let Some(answer) = self.alive(turn) else { return };
        answer.noticed |= released && !spoken && !clauses.is_empty();
        let language = answer.language.clone();
        let with_rest = |(clause, said)| (clause, said, answer.rest_before(clause));
        let clauses: Vec<_> = clauses.into_iter().map(with_rest).collect();
        for (clause, said, rest) in clauses {
            if released {
                self.tell_clause(turn, Clause { rest, ..Clause::of(&said, &language) });
            }
            self.speak(turn, clause, said.spoken, language.clone(), rest);
        }
    }

    fn tell_clause(&mut self, turn: TurnId, clause: Clause) {
        if !clause.text.is_empty() {
            self.act(Action::Tell(Notice::Answering { turn, text: clause.text.clone() }));
        }
        self.history.clause(turn, clause);
    }

    /// Where answers are not spoken, one is over when all of it is shown.
    pub(super) fn end_if_shown(&mut self) {
        if let Some(answer) = self.answer.as_ref().filter(|answer| answer.finished && !self.settings.spoken) {
            self.history.complete(answer.turn);
            self.over(Outcome::Completed);
        }
    }

    /// Nothing more of the answer will be heard.
    pub(super) fn over(&mut self, outcome: Outcome) {
        if let Some(answer) = self.answer.take() {
            self.history.go_on(self.now, Duration::MAX);
            let (turn, noticed, said) = (answer.turn, answer.noticed, answer.last_words());
            self.outputs.push_back(ResponderOutput::AnswerOver { turn, noticed, said });
            self.act(Action::Tell(Notice::Ended { turn: answer.turn, outcome, failed: answer.failed }));
            if answer.question.is_some() && !answer.remarked && outcome != Outcome::Withdrawn {
                self.act(self.preparation());
            }
            if outcome != Outcome::Withdrawn {
                self.remember(answer, outcome == Outcome::Completed);
            }
        }
    }
}

//! The answer's side: drafting, releasing, pausing and giving way.

use std::time::Duration;

use super::Conversation;
use crate::action::{Action, Notice, Outcome};
use crate::answer::{Answer, Asked, Progress};
use crate::event::Transcript;
use crate::history::Clause;
use crate::ids::TurnId;
use crate::language::{SURE_OF_LANGUAGE, no_voice_sentence};
use crate::prompt;
use crate::route::{Request, Route};
use crate::settings::BargeIn;

/// How long a room and a voice-activity detector go on after the last sound.
const ECHO: Duration = Duration::from_millis(200);

impl Conversation {
    /// Begins to answer; nothing of it is played before it is released.
    pub(super) fn draft(&mut self, turn: TurnId, transcript: &Transcript, asked: Option<Asked>) -> Answer {
        let preferred = self.settings.voices.first().cloned().unwrap_or_default();
        let sure = transcript.language_probability >= SURE_OF_LANGUAGE;
        let has_voice = self.settings.voices.contains(&transcript.language);
        let language = if sure && has_voice { transcript.language.clone() } else { preferred };
        let route = if sure && !has_voice && self.settings.spoken {
            Route::Say(no_voice_sentence(&transcript.language, &self.settings.voices))
        } else {
            self.router.route(&Request { transcript, answer_language: &language })
        };
        let mut answer = Answer::new(turn, Some(transcript.text.clone()), asked, language);
        match route {
            Route::Model => {
                let messages =
                    prompt::messages(&self.settings, &self.history, Some(&transcript.text), &answer.language);
                self.actions.push(Action::Generate { turn, messages });
            }
            Route::Say(text) => self.say_at_once(&mut answer, &text),
        }
        answer
    }

    pub(super) fn say_at_once(&mut self, answer: &mut Answer, text: &str) {
        for (clause, text) in answer.say_only(text) {
            self.speak(answer.turn, clause, text, answer.language.clone());
        }
        self.end_speech(answer.turn);
    }

    pub(super) fn speak(&mut self, turn: TurnId, clause: usize, text: String, language: String) {
        if self.settings.spoken {
            self.actions.push(Action::Speak { turn, clause, text, language });
        }
    }

    pub(super) fn end_speech(&mut self, turn: TurnId) {
        if self.settings.spoken {
            self.actions.push(Action::EndSpeech { turn });
        }
    }

    /// Clauses of an alive answer are certain now.
    pub(super) fn say(&mut self, turn: TurnId, clauses: Vec<(usize, String)>) {
        let shown = !self.settings.spoken && !clauses.is_empty();
        let Some(answer) = self.alive(turn) else { return };
        let released = answer.progress != Progress::Draft;
        answer.noticed |= released && shown;
        let language = answer.language.clone();
        for (clause, text) in clauses {
            if released {
                self.answering(turn, text.clone(), None);
            }
            self.speak(turn, clause, text, language.clone());
        }
    }

    fn answering(&mut self, turn: TurnId, text: String, length: Option<Duration>) {
        let clause = Clause { text: text.clone(), length };
        self.history.clause(turn, clause);
        self.actions.push(Action::Tell(Notice::Answering { turn, text }));
    }

    pub(super) fn on_generation_ended(&mut self, turn: TurnId) {
        self.without_sentence_judgement(turn);
        let otherwise = self.sentence_for_no_answer();
        let Some(answer) = self.alive(turn).filter(|answer| !answer.finished) else {
            return;
        };
        let mut clauses: Vec<_> = answer.finish().into_iter().collect();
        if answer.clauses.is_empty() {
            clauses = answer.say_only(otherwise);
            self.announcements.retain(|announcement| *announcement != otherwise);
        }
        self.say(turn, clauses);
        self.end_speech(turn);
        self.end_if_shown();
    }

    pub(super) fn on_clause_synthesized(&mut self, turn: TurnId, clause: usize, length: Duration) {
        if let Some(answer) = self.alive(turn) {
            answer.length(clause, length);
        }
        self.history.length(turn, clause, length);
    }

    /// Counts for a turn that is over, too: a cancelled one says at last how much was heard.
    pub(super) fn on_heard(&mut self, turn: TurnId, heard: Duration) {
        self.history.heard(turn, heard);
        if let Some(answer) = self.released(turn) {
            answer.noticed |= !heard.is_zero();
        }
    }

    pub(super) fn on_playback_ended(&mut self, turn: TurnId) {
        let continues = self.utterance().is_some_and(|utterance| utterance.continues);
        if self.released(turn).is_some_and(|answer| answer.finished) {
            // An answer so short that they went on with the question before it was reported: both are taken back.
            if continues {
                self.history.withdraw(turn);
            } else {
                self.history.complete(turn);
            }
            self.end_answer(Outcome::Completed);
        }
    }

    pub(super) fn release(&mut self, mut answer: Answer) {
        answer.progress = Progress::Released;
        answer.noticed = !self.settings.spoken && !answer.clauses.is_empty();
        let (turn, mute, clauses) = (answer.turn, answer.mute, answer.clauses.clone());
        if let Some(question) = &answer.question {
            self.history.begin(turn, question.clone());
            let notice = Notice::Understood { turn, text: question.clone(), language: answer.language.clone() };
            self.actions.push(Action::Tell(notice));
        }
        self.answer = Some(answer);
        if mute {
            return self.cancel_answer(Outcome::Interrupted);
        }
        self.actions.push(Action::Release { turn });
        for clause in clauses {
            self.answering(turn, clause.text, clause.length);
        }
        self.end_if_shown();
    }

    /// Where answers are not spoken, one is over when all of it is shown.
    fn end_if_shown(&mut self) {
        if let Some(answer) = &self.answer
            && answer.finished
            && !self.settings.spoken
        {
            self.history.complete(answer.turn);
            self.end_answer(Outcome::Completed);
        }
    }

    pub(super) fn pause_answer(&mut self) {
        if let Some(answer) = &mut self.answer
            && answer.progress == Progress::Released
        {
            answer.progress = Progress::Paused { since: self.latest_at };
            if self.settings.spoken {
                self.actions.push(Action::Pause { turn: answer.turn });
            }
        }
    }

    pub(super) fn resume_answer(&mut self) {
        if let Some(answer) = &mut self.answer
            && matches!(answer.progress, Progress::Paused { .. })
        {
            answer.progress = Progress::Released;
            if self.settings.spoken {
                self.actions.push(Action::Resume { turn: answer.turn });
            }
        }
    }

    /// The answer, if there is one, is not to be said.
    pub(super) fn stop_answer(&mut self) {
        self.give_way(self.utterance().is_some_and(|utterance| utterance.continues));
    }

    /// The answer, if there is one, is not to be said; where somebody goes on with its question, that is taken back too.
    pub(super) fn give_way(&mut self, continues: bool) {
        let turn = self.answer.as_ref().map(|answer| answer.turn);
        if continues && let Some(turn) = turn {
            self.cancel_answer(Outcome::Withdrawn);
            self.history.withdraw(turn);
        } else {
            self.cancel_answer(Outcome::Interrupted);
        }
    }

    pub(super) fn cancel_answer(&mut self, outcome: Outcome) {
        if let Some(answer) = &self.answer {
            self.actions.push(Action::Cancel { turn: answer.turn });
            if !self.settings.spoken {
                self.history.complete(answer.turn);
            }
            self.end_answer(outcome);
        }
    }

    fn end_answer(&mut self, outcome: Outcome) {
        if let Some(answer) = self.answer.take() {
            if answer.noticed && self.settings.barge_in == BargeIn::Key {
                self.echo_until = self.latest.forward(ECHO);
            }
            let turn = answer.turn;
            self.actions.push(Action::Tell(Notice::Ended { turn, outcome }));
            if answer.question.is_some() && outcome != Outcome::Withdrawn {
                self.actions.push(self.preparation());
            }
        }
    }
}

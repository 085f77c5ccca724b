//! The answer's side: drafting, releasing, pausing and giving way.

use super::Conversation;
use crate::action::{Action, Notice, Outcome};
use crate::answer::{Answer, Progress};
use crate::event::Transcript;
use crate::ids::{Position, TurnId};
use crate::language::{SURE_OF_LANGUAGE, no_voice_sentence};
use crate::prompt;
use crate::route::{Request, Route};

impl Conversation {
    /// Begins to answer; nothing of it is played before it is released.
    pub(super) fn draft(&mut self, turn: TurnId, transcript: &Transcript, asked_from: Option<Position>) -> Answer {
        let preferred = self.settings.voices.first().cloned().unwrap_or_default();
        let sure = transcript.language_probability >= SURE_OF_LANGUAGE;
        let has_voice = self.settings.voices.contains(&transcript.language);
        let language = if sure && has_voice {
            transcript.language.clone()
        } else {
            preferred
        };
        let route = if sure && !has_voice && self.settings.spoken {
            Route::Say(no_voice_sentence(&transcript.language, &self.settings.voices))
        } else {
            self.router.route(&Request {
                transcript,
                answer_language: &language,
            })
        };
        let mut answer = Answer::new(turn, Some(transcript.text.clone()), asked_from, language);
        match route {
            Route::Model => {
                let messages = prompt::messages(&self.settings, &self.history, &transcript.text, &answer.language);
                self.actions.push(Action::Generate { turn, messages });
            }
            Route::Say(text) => self.say_at_once(&mut answer, &text),
        }
        answer
    }

    pub(super) fn say_at_once(&mut self, answer: &mut Answer, text: &str) {
        let mut clauses = answer.push(text);
        clauses.extend(answer.finish());
        for (clause, text) in clauses {
            self.speak(answer.turn, clause, text, answer.language.clone());
        }
        self.end_speech(answer.turn);
    }

    pub(super) fn speak(&mut self, turn: TurnId, clause: usize, text: String, language: String) {
        if self.settings.spoken {
            self.actions.push(Action::Speak {
                turn,
                clause,
                text,
                language,
            });
        }
    }

    pub(super) fn end_speech(&mut self, turn: TurnId) {
        if self.settings.spoken {
            self.actions.push(Action::EndSpeech { turn });
        }
    }

    /// Clauses of an alive answer are certain now.
    pub(super) fn say(&mut self, turn: TurnId, clauses: Vec<(usize, String)>) {
        let Some((language, released)) = self
            .alive(turn)
            .map(|answer| (answer.language.clone(), answer.progress != Progress::Draft))
        else {
            return;
        };
        for (clause, text) in clauses {
            if released {
                self.history.clause(turn, text.clone());
                self.actions.push(Action::Tell(Notice::Answering {
                    turn,
                    text: text.clone(),
                }));
            }
            self.speak(turn, clause, text, language.clone());
        }
    }

    pub(super) fn on_generation_ended(&mut self, turn: TurnId, otherwise: &str) {
        let Some(answer) = self.alive(turn) else { return };
        let mut clauses: Vec<_> = answer.finish().into_iter().collect();
        if answer.clauses.is_empty() {
            clauses = answer.push(otherwise);
            clauses.extend(answer.finish());
        }
        self.say(turn, clauses);
        self.end_speech(turn);
        if !self.settings.spoken && self.released(turn).is_some() {
            self.history.complete(turn);
            self.end_answer(Outcome::Completed);
        }
    }

    pub(super) fn release(&mut self, mut answer: Answer) {
        answer.progress = Progress::Released;
        let turn = answer.turn;
        if let Some(question) = &answer.question {
            self.history.begin(turn, question.clone());
            let notice = Notice::Understood {
                turn,
                text: question.clone(),
                language: answer.language.clone(),
            };
            self.actions.push(Action::Tell(notice));
        }
        self.actions.push(Action::Release { turn });
        for text in &answer.clauses {
            self.history.clause(turn, text.clone());
            self.actions.push(Action::Tell(Notice::Answering {
                turn,
                text: text.clone(),
            }));
        }
        self.answer = Some(answer);
    }

    /// Somebody has something to say: the answer they spoke over is over.
    pub(super) fn give_way(&mut self) {
        let Some(answer) = self.paused_answer() else { return };
        let (turn, unheard) = (answer.turn, answer.heard.is_zero() && answer.asked_from.is_some());
        self.cancel_answer(if unheard {
            Outcome::Withdrawn
        } else {
            Outcome::Interrupted
        });
        if unheard {
            self.history.withdraw(turn);
        }
    }

    pub(super) fn resume_answer(&mut self) {
        if let Some(answer) = &mut self.answer
            && answer.progress == Progress::Paused
        {
            answer.progress = Progress::Released;
            self.actions.push(Action::Resume { turn: answer.turn });
        }
    }

    pub(super) fn cancel_answer(&mut self, outcome: Outcome) {
        if let Some(answer) = &self.answer {
            self.actions.push(Action::Cancel { turn: answer.turn });
            self.end_answer(outcome);
        }
    }

    pub(super) fn end_answer(&mut self, outcome: Outcome) {
        if let Some(answer) = self.answer.take() {
            self.actions.push(Action::Tell(Notice::Ended {
                turn: answer.turn,
                outcome,
            }));
        }
    }
}

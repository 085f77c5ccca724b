//! What is said and done about remarks: the last answer again, the rest of it, louder.

use std::time::Duration;

use super::Responder;
use super::answer::Answer;
use super::history::Clause;
use crate::action::Action;
use crate::effect::{EffectId, VolumeStep, WakeWordWish};
use crate::ids::TurnId;
use crate::languages::Language;
use crate::remarks::{Remark, word_to_forget};

/// What was said last, as far as that is known.
#[derive(Debug)]
pub(super) struct LastSaid {
    pub(super) turn: TurnId,
    language: String,
    clauses: Vec<Clause>,
    heard: Duration,
    complete: bool,
}

impl LastSaid {
    pub(super) fn heard(&mut self, heard: Duration) {
        self.heard = self.heard.max(heard);
    }

    pub(super) fn length(&mut self, clause: usize, length: Duration) {
        if let Some(clause) = self.clauses.get_mut(clause) {
            clause.length = Some(length);
        }
    }

    fn all(&self) -> String {
        text_of(&self.clauses)
    }

    /// From the beginning of the clause in which it stopped.
    fn rest(&self) -> String {
        let mut end = Duration::ZERO;
        let heard = self.clauses.iter().take_while(|clause| {
            end = end.saturating_add(clause.length.unwrap_or(Duration::MAX));
            end <= self.heard
        });
        let heard = if self.complete { self.clauses.len() } else { heard.count() };
        text_of(self.clauses.get(heard..).unwrap_or_default())
    }

    fn asks(&self) -> bool {
        self.complete && self.clauses.last().is_some_and(|clause| clause.is_question)
    }
}

fn text_of(clauses: &[Clause]) -> String {
    let texts = clauses.iter().map(|clause| clause.text.as_str()).filter(|text| !text.is_empty());
    texts.collect::<Vec<_>>().join(" ")
}

impl Responder {
    /// Whether a remark is one just now: "go on" may be the answer to a question.
    pub(super) fn is_remark(&self, remark: Remark) -> bool {
        let asked = self.last_said.as_ref().is_some_and(LastSaid::asks);
        remark != Remark::Acknowledged && !(asked && remark == Remark::GoOn)
    }

    /// Answers it without the language model.
    pub(super) fn answer_remark(&mut self, answer: &mut Answer, remark: Remark) {
        answer.remarked = true;
        let wish = |wish: WakeWordWish| Some(wish.effect(&answer.language));
        let to_do = match remark {
            Remark::Louder => Some(VolumeStep::Louder.effect()),
            Remark::Quieter => Some(VolumeStep::Quieter.effect()),
            Remark::LearnWord => wish(WakeWordWish::Learn),
            Remark::ForgetWord => {
                let question = answer.question.as_deref().unwrap_or_default();
                wish(WakeWordWish::Forget(word_to_forget(question).unwrap_or_default()))
            }
            Remark::Stop | Remark::Repeat | Remark::GoOn | Remark::Acknowledged => None,
        };
        if to_do.is_some() {
            (answer.to_do, answer.passing) = (to_do, true);
            return;
        }
        let again = match (remark, &self.last_said) {
            (Remark::Repeat, Some(said)) => Some((said.all(), said.language.clone())),
            (Remark::GoOn, Some(said)) => Some((said.rest(), said.language.clone())),
            _ => None,
        };
        let says = &Language::or_english(&answer.language).sentences;
        let text = match (remark, again) {
            (_, Some((text, language))) if !text.is_empty() => {
                // What is new belongs to what was said.
                answer.remarked = remark == Remark::Repeat;
                answer.language = language;
                return self.say_only(answer, &text);
            }
            (Remark::Repeat | Remark::GoOn, None) => says.nothing_yet,
            (Remark::GoOn, _) => says.that_was_all,
            _ => "",
        };
        answer.passing = true;
        self.say_only(answer, text);
    }

    /// What is said in this turn goes on meanwhile; whoever speaks hears what came of it.
    pub(crate) fn change_volume(&mut self, turn: TurnId, step: VolumeStep) {
        let said = self.says(turn);
        let Some(answer) = self.alive(turn).filter(|_| said) else { return };
        answer.committed = true;
        self.effects += 1;
        self.act(Action::Perform { turn, id: EffectId(self.effects), effect: step.effect() });
    }

    /// What is over can be said again.
    pub(super) fn remember(&mut self, answer: Answer, complete: bool) {
        let Answer { turn, language, clauses, heard, passing, .. } = answer;
        if !clauses.is_empty() && !passing {
            self.last_said = Some(LastSaid { turn, language, clauses, heard, complete });
        }
    }
}

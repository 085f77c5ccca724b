//! Effects of an answer: begun when it is certain, and answered for with what came of them.

use parley_speech_text::Clause;

use super::Responder;
use super::prompt::Thought;
use crate::action::Action;
use crate::effect::{Effect, EffectId, EffectResult, MAX_THOUGHTS, bounded};
use crate::ids::TurnId;
use crate::languages::Sentences;

impl Responder {
    /// The language model wants something done, and says no more before it knows what came of it.
    pub(crate) fn effect_called(&mut self, turn: TurnId, effect: Effect) {
        let Some(answer) = self.alive(turn).filter(|answer| answer.generating) else {
            return;
        };
        answer.generating = false;
        let clauses = answer.rest();
        answer.to_do = Some(effect);
        self.say(turn, clauses);
    }

    /// Begins what is to be done for the answer that is being said.
    pub(crate) fn perform_due(&mut self) {
        let Some(answer) = self.answer.as_mut() else { return };
        let Some(effect) = answer.to_do.take() else { return };
        self.effects += 1;
        let (turn, id) = (answer.turn, EffectId(self.effects));
        answer.doing = Some((id, effect.clone()));
        answer.committed = true;
        self.history.effect(turn, id, effect.clone());
        self.act(Action::Perform { turn, id, effect });
    }

    pub(crate) fn performed(&mut self, turn: TurnId, id: EffectId, result: EffectResult) {
        self.history.performed(turn, id, result.clone());
        let Some(answer) = self.answer.as_mut().filter(|answer| answer.turn == turn) else {
            return;
        };
        let Some((_, effect)) = answer.doing.take_if(|(doing, _)| *doing == id) else {
            return;
        };
        match result {
            EffectResult::Think(result) if answer.thoughts.len() < MAX_THOUGHTS as usize => {
                answer.thoughts.push(Thought::new(effect, result));
                if let Some(mut answer) = self.answer.take() {
                    self.generate(&mut answer);
                    self.answer = Some(answer);
                }
            }
            EffectResult::Think(_) => self.apologise_last(turn, |says| says.too_many_steps),
            EffectResult::Failed(_) => self.apologise_last(turn, |says| says.did_not_work),
            EffectResult::Say(text) => {
                let text = bounded(text);
                let clauses = self.alive(turn).map(|answer| answer.say_only(&text)).unwrap_or_default();
                self.say_last(turn, clauses);
            }
        }
    }

    fn apologise_last(&mut self, turn: TurnId, text: impl Fn(&Sentences) -> &'static str) {
        let clauses = self.apologise(turn, text);
        self.say_last(turn, clauses);
    }

    /// The end of an answer, after what was said of it before.
    fn say_last(&mut self, turn: TurnId, clauses: Vec<(usize, Clause)>) {
        self.say(turn, clauses);
        self.end_speech(turn);
        self.end_if_shown();
    }
}

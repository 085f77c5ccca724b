//! The only door. [`Conversation::handle`] hands each event to one of two machines, and what one wants to the other.
//!
//! Terms:
//! - the **listener** knows the microphone: who speaks, what they say, whether they have finished, and whether the
//!   answer has to wait for them;
//! - the **responder** knows the answers: what is drafted, what is said, what was heard, and what is said unasked.
//!
//! Rules:
//! - Neither machine sees the other. What passes between them is in `interface.rs`, and passes here.
//! - What the responder wants is done before the listener's next wish, so that actions come in their causes' order.
//! - The listener alone makes an answer wait and go on; the responder alone ends it, also where the listener says so.
//!
//! ```text
//!                      Draft, Release, Discard,
//!                      GiveWay, NotUnderstood
//! frames      ┌──────────┐ ─────────────────────────────▶ ┌───────────┐  text, lengths,
//! words   ───▶│ Listener │                                │ Responder │◀─── what was heard,
//! judgements  └──────────┘ ◀───────────────────────────── └───────────┘  typed words
//! time                     Answering, Drafted, AnswerOver
//! ```
//! `tests/snapshots` holds the whole table: what every event does in every state.

use std::time::Duration;

use crate::action::Action;
use crate::event::{Event, Stage};
use crate::ids::TurnId;
use crate::interface::{ListenerOutput, ResponderOutput};
use crate::listener::Listener;
use crate::responder::{History, Responder};
use crate::route::Router;
use crate::settings::Settings;

/// What a conversation is doing, for lights, dashboards and tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Waiting for somebody to speak.
    Quiet,
    /// Somebody speaks.
    Listening,
    /// Somebody paused, and may have finished.
    Deciding,
    /// The end is confirmed; nothing of the answer has been heard yet.
    Thinking,
    /// An answer is being heard.
    Speaking,
    /// An answer is paused because somebody began to speak.
    Interrupted,
}

/// A conversation between people at one microphone and Parley.
pub struct Conversation {
    listener: Listener,
    responder: Responder,
    actions: Vec<Action>,
}

impl Conversation {
    /// A conversation that nobody has begun. `end_of_turn_model`: whether there is one.
    pub fn new(settings: Settings, router: Box<dyn Router>, end_of_turn_model: bool) -> Self {
        Self {
            listener: Listener::new(&settings, end_of_turn_model),
            responder: Responder::new(settings, router),
            actions: Vec::new(),
        }
    }

    /// Takes an event at the time `now` (since any fixed moment, never going back) and says what to do about it.
    pub fn handle(&mut self, event: Event, now: Duration) -> Vec<Action> {
        match event {
            Event::Frame { end, speech } => self.listener.frame(end, speech, now, self.responder.answering()),
            Event::Transcribed { turn, transcript } => self.listener.transcribed(turn, transcript),
            Event::EndOfTurnJudged { turn, probability } => self.listener.end_of_turn_judged(turn, Some(probability)),
            Event::SentenceJudged { turn, probability } => self.listener.sentence_judged(turn, probability),
            Event::Text { turn, text } => {
                self.without_sentence_judgement(turn);
                self.responder.text(turn, &text);
            }
            Event::GenerationEnded { turn } => {
                self.without_sentence_judgement(turn);
                self.responder.generation_ended(turn);
            }
            Event::ClauseSynthesized { turn, clause, length } => {
                self.responder.clause_synthesized(turn, clause, length);
            }
            Event::Heard { turn, heard } => self.responder.heard(turn, heard),
            Event::PlaybackEnded { turn } => self.responder.playback_ended(turn, self.listener.continues()),
            Event::Failed { turn, stage } => self.failed(turn, stage),
            Event::Degraded { stage, degraded } => {
                if stage == Stage::EndOfTurn {
                    self.listener.end_of_turn_degraded(degraded);
                }
                self.responder.degraded(stage, degraded);
            }
            Event::Interrupt => {
                self.listener.attend();
                self.responder.give_way(self.listener.continues());
            }
            Event::Typed { text } => self.typed(text),
            Event::Announce { text } => self.responder.take_announcement(text),
            Event::Due => self.listener.due(now),
        }
        self.settle();
        while self.listener.is_silent() && self.responder.has_announcement() {
            let turn = self.listener.next_turn();
            self.responder.announce(turn);
            self.settle();
        }
        std::mem::take(&mut self.actions)
    }

    /// When [`Event::Due`] has something to do, on the clock of [`Conversation::handle`]; `None` where nothing is due,
    /// until the next event.
    pub fn next_wakeup(&self) -> Option<Duration> {
        self.listener.next_wakeup()
    }

    /// What an onlooker would say that it is doing now.
    pub fn phase(&self) -> Phase {
        match self.responder.answering() {
            Some(_) if self.listener.answer_waits() => Phase::Interrupted,
            Some(answer) if answer.noticed => Phase::Speaking,
            Some(_) => Phase::Thinking,
            None => self.listener.phase(),
        }
    }

    /// What the language model can read before anybody asks; due at the start, and told again after each turn.
    pub fn preparation(&self) -> Action {
        self.responder.preparation()
    }

    /// What has been said and heard.
    pub fn history(&self) -> &History {
        self.responder.history()
    }

    /// Takes up what only a running engine can tell: the installed voices, and the room for prompts in tokens.
    pub fn set_abilities(&mut self, voices: Vec<String>, prompt_tokens: usize) {
        self.responder.set_abilities(voices, prompt_tokens);
    }

    /// Whether a turn is a draft or released: everything that reports for another one comes too late.
    pub fn is_alive(&self, turn: TurnId) -> bool {
        self.listener.turn() == Some(turn) || self.responder.answering().is_some_and(|answer| answer.turn == turn)
    }

    /// A language model that has begun to answer, or failed, says no more about the question. That may release the
    /// draft, which comes before what the model says.
    fn without_sentence_judgement(&mut self, turn: TurnId) {
        self.listener.without_sentence_judgement(turn);
        self.settle();
    }

    fn failed(&mut self, turn: TurnId, stage: Stage) {
        match stage {
            Stage::SpeechToText => self.listener.transcription_failed(turn),
            Stage::EndOfTurn => self.listener.end_of_turn_judged(turn, None),
            Stage::LanguageModel => {
                self.without_sentence_judgement(turn);
                self.responder.generation_failed(turn);
            }
            Stage::TextToSpeech => self.responder.voice_failed(turn, self.listener.continues()),
        }
    }

    fn typed(&mut self, text: String) {
        if text.trim().is_empty() {
            return;
        }
        self.listener.ignore_utterance();
        self.settle();
        let turn = self.listener.next_turn();
        self.responder.typed(turn, text);
    }

    /// Tells each machine what the other wants of it, until neither wants any more.
    fn settle(&mut self) {
        loop {
            if let Some(output) = self.responder.poll() {
                self.perform_for_responder(output);
            } else if let Some(output) = self.listener.poll() {
                self.perform_for_listener(output);
            } else {
                return;
            }
        }
    }

    fn perform_for_listener(&mut self, output: ListenerOutput) {
        match output {
            ListenerOutput::Do(action) => self.actions.push(action),
            ListenerOutput::GiveWay { continues } => self.responder.give_way(continues),
            ListenerOutput::Draft { turn, transcript } => self.responder.draft(turn, &transcript),
            ListenerOutput::Release { turn } => self.responder.release(turn),
            ListenerOutput::Discard { turn } => self.responder.discard(turn),
            ListenerOutput::NotUnderstood => self.responder.not_understood(),
        }
    }

    fn perform_for_responder(&mut self, output: ResponderOutput) {
        match output {
            ResponderOutput::Do(action) => self.actions.push(action),
            ResponderOutput::Drafted { turn, complete } => self.listener.drafted(turn, complete),
            ResponderOutput::AnswerOver { noticed } => self.listener.answer_over(noticed),
        }
    }
}

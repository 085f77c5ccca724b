//! The only door. [`Conversation::handle`] hands each event to one of two machines, and what one wants to the other.
//!
//! Terms:
//! - the **listener** knows the microphone: who speaks, what they say, whether they have finished, and whether the
//!   answer has to wait for them;
//! - the **responder** knows the answers: what is drafted, what is said, done and heard, and what is said unasked.
//!
//! Rules:
//! - Neither machine sees the other. What passes between them is in `interface.rs`, and passes here.
//! - What the responder wants is done before the listener's next wish, so that actions come in their causes' order.
//! - The listener says when what sounds has to wait for a person; the responder alone pauses it, since an answer may wait
//!   behind an announcement too, and ends it.
//!
//! ```text
//!                      Draft, Release, Discard,
//!                      Pause, Resume, GiveWay, NotUnderstood
//! frames      ┌──────────┐ ─────────────────────────────▶ ┌───────────┐  text, lengths,
//! words   ───▶│ Listener │                                │ Responder │◀─── what was heard,
//! judgements  └──────────┘ ◀───────────────────────────── └───────────┘  typed words
//! time                     Answering, Drafted, Rests, AnswerOver
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
    /// Waiting to be woken; only where Parley sleeps at all.
    Asleep,
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
        (self.listener.now, self.responder.now) = (now, now);
        match event {
            Event::Frame { end, speech, dbfs } => self.listener.frame(end, speech, dbfs, self.responder.answering()),
            Event::Transcribed { turn, transcript } => self.listener.transcribed(turn, transcript),
            Event::EndOfTurnJudged { turn, probability } => self.listener.end_of_turn_judged(turn, Some(probability)),
            Event::SentenceJudged { turn, probability } => self.listener.sentence_judged(turn, probability),
            Event::Text { turn, text } => {
                self.without_sentence_judgement(turn);
                self.responder.text(turn, &text);
            }
            Event::AnswerJudged { turn, probability } => self.responder.answer_judged(turn, probability),
            Event::GenerationEnded { turn, end } => {
                self.without_sentence_judgement(turn);
                self.responder.generation_ended(turn, end);
            }
            Event::EffectCalled { turn, effect } => {
                self.without_sentence_judgement(turn);
                self.responder.effect_called(turn, effect);
            }
            Event::Performed { turn, id, result } => self.responder.performed(turn, id, result),
            Event::ClauseSynthesized { turn, clause, length } => {
                self.responder.clause_synthesized(turn, clause, length);
            }
            Event::Heard { turn, heard } => self.responder.heard(turn, heard),
            Event::RanDry { turn } => self.responder.ran_dry(turn),
            Event::PlaybackEnded { turn } => self.responder.playback_ended(turn, self.listener.continues()),
            Event::Failed { turn, stage } => self.failed(turn, stage),
            Event::Degraded { stage, degraded } => {
                if stage == Stage::EndOfTurn {
                    self.listener.end_of_turn_degraded(degraded);
                }
                self.responder.degraded(stage, degraded);
            }
            Event::Interrupt => self.interrupt(),
            Event::Woken { by } => {
                self.interrupt();
                self.listener.woken(by, now);
            }
            Event::Announce { announcement } => self.responder.announce(announcement),
            Event::Typed { text } => self.typed(text),
            Event::Forget { last } => self.responder.forget(last),
            Event::Due => self.listener.due(now),
        }
        self.settle();
        // Somebody who may be going on with the question may be about to change what is to be done.
        if !self.listener.answer_waits() && !self.listener.continues() {
            self.responder.perform_due();
            self.settle();
        }
        while self.responder.announcement_is_due(self.listener.is_silent()) {
            self.settle();
            let turn = self.listener.next_turn();
            let silent = self.listener.is_silent();
            self.responder.begin_announcement(turn, silent);
            self.listener.spoken_over();
            self.settle();
        }
        // What has become of no more use is told, too.
        self.settle();
        while self.listener.is_silent() && self.responder.apology_is_due() {
            let turn = self.listener.next_turn();
            self.responder.begin_apology(turn);
            self.settle();
        }
        self.listener.fall_asleep(self.responder.answering().is_some());
        self.settle();
        std::mem::take(&mut self.actions)
    }

    /// When [`Event::Due`] has something to do, on the clock of [`Conversation::handle`]; `None` where nothing is due,
    /// until the next event.
    pub fn next_wakeup(&self) -> Option<Duration> {
        [self.listener.next_wakeup(), self.responder.next_wakeup()].into_iter().flatten().min()
    }

    /// What an onlooker would say that it is doing now.
    pub fn phase(&self) -> Phase {
        match self.responder.answering() {
            Some(answer) if self.listener.holds(answer.turn) => Phase::Interrupted,
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

    /// Takes up what an owner has set meanwhile: who Parley is, what it remembers, the room for that, and what may
    /// interrupt; everything else stays. What is under way goes on as it was begun; best where nothing is.
    pub fn take_over(&mut self, settings: &Settings) {
        self.listener.take_over(settings);
        self.responder.take_over(settings);
    }

    /// Whether a turn is a draft or released: everything that reports for another one comes too late.
    pub fn is_alive(&self, turn: TurnId) -> bool {
        self.listener.turn() == Some(turn) || self.responder.says(turn)
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

    /// What sounds is to stop; an announcement that nobody has heard yet is said again.
    fn interrupt(&mut self) {
        self.listener.attend();
        self.responder.give_way(self.listener.continues());
        self.responder.stop_announcement();
    }

    fn typed(&mut self, text: String) {
        if text.trim().is_empty() {
            return;
        }
        self.listener.ignore_utterance();
        self.settle();
        let turn = self.listener.next_turn();
        self.responder.typed(turn, text);
        self.settle();
        // Whoever spoke does not mean what is announced either.
        self.listener.resume_answer();
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
            ListenerOutput::Pause { turn } => self.responder.wait(turn, true),
            ListenerOutput::Resume { turn } => self.responder.wait(turn, false),
            ListenerOutput::GiveWay { continues, over } => {
                self.responder.give_way(continues);
                match self.responder.announcing() {
                    Some(turn) if over == Some(turn) => self.responder.stop_announcement(),
                    Some(turn) => self.responder.wait(turn, false),
                    None => {}
                }
            }
            ListenerOutput::SaysSoFar { turn, transcript } => self.responder.read_along(turn, &transcript),
            ListenerOutput::Draft { turn, transcript, remark } => self.responder.draft(turn, &transcript, remark),
            ListenerOutput::ChangeVolume { turn, step } => self.responder.change_volume(turn, step),
            ListenerOutput::Release { turn } => self.responder.release(turn),
            ListenerOutput::Discard { turn } => self.responder.discard(turn),
            ListenerOutput::NotUnderstood => self.responder.not_understood(),
        }
    }

    fn perform_for_responder(&mut self, output: ResponderOutput) {
        match output {
            ResponderOutput::Do(action) => self.actions.push(action),
            ResponderOutput::Rests { said } => self.listener.answer_rests(&said),
            ResponderOutput::Drafted { turn, complete } => self.listener.drafted(turn, complete),
            ResponderOutput::AnswerOver { turn, noticed, said } => self.listener.answer_over(turn, noticed, &said),
        }
    }
}

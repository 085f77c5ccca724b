//! The state machine. [`Conversation::handle`] is its only door.
//!
//! ```text
//! microphone:  Quiet ──onset──▶ Speaking ──silence──▶ Pausing ──enough──▶ Quiet, and the draft is released
//!                                  ▲  speech again ──────┘ (the draft is cancelled)
//!              Speaking ──no words for long, over an answer──▶ Ignoring ──silence──▶ Quiet
//! answer:      none ──release──▶ Released ──heard to its end──▶ none
//!                         onset ▼   ▲ no words, or a back-channel
//!                             Paused ──words──▶ none (cancelled)
//! ```
//! `tests/snapshots` holds the whole table: what every event does in every state.

mod answering;
mod faults;
mod microphone;
mod words;

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use crate::action::{Action, Outcome};
use crate::answer::{Answer, Progress};
use crate::endpoint::{Judgement, SpeakerHabit};
use crate::event::{Event, Stage, Transcript};
use crate::hearing::{Hearing, Utterance};
use crate::history::History;
use crate::ids::{Position, TurnId};
use crate::prompt;
use crate::route::Router;
use crate::settings::{MAX_QUESTION_CHARS, Settings};

/// An answer that was paused goes on after this long without words.
const WITHOUT_WORDS: Duration = Duration::from_secs(2);

const SAY_TOO_LONG: &str = "That is too long for me. Please ask about a part of it.";

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
    settings: Settings,
    router: Box<dyn Router>,
    history: History,
    habit: SpeakerHabit,
    hearing: Hearing,
    answer: Option<Answer>,
    /// Sentences to be said, unasked, at the next quiet moment.
    announcements: VecDeque<&'static str>,
    has_judge: bool,
    degraded: BTreeSet<Stage>,
    next_turn: u64,
    /// The microphone's last frame.
    latest: Position,
    latest_at: Duration,
    /// Up to here, what was said has been answered.
    answered_until: Position,
    /// Until here, Parley's own voice may still be in the air.
    echo_until: Position,
    actions: Vec<Action>,
}

impl Conversation {
    /// A conversation that nobody has begun. `has_judge`: whether there is an end-of-turn model.
    pub fn new(settings: Settings, router: Box<dyn Router>, has_judge: bool) -> Self {
        let history = History::new(settings.remembered_turns);
        Conversation {
            settings,
            router,
            history,
            habit: SpeakerHabit::default(),
            hearing: Hearing::default(),
            answer: None,
            announcements: VecDeque::new(),
            has_judge,
            degraded: BTreeSet::new(),
            next_turn: 1,
            latest: Position::default(),
            latest_at: Duration::ZERO,
            answered_until: Position::default(),
            echo_until: Position::default(),
            actions: Vec::new(),
        }
    }

    /// Takes an event at the time `now` (since any fixed moment, never going back) and says what to do about it.
    pub fn handle(&mut self, event: Event, now: Duration) -> Vec<Action> {
        match event {
            Event::Frame { end, speech } => self.on_frame(end, speech, now),
            Event::Transcribed { turn, transcript } => self.on_transcript(turn, transcript),
            Event::Judged { turn, probability } => self.on_judged(turn, Judgement::Probability(probability)),
            Event::Text { turn, text } => {
                let clauses = self.alive(turn).map(|answer| answer.push(&text)).unwrap_or_default();
                self.say(turn, clauses);
            }
            Event::GenerationEnded { turn } => self.on_generation_ended(turn),
            Event::ClauseSynthesized { turn, clause, length } => self.on_clause_synthesized(turn, clause, length),
            Event::Heard { turn, heard } => self.on_heard(turn, heard),
            Event::PlaybackEnded { turn } => self.on_playback_ended(turn),
            Event::Failed { turn, stage } => self.on_failed(turn, stage),
            Event::Degraded { stage, degraded } => self.on_degraded(stage, degraded),
            Event::Interrupt => self.on_interrupt(),
            Event::Typed { text } => self.on_typed(text),
            Event::Tick => self.on_tick(now),
        }
        self.announce();
        std::mem::take(&mut self.actions)
    }

    /// What it is doing.
    pub fn phase(&self) -> Phase {
        match (&self.answer, &self.hearing) {
            (Some(answer), _) if matches!(answer.progress, Progress::Paused { .. }) => Phase::Interrupted,
            (Some(answer), _) if answer.noticed => Phase::Speaking,
            (Some(_), _) => Phase::Thinking,
            (None, Hearing::Speaking(_)) => Phase::Listening,
            (None, Hearing::Pausing(..)) => Phase::Deciding,
            (None, Hearing::Quiet(_) | Hearing::Ignoring { .. }) => Phase::Quiet,
        }
    }

    /// What the language model can read before anybody asks; due at the start, and told again after each turn.
    pub fn preparation(&self) -> Action {
        let preferred = self.settings.voices.first().map_or("", String::as_str);
        Action::Prepare { messages: prompt::messages(&self.settings, &self.history, None, preferred) }
    }

    /// What has been said and heard.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// What an owner has set.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Takes up what only a running engine can tell: the installed voices, and the room for prompts in tokens.
    pub fn set_abilities(&mut self, voices: Vec<String>, prompt_tokens: usize) {
        if !voices.is_empty() {
            self.settings.voices = voices;
        }
        self.settings.prompt_tokens = prompt_tokens;
    }

    /// Whether a turn is a draft or released: everything that reports for another one comes too late.
    pub fn is_alive(&self, turn: TurnId) -> bool {
        let heard = match &self.hearing {
            Hearing::Quiet(_) | Hearing::Ignoring { .. } => None,
            Hearing::Speaking(utterance) => utterance.peek.map(|peek| peek.turn),
            Hearing::Pausing(_, pause) => Some(pause.turn),
        };
        heard == Some(turn) || self.answer.as_ref().is_some_and(|answer| answer.turn == turn)
    }

    fn on_interrupt(&mut self) {
        if matches!(self.hearing, Hearing::Ignoring { .. }) {
            self.hearing = Hearing::default();
        }
        self.stop_answer();
    }

    fn on_typed(&mut self, text: String) {
        if text.trim().is_empty() {
            return;
        }
        if self.utterance().is_some() {
            // Whoever still speaks does not mean this turn.
            self.stop_hearing();
            self.hearing = Hearing::ignoring();
        }
        self.cancel_answer(Outcome::Interrupted);
        let turn = self.new_turn();
        let language = self.settings.voices.first().cloned().unwrap_or_default();
        let answer = if text.chars().nth(MAX_QUESTION_CHARS).is_some() {
            let mut answer = Answer::new(turn, None, None, language);
            self.say_at_once(&mut answer, SAY_TOO_LONG);
            answer
        } else {
            let transcript = Transcript { text, language, language_probability: 1.0, confidence: 1.0 };
            self.draft(turn, &transcript, None)
        };
        self.release(answer);
    }

    /// Forgets what is being said.
    fn stop_hearing(&mut self) {
        let draft = match std::mem::take(&mut self.hearing) {
            Hearing::Quiet(_) | Hearing::Ignoring { .. } => None,
            Hearing::Speaking(utterance) => utterance.peek.map(|peek| peek.turn),
            Hearing::Pausing(_, pause) => Some(pause.turn),
        };
        if let Some(turn) = draft {
            self.actions.push(Action::Cancel { turn });
        }
    }

    fn new_turn(&mut self) -> TurnId {
        let turn = TurnId(self.next_turn);
        self.next_turn += 1;
        turn
    }

    /// What is being said, or has just been said.
    fn utterance(&self) -> Option<&Utterance> {
        match &self.hearing {
            Hearing::Quiet(_) | Hearing::Ignoring { .. } => None,
            Hearing::Speaking(utterance) | Hearing::Pausing(utterance, _) => Some(utterance),
        }
    }

    fn paused_answer(&self) -> Option<&Answer> {
        self.answer.as_ref().filter(|answer| matches!(answer.progress, Progress::Paused { .. }))
    }

    /// How long the answer has been paused.
    fn paused_for(&self) -> Option<Duration> {
        match self.answer.as_ref()?.progress {
            Progress::Paused { since } => Some(self.latest_at.saturating_sub(since)),
            Progress::Draft | Progress::Released => None,
        }
    }

    /// The released answer, if it is this turn's.
    fn released(&mut self, turn: TurnId) -> Option<&mut Answer> {
        self.answer.as_mut().filter(|answer| answer.turn == turn)
    }

    /// The answer of this turn, a draft or released. Everything that comes late for a cancelled turn ends here.
    fn alive(&mut self, turn: TurnId) -> Option<&mut Answer> {
        if self.answer.as_ref().is_some_and(|answer| answer.turn == turn) {
            return self.answer.as_mut();
        }
        match &mut self.hearing {
            Hearing::Pausing(_, pause) => pause.draft.as_mut().filter(|draft| draft.turn == turn),
            Hearing::Quiet(_) | Hearing::Speaking(_) | Hearing::Ignoring { .. } => None,
        }
    }
}

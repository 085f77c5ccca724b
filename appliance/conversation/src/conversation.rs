//! The state machine. [`Conversation::handle`] is its only door.
//!
//! ```text
//! microphone:  Quiet ──onset──▶ Speaking ──silence──▶ Pausing ──enough──▶ Quiet, and the draft is released
//!                                  ▲  speech again ──────┘ (the draft is cancelled)
//! answer:      none ──release──▶ Released ──heard to its end──▶ none
//!                         onset ▼   ▲ no words, or a back-channel
//!                             Paused ──words──▶ none (cancelled)
//! ```

mod answering;
mod microphone;

use std::collections::VecDeque;
use std::time::Duration;

use crate::action::{Action, Notice, Outcome};
use crate::answer::{Answer, Progress};
use crate::endpoint::{Judgement, SpeakerHabit};
use crate::event::{Event, Stage, Transcript};
use crate::hearing::Hearing;
use crate::history::History;
use crate::ids::{Position, TurnId};
use crate::route::Router;
use crate::settings::Settings;

/// An answer that was paused goes on after this long without words.
const WITHOUT_WORDS: Duration = Duration::from_secs(2);

const SAY_DID_NOT_HEAR: &str = "Sorry, I could not hear that. Please say it again.";
const SAY_NO_ANSWER: &str = "Sorry, I have no answer to that.";
const SAY_CANNOT_HEAR: &str = "I cannot understand speech at the moment. I am trying to get it working again.";
const SAY_CANNOT_THINK: &str = "I cannot think of answers at the moment. I am trying to get it working again.";

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
    judge_works: bool,
    next_turn: u64,
    latest: Position,
    latest_at: Duration,
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
            judge_works: has_judge,
            next_turn: 1,
            latest: Position::default(),
            latest_at: Duration::ZERO,
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
            Event::GenerationEnded { turn } => self.on_generation_ended(turn, SAY_NO_ANSWER),
            Event::ClauseSynthesized { turn, clause, length } => self.history.length(turn, clause, length),
            Event::Heard { turn, heard } => {
                self.history.heard(turn, heard);
                if let Some(answer) = self.released(turn) {
                    answer.heard = answer.heard.max(heard);
                }
            }
            Event::PlaybackEnded { turn } => {
                if self.released(turn).is_some() {
                    self.history.complete(turn);
                    self.end_answer(Outcome::Completed);
                }
            }
            Event::Failed { turn, stage } => self.on_failed(turn, stage),
            Event::Degraded { stage, degraded } => self.on_degraded(stage, degraded),
            Event::Interrupt => self.cancel_answer(Outcome::Interrupted),
            Event::Typed { text } => self.on_typed(text),
            Event::Tick => self.on_tick(now),
        }
        self.announce();
        std::mem::take(&mut self.actions)
    }

    /// What it is doing.
    pub fn phase(&self) -> Phase {
        let progress = self
            .answer
            .as_ref()
            .map(|answer| (answer.progress, answer.heard.is_zero()));
        match (progress, &self.hearing) {
            (Some((Progress::Paused, _)), _) => Phase::Interrupted,
            (Some((_, true)), Hearing::Quiet(_) | Hearing::Ignoring { .. }) => Phase::Thinking,
            (Some(_), Hearing::Quiet(_) | Hearing::Ignoring { .. }) => Phase::Speaking,
            (_, Hearing::Speaking(_)) => Phase::Listening,
            (_, Hearing::Pausing(..)) => Phase::Deciding,
            (None, Hearing::Quiet(_) | Hearing::Ignoring { .. }) => Phase::Quiet,
        }
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
            Hearing::Speaking(utterance) => utterance.peek,
            Hearing::Pausing(_, pause) => Some(pause.turn),
        };
        heard == Some(turn) || self.answer.as_ref().is_some_and(|answer| answer.turn == turn)
    }

    fn on_typed(&mut self, text: String) {
        self.stop_hearing();
        self.cancel_answer(Outcome::Interrupted);
        let turn = self.new_turn();
        let language = self.settings.voices.first().cloned().unwrap_or_default();
        let transcript = Transcript {
            text,
            language,
            language_probability: 1.0,
            confidence: 1.0,
        };
        let answer = self.draft(turn, &transcript, None);
        let said_at_once = !answer.clauses.is_empty();
        self.release(answer);
        if said_at_once && !self.settings.spoken {
            self.history.complete(turn);
            self.end_answer(Outcome::Completed);
        }
    }

    fn on_failed(&mut self, turn: TurnId, stage: Stage) {
        match stage {
            Stage::Judging => self.on_judged(turn, Judgement::NoModel),
            Stage::Thinking => self.on_generation_ended(turn, SAY_NO_ANSWER),
            Stage::Listening => {
                let peek = matches!(&self.hearing, Hearing::Speaking(utterance) if utterance.peek == Some(turn));
                let pause = matches!(&self.hearing, Hearing::Pausing(_, pause) if pause.turn == turn);
                if peek || pause {
                    let answered = self.paused_answer().is_some();
                    self.stop_hearing();
                    self.resume_answer();
                    if !answered {
                        self.announcements.push_back(SAY_DID_NOT_HEAR);
                    }
                }
            }
            // A draft stays as it is: its release finds no audio, and ends.
            Stage::Speaking => {
                if self.released(turn).is_some() {
                    self.cancel_answer(Outcome::Interrupted);
                }
            }
        }
    }

    fn on_degraded(&mut self, stage: Stage, degraded: bool) {
        self.actions.push(Action::Tell(Notice::Degraded { stage, degraded }));
        match stage {
            Stage::Judging => self.judge_works = !degraded,
            Stage::Listening if degraded => self.announcements.push_back(SAY_CANNOT_HEAR),
            Stage::Thinking if degraded => self.announcements.push_back(SAY_CANNOT_THINK),
            Stage::Listening | Stage::Thinking | Stage::Speaking => {}
        }
    }

    fn on_tick(&mut self, now: Duration) {
        // The microphone has gone, in the middle of a word: do not wait for it.
        if now.saturating_sub(self.latest_at) >= WITHOUT_WORDS && !matches!(self.hearing, Hearing::Quiet(_)) {
            self.stop_hearing();
            self.resume_answer();
        }
    }

    /// Forgets what is being said.
    fn stop_hearing(&mut self) {
        let draft = match std::mem::take(&mut self.hearing) {
            Hearing::Quiet(_) | Hearing::Ignoring { .. } => None,
            Hearing::Speaking(utterance) => utterance.peek,
            Hearing::Pausing(_, pause) => Some(pause.turn),
        };
        if let Some(turn) = draft {
            self.actions.push(Action::Cancel { turn });
        }
    }

    fn announce(&mut self) {
        let quiet = matches!(self.hearing, Hearing::Quiet(_)) && self.answer.is_none();
        if quiet
            && self.settings.spoken
            && let Some(text) = self.announcements.pop_front()
        {
            let turn = self.new_turn();
            let language = self.settings.voices.first().cloned().unwrap_or_default();
            let mut answer = Answer::new(turn, None, None, language);
            self.say_at_once(&mut answer, text);
            self.release(answer);
        }
    }

    fn new_turn(&mut self) -> TurnId {
        let turn = TurnId(self.next_turn);
        self.next_turn += 1;
        turn
    }

    fn paused_answer(&self) -> Option<&Answer> {
        self.answer
            .as_ref()
            .filter(|answer| answer.progress == Progress::Paused)
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

//! The responder: what is drafted, what is being said, and what was heard of it.
//!
//! ```text
//! none ──draft──▶ draft ──release──▶ answer ──heard to its end──▶ none
//!                   │ discard           │ give way
//!                   ▼                   ▼
//!               none (cancelled)    none (cancelled; withdrawn where somebody goes on with its question)
//! ```

mod announcing;
mod answer;
mod apologies;
mod doing;
mod history;
mod prompt;
mod remarked;
mod saying;

use std::collections::VecDeque;
use std::time::Duration;

use self::announcing::{Announcing, Waiting};
use self::answer::Answer;
use self::apologies::Apologies;
pub use self::history::{Exchange, History};
use self::prompt::Asked;
pub use self::prompt::{Author, Message, estimated_tokens};
use self::remarked::LastSaid;
use crate::action::{Action, Notice};
use crate::event::{GenerationEnd, Stage, Transcript};
use crate::ids::TurnId;
use crate::interface::{Answering, ResponderOutput};
use crate::languages::{Language, Sentences, language_of_text};
use crate::remarks::Remark;
use crate::route::{Request, Route, Router};
use crate::settings::{MAX_QUESTION_CHARS, Settings};

/// A detection less sure than this is not trusted against the usual language.
const SURE_OF_LANGUAGE: f32 = 0.6;

pub(crate) struct Responder {
    settings: Settings,
    router: Box<dyn Router>,
    history: History,
    /// Nothing of it is played; the person may still go on.
    draft: Option<Answer>,
    answer: Option<Answer>,
    /// Before the answer, which waits.
    announcing: Option<Announcing>,
    waiting: VecDeque<Waiting>,
    apologies: Apologies,
    /// What can be said again, or gone on with.
    last_said: Option<LastSaid>,
    last_language: Option<String>,
    effects: u64,
    /// The time of the event that is being handled.
    pub(crate) now: Duration,
    outputs: VecDeque<ResponderOutput>,
}

impl Responder {
    pub(crate) fn new(settings: Settings, router: Box<dyn Router>) -> Self {
        Self {
            history: History::new(settings.remembered_turns),
            settings,
            router,
            draft: None,
            answer: None,
            announcing: None,
            waiting: VecDeque::new(),
            apologies: Apologies::default(),
            last_said: None,
            last_language: None,
            effects: 0,
            now: Duration::ZERO,
            outputs: VecDeque::new(),
        }
    }

    pub(crate) fn poll(&mut self) -> Option<ResponderOutput> {
        self.outputs.pop_front()
    }

    pub(crate) fn answering(&self) -> Option<Answering> {
        let announced = self.announcing.as_ref().map(|said| &said.answer);
        announced.or(self.answer.as_ref()).map(|answer| Answering {
            turn: answer.turn,
            noticed: answer.noticed,
            audible: self.settings.spoken && answer.noticed && !answer.rests(),
            committed: answer.committed,
            asks: answer.asks(),
            until_acknowledged: self.announcing.as_ref().is_some_and(Announcing::is_until_acknowledged),
        })
    }

    pub(crate) fn history(&self) -> &History {
        &self.history
    }

    pub(crate) fn set_abilities(&mut self, voices: Vec<String>, prompt_tokens: usize) {
        if !voices.is_empty() {
            self.settings.voices = voices;
        }
        self.settings.prompt_tokens = prompt_tokens;
    }

    pub(crate) fn take_over(&mut self, settings: &Settings) {
        self.settings = self.settings.taking_over(settings);
        self.history.remember(self.settings.remembered_turns);
    }

    /// What the language model can read before anybody asks.
    pub(crate) fn preparation(&self) -> Action {
        let messages = prompt::messages(&self.settings, &self.history, None, self.preferred_voice());
        Action::Prepare { messages }
    }

    /// Lets the language model read the words of somebody who still speaks: the prompt will begin with most of them.
    pub(crate) fn read_along(&mut self, turn: TurnId, transcript: &Transcript) {
        if self.answering().is_some() || self.draft.is_some() {
            return;
        }
        let asked = Asked { turn, question: &transcript.text, thoughts: &[] };
        let language = self.answer_language(transcript).to_owned();
        let messages = prompt::messages(&self.settings, &self.history, Some(asked), &language);
        self.act(Action::Prepare { messages });
    }

    /// The language of the answer: the one that was surely spoken, if there is a voice for it.
    fn answer_language<'a>(&'a self, transcript: &'a Transcript) -> &'a str {
        let sure = transcript.language_probability >= SURE_OF_LANGUAGE;
        let has_voice = self.settings.voices.contains(&transcript.language);
        if sure && has_voice { &transcript.language } else { self.preferred_voice() }
    }

    /// Begins to answer; nothing of it is played before it is released.
    pub(crate) fn draft(&mut self, turn: TurnId, transcript: &Transcript, remark: Option<Remark>) {
        let answer = self.prepare(turn, transcript, remark);
        self.outputs.push_back(ResponderOutput::Drafted { turn, complete: !answer.generating });
        self.draft = Some(answer);
    }

    /// The draft is not wanted; nor is anything else that is under way for its turn.
    pub(crate) fn discard(&mut self, turn: TurnId) {
        self.draft = None;
        self.act(Action::Cancel { turn });
    }

    /// Answers words that were typed, instead of what is being said.
    pub(crate) fn typed(&mut self, turn: TurnId, text: String) {
        self.give_way(false);
        let language = language_of_text(&text, &self.settings.voices).unwrap_or(self.preferred_voice()).to_owned();
        let answer = if text.chars().nth(MAX_QUESTION_CHARS).is_some() {
            self.ready_made(turn, language, |says| says.too_long)
        } else {
            let remark = Remark::of(&text);
            let transcript =
                Transcript { text, language, language_probability: 1.0, confidence: 1.0, incomplete: false };
            self.prepare(turn, &transcript, remark)
        };
        self.begin(answer);
    }

    pub(crate) fn text(&mut self, turn: TurnId, text: &str) {
        let answer = self.alive(turn).filter(|answer| answer.generating);
        let clauses = answer.map(|answer| answer.push(text)).unwrap_or_default();
        self.say(turn, clauses);
    }

    pub(crate) fn answer_judged(&mut self, turn: TurnId, probability: f32) {
        if let Some(answer) = self.alive(turn).filter(|answer| answer.generating) {
            answer.certainty = Some(probability);
        }
    }

    pub(crate) fn generation_ended(&mut self, turn: TurnId, end: GenerationEnd) {
        let unsure_below = self.settings.unsure_below;
        let Some(answer) = self.alive(turn).filter(|answer| answer.generating) else {
            return;
        };
        answer.generating = false;
        let mut clauses = answer.finish(end);
        let says = &Language::or_english(&answer.language).sentences;
        if end == GenerationEnd::Complete && answer.is_doubtful(unsure_below, says.doubts) {
            clauses.extend(answer.say_only(says.not_sure));
        }
        if answer.clauses.is_empty() {
            let instead = self.apologies.instead_of_answer();
            clauses = self.apologise(turn, |says| instead.of(says));
        }
        self.say(turn, clauses);
        self.end_speech(turn);
        self.end_if_shown();
    }

    /// What there is has to do.
    pub(crate) fn generation_failed(&mut self, turn: TurnId) {
        if let Some(answer) = self.alive(turn).filter(|answer| answer.generating) {
            answer.drop_rest();
        }
        self.generation_ended(turn, GenerationEnd::Complete);
    }

    pub(crate) fn clause_synthesized(&mut self, turn: TurnId, clause: usize, length: Duration) {
        if let Some(answer) = self.alive(turn) {
            answer.length(clause, length);
        }
        if let Some(said) = self.last_said.as_mut().filter(|said| said.turn == turn) {
            said.length(clause, length);
        }
        self.history.length(turn, clause, length);
    }

    pub(crate) fn not_understood(&mut self) {
        self.apologies.not_understood();
    }

    pub(crate) fn degraded(&mut self, stage: Stage, degraded: bool) {
        if self.apologies.degraded(stage, degraded) {
            self.act(Action::Tell(Notice::Degraded { stage, degraded }));
        }
    }

    /// Whether an engine's failure is to be told, and nothing else is being said.
    pub(crate) fn apology_is_due(&self) -> bool {
        self.answer.is_none() && self.announcing.is_none() && self.apologies.are_due()
    }

    pub(crate) fn begin_apology(&mut self, turn: TurnId) {
        if let Some(apology) = self.apologies.next() {
            let answer = self.ready_made(turn, self.last_language().to_owned(), |says| apology.of(says));
            self.begin(answer);
        }
    }

    /// Whatever was said in the last so long, or ever, is no longer known.
    pub(crate) fn forget(&mut self, last: Option<Duration>) {
        self.history.forget(last.map_or(Duration::ZERO, |last| self.now.saturating_sub(last)));
        (self.last_said, self.last_language) = (None, None);
        if self.draft.is_none() && self.answer.is_none() {
            self.act(self.preparation());
        }
    }

    fn prepare(&mut self, turn: TurnId, transcript: &Transcript, remark: Option<Remark>) -> Answer {
        if self.history.go_on(self.now, self.settings.forget_after) {
            (self.last_said, self.last_language) = (None, None);
        }
        let remark = remark.filter(|remark| self.is_remark(*remark));
        let sure = transcript.language_probability >= SURE_OF_LANGUAGE;
        let has_voice = self.settings.voices.contains(&transcript.language);
        let language = self.answer_language(transcript);
        let route = if sure && !has_voice && self.settings.spoken && remark.is_none() {
            None
        } else {
            let (history, seat, now) = (&self.history, self.settings.seat, self.now);
            Some(self.router.route(&Request { transcript, answer_language: language, history, seat, now }))
        };
        let language = language.to_owned();
        self.last_language = Some(language.clone());
        let mut answer = Answer::new(turn, Some(transcript.text.clone()), language, self.settings.rest());
        match (route, remark) {
            (Some(Route::Model | Route::Fact), Some(remark)) => self.answer_remark(&mut answer, remark),
            (Some(Route::Model), None) => self.generate(&mut answer),
            (Some(Route::Fact), None) => {
                answer.fact = true;
                self.generate(&mut answer);
            }
            (Some(Route::Say(text)), _) => self.say_only(&mut answer, &text),
            (Some(Route::Decline(text)), _) => {
                answer.apology = true;
                self.say_only(&mut answer, &text);
            }
            (Some(Route::Do(effect)), _) => answer.to_do = Some(effect),
            (None, _) => {
                answer.apology = true;
                let table = Language::or_english(&answer.language);
                self.say_only(&mut answer, &table.other_language(&transcript.language, &self.settings.voices));
            }
        }
        answer
    }

    /// Lets the language model answer the question, or go on with what came of an effect.
    fn generate(&mut self, answer: &mut Answer) {
        answer.generating = true;
        let Answer { turn, question, language, thoughts, .. } = &*answer;
        let asked = Asked { turn: *turn, question: question.as_deref().unwrap_or_default(), thoughts };
        let messages = prompt::messages(&self.settings, &self.history, Some(asked), language);
        self.act(Action::Generate { turn: *turn, messages });
    }

    /// What is said where there is no answer; the clauses of it.
    fn apologise(
        &mut self,
        turn: TurnId,
        text: impl Fn(&Sentences) -> &'static str,
    ) -> Vec<(usize, parley_speech_text::Clause)> {
        self.history.apology(turn);
        let Some(answer) = self.alive(turn) else { return Vec::new() };
        (answer.apology, answer.failed) = (true, true);
        let text = text(&Language::or_english(&answer.language).sentences);
        answer.say_only(text)
    }

    /// An answer to nothing that was asked.
    fn ready_made(&mut self, turn: TurnId, language: String, text: impl Fn(&Sentences) -> &'static str) -> Answer {
        let text = text(&Language::or_english(&language).sentences);
        let mut answer = Answer::new(turn, None, language, self.settings.rest());
        self.say_only(&mut answer, text);
        answer
    }

    fn say_only(&mut self, answer: &mut Answer, text: &str) {
        for (clause, said) in answer.say_only(text) {
            self.speak(answer.turn, clause, said.spoken, answer.language.clone(), answer.rest_before(clause));
        }
        self.end_speech(answer.turn);
    }

    fn speak(&mut self, turn: TurnId, clause: usize, text: String, language: String, rest: Duration) {
        if self.settings.spoken {
            self.act(Action::Speak { turn, clause, text, language, rest });
        }
    }

    fn end_speech(&mut self, turn: TurnId) {
        if self.settings.spoken {
            self.act(Action::EndSpeech { turn });
        }
    }

    /// The answer of this turn, a draft or released. Everything that comes late for a cancelled turn ends here.
    fn alive(&mut self, turn: TurnId) -> Option<&mut Answer> {
        let announced = self.announcing.as_mut().map(|said| &mut said.answer);
        let answers = [self.answer.as_mut(), self.draft.as_mut(), announced];
        answers.into_iter().flatten().find(|answer| answer.turn == turn)
    }

    /// The language of the last words that were understood, in this conversation.
    fn last_language(&self) -> &str {
        self.last_language
            .as_deref()
            .filter(|code| self.settings.voices.iter().any(|voice| voice == code))
            .unwrap_or_else(|| self.preferred_voice())
    }

    fn preferred_voice(&self) -> &str {
        self.settings.voices.first().map_or("", String::as_str)
    }

    fn act(&mut self, action: Action) {
        self.outputs.push_back(ResponderOutput::Do(action));
    }
}

//! A room in simulated time: a person, a microphone, engines and a loudspeaker around a [`Conversation`].
//!
//! The room remembers which word was said where in the audio, so that what is transcribed depends on the stretch that
//! is asked for. Results of cancelled turns are delivered all the same, as a slow engine would.

use std::time::Duration;

use parley_conversation::{
    Action, Announcement, Conversation, EffectResult, Event, Exchange, FRAME, GenerationEnd, ModelOnly, Notice,
    Outcome, Phase, Position, Router, Settings, Stage, Transcript, TurnId,
};

use super::player::Playing;
use super::{Auditor, kind_of, ms};

/// How loud an empty room is.
const SILENCE_DBFS: f32 = -65.0;

/// What an engine does with its jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Works {
    After(Duration),
    Fails,
    Never,
}

pub struct Room {
    pub conversation: Conversation,
    pub auditor: Auditor,
    pub speech_to_text: Works,
    pub end_of_turn: Works,
    pub language_model: Works,
    pub text_to_speech: Works,
    /// What becomes of effects, and when; `None`: nobody ever says.
    pub effects: Option<(Duration, EffectResult)>,
    /// What the end-of-turn model says.
    pub finished: f32,
    /// Whether the language model takes the words for a whole sentence, where it can tell.
    pub sentence: Option<f32>,
    /// What the language model says.
    pub answer: String,
    /// Why it says no more.
    pub generation_end: GenerationEnd,
    /// How sure the language model is of its answer; `None`: it cannot tell.
    pub certainty: Option<f32>,
    /// How loud everything is that sounds like speech.
    pub dbfs: f32,
    pub language: String,
    pub confidence: f32,
    /// Whether a part of what is said is missing from the words.
    pub incomplete: bool,
    /// Whether [`Event::Due`] comes even where nothing is due.
    pub wakes_all_the_time: bool,
    /// How much was to be announced.
    pub announced: usize,
    pub now: Duration,
    pub position: Position,
    /// Everything done so far, and when.
    pub done: Vec<(Duration, Action)>,
    /// Words, and the middle of each in the audio.
    words: Vec<(Position, String)>,
    due: Vec<(Duration, Event)>,
    stuck: Vec<(TurnId, Stage)>,
    playing: Vec<Playing>,
}

impl Room {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::routed(change, Box::new(ModelOnly), true)
    }

    pub fn without_end_of_turn_model() -> Self {
        Self::routed(|_| {}, Box::new(ModelOnly), false)
    }

    pub fn routed(change: impl FnOnce(&mut Settings), router: Box<dyn Router>, end_of_turn_model: bool) -> Self {
        let mut settings = Settings::default();
        change(&mut settings);
        Self {
            auditor: Auditor::new(&settings),
            conversation: Conversation::new(settings, router, end_of_turn_model),
            speech_to_text: Works::After(ms(60)),
            end_of_turn: Works::After(ms(20)),
            language_model: Works::After(ms(200)),
            text_to_speech: Works::After(ms(100)),
            effects: Some((ms(60), EffectResult::Say("Done.".into()))),
            finished: 0.9,
            sentence: Some(0.2),
            answer: "It is ten past three. Anything else?".into(),
            generation_end: GenerationEnd::Complete,
            certainty: None,
            dbfs: -25.0,
            language: "en".into(),
            confidence: 0.9,
            incomplete: false,
            wakes_all_the_time: false,
            announced: 0,
            now: Duration::ZERO,
            position: Position::default(),
            done: Vec::new(),
            words: Vec::new(),
            due: Vec::new(),
            stuck: Vec::new(),
            playing: Vec::new(),
        }
    }

    /// Somebody says these words, evenly, for so long.
    pub fn says(&mut self, words: &str, milliseconds: u64) -> &mut Self {
        let words: Vec<&str> = words.split_whitespace().collect();
        let each = ms(milliseconds) / (words.len() as u32).max(1);
        for (count, word) in (0..).zip(words) {
            let middle = self.position.forward(each * count + each / 2);
            self.words.push((middle, word.to_owned()));
        }
        self.frames(milliseconds, true)
    }

    /// Something sounds like speech.
    pub fn noise(&mut self, milliseconds: u64) -> &mut Self {
        self.frames(milliseconds, true)
    }

    pub fn silence(&mut self, milliseconds: u64) -> &mut Self {
        self.frames(milliseconds, false)
    }

    /// The microphone delivers nothing; only time passes.
    pub fn dead_microphone(&mut self, milliseconds: u64) -> &mut Self {
        for _ in 0..frames_in(milliseconds) {
            self.now += FRAME;
            self.deliver();
            self.play();
            self.wake();
        }
        self
    }

    /// Half an hour, in which nothing is said.
    pub fn much_later(&mut self) -> &mut Self {
        self.now += ms(30 * 60 * 1_000);
        self.silence(20)
    }

    pub fn types(&mut self, text: &str) -> &mut Self {
        self.tell(Event::Typed { text: text.into() });
        self
    }

    pub fn key(&mut self) -> &mut Self {
        self.tell(Event::Interrupt);
        self
    }

    pub fn announces(&mut self, announcement: Announcement) -> &mut Self {
        self.announced += 1;
        self.tell(Event::Announce { announcement });
        self
    }

    pub fn degraded(&mut self, stage: Stage, degraded: bool) -> &mut Self {
        self.tell(Event::Degraded { stage, degraded });
        self
    }

    /// Silence until something of this kind is done, at most a minute; returns how long it took.
    #[track_caller]
    pub fn until(&mut self, kind: &str) -> Duration {
        let (start, before) = (self.now, self.count(kind));
        while self.count(kind) == before {
            assert!(self.now - start < ms(60_000), "no {kind:?} in a minute: {:?}", self.kinds());
            self.silence(20);
        }
        self.now - start
    }

    /// Silence until everything is over.
    #[track_caller]
    pub fn quiet(&mut self) -> &mut Self {
        let start = self.now;
        self.silence(20);
        while !matches!(self.phase(), Phase::Quiet | Phase::Asleep) || !self.due.is_empty() {
            assert!(self.now - start < ms(120_000), "still {:?} after two minutes: {:?}", self.phase(), self.kinds());
            self.silence(100);
        }
        self
    }

    /// The jobs of engines that never answered.
    pub fn turns_without_report(&mut self) -> Vec<(TurnId, Stage)> {
        std::mem::take(&mut self.stuck)
    }

    pub fn phase(&self) -> Phase {
        self.conversation.phase()
    }

    pub fn kinds(&self) -> Vec<String> {
        self.done.iter().map(|(_, action)| kind_of(action)).collect()
    }

    pub fn count(&self, kind: &str) -> usize {
        self.done.iter().filter(|(_, action)| kind_of(action) == kind).count()
    }

    pub fn count_of(&self, wanted: impl Fn(&Action) -> bool) -> usize {
        self.done.iter().filter(|(_, action)| wanted(action)).count()
    }

    /// Clauses that were sent to the voice, whether or not they were played.
    pub fn spoken(&self) -> Vec<&str> {
        let texts = self
            .done
            .iter()
            .filter_map(|(_, action)| if let Action::Speak { text, .. } = action { Some(text.as_str()) } else { None });
        texts.collect()
    }

    pub fn outcomes(&self) -> Vec<Outcome> {
        let outcomes = self.done.iter().filter_map(|(_, action)| {
            if let Action::Tell(Notice::Ended { outcome, .. }) = action { Some(*outcome) } else { None }
        });
        outcomes.collect()
    }

    /// Questions and what was heard of their answers.
    pub fn history(&self) -> Vec<(String, String)> {
        let exchanges = self.conversation.history().exchanges();
        exchanges.map(|exchange: &Exchange| (exchange.question.clone(), exchange.heard_text())).collect()
    }

    /// Any event, now.
    pub fn tell(&mut self, event: Event) {
        let actions = self.conversation.handle(event.clone(), self.now);
        self.auditor.watch(&event, &actions, &self.conversation, self.now);
        for action in actions {
            self.done.push((self.now, action.clone()));
            self.perform(action);
        }
    }

    fn frames(&mut self, milliseconds: u64, speech: bool) -> &mut Self {
        for _ in 0..frames_in(milliseconds) {
            self.now += FRAME;
            self.position = self.position.forward(FRAME);
            self.deliver();
            let end = self.position;
            let dbfs = if speech { self.dbfs } else { SILENCE_DBFS };
            self.tell(Event::Frame { end, speech, dbfs });
            self.play();
            self.wake();
        }
        self
    }

    /// A conductor's timer: it rings when something is due, or all the time.
    fn wake(&mut self) {
        let due = self.conversation.next_wakeup().is_some_and(|due| due <= self.now);
        if due || self.wakes_all_the_time {
            self.tell(Event::Due);
            let next = self.conversation.next_wakeup();
            assert!(next.is_none_or(|next| next > self.now), "what was due has been done: {next:?} at {:?}", self.now);
        }
    }

    fn deliver(&mut self) {
        while let Some(next) = self.due.iter().position(|(at, _)| *at <= self.now) {
            let (_, event) = self.due.remove(next);
            if let Event::ClauseSynthesized { turn, length, .. } = &event
                && let Some(playing) = self.playing.iter_mut().find(|playing| playing.turn == *turn)
            {
                playing.lengths.push(*length);
            }
            self.tell(event);
        }
    }

    fn play(&mut self) {
        let mut events = Vec::new();
        self.playing.retain_mut(|playing| {
            let (reports, over) = playing.step();
            events.extend(reports);
            !over
        });
        for event in events {
            self.tell(event);
        }
    }

    fn schedule(&mut self, works: Works, turn: TurnId, stage: Stage, event: Event) {
        match works {
            Works::After(delay) => self.insert(delay, event),
            Works::Fails => self.insert(ms(40), Event::Failed { turn, stage }),
            Works::Never => self.stuck.push((turn, stage)),
        }
    }

    /// Keeps events in the order of their time, and of their cause where that is the same.
    fn insert(&mut self, delay: Duration, event: Event) {
        let at = self.now + delay;
        let index = self.due.partition_point(|(other, _)| *other <= at);
        self.due.insert(index, (at, event));
    }

    fn perform(&mut self, action: Action) {
        match action {
            Action::Transcribe { turn, from, to } => {
                let heard = self.words.iter().filter(|(at, _)| (from..to).contains(at));
                let words: Vec<&str> = heard.map(|(_, word)| word.as_str()).collect();
                let transcript = Transcript {
                    text: words.join(" "),
                    language: self.language.clone(),
                    language_probability: 0.9,
                    confidence: self.confidence,
                    incomplete: self.incomplete,
                };
                let event = Event::Transcribed { turn, transcript };
                self.schedule(self.speech_to_text, turn, Stage::SpeechToText, event);
            }
            Action::JudgeEndOfTurn { turn, .. } => {
                let probability = self.finished;
                let event = Event::EndOfTurnJudged { turn, probability };
                self.schedule(self.end_of_turn, turn, Stage::EndOfTurn, event);
            }
            Action::Generate { turn, .. } => self.generate(turn),
            Action::Speak { turn, clause, text, rest, .. } => {
                self.playing_of(turn).clauses += 1;
                let length = rest + ms(60) * text.chars().count() as u32;
                let event = Event::ClauseSynthesized { turn, clause, length };
                self.schedule(self.text_to_speech, turn, Stage::TextToSpeech, event);
            }
            Action::Play { turn, .. } => {
                self.playing_of(turn).clauses += 1;
                self.playing_of(turn).lengths.push(ms(1_000));
            }
            Action::EndSpeech { turn } => self.playing_of(turn).ended = true,
            Action::Release { turn } => self.playing_of(turn).released = true,
            Action::Perform { turn, id, .. } => {
                if let Some((delay, result)) = self.effects.clone() {
                    self.insert(delay, Event::Performed { turn, id, result });
                }
            }
            Action::Pause { turn } => {
                self.playing_of(turn).paused = true;
                let report = self.playing_of(turn).report();
                self.insert(Duration::ZERO, report);
            }
            Action::Resume { turn } => self.playing_of(turn).paused = false,
            Action::Cancel { turn } => {
                if let Some(index) = self.playing.iter().position(|playing| playing.turn == turn) {
                    let report = self.playing.remove(index).report();
                    self.insert(Duration::ZERO, report);
                }
            }
            Action::Prepare { .. } | Action::Tell(_) => {}
        }
    }

    fn generate(&mut self, turn: TurnId) {
        let end = self.generation_end;
        let Works::After(delay) = self.language_model else {
            return self.schedule(
                self.language_model,
                turn,
                Stage::LanguageModel,
                Event::GenerationEnded { turn, end },
            );
        };
        if let Some(probability) = self.sentence {
            self.insert(ms(20).min(delay), Event::SentenceJudged { turn, probability });
        }
        let chars: Vec<char> = self.answer.chars().collect();
        let mut after = delay;
        for piece in chars.chunks(4) {
            let text = piece.iter().collect();
            self.insert(after, Event::Text { turn, text });
            after += ms(20);
        }
        if let Some(probability) = self.certainty {
            self.insert(after, Event::AnswerJudged { turn, probability });
        }
        self.insert(after, Event::GenerationEnded { turn, end });
    }

    /// Until so much of an answer has been heard; its turn.
    pub fn until_heard(&mut self, heard: Duration) -> TurnId {
        loop {
            self.silence(20);
            if let Some(playing) = self.playing.iter().find(|playing| playing.heard >= heard) {
                return playing.turn;
            }
        }
    }

    /// The voice hangs: nothing more of any answer is heard.
    pub fn playing_stands_still(&mut self) {
        self.playing.iter_mut().for_each(|playing| playing.dry = true);
    }

    fn playing_of(&mut self, turn: TurnId) -> &mut Playing {
        let index = self.playing.iter().position(|playing| playing.turn == turn);
        let index = index.unwrap_or_else(|| {
            self.playing.push(Playing::new(turn));
            self.playing.len() - 1
        });
        &mut self.playing[index]
    }
}

fn frames_in(milliseconds: u64) -> u64 {
    milliseconds / FRAME.as_millis() as u64
}

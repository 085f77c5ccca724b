//! A lesson: somebody says a new wake word five times, each after a tone.
//!
//! It is a machine of its own beside the conversation, which hears silence meanwhile, and as pure: [`Lesson::handle`] takes what
//! happened and the time, and says what to do.
//!
//! ```text
//!          heard            somebody speaks         silent again            the fifth
//! tone ────────────▶ waiting ────────────▶ saying ────────────▶ words ───────────────▶ learn
//!  ▲                   │ nobody in time      │ too long            │ none, or not the fifth
//!  └───────────────────┴─────────────────────┴─────────────────────┘
//! ```
//!
//! Rules:
//! - It ends, whatever happens and in whatever order: each state by its own time, all of it after [`LONGEST`].
//! - What was in vain twice in a row ends it with a word, "stop" does at once, and a key without one.
//! - What is learnt are five examples in which something was understood.

use std::time::Duration;

use crate::event::Transcript;
use crate::ids::{FRAME, Position};
use crate::languages::Language;
use crate::listener::LEAST_CONFIDENCE;
use crate::remarks::{Remark, words_of};

/// Examples of a lesson.
const EXAMPLES: usize = 5;
/// Tries in a row that may be in vain: after so many it is over.
const IN_VAIN: u32 = 2;
/// No lesson takes longer.
const LONGEST: Duration = Duration::from_secs(3 * 60);
/// In which the tone has been heard, or will not be.
const TONE_WITHIN: Duration = Duration::from_secs(8);
/// Behind the tone a room goes on.
const ROOM_GOES_ON: Duration = Duration::from_millis(250);
/// In which somebody begins to speak.
const BEGINS_WITHIN: Duration = Duration::from_secs(8);
/// Frames with speech, of the last so many, that are a beginning: 60 ms.
const BEGINNING: u32 = 3;
const LOOKED_AT: u32 = 4;
/// What belongs to the word before its beginning was noticed.
const PRE_ROLL: Duration = Duration::from_millis(300);
/// So long is it silent behind a name.
const SILENCE: Duration = Duration::from_millis(600);
/// What is longer is no name.
const LONGEST_NAME: Duration = Duration::from_secs(4);
/// In which its words are known, or will not be.
const WORDS_WITHIN: Duration = Duration::from_secs(10);

/// What happens in a lesson.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum LessonEvent {
    /// The tone was heard to its end (`true`), or nobody could hear it.
    ToneOver { heard: bool },
    /// One more [`FRAME`] of the microphone's audio, up to `end`. `speech`: somebody speaks in it; `sounds`: Parley itself says
    /// something.
    Frame { end: Position, speech: bool, sounds: bool },
    /// The words of the last [`LessonAction::Take`]; `None` where nobody knows them.
    Words(Option<Transcript>),
    /// A key, or somebody wants something else.
    Stop,
    /// It is the time that [`Lesson::next_wakeup`] named.
    Due,
}

/// What to do for a lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum LessonAction {
    /// Play the tone, and answer with [`LessonEvent::ToneOver`].
    Tone,
    /// Keep this stretch of the microphone's audio, and find its words: [`LessonEvent::Words`]. Stretches are counted from 0.
    Take { from: Position, to: Position },
    /// Learn a word from these stretches; this is what it is called. The lesson is over.
    Learn { takes: Vec<usize>, name: String },
    /// Say how the lesson ended: it is over.
    Say(LessonResult),
}

/// How a lesson ended, or a wish about wake words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LessonResult {
    /// A lesson begins.
    Begins,
    /// The word of this name was learnt.
    Learnt(String),
    /// Somebody said "stop".
    Stopped,
    /// Nothing was heard.
    Unheard,
    /// Nothing is said in an example, or nothing that stands out.
    Silent,
    /// An example is too short or too long.
    Length,
    /// The examples are not of one word.
    Different,
    /// The word of this name was forgotten.
    Forgotten(String),
    /// There was none of that name.
    Unknown,
    /// No word wakes Parley here.
    NotHere,
    /// It could not be done.
    Failed,
}

impl LessonResult {
    /// What is said of it, in a language (ISO 639-1).
    pub fn says(&self, language: &str) -> String {
        let says = &Language::or_english(language).sentences;
        let named = |sentence: &str, name: &str| sentence.replace("{name}", name);
        match self {
            Self::Begins => says.lesson_begins.to_owned(),
            Self::Learnt(name) => named(says.lesson_learnt, name),
            Self::Stopped => says.lesson_stopped.to_owned(),
            Self::Unheard => says.lesson_unheard.to_owned(),
            Self::Silent => says.lesson_silent.to_owned(),
            Self::Length => says.lesson_length.to_owned(),
            Self::Different => says.lesson_different.to_owned(),
            Self::Forgotten(name) => named(says.word_forgotten, name),
            Self::Unknown => says.word_unknown.to_owned(),
            Self::NotHere => says.lesson_not_here.to_owned(),
            Self::Failed => says.did_not_work.to_owned(),
        }
    }
}

/// A lesson that goes on.
#[derive(Debug)]
pub struct Lesson {
    state: State,
    began: Duration,
    /// How many stretches were taken.
    takes: usize,
    /// Which of them count, and what was understood.
    examples: Vec<(usize, String)>,
    in_vain: u32,
}

#[derive(Debug, Clone, PartialEq)]
enum State {
    Tone {
        until: Duration,
    },
    /// `from`: where what is heard begins to count, once a frame has told; `frames`: the last ones, a bit each.
    Waiting {
        from: Option<Position>,
        frames: u32,
        until: Duration,
    },
    Saying {
        from: Position,
        last_speech: Position,
        until: Duration,
    },
    Words {
        until: Duration,
    },
    /// Something else sounds.
    Disturbed,
    Over,
}

impl Lesson {
    /// A lesson that begins at `now`, on the same clock as [`Lesson::handle`], and the first thing to do for it.
    pub fn begin(now: Duration) -> (Self, LessonAction) {
        let state = State::Tone { until: now.saturating_add(TONE_WITHIN) };
        (Self { state, began: now, takes: 0, examples: Vec::new(), in_vain: 0 }, LessonAction::Tone)
    }

    /// Takes what happened at the time `now`, never going back, and says what to do about it.
    pub fn handle(&mut self, event: LessonEvent, now: Duration) -> Option<LessonAction> {
        if self.is_over() {
            return None;
        }
        if now >= self.ends() {
            return self.end(LessonResult::Unheard);
        }
        match event {
            LessonEvent::Stop => {
                self.state = State::Over;
                None
            }
            LessonEvent::ToneOver { heard } if matches!(self.state, State::Tone { .. }) => {
                if !heard {
                    return self.end(LessonResult::Failed);
                }
                self.state = State::Waiting { from: None, frames: 0, until: now.saturating_add(BEGINS_WITHIN) };
                None
            }
            LessonEvent::Words(transcript) if matches!(self.state, State::Words { .. }) => {
                self.understood(transcript, now)
            }
            LessonEvent::ToneOver { .. } | LessonEvent::Words(_) => None,
            LessonEvent::Frame { end, speech, sounds } => self.frame(end, speech, sounds, now),
            LessonEvent::Due => self.due(now),
        }
    }

    /// Whether nothing more comes of it.
    pub fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// When [`LessonEvent::Due`] has something to do; `None` once it is over.
    pub fn next_wakeup(&self) -> Option<Duration> {
        let until = match &self.state {
            State::Tone { until } | State::Waiting { until, .. } | State::Saying { until, .. } => *until,
            State::Words { until } => *until,
            State::Disturbed => self.ends(),
            State::Over => return None,
        };
        Some(until.min(self.ends()))
    }

    fn ends(&self) -> Duration {
        self.began.saturating_add(LONGEST)
    }

    fn frame(&mut self, end: Position, speech: bool, sounds: bool, now: Duration) -> Option<LessonAction> {
        match &mut self.state {
            State::Waiting { .. } | State::Saying { .. } if sounds => self.state = State::Disturbed,
            State::Disturbed if !sounds => return Some(self.tone(now)),
            State::Waiting { from, frames, .. } => {
                let from = *from.get_or_insert(end.forward(ROOM_GOES_ON));
                *frames = ((*frames << 1) | u32::from(speech && end > from)) & ((1 << LOOKED_AT) - 1);
                if frames.count_ones() >= BEGINNING {
                    let from = end.back(FRAME * LOOKED_AT + PRE_ROLL).max(from);
                    let until = now.saturating_add(LONGEST_NAME + SILENCE);
                    self.state = State::Saying { from, last_speech: end, until };
                }
            }
            State::Saying { from, last_speech, .. } => {
                if speech {
                    *last_speech = end;
                }
                let from = *from;
                if end.since(from) > LONGEST_NAME {
                    return Some(self.in_vain(now));
                }
                if end.since(*last_speech) >= SILENCE {
                    self.state = State::Words { until: now.saturating_add(WORDS_WITHIN) };
                    self.takes += 1;
                    return Some(LessonAction::Take { from, to: end });
                }
            }
            State::Tone { .. } | State::Words { .. } | State::Disturbed | State::Over => {}
        }
        self.due(now)
    }

    fn due(&mut self, now: Duration) -> Option<LessonAction> {
        if self.next_wakeup().is_none_or(|due| now < due) {
            return None;
        }
        match self.state {
            State::Tone { .. } => self.end(LessonResult::Failed),
            State::Waiting { .. } | State::Saying { .. } | State::Words { .. } => Some(self.in_vain(now)),
            State::Disturbed | State::Over => None,
        }
    }

    fn understood(&mut self, transcript: Option<Transcript>, now: Duration) -> Option<LessonAction> {
        let sure = transcript.filter(|transcript| transcript.confidence >= LEAST_CONFIDENCE);
        let text = sure.map(|transcript| transcript.text).unwrap_or_default();
        if Remark::of(&text) == Some(Remark::Stop) {
            return self.end(LessonResult::Stopped);
        }
        let name = as_a_name(&text);
        if name.is_empty() {
            return Some(self.in_vain(now));
        }
        self.in_vain = 0;
        self.examples.push((self.takes.saturating_sub(1), name));
        if self.examples.len() < EXAMPLES {
            return Some(self.tone(now));
        }
        self.state = State::Over;
        let takes = self.examples.iter().map(|(take, _)| *take).collect();
        Some(LessonAction::Learn { takes, name: self.name() })
    }

    /// What was understood most often; the first of what was as often.
    fn name(&self) -> String {
        let often = |name: &str| self.examples.iter().filter(|(_, other)| words_of(other) == words_of(name)).count();
        let names = self.examples.iter().rev().map(|(_, name)| name);
        names.max_by_key(|name| often(name)).cloned().unwrap_or_default()
    }

    fn tone(&mut self, now: Duration) -> LessonAction {
        self.state = State::Tone { until: now.saturating_add(TONE_WITHIN) };
        LessonAction::Tone
    }

    fn in_vain(&mut self, now: Duration) -> LessonAction {
        self.in_vain += 1;
        if self.in_vain < IN_VAIN {
            return self.tone(now);
        }
        self.state = State::Over;
        LessonAction::Say(LessonResult::Unheard)
    }

    fn end(&mut self, result: LessonResult) -> Option<LessonAction> {
        self.state = State::Over;
        Some(LessonAction::Say(result))
    }
}

/// Words without the marks of a sentence.
fn as_a_name(text: &str) -> String {
    let words = text.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;

//! When an utterance is over.
//!
//! Four witnesses are heard: the length of the silence, the end-of-turn model, which hears how the voice ends
//! ([`crate::Event::EndOfTurnJudged`]), how the words end ([`TextCue`]), and the language model that reads them
//! ([`crate::Event::SentenceJudged`]). They agree on how much silence is enough.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::languages::Language;

/// How the words of an utterance end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextCue {
    /// As a question does: people seldom stop behind one to go on.
    Question,
    /// As a statement or a command may, complete or not: "Turn on the light" may go on with "in the kitchen".
    Statement,
    /// With a word or a mark that something must follow.
    Unfinished,
}

impl TextCue {
    /// What the end of a transcript says. Whisper writes "..." or a dash where a voice hangs in the air, and puts a
    /// full stop behind nearly everything, so that the last word counts for more than the full stop.
    /// `language`: the ISO 639-1 code of what was spoken.
    pub(super) fn of(text: &str, language: &str) -> Self {
        let text = text.trim();
        if text.ends_with("...") || text.ends_with(['…', ',', ';', ':', '-', '–', '—']) {
            return Self::Unfinished;
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let last: String = words
            .last()
            .map(|word| word.chars().filter(|c| c.is_alphanumeric() || *c == '\'').collect::<String>().to_lowercase())
            .unwrap_or_default();
        let question = text.ends_with(['?', '？', '؟']);
        if question {
            Self::Question
        } else if Language::of(language).is_some_and(|table| table.leads(&last)) {
            Self::Unfinished
        } else {
            Self::Statement
        }
    }
}

/// How much silence is enough. All lengths count from the last frame with speech.
#[derive(Debug, Clone, PartialEq)]
pub struct Endpointing {
    /// Begin to transcribe and to draft an answer.
    pub speculate_after: Duration,
    /// Ask the end-of-turn model: sooner it finds fewer ends, and takes as many pauses for some. No patience changes it.
    pub judge_after: Duration,
    /// Enough when all witnesses say "finished".
    pub sure: Duration,
    /// Enough when they disagree: longer than most pauses for thought.
    pub unsure: Duration,
    /// Enough when all say "not finished".
    pub unfinished: Duration,
    /// Enough where there is no end-of-turn model.
    pub without_model: Duration,
    /// The end-of-turn model's probability from which it says that a question is finished. It is asked once, when the
    /// silence begins: with more silence to listen to it takes pauses for ends (docs/PERFORMANCE.md).
    pub finished_question: f32,
    /// The same for anything else, which may go on more easily.
    pub finished_statement: f32,
    /// The model's probability below which it says "not finished".
    pub unfinished_probability: f32,
    /// The language model's probability from which a question is whole, whatever the end-of-turn model says: it
    /// knows little of synthetic voices and of foreigners.
    pub whole_question: f32,
    /// The same for anything else, as long as the end-of-turn model does not say "not finished".
    pub whole_statement: f32,
    /// The same from which a sentence may be whole; below it the end-of-turn model is not believed.
    pub possible_sentence: f32,
    /// No less is ever enough, for those who know how long they pause. No patience changes it.
    pub pause: Duration,
    /// The longest wait for a speaker because of pauses that they have made before.
    pub longest_learnt: Duration,
}

impl Default for Endpointing {
    fn default() -> Self {
        Self {
            speculate_after: Duration::from_millis(40),
            judge_after: Duration::from_millis(60),
            sure: Duration::from_millis(200),
            unsure: Duration::from_millis(700),
            unfinished: Duration::from_millis(1_400),
            without_model: Duration::from_millis(450),
            finished_question: 0.2,
            finished_statement: 0.9,
            unfinished_probability: 0.2,
            whole_question: 0.4,
            whole_statement: 0.4,
            possible_sentence: 0.15,
            pause: Duration::ZERO,
            longest_learnt: Duration::from_millis(1_200),
        }
    }
}

/// The patience that an owner may ask for.
pub const PATIENCE: RangeInclusive<f32> = 0.5..=4.0;
/// A shorter pause is none for thought: words and clauses have it between them. It is learnt only if it was taken for an
/// end.
const SHORTEST_HESITATION: Duration = Duration::from_millis(400);
/// Whoever is silent for longer does not hesitate.
const LONGEST_HESITATION: Duration = Duration::from_secs(5);
/// To wait longer than the speaker's own pauses, by this part of them.
const MARGIN: u32 = 4;
/// How much of a learnt habit remains after each utterance that had no such pause.
const FORGETTING: f32 = 0.8;

/// What a speaker's pauses have been like.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct SpeakerHabit {
    pause: Duration,
}

impl SpeakerHabit {
    /// They went on after this much silence, within an utterance.
    pub(super) fn paused(&mut self, silence: Duration) {
        if silence >= SHORTEST_HESITATION {
            self.cut_off(silence);
        }
    }

    /// They went on after this much silence, which was taken for the end.
    pub(super) fn cut_off(&mut self, silence: Duration) {
        self.pause = self.pause.max(silence.min(LONGEST_HESITATION));
    }

    /// They said something without making Parley wait.
    pub(super) fn finished(&mut self) {
        self.pause = self.pause.mul_f32(FORGETTING);
    }
}

impl Endpointing {
    /// The same with every wait so many times as long, within [`PATIENCE`].
    #[must_use]
    pub fn with_patience(self, patience: f32) -> Self {
        let factor = if patience.is_nan() { 1.0 } else { patience.clamp(*PATIENCE.start(), *PATIENCE.end()) };
        // In whole milliseconds, so that a patience of 1 changes nothing.
        let scaled = |wait: Duration| Duration::from_millis((wait.as_millis() as f32 * factor).round() as u64);
        Self {
            speculate_after: scaled(self.speculate_after),
            sure: scaled(self.sure),
            unsure: scaled(self.unsure),
            unfinished: scaled(self.unfinished),
            without_model: scaled(self.without_model),
            longest_learnt: scaled(self.longest_learnt),
            ..self
        }
    }

    /// The silence that ends the utterance, given what the witnesses have said so far.
    pub(super) fn enough(
        &self,
        end_of_turn: Judgement,
        sentence: Judgement,
        cue: Option<TextCue>,
        habit: &SpeakerHabit,
    ) -> Duration {
        let habitual = (habit.pause + habit.pause / MARGIN).min(self.longest_learnt);
        self.agreed(end_of_turn, sentence, cue).max(habitual).max(self.pause)
    }

    /// The same where something else speaks all the time: half of a question is misheard for a whole one there, and its sound
    /// has no end.
    pub(super) fn enough_beside_background(&self) -> Duration {
        self.unsure.max(self.pause)
    }

    /// What the witnesses agree on, whoever speaks.
    fn agreed(&self, end_of_turn: Judgement, sentence: Judgement, cue: Option<TextCue>) -> Duration {
        match end_of_turn {
            Judgement::NoModel if cue == Some(TextCue::Unfinished) => self.unsure,
            Judgement::NoModel => self.without_model,
            Judgement::Pending => self.unsure,
            Judgement::Probability(p) => match cue {
                Some(TextCue::Unfinished) if p < self.unfinished_probability => self.unfinished,
                Some(TextCue::Question) if self.question_finished(p, sentence) => self.sure,
                Some(TextCue::Statement) if self.statement_finished(p, sentence) => self.sure,
                _ => self.unsure,
            },
        }
    }

    fn question_finished(&self, end_of_turn: f32, sentence: Judgement) -> bool {
        match sentence {
            Judgement::NoModel => end_of_turn >= self.finished_question,
            Judgement::Pending => false,
            Judgement::Probability(whole) => {
                whole >= self.whole_question
                    || (end_of_turn >= self.finished_question && whole >= self.possible_sentence)
            }
        }
    }

    fn statement_finished(&self, end_of_turn: f32, sentence: Judgement) -> bool {
        match sentence {
            Judgement::NoModel => end_of_turn >= self.finished_statement,
            Judgement::Pending => false,
            Judgement::Probability(whole) => {
                (whole >= self.whole_statement && end_of_turn >= self.unfinished_probability)
                    || (end_of_turn >= self.finished_statement && whole >= self.possible_sentence)
            }
        }
    }
}

/// What a model said of the end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Judgement {
    NoModel,
    Pending,
    /// Of the end, 0..1.
    Probability(f32),
}

#[cfg(test)]
mod tests;

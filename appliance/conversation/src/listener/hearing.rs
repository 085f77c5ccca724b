//! The listener's states, and what each of them holds.

use std::time::Duration;

use super::endpoint::Judgement;
use super::voice::{QuietPlace, Voice};
use crate::event::Transcript;
use crate::ids::{FRAME, Position, TurnId};
use crate::remarks::Remark;

/// Audio before the onset that belongs to the utterance: the first consonant is quieter than the detector's threshold.
const PRE_ROLL: Duration = Duration::from_millis(300);
/// Frames with speech, out of the last [`ONSET_WINDOW`], that make an onset: 60 ms.
const ONSET_FRAMES: u32 = 3;
/// Frames that an onset is looked for in.
const ONSET_WINDOW: u32 = 4;
/// Frames with speech in a row that end a pause: one alone is a click.
const RESUMING_FRAMES: u32 = 2;
/// The longest stretch that is transcribed in one go; the speech-to-text engine takes at most 30 s.
pub(super) const LONGEST_UTTERANCE: Duration = Duration::from_secs(28);
/// Noise that was mistaken for speech is ignored until it has been silent this long.
const SILENCE_AFTER_NOISE: Duration = Duration::from_millis(300);
/// Whoever speaks over noise that is ignored is so much louder.
const LOUDER_DB: f32 = 8.0;
/// While nothing is said, noise is ignored for so many frames at most, half a minute: music hides whoever speaks to Parley.
pub(super) const LONGEST_IGNORING: u32 = 1_500;
/// What is too long is cut at the quietest place of so much before its end.
const CUT_WITHIN: Duration = Duration::from_secs(6);

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Hearing {
    Quiet(Onset),
    Speaking(Utterance),
    /// Somebody spoke, and may have finished.
    Pausing(Utterance, Box<Pause>),
    /// What goes on was found to be noise; wait until it has been silent long enough.
    Ignoring(Ignored),
}

impl Hearing {
    /// From now on, until it is silent or somebody is louder. `dbfs`: how loud it is.
    pub(super) fn ignoring(dbfs: f32) -> Self {
        Self::Ignoring(Ignored { dbfs, silence: Duration::ZERO, frames: 0, louder: Onset::default() })
    }
}

/// What goes on and is nothing that is answered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ignored {
    /// How loud it is at its loudest.
    dbfs: f32,
    silence: Duration,
    /// For how many frames it has been ignored.
    pub(super) frames: u32,
    louder: Onset,
}

impl Ignored {
    /// Adds a frame; where somebody louder has begun to speak, their utterance so far.
    pub(super) fn add(&mut self, end: Position, speech: bool, dbfs: f32, deaf: bool) -> Option<Utterance> {
        self.frames = self.frames.saturating_add(1);
        self.silence = if speech { Duration::ZERO } else { self.silence + FRAME };
        let louder = speech && dbfs >= self.dbfs + LOUDER_DB;
        if speech && !louder {
            self.dbfs = self.dbfs.max(dbfs);
        }
        self.louder.add(end, louder && !deaf)
    }

    pub(super) fn has_stopped(&self) -> bool {
        self.silence >= SILENCE_AFTER_NOISE
    }
}

impl Default for Hearing {
    fn default() -> Self {
        Self::Quiet(Onset::default())
    }
}

/// The last frames, one bit each, the newest lowest.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Onset {
    frames: u32,
}

impl Onset {
    /// Adds a frame; where speech has begun, the utterance so far.
    pub(super) fn add(&mut self, end: Position, speech: bool) -> Option<Utterance> {
        self.frames = ((self.frames << 1) | u32::from(speech)) & ((1 << ONSET_WINDOW) - 1);
        let begun = speech && self.frames.count_ones() >= ONSET_FRAMES;
        let from = end.back(FRAME * ONSET_WINDOW + PRE_ROLL);
        let utterance = Utterance { from, began: from, onset: end, last_speech: end, ..Utterance::default() };
        begun.then_some(utterance)
    }

    /// Whether nobody may just be beginning to speak.
    pub(super) fn is_silent(&self) -> bool {
        self.frames == 0
    }
}

/// A look for words in what is still being said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Peek {
    pub(super) turn: TurnId,
    /// Where the audio ends that it looks at.
    pub(super) to: Position,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Utterance {
    /// Where the audio begins that is to be transcribed.
    pub(super) from: Position,
    /// Where its own audio begins, without the question that it goes on with.
    pub(super) began: Position,
    /// Where it was noticed.
    pub(super) onset: Position,
    pub(super) last_speech: Position,
    /// Where its speaker began, wherever the audio begins that is still to be transcribed.
    pub(super) since: Position,
    pub(super) voice: Voice,
    /// Of the last seconds that can be transcribed in one go.
    pub(super) quiet_place: QuietPlace,
    /// The words that were found when they were looked for last, and where they were first found.
    pub(super) looked: Option<Looked>,
    /// The words before `from`, where the whole is too long to be transcribed in one go.
    pub(super) before: String,
    /// Whether something was said before `from` that is not among those words.
    pub(super) torn: bool,
    /// What was being said when it began.
    pub(super) over: Option<TurnId>,
    /// Whether an answer was being said, and has not given way to it.
    pub(super) over_answer: bool,
    /// Whether what was being said has ended since.
    pub(super) over_is_said: bool,
    /// Whether it began over the last moment of a question of Parley's.
    pub(super) asked: bool,
    /// Whether what was being said waits to be acknowledged.
    pub(super) acknowledges: bool,
    /// Whether it goes on with the question of the answer that is paused for it: nothing of that had been heard.
    pub(super) continues: bool,
    /// The look that is under way.
    pub(super) peek: Option<Peek>,
    /// When to look for words again.
    pub(super) next_peek: Position,
}

/// What a look at somebody who speaks on and on has found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Looked {
    pub(super) words: Vec<String>,
    /// Where the audio ends that was looked at first.
    pub(super) to: Position,
}

impl Utterance {
    /// Adds a frame.
    pub(super) fn hear(&mut self, end: Position, speech: bool, dbfs: f32) {
        if speech {
            self.last_speech = end;
            self.voice.hears(end, dbfs);
        }
        if end.since(self.from) >= LONGEST_UTTERANCE - CUT_WITHIN {
            self.quiet_place.add(end, dbfs);
        }
    }

    /// What was said up to here is known, as far as it ever will be, and is not transcribed again.
    pub(super) fn settle(&mut self, words: Transcript, to: Position) {
        (self.before, self.torn, self.from) = (words.text, words.incomplete, to);
        (self.looked, self.quiet_place) = (None, QuietPlace::default());
    }

    /// All its words, given those of the audio after [`Utterance::from`].
    pub(super) fn with_words(&self, last: &str) -> String {
        format!("{} {last}", self.before).trim().to_owned()
    }

    /// The transcript of all of it, given that of the audio after [`Utterance::from`].
    pub(super) fn with_all_words(&self, last: &Transcript) -> Transcript {
        Transcript { text: self.with_words(&last.text), ..last.clone() }
    }
}

/// Where a spoken question is found again, should its speaker go on.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Question {
    /// The turn that answers it.
    pub(super) turn: Option<TurnId>,
    pub(super) from: Position,
    /// The end of the last frame with speech: up to here, what was said has been answered.
    pub(super) until: Position,
    /// The words before that audio, if it was too long to be transcribed in one go.
    pub(super) before: String,
    /// Whether something was said there that is not among those words.
    pub(super) torn: bool,
    /// All its words.
    pub(super) text: String,
}

/// A silence that may be the end.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pause {
    pub(super) turn: TurnId,
    pub(super) end_of_turn: Judgement,
    /// Whether the end-of-turn model is still to be asked.
    pub(super) unasked: bool,
    /// What the language model says, once an answer is being drafted.
    pub(super) sentence: Judgement,
    /// Where the audio ends whose transcript has been asked for.
    pub(super) transcribed_to: Option<Position>,
    /// Whether that transcript is only a peek; that of the whole will be asked for when it is there.
    pub(super) peeking: bool,
    pub(super) transcript: Option<Transcript>,
    /// Whether the words are about the conversation.
    pub(super) remark: Option<Remark>,
    pub(super) drafted: bool,
    /// Do not wait for silence: the stretch is as long as it may be, or the microphone has gone.
    pub(super) forced: bool,
    /// Another voice goes on, this loud; only the speaker's own ends the pause.
    pub(super) others: Option<f32>,
    speech_frames: u32,
}

impl Pause {
    pub(super) fn new(turn: TurnId, end_of_turn: Judgement, forced: bool) -> Self {
        Self {
            turn,
            end_of_turn,
            unasked: false,
            sentence: Judgement::NoModel,
            transcribed_to: None,
            peeking: false,
            transcript: None,
            remark: None,
            drafted: false,
            forced,
            others: None,
            speech_frames: 0,
        }
    }

    /// Adds a frame; true where the person has gone on speaking.
    pub(super) fn add(&mut self, speech: bool) -> bool {
        self.speech_frames = if speech { self.speech_frames + 1 } else { 0 };
        self.speech_frames >= RESUMING_FRAMES
    }

    /// Whether the person may just be going on.
    pub(super) fn in_doubt(&self) -> bool {
        self.speech_frames > 0
    }

    pub(super) fn awaits_words(&self) -> bool {
        self.transcribed_to.is_some() && self.transcript.is_none()
    }

    /// Whether a part of a question is missing: an answer to the rest would be to another question. A remark is not.
    pub(super) fn is_torn(&self) -> bool {
        self.remark.is_none() && self.transcript.as_ref().is_some_and(|transcript| transcript.incomplete)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_is_no_onset_and_the_first_consonant_is_kept() {
        let mut onset = Onset::default();
        let frames = [true, false, false, true, true, false, true];
        let begun: Vec<Option<Utterance>> = (51..)
            .zip(frames)
            .map(|(count, speech)| onset.add(Position::default().forward(FRAME * count), speech))
            .collect();
        assert!(begun.iter().take(6).all(Option::is_none));
        let utterance = begun.last().cloned().flatten().expect("three of the last four frames are speech");
        assert_eq!(utterance.onset.since(utterance.from), PRE_ROLL + FRAME * ONSET_WINDOW);
    }
}

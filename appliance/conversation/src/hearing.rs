//! The microphone's side of a conversation: is somebody speaking, and have they finished?

use std::time::Duration;

use crate::answer::{Answer, Asked};
use crate::endpoint::Judgement;
use crate::event::Transcript;
use crate::ids::{FRAME, Position, TurnId};

/// Audio before the onset that belongs to the utterance: the first consonant is quieter than the detector's threshold.
const PRE_ROLL: Duration = Duration::from_millis(300);
/// Frames with speech, out of the last [`ONSET_WINDOW`], that make an onset: 60 ms.
const ONSET_FRAMES: u32 = 3;
/// Frames that an onset is looked for in.
const ONSET_WINDOW: u32 = 4;
/// Frames with speech in a row that end a pause: one alone is a click.
const RESUMING_FRAMES: u32 = 2;
/// The longest stretch that is transcribed in one go; the speech-to-text engine takes at most 30 s.
pub(crate) const LONGEST_UTTERANCE: Duration = Duration::from_secs(28);
/// Noise that was mistaken for speech is ignored until it has been silent this long.
const SILENCE_AFTER_NOISE: Duration = Duration::from_millis(300);

/// What the microphone's side is doing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Hearing {
    /// Nobody speaks.
    Quiet(Onset),
    /// Somebody speaks.
    Speaking(Utterance),
    /// Somebody spoke, and may have finished.
    Pausing(Utterance, Box<Pause>),
    /// What goes on was found to be noise; wait until it stops.
    Ignoring {
        /// How long it has been silent.
        silence: Duration,
    },
}

impl Hearing {
    /// From now on, until it is silent.
    pub(crate) fn ignoring() -> Self {
        Hearing::Ignoring { silence: Duration::ZERO }
    }
}

impl Default for Hearing {
    fn default() -> Self {
        Hearing::Quiet(Onset::default())
    }
}

/// The last frames, one bit each, the newest lowest.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Onset {
    frames: u32,
}

impl Onset {
    /// Adds a frame; where speech has begun, the utterance so far.
    pub(crate) fn add(&mut self, end: Position, speech: bool) -> Option<Utterance> {
        self.frames = ((self.frames << 1) | u32::from(speech)) & ((1 << ONSET_WINDOW) - 1);
        let begun = speech && self.frames.count_ones() >= ONSET_FRAMES;
        begun.then(|| Utterance {
            from: end.back(FRAME * ONSET_WINDOW + PRE_ROLL),
            began: end.back(FRAME * ONSET_WINDOW + PRE_ROLL),
            onset: end,
            last_speech: end,
            before: String::new(),
            over_answer: false,
            continues: false,
            peek: None,
            next_peek: end,
        })
    }

    /// Whether nobody may just be beginning to speak.
    pub(crate) fn is_silent(&self) -> bool {
        self.frames == 0
    }
}

/// A look for words in what is still being said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Peek {
    /// The draft that it is for.
    pub(crate) turn: TurnId,
    /// Where the audio ends that it looks at.
    pub(crate) to: Position,
}

/// What somebody is saying.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Utterance {
    /// Where the audio begins that is to be transcribed.
    pub(crate) from: Position,
    /// Where its own audio begins, without the question that it goes on with.
    pub(crate) began: Position,
    /// Where it was noticed.
    pub(crate) onset: Position,
    /// The end of the last frame with speech.
    pub(crate) last_speech: Position,
    /// The words before `from`, where the whole is too long to be transcribed in one go.
    pub(crate) before: String,
    /// Whether an answer was being said, and has not given way to it.
    pub(crate) over_answer: bool,
    /// Whether it goes on with the question of the answer that is paused for it: nothing of that had been heard.
    pub(crate) continues: bool,
    /// While an answer is paused for it.
    pub(crate) peek: Option<Peek>,
    /// When to look for words again.
    pub(crate) next_peek: Position,
}

impl Utterance {
    /// All its words, given those of the audio after [`Utterance::from`].
    pub(crate) fn with_words(&self, last: &str) -> String {
        format!("{} {last}", self.before).trim().to_owned()
    }

    /// How its question is found again.
    pub(crate) fn asked(&self) -> Asked {
        Asked { from: self.from, until: self.last_speech, before: self.before.clone() }
    }
}

/// A silence that may be the end.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pause {
    /// The draft.
    pub(crate) turn: TurnId,
    /// What the end-of-turn model says.
    pub(crate) judged: Judgement,
    /// What the language model says, once an answer is being drafted.
    pub(crate) sentence: Judgement,
    /// Where the audio ends whose transcript has been asked for.
    pub(crate) transcribed_to: Option<Position>,
    /// Whether that transcript is only a peek; that of the whole will be asked for when it is there.
    pub(crate) peeking: bool,
    /// The words.
    pub(crate) transcript: Option<Transcript>,
    /// The answer that is being drafted.
    pub(crate) draft: Option<Answer>,
    /// Do not wait for silence: the stretch is as long as it may be, or the microphone has gone.
    pub(crate) forced: bool,
    speech_frames: u32,
}

impl Pause {
    pub(crate) fn new(turn: TurnId, judged: Judgement, forced: bool) -> Self {
        Pause {
            turn,
            judged,
            sentence: Judgement::NoModel,
            transcribed_to: None,
            peeking: false,
            transcript: None,
            draft: None,
            forced,
            speech_frames: 0,
        }
    }

    /// Adds a frame; true where the person has gone on speaking.
    pub(crate) fn add(&mut self, speech: bool) -> bool {
        self.speech_frames = if speech { self.speech_frames + 1 } else { 0 };
        self.speech_frames >= RESUMING_FRAMES
    }

    /// Whether the person may just be going on.
    pub(crate) fn in_doubt(&self) -> bool {
        self.speech_frames > 0
    }

    /// Whether the transcript is being waited for.
    pub(crate) fn awaits_words(&self) -> bool {
        self.transcribed_to.is_some() && self.transcript.is_none()
    }
}

/// Adds a frame to noise; true when it has stopped.
pub(crate) fn noise_stopped(silence: &mut Duration, speech: bool) -> bool {
    *silence = if speech { Duration::ZERO } else { *silence + FRAME };
    *silence >= SILENCE_AFTER_NOISE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_is_no_onset_and_the_first_consonant_is_kept() {
        let mut onset = Onset::default();
        let frames = [true, false, false, true, true, false, true];
        let begun: Vec<Option<Utterance>> = (1..)
            .zip(frames)
            .map(|(count, speech)| onset.add(Position(Duration::from_secs(1) + FRAME * count), speech))
            .collect();
        assert!(begun.iter().take(6).all(Option::is_none));
        let utterance = begun.last().cloned().flatten().expect("three of the last four frames are speech");
        assert_eq!(utterance.onset.since(utterance.from), PRE_ROLL + FRAME * ONSET_WINDOW);
    }
}

//! The scripted person: what they say becomes frames, and the frames tell which words are in them.
//!
//! Every sample of a word carries the word's number, so that whoever is given a stretch of audio can tell what was
//! really in it. Silence is 0, a noise that sounds like speech is [`NOISE`].

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use parley_conversation::FRAME;
use parley_daemon::listening::FRAME_SAMPLES;

const NOISE: i16 = -1;
/// The shortest word takes this many frames, plus [`FRAMES_PER_LETTER`] for each letter.
const FRAMES_PER_WORD: usize = 4;
const FRAMES_PER_LETTER: usize = 2;
/// Words that are known, the last ones: more than are said in the longest turn. Their numbers come again.
const KNOWN: usize = 2_048;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sound {
    Silence,
    Noise,
    Word(i16),
    /// The microphone had it, but nobody took it in time.
    Lost,
}

impl Sound {
    pub(super) fn is_speech(self) -> bool {
        matches!(self, Self::Noise | Self::Word(_))
    }

    pub(super) fn samples(self) -> [i16; FRAME_SAMPLES] {
        let sample = match self {
            Self::Silence | Self::Lost => 0,
            Self::Noise => NOISE,
            Self::Word(number) => number,
        };
        [sample; FRAME_SAMPLES]
    }
}

#[derive(Debug, Clone)]
struct Word {
    text: String,
    frames: usize,
    /// Whether the person has finished with it.
    last: bool,
}

/// What has been said so far; clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Words(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    words: Vec<Word>,
    next: usize,
}

impl Words {
    /// The words of which more than half is in this audio, in their order.
    pub(super) fn heard_in(&self, audio: &[i16]) -> String {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut samples: Vec<(usize, usize)> = Vec::new();
        for chunk in audio.chunk_by(|a, b| a == b) {
            if let Some(number) = chunk.first().and_then(|sample| number_of(*sample)) {
                match samples.iter_mut().rfind(|(known, _)| *known == number) {
                    Some((_, count)) => *count += chunk.len(),
                    None => samples.push((number, chunk.len())),
                }
            }
        }
        let heard = samples.into_iter().filter_map(|(number, count)| {
            known
                .words
                .get(number)
                .filter(|word| count * 2 > word.frames * FRAME_SAMPLES)
                .map(|word| word.text.as_str())
        });
        heard.collect::<Vec<&str>>().join(" ")
    }

    /// Whether the last word in this audio is the last one of what the person wants to say; `None` where there is none.
    pub(super) fn finished_in(&self, audio: &[i16]) -> Option<bool> {
        let number = audio.iter().rev().find_map(|sample| number_of(*sample))?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).words.get(number).map(|word| word.last)
    }

    fn add(&self, word: Word) -> i16 {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = known.next % KNOWN;
        known.next += 1;
        match known.words.get_mut(number) {
            Some(forgotten) => *forgotten = word,
            None => {
                known.words.reserve_exact(KNOWN - number);
                known.words.push(word);
            }
        }
        i16::try_from(number + 1).unwrap_or(i16::MAX)
    }
}

fn number_of(sample: i16) -> Option<usize> {
    usize::try_from(sample).ok()?.checked_sub(1)
}

#[derive(Debug)]
pub(super) struct Person {
    words: Words,
    frames: VecDeque<Sound>,
}

impl Person {
    /// Somebody of a house: the numbers of all words in it differ.
    pub(super) fn with(words: Words) -> Self {
        Self { words, frames: VecDeque::new() }
    }

    /// Says these words; `last`: and has finished then.
    pub(super) fn say(&mut self, text: &str, last: bool) {
        let words: Vec<&str> = text.split_whitespace().collect();
        for (count, word) in (1..).zip(&words) {
            let frames = FRAMES_PER_WORD + FRAMES_PER_LETTER * word.chars().count();
            let number = self.words.add(Word { text: (*word).to_owned(), frames, last: last && count == words.len() });
            self.frames.extend(std::iter::repeat_n(Sound::Word(number), frames));
        }
    }

    pub(super) fn sound(&mut self, sound: Sound, length: Duration) {
        self.frames.extend(std::iter::repeat_n(sound, frames_in(length)));
    }

    /// Gives back the room of what was said.
    pub(super) fn forget(&mut self) {
        self.frames.shrink_to_fit();
    }

    pub(super) fn is_done(&self) -> bool {
        self.frames.is_empty()
    }

    pub(super) fn next(&mut self) -> Sound {
        self.frames.pop_front().unwrap_or(Sound::Silence)
    }
}

fn frames_in(length: Duration) -> usize {
    (length.as_millis() / FRAME.as_millis()) as usize
}

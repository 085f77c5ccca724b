//! What a head is taught with: renditions of every word somewhere, and hours without it. A part of both is kept for
//! choosing, and taught with by nothing: every eighth voice, and of people's recordings every fifth.

use std::thread;

use anyhow::{Result, anyhow};
use parley_e2e::said::Said;
use parley_speech::sound_span;
use parley_speech::teaching::Teacher;
use parley_wake::EmbeddingModel;

use crate::hearing::{Bank, Heard};
use crate::surroundings::{Beside, alone, chance, elsewhere, placed};
use crate::voices::Spoken;
use crate::words::WORDS;

const RATE: usize = 16_000;
/// Every recording of a word is put so many times somewhere else, and every near miss.
const TIMES: usize = 14;
const NEARLY_TIMES: usize = 6;
/// People and music are heard in pieces of 20 s, and between two recordings is a pause.
const PIECE: usize = 20 * RATE;
const PAUSE: usize = RATE / 5;
/// People are heard so many times in other surroundings: how much louder than what is beside them, at least and at
/// most, in dB.
const PEOPLE: [[f32; 2]; 4] = [[15.0, 40.0], [5.0, 20.0], [-5.0, 15.0], [-5.0, 25.0]];
/// What is beside somebody is heard alone in so many pieces.
const BEDS: usize = 90;
/// Of voices and of recordings so manyth are kept.
const KEPT_VOICE: usize = 8;
const KEPT_RECORDING: usize = 5;
/// A word is known by windows that end so near its end, in samples: from 40 ms before it to 200 ms behind it,
const KNOWN: std::ops::Range<isize> = -640..3_200;
/// and by none of those that end so much sooner.
const NOT_YET: isize = -4_480;
/// A rendition counts as heard where a window of these is likely enough.
pub const HEARD: std::ops::Range<isize> = -1_600..6_400;

/// A word somewhere.
pub struct Rendition {
    /// Where its windows are in the bank, and how far behind its end each is known, in samples.
    pub place: usize,
    pub known: Vec<isize>,
    /// Whether its voice is kept for choosing.
    pub kept: bool,
}

/// A sound without any word.
pub struct Stretch {
    pub place: usize,
    pub windows: usize,
    pub kept: bool,
}

/// All that is taught with.
pub struct Examples {
    pub bank: Bank,
    /// For each word.
    pub words: Vec<Vec<Rendition>>,
    pub without: Vec<Stretch>,
}

impl Rendition {
    /// The windows by which its word is to be known, and by which it is not yet.
    pub fn taught(&self) -> (impl Iterator<Item = usize>, impl Iterator<Item = usize>) {
        let places = || self.known.iter().enumerate().map(|(index, known)| (self.place + index, *known));
        let now = places().filter(|(_, known)| KNOWN.contains(known)).map(|(place, _)| place);
        let not_yet = places().filter(|(_, known)| *known < NOT_YET).map(|(place, _)| place);
        (now, not_yet.step_by(2))
    }
}

impl Examples {
    /// Puts all that was said, and people and music, into surroundings and hears it.
    ///
    /// # Errors
    /// When a thread dies.
    pub fn of(
        spoken: &Spoken,
        people: &[Teacher],
        music: &[Teacher],
        model: &EmbeddingModel,
        seed: u64,
        told: &(dyn Fn(&str) + Sync),
    ) -> Result<Self> {
        let beside = |kept: bool| Beside {
            people: joined(people, |number| is_kept(number) == kept),
            music: joined(music, |number| is_kept(number) == kept),
        };
        let (taught, choosing) = (beside(false), beside(true));
        let among = |kept: bool| if kept { &choosing } else { &taught };
        let voices: std::collections::BTreeSet<&str> =
            spoken.words.iter().flatten().map(|said| said.voice.as_str()).collect();
        let kept_voices: std::collections::BTreeSet<&str> =
            voices.iter().enumerate().filter(|(number, _)| number % KEPT_VOICE == 3).map(|(_, voice)| *voice).collect();
        let mut examples = Self { bank: Bank::default(), words: Vec::new(), without: Vec::new() };
        for (index, said) in spoken.words.iter().enumerate() {
            told(&format!("hearing word {} of {}", index + 1, spoken.words.len()));
            let words: Vec<(Vec<f32>, &Said)> = said.iter().map(|said| (trimmed(&said.sound), said)).collect();
            let count = words.len() * TIMES;
            let clips = WORDS.get(index).is_some_and(|word| word.is_short);
            let heard = in_parallel(count, |number| {
                let (word, said) = &words[number % words.len()];
                let mut random = chance(seed, 1 + index as u64, number);
                let kept = kept_voices.contains(said.voice.as_str());
                let its: Vec<&Said> = spoken.behind.iter().filter(|behind| behind.voice == said.voice).collect();
                let behind = match random.below(4) {
                    0 | 1 => None,
                    2 if !its.is_empty() => Some(trimmed(&its[random.below(its.len())].sound)),
                    _ => Some(trimmed(&people[random.below(people.len())].samples)),
                };
                let placed = placed(word, behind.as_deref(), clips, among(kept), &mut random);
                (Heard::of(&placed.sound, model), placed.end)
            })?;
            let keep = |(number, (heard, end)): (usize, (Heard, usize))| {
                let said = words[number % words.len()].1;
                let known = (0..heard.windows()).map(|window| heard.known(window) as isize - end as isize).collect();
                let kept = kept_voices.contains(said.voice.as_str());
                Rendition { place: examples.bank.keep(&heard), known, kept }
            };
            examples.words.push(heard.into_iter().enumerate().map(keep).collect());
        }
        told("hearing what only sounds like a word");
        let nearly: Vec<Vec<f32>> =
            spoken.nearly.iter().chain(&spoken.behind).map(|said| trimmed(&said.sound)).collect();
        let heard = in_parallel(nearly.len() * NEARLY_TIMES, |number| {
            let mut random = chance(seed, 11, number);
            Heard::of(&placed(&nearly[number % nearly.len()], None, false, &taught, &mut random).sound, model)
        })?;
        examples.without(heard, false);
        for (kept, beside) in [(false, &taught), (true, &choosing)] {
            for (pass, [least, most]) in PEOPLE.into_iter().enumerate() {
                told(&format!("hearing people, {} of {}{}", pass + 1, PEOPLE.len(), if kept { ", kept" } else { "" }));
                // Another time the pieces are cut elsewhere.
                let sound = beside.people.get(pass * PIECE / PEOPLE.len()..).unwrap_or_default();
                let pieces: Vec<&[f32]> = sound.chunks(PIECE).collect();
                let heard = in_parallel(pieces.len(), |number| {
                    let mut random = chance(seed, 20 + pass as u64 + if kept { 100 } else { 0 }, number);
                    let ratio_db = random.between(least, most);
                    Heard::of(&elsewhere(pieces[number], ratio_db, beside, &mut random), model)
                })?;
                examples.without(heard, kept);
            }
        }
        told("hearing music and noise");
        let pieces: Vec<&[f32]> = taught.music.chunks(PIECE).collect();
        let heard = in_parallel(pieces.len() + BEDS, |number| {
            let mut random = chance(seed, 30, number);
            let sound = match pieces.get(number) {
                Some(music) => elsewhere(music, random.between(10.0, 40.0), &taught, &mut random),
                None => alone(PIECE, &taught, &mut random),
            };
            Heard::of(&sound, model)
        })?;
        examples.without(heard, false);
        Ok(examples)
    }

    fn without(&mut self, heard: Vec<Heard>, kept: bool) {
        for heard in heard {
            let windows = heard.windows();
            self.without.push(Stretch { place: self.bank.keep(&heard), windows, kept });
        }
    }
}

fn is_kept(recording: usize) -> bool {
    recording % KEPT_RECORDING == 2
}

/// What is said in a recording, without what is around it.
fn trimmed(sound: &[f32]) -> Vec<f32> {
    let Some(span) = sound_span(sound) else { return sound.to_vec() };
    sound.get(span.first.saturating_sub(160)..span.end).unwrap_or_default().to_vec()
}

/// Recordings one after another.
fn joined(recordings: &[Teacher], wanted: impl Fn(usize) -> bool) -> Vec<f32> {
    let mut sound = Vec::new();
    for (_, recording) in recordings.iter().enumerate().filter(|(number, _)| wanted(*number)) {
        sound.extend_from_slice(&recording.samples);
        sound.resize(sound.len() + PAUSE, 0.0);
    }
    sound
}

/// What each number up to this gives, in its order, computed by as many threads as there are cores.
fn in_parallel<T: Send>(count: usize, each: impl Fn(usize) -> T + Sync) -> Result<Vec<T>> {
    let threads = thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let share = count.div_ceil(threads).max(1);
    let (each, mut all) = (&each, Vec::with_capacity(count));
    thread::scope(|scope| {
        let begin = |from: usize| scope.spawn(move || (from..(from + share).min(count)).map(each).collect::<Vec<T>>());
        let begun: Vec<_> = (0..count).step_by(share).map(begin).collect();
        for thread in begun {
            all.extend(thread.join().map_err(|_| anyhow!("a thread that hears died"))?);
        }
        Ok(all)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_many_threads_compute_comes_in_its_order() {
        for count in [0, 1, 5, 17] {
            let all = in_parallel(count, |number| number * 3).expect("nobody dies");
            assert_eq!(all, (0..count).map(|number| number * 3).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_word_is_known_around_its_end_and_not_in_its_middle() {
        let known = (-10..8).map(|window| window * 1_280 + 100).collect();
        let rendition = Rendition { place: 50, known, kept: false };
        let (now, not_yet) = rendition.taught();
        assert_eq!(now.collect::<Vec<_>>(), [60, 61, 62]);
        assert_eq!(not_yet.collect::<Vec<_>>(), [50, 52, 54, 56]);
    }
}

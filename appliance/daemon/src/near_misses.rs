//! Near misses as sound, where the owner agrees: what may have been a wake word and was taken for none. In memory only, the last
//! [`MOST`] of the last hour.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use crate::conductor::lock;

/// So many are kept,
pub const MOST: usize = 20;
/// each for so long,
const KEPT: Duration = Duration::from_secs(60 * 60);
/// and of each so much: before the end of what may have been the word, and behind it.
pub(crate) const BEFORE: Duration = Duration::from_millis(1_700);
pub(crate) const BEHIND: Duration = Duration::from_millis(300);
/// What belongs to an example of it: the longest name and little else, and what a word's end may be wrong by.
const EXAMPLE: std::ops::Range<usize> = BEFORE.as_millis() as usize - 1_300..BEFORE.as_millis() as usize + 100;
const SAMPLES_PER_MS: usize = 16;

/// One that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearMiss {
    /// By which it is meant; never used twice.
    pub number: u64,
    /// How long ago it was.
    pub ago: Duration,
    /// The wake word that it may have been.
    pub word: String,
    /// How likely that was, in percent.
    pub percent: u8,
    /// Somebody has said that it was theirs.
    pub mine: bool,
}

/// Those that are kept; clones are the same.
#[derive(Clone, Default)]
pub struct NearMisses(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    counted: u64,
    misses: VecDeque<(Instant, NearMiss, Arc<[i16]>)>,
    /// Whether somebody waits to forget the oldest.
    is_watched: bool,
}

impl NearMisses {
    /// Keeps one; the oldest goes where there are too many. `sound`: from [`BEFORE`] its end to [`BEHIND`] it, mono, 16 kHz.
    pub fn add(&self, word: String, percent: u8, sound: Arc<[i16]>) {
        let mut kept = lock(&self.0);
        kept.counted += 1;
        let miss = NearMiss { number: kept.counted, ago: Duration::ZERO, word, percent, mine: false };
        kept.misses.push_back((Instant::now(), miss, sound));
        if kept.misses.len() > MOST {
            kept.misses.pop_front();
        }
        if !std::mem::replace(&mut kept.is_watched, true) {
            tokio::spawn(self.clone().watch());
        }
    }

    /// Forgets each after its hour, whether or not anybody asks; ends when none is left.
    async fn watch(self) {
        loop {
            let oldest = {
                let mut kept = lock(&self.0);
                kept.misses.retain(|(at, ..)| at.elapsed() < KEPT);
                let Some((oldest, ..)) = kept.misses.front() else {
                    kept.is_watched = false;
                    return;
                };
                *oldest
            };
            tokio::time::sleep_until(oldest + KEPT).await;
        }
    }

    /// All that are kept, the oldest first.
    pub fn list(&self) -> Vec<NearMiss> {
        let aged = |(at, miss, _): &(Instant, NearMiss, Arc<[i16]>)| NearMiss { ago: at.elapsed(), ..miss.clone() };
        lock(&self.0).misses.iter().map(aged).collect()
    }

    /// Somebody says that this one was theirs: it and its sound, as an example of its word; none where it is not kept any more.
    pub fn take_as_mine(&self, number: u64) -> Option<(NearMiss, Vec<i16>)> {
        let mut kept = lock(&self.0);
        let (_, miss, sound) = kept.misses.iter_mut().find(|(_, miss, _)| miss.number == number)?;
        miss.mine = true;
        Some((miss.clone(), example(sound)))
    }

    /// The examples of a word that somebody said were theirs.
    pub fn mine(&self, word: &str) -> Vec<Vec<i16>> {
        let kept = lock(&self.0);
        let mine = kept.misses.iter().filter(|(_, miss, _)| miss.mine && miss.word == word);
        mine.map(|(.., sound)| example(sound)).collect()
    }

    /// One that somebody said was theirs is no example.
    pub fn is_no_example(&self, number: u64) {
        let mut kept = lock(&self.0);
        kept.misses.iter_mut().filter(|(_, miss, _)| miss.number == number).for_each(|(_, miss, _)| miss.mine = false);
    }

    /// Forgets all of them.
    pub fn clear(&self) {
        lock(&self.0).misses.clear();
    }
}

fn example(sound: &[i16]) -> Vec<i16> {
    let end = (EXAMPLE.end * SAMPLES_PER_MS).min(sound.len());
    sound.get(EXAMPLE.start * SAMPLES_PER_MS..end).unwrap_or_default().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> Arc<[i16]> {
        (0..32_000).map(|index| (index / 16) as i16).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_twenty_are_kept_for_an_hour_each_and_no_longer() {
        let misses = NearMisses::default();
        for _ in 0..25 {
            misses.add("hey jarvis".into(), 70, sound());
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        let numbers = |misses: &NearMisses| misses.list().iter().map(|miss| miss.number).collect::<Vec<_>>();
        assert_eq!(numbers(&misses), (6..=25).collect::<Vec<u64>>());
        assert_eq!(misses.list()[19].ago, Duration::from_secs(60));
        tokio::time::sleep(Duration::from_secs(50 * 60 + 1)).await;
        assert_eq!(lock(&misses.0).misses.len(), 9, "those of the last hour");
        tokio::time::sleep(Duration::from_secs(11 * 60)).await;
        assert!(lock(&misses.0).misses.is_empty() && !lock(&misses.0).is_watched, "nobody has asked");
        misses.add("hey jarvis".into(), 70, sound());
        misses.clear();
        assert!(misses.list().is_empty() && misses.take_as_mine(26).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_somebodys_is_an_example_that_ends_with_the_word() {
        let misses = NearMisses::default();
        misses.add("hey jarvis".into(), 70, sound());
        misses.add("alexa".into(), 60, sound());
        let (miss, example) = misses.take_as_mine(1).expect("it is kept");
        assert_eq!((miss.word.as_str(), miss.mine, example.len()), ("hey jarvis", true, 1_400 * SAMPLES_PER_MS));
        assert_eq!((example.first(), example.last()), (Some(&400), Some(&1_799)));
        assert_eq!((misses.mine("hey jarvis").len(), misses.mine("alexa").len()), (1, 0));
        misses.is_no_example(1);
        assert!(misses.mine("hey jarvis").is_empty());
    }
}

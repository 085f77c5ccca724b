//! Hours of speech in which nobody says the word.

use std::thread;

use anyhow::{Context, Result, anyhow};
use parley_speech::corpus::{people, read_aloud};
use parley_speech::default_folder;

use super::counts::Without;
use super::ear::{Ear, Taken, listener};
use super::surroundings::{Beside, Surroundings};
use crate::room;

const RATE: usize = 16_000;
/// At most so many sayings of each language are read: some twenty minutes.
const SAYINGS: usize = 150;
/// What is shorter is a syllable, 0.3 s.
const SHORTEST: usize = RATE * 3 / 10;
/// Between two stretches of speech.
const BETWEEN: usize = RATE / 4;

const SURROUNDINGS: [Surroundings; 4] = [
    Surroundings {
        name: "1 m, quiet",
        distance_m: Some(1.0),
        speed: 1.0,
        dbfs: -32.0,
        beside: Beside::Nothing,
        ratio_db: 0.0,
    },
    Surroundings {
        name: "3 m, pink noise at 10 dB",
        distance_m: Some(3.0),
        speed: 1.0,
        dbfs: -40.0,
        beside: Beside::Pink,
        ratio_db: 10.0,
    },
    Surroundings {
        name: "near, music at 5 dB",
        distance_m: None,
        speed: 1.0,
        dbfs: -28.0,
        beside: Beside::Music,
        ratio_db: 5.0,
    },
    Surroundings {
        name: "near, babble at 5 dB",
        distance_m: None,
        speed: 1.0,
        dbfs: -28.0,
        beside: Beside::Babble,
        ratio_db: 5.0,
    },
];

/// A stretch of speech.
pub struct Stretch {
    id: String,
    is_of_people: bool,
    sound: Vec<f32>,
}

/// All that there is.
pub struct Corpus(Vec<Stretch>);

impl Corpus {
    pub fn prepare() -> Result<Self> {
        let folder = default_folder();
        let recorded = people(&folder)?.into_iter();
        let mut stretches: Vec<Stretch> =
            recorded.map(|told| Stretch { id: told.id, is_of_people: true, sound: told.samples }).collect();
        for clip in read_aloud(&folder, SAYINGS)? {
            let sound = parley_audio::wav::load(&folder.join(&clip.file), RATE as u32)?;
            let span = clip.sound.first..clip.sound.end.min(sound.len());
            let spoken = sound.get(span).with_context(|| format!("{} is shorter than its index says", clip.id))?;
            let sound = spoken.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
            stretches.push(Stretch { id: format!("{}:{}", clip.language, clip.id), is_of_people: false, sound });
        }
        stretches.retain(|stretch| stretch.sound.len() >= SHORTEST);
        Ok(Self(stretches))
    }

    /// Hours of speech that was not mixed yet; of all, and of what people recorded.
    pub fn hours(&self) -> [f64; 2] {
        let hours = |people_only: bool| {
            let counted = self.0.iter().filter(|stretch| stretch.is_of_people || !people_only);
            counted.map(|stretch| room::time(stretch.sound.len()).as_secs_f64() / 3_600.0).sum()
        };
        [hours(false), hours(true)]
    }

    /// Listens for so many hours in all, in each of the surroundings at the same time; what was in doubt comes with it.
    pub fn listen(&self, named: &str, hours: f64) -> Result<Vec<(Without, Vec<Taken>)>> {
        let samples = (hours * 3_600.0 * RATE as f64 / SURROUNDINGS.len() as f64) as usize;
        thread::scope(|scope| {
            let begin =
                |(number, surroundings)| scope.spawn(move || self.listen_in(number, surroundings, named, samples));
            let listening: Vec<_> = SURROUNDINGS.iter().enumerate().map(begin).collect();
            let end = |thread: thread::ScopedJoinHandle<'_, _>| thread.join().map_err(|_| anyhow!("it panicked"))?;
            listening.into_iter().map(end).collect()
        })
    }

    fn listen_in(
        &self,
        number: usize,
        surroundings: &Surroundings,
        named: &str,
        samples: usize,
    ) -> Result<(Without, Vec<Taken>)> {
        let mut ear = Ear::new(listener(named)?);
        let (mut bed, mut begun) = (surroundings.bed(number as u64 + 1), Vec::new());
        // Each of them begins elsewhere, and goes round.
        let from = self.0.len() * number / SURROUNDINGS.len();
        for (round, stretch) in self.0.iter().cycle().skip(from).enumerate() {
            if ear.heard() >= samples {
                break;
            }
            begun.push((ear.heard(), stretch.id.as_str()));
            let mut voice = surroundings.voice(&stretch.sound, round as u64);
            voice.resize(voice.len() + BETWEEN, 0.0);
            ear.push(&bed.under(&voice));
        }
        let (sure, doubts): (Vec<_>, Vec<_>) = std::mem::take(&mut ear.taken).into_iter().partition(|taken| taken.sure);
        let in_recording = |taken: &Taken| {
            let before = begun.iter().rev().find(|(at, _)| *at <= taken.at);
            before.map_or_else(String::new, |(_, id)| (*id).to_owned())
        };
        let without = Without {
            condition: surroundings.name,
            hours: room::time(ear.heard()).as_secs_f64() / 3_600.0,
            false_accepts: sure.len(),
            in_recordings: sure.iter().map(in_recording).collect(),
            doubts: doubts.len(),
            confirmed: None,
        };
        Ok((without, doubts))
    }
}

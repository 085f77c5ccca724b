//! "Stop", which ends an answer: whether it is heard wherever it falls between two embeddings, how soon, and how often
//! in vain.

use anyhow::Result;
use parley_e2e::said::Said;
use parley_speech::sound_span;
use serde::Serialize;

use super::called::WHERE_CALLED;
use super::ear::{Ear, STOP, listener};
use super::speakers;
use super::surroundings::{Beside, Surroundings};
use crate::room::{percentile, wilson};

/// What is said.
const SAID: [&str; 2] = ["Stop!", "Okay, stop."];
/// One embedding comes 80 ms after another, and sound begins at each 10 ms between them.
const GRID: usize = 1_280;
const SHIFT: usize = 160;
/// Before and behind what is said, in samples.
const BEFORE: usize = 32_000;
const BEHIND: usize = 16_000;

/// At the microphone, where there is no other sound at all, as in recordings that are played to a program.
const IN_NOTHING: Surroundings = Surroundings {
    name: "at the microphone, digital silence",
    distance_m: None,
    speed: 1.0,
    dbfs: -20.0,
    beside: Beside::Nothing,
    ratio_db: 0.0,
};

/// How often it was heard.
#[derive(Serialize)]
pub struct Stopped {
    condition: &'static str,
    /// Recordings, each at every place between two embeddings: all of them together.
    of: usize,
    heard: usize,
    heard_95: [f64; 2],
    /// How many recordings there are, and how many were heard at every place.
    recordings: usize,
    everywhere: usize,
    /// From the last sound until it is known: the median, and 95 %.
    after_ms: [f64; 2],
    /// Recordings that were missed somewhere, each with how often.
    missed: Vec<String>,
}

/// Everybody in each of the surroundings.
pub async fn measure() -> Result<Vec<Stopped>> {
    let said = speakers::everybody(&SAID).await?;
    [IN_NOTHING, WHERE_CALLED[0], WHERE_CALLED[2], WHERE_CALLED[6]].iter().map(|here| stopped(&said, here)).collect()
}

fn stopped(said: &[Said], here: &Surroundings) -> Result<Stopped> {
    let (mut missed, mut after_ms, mut of, mut heard, mut everywhere) = (Vec::new(), Vec::new(), 0, 0, 0);
    for (number, said) in said.iter().enumerate() {
        let end = sound_span(&said.sound).map_or(said.sound.len(), |span| span.end);
        let voice = here.voice(&said.sound, number as u64);
        let mut times = 0;
        for shift in (0..GRID).step_by(SHIFT) {
            let mut sound = vec![0.0; BEFORE + shift];
            sound.extend_from_slice(&voice);
            sound.resize(sound.len() + BEHIND, 0.0);
            if *here != IN_NOTHING {
                sound = here.bed(number as u64 + 1).under(&sound);
            }
            let mut ear = Ear::new(listener(STOP)?);
            ear.push(&sound);
            let last = BEFORE + shift + end;
            if let Some(taken) = ear.taken.first() {
                times += 1;
                after_ms.push((taken.at as f64 - last as f64) / 16.0);
            }
        }
        let places = GRID / SHIFT;
        (of, heard) = (of + places, heard + times);
        everywhere += usize::from(times == places);
        if times < places {
            missed.push(format!("{} {:?} {}", said.voice, said.text, places - times));
        }
    }
    Ok(Stopped {
        condition: here.name,
        of,
        heard,
        heard_95: wilson(heard, of),
        recordings: said.len(),
        everywhere,
        after_ms: [0.5, 0.95].map(|share| percentile(&mut after_ms, share)),
        missed,
    })
}

impl Stopped {
    pub fn line(&self) -> String {
        let Self { condition, of, heard, heard_95: [least, most], recordings, everywhere, after_ms, missed } = self;
        let missed = if missed.is_empty() { String::new() } else { format!("; missed of {}", missed.join(", ")) };
        format!(
            "{condition:<34} \"stop\" heard in {heard} of {of} ({:.1} %, {:.0}-{:.0}), at every place in {everywhere} of {recordings}, \
             {:.0} ms after its last sound ({:.0} ms at 95 %){missed}",
            100.0 * *heard as f64 / (*of).max(1) as f64,
            100.0 * least,
            100.0 * most,
            after_ms[0],
            after_ms[1]
        )
    }
}

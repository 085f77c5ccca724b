//! The word, or what sounds like it, by many voices in many surroundings.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::Result;
use parley_e2e::said::Said;
use parley_e2e::speed::at_speed;

use super::counts::Called;
use super::ear::{Ear, Taken, listener};
use super::surroundings::{Beside, Surroundings};

/// What ends within so many samples after a voice is its: a second.
const AFTER: usize = 16_000;

const fn pink(name: &'static str, distance_m: f32, speed: f64, dbfs: f32) -> Surroundings {
    Surroundings { name, distance_m: Some(distance_m), speed, dbfs, beside: Beside::Pink, ratio_db: 10.0 }
}

const fn quiet(name: &'static str, distance_m: f32, dbfs: f32) -> Surroundings {
    Surroundings { name, distance_m: Some(distance_m), speed: 1.0, dbfs, beside: Beside::Nothing, ratio_db: 0.0 }
}

/// Six decibels are lost with each doubling of the distance.
pub const WHERE_CALLED: [Surroundings; 7] = [
    quiet("0.5 m, quiet", 0.5, -26.0),
    pink("0.5 m, pink noise at 10 dB", 0.5, 1.0, -26.0),
    pink("2 m, pink noise at 10 dB", 2.0, 1.0, -38.0),
    pink("4 m, pink noise at 10 dB", 4.0, 1.0, -44.0),
    pink("1 m, slower (0.8), pink at 10 dB", 1.0, 0.8, -32.0),
    pink("1 m, faster (1.25), pink at 10 dB", 1.0, 1.25, -32.0),
    Surroundings {
        name: "1 m, music at 0 dB",
        distance_m: Some(1.0),
        speed: 1.0,
        dbfs: -32.0,
        beside: Beside::Music,
        ratio_db: 0.0,
    },
];
pub const WHERE_NEARLY: [Surroundings; 2] = [WHERE_CALLED[0], WHERE_CALLED[2]];

/// What was taken for the word by each voice, and what where none spoke.
pub struct Judged {
    pub each: Vec<Vec<Taken>>,
    pub elsewhere: Vec<Taken>,
}

/// Whose it is what was taken for the word.
pub fn judge(places: &[Range<usize>], taken: Vec<Taken>) -> Judged {
    let mut judged = Judged { each: places.iter().map(|_| Vec::new()).collect(), elsewhere: Vec::new() };
    for taken in taken {
        let place = places.iter().position(|place| (place.start..place.end + AFTER).contains(&taken.at));
        place.map_or(&mut judged.elsewhere, |place| &mut judged.each[place]).push(taken);
    }
    judged
}

/// Counts what each voice's word was taken for; gives back what was in doubt about those that were not heard for certain.
pub fn missed(called: &mut Called, said: &[Said], each: Vec<Vec<Taken>>) -> Vec<Taken> {
    let (mut doubts, mut missed) = (Vec::new(), BTreeMap::<&str, usize>::new());
    for (said, taken) in said.iter().zip(each) {
        if taken.iter().any(|taken| taken.sure) {
            called.sure += 1;
            continue;
        }
        *missed.entry(said.voice.as_str()).or_default() += 1;
        doubts.extend(taken.into_iter().next());
    }
    called.doubts = doubts.len();
    called.missed = missed.into_iter().map(|(voice, times)| format!("{voice} {times}")).collect();
    called.close();
    doubts
}

/// Everybody, one after another.
pub fn measure(
    named: &str,
    who: &'static str,
    said: &[Said],
    surroundings: &Surroundings,
) -> Result<(Called, Vec<Taken>)> {
    let mut called = Called::new(surroundings.name, who, said.len());
    let doubts = missed(&mut called, said, hear(named, said, surroundings)?);
    Ok((called, doubts))
}

/// What sounds like the word and was taken for it; the phrases that were stand in the place of the voices.
pub fn nearly(named: &str, said: &[Said], surroundings: &Surroundings) -> Result<(Called, Vec<Taken>)> {
    let mut called = Called::new(surroundings.name, "near misses", said.len());
    let each = hear(named, said, surroundings)?;
    let taken_for = |(said, taken): (&Said, &Vec<Taken>)| {
        taken.iter().any(|taken| taken.sure).then(|| format!("{} {:?}", said.voice, said.text))
    };
    let heard: Vec<String> = said.iter().zip(&each).filter_map(taken_for).collect();
    let doubts = missed(&mut called, said, each);
    (called.missed, called.heard) = (Vec::new(), heard);
    Ok((called, doubts))
}

/// What each voice's word was taken for.
fn hear(named: &str, said: &[Said], surroundings: &Surroundings) -> Result<Vec<Vec<Taken>>> {
    let voices: Vec<Vec<f32>> = said.iter().map(|said| at_speed(&said.sound, surroundings.speed)).collect();
    let (sound, places) = surroundings.one_after_another(voices.iter().map(Vec::as_slice), 23);
    let mut ear = Ear::new(listener(named)?);
    ear.push(&sound);
    Ok(judge(&places, ear.taken).each)
}

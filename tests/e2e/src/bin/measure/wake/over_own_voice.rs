//! The word while Parley itself speaks or plays music, as loud at the microphone as whoever says it: in simulated rooms, with
//! the product's canceller between them.

use anyhow::Result;
use parley_conversation::Position;
use parley_e2e::acoustics::{Acoustics, LOUDSPEAKER_HZ, Moment};
use parley_e2e::level::{louder, louder_half_dbfs};
use parley_e2e::said::Said;
use parley_echo::EchoCanceller;
use parley_speech::SpeechSets;
use parley_speech::room::SimulatedRoom;

use super::called::{judge, missed};
use super::counts::{Called, Without};
use super::ear::{Ear, Taken, listener};
use super::surroundings::across;
use crate::echo::{JITTER_S, OWN_DBFS, ROOMS, looped, own_voice, without_pauses};
use crate::room;
use crate::voice_activity::music;

const RATE: usize = 16_000;
/// It has spoken for so long before the first of them, and each has so much time.
const BEFORE: usize = 20 * RATE;
const EVERY: usize = 5 * RATE;
/// How far away people are, in metres.
const DISTANCE_M: f32 = 1.0;
/// What it plays in rooms in which that is as loud as people are; across a room it never is.
const PLAYED: [(Played, [&str; 3]); 2] = [
    (Played::Voice, ["over its own voice, desk", "over its own voice, living room", "over its own voice, kitchen"]),
    (Played::Music, ["over its own music, desk", "over its own music, living room", "over its own music, kitchen"]),
];
/// Music goes round after so long, in samples: a minute.
const ROUND: usize = 60 * RATE;

#[derive(Clone, Copy)]
enum Played {
    Voice,
    /// Chords of plucked strings, computed.
    Music,
}

/// What was found in a room, and what its own voice was taken for, each with what was in doubt.
pub type InARoom = ((Called, Vec<Taken>), (Without, Vec<Taken>));

pub fn measure(named: &str, said: &[Said], sets: &SpeechSets) -> Result<Vec<InARoom>> {
    let mut measured = Vec::new();
    for (played, names) in PLAYED {
        let own = match played {
            // People are to speak over it.
            Played::Voice => without_pauses(&own_voice(sets)?),
            Played::Music => louder(&music(ROUND, 29), OWN_DBFS),
        };
        for (room, name) in ROOMS.into_iter().zip(names) {
            measured.push(in_room(named, said, name, room, &own)?);
        }
    }
    Ok(measured)
}

fn in_room(named: &str, said: &[Said], name: &'static str, room: SimulatedRoom, own: &[f32]) -> Result<InARoom> {
    let played = looped(own, BEFORE + said.len() * EVERY, 0);
    let minute = played.get(..60 * RATE).unwrap_or(&played);
    let dbfs = louder_half_dbfs(&room.echo(minute, 0.0, 1));
    let (mut near, mut places) = (vec![0.0; played.len()], Vec::new());
    for (number, said) in said.iter().enumerate() {
        let voice = louder(&across(&said.sound, DISTANCE_M, number as u64), dbfs);
        let at = BEFORE + number * EVERY;
        let voice = voice.get(..voice.len().min(EVERY)).unwrap_or_default();
        near[at..at + voice.len()].copy_from_slice(voice);
        places.push(at..at + voice.len());
    }
    let acoustics = Acoustics { room, faster_ppm: 0.0, jitter_s: JITTER_S, played: &played, near: &near, seed: 19 };
    let devices = acoustics.devices()?;
    let canceller = EchoCanceller::new(devices.tap.clone(), LOUDSPEAKER_HZ)?;
    let mut ear = Ear::new(listener(named)?.with_canceller(Box::new(canceller)));
    devices.listen(|frame, Moment { end, arrived }| {
        ear.hear(&frame.map(|sample| (sample * 32_767.0) as i16), Position(end), arrived.into());
    });
    let heard = ear.heard();
    let judged = judge(&places, ear.taken);
    let mut called = Called::new(name, "voices", said.len());
    let doubts = missed(&mut called, said, judged.each);
    let spoken: usize = places.iter().map(ExactSizeIterator::len).sum();
    let (sure, alone): (Vec<_>, Vec<_>) = judged.elsewhere.into_iter().partition(|taken| taken.sure);
    let without = Without {
        condition: name,
        hours: room::time(heard - spoken).as_secs_f64() / 3_600.0,
        false_accepts: sure.len(),
        in_recordings: Vec::new(),
        doubts: alone.len(),
        confirmed: None,
    };
    Ok(((called, doubts), (without, alone)))
}

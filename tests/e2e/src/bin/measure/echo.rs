//! How much of its own voice Parley takes out of what it hears, and what that is worth: in simulated rooms.
//!
//! The rooms are simulated (`parley_speech::room`), as everything that is printed says; the voices are recordings. What
//! Parley "says" are prompts in other languages than what people say to it.

mod double_talk;
mod far_end;
pub(crate) mod interrupting;
mod levels;
pub(crate) mod listened;
mod memory;
mod own_voice;

use anyhow::{Result, ensure};
use clap::{Args, ValueEnum};
use parley_audio::capture::FRAME_RATE_HZ;
use parley_e2e::level::power;
use parley_speech::SpeechSets;
use parley_speech::room::SimulatedRoom;
use serde::Serialize;

use self::far_end::FarEnd;
use self::interrupting::Interrupting;
use self::levels::at_level;
use self::memory::Memory;
use self::own_voice::OwnVoice;
use crate::room::{samples, speech};

const RATE: usize = FRAME_RATE_HZ as usize;
/// The device on its own desk, in ordinary rooms, and a loudspeaker across the room.
pub(crate) const ROOMS: [SimulatedRoom; 4] = [
    SimulatedRoom { name: "desk", reverberates_s: 0.25, distance_m: 0.15, device_ms: 20.0, drive: 1.0, gain: 0.7 },
    SimulatedRoom { name: "living room", reverberates_s: 0.4, distance_m: 0.3, device_ms: 20.0, drive: 1.0, gain: 0.5 },
    SimulatedRoom { name: "kitchen", reverberates_s: 0.6, distance_m: 0.3, device_ms: 35.0, drive: 1.5, gain: 0.5 },
    SimulatedRoom { name: "far away", reverberates_s: 0.4, distance_m: 1.5, device_ms: 20.0, drive: 1.0, gain: 0.25 },
];
const DRIFTS_PPM: [f64; 4] = [0.0, 20.0, 100.0, 200.0];
/// Times of devices are wrong by up to a tenth of a millisecond either way.
pub(crate) const JITTER_S: f64 = 0.000_1;
/// Its own voice, digitally, and people at the microphone, in dBFS while they speak.
pub(crate) const OWN_DBFS: f32 = -20.0;
pub(crate) const NEAR_DBFS: f32 = -28.0;
/// Between two sentences of its own voice, and after every eighth.
const GAP: usize = RATE / 3;
const LONG_GAP: usize = RATE * 2;
/// What is listened for beside people, where wake words are.
const WAKE_WORDS: [&str; 2] = ["hey jarvis", "hey parley"];

#[derive(Args)]
pub struct Options {
    /// How long it speaks without anybody else in each of the four rooms, in minutes
    #[arg(long, default_value_t = 15)]
    minutes: usize,
    /// Only these parts
    #[arg(long = "part", value_name = "PART", value_enum)]
    parts: Vec<Part>,
    /// While it speaks "hey jarvis", "hey parley" and "stop" are listened for, too
    #[arg(long)]
    wake_words: bool,
    /// Only these rooms, by their names
    #[arg(long = "room", value_name = "ROOM", value_parser = ROOMS.map(|room| room.name))]
    rooms: Vec<String>,
    /// Others interrupt it, by whom thresholds may be chosen
    #[arg(long)]
    tuning: bool,
    /// Tells of everybody who interrupts, too: in ms, until it is silent, and where nothing plays
    #[arg(long)]
    each: bool,
    /// One line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// What is left of its own voice where nobody else speaks
    FarEnd,
    /// People over its own voice: found, and how soon it is silent
    Interrupting,
    /// Its own voice alone: does it interrupt or wake itself?
    OwnVoice,
    /// People over its own voice: what is understood of them
    Words,
    /// How much memory listening takes, with a canceller and with wake words
    Memory,
}

/// What was measured.
#[derive(Serialize)]
struct EchoReport {
    rooms: &'static str,
    far_end_alone: Vec<FarEnd>,
    own_voice: Vec<OwnVoice>,
    barge_in: Vec<Interrupting>,
    double_talk: Option<double_talk::Words>,
    memory: Option<Memory>,
}

pub async fn run(options: &Options) -> Result<()> {
    let sets = speech()?;
    let own = own_voice(&sets)?;
    let say = |line: String| {
        if !options.json {
            println!("{line}");
        }
    };
    let wanted = |part: Part| options.parts.is_empty() || options.parts.contains(&part);
    let in_room = |room: &SimulatedRoom| options.rooms.is_empty() || options.rooms.iter().any(|name| name == room.name);
    let rooms: Vec<SimulatedRoom> = ROOMS.into_iter().filter(in_room).collect();
    say("all rooms are simulated; own voice at -20 dBFS digitally, people at -28 dBFS at the microphone".into());
    let mut report = EchoReport {
        rooms: "simulated",
        far_end_alone: Vec::new(),
        own_voice: Vec::new(),
        barge_in: Vec::new(),
        double_talk: None,
        memory: None,
    };
    if wanted(Part::Memory) {
        // First: what others leave behind would be used again.
        let memory = memory::measure()?;
        say(memory.line());
        report.memory = Some(memory);
    }
    if wanted(Part::FarEnd) {
        for (room, ppm) in rooms.iter().flat_map(|room| DRIFTS_PPM.map(|ppm| (*room, ppm))) {
            let far = far_end::measure(room, ppm, looped(&own, 90 * RATE, 0))?;
            say(far.line());
            report.far_end_alone.push(far);
        }
    }
    if wanted(Part::Interrupting) {
        let people = interrupting::interrupters(&sets, options.tuning)?;
        for (room, ppm) in rooms.iter().flat_map(|room| [(*room, 0.0), (*room, 100.0)]) {
            let came = interrupting::measure(&people, room, ppm, &own)?;
            say(came.line());
            if options.each {
                say(came.each());
            }
            report.barge_in.push(came);
        }
    }
    if wanted(Part::OwnVoice) {
        let words: &[&str] = if options.wake_words { &WAKE_WORDS } else { &[] };
        for (number, room) in rooms.iter().copied().enumerate() {
            let played = looped(&own, options.minutes * 60 * RATE, number * own.len() / ROOMS.len());
            let heard = own_voice::measure(room, &played, words)?;
            say(heard.line());
            report.own_voice.push(heard);
        }
    }
    if wanted(Part::Words) {
        let words = double_talk::measure(&sets, &rooms, &own).await?;
        say(words.line());
        report.double_talk = Some(words);
    }
    if options.json {
        println!("{}", serde_json::to_string(&report)?);
    }
    Ok(())
}

/// What Parley says: an hour's worth of different sentences is not there, so it goes round.
pub(crate) fn own_voice(sets: &SpeechSets) -> Result<Vec<f32>> {
    let mut own = Vec::new();
    let clips = sets.languages.iter().filter(|(language, _)| *language != "en").flat_map(|(_, clips)| clips);
    for (number, clip) in clips.enumerate() {
        own.extend(at_level(&samples(sets, clip)?, OWN_DBFS));
        own.extend(std::iter::repeat_n(0.0, if number % 8 == 7 { LONG_GAP } else { GAP }));
    }
    ensure!(own.len() > 60 * RATE, "there are recordings in other languages");
    Ok(own)
}

pub(crate) fn looped(own: &[f32], samples: usize, from: usize) -> Vec<f32> {
    own.iter().cycle().skip(from).take(samples).copied().collect()
}

/// The same without its pauses.
pub(crate) fn without_pauses(own: &[f32]) -> Vec<f32> {
    own.chunks(RATE / 10).filter(|part| power(part) > 1e-9).flatten().copied().collect()
}

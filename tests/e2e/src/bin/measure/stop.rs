//! How soon Parley is silent after "stop", and after a key.
//!
//! In simulated rooms people say it over Parley's own voice, and all that listens is the product's. In real time Parley tells a
//! story on its own engines, and a key or the word ends it: nothing of the loudspeaker is in that microphone.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use parley_audio::capture::FRAME_SAMPLES;
use parley_conversation::{BargeIn, Event, Notice};
use parley_daemon::rehearsal::Room;
use parley_e2e::acoustics::Acoustics;
use parley_e2e::level::louder;
use parley_speech::room::SimulatedRoom;
use parley_speech::{SoundSpan, sound_span};

use crate::barge_in::{LATER_EACH_TIME, PLACES, SPEAKS_FOR, begin_story, for_stories, silence_after};
use crate::echo::interrupting::{BEFORE, FOUND_WITHIN_S, one_after_another, until_silent_ms};
use crate::echo::listened::{Known, listen};
use crate::echo::{JITTER_S, NEAR_DBFS, ROOMS, looped, own_voice, without_pauses};
use crate::room::{hush, next_notice, open_with, percentile, speech, time};
use crate::wake::{ear, speakers};

/// What wakes Parley where it is stopped: "stop" is listened for where something does.
const WORD: &str = "hey jarvis";
/// The word alone, and behind another.
const SAID: [&str; 2] = ["Stop.", "Please, stop."];
/// Rooms in which its own voice is as loud as people's.
const LOUD_ROOMS: usize = 3;
/// Keys that are pressed.
const KEYS: u32 = 24;
/// What comes of it is known after so long.
const WATCHED: Duration = Duration::from_secs(2);
/// The targets, in ms: after the word's last sound, and after a detection or a key.
const AFTER_THE_WORD_MS: f64 = 300.0;
const AFTER_A_KEY_MS: f64 = 100.0;

/// Somebody says it.
struct Stopper {
    voice: String,
    sound: Vec<f32>,
    span: SoundSpan,
}

pub async fn run() -> Result<()> {
    let stoppers = stoppers().await?;
    let own = without_pauses(&own_voice(&speech()?)?);
    for room in ROOMS.into_iter().take(LOUD_ROOMS) {
        println!("{}", simulated(&stoppers, room, &own)?);
    }
    in_real_time(&stoppers).await
}

/// The voices by which no head was taught.
async fn stoppers() -> Result<Vec<Stopper>> {
    let mut stoppers = Vec::new();
    for said in speakers::everybody(&SAID).await? {
        let sound = louder(&said.sound, NEAR_DBFS);
        let span = sound_span(&sound).with_context(|| format!("{} says nothing", said.voice))?;
        stoppers.push(Stopper { voice: format!("{} {:?}", said.voice, said.text), sound, span });
    }
    Ok(stoppers)
}

/// Over its own voice, in ms after the word's last sound.
fn simulated(stoppers: &[Stopper], room: SimulatedRoom, own: &[f32]) -> Result<String> {
    let (near, places) = one_after_another(stoppers.iter().map(|one| one.sound.as_slice()), BEFORE);
    let played = looped(own, near.len(), 0);
    let acoustics = Acoustics { room, faster_ppm: 0.0, jitter_s: JITTER_S, played: &played, near: &near, seed: 31 };
    let heard = listen(&acoustics, true, &[WORD])?;
    let (mut by_word, mut by_either, mut not_known) = (Vec::new(), Vec::new(), Vec::new());
    for (at, Stopper { voice, span, .. }) in places.into_iter().zip(stoppers) {
        let after = |known: &[Known]| {
            let within = |frame: usize| {
                let end = (frame + 1) * FRAME_SAMPLES;
                end > at + span.first && time(end.saturating_sub(at + span.end)).as_secs_f64() <= FOUND_WITHIN_S
            };
            let (frame, waited) = known.iter().find(|(frame, _)| within(*frame))?;
            let after = ((frame + 1) * FRAME_SAMPLES) as f64 - (at + span.end) as f64;
            Some(until_silent_ms(after / 16_000.0, *waited))
        };
        let (word, voice_alone) = (after(&heard.stops), after(&heard.onsets));
        by_word.extend(word);
        by_either.extend(word.into_iter().chain(voice_alone).min_by(f64::total_cmp));
        if word.is_none() {
            not_known.push(voice.as_str());
        }
    }
    Ok(format!(
        "{:<12} (simulated) after the last sound of \"stop\" over its own voice: by the word alone {}; by the word or because somebody speaks {}; \
         the word is not known of {not_known:?}",
        room.name,
        told(by_word, stoppers.len(), AFTER_THE_WORD_MS),
        told(by_either, stoppers.len(), AFTER_THE_WORD_MS)
    ))
}

/// A key, and the word where speech alone interrupts nothing.
async fn in_real_time(stoppers: &[Stopper]) -> Result<()> {
    let room = open_with(ear::words(WORD)?, |settings| {
        for_stories(settings);
        settings.barge_in = BargeIn::Key;
    })
    .await?;
    let mut after_key = Vec::new();
    for number in 0..KEYS {
        tell_story(&room, number).await?;
        let pressed = Instant::now();
        room.handle().control.send(Event::Interrupt).await?;
        tokio::time::sleep(WATCHED).await;
        after_key.extend(silent_ms(&room, pressed));
    }
    println!("in real time, after a key: {}", told(after_key, KEYS as usize, AFTER_A_KEY_MS));
    let (mut after_word, mut after_known, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for (number, Stopper { voice, sound, span }) in (0..).zip(stoppers) {
        tell_story(&room, number).await?;
        let mut observations = room.handle().observations.subscribe();
        let playing = room.say(sound.iter().map(|sample| (sample * 32_767.0) as i16).collect())?;
        let until = Instant::now() + time(sound.len()) + WATCHED;
        let mut known = None;
        while let Some((at, notice)) = next_notice(&mut observations, until).await? {
            if matches!(notice, Notice::Ended { .. }) {
                known = known.or(Some(at));
            }
        }
        let Some(known) = known else {
            unknown.push(voice.as_str());
            continue;
        };
        after_known.extend(silent_ms(&room, known));
        let ended = playing.started_at().context("the word was not played")? + time(span.end);
        after_word.extend(silent_ms(&room, ended));
    }
    println!("in real time, after \"stop\" is known: {}", told(after_known, stoppers.len(), AFTER_A_KEY_MS));
    println!("in real time, after its last sound: {}", told(after_word, stoppers.len(), AFTER_THE_WORD_MS));
    println!("not known of {unknown:?}");
    room.close().await;
    Ok(())
}

/// Not always at the same word of the story.
async fn tell_story(room: &Room, number: u32) -> Result<()> {
    hush(room).await?;
    let speaking = begin_story(room).await?;
    tokio::time::sleep_until((speaking + SPEAKS_FOR + LATER_EACH_TIME * (number % PLACES)).into()).await;
    Ok(())
}

/// From a moment until nothing was heard any more, 0 where a gap between two words was silent already; `None` where Parley
/// went on.
fn silent_ms(room: &Room, since: Instant) -> Option<f64> {
    silence_after(room, since).map(|silent| silent.as_secs_f64() * 1e3)
}

fn told(mut ms: Vec<f64>, of: usize, target_ms: f64) -> String {
    let in_time = ms.iter().filter(|ms| **ms <= target_ms).count();
    format!(
        "silent in {} of {of}, {in_time} within {target_ms:.0} ms, median {:.0} ms, 95 % {:.0} ms, most {:.0} ms",
        ms.len(),
        percentile(&mut ms, 0.5),
        percentile(&mut ms, 0.95),
        percentile(&mut ms, 1.0)
    )
}

//! Speech over an answer: how soon there is silence, and what makes the answer go on.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use parley_conversation::{Event, Notice, Outcome, Settings};
use parley_daemon::rehearsal::Room;
use parley_speech::{Clip, Interruption};

use crate::room::{hush, next_notice, open, percentile, samples, speech, time, with_headset};

/// What is answered at length, and alike every time: nothing of earlier answers is remembered.
const QUESTION: &str = "Tell me the story of a ship, a storm and a lighthouse, from its beginning to its end.";
const PERSONA: &str = "You tell long stories with many sentences.";
/// How long Parley speaks before somebody interrupts: not always at the same word of the story.
pub const SPEAKS_FOR: Duration = Duration::from_millis(1_500);
pub const LATER_EACH_TIME: Duration = Duration::from_millis(130);
pub const PLACES: u32 = 9;
/// Whoever is answered sooner found silence already: a gap between two words, or a breath that was heard first.
const ALREADY_SILENT_MS: f64 = 20.0;
/// How long to see what comes of it.
const WATCHED: Duration = Duration::from_secs(4);
/// Sounds above this are speech, in the loudspeaker's recording.
pub const AUDIBLE: u16 = 100;
/// Silence of this length is not a gap between two words.
const SILENCE: Duration = Duration::from_millis(600);

struct Interrupted {
    gave_way: bool,
    /// From the speaker's onset until nothing more was heard; `None` where Parley went on.
    silent_after: Option<Duration>,
}

pub async fn run() -> Result<()> {
    let sets = speech()?;
    let room = open(|settings| {
        with_headset(settings);
        for_stories(settings);
    })
    .await?;
    let mut silences = Vec::new();
    let mut right = BTreeMap::<String, (usize, usize)>::new();
    for (number, clip) in (0..).zip(&sets.barge_in) {
        let after = SPEAKS_FOR + LATER_EACH_TIME * (number % PLACES);
        let came = interrupt(&room, after, samples(&sets, &clip.clip)?, &clip.clip).await?;
        let wanted = clip.interruption == Interruption::Words;
        let tally = right.entry(format!("{:?}", clip.interruption)).or_default();
        tally.0 += usize::from(came.gave_way == wanted);
        tally.1 += 1;
        if clip.interruption != Interruption::Noise {
            silences.push(came.silent_after.map_or(f64::INFINITY, |silence| silence.as_secs_f64() * 1e3));
        }
        println!(
            "{:<28} {:<16} silent after {:<8} {}",
            clip.clip.id,
            format!("{:?}", clip.interruption),
            came.silent_after.map_or("–".into(), |silence| format!("{:.0} ms", silence.as_secs_f64() * 1e3)),
            if came.gave_way { "gave way" } else { "went on" }
        );
    }
    for (kind, (right, all)) in right {
        println!("{kind}: {right} of {all} as they should be");
    }
    let already = silences.iter().filter(|ms| **ms < ALREADY_SILENT_MS).count();
    silences.retain(|ms| *ms >= ALREADY_SILENT_MS);
    let within = silences.iter().filter(|ms| **ms <= 150.0).count();
    println!(
        "speech: silent within 150 ms of the onset: {within} of {}, not counting {already} that found it silent (a gap \
         between words, or a breath before the onset); median {:.0} ms, p95 {:.0} ms",
        silences.len(),
        percentile(&mut silences, 0.5),
        percentile(&mut silences, 0.95)
    );
    room.close().await;
    Ok(())
}

/// Answers are long and alike.
pub fn for_stories(settings: &mut Settings) {
    settings.persona = Some(PERSONA.into());
    settings.remembered_turns = 0;
}

/// Lets Parley tell its story for a while, and speaks over it.
async fn interrupt(room: &Room, after: Duration, samples: Vec<i16>, clip: &Clip) -> Result<Interrupted> {
    hush(room).await?;
    let mut observations = room.handle().observations.subscribe();
    let speaking = begin_story(room).await?;
    tokio::time::sleep_until((speaking + after).into()).await;
    let playing = room.say(samples)?;
    let mut gave_way = false;
    let until = Instant::now() + WATCHED;
    while let Some((_, notice)) = next_notice(&mut observations, until).await? {
        if let Notice::Ended { outcome, .. } = notice {
            ensure!(
                gave_way || outcome == Outcome::Interrupted,
                "the story is too short to be interrupted: {outcome:?}"
            );
            gave_way = true;
        }
    }
    let started = playing.started_at().context("the clip was not played")?;
    Ok(Interrupted { gave_way, silent_after: silence_after(room, started + time(clip.sound.first)) })
}

/// Has Parley tell its story, and waits for its first sound; when that was.
pub async fn begin_story(room: &Room) -> Result<Instant> {
    room.handle().control.send(Event::Typed { text: QUESTION.into() }).await?;
    let asked = Instant::now();
    loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        if let Some(first) = room.recording().first_sound(asked, AUDIBLE) {
            return Ok(first);
        }
        ensure!(asked.elapsed() < Duration::from_secs(30), "no answer within 30 s");
    }
}

/// From the onset to the last sound before a silence that is no gap between words.
pub fn silence_after(room: &Room, onset: Instant) -> Option<Duration> {
    let recording = room.recording();
    let rate = f64::from(recording.rate_hz());
    let samples = recording.samples();
    let index = (onset.saturating_duration_since(recording.first_frame_at()).as_secs_f64() * rate) as usize;
    let gap = (SILENCE.as_secs_f64() * rate) as usize;
    let mut last = index;
    for (offset, sample) in samples.get(index..)?.iter().enumerate() {
        if sample.unsigned_abs() > AUDIBLE {
            last = index + offset;
        } else if index + offset > last + gap {
            return Some(recording.heard_at(last).saturating_duration_since(onset));
        }
    }
    None
}

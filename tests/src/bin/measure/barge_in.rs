//! Speech over an answer: how soon there is silence, and what makes the answer go on.

use std::time::{Duration, Instant};

use anyhow::Result;
use parley_conversation::{Event, Notice, Outcome};
use parley_speech::Interruption;

use crate::room::{hush, next_notice, open, percentile, samples, speech, time};

/// Something that takes long to answer.
const QUESTION: &str = "Tell me a long story about a ship, a storm and a lighthouse.";
/// How long Parley speaks before somebody interrupts.
const SPEAKS_FOR: Duration = Duration::from_millis(1_500);
/// How long to see what comes of it.
const WATCHED: Duration = Duration::from_secs(6);
/// Sounds above this are speech, in the loudspeaker's recording.
const AUDIBLE: u16 = 100;
/// Silence of this length is not a gap between two words.
const SILENCE: Duration = Duration::from_millis(600);

/// Measures every clip of the set.
pub async fn run() -> Result<()> {
    let sets = speech()?;
    let room = open().await?;
    let mut silences = Vec::new();
    let mut right = std::collections::BTreeMap::<String, (usize, usize)>::new();
    for clip in &sets.barge_in {
        hush(&room).await?;
        let mut observations = room.handle().observations.subscribe();
        room.handle().control.send(Event::Typed { text: QUESTION.into() }).await?;
        let asked = Instant::now();
        let speaking = loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if let Some(first) = room.recording().first_sound(asked, AUDIBLE) {
                break first;
            }
            anyhow::ensure!(asked.elapsed() < Duration::from_secs(30), "no answer within 30 s");
        };
        tokio::time::sleep_until((speaking + SPEAKS_FOR).into()).await;
        let playing = room.say(samples(&sets, &clip.clip)?)?;
        let mut interrupted = false;
        let until = Instant::now() + WATCHED;
        while let Some((_, notice)) = next_notice(&mut observations, until).await? {
            interrupted |= matches!(notice, Notice::Ended { outcome: Outcome::Interrupted, .. });
        }
        let Some(started) = playing.started_at() else { continue };
        let onset = started + time(clip.clip.sound.first);
        let silence = silence_after(&room, onset);
        let wanted = clip.interruption == Interruption::Words;
        let tally = right.entry(format!("{:?}", clip.interruption)).or_default();
        tally.0 += usize::from(interrupted == wanted);
        tally.1 += 1;
        if wanted && let Some(silence) = silence {
            silences.push(silence.as_secs_f64() * 1e3);
        }
        println!(
            "{:<28} {:<16} silent after {}  {}",
            clip.clip.id,
            format!("{:?}", clip.interruption),
            silence.map_or("–".into(), |silence| format!("{:.0} ms", silence.as_secs_f64() * 1e3)),
            if interrupted { "gave way" } else { "went on" }
        );
    }
    for (kind, (right, all)) in right {
        println!("{kind}: {right} of {all} as they should be");
    }
    let within = silences.iter().filter(|ms| **ms <= 150.0).count();
    println!(
        "silent within 150 ms of the onset: {within} of {}; median {:.0} ms, p95 {:.0} ms",
        silences.len(),
        percentile(&mut silences, 0.5),
        percentile(&mut silences, 0.95)
    );
    room.close().await;
    Ok(())
}

/// From the onset to the last sound before a silence that is no gap between words.
fn silence_after(room: &parley::recorded::RecordedRoom, onset: Instant) -> Option<Duration> {
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

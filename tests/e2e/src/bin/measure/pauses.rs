//! A pause of 0.6 s in mid-sentence is not answered into; a finished question is not waited on for more than 0.8 s.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args;
use parley_conversation::Notice;
use parley_daemon::rehearsal::{AUDIBLE, Room};
use parley_speech::{Clip, Split};

use crate::hesitations;
use crate::room::{hush, next_notice, open, percentile, samples, speech, time};

/// The pause that is asked for.
pub const PAUSE_MS: u32 = 600;
/// The longest acceptable wait after a finished question.
const LONGEST_WAIT: Duration = Duration::from_millis(800);
/// How long after a clip its answer may be confirmed.
const PATIENCE: Duration = Duration::from_secs(8);

#[derive(Args)]
pub struct Options {
    /// Only the clips that no threshold was chosen by: half the time
    #[arg(long)]
    held_out: bool,
    /// How often, with a 95 % interval and by patience: 239 sentences of ten kinds, in simulated time
    #[arg(long, conflicts_with = "held_out")]
    hesitations: bool,
    /// These in real time: an hour and a half, and only where nothing else runs
    #[arg(long, requires = "hesitations")]
    real_time: bool,
}

pub async fn run(options: &Options) -> Result<()> {
    if options.hesitations {
        return hesitations::run(options.real_time).await;
    }
    let sets = speech()?;
    let room = open(|_| {}).await?;
    let splits: &[Split] = if options.held_out { &[Split::HeldOut] } else { &[Split::Tuning, Split::HeldOut] };
    for &split in splits {
        let clips: Vec<_> = sets
            .pauses
            .iter()
            .filter(|paused| paused.clip.split == Some(split) && paused.inserted_ms == PAUSE_MS)
            .collect();
        let (mut left_alone, mut released_early) = (0, 0);
        for paused in &clips {
            let heard = listen(&room, samples(&sets, &paused.clip)?, &paused.clip).await?;
            let (first, end) = (time(paused.pause_first), time(paused.pause_end));
            let into_pause = |moment: &Duration| (first..end).contains(moment);
            let early = heard.confirmed.iter().any(into_pause);
            let answered = heard.first_sound.is_some_and(|moment| into_pause(&moment));
            left_alone += usize::from(!answered);
            released_early += usize::from(early);
            let verdict = if answered {
                "ANSWERED INTO"
            } else if early {
                "released, not heard"
            } else {
                "left alone"
            };
            println!("{:<36} {verdict}", paused.clip.id);
        }
        println!(
            "{split:?}: {left_alone} of {} pauses of {PAUSE_MS} ms were left alone; in {released_early} an answer was released but not heard\n",
            clips.len()
        );

        let clips: Vec<_> = sets.questions.iter().filter(|clip| clip.split == Some(split)).collect();
        let mut waits = Vec::new();
        for clip in &clips {
            let heard = listen(&room, samples(&sets, clip)?, clip).await?;
            let wait = heard.confirmed.last().map(|moment| moment.saturating_sub(time(clip.sound.end)));
            let wait_ms = wait.map_or(f64::INFINITY, |wait| wait.as_secs_f64() * 1e3);
            let shown = wait.map_or("never confirmed".into(), |_| format!("{wait_ms:.0} ms"));
            println!("{:<36} {shown}", clip.id);
            waits.push(wait_ms);
        }
        let soon = waits.iter().filter(|wait| **wait <= LONGEST_WAIT.as_secs_f64() * 1e3).count();
        println!(
            "{split:?}: {soon} of {} finished questions were confirmed within {} ms; median {:.0} ms, p95 {:.0} ms\n",
            clips.len(),
            LONGEST_WAIT.as_millis(),
            percentile(&mut waits, 0.5),
            percentile(&mut waits, 0.95)
        );
    }
    room.close().await;
    Ok(())
}

/// What happened, from the clip's beginning.
pub struct Heard {
    /// Ends that were confirmed; all but the last may have been withdrawn.
    pub confirmed: Vec<Duration>,
    pub first_sound: Option<Duration>,
}

pub async fn listen(room: &Room, samples: Vec<i16>, clip: &Clip) -> Result<Heard> {
    hush(room).await?;
    let mut observations = room.handle().observations.subscribe();
    let length = time(samples.len());
    let playing = room.say(samples)?;
    let until = Instant::now() + length + PATIENCE;
    let mut confirmed = Vec::new();
    while let Some((at, notice)) = next_notice(&mut observations, until).await? {
        let started = playing.started_at().context("a notice came before the clip began")?;
        if let Notice::Understood { .. } = notice {
            confirmed.push(at.saturating_duration_since(started));
        }
        if confirmed.last().is_some_and(|moment| *moment >= time(clip.sound.end)) {
            break;
        }
    }
    let started = playing.started_at().context("the clip was not played")?;
    let first_sound = room.recording().first_sound(started, AUDIBLE).map(|at| at.saturating_duration_since(started));
    Ok(Heard { confirmed, first_sound })
}

//! Hours in real time: a microphone and a loudspeaker that keep time as cards do, the real engines, and somebody who asks,
//! is silent, and interrupts; by turns as shipped, by a key, and as with a headset, by speech.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use fastrand::Rng;
use parley_conversation::{BargeIn, Event, Notice, Phase, Settings};
use parley_daemon::conductor::{Conducting, Generating, Observation};
use parley_daemon::rehearsal::{Question, Room, SoundBlocks};
use parley_speech::{Clip, Interruption, SpeechSets};

use super::{MOST_GROWTH, Options, kill, resident};
use crate::barge_in::{AUDIBLE, silence_after};
use crate::room::{
    config, hush, models, next_notice, open, percentile, print_settings, product_settings, samples, speech, time,
};

/// How long it goes on in one way.
const EACH_WAY: Duration = Duration::from_mins(10);
/// Memory is compared with what it was then.
const SETTLED: Duration = Duration::from_mins(10);
/// What goes wrong is counted and told at the end; beyond this nothing is learnt any more.
const MOST_FAILURES: u32 = 5;
/// How often is told how it goes.
const TOLD_EVERY: Duration = Duration::from_mins(5);
/// What is answered at length.
const STORY: &str = "Tell me a long story about a ship, a storm and a lighthouse, from its beginning to its end.";
/// An answer has begun after this time, or does not.
const BEGINS_WITHIN: Duration = Duration::from_secs(30);
/// How long to see what comes of an interruption.
const WATCHED: Duration = Duration::from_secs(4);
/// What the loudspeaker holds may be heard for so long when all is over.
const FADES: Duration = Duration::from_millis(300);
const SILENT_WITHIN_MS: f64 = 150.0;
const ONSET_WITHIN_MS: f64 = 100.0;
/// Whoever is answered sooner found silence already: a gap between two words.
const ALREADY_SILENT_MS: f64 = 20.0;

/// What a while was like.
#[derive(Debug, Default)]
struct Report {
    asked: u32,
    answered: u32,
    /// Asked while a worker was killed; not among those.
    disturbed: u32,
    killed: u32,
    first_sounds_ms: Vec<f64>,
    by_key: Interruptions,
    by_speech: Interruptions,
    /// From the first sound of somebody to the moment that it is known.
    onsets_ms: Vec<f64>,
    onsets_missed: u32,
}

#[derive(Debug, Default)]
struct Interruptions {
    tried: u32,
    succeeded: u32,
    /// From the onset, or the key, to the last sound.
    silent_ms: Vec<f64>,
    /// Of those, where nothing sounded at that moment.
    already: u32,
}

/// The conversation, and who takes part in it.
struct Soak {
    room: Room,
    sets: SpeechSets,
    random: Rng,
    report: Report,
}

pub async fn run(options: &Options, length: Duration) -> Result<()> {
    println!("seed {}", options.seed);
    let room = open(|_| {}).await?;
    let mut soak = Soak { room, sets: speech()?, random: Rng::with_seed(options.seed), report: Report::default() };
    let (begun, mut settled, mut told) = (Instant::now(), None, Instant::now());
    let (mut way, mut by_speech) = (Instant::now(), false);
    let mut next_kill =
        options.kill_every_minutes.map(|minutes| (minutes, begun + Duration::from_secs_f64(60.0 * minutes)));
    let mut failures = 0;
    while begun.elapsed() < length {
        let victim = next_kill.filter(|(_, at)| Instant::now() >= *at);
        if let Some((minutes, _)) = victim {
            next_kill = Some((minutes, Instant::now() + Duration::from_secs_f64(60.0 * minutes)));
        }
        if way.elapsed() >= EACH_WAY {
            (way, by_speech) = (Instant::now(), !by_speech);
            soak.go_on_by(by_speech)?;
        }
        if let Err(error) = soak.live(by_speech, victim.is_some()).await {
            println!("{:.1} min: {error:#}", begun.elapsed().as_secs_f64() / 60.0);
            failures += 1;
            if failures == MOST_FAILURES {
                break;
            }
        }
        if settled.is_none() && begun.elapsed() >= SETTLED.min(length / 4) {
            settled = Some(resident(soak.room.workers()));
        }
        if told.elapsed() >= TOLD_EVERY {
            told = Instant::now();
            println!(
                "{:.0} min: {} of {} answered, {:.0} MB",
                begun.elapsed().as_secs_f64() / 60.0,
                soak.report.answered,
                soak.report.asked,
                resident(soak.room.workers()) / 1e6
            );
        }
    }
    let grown = settled.map(|settled| resident(soak.room.workers()) / settled - 1.0);
    let blocks = soak.room.blocks().context("there is a microphone and a loudspeaker")?;
    println!("\n{:.1} min in real time", begun.elapsed().as_secs_f64() / 60.0);
    soak.report.print(&blocks, grown);
    soak.room.close().await;
    let unanswered = soak.report.asked - soak.report.answered;
    ensure!(failures == 0, "a turn hung, or a sound was heard that belongs to nobody: {failures} times");
    ensure!(unanswered == 0, "{unanswered} questions had no answer");
    ensure!(grown.is_none_or(|grown| grown <= MOST_GROWTH), "memory grew by more than {} %", 100.0 * MOST_GROWTH);
    Ok(())
}

impl Soak {
    /// As shipped, or as with a headset.
    fn go_on_by(&self, by_speech: bool) -> Result<()> {
        let (config, models) = (config()?, models()?);
        let barge_in = if by_speech { BargeIn::Voice } else { BargeIn::Key };
        let settings = Settings { barge_in, ..product_settings(&config, &models) };
        print_settings(&config, &settings);
        let conducting = Conducting { settings, generating: Generating::default() };
        self.room.handle().conducting.send_replace(Some(conducting));
        Ok(())
    }

    /// Somebody asks, interrupts, or is not there.
    async fn live(&mut self, by_speech: bool, kills: bool) -> Result<()> {
        hush(&self.room).await?;
        self.room.recording().forget();
        match self.random.u8(..10) {
            0..5 => self.ask(kills).await?,
            5..9 => self.interrupt(by_speech, kills).await?,
            _ => tokio::time::sleep(Duration::from_secs(self.random.u64(5..20))).await,
        }
        // Nothing sounds when nobody has anything to say.
        hush(&self.room).await?;
        tokio::time::sleep(FADES).await;
        let quiet = Instant::now();
        tokio::time::sleep(Duration::from_millis(self.random.u64(500..3_000))).await;
        let sounds = self.room.recording().first_sound(quiet, AUDIBLE);
        let is_quiet = *self.room.handle().phase.borrow() == Phase::Quiet;
        ensure!(sounds.is_none() || !is_quiet, "sound was heard that belongs to no turn");
        Ok(())
    }

    /// A worker dies while it is asked.
    fn kill_one(&mut self) -> Result<()> {
        self.report.killed += 1;
        kill(self.room.workers(), self.random.usize(..))
    }

    async fn ask(&mut self, kills: bool) -> Result<()> {
        let clip = self.any(|sets| &sets.questions)?;
        let question = Question { samples: samples(&self.sets, &clip)?, last_sound: time(clip.sound.end) };
        if kills {
            self.kill_one()?;
        }
        let mut began = None;
        let asked = Instant::now();
        let came = self.room.ask(&question, |seen| {
            if matches!(seen, Observation::Notice(Notice::SpeechBegan)) {
                began.get_or_insert_with(Instant::now);
            }
        });
        let came = came.await?;
        if kills {
            self.report.disturbed += 1;
            return Ok(());
        }
        self.report.asked += 1;
        let answered = came.report.is_some_and(|report| !report.answer.is_empty());
        self.report.answered += u32::from(answered);
        if !answered {
            println!("not answered: {}, after {:.1} s", clip.id, asked.elapsed().as_secs_f64());
        }
        self.report.first_sounds_ms.extend(came.first_audio.map(|after| after.as_secs_f64() * 1e3));
        let onset = came.started_at.map(|started| started + time(clip.sound.first));
        self.onset(began, onset);
        Ok(())
    }

    fn onset(&mut self, began: Option<Instant>, onset: Option<Instant>) {
        match began.zip(onset) {
            Some((began, onset)) => {
                self.report.onsets_ms.push(began.saturating_duration_since(onset).as_secs_f64() * 1e3);
            }
            None => self.report.onsets_missed += 1,
        }
    }

    /// Lets Parley tell a story for a while, and stops it.
    async fn interrupt(&mut self, by_speech: bool, kills: bool) -> Result<()> {
        let mut observations = self.room.handle().observations.subscribe();
        let asked = Instant::now();
        self.room.handle().control.send(Event::Typed { text: STORY.into() }).await?;
        if kills {
            self.kill_one()?;
        }
        let speaking = loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if let Some(first) = self.room.recording().first_sound(asked, AUDIBLE) {
                break first;
            }
            if asked.elapsed() > BEGINS_WITHIN {
                ensure!(kills, "no answer within {BEGINS_WITHIN:?}");
                return Ok(());
            }
        };
        let after = Duration::from_millis(self.random.u64(800..3_000));
        tokio::time::sleep_until((speaking + after).into()).await;
        if *self.room.handle().phase.borrow() != Phase::Speaking || kills {
            // It was too short, or has to begin anew.
            return Ok(());
        }
        while observations.try_recv().is_ok() {}
        let clip = self.any_interruption()?;
        let (begun, onset_in) = if by_speech {
            let playing = self.room.say(samples(&self.sets, &clip)?)?;
            (Some(playing), time(clip.sound.first))
        } else {
            self.room.handle().control.send(Event::Interrupt).await?;
            (None, Duration::ZERO)
        };
        let pressed = Instant::now();
        let (mut began, mut gave_way) = (None, false);
        while let Some((at, notice)) = next_notice(&mut observations, pressed + WATCHED).await? {
            match notice {
                Notice::SpeechBegan => _ = began.get_or_insert(at),
                Notice::Ended { .. } => gave_way = true,
                Notice::NoWords
                | Notice::Understood { .. }
                | Notice::Answering { .. }
                | Notice::Announcing { .. }
                | Notice::Announced { .. }
                | Notice::Attentive { .. }
                | Notice::Degraded { .. } => {}
            }
        }
        let started = begun.as_ref().map_or(Some(pressed), |playing| playing.started_at());
        let onset = started.context("the clip was not played")? + onset_in;
        let silent = silence_after(&self.room, onset).map(|after| after.as_secs_f64() * 1e3);
        if by_speech {
            self.onset(began, Some(onset));
        }
        let interruptions = if by_speech { &mut self.report.by_speech } else { &mut self.report.by_key };
        interruptions.tried += 1;
        match silent.filter(|_| gave_way) {
            Some(ms) if ms < ALREADY_SILENT_MS => {
                (interruptions.succeeded, interruptions.already) =
                    (interruptions.succeeded + 1, interruptions.already + 1)
            }
            Some(ms) => {
                interruptions.succeeded += 1;
                interruptions.silent_ms.push(ms);
            }
            None => println!("not interrupted: {}", if by_speech { &clip.id } else { "by the key" }),
        }
        Ok(())
    }

    fn any(&mut self, set: impl Fn(&SpeechSets) -> &Vec<Clip>) -> Result<Clip> {
        let clips = set(&self.sets);
        clips.get(self.random.usize(..clips.len().max(1))).cloned().context("there are recordings")
    }

    fn any_interruption(&mut self) -> Result<Clip> {
        let words: Vec<&Clip> = self
            .sets
            .barge_in
            .iter()
            .filter(|clip| clip.interruption == Interruption::Words)
            .map(|clip| &clip.clip)
            .collect();
        words.get(self.random.usize(..words.len().max(1))).map(|clip| (*clip).clone()).context("there are recordings")
    }
}

impl Report {
    fn print(&mut self, blocks: &SoundBlocks, grown: Option<f64>) {
        println!(
            "answered: {} of {}, and {} asked while a worker was killed ({} were)",
            self.answered, self.asked, self.disturbed, self.killed
        );
        let first = &mut self.first_sounds_ms;
        println!(
            "first sound of the answer: {:.0} ms (median), {:.0} ms (95 %)",
            percentile(first, 0.5),
            percentile(first, 0.95)
        );
        let damaged = blocks.lost_late_or_damaged() * 100.0;
        println!(
            "blocks of 10 ms: {} of the microphone, {} lost, {} late; {} of the loudspeaker, {} late, {} gaps: {damaged:.3} % lost, late or \
             damaged (limit 1 %: {})",
            blocks.captured,
            blocks.lost,
            blocks.late,
            blocks.played,
            blocks.ran_empty,
            blocks.gaps,
            met(damaged < 1.0)
        );
        for (by, interruptions) in [("the key", &mut self.by_key), ("speech", &mut self.by_speech)] {
            let share = f64::from(interruptions.succeeded) * 100.0 / f64::from(interruptions.tried.max(1));
            println!(
                "interruptions by {by}: {} of {} succeed, {share:.1} % (limit 90 %: {})",
                interruptions.succeeded,
                interruptions.tried,
                met(interruptions.tried > 0 && share > 90.0)
            );
            let silent = &mut interruptions.silent_ms;
            let slow = percentile(silent, 0.95);
            println!(
                "silent after it: {:.0} ms (median), {slow:.0} ms (95 %), {:.0} ms at most (limit {SILENT_WITHIN_MS} ms: {}); {} found it silent \
                 already",
                percentile(silent, 0.5),
                percentile(silent, 1.0),
                met(slow <= SILENT_WITHIN_MS),
                interruptions.already
            );
        }
        let slow = percentile(&mut self.onsets_ms, 0.95);
        println!(
            "onsets found: {} after {:.0} ms (median), {slow:.0} ms (95 %) (limit {ONSET_WITHIN_MS} ms: {}); {} not found",
            self.onsets_ms.len(),
            percentile(&mut self.onsets_ms, 0.5),
            met(slow <= ONSET_WITHIN_MS),
            self.onsets_missed
        );
        if let Some(grown) = grown {
            let limit = 100.0 * MOST_GROWTH;
            println!(
                "memory, end against {} min: {:+.1} % (limit {limit} %: {})",
                SETTLED.as_secs() / 60,
                100.0 * grown,
                met(grown <= MOST_GROWTH)
            );
        }
    }
}

/// Whether a limit is kept; nothing measured keeps none.
fn met(is_met: bool) -> &'static str {
    if is_met { "kept" } else { "NOT KEPT" }
}

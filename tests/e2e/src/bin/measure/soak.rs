//! Hundreds of turns, questions and answers faster than real time, while workers are killed; or, as [`live`], hours in
//! real time.
//!
//! What the loudspeaker played is transcribed again: it must be this turn's answer, and not one of an earlier turn.

mod live;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use parley_audio::playback::Renderer;
use parley_conversation::{Conversation, FRAME, ModelOnly, Phase, Position};
use parley_daemon::conductor::{Conductor, Generating, Loudspeaker, Observation};
use parley_daemon::listening::{AudioFrame, Detector, FRAME_SAMPLES, FRAMES_IN_FLIGHT};
use parley_daemon::workers::{Needed, Workers};
use parley_engines::{Engine, ProcessUsage, Transcribe};
use parley_speech::word_errors::{Replacements, word_errors};
use tokio::sync::{Mutex, mpsc, watch};

use crate::room::{config, models, print_settings, product_settings, samples, speech};

#[derive(Args)]
pub struct Options {
    /// How many turns
    #[arg(long, default_value_t = 500)]
    turns: u32,
    /// Instead of that so many minutes in real time, through microphone and loudspeaker that keep time as cards do: blocks
    /// lost or late, interruptions, how soon an onset is found, how soon Parley is silent
    #[arg(long, value_parser = parse_minutes, conflicts_with_all = ["turns", "kill_every", "hours"])]
    minutes: Option<f64>,
    /// The same in hours
    #[arg(long, value_parser = parse_minutes, conflicts_with_all = ["turns", "kill_every"])]
    hours: Option<f64>,
    /// Kill a random worker every so many minutes of real time
    #[arg(long, value_parser = parse_minutes, conflicts_with_all = ["turns", "kill_every"])]
    kill_every_minutes: Option<f64>,
    /// Kill a random worker every so many turns
    #[arg(long, default_value_t = 20)]
    kill_every: u32,
    /// Makes the choice of questions and victims repeatable
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Compute threads of each engine, instead of as many as the product would use
    #[arg(long)]
    threads: Option<usize>,
}

/// The turn after which memory is compared.
const SETTLED_TURN: u32 = 50;
/// Memory may grow by this much between then and the end.
const MOST_GROWTH: f64 = 0.03;
/// The longest turn, a killed worker's restart included.
const PATIENCE: Duration = Duration::from_secs(60);
/// The loudspeaker plays this many times faster than a real one.
const HASTE: u32 = 20;
/// The loudspeaker's rate here: that of the speech-to-text engine, which listens to it.
const PLAYED_HZ: u32 = 16_000;
const PERIOD: usize = 160;
/// Every so many turns, and whenever a worker was killed, what was played is transcribed.
const LISTEN_EVERY: u32 = 5;
/// The longest stretch that is transcribed, in samples: 28 s.
const LONGEST_ANSWER: usize = 28 * PLAYED_HZ as usize;
/// An answer may be mistaken for one of so many earlier ones.
const EARLIER_ANSWERS: usize = 20;

/// A length of time; a day at most.
fn parse_minutes(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().map_err(|error| error.to_string())?;
    if (0.1..=1_440.0).contains(&number) { Ok(number) } else { Err("from 0.1 to 1440".to_owned()) }
}

pub async fn run(options: &Options) -> Result<()> {
    if let Some(minutes) = options.minutes.or(options.hours.map(|hours| hours * 60.0)) {
        return live::run(options, Duration::from_secs_f64(minutes * 60.0)).await;
    }
    println!("seed {}", options.seed);
    let mut random = fastrand::Rng::with_seed(options.seed);
    let sets = speech()?;
    let questions = sets.questions.iter().map(|clip| samples(&sets, clip)).collect::<Result<Vec<_>>>()?;
    let (mut config, models) = (config()?, models()?);
    if let Some(threads) = options.threads {
        let engines = &mut config.engines;
        (engines.speech_to_text_threads, engines.language_model_threads, engines.text_to_speech_threads) =
            (threads, threads, threads);
    }
    let workers = Workers::spawn(&config, &models, Needed::All)?;
    workers.ready().await?;
    let (mixer, renderer) = Renderer::new(PLAYED_HZ, PERIOD);
    let settings = product_settings(&config, &models);
    print_settings(&config, &settings);
    let conversation = Conversation::new(settings, Box::new(ModelOnly), workers.has_end_of_turn());
    let engines = workers.engines().context("all workers were started")?;
    let generating = Generating { max_tokens: 40, ..Generating::default() };
    let (conductor, handle) = Conductor::new(conversation, engines, generating, Some(Loudspeaker::open(mixer)?));
    workers.watch(&handle.control);
    let (frames, microphone) = mpsc::channel(FRAMES_IN_FLIGHT);
    tokio::spawn(conductor.run(microphone));
    let mut phase = handle.phase.clone();
    let played = Arc::new(Mutex::new(Vec::new()));
    let loudspeaker = tokio::spawn(play(renderer, phase.clone(), Arc::clone(&played)));

    let mut room = Room { frames, position: Position::default(), detector: Detector::default() };
    let mut observations = handle.observations.subscribe();
    let (mut settled, mut answered, mut listened) = (None, 0, 0);
    let mut earlier = VecDeque::new();
    let begun = Instant::now();
    for turn in 1..=options.turns {
        let victim = (options.kill_every > 0 && turn % options.kill_every == 0)
            .then(|| (random.u64(0..1_500), random.usize(..)));
        played.lock().await.clear();
        let question = questions.get(random.usize(..questions.len())).context("there are questions")?;
        room.say(question).await?;
        let asked = Instant::now();
        let mut killed = false;
        let mut report = None;
        while report.is_none() || *phase.borrow_and_update() != Phase::Quiet {
            room.silence().await?;
            if let Some((delay_ms, index)) = victim
                && !killed
                && asked.elapsed() >= Duration::from_millis(delay_ms)
            {
                killed = true;
                kill(&workers, index)?;
            }
            while let Ok(observation) = observations.try_recv() {
                if let Observation::Turn(turn) = observation {
                    report = Some(turn);
                }
            }
            ensure!(asked.elapsed() < PATIENCE, "turn {turn} hangs: {:?}, {report:?}", *phase.borrow());
        }
        let answer = report.map(|report| report.answer).unwrap_or_default();
        answered += u32::from(!answer.is_empty());
        let audio = std::mem::take(&mut *played.lock().await);
        if (killed || turn % LISTEN_EVERY == 0) && audio.len() <= LONGEST_ANSWER {
            let engine = workers.speech_to_text().context("speech-to-text was started")?;
            let mut job = engine.start(Transcribe { language: None, audio: audio.into() });
            let heard = job.next().await.context("no transcript of the answer came")??.text;
            check_answer(turn, &heard, &answer, &earlier, &sets.replacements)?;
            listened += 1;
        }
        earlier.push_front(answer);
        earlier.truncate(EARLIER_ANSWERS);
        if turn == SETTLED_TURN {
            settled = Some(resident(&workers));
        }
        if turn % 25 == 0 {
            println!(
                "turn {turn}: {answered} answered, {:.0} MB, {:.0} s",
                resident(&workers) / 1e6,
                begun.elapsed().as_secs_f64()
            );
        }
    }
    ensure!(!loudspeaker.is_finished(), "sound was heard that belongs to no turn");
    ensure!(answered == options.turns, "{} turns had no answer", options.turns - answered);
    if let Some(settled) = settled {
        let growth = resident(&workers) / settled - 1.0;
        println!("memory after turn {} against turn {SETTLED_TURN}: {:+.1} %", options.turns, 100.0 * growth);
        ensure!(growth <= MOST_GROWTH, "memory grew by more than {} %", 100.0 * MOST_GROWTH);
    }
    println!(
        "{} turns, none hung, none unanswered, no sound out of its turn; {listened} answers listened to, each its own",
        options.turns
    );
    workers.shut_down().await;
    Ok(())
}

/// A microphone that is as fast as the conductor can take it.
struct Room {
    frames: mpsc::Sender<AudioFrame>,
    position: Position,
    detector: Detector,
}

impl Room {
    async fn say(&mut self, samples: &[i16]) -> Result<()> {
        for chunk in samples.chunks_exact(FRAME_SAMPLES) {
            self.frame(std::array::from_fn(|index| chunk.get(index).copied().unwrap_or(0))).await?;
        }
        Ok(())
    }

    /// One frame of silence, in real time: engines do not become faster because the room does.
    async fn silence(&mut self) -> Result<()> {
        tokio::time::sleep(FRAME).await;
        self.frame([0; FRAME_SAMPLES]).await
    }

    async fn frame(&mut self, samples: [i16; FRAME_SAMPLES]) -> Result<()> {
        self.position = self.position.forward(FRAME);
        let arrived = tokio::time::Instant::now();
        let frame = self.detector.hear(&samples, false, self.position, arrived);
        Ok(self.frames.send(frame).await?)
    }
}

/// Fails where what was heard is nearer to the answer of an earlier turn than to that of this one.
fn check_answer(
    turn: u32,
    heard: &str,
    answer: &str,
    earlier: &VecDeque<String>,
    replacements: &Replacements,
) -> Result<()> {
    let distance = |answer: &str| word_errors(answer, heard, replacements).rate();
    let own = distance(answer);
    let nearer = earlier.iter().find(|earlier| distance(earlier) < own);
    ensure!(nearer.is_none(), "turn {turn} said {heard:?}, which is {nearer:?} and not {answer:?}");
    Ok(())
}

/// A loudspeaker in a hurry. Ends, which is a failure, when there is sound while nobody has anything to say.
async fn play(mut renderer: Renderer, phase: watch::Receiver<Phase>, played: Arc<Mutex<Vec<i16>>>) {
    let mut period = [0; PERIOD];
    loop {
        tokio::time::sleep(Duration::from_millis(10)).await;
        for _ in 0..HASTE {
            let quiet = *phase.borrow() == Phase::Quiet;
            renderer.render(&mut period);
            let sounds = period.iter().any(|sample| *sample != 0);
            if quiet && sounds {
                return;
            }
            if sounds {
                played.lock().await.extend_from_slice(&period);
            }
        }
    }
}

fn kill(workers: &Workers, index: usize) -> Result<()> {
    let running = workers.usage();
    if let Some((name, pid, _)) = running.get(index % running.len().max(1)) {
        println!("killing {name}");
        std::process::Command::new("kill").args(["-9", &pid.to_string()]).status()?;
    }
    Ok(())
}

fn resident(workers: &Workers) -> f64 {
    let own = ProcessUsage::of(std::process::id()).map_or(0, |usage| usage.resident_bytes);
    (workers.usage().iter().map(|(_, _, usage)| usage.resident_bytes).sum::<u64>() + own) as f64
}

//! How often Parley speaks into a pause, and how long it waits for a sentence that is over, by patience.
//!
//! Whoever speaks was never heard before: each sentence has a conversation of its own, in which no pause was learnt. It is
//! held in simulated time, or in real time where that is asked for.

pub mod simulated;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use anyhow::{Context, Result};
use parley_conversation::Settings;
use parley_daemon::conductor::Generating;
use parley_daemon::rehearsal::Room;
use parley_daemon::workers::{Needed, Workers};
use parley_settings::Config;
use parley_speech::{Clip, HesitantClip, SpeechSets, default_folder, prepare_hesitations};

use tokio::sync::mpsc;

use self::simulated::Asked;
use crate::pauses::{Heard, listen};
use crate::room::{config, models, percentile, print_settings, product_settings, samples, speech, time, wilson};

/// Measured beside the shipped patience.
const OTHERS: [f64; 2] = [0.7, 1.5];

/// What came of sentences of one kind.
#[derive(Default)]
struct Tally {
    sentences: usize,
    /// Something was said before the sentence was over.
    cut_off: usize,
    /// An end was found before the sentence was over, and taken back before a sound.
    withdrawn: usize,
    /// From the last sound to the end that was found, in milliseconds, where nothing was said before.
    waits_ms: Vec<f64>,
    /// No end was found.
    never: usize,
}

/// Makes something of a clip.
trait Ear {
    fn hear(&self, settings: &Settings, clip: &Clip) -> impl Future<Output = Result<Heard>>;
}

/// In real time.
struct InRealTime {
    workers: Workers,
    sets: Arc<SpeechSets>,
}

/// In simulated time: the engines are asked through this.
struct Simulated {
    ask: mpsc::UnboundedSender<Asked>,
    sets: Arc<SpeechSets>,
}

impl Ear for InRealTime {
    async fn hear(&self, settings: &Settings, clip: &Clip) -> Result<Heard> {
        let room = Room::open(settings.clone(), Generating::default(), self.workers.clone())?;
        let heard = listen(&room, samples(&self.sets, clip)?, clip).await;
        room.leave();
        heard.with_context(|| clip.id.clone())
    }
}

impl Ear for Simulated {
    async fn hear(&self, settings: &Settings, clip: &Clip) -> Result<Heard> {
        let (ask, settings, over) = (self.ask.clone(), settings.clone(), time(clip.sound.end));
        let samples = samples(&self.sets, clip)?;
        let simulation = move || simulated::hear(&ask, &settings, &samples, over);
        tokio::task::spawn_blocking(simulation).await?.with_context(|| clip.id.clone())
    }
}

pub async fn run(real_time: bool) -> Result<()> {
    let sentences = prepare_hesitations(&default_folder())?;
    let sets = Arc::new(speech()?);
    let workers = Workers::spawn(&config()?, &models()?, Needed::All)?;
    workers.ready().await?;
    if real_time {
        measure(&InRealTime { workers: workers.clone(), sets: Arc::clone(&sets) }, &sentences, &sets).await?;
    } else {
        let (ask, mut asked) = mpsc::unbounded_channel::<Asked>();
        let answering = workers.clone();
        tokio::spawn(async move {
            while let Some(asked) = asked.recv().await {
                if let Err(error) = asked.answer(&answering).await {
                    println!("an engine failed: {error:#}");
                }
            }
        });
        measure(&Simulated { ask, sets: Arc::clone(&sets) }, &sentences, &sets).await?;
    }
    workers.shut_down().await;
    Ok(())
}

async fn measure(ear: &impl Ear, sentences: &[HesitantClip], sets: &SpeechSets) -> Result<()> {
    let shipped = Config::default().conversation.patience;
    for patience in [&[shipped][..], &OTHERS].concat() {
        let mut config = config()?;
        config.conversation.patience = patience;
        let settings = product_settings(&config, &models()?);
        println!("\npatience {patience}, {}", load());
        print_settings(&config, &settings);
        let mut kinds = BTreeMap::<&str, Tally>::new();
        for sentence in sentences {
            let (clip, pause) = (&sentence.paused.clip, sentence.paused.pause_first);
            let heard = ear.hear(&settings, clip).await?;
            let verdict = kinds.entry(&sentence.kind).or_default().take(&heard, pause, clip);
            println!("{:<16} {verdict:<32} {}", clip.id, sentence.paused.sentence);
        }
        let mut questions = Tally::default();
        for clip in &sets.questions {
            let heard = ear.hear(&settings, clip).await?;
            let verdict = questions.take(&heard, clip.sound.first, clip);
            println!("{:<32} {verdict}", clip.id);
        }
        println!("\npatience {patience}, {}", load());
        let mut all = Tally::default();
        for (kind, tally) in kinds {
            println!("{kind:<24} {tally}");
            all.add(tally);
        }
        println!("{:<24} {all}", "all");
        println!("{:<24} {questions}", "questions without a pause");
    }
    Ok(())
}

impl Tally {
    /// Counts a sentence whose pause begins at this sample, and says what came of it.
    fn take(&mut self, heard: &Heard, pause: usize, clip: &Clip) -> String {
        let over = time(clip.sound.end);
        self.sentences += 1;
        if heard.first_sound.is_some_and(|sound| sound < over) {
            self.cut_off += 1;
            return "ANSWERED INTO".to_owned();
        }
        let before = heard.confirmed.iter().any(|end| (time(pause)..over).contains(end));
        self.withdrawn += usize::from(before);
        let before = if before { ", released, not heard" } else { "" };
        let Some(end) = heard.confirmed.iter().rfind(|end| **end >= over) else {
            self.never += 1;
            return format!("no end{before}");
        };
        let wait_ms = (*end - over).as_secs_f64() * 1e3;
        self.waits_ms.push(wait_ms);
        format!("{wait_ms:.0} ms{before}")
    }

    fn add(&mut self, other: Self) {
        self.sentences += other.sentences;
        self.cut_off += other.cut_off;
        self.withdrawn += other.withdrawn;
        self.never += other.never;
        self.waits_ms.extend(other.waits_ms);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [least, most] = wilson(self.cut_off, self.sentences).map(|share| share * 100.0);
        let wait = |share| percentile(&mut self.waits_ms.clone(), share);
        write!(
            f,
            "{} of {} answered into (95 % interval {least:.1} to {most:.1} %), {} released and withdrawn; {} ends after {:.0} ms \
             (median), {:.0} ms (95 %); {} without an end",
            self.cut_off,
            self.sentences,
            self.withdrawn,
            self.waits_ms.len(),
            wait(0.5),
            wait(0.95),
            self.never
        )
    }
}

/// How much other work the machine has.
fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    format!("load {}", load.split_whitespace().take(2).collect::<Vec<_>>().join(" and "))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use parley_speech::SoundSpan;

    use super::*;

    #[test]
    fn what_is_said_into_a_pause_is_told_from_what_was_taken_back() {
        let clip = Clip {
            id: String::new(),
            file: Default::default(),
            text: String::new(),
            language: String::new(),
            speaker: String::new(),
            licence: String::new(),
            attribution: String::new(),
            split: None,
            sound: SoundSpan { first: 0, end: 32_000 },
        };
        let ms = Duration::from_millis;
        let heard = |confirmed: &[u64], sound: Option<u64>| Heard {
            confirmed: confirmed.iter().map(|at| ms(*at)).collect(),
            first_sound: sound.map(ms),
        };
        let mut tally = Tally::default();
        // The pause begins after a second, the sentence is over after two.
        assert_eq!(tally.take(&heard(&[2_450], None), 16_000, &clip), "450 ms");
        assert_eq!(tally.take(&heard(&[2_450], Some(2_600)), 16_000, &clip), "450 ms");
        assert_eq!(tally.take(&heard(&[1_400, 2_300], Some(2_600)), 16_000, &clip), "300 ms, released, not heard");
        assert_eq!(tally.take(&heard(&[1_400], Some(1_550)), 16_000, &clip), "ANSWERED INTO");
        assert_eq!(tally.take(&heard(&[1_400], None), 16_000, &clip), "no end, released, not heard");
        let counts = (tally.sentences, tally.cut_off, tally.withdrawn, tally.waits_ms.len(), tally.never);
        assert_eq!(counts, (5, 1, 2, 3, 1));
    }
}

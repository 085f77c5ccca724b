//! How a turn is held while a television goes on: whoever woke Parley asks, and people speak beside them, as loud as they are
//! and without a pause.
//!
//! What listens and decides is the product's, in simulated time, with the real recogniser, end-of-turn model and language
//! model. The room is simulated; whoever asks is a synthetic voice, and where its wake word ended is told, as late as a
//! detector knows it: how often the word is heard beside a television is another measurement (`wake`).

mod mixture;
mod simulated;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::{Args, ValueEnum};
use parley_conversation::{Attention, Settings};
use parley_daemon::workers::{Needed, Workers};
use parley_speech::word_errors::{Replacements, WordErrors, word_errors};
use tokio::sync::mpsc;

use self::mixture::Mixture;
use self::simulated::Held;
use crate::hesitations::simulated::Asked;
use crate::room::{config, models, percentile, print_settings, product_settings};

/// A turn that is ended within this time after its last word is ended in time.
const IN_TIME: Duration = Duration::from_millis(900);

#[derive(Args)]
pub struct Options {
    /// Which turns; thresholds may be chosen by the tuning ones alone
    #[arg(long, value_enum, default_value_t = Set::Measured)]
    set: Set,
    /// Without the television, as everything is in a quiet room
    #[arg(long)]
    quiet: bool,
    /// Also writes what the microphone hears into this folder, with a table of where everything is
    #[arg(long, value_name = "FOLDER")]
    save: Option<PathBuf>,
    /// Only writes it
    #[arg(long, requires = "save")]
    only_save: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Set {
    /// The twenty that are reported
    Measured,
    /// Other voices, questions and recordings
    Tuning,
}

pub async fn run(options: &Options) -> Result<()> {
    let mixtures = mixture::prepare(options.set, options.quiet).await?;
    if let Some(folder) = &options.save {
        mixture::save(&mixtures, folder)?;
        if options.only_save {
            return Ok(());
        }
    }
    let (config, models) = (config()?, models()?);
    let mut settings = product_settings(&config, &models);
    settings.attention =
        Attention::OnceWoken { follow_up: Duration::from_millis(config.conversation.follow_up.into()) };
    print_settings(&config, &settings);
    let workers = Workers::spawn(&config, &models, Needed::All)?;
    workers.ready().await?;
    let (ask, mut asked) = mpsc::unbounded_channel::<Asked>();
    let answering = workers.clone();
    tokio::spawn(async move {
        while let Some(asked) = asked.recv().await {
            if let Err(error) = asked.answer(&answering).await {
                println!("an engine failed: {error:#}");
            }
        }
    });
    let mut tally = Tally::default();
    for mixture in mixtures {
        let (ask, settings, label) = (ask.clone(), settings.clone(), mixture.to_string());
        let (held, mixture) = tokio::task::spawn_blocking(move || hear(&ask, &settings, mixture)).await??;
        let verdict = tally.take(&held, &mixture);
        println!("{label:<44} {verdict}");
    }
    println!("\n{tally}");
    workers.shut_down().await;
    Ok(())
}

fn hear(ask: &mpsc::UnboundedSender<Asked>, settings: &Settings, mixture: Mixture) -> Result<(Held, Mixture)> {
    Ok((simulated::hear(ask, settings, &mixture)?, mixture))
}

/// What came of the turns.
#[derive(Debug, Default)]
struct Tally {
    turns: usize,
    in_time: usize,
    /// Ended before the last word.
    early: usize,
    /// Not ended while the television went on.
    never: usize,
    /// Ended without words, and therefore without an answer: no end that counts.
    not_understood: usize,
    /// From the last word to the end, in milliseconds, of those that were not ended early.
    ends_ms: Vec<f64>,
    /// Turns whose question was understood to its last word, and no more.
    right: usize,
    errors: usize,
    words: usize,
    /// Words that nobody asked.
    further: usize,
    /// Turns of the television's own, after the first.
    stolen: usize,
}

impl Tally {
    fn take(&mut self, held: &Held, mixture: &Mixture) -> String {
        self.turns += 1;
        self.words += word_errors(&mixture.question, "", &Replacements::new()).reference_words;
        let ms = |at: Duration| (at.as_secs_f64() - mixture.over.as_secs_f64()) * 1e3;
        let without: Vec<String> = held.without_words.iter().map(|at| format!("{:.0} ms", ms(*at))).collect();
        let without = if without.is_empty() { String::new() } else { format!("; no words at {}", without.join(", ")) };
        let Some((at, text)) = held.understood.first() else {
            self.errors += word_errors(&mixture.question, "", &Replacements::new()).total();
            if let Some(at) = held.without_words.last().filter(|at| **at >= mixture.over) {
                self.not_understood += 1;
                return format!("NO WORDS, {:.0} ms{without}", ms(*at));
            }
            self.never += 1;
            return format!("NEVER ENDED{without}");
        };
        self.stolen += held.understood.len() - 1;
        let errors = word_errors(&mixture.question, text, &Replacements::new());
        let WordErrors { insertions, .. } = errors;
        self.errors += errors.total();
        self.further += insertions;
        self.right += usize::from(errors.total() == 0);
        let own = match held.understood.len() - 1 {
            0 => String::new(),
            own => format!(", and {own} of the television's"),
        };
        let late_ms = ms(*at);
        let words = format!("{} words wrong: {text:?}{own}{without}", errors.total());
        if late_ms < 0.0 {
            self.early += 1;
            return format!("TOO EARLY by {:.0} ms, {words}", -late_ms);
        }
        self.in_time += usize::from(late_ms <= IN_TIME.as_secs_f64() * 1e3);
        self.ends_ms.push(late_ms);
        format!("{late_ms:.0} ms, {words}")
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = |share| percentile(&mut self.ends_ms.clone(), share);
        write!(
            f,
            "ended within {} ms in {} of {}; median {:.0} ms, latest {:.0} ms; never ended {}, ended without words {}, ended too early {}\n\
             understood to the last word and no more {}; {} of {} words wrong, {} of them nobody's question; {} turns of the \
             television's own",
            IN_TIME.as_millis(),
            self.in_time,
            self.turns,
            end(0.5),
            end(1.0),
            self.never,
            self.not_understood,
            self.early,
            self.right,
            self.errors,
            self.words,
            self.further,
            self.stolen
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_early_late_or_without_an_end_is_told_apart() {
        let mixture = Mixture {
            question: "What time is it?".to_owned(),
            voice: String::new(),
            beside: String::new(),
            samples: Vec::new(),
            name_ended: Duration::from_secs(10),
            over: Duration::from_secs(12),
        };
        let at = |ms: &[u64]| Held {
            understood: ms.iter().map(|ms| (Duration::from_millis(*ms), "What time is it?".to_owned())).collect(),
            without_words: Vec::new(),
        };
        let mut tally = Tally::default();
        assert!(tally.take(&at(&[12_850]), &mixture).starts_with("850 ms, 0 words wrong"));
        assert!(tally.take(&at(&[12_950, 15_000]), &mixture).ends_with("1 of the television's"));
        assert!(tally.take(&at(&[11_900]), &mixture).starts_with("TOO EARLY by 100 ms"));
        assert_eq!(tally.take(&at(&[]), &mixture), "NEVER ENDED");
        let counts = (tally.turns, tally.in_time, tally.early, tally.never, tally.right, tally.errors, tally.stolen);
        assert_eq!(counts, (4, 1, 1, 1, 3, 4, 1));
    }
}

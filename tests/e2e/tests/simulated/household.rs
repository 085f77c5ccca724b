//! A household's day in simulated time: people ask, a television talks, music plays, nobody is there; cards are
//! unplugged, frames are lost, engines are killed, settings are changed. Clocks that jump are not among it: nothing of it
//! reads one (`layering`).
//!
//! Rules:
//! - No state is older than its deadline.
//! - After each part of the day somebody asks, and is answered.
//! - Apart from what is killed on purpose, Parley can answer in 99.9 % of the time.
//! - An interruption is silent within [`SILENT_WITHIN`].
//!
//! A failure prints its seed; `PARLEY_SEED=<seed>` lives another day, `PARLEY_HOURS=1` a short one.

mod day;
mod report;

use std::time::Duration;

use fastrand::Rng;
use parley_conversation::{BargeIn, Settings};
use parley_daemon::conductor::{Conducting, Generating};
use parley_daemon::session::half_duplex;
use parley_settings::Config;

use self::day::Day;
use self::report::Report;
use super::invariants::Seed;

/// Of a part of the day.
const PART: Duration = Duration::from_mins(5);
/// Half a minute of computing.
const HOURS: u64 = 24;
/// From the key, or the onset of a voice, to the last sound of the answer.
const SILENT_WITHIN: Duration = Duration::from_millis(150);

#[test]
fn a_household_is_answered_all_day_where_a_key_interrupts() {
    println!("{}", lived(Mode::Key));
}

#[test]
fn a_household_is_answered_all_day_where_nothing_can_press() {
    println!("{}", lived(Mode::HalfDuplex));
}

#[test]
fn a_household_is_answered_all_day_where_voices_interrupt() {
    println!("{}", lived(Mode::Voice));
}

/// How an answer is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// By a key: as the image ships where no echo is cancelled.
    Key,
    /// The same where there is no key: by a word between two sentences.
    HalfDuplex,
    /// By speech at any moment, as the image ships.
    Voice,
}

impl Mode {
    fn settings(self) -> Settings {
        let settings = |barge_in| Settings { barge_in, ..shipped() };
        let conducting = Conducting { settings: settings(BargeIn::Key), generating: Generating::default() };
        match self {
            Self::Key => conducting.settings,
            Self::HalfDuplex => half_duplex(conducting).settings,
            Self::Voice => settings(BargeIn::Voice),
        }
    }
}

/// What the image ships, as far as no model is concerned.
fn shipped() -> Settings {
    let config = Config::default();
    Settings {
        remembered_turns: config.conversation.remembered_turns,
        prompt_tokens: config.prompt_tokens(),
        ..Settings::default()
    }
}

fn lived(mode: Mode) -> Report {
    let variable = |name| std::env::var(name).ok().map(|value| value.parse::<u64>().expect("it is a number"));
    let seed = variable("PARLEY_SEED").unwrap_or_default();
    let parts = variable("PARLEY_HOURS").unwrap_or(HOURS) * 3_600 / PART.as_secs();
    let _seed = Seed(seed);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.expect("a runtime can be made").block_on(async {
        let mut day = Day::begin(Rng::with_seed(seed), mode);
        for part in 0..parts {
            day.live(part).await;
        }
        let report = day.end().await;
        report.is_good();
        report
    })
}

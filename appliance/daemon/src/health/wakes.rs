//! How often Parley was woken, for nothing, or nearly: figures of the last seven days, and no words.
//!
//! *For nothing* is a wake behind which nobody said anything that was understood: a television, or somebody who thought better
//! of it. A *near miss* was in doubt, and its words were no name: a call that was missed, or nobody's.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use parley_conversation::Notice;
use parley_settings::state_folder;
use parley_update::files;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::conductor::{Handle, Observation};

/// The file in the folder of what a daemon keeps.
const FILE: &str = "wakes.json";
/// It is written so often at most: flash wears.
const EVERY: Duration = Duration::from_secs(60);
const DAYS: u64 = 7;
const DAY_S: u64 = 86_400;

/// What was counted, of a day or of several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Wakes {
    /// It was called, or a key was pressed while it slept.
    pub woken: u64,
    /// Of these, nothing was said behind them.
    pub for_nothing: u64,
    pub near_misses: u64,
}

/// The days, by their number since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    days: Vec<(u64, Wakes)>,
}

impl Kept {
    fn on(&mut self, day: u64) -> &mut Wakes {
        // A clock that was wrong has left days that never were.
        self.days.retain(|(of, _)| *of <= day && of + DAYS > day);
        if self.days.last().is_none_or(|(of, _)| *of != day) {
            self.days.push((day, Wakes::default()));
        }
        let last = self.days.len() - 1;
        &mut self.days[last].1
    }

    fn week(&self, day: u64) -> Wakes {
        let days = self.days.iter().filter(|(of, _)| *of <= day && of + DAYS > day);
        days.fold(Wakes::default(), |sum, (_, of)| Wakes {
            woken: sum.woken.saturating_add(of.woken),
            for_nothing: sum.for_nothing.saturating_add(of.for_nothing),
            near_misses: sum.near_misses.saturating_add(of.near_misses),
        })
    }
}

/// Counts what is observed.
#[derive(Debug, Default)]
struct Counting {
    kept: Kept,
    /// It was woken, and nothing has been said since.
    waits: bool,
    near_misses: u64,
}

impl Counting {
    fn note(&mut self, observation: &Observation, day: u64) {
        match observation {
            Observation::Notice(Notice::Attentive { attentive: true }) => {
                self.waits = true;
                self.kept.on(day).woken += 1;
            }
            Observation::Notice(Notice::Attentive { attentive: false }) => {
                if std::mem::take(&mut self.waits) {
                    self.kept.on(day).for_nothing += 1;
                }
            }
            Observation::Notice(Notice::Understood { .. }) => self.waits = false,
            Observation::Notice(
                Notice::SpeechBegan
                | Notice::NoWords
                | Notice::Answering { .. }
                | Notice::Ended { .. }
                | Notice::Announcing { .. }
                | Notice::Announced { .. }
                | Notice::Degraded { .. },
            )
            | Observation::Turn(_) => {}
        }
    }

    /// `count`: near misses since the start.
    fn near_misses(&mut self, count: u64, day: u64) {
        let new = count.saturating_sub(self.near_misses);
        if new > 0 {
            self.near_misses = count;
            self.kept.on(day).near_misses += new;
        }
    }
}

/// The day, since 1970.
pub(super) fn today() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() / DAY_S
}

fn file(state: &Path) -> PathBuf {
    state.join(FILE)
}

/// Counts until the conversation ends; where nothing can be kept, it does nothing.
pub async fn keep(handle: Handle) {
    let Some(file) = state_folder(|name| std::env::var_os(name)).map(|state| file(&state)) else { return };
    let mut observations = handle.observations.subscribe();
    let pulse = handle.pulse.clone();
    drop(handle);
    let mut counting = Counting { kept: files::read_json(&file).unwrap_or_default(), ..Counting::default() };
    let (mut written, mut tick) = (counting.kept.clone(), tokio::time::interval(EVERY));
    loop {
        tokio::select! {
            observation = observations.recv() => match observation {
                Ok(observation) => counting.note(&observation, today()),
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return,
            },
            _ = tick.tick() => {
                counting.near_misses(pulse.near_misses(), today());
                if counting.kept != written {
                    written = counting.kept.clone();
                    let (file, kept) = (file.clone(), written.clone());
                    // A card may take its time.
                    let write = tokio::task::spawn_blocking(move || files::replace_json(&file, &kept));
                    if let Ok(Err(error)) = write.await {
                        tracing::warn!(%error, "how often Parley was woken is not kept");
                    }
                }
            }
        }
    }
}

/// What the last seven days were like, if anything was counted.
pub fn of_this_week() -> Option<Wakes> {
    let state = state_folder(|name| std::env::var_os(name))?;
    let week = files::read_json::<Kept>(&file(&state))?.week(today());
    (week != Wakes::default()).then_some(week)
}

#[cfg(test)]
mod tests {
    use parley_conversation::TurnId;
    use proptest::prelude::*;

    use super::*;

    fn attentive(attentive: bool) -> Observation {
        Observation::Notice(Notice::Attentive { attentive })
    }

    #[test]
    fn what_nobody_follows_up_was_for_nothing() {
        let mut counting = Counting::default();
        let understood =
            Observation::Notice(Notice::Understood { turn: TurnId(1), text: "stop".into(), language: "en".into() });
        for observation in
            [attentive(true), attentive(false), attentive(true), understood, attentive(false), attentive(false)]
        {
            counting.note(&observation, 20_000);
        }
        counting.near_misses(2, 20_000);
        counting.near_misses(2, 20_001);
        counting.near_misses(3, 20_001);
        assert_eq!(counting.kept.week(20_001), Wakes { woken: 2, for_nothing: 1, near_misses: 3 });
        assert_eq!(counting.kept.week(20_007), Wakes { near_misses: 1, ..Wakes::default() });
    }

    proptest! {
        #[test]
        fn no_more_than_a_week_is_kept_however_the_clock_jumps(days in prop::collection::vec(0_u64..30, 1..60)) {
            let mut kept = Kept::default();
            for day in &days {
                kept.on(*day).woken += 1;
                prop_assert!(kept.days.len() <= DAYS as usize, "{:?}", kept);
                prop_assert!(kept.days.is_sorted_by_key(|(of, _)| *of));
                prop_assert!(kept.week(*day).woken >= 1);
            }
        }
    }
}

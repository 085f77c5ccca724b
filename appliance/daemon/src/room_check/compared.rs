//! The check for updates: how much less of the echo is taken out than before.
//!
//! Rules:
//! - Nothing sounds unless it is certain that it is day, and there is something to compare with.
//! - What a version measures that is sent back for it is not kept: the old slot compares with what was before.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use parley_settings::Updates;
use parley_update::policy::echo::{ECHO_LOST_DB, EchoMark, EchoTrial, MUCH_LESS_DB, in_trial};
use parley_update::policy::table::Table;
use parley_update::{files, observed};
use tokio::time::{sleep, timeout};

use super::RoomChecker;
use crate::clock;
use crate::echo_check::{EchoFault, EchoVerdict};
use crate::health::WhichPlace;
use crate::health::echo_days::mark_of_this_machine;

/// Where root is told, back in the old slot.
const TOLD: &str = "echo.json";
/// The gate waits for no more than a quiet minute.
const LIMIT: Duration = Duration::from_secs(60);
/// How often is looked whether sound comes.
const LOOK: Duration = Duration::from_millis(200);
/// How often is looked whether root wants to know, or somebody is asleep.
const LOOK_SELDOM: Duration = Duration::from_secs(60);
/// Nobody has said anything for so long.
const IDLE: Duration = Duration::from_secs(10);
/// After so many tries in vain nobody knows.
const TRIES: usize = 10;

/// Compares what a chirp tells now with what it told before.
pub struct ComparedRoom {
    room: RoomChecker,
    place: WhichPlace,
    /// What the last chirp before this start told.
    before: Option<EchoMark>,
    /// Whether it is certain that nobody sleeps.
    is_day: Arc<dyn Fn() -> bool + Send + Sync>,
}

impl ComparedRoom {
    /// Compares with what is kept now: made before anything else is. `updates`: the owner's night is in them.
    pub fn new(room: RoomChecker, place: WhichPlace, updates: Updates) -> Self {
        let is_day = move || clock::now().is_some_and(|now| !updates.is_night(now.hour, now.minute));
        Self { room, place, before: mark_of_this_machine(), is_day: Arc::new(is_day) }
    }

    /// For the gate: how many dB less are taken out than by the version before; `None` where that cannot be had in time.
    pub async fn for_the_gate(&self) -> Option<f64> {
        let (lost_db, verdict) = timeout(LIMIT, self.lost_db()).await.ok()??;
        if lost_db <= MUCH_LESS_DB {
            self.room.keep(&verdict);
        }
        Some(lost_db)
    }

    /// In the old slot, after a version failed by its echo: tells root once how much less is taken out here than before. Never ends
    /// before the conversation.
    pub async fn for_the_blame(&self) {
        let mut tries = 0;
        while tries < TRIES {
            sleep(LOOK_SELDOM).await;
            if !Path::new(observed::ECHO_WANTED).exists() || !(self.is_day)() {
                continue;
            }
            tries += 1;
            if self.room.idle_for(IDLE).await.is_none() {
                return;
            }
            let Some((lost_db, verdict)) = self.lost_db().await else { continue };
            // This version stays: the next one is compared with what the room is like now.
            self.room.keep(&verdict);
            let mut table = Table::default();
            table.note(ECHO_LOST_DB, lost_db);
            if let Err(error) = files::replace_json(&Path::new(observed::FOLDER).join(TOLD), &table) {
                tracing::warn!(%error, "root cannot be told how well the echo is taken out");
            }
            return;
        }
    }

    /// How many dB less are taken out than before, and what was measured last; `None` where nobody can tell.
    async fn lost_db(&self) -> Option<(f64, EchoVerdict)> {
        let (mut measured, mut last) = (Vec::new(), None);
        loop {
            match in_trial(self.before.as_ref(), &measured) {
                EchoTrial::Tell(lost_db) => return lost_db.zip(last),
                EchoTrial::Measure => {
                    let (mark, verdict) = self.measure().await.unzip();
                    measured.push(mark);
                    last = verdict;
                }
            }
        }
    }

    async fn measure(&self) -> Option<(EchoMark, EchoVerdict)> {
        if !(self.is_day)() {
            return None;
        }
        while !self.room.0.sound.works() {
            sleep(LOOK).await;
        }
        let place = (self.place)()?;
        let verdict =
            self.room.look().await.map_err(|error| tracing::warn!(%error, "the echo is not compared")).ok()?;
        // What was lost or changed meanwhile is no measure of the version.
        let is_whole = !verdict.found.contains(&EchoFault::LosesSound) && (self.place)().as_ref() == Some(&place);
        let suppressed_db = verdict.figures.suppressed_db.filter(|_| is_whole)?;
        Some((EchoMark { card: place.card, volume: place.volume, suppressed_db }, verdict))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Device;
    use super::*;
    use crate::health::echo_days::EchoPlace;

    fn compared(device: &Device, before_db: f64, is_day: bool) -> ComparedRoom {
        let place = EchoPlace { card: "double".into(), volume: 100 };
        let before = Some(EchoMark { card: "double".into(), volume: 100, suppressed_db: before_db });
        let place = Arc::new(move || Some(place.clone()));
        ComparedRoom { room: device.checker.clone(), place, before, is_day: Arc::new(move || is_day) }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_taken_out_now_is_compared_and_at_night_nothing_sounds() {
        let mut device = Device::new().await;
        let night = compared(&device, 200.0, false);
        assert_eq!(timeout(Duration::from_millis(500), night.for_the_gate()).await, Ok(None), "at once");
        let nothing = ComparedRoom { before: None, ..compared(&device, 0.0, true) };
        assert_eq!(timeout(Duration::from_millis(500), nothing.for_the_gate()).await, Ok(None), "there is no mark");
        let better = compared(&device, -5.0, true).for_the_gate().await;
        assert!(better.is_none_or(|lost_db| lost_db < 0.0), "more is taken out: {better:?}");
        assert_eq!(device.found.try_recv().is_ok(), better.is_some(), "the next version is compared with it");
        let worse = compared(&device, 200.0, true).for_the_gate().await;
        assert!(worse.is_none_or(|lost_db| lost_db > MUCH_LESS_DB), "{worse:?}");
        assert!(device.found.try_recv().is_err(), "the old slot compares with what was before");
    }
}

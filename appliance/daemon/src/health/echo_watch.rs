//! Keeps the figures of ordinary answers, judges them once a night, and says once what is wrong, when somebody is there.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parley_conversation::Language;
use parley_door::EchoState;
use parley_settings::Updates;
use parley_update::announcements::AnnouncementFile;
use parley_update::files;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::time::Instant;

use super::SoundPath;
use super::echo_days::{EchoDays, EchoPlace, file};
use super::wakes::today;
use crate::announcer::OwnAnnouncements;
use crate::clock;
use crate::conductor::{Handle, Observation};
use crate::room_check::RoomChecked;

/// How often is looked whether answers have been measured: before somebody has changed the volume, mostly.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// It is written so often at most: flash wears.
const WRITE_EVERY: Duration = Duration::from_secs(900);
/// What is wrong is announced under this name.
const NAME: &str = "echo";

/// Which cards are in use and how loud they are, as far as that is known.
pub type WhichPlace = Arc<dyn Fn() -> Option<EchoPlace> + Send + Sync>;

/// What it takes to keep watch over the device's own echo.
pub struct EchoWatch {
    pub sound: SoundPath,
    pub place: WhichPlace,
    /// The owner's night is in them.
    pub updates: Updates,
    /// What is said, in the preferred voice's language.
    pub table: &'static Language,
    pub announcements: OwnAnnouncements,
    /// What checks of the room find.
    pub rooms: mpsc::Receiver<RoomChecked>,
    /// What is known, for the door.
    pub tell: watch::Sender<Option<EchoState>>,
}

impl EchoWatch {
    /// Watches until the conversation ends; where nothing can be kept, it is told to the door alone.
    pub async fn keep(mut self, handle: Handle) {
        let mut observations = handle.observations.subscribe();
        drop(handle);
        let file = file();
        let days = file.as_deref().map(EchoDays::read).unwrap_or_default();
        let mut keeping = Keeping { written: days.clone(), days, was_night: false, written_at: None, file };
        let mut tick = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                observation = observations.recv() => match observation {
                    Ok(Observation::Turn(_)) => self.somebody_is_there(&keeping.days),
                    Ok(Observation::Notice(_)) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return,
                },
                Some(checked) = self.rooms.recv() => {
                    keeping.days.note_chirp(today(), (self.place)(), &checked, &self.table.sentences.echo);
                    self.warn(&keeping.days);
                    // Whoever wanted it is there, whatever the hour.
                    self.say(&keeping.days);
                    keeping.write(true).await;
                    self.tell(&keeping.days);
                }
                _ = tick.tick() => {
                    for passage in self.sound.listening.echo.passages.take() {
                        if let Some(place) = (self.place)() {
                            keeping.days.add(today(), &place, passage);
                        }
                    }
                    let is_night = self.is_night();
                    if keeping.is_evening(is_night) {
                        keeping.days.judge(&self.table.sentences.echo);
                        self.warn(&keeping.days);
                    }
                    self.tell(&keeping.days);
                    keeping.write(is_night).await;
                }
            }
        }
    }

    /// Whether it certainly is the owner's night.
    fn is_night(&self) -> bool {
        clock::now().is_some_and(|now| self.updates.is_night(now.hour, now.minute))
    }

    /// At night nothing is said.
    fn somebody_is_there(&self, days: &EchoDays) {
        if !self.is_night() {
            self.say(days);
        }
    }

    /// Has said what is wrong, once; what is wrong no more is taken back.
    fn say(&self, days: &EchoDays) {
        let once = |(text, about): (&str, String)| AnnouncementFile::once(text, about).in_language(self.table.code);
        self.announcements.set(NAME, days.to_say().map(once));
    }

    /// Tells the door what is new.
    fn tell(&self, days: &EchoDays) {
        self.tell.send_if_modified(|told| {
            let state = days.state();
            let is_news = *told != state;
            *told = state;
            is_news
        });
    }

    fn warn(&self, days: &EchoDays) {
        for fault in days.state().into_iter().flat_map(|state| state.faults) {
            tracing::warn!("{}", fault.says);
        }
    }
}

/// What is kept, and what of it has been written.
struct Keeping {
    days: EchoDays,
    written: EchoDays,
    written_at: Option<Instant>,
    was_night: bool,
    file: Option<PathBuf>,
}

impl Keeping {
    /// Whether a night has begun in which there is something to judge.
    fn is_evening(&mut self, is_night: bool) -> bool {
        let was_night = std::mem::replace(&mut self.was_night, is_night);
        is_night && !was_night && self.days.is_to_be_judged()
    }

    /// Writes what is new, seldom; at night at once, when the day was judged.
    async fn write(&mut self, is_night: bool) {
        let is_due = self.written_at.is_none_or(|at| is_night || at.elapsed() >= WRITE_EVERY);
        if !is_due || self.days == self.written {
            return;
        }
        (self.written, self.written_at) = (self.days.clone(), Some(Instant::now()));
        let Some(file) = self.file.clone() else { return };
        let kept = self.days.clone();
        // A card may take its time.
        let write = tokio::task::spawn_blocking(move || files::replace_json(&file, &kept));
        if let Ok(Err(error)) = write.await {
            tracing::warn!(%error, "how well the echo is taken out is not kept");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listening::PassageFigures;

    fn keeping(file: Option<PathBuf>) -> Keeping {
        let days = EchoDays::default();
        Keeping { written: days.clone(), days, was_night: false, written_at: None, file }
    }

    fn bad() -> PassageFigures {
        PassageFigures {
            heard_s: 8.0,
            suppressed_db: 5.0,
            echo_dbfs: -20.0,
            background_dbfs: -70.0,
            clipped_share: 0.0,
            delay_ms: 40.0,
            drift_ppm: 20.0,
        }
    }

    #[test]
    fn a_day_is_judged_when_its_night_begins_and_once() {
        let mut keeping = keeping(None);
        let place = EchoPlace { card: "one".into(), volume: 60 };
        assert!(!keeping.is_evening(false) && !keeping.is_evening(true), "there was no answer");
        assert!(!keeping.is_evening(false));
        (0..3).for_each(|_| keeping.days.add(20_000, &place, bad()));
        assert!(!keeping.is_evening(false), "it is day");
        assert!(keeping.is_evening(true));
        keeping.days.judge(&Language::or_english("en").sentences.echo);
        (0..3).for_each(|_| keeping.days.add(20_001, &place, bad()));
        assert!(!keeping.is_evening(true), "midnight is in the middle of a night");
        assert!(!keeping.is_evening(false));
        assert!(keeping.is_evening(true), "the next night");
    }

    #[tokio::test]
    async fn it_is_written_seldom() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("echo.json");
        let mut keeping = keeping(Some(file.clone()));
        let place = EchoPlace { card: "one".into(), volume: 60 };
        keeping.write(false).await;
        assert!(!file.exists(), "there is nothing new");
        keeping.days.add(20_000, &place, bad());
        keeping.write(false).await;
        let first = std::fs::read(&file).expect("it was written");
        keeping.days.add(20_000, &place, bad());
        keeping.write(false).await;
        assert_eq!(std::fs::read(&file).expect("it is there"), first, "a moment later it is not");
        keeping.write(true).await;
        assert_eq!(EchoDays::read(&file), keeping.days, "at night it is");
    }
}

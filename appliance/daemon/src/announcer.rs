//! Says aloud what root's helpers, or the daemon itself, have to say to the owner.
//!
//! Rules:
//! - One at a time, each when the conversation is quiet; the core sees to that.
//! - What was heard to its end is remembered and not said again, unless it is about something else, or is to be said at
//!   every start.
//! - What somebody stopped is not said again in this start. What nobody heard, because the voice failed, is tried again
//!   after a quarter of an hour.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use parley_conversation::{Announcement, AnnouncementId, AnnouncementOutcome, Event, Notice, Sounding, Urgency};
use parley_update::announcements::{self, AnnouncementFile};
use parley_update::files;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::MissedTickBehavior;

use crate::conductor::{Handle, Observation, lock, next_announcement};

/// How often somebody looks whether there is something new to say.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What nobody has heard is said again after this long. A device restarts into an update after ten quiet minutes: trying
/// more often would keep it from doing so.
const AGAIN_AFTER: Duration = Duration::from_secs(15 * 60);

/// What was said is remembered in this file of the daemon's own folder.
const SAID: &str = "announced.json";

/// Announcements by their names.
type Named = BTreeMap<String, AnnouncementFile>;

/// Where announcements come from, and where what was said is remembered.
pub struct Announcer {
    folder: PathBuf,
    memory: Option<PathBuf>,
    own: OwnAnnouncements,
    said: Said,
}

/// What the daemon itself has to say; clones are of the same.
#[derive(Debug, Clone, Default)]
pub struct OwnAnnouncements(Arc<Mutex<Named>>);

impl OwnAnnouncements {
    /// Has something said, in the place of what had this name; `None` takes that back.
    pub fn set(&self, name: &str, announcement: Option<AnnouncementFile>) {
        let mut own = lock(&self.0);
        match announcement {
            Some(announcement) => own.insert(name.to_owned(), announcement),
            None => own.remove(name),
        };
    }
}

/// What was said, ever and in this start.
#[derive(Debug, Default)]
struct Said {
    ever: Named,
    /// Until it is taken back.
    now: Named,
}

impl Said {
    /// What is to be said next of what there is.
    fn next(&mut self, present: &Named) -> Option<(String, AnnouncementFile)> {
        self.now.retain(|name, _| present.contains_key(name));
        let is_news = |(name, announcement): &(&String, &AnnouncementFile)| {
            let ever = self.ever.get(*name).filter(|_| !announcement.every_start);
            let has_words = !parley_speech_text::speakable(&announcement.text, "").is_empty();
            has_words && self.now.get(*name) != Some(*announcement) && ever != Some(*announcement)
        };
        present.iter().find(is_news).map(|(name, announcement)| (name.clone(), announcement.clone()))
    }

    /// Notes it; true where it is to be remembered beyond this start.
    fn note(&mut self, name: String, announcement: AnnouncementFile, to_its_end: bool) -> bool {
        let remembered = to_its_end && !announcement.every_start;
        if remembered {
            self.ever.insert(name.clone(), announcement.clone());
        }
        self.now.insert(name, announcement);
        remembered
    }
}

impl Announcer {
    /// For the announcements of this folder and the daemon's own; `state` is the daemon's folder, if it has one.
    pub fn new(folder: &Path, state: Option<&Path>, own: Named) -> Self {
        let memory = state.map(|folder| folder.join(SAID));
        let ever = memory.as_deref().and_then(files::read_json).unwrap_or_default();
        let own = OwnAnnouncements(Arc::new(Mutex::new(own)));
        Self { folder: folder.to_owned(), memory, own, said: Said { ever, now: Named::new() } }
    }

    /// On a device; elsewhere there is only what the daemon itself has to say.
    pub fn of_this_machine(own: Named) -> Self {
        // systemd names the folder that it made for the service.
        let state = std::env::var_os("STATE_DIRECTORY").map(PathBuf::from).filter(|folder| folder.is_absolute());
        Self::new(Path::new(announcements::FOLDER), state.as_deref(), own)
    }

    /// Where the daemon itself may have more to say later.
    pub fn own(&self) -> OwnAnnouncements {
        self.own.clone()
    }

    /// Says what there is to say, until the conversation ends.
    pub async fn run(mut self, handle: Handle) {
        let mut tick = tokio::time::interval(LOOK_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            let mut present = announcements::read(&self.folder);
            present.extend(lock(&self.own.0).clone());
            let Some((name, announcement)) = self.said.next(&present) else { continue };
            let mut observations = handle.observations.subscribe();
            let id = next_announcement();
            let event = Event::Announce {
                announcement: Announcement {
                    id,
                    sounding: Sounding::TextIn {
                        language: announcement.language.clone().unwrap_or_else(|| "en".into()),
                        text: announcement.text.clone(),
                    },
                    urgency: Urgency::Low,
                    until: None,
                    until_acknowledged: false,
                },
            };
            if handle.control.send(event).await.is_err() {
                return;
            }
            // However long it waits for a quiet moment: nothing else could be said meanwhile either.
            match outcome_of(id, &mut observations).await {
                Err(RecvError::Closed) => return,
                Ok(AnnouncementOutcome::Heard) => {
                    if self.said.note(name, announcement, true) {
                        self.remember();
                    }
                }
                // Where nobody knows how it went, it is not said again in this start either.
                Ok(AnnouncementOutcome::Stopped) | Err(RecvError::Lagged(_)) => {
                    self.said.note(name, announcement, false);
                }
                Ok(AnnouncementOutcome::Failed | AnnouncementOutcome::Expired | AnnouncementOutcome::Refused) => {
                    tracing::warn!(name, "nobody could hear an announcement; it is tried again");
                    tokio::time::sleep(AGAIN_AFTER).await;
                }
            }
        }
    }

    fn remember(&self) {
        let written = self.memory.as_ref().map_or(Ok(()), |memory| files::replace_json(memory, &self.said.ever));
        if let Err(error) = written {
            tracing::warn!(%error, "what was said cannot be remembered: it will be said again");
        }
    }
}

/// What became of it.
async fn outcome_of(
    wanted: AnnouncementId,
    observations: &mut broadcast::Receiver<Observation>,
) -> Result<AnnouncementOutcome, RecvError> {
    loop {
        if let Observation::Notice(Notice::Announced { id, outcome }) = observations.recv().await?
            && id == wanted
        {
            return Ok(outcome);
        }
    }
}

#[cfg(test)]
mod tests;

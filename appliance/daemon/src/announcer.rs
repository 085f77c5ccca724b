//! Says aloud what root's helpers, or the daemon itself, have to say to the owner.
//!
//! Rules:
//! - One at a time, each when the conversation is quiet; the core sees to that.
//! - What was heard to its end is remembered and not said again, unless it is about something else, or is to be said at
//!   every start.
//! - What somebody hushed or spoke over is not said again in this start. What nobody heard, because the voice failed, is
//!   tried again after a quarter of an hour.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use parley_conversation::{Event, Outcome, speakable};
use parley_update::announcements::{self, Announcement};
use parley_update::files;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::MissedTickBehavior;

use crate::conductor::{Handle, Observation, TurnReport};

/// How often somebody looks whether there is something new to say.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What nobody has heard is said again after this long. A device restarts into an update after ten quiet minutes: trying
/// more often would keep it from doing so.
const AGAIN_AFTER: Duration = Duration::from_secs(15 * 60);

/// What was said is remembered in this file of the daemon's own folder.
const SAID: &str = "announced.json";

/// Announcements by their names.
type Named = BTreeMap<String, Announcement>;

/// Where announcements come from, and where what was said is remembered.
pub struct Announcer {
    folder: PathBuf,
    memory: Option<PathBuf>,
    /// What the daemon itself has to say.
    own: Named,
    said: Said,
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
    fn next(&mut self, present: &Named) -> Option<(String, Announcement)> {
        self.now.retain(|name, _| present.contains_key(name));
        let is_news = |(name, announcement): &(&String, &Announcement)| {
            let ever = self.ever.get(*name).filter(|_| !announcement.every_start);
            let has_words = !speakable(&announcement.text).is_empty();
            has_words && self.now.get(*name) != Some(*announcement) && ever != Some(*announcement)
        };
        present.iter().find(is_news).map(|(name, announcement)| (name.clone(), announcement.clone()))
    }

    /// Notes it; true where it is to be remembered beyond this start.
    fn note(&mut self, name: String, announcement: Announcement, to_its_end: bool) -> bool {
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
        Self { folder: folder.to_owned(), memory, own, said: Said { ever, now: Named::new() } }
    }

    /// On a device; elsewhere there is only what the daemon itself has to say.
    pub fn of_this_machine(own: Named) -> Self {
        // systemd names the folder that it made for the service.
        let state = std::env::var_os("STATE_DIRECTORY").map(PathBuf::from).filter(|folder| folder.is_absolute());
        Self::new(Path::new(announcements::FOLDER), state.as_deref(), own)
    }

    /// Says what there is to say, until the conversation ends.
    pub async fn run(mut self, handle: Handle) {
        let mut tick = tokio::time::interval(LOOK_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            let mut present = announcements::read(&self.folder);
            present.extend(self.own.clone());
            let Some((name, announcement)) = self.said.next(&present) else { continue };
            let mut observations = handle.observations.subscribe();
            let text = announcement.text.clone();
            if handle.control.send(Event::Announce { text: text.clone() }).await.is_err() {
                return;
            }
            // However long it waits for a quiet moment: nothing else could be said meanwhile either.
            match report_of(&text, &mut observations).await {
                Err(RecvError::Closed) => return,
                // Nobody knows how it went: not again in this start.
                Err(RecvError::Lagged(_)) => drop(self.said.note(name, announcement, false)),
                Ok(report) if is_heard(&report) => {
                    if self.said.note(name, announcement, report.outcome == Outcome::Completed) {
                        self.remember();
                    }
                }
                Ok(_) => {
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

/// How the turn ended in which this was said.
async fn report_of(text: &str, observations: &mut broadcast::Receiver<Observation>) -> Result<TurnReport, RecvError> {
    // Clauses are cut and cleaned one by one: what they have in common with the text are letters and digits.
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let said = letters(&speakable(text));
    loop {
        match observations.recv().await? {
            Observation::Turn(report) if report.question.is_empty() && letters(&report.answer) == said => {
                return Ok(report);
            }
            Observation::Turn(_) | Observation::Notice(_) => {}
        }
    }
}

fn is_heard(report: &TurnReport) -> bool {
    report.outcome == Outcome::Completed || report.timeline.stages().played.is_some()
}

#[cfg(test)]
mod tests;

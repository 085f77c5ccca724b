//! The last minutes of a conversation as times and names, without a word of it; written to a file when something fails.
//!
//! An entry can hold no text: its parts are names from this program, and numbers. What is noted is what decides, in the
//! order in which it did: events (of frames only the change between speech and silence) and actions. A file is written
//! at a fault, after a moment in which its consequences are noted too, and for the same fault at most once in
//! [`BETWEEN_FILES`]; the newest [`FILES`] are kept. Of what may end the process a file is written at once.

mod names;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use std::{fs, io};

use parley_conversation::{Action, Event, Stage, TurnId};
use parley_update::files;
use parley_update::records::faults;
use serde::Serialize;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::{SoundPart, Trouble};
use crate::conductor::lock;

/// Some minutes of a lively conversation.
const ENTRIES: usize = 1_000;
/// What follows a fault belongs to it.
const AFTERMATH: Duration = Duration::from_secs(3);
/// The same fault, again and again, wears out no card.
pub const BETWEEN_FILES: Duration = Duration::from_mins(10);
pub const FILES: usize = 8;
/// How often is looked whether the conductor moves, and how long it may stand still: well within the unit's `WatchdogSec`.
const LOOK: Duration = Duration::from_millis(500);
const STANDS_STILL: Duration = Duration::from_secs(4);

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedFault {
    /// An engine could not do its part for a turn.
    EngineFailed(Stage),
    EngineDegraded(Stage),
    /// A part on the way of sound does not move.
    StandsStill(&'static str),
    /// A device or its sound is not as it should be.
    Sound(SoundPart, Trouble),
    /// A thread of the daemon panicked.
    Panicked,
}

impl RecordedFault {
    fn name(self) -> &'static str {
        match self {
            Self::EngineFailed(_) => "an engine failed",
            Self::EngineDegraded(_) => "an engine is out of order",
            Self::StandsStill(_) => "a part stands still",
            Self::Sound(_, trouble) => names::of_trouble(trouble),
            Self::Panicked => "a part of the program panicked",
        }
    }

    fn detail(self) -> Detail {
        match self {
            Self::EngineFailed(stage) | Self::EngineDegraded(stage) => Detail::Name(names::of_stage(stage)),
            Self::StandsStill(part) => Detail::Name(part),
            Self::Sound(part, _) => Detail::Name(part.name()),
            Self::Panicked => Detail::None,
        }
    }
}

/// A name, a turn, and what else there is to say.
type InNames = (&'static str, Option<TurnId>, Detail);

/// Beside its name, an entry has one of these; text is not among them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
enum Detail {
    None,
    Name(&'static str),
    Number(f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Entry {
    /// Milliseconds since the daemon's start.
    at_ms: u64,
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    turn: Option<u64>,
    #[serde(skip_serializing_if = "is_none")]
    detail: Detail,
}

fn is_none(detail: &Detail) -> bool {
    *detail == Detail::None
}

/// What is written: a [`faults::FaultFile`].
#[derive(Debug, Serialize)]
struct Written<'a> {
    fault: &'static str,
    #[serde(skip_serializing_if = "is_none")]
    detail: Detail,
    version: &'static str,
    /// Seconds since 1970, by a clock that may be wrong.
    time_s: u64,
    /// Of the fault, since the daemon's start.
    at_ms: u64,
    entries: &'a [Entry],
}

/// Notes what happens; clones note in the same place.
#[derive(Debug, Clone)]
pub struct FlightRecorder(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    started: Instant,
    noted: Mutex<Noted>,
    fault: Notify,
}

#[derive(Debug, Default)]
struct Noted {
    entries: VecDeque<Entry>,
    speech: bool,
    /// The first one that is in no file yet, and when it was.
    fault: Option<(RecordedFault, u64)>,
    /// Of which there was a file, and when.
    written: Vec<(RecordedFault, Instant)>,
}

impl Noted {
    /// Whether there was a file of this fault not long ago.
    fn is_known(&self, fault: RecordedFault) -> bool {
        self.written.iter().any(|(known, at)| *known == fault && at.elapsed() < BETWEEN_FILES)
    }
}

impl FlightRecorder {
    /// `started`: the beginning of its times.
    pub fn new(started: Instant) -> Self {
        Self(Arc::new(Inner { started, noted: Mutex::default(), fault: Notify::new() }))
    }

    pub fn event(&self, event: &Event) {
        if let Event::Frame { speech, .. } = event {
            let changed = std::mem::replace(&mut lock(&self.0.noted).speech, *speech) != *speech;
            if changed {
                self.note(names::of_event(event));
            }
            return;
        }
        // What comes of it is noted; the watchdog sends one every other second.
        if matches!(event, Event::Due) {
            return;
        }
        self.note(names::of_event(event));
        if let Event::Failed { stage, .. } = *event {
            self.fault(RecordedFault::EngineFailed(stage));
        } else if let Event::Degraded { stage, degraded: true } = *event {
            self.fault(RecordedFault::EngineDegraded(stage));
        }
    }

    pub fn action(&self, action: &Action) {
        self.note(names::of_action(action));
    }

    /// Something went wrong: what was noted is to be written.
    pub fn fault(&self, fault: RecordedFault) {
        let at_ms = self.now_ms();
        self.note((fault.name(), None, fault.detail()));
        let mut noted = lock(&self.0.noted);
        if !noted.is_known(fault) {
            noted.fault.get_or_insert((fault, at_ms));
            self.0.fault.notify_one();
        }
    }

    /// A device or its sound is not as it should be, which is a fault or only noted.
    pub(super) fn trouble(&self, part: SoundPart, trouble: Trouble) {
        if trouble.is_fault() {
            self.fault(RecordedFault::Sound(part, trouble));
        } else {
            self.note((names::of_trouble(trouble), None, Detail::Name(part.name())));
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.0.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn note(&self, (what, turn, detail): InNames) {
        let entry = Entry { at_ms: self.now_ms(), what, turn: turn.map(|turn| turn.0), detail };
        let entries = &mut lock(&self.0.noted).entries;
        if entries.len() == ENTRIES {
            entries.pop_front();
        }
        entries.push_back(entry);
    }

    /// Writes a file for each fault, until it is dropped. `state`: the folder for state; there is none, nothing is written.
    pub async fn keep(self, state: Option<PathBuf>) {
        let Some(folder) = state.map(|state| state.join(faults::FOLDER)) else { return };
        loop {
            self.0.fault.notified().await;
            tokio::time::sleep(AFTERMATH).await;
            let (recorder, folder) = (self.clone(), folder.clone());
            if let Err(error) = tokio::task::spawn_blocking(move || recorder.write_and_tell(&folder)).await {
                tracing::warn!(%error, "a fault cannot be recorded");
            }
        }
    }

    /// From a thread of its own: notices where the conductor does not move, and writes before the service manager's watchdog
    /// ends the process. On the runtime nobody could: it has one thread, and that is the conductor's. `events`: how many it
    /// has handled, one every other second at least; `None` ends it.
    pub fn watch_conductor(
        &self,
        state: Option<PathBuf>,
        events: impl Fn() -> Option<u64> + Send + 'static,
    ) -> io::Result<()> {
        let Some(folder) = state.map(|state| state.join(faults::FOLDER)) else { return Ok(()) };
        let recorder = self.clone();
        let watching = move || {
            let (mut last, mut still) = (None, Duration::ZERO);
            while let Some(now) = events() {
                still = if last.replace(now) == Some(now) { still + LOOK } else { Duration::ZERO };
                if still == STANDS_STILL {
                    recorder.fault(RecordedFault::StandsStill("the conductor"));
                    recorder.write_and_tell(&folder);
                }
                std::thread::sleep(LOOK);
            }
        };
        std::thread::Builder::new().name("recorder".into()).spawn(watching).map(drop)
    }

    fn write_and_tell(&self, folder: &Path) {
        match self.write(folder) {
            Ok(Some(file)) => tracing::warn!(file = %file.display(), "a fault was recorded: `parley faults`"),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "a fault cannot be recorded"),
        }
    }

    /// Writes a file where a thread panics, at once: nobody knows what still works afterwards.
    pub fn watch_panics(&self, state: Option<PathBuf>) {
        let Some(folder) = state.map(|state| state.join(faults::FOLDER)) else { return };
        let (recorder, before) = (self.clone(), std::panic::take_hook());
        std::panic::set_hook(Box::new(move |panic| {
            before(panic);
            // A panic under the recorder's own lock would wait for itself.
            let free = recorder.0.noted.try_lock().is_ok();
            if free {
                recorder.fault(RecordedFault::Panicked);
                let _ = recorder.write(&folder);
            }
        }));
    }

    /// Writes what was noted, where there is a fault that is in no file, and removes the oldest files.
    fn write(&self, folder: &Path) -> io::Result<Option<PathBuf>> {
        let (fault, at_ms, entries) = {
            let mut noted = lock(&self.0.noted);
            let Some((fault, at_ms)) = noted.fault.take() else { return Ok(None) };
            noted.written.retain(|(_, at)| at.elapsed() < BETWEEN_FILES);
            noted.written.push((fault, Instant::now()));
            (fault, at_ms, noted.entries.iter().copied().collect::<Vec<_>>())
        };
        let time_s = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let version = env!("CARGO_PKG_VERSION");
        let written =
            Written { fault: fault.name(), detail: fault.detail(), version, time_s, at_ms, entries: &entries };
        let present = faults::numbers(folder)?;
        let number = present.last().map_or(1, |last| last.saturating_add(1));
        let file = faults::file(folder, number);
        files::replace_json(&file, &written)?;
        for old in present.iter().rev().skip(FILES - 1) {
            fs::remove_file(faults::file(folder, *old))?;
        }
        Ok(Some(file))
    }
}

#[cfg(test)]
mod tests;

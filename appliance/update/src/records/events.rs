//! What happens with updates, for whoever tells people: voice, dashboard, lights and the command line.
//!
//! They lie in memory, in a file of JSON lines ([`LOG`]), which begins anew with every start and when it has grown
//! beyond [`LARGEST_BYTES`].

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::bootchain::journal::Meaning;
use crate::bootchain::slot::Slot;
use crate::files;
use crate::policy::table::Exceeded;
use crate::wishes::Wish;

/// Where they lie.
pub const LOG: &str = "/run/parley-update/events";

/// When the file begins anew. An installation tells about a hundred lines of a hundred bytes.
pub const LARGEST_BYTES: u64 = 256 * 1024;

/// Everything that happens with updates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the fields are named for what they hold")]
pub enum UpdateEvent {
    /// The device has started, and that means this for what was under way.
    Started {
        meaning: Meaning,
        /// Which version runs, where the image names one.
        version: Option<Version>,
    },
    /// A stick brings an update, and somebody has to say yes.
    Offered { version: Version },
    /// The stick with the offered update is gone, or nobody wants it.
    OfferGone,
    /// Somebody at the daemon's door wished this, and root does it now.
    WishTaken { wish: Wish },
    /// Its command has ended well; what comes of that is told by other events.
    WishFulfilled { wish: Wish },
    /// It cannot be done.
    WishRefused { wish: Wish, because: String },
    /// The signature is being checked.
    Inspecting,
    /// The bundle may be installed.
    Admitted { version: Version },
    /// An installation has moved.
    Progress {
        percent: i32,
        /// What RAUC does, in its own words.
        doing: String,
    },
    /// It is in the idle slot, and the next restart tries it.
    Installed { version: Version },
    /// It was refused or not installed; the system in use was not touched.
    NotInstalled {
        /// Which, where that could be read.
        version: Option<Version>,
        because: String,
    },
    /// The device restarts into the other slot.
    Restarting { into: Slot },
    /// The running version failed its tests; the device restarts into the old one.
    FailedTheGate { exceeded: Vec<Exceeded> },
    /// It could not be found out whether the running version is good; the device restarts into the old one.
    NotJudged { exceeded: Vec<Exceeded> },
    /// The device's own firmware is too old: a version whose start hangs would hang until somebody pulls the plug.
    FirmwareTooOld,
    /// This slot only helps out, because the version in use does not start; the next start tries that one again.
    HelpsOut { version: Option<Version> },
    /// The running version has passed its tests, and is in use from now on.
    Committed { version: Option<Version> },
    /// The running version gives trouble; the device restarts into the old one.
    GoingBack { exceeded: Vec<Exceeded> },
    /// The running version has proved itself for a day.
    Proved { version: Version },
}

/// Writes an event behind the others. Where the folder is missing (a laptop), nobody listens.
pub fn tell(log: &Path, event: &UpdateEvent) {
    // Whoever cannot be told does not stop an update.
    let _ = append(log, event);
}

fn append(log: &Path, event: &UpdateEvent) -> io::Result<()> {
    if fs::metadata(log).is_ok_and(|file| file.len() > LARGEST_BYTES) {
        fs::remove_file(log)?;
    }
    let mut line = serde_json::to_vec(event)?;
    line.push(b'\n');
    // One write of a line at the end is one piece for every reader.
    files::append(log)?.write_all(&line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(percent: i32) -> UpdateEvent {
        UpdateEvent::Progress { percent, doing: "copying".into() }
    }

    fn told(log: &Path) -> Vec<UpdateEvent> {
        fs::read_to_string(log).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn events_are_lines_in_the_order_in_which_they_were_told_and_none_of_an_installation_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("events");
        let events: Vec<UpdateEvent> = [UpdateEvent::Inspecting].into_iter().chain((0..=100).map(progress)).collect();
        events.iter().for_each(|event| tell(&log, event));
        assert_eq!(told(&log), events);
    }

    #[test]
    fn the_file_begins_anew_only_when_it_is_larger_than_it_may_be() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("events");
        let full = "x".repeat(LARGEST_BYTES as usize - 1) + "\n";
        fs::write(&log, &full).unwrap();
        tell(&log, &UpdateEvent::Inspecting);
        assert!(fs::read_to_string(&log).unwrap().starts_with(&full), "it is as large as it may be, and no larger");
        tell(&log, &progress(2));
        assert_eq!(told(&log), [progress(2)]);
    }
}

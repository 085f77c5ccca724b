//! What happens with updates, for whoever tells people: voice, dashboard, lights and the command line.
//!
//! Programs of one device tell each other through a file of JSON lines in memory ([`LOG`]); it begins anew with every start, and when it has
//! grown beyond [`LARGEST_BYTES`]. A reader that looks too seldom may miss what was told before the file began anew, never half a line.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::policy::table::Exceeded;
use crate::slot::Slot;
use crate::state::Meaning;

/// The file.
pub const LOG: &str = "/run/parley-update/events";

/// When the file begins anew. An installation tells about a hundred lines of a hundred bytes.
pub const LARGEST_BYTES: u64 = 256 * 1024;

/// Everything that happens with updates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The device has started, and that means this for what was under way.
    Started {
        /// What it means.
        meaning: Meaning,
        /// Which version runs, where the image names one.
        version: Option<Version>,
    },
    /// A stick brings an update, and somebody has to say yes ([`crate::requests::Request::InstallOffered`]).
    Offered {
        /// Its version.
        version: Version,
    },
    /// The stick with the offered update is gone, or nobody wants it.
    OfferGone,
    /// The signature is being checked.
    Inspecting,
    /// The bundle may be installed.
    Admitted {
        /// Its version.
        version: Version,
    },
    /// It goes on.
    Progress {
        /// 0 to 100.
        percent: i32,
        /// What RAUC does, in its own words.
        doing: String,
    },
    /// It is in the idle slot, and the next restart tries it.
    Installed {
        /// Its version.
        version: Version,
    },
    /// It was refused or not installed; the system in use was not touched.
    NotInstalled {
        /// Which, where that could be read.
        version: Option<Version>,
        /// Why, for the owner.
        because: String,
    },
    /// The device restarts into the other slot.
    Restarting {
        /// Which slot.
        into: Slot,
    },
    /// The running version failed its tests; the device restarts into the old one.
    FailedTheGate {
        /// Which limits.
        exceeded: Vec<Exceeded>,
    },
    /// The running version has passed its tests, and is in use from now on.
    Committed {
        /// Which.
        version: Option<Version>,
    },
    /// The running version gives trouble; the device restarts into the old one.
    GoingBack {
        /// Which limits.
        exceeded: Vec<Exceeded>,
    },
    /// The running version has proved itself for a day.
    Proved {
        /// Which.
        version: Version,
    },
    /// A request could not be fulfilled.
    RequestFailed {
        /// Why, for the owner.
        because: String,
    },
}

/// Tells everybody on this device. Where the folder is missing (a laptop), nobody listens.
pub fn tell(event: &Event) {
    // Whoever cannot be told does not stop an update.
    let _ = append(Path::new(LOG), event);
}

fn append(log: &Path, event: &Event) -> io::Result<()> {
    if fs::metadata(log).is_ok_and(|file| file.len() > LARGEST_BYTES) {
        fs::remove_file(log)?;
    }
    let mut line = serde_json::to_vec(event)?;
    line.push(b'\n');
    // One write of a line at the end is one piece for every reader.
    OpenOptions::new().append(true).create(true).open(log)?.write_all(&line)
}

/// Reads what was told since it last looked.
#[derive(Debug)]
pub struct Reader {
    log: PathBuf,
    offset: u64,
}

impl Default for Reader {
    fn default() -> Reader {
        Reader { log: LOG.into(), offset: 0 }
    }
}

impl Reader {
    /// The next events, the oldest first. Lines of a newer program that make no sense here are passed over.
    pub fn unread(&mut self) -> Vec<Event> {
        let Ok(mut file) = fs::File::open(&self.log) else {
            self.offset = 0;
            return Vec::new();
        };
        if file.metadata().is_ok_and(|file| file.len() < self.offset) {
            self.offset = 0;
        }
        let mut bytes = Vec::new();
        let read =
            file.seek(SeekFrom::Start(self.offset)).and_then(|_| file.take(2 * LARGEST_BYTES).read_to_end(&mut bytes));
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        if read.is_err() {
            return Vec::new();
        }
        self.offset += whole as u64;
        bytes[..whole].split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bench() -> (tempfile::TempDir, PathBuf, Reader) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let log = folder.path().join("events");
        let reader = Reader { log: log.clone(), offset: 0 };
        (folder, log, reader)
    }

    fn progress(percent: i32) -> Event {
        Event::Progress { percent, doing: "copying".into() }
    }

    #[test]
    fn a_reader_sees_everything_once_and_in_order() {
        let (_folder, log, mut reader) = bench();
        assert_eq!(reader.unread(), []);
        append(&log, &Event::Inspecting).expect("it can be told");
        append(&log, &progress(1)).expect("it can be told");
        assert_eq!(reader.unread(), [Event::Inspecting, progress(1)]);
        assert_eq!(reader.unread(), []);
        append(&log, &progress(2)).expect("it can be told");
        assert_eq!(reader.unread(), [progress(2)]);
    }

    #[test]
    fn half_a_line_is_waited_for_and_a_strange_one_passed_over() {
        let (_folder, log, mut reader) = bench();
        fs::write(&log, "{\"event\":\"of-the-future\"}\n{\"event\":\"inspe").expect("it can be written");
        assert_eq!(reader.unread(), []);
        OpenOptions::new()
            .append(true)
            .open(&log)
            .and_then(|mut file| file.write_all(b"cting\"}\n"))
            .expect("the rest");
        assert_eq!(reader.unread(), [Event::Inspecting]);
    }

    #[test]
    fn the_file_does_not_grow_for_ever() {
        let (_folder, log, mut reader) = bench();
        for percent in 0..20_000 {
            append(&log, &progress(percent)).expect("it can be told");
        }
        assert!(fs::metadata(&log).expect("it is there").len() <= LARGEST_BYTES + 100);
        assert_eq!(reader.unread().last(), Some(&progress(19_999)));
    }
}

//! What happens with updates, read from the file in which root's helpers tell it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use parley_door::UpdateStep;
use parley_update::bootchain::journal::Meaning;
use parley_update::files;
use parley_update::policy::table::Exceeded;
use parley_update::records::events::{LARGEST_BYTES, UpdateEvent};

/// Reads what was written since the last look.
pub(super) struct UpdateLog {
    path: PathBuf,
    /// The file, and how much of it was read. It begins anew when it has grown large; while it is open here, no other has
    /// its number.
    read: Option<(File, u64)>,
}

impl UpdateLog {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, read: None }
    }

    /// What is new, in order; nothing where no update has ever been under way, or the file cannot be read.
    pub(super) fn look(&mut self) -> Vec<UpdateEvent> {
        let Ok(file) = files::open(&self.path) else { return Vec::new() };
        self.read_on(file).unwrap_or_default()
    }

    fn read_on(&mut self, mut file: File) -> std::io::Result<Vec<UpdateEvent>> {
        let metadata = file.metadata()?;
        let same = |open: &File| open.metadata().is_ok_and(|open| open.ino() == metadata.ino());
        let from = match &self.read {
            Some((open, read)) if same(open) && *read <= metadata.len() => *read,
            Some(_) | None => 0,
        };
        let mut text = Vec::new();
        file.seek(SeekFrom::Start(from))?;
        (&file).take(2 * LARGEST_BYTES).read_to_end(&mut text)?;
        // A line that is being written is read next time.
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        self.read = Some((file, from + whole as u64));
        let lines = text.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n');
        Ok(lines.filter_map(|line| serde_json::from_slice(line).ok()).collect())
    }
}

/// An event as the door tells it.
pub(super) fn step(event: UpdateEvent) -> UpdateStep {
    let named = |step: &str| UpdateStep { step: step.into(), ..UpdateStep::default() };
    let because = |step: &str, exceeded: Vec<Exceeded>| {
        let reasons: Vec<String> = exceeded.into_iter().map(|limit| limit.means).collect();
        UpdateStep { because: Some(reasons.join("; ")), ..named(step) }
    };
    match event {
        UpdateEvent::Started { meaning, version } => {
            UpdateStep { because: Some(started(meaning).into()), ..of("started", version) }
        }
        UpdateEvent::Offered { version } => of("offered", Some(version)),
        UpdateEvent::OfferGone => named("offer-gone"),
        UpdateEvent::WishTaken { wish } => UpdateStep { because: Some(wish.name().into()), ..named("wish-taken") },
        UpdateEvent::WishFulfilled { wish } => {
            UpdateStep { because: Some(wish.name().into()), ..named("wish-fulfilled") }
        }
        UpdateEvent::WishRefused { wish, because } => {
            UpdateStep { because: Some(format!("{}: {because}", wish.name())), ..named("wish-refused") }
        }
        UpdateEvent::Inspecting => named("inspecting"),
        UpdateEvent::Admitted { version } => of("admitted", Some(version)),
        UpdateEvent::Progress { percent, doing } => {
            UpdateStep { percent: u8::try_from(percent.clamp(0, 100)).ok(), because: Some(doing), ..named("progress") }
        }
        UpdateEvent::Installed { version } => of("installed", Some(version)),
        UpdateEvent::NotInstalled { version, because } => {
            UpdateStep { because: Some(because), ..of("not-installed", version) }
        }
        UpdateEvent::Restarting { into } => {
            UpdateStep { because: Some(format!("into slot {into}")), ..named("restarting") }
        }
        UpdateEvent::FailedTheGate { exceeded } => because("failed-the-gate", exceeded),
        UpdateEvent::NotJudged { exceeded } => because("not-judged", exceeded),
        UpdateEvent::FirmwareTooOld => named("firmware-too-old"),
        UpdateEvent::HelpsOut { version } => of("helps-out", version),
        UpdateEvent::Committed { version } => of("committed", version),
        UpdateEvent::GoingBack { exceeded } => because("going-back", exceeded),
        UpdateEvent::Proved { version } => of("proved", Some(version)),
    }
}

fn of(step: &str, version: Option<impl ToString>) -> UpdateStep {
    UpdateStep { step: step.into(), version: version.map(|version| version.to_string()), ..UpdateStep::default() }
}

fn started(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Ordinary => "an ordinary start",
        Meaning::Trial => "a trial",
        Meaning::Rescue => "the version in use did not start",
        Meaning::Interrupted => "a trial was interrupted",
        Meaning::GaveUp => "a trial was given up",
        Meaning::CommitCompleted => "a commit was completed",
        Meaning::FellBack => "the firmware fell back",
    }
}

#[cfg(test)]
mod tests {
    use parley_update::records::events::tell;

    use super::*;

    #[test]
    fn events_of_updates_are_read_once_and_also_from_a_file_that_begins_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("events");
        let mut log = UpdateLog::new(path.clone());
        assert_eq!(log.look(), [], "nothing has happened yet");
        tell(&path, &UpdateEvent::Inspecting);
        tell(&path, &UpdateEvent::Progress { percent: 130, doing: "copying".into() });
        let seen: Vec<UpdateStep> = log.look().into_iter().map(step).collect();
        assert_eq!(seen.iter().map(|step| step.step.as_str()).collect::<Vec<_>>(), ["inspecting", "progress"]);
        assert_eq!(seen.last().and_then(|step| step.percent), Some(100));
        assert_eq!(log.look(), [], "once");
        std::fs::write(&path, "{\"event\":\"inspecting\"}\nnonsense\n{\"event\":\"offer-g").expect("it can be written");
        assert_eq!(log.look().len(), 1, "the rest of a line comes later");
        std::fs::remove_file(&path).expect("it was there");
        let version = semver::Version::new(1, 2, 3);
        tell(&path, &UpdateEvent::Installed { version });
        let version = Some("1.2.3".to_owned());
        let seen: Vec<UpdateStep> = log.look().into_iter().map(step).collect();
        assert_eq!(seen, [UpdateStep { step: "installed".into(), version, ..UpdateStep::default() }]);
    }
}

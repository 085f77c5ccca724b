//! Settings over the door: what is in force, and what a client sets of it.
//!
//! Rules:
//! - What is confirmed is on the card: it is written before it is taken over, and what cannot be written changes nothing.
//! - A change that was begun is finished, whatever becomes of its client; one comes after the other.
//! - Which settings may be set, and what good values are, `parley_settings` says; so does who wins.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use parley_door::{DoorError, DoorReply, ErrorCode, OwnerSetting};
use parley_settings::{Config, DoorLayer, Key, NotSet, OverDoor, Places, WhyNotSet};
use parley_update::files;

use crate::conductor::lock;

/// The settings of a daemon that runs; clones are the same.
#[derive(Clone)]
pub(super) struct DoorSettings(Arc<Inner>);

struct Inner {
    /// Where changes are kept; none where they are not.
    places: Option<(Places, Option<PathBuf>)>,
    now: Mutex<Now>,
    /// Held while a change is made.
    one_at_a_time: Mutex<()>,
}

struct Now {
    running: Config,
    /// From the next start on.
    next: Config,
    /// What of it was set over the door.
    set: BTreeSet<&'static str>,
}

impl DoorSettings {
    /// Of a daemon that runs with these, and keeps no others.
    pub(super) fn new(running: Config) -> Self {
        Self::start(running, None)
    }

    /// The same where changes are kept in these places, below the file that was named at the start.
    pub(super) fn kept(&self, places: Places, named: Option<PathBuf>) -> Self {
        Self::start(lock(&self.0.now).running.clone(), Some((places, named)))
    }

    fn start(running: Config, places: Option<(Places, Option<PathBuf>)>) -> Self {
        let next = running.clone();
        let now = Mutex::new(Now { running, next, set: BTreeSet::new() });
        let settings = Self(Arc::new(Inner { places, now, one_at_a_time: Mutex::default() }));
        if let Some(mut layer) = settings.layer() {
            // What somebody has changed in a file since does not come back.
            if layer.forget_overruled()
                && let Err(error) = write(&layer)
            {
                tracing::warn!(%error, file = %layer.file().display(), "it stays as it was");
            }
            settings.note(&layer);
        }
        settings
    }

    fn layer(&self) -> Option<DoorLayer> {
        let (places, named) = self.0.places.as_ref()?;
        places.door_layer(named.as_deref())
    }

    fn note(&self, layer: &DoorLayer) {
        let mut now = lock(&self.0.now);
        now.next = layer.config().0;
        now.set = settable().filter(|key| layer.sets(key)).collect();
    }

    /// All that is in force.
    pub(super) fn listed(&self) -> Vec<OwnerSetting> {
        let now = lock(&self.0.now);
        let next = now.next.listed();
        let waits = |key: &str, value: &Option<String>| {
            settable().any(|settable| settable == key) && next.iter().any(|(name, next)| *name == key && next != value)
        };
        let listed = now.running.listed().into_iter();
        listed
            .map(|(key, value)| {
                let (set, waits) = (now.set.contains(key), waits(key, &value));
                OwnerSetting { key: key.into(), value, set, waits }
            })
            .collect()
    }

    /// Sets a setting, or lets it be what the files say (no value), and says what is in force from now on. Writes a small
    /// file.
    pub(super) fn change(&self, key: &str, value: Option<&str>) -> Result<(DoorReply, Config), DoorError> {
        let _alone = lock(&self.0.one_at_a_time);
        let Some(mut layer) = self.layer() else {
            let text = "there is no folder in which settings could be kept: set STATE_DIRECTORY";
            return Err(DoorError::new(ErrorCode::NotAvailable, text));
        };
        let changed = match value {
            Some(value) => layer.set(key, value),
            None => layer.unset(key),
        };
        changed.map_err(refused)?;
        write(&layer).map_err(|error| {
            let text = format!("{} cannot be written, and nothing has changed: {error}", layer.file().display());
            DoorError::new(ErrorCode::NotAvailable, text)
        })?;
        self.note(&layer);
        let mut now = lock(&self.0.now);
        now.running = now.running.taking_over(&now.next, key);
        let listed = now.next.listed().into_iter().find(|(name, _)| *name == key);
        let setting = OwnerSetting {
            key: key.into(),
            value: listed.and_then(|(_, value)| value),
            set: now.set.contains(key),
            waits: false,
        };
        let running = now.running.clone();
        drop(now);
        let restart = self.listed().iter().any(|listed| listed.key == key && listed.waits);
        Ok((DoorReply::Setting { setting, restart }, running))
    }
}

/// The settings that a client may set.
fn settable() -> impl Iterator<Item = &'static str> {
    let is_settable = |key: &&Key| !matches!(key.over_door, OverDoor::Refused(_));
    parley_settings::KEYS.iter().filter(is_settable).map(|key| key.name)
}

/// After a cut it is the old file or the new one. What made no sense lies beside it from now on.
fn write(layer: &DoorLayer) -> std::io::Result<()> {
    if layer.problem().is_some() {
        files::set_aside(layer.file())?;
    }
    files::replace(layer.file(), layer.content().as_bytes())
}

fn refused(NotSet { why, says }: NotSet) -> DoorError {
    let code = match why {
        WhyNotSet::Wrong => ErrorCode::BadRequest,
        WhyNotSet::Refused => ErrorCode::NotAllowed,
        WhyNotSet::Named => ErrorCode::NotAvailable,
    };
    DoorError::new(code, says)
}

#[cfg(test)]
mod tests;

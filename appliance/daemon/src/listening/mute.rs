//! A microphone that is closed.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use parley_audio::Flag;
use parley_settings::state_folder;
use parley_update::files;
use serde::{Deserialize, Serialize};

const FILE: &str = "mute.json";

/// Closes a microphone: its device is let go, and silence is heard before anything looks at it. Clones close the same one.
#[derive(Debug, Clone, Default)]
pub struct Mute {
    closed: Arc<Flag>,
    /// Where it is remembered beyond this start.
    file: Option<Arc<PathBuf>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Remembered {
    muted: bool,
}

impl Mute {
    /// As it was left in the start before. A file that is missing or damaged leaves the microphone open.
    pub fn remembered() -> Self {
        Self::in_file(state_folder(|name| std::env::var_os(name)).map(|folder| folder.join(FILE)))
    }

    /// The same with a file of one's own, for tests.
    pub fn in_file(file: Option<PathBuf>) -> Self {
        let mute = Self { closed: Arc::default(), file: file.map(Arc::new) };
        let before = mute.file.as_deref().and_then(|file| files::read_json::<Remembered>(file));
        mute.closed.set(before.is_some_and(|before| before.muted));
        mute
    }

    /// Closes or opens it at once; [`Mute::keep`] remembers it.
    pub fn set(&self, muted: bool) {
        self.closed.set(muted);
    }

    /// Remembers it for later starts, where there is a place for that. Writes a small file, and waits for the card.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn keep(&self) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        files::replace_json(file, &Remembered { muted: self.is_set() })
    }

    /// Whether it is closed.
    pub fn is_set(&self) -> bool {
        self.closed.get()
    }

    /// The switch of whoever has the device.
    pub fn switch(&self) -> Arc<Flag> {
        Arc::clone(&self.closed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_closed_is_closed_after_a_start_and_a_damaged_file_closes_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("parley/mute.json");
        let start = || Mute::in_file(Some(file.clone()));
        assert!(!start().is_set());
        let mute = start();
        mute.set(true);
        mute.clone().keep().expect("it can be written");
        assert!(start().is_set() && start().switch().get());
        start().keep().expect("it can be written");
        assert!(start().is_set(), "it stays so");
        std::fs::write(&file, b"{\"muted\":").expect("it can be written");
        assert!(!start().is_set());
        let nowhere = Mute::default();
        nowhere.set(true);
        nowhere.keep().expect("there is nothing to do");
    }
}

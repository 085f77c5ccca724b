//! The wake words that a household has taught, each a file in the folder of what a daemon keeps. All of them are listened for,
//! where any word wakes Parley.

pub mod by_voice;

use std::fs;
use std::io;
use std::path::PathBuf;

use parley_settings::{Config, state_folder};
use parley_update::files;
use parley_wake::{EmbeddingModel, Learnt, Word, WordError, learnt_file};

/// The folder below the daemon's.
const FOLDER: &str = "wake-words";
const ENDING: &str = "json";
/// The longest name, in characters.
const LONGEST: usize = 60;

/// Where they lie.
#[derive(Debug, Clone, Default)]
pub struct OwnWords {
    folder: Option<PathBuf>,
}

impl OwnWords {
    /// Those of whoever runs this program.
    pub fn of_this_machine() -> Self {
        Self { folder: state_folder(|name| std::env::var_os(name)).map(|folder| folder.join(FOLDER)) }
    }

    /// Those in this folder.
    pub fn below(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(folder.into()) }
    }

    /// The names by which their files are called, in the order of the alphabet.
    pub fn names(&self) -> Vec<String> {
        let entries = self.folder.as_ref().and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
        let name = |path: PathBuf| {
            let is_word = path.extension().is_some_and(|ending| ending == ENDING);
            is_word.then(|| Some(path.file_stem()?.to_str()?.replace('-', " ")))?
        };
        let mut names: Vec<String> = entries.filter_map(|entry| name(entry.path())).collect();
        names.sort();
        names
    }

    /// The word of this name, if it was taught.
    ///
    /// # Errors
    /// Its file is damaged.
    pub fn read(&self, name: &str, model: &EmbeddingModel) -> Option<Result<Word, WordError>> {
        let path = self.path(name).ok().filter(|path| path.exists())?;
        // By the name that somebody asks for, however the file has it written.
        let named = |mut word: Word| {
            name.trim().clone_into(&mut word.name);
            word
        };
        Some(Word::read_learnt(&path, model).map(named))
    }

    /// Whether it was taught.
    pub fn has(&self, name: &str) -> bool {
        self.path(name).is_ok_and(|path| path.exists())
    }

    /// Whether the settings name the word of this name.
    pub fn is_named(&self, name: &str, config: &Config) -> bool {
        let path = self.path(name).ok();
        let mut named = config.conversation.wake_words.iter().map(|word| self.path(word.word()).ok());
        path.is_some() && named.any(|named| named == path)
    }

    /// Keeps a word that was learnt, in the place of one of the same name. Where.
    ///
    /// # Errors
    /// The name has no letters or is too long, or the folder cannot be written.
    pub fn keep(&self, name: &str, learnt: &Learnt) -> io::Result<PathBuf> {
        let path = self.path(name)?;
        files::replace(&path, learnt_file(name.trim(), learnt).as_bytes())?;
        Ok(path)
    }

    /// Forgets a word; whether there was one.
    ///
    /// # Errors
    /// As [`OwnWords::keep`].
    pub fn forget(&self, name: &str) -> io::Result<bool> {
        match fs::remove_file(self.path(name)?) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            done => done.map(|()| true),
        }
    }

    /// Only letters and figures of a name are in its file's.
    fn path(&self, name: &str) -> io::Result<PathBuf> {
        let lower = name.to_lowercase();
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let invalid = |why: String| io::Error::new(io::ErrorKind::InvalidInput, why);
        if words.is_empty() || name.trim().chars().count() > LONGEST {
            return Err(invalid(format!(
                "{name:?} is no wake word: it needs letters, and has {LONGEST} characters at most"
            )));
        }
        let no_folder =
            || io::Error::new(io::ErrorKind::NotFound, "there is no folder for wake words: set STATE_DIRECTORY");
        Ok(self.folder.as_ref().ok_or_else(no_folder)?.join(words.join("-")).with_extension(ENDING))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_file_below_the_folder_whatever_it_has() {
        let words = OwnWords::below("/kept/wake-words");
        let path =
            |name: &str| words.path(name).map(|path| path.display().to_string()).map_err(|error| error.to_string());
        assert_eq!(path(" Hey, Parley! ").as_deref(), Ok("/kept/wake-words/hey-parley.json"));
        assert_eq!(path("../../etc/Passwd").as_deref(), Ok("/kept/wake-words/etc-passwd.json"));
        assert_eq!(path("Küche 2").as_deref(), Ok("/kept/wake-words/küche-2.json"));
        for bad in ["", "...", "/", &"a".repeat(61)] {
            assert!(path(bad).is_err_and(|error| error.contains("needs letters")), "{bad}");
        }
        assert!(OwnWords::default().path("hey").is_err_and(|error| error.to_string().contains("STATE_DIRECTORY")));
    }

    #[test]
    fn what_was_never_taught_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let words = OwnWords::below(folder.path().join("none"));
        assert!(words.names().is_empty() && !words.has("hey parley") && !words.forget("hey parley").unwrap());
        fs::create_dir(folder.path().join("none")).unwrap();
        fs::write(folder.path().join("none/hey-parley.json"), "{}").unwrap();
        fs::write(folder.path().join("none/other.txt"), "").unwrap();
        assert_eq!(words.names(), ["hey parley"]);
        assert!(words.has("Hey Parley") && words.forget("HEY PARLEY").unwrap() && !words.has("Hey Parley"));
    }
}

//! Wake words that are taught by voice: learnt, kept, and listened for at once.

use std::sync::{Arc, Mutex};

use parley_conversation::LessonResult;
use parley_models::Catalogue;
use parley_settings::Config;
use parley_wake::{EXAMPLES, LearnError, Learnt, Word};

use super::OwnWords;
use crate::conductor::{Teacher, lock};
use crate::listening::ListenedFor;
use crate::wake_words::{self, WakeWords, speech_embedding};

/// What words are taught with, where any wake Parley.
#[derive(Clone)]
pub struct School {
    pub config: Config,
    pub models: Arc<Catalogue>,
    pub own: OwnWords,
}

/// What became of an example that was hardly heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adapted {
    /// It is learnt from.
    Learnt,
    /// So many more make a word.
    Missing(u32),
}

/// Teaches whoever listens.
pub struct WordsByVoice {
    school: School,
    listened_for: ListenedFor,
    /// Held while a word is kept or forgotten, so that the last change is what is listened for.
    names: Mutex<Vec<String>>,
}

impl WordsByVoice {
    /// `listened_for`: what is listened for now; `names`: how that is called.
    pub fn new(school: School, listened_for: ListenedFor, names: Vec<String>) -> Self {
        Self { school, listened_for, names: Mutex::new(names) }
    }

    /// Makes of a near miss a further example of its word. One that comes with the models has none yet: it needs as many as make a
    /// word, `all` those that somebody said were theirs, and is heard beside its network then.
    ///
    /// # Errors
    /// Why it is no example, in words.
    pub fn adapt(&self, name: &str, example: &[i16], all: &[Vec<i16>]) -> Result<Adapted, String> {
        let School { models, own, .. } = &self.school;
        let model = speech_embedding(models)?;
        let mut names = lock(&self.names);
        let kept = own.read(name, &model).transpose().map_err(|error| error.to_string())?.and_then(Word::into_learnt);
        let learnt = match kept {
            Some(learnt) => learnt.with_example(&model, example),
            None => {
                let missing = EXAMPLES.start().saturating_sub(all.len());
                if missing > 0 {
                    return Ok(Adapted::Missing(u32::try_from(missing).unwrap_or(u32::MAX)));
                }
                let latest = all.len().saturating_sub(*EXAMPLES.end());
                Learnt::learn(&model, all.get(latest..).unwrap_or_default())
            }
        };
        let learnt = learnt.map_err(|error| error.to_string())?;
        own.keep(name, &learnt).map_err(|error| error.to_string())?;
        self.listen(&mut names);
        Ok(Adapted::Learnt)
    }

    /// Listens for what is there now.
    fn listen(&self, names: &mut Vec<String>) {
        let School { config, models, own } = &self.school;
        let read = WakeWords::read(config, models, own);
        *names = read.names();
        let WakeWords { words, stop, problems, .. } = read;
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
        self.listened_for.set(words, stop);
    }
}

impl Teacher for WordsByVoice {
    fn learn(&self, name: &str, examples: &[Vec<i16>]) -> LessonResult {
        let learnt = match speech_embedding(&self.school.models) {
            Ok(model) => Learnt::learn(&model, examples),
            Err(problem) => {
                tracing::warn!("no wake word can be learnt: {problem}");
                return LessonResult::Failed;
            }
        };
        let learnt = match learnt {
            Ok(learnt) => learnt,
            Err(LearnError::Silent(_)) => return LessonResult::Silent,
            Err(LearnError::Length { .. }) => return LessonResult::Length,
            Err(LearnError::Unlike(_) | LearnError::Different) => return LessonResult::Different,
            Err(LearnError::Count(_)) => return LessonResult::Failed,
        };
        let mut names = lock(&self.names);
        // Recognisers write a name now this way, now that: a word that is known is not learnt beside itself.
        let name = names.iter().find(|known| is_same(known, name)).cloned().unwrap_or_else(|| name.to_owned());
        if let Err(error) = self.school.own.keep(&name, &learnt) {
            tracing::warn!(%error, "a wake word was learnt and cannot be kept");
            return LessonResult::Failed;
        }
        self.listen(&mut names);
        LessonResult::Learnt(name)
    }

    fn forget(&self, name: &str) -> LessonResult {
        let mut names = lock(&self.names);
        let own = &self.school.own;
        let taught = own.names();
        let meant = match taught.as_slice() {
            // Whoever has taught one need not say which.
            [only] if name.is_empty() => Some(only),
            taught => taught.iter().find(|taught| wake_words::are_said(name, std::slice::from_ref(taught))),
        };
        let Some(meant) = meant else { return LessonResult::Unknown };
        match own.forget(meant) {
            Ok(true) => {
                self.listen(&mut names);
                LessonResult::Forgotten(meant.clone())
            }
            Ok(false) => LessonResult::Unknown,
            Err(error) => {
                tracing::warn!(%error, "a wake word cannot be forgotten");
                LessonResult::Failed
            }
        }
    }

    fn names(&self) -> Vec<String> {
        lock(&self.names).clone()
    }
}

/// Whether two names are one, as far as recognisers can tell.
fn is_same(one: &str, other: &str) -> bool {
    let said = |words: &str, name: &str| wake_words::are_said(words, &[name.to_owned()]);
    said(one, other) && said(other, one)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use parley_models::{Manifest, Store};
    use parley_settings::WakeWord;

    use super::*;

    #[test]
    fn names_are_one_however_a_recogniser_writes_them() {
        assert!(is_same("Hey Parley", "hey parlay") && is_same("hey jarvis", "Hey Jervis."));
        assert!(!is_same("Hey Parley", "Hey Parley and company") && !is_same("hey jarvis", "hey parley"));
    }

    #[test]
    fn what_was_taught_is_forgotten_by_its_name_and_what_the_settings_name_stays() {
        let folder = tempfile::tempdir().unwrap();
        let models = Arc::new(Catalogue::new(Manifest::embedded().unwrap(), Store::new(folder.path()).unwrap()));
        let own = OwnWords::below(folder.path().join("taught"));
        let teach = |name: &str| {
            fs::create_dir_all(folder.path().join("taught")).unwrap();
            fs::write(folder.path().join("taught").join(name).with_extension("json"), "{}").unwrap();
        };
        let mut config = Config::default();
        config.conversation.wake_words = vec![WakeWord::Usual("hey jarvis".into())];
        let words = WordsByVoice::new(School { config, models, own: own.clone() }, ListenedFor::default(), Vec::new());
        assert_eq!(words.forget(""), LessonResult::Unknown);
        teach("hey-parley");
        teach("computer");
        for none in ["", "hey jarvis", "anything", "party"] {
            assert_eq!(words.forget(none), LessonResult::Unknown, "{none}");
        }
        assert_eq!(words.forget("hey parlay please"), LessonResult::Forgotten("hey parley".into()));
        assert_eq!(own.names(), ["computer"]);
        assert_eq!(words.forget(""), LessonResult::Forgotten("computer".into()), "the only one");
        assert_eq!(words.learn("hey", &[]), LessonResult::Failed, "there is no model");
    }
}

//! Wake words that are taught by voice: learnt, kept, and listened for at once.

use std::sync::{Arc, Mutex};

use parley_conversation::LessonResult;
use parley_models::Catalogue;
use parley_settings::Config;
use parley_wake::{LearnError, Learnt};

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

    /// Listens for what is there now.
    fn listen(&self, names: &mut Vec<String>) {
        let School { config, models, own } = &self.school;
        let WakeWords { words, problems, .. } = WakeWords::read(config, models, own);
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
        *names = words.iter().map(|word| word.name.clone()).collect();
        self.listened_for.set(words);
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

//! The models of the manifest in the store: what is there, getting it, and handing it to the engines.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::FetchError;
use crate::manifest::{Manifest, Model, Purpose};
use crate::progress::Progress;
use crate::store::{FileState, Store};

/// The manifest's models and the store that they lie in.
pub struct Models {
    manifest: Manifest,
    store: Store,
}

/// Which models are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// All that the manifest lists.
    Everything,
    /// Those of a profile.
    Profile(String),
    /// Some, by their ids.
    Ids(Vec<String>),
}

/// A name that the manifest does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WantedError {
    /// No such profile.
    #[error("there is no profile `{name}`; there are: {known}")]
    Profile {
        /// The name.
        name: String,
        /// Those there are, separated by commas.
        known: String,
    },
    /// No such model.
    #[error("there is no model `{id}`; `parley models list` shows those there are")]
    Model {
        /// The id.
        id: String,
    },
}

/// A model with the state of its files, in the manifest's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelState<'a> {
    /// The model.
    pub model: &'a Model,
    /// Each file's name and state.
    pub files: Vec<(&'a str, FileState)>,
}

/// The models of a profile, ready for the engines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Writes down what is said.
    pub speech_to_text: Selected,
    /// Answers.
    pub language_model: Selected,
    /// Speaks.
    pub text_to_speech: Voices,
    /// Tells whether a speaker has finished.
    pub end_of_turn: Option<Selected>,
}

/// A model's first file, and the program that runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// The worker's name; see [`Model::worker`].
    pub worker: String,
    /// What belongs to the model lies beside it.
    pub file: PathBuf,
}

/// The voices of a profile; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voices {
    /// The worker's name; one worker speaks with all of them.
    pub worker: String,
    /// Each one's ISO 639-1 code and first file.
    pub files: Vec<(String, PathBuf)>,
}

impl Selection {
    /// The first file of each model.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        let singles = [Some(&self.speech_to_text), Some(&self.language_model), self.end_of_turn.as_ref()];
        let voices = self.text_to_speech.files.iter().map(|(_, file)| file);
        singles.into_iter().flatten().map(|selected| &selected.file).chain(voices).map(PathBuf::as_path)
    }
}

/// Why a profile's models cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// No such profile.
    #[error(transparent)]
    Wanted(#[from] WantedError),
    /// Files are missing or damaged.
    #[error("these models are not ready in {folder}:{problems}\nRun `parley models fetch {profile}`")]
    NotReady {
        /// The profile.
        profile: String,
        /// The store's folder.
        folder: String,
        /// One line for each file, each after a line break.
        problems: String,
    },
    /// Models have not been verified.
    #[error(
        "profile `{profile}` cannot be used yet: nobody has verified the checksums of {models}. Choose another \
         profile, or verify them as `models.toml` says"
    )]
    Unverified {
        /// The profile.
        profile: String,
        /// Their ids, separated by commas.
        models: String,
    },
    /// The profile is not a whole set, as the one for tests.
    #[error(
        "profile `{profile}` has {count} models for {purpose:?}; choose a profile that has what a conversation needs"
    )]
    Incomplete {
        /// The profile.
        profile: String,
        /// What for.
        purpose: Purpose,
        /// How many it has.
        count: usize,
    },
    /// One process speaks with all voices.
    #[error("profile `{profile}` has voices for two workers, {first} and {other}; choose voices of one")]
    TwoWorkers {
        /// The profile.
        profile: String,
        /// The first voice's worker.
        first: String,
        /// Another voice's.
        other: String,
    },
}

impl Models {
    /// The models of a manifest in a store.
    pub fn new(manifest: Manifest, store: Store) -> Models {
        Models { manifest, store }
    }

    /// The manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The models that are meant, in the manifest's order.
    ///
    /// # Errors
    /// A name is unknown.
    pub fn resolve(&self, wanted: &Wanted) -> Result<Vec<&Model>, WantedError> {
        match wanted {
            Wanted::Everything => Ok(self.manifest.models.iter().collect()),
            Wanted::Profile(name) => match self.manifest.profile(name) {
                Some(_) => Ok(self.manifest.models_of(name).collect()),
                None => {
                    let known: Vec<&str> = self.manifest.profiles.iter().map(|profile| profile.name.as_str()).collect();
                    Err(WantedError::Profile { name: name.clone(), known: known.join(", ") })
                }
            },
            Wanted::Ids(ids) => match ids.iter().find(|id| self.manifest.model(id).is_none()) {
                Some(id) => Err(WantedError::Model { id: id.clone() }),
                None => Ok(self.manifest.models.iter().filter(|model| ids.contains(&model.id)).collect()),
            },
        }
    }

    /// Looks at models quickly: sizes and headers.
    pub fn list<'a>(&self, models: &[&'a Model]) -> Vec<ModelState<'a>> {
        states(models, |file| self.store.look(file))
    }

    /// Reads models and compares their checksums.
    pub fn verify<'a>(&self, models: &[&'a Model], progress: &mut dyn FnMut(Progress<'_>)) -> Vec<ModelState<'a>> {
        states(models, |file| self.store.verify(file, progress))
    }

    /// Fetches what is missing or damaged of these models; the paths of all their files.
    ///
    /// # Errors
    /// The first file that cannot be had. Where any is unverified, none is fetched.
    pub fn fetch(&self, models: &[&Model], progress: &mut dyn FnMut(Progress<'_>)) -> Result<Vec<PathBuf>, FetchError> {
        self.store.ensure_all(models.iter().flat_map(|model| &model.files), progress)
    }

    /// The paths of a profile's models, after a quick look at each.
    ///
    /// # Errors
    /// The profile is unknown or no whole set, or its models are missing, damaged or unverified.
    pub fn select(&self, profile: &str) -> Result<Selection, SelectError> {
        let models = self.resolve(&Wanted::Profile(profile.to_owned()))?;
        let unverified: Vec<&str> =
            models.iter().filter(|model| !model.is_verified()).map(|model| model.id.as_str()).collect();
        if !unverified.is_empty() {
            return Err(SelectError::Unverified { profile: profile.to_owned(), models: unverified.join(", ") });
        }
        let of_purpose = |purpose: Purpose| {
            let of_purpose = models.iter().filter(move |model| model.purpose == purpose);
            let selected = |model: &&'_ &Model| {
                let (worker, file) = (model.worker.clone()?, self.store.path(model.files.first()?));
                Some((model.languages.clone(), Selected { worker, file }))
            };
            of_purpose.filter_map(|model| selected(&model)).collect::<Vec<_>>()
        };
        let wrong_number = |purpose, count| SelectError::Incomplete { profile: profile.to_owned(), purpose, count };
        let exactly_one = |purpose| match of_purpose(purpose).as_slice() {
            [(_, selected)] => Ok(selected.clone()),
            others => Err(wrong_number(purpose, others.len())),
        };
        let selection = Selection {
            speech_to_text: exactly_one(Purpose::SpeechToText)?,
            language_model: exactly_one(Purpose::LanguageModel)?,
            text_to_speech: voices(profile, of_purpose(Purpose::TextToSpeech))?
                .ok_or_else(|| wrong_number(Purpose::TextToSpeech, 0))?,
            end_of_turn: of_purpose(Purpose::EndOfTurn).into_iter().next().map(|(_, selected)| selected),
        };
        let states = self.list(&models);
        let problems = states.iter().flat_map(|state| &state.files).filter_map(|(name, state)| match state {
            FileState::Present => None,
            FileState::Missing | FileState::Unverified { .. } => Some(format!("\n  {name} is missing")),
            FileState::Damaged { reason } => Some(format!("\n  {name} is damaged: {reason}")),
        });
        let problems: String = problems.collect();
        if problems.is_empty() {
            return Ok(selection);
        }
        let folder = self.store.folder().display().to_string();
        Err(SelectError::NotReady { profile: profile.to_owned(), folder, problems })
    }
}

/// The voices as one worker takes them; `None` where there are none.
fn voices(profile: &str, selected: Vec<(Vec<String>, Selected)>) -> Result<Option<Voices>, SelectError> {
    let mut voices: Option<Voices> = None;
    for (languages, Selected { worker, file }) in selected {
        let voices = voices.get_or_insert_with(|| Voices { worker: worker.clone(), files: Vec::new() });
        if voices.worker != worker {
            let (profile, first) = (profile.to_owned(), voices.worker.clone());
            return Err(SelectError::TwoWorkers { profile, first, other: worker });
        }
        voices.files.extend(languages.into_iter().map(|code| (code, file.clone())));
    }
    Ok(voices.filter(|voices| !voices.files.is_empty()))
}

fn states<'a>(models: &[&'a Model], mut state: impl FnMut(&crate::PinnedFile) -> FileState) -> Vec<ModelState<'a>> {
    let mut of = |model: &'a Model| ModelState {
        model,
        files: model.files.iter().map(|file| (file.name.as_str(), state(file))).collect(),
    };
    models.iter().map(|model| of(model)).collect()
}

/// The folder of the models: `$PARLEY_MODELS`, else `$XDG_CACHE_HOME/parley/models`, else `~/.cache/parley/models`.
/// `variable` reads the environment, as [`std::env::var_os`] does; `None` where it names no home.
pub fn default_dir(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    // The XDG specification has relative paths ignored.
    let cache = folder("XDG_CACHE_HOME").filter(|path| path.is_absolute());
    let cache = || cache.or_else(|| folder("HOME").map(|home| home.join(".cache")));
    folder("PARLEY_MODELS").or_else(|| cache().map(|cache| cache.join("parley/models")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sha256;

    fn manifest() -> Manifest {
        let mut toml = "[[profile]]\nname='p'\ndescription='x'\n[[profile]]\nname='part'\ndescription='x'\n[[profile]]\nname='new'\ndescription='x'\n".to_owned();
        for (id, purpose, languages) in [
            ("hear", "speech-to-text", ""),
            ("think", "language-model", ""),
            ("speak", "text-to-speech", "'en'"),
            ("parler", "text-to-speech", "'fr'"),
            ("turn", "end-of-turn", ""),
        ] {
            let profiles = if id == "hear" { "'p','part'" } else { "'p'" };
            let sha256 = Sha256::of_bytes(id.as_bytes());
            toml += &format!(
                "[[model]]\nid='{id}'\npurpose='{purpose}'\nworker='w'\ndescription='x'\nprofiles=[{profiles}]\nlanguages=[{languages}]\nlicence='MIT'\n\
                 [[model.file]]\nname='{id}.dat'\nbytes={}\nsha256='{sha256}'\nsources=['deb:x#{id}']\n",
                id.len()
            );
        }
        toml += "[[model]]\nid='new-model'\npurpose='language-model'\nworker='w'\ndescription='x'\nprofiles=['new']\nlicence='MIT'\n\
                 [[model.file]]\nname='new.dat'\nverified=false\nsources=['https://example.org/new']\n";
        Manifest::parse(&toml).unwrap()
    }

    #[test]
    fn a_profile_is_selected_once_all_of_it_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let models = Models::new(manifest(), Store::new(folder.path()).unwrap());
        for id in ["hear", "think", "speak", "turn"] {
            std::fs::write(folder.path().join(format!("{id}.dat")), id).unwrap();
        }
        std::fs::write(folder.path().join("turn.dat"), "cut").unwrap();
        let error = models.select("p").unwrap_err().to_string();
        for part in
            ["parler.dat is missing", "turn.dat is damaged: it has 3 bytes instead of 4", "`parley models fetch p`"]
        {
            assert!(error.contains(part), "{part}: {error}");
        }
        assert!(!error.contains("think.dat"));
        std::fs::write(folder.path().join("turn.dat"), "turn").unwrap();
        std::fs::write(folder.path().join("parler.dat"), "parler").unwrap();
        let path = |name: &str| folder.path().join(name);
        let selected = |name: &str| Selected { worker: "w".into(), file: path(name) };
        let files = vec![("en".into(), path("speak.dat")), ("fr".into(), path("parler.dat"))];
        let expected = Selection {
            speech_to_text: selected("hear.dat"),
            language_model: selected("think.dat"),
            text_to_speech: Voices { worker: "w".into(), files },
            end_of_turn: Some(selected("turn.dat")),
        };
        assert_eq!(models.select("p"), Ok(expected));
        let names: Vec<_> =
            models.select("p").unwrap().files().map(|file| file.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["hear.dat", "think.dat", "turn.dat", "speak.dat", "parler.dat"]);
    }

    #[test]
    fn what_cannot_be_selected_says_why() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("new.dat"), "by hand").unwrap();
        let models = Models::new(manifest(), Store::new(folder.path()).unwrap());
        let check = |profile: &str, expected: &str| {
            let error = models.select(profile).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        check("q", "no profile `q`; there are: p, part, new");
        check("part", "`part` has 0 models for LanguageModel");
        check("new", "nobody has verified the checksums of new-model");
        assert_eq!(models.resolve(&Wanted::Ids(vec!["x".into()])), Err(WantedError::Model { id: "x".into() }));
        assert_eq!(models.resolve(&Wanted::Everything).unwrap().len(), 6);
        assert_eq!(models.resolve(&Wanted::Ids(vec!["turn".into(), "hear".into()])).unwrap()[0].id, "hear");
    }

    #[test]
    fn the_folder_comes_from_the_environment() {
        let check = |variables: &[(&str, &str)], expected: Option<&str>| {
            let variable = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into());
            assert_eq!(default_dir(variable), expected.map(PathBuf::from), "{variables:?}");
        };
        check(&[("PARLEY_MODELS", "/m"), ("XDG_CACHE_HOME", "/c"), ("HOME", "/h")], Some("/m"));
        check(&[("PARLEY_MODELS", ""), ("XDG_CACHE_HOME", "/c"), ("HOME", "/h")], Some("/c/parley/models"));
        check(&[("XDG_CACHE_HOME", "relative"), ("HOME", "/h")], Some("/h/.cache/parley/models"));
        check(&[], None);
    }
}

//! The models of the manifest in the store: what is there, getting it, and handing it to the engines.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::FetchError;
use crate::manifest::{Called, Manifest, Model, Purpose};
use crate::memory::{self, Need};
use crate::own::OwnFiles;
use crate::pinned::PinnedFile;
use crate::progress::Progress;
use crate::store::{Carried, CarryError, FileState, Store};

/// The manifest's models and the store that they lie in.
pub struct Catalogue {
    manifest: Manifest,
    store: Store,
    own: OwnFiles,
    machine_bytes: Option<u64>,
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

/// Why models cannot be used: they are unknown, missing, damaged, unverified or no whole set; and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SelectError(String);

impl SelectError {
    pub(crate) fn new(says: String) -> Self {
        Self(says)
    }
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
    /// ISO 639-1 codes of the languages that both of them know; none: many.
    pub languages: Option<Vec<String>>,
    /// The longest context that the language model was trained for, in tokens, where its file says so.
    pub context_tokens: Option<u32>,
    /// What the language model says with a word less likely than this, in percent, may well be wrong; where that was measured.
    pub unsure_below: Option<u8>,
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

impl Catalogue {
    /// The models of a manifest in a store.
    pub fn new(manifest: Manifest, store: Store) -> Self {
        Self { manifest, store, own: OwnFiles::default(), machine_bytes: None }
    }

    /// The same, with files of one's own in the place of a profile's models.
    pub fn with_own(self, own: OwnFiles) -> Self {
        Self { own, ..self }
    }

    /// The same for a machine with so much memory, in bytes: what does not fit is not selected.
    pub fn on_machine(self, machine_bytes: Option<u64>) -> Self {
        Self { machine_bytes, ..self }
    }

    /// What is listed.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The same, trying package registries before everything else.
    pub fn registries_first(self) -> Self {
        Self { store: self.store.registries_first(), ..self }
    }

    /// The folder of the models.
    pub fn folder(&self) -> &Path {
        self.store.folder()
    }

    /// The models that are meant, in the manifest's order.
    ///
    /// # Errors
    /// A name is unknown.
    pub fn resolve(&self, wanted: &Wanted) -> Result<Vec<&Model>, SelectError> {
        match wanted {
            Wanted::Everything => Ok(self.manifest.models.iter().collect()),
            Wanted::Profile(name) if self.manifest.profile(name).is_some() => {
                Ok(self.manifest.models_of(name).collect())
            }
            Wanted::Profile(name) => {
                let known: Vec<&str> = self.manifest.profile_names().collect();
                Err(SelectError(format!("there is no profile `{name}`; there are: {}", known.join(", "))))
            }
            Wanted::Ids(ids) => match ids.iter().find(|id| self.manifest.model(id).is_none()) {
                Some(id) => {
                    Err(SelectError(format!("there is no model `{id}`; `parley models list` shows those there are")))
                }
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

    /// Copies these models into a folder, for a machine without a network; what became of each file.
    ///
    /// # Errors
    /// As [`Store::export`].
    pub fn export<'a>(
        &self,
        models: &[&'a Model],
        folder: &Path,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Vec<(&'a str, Carried)>, CarryError> {
        let files: Vec<&PinnedFile> = models.iter().flat_map(|model| &model.files).collect();
        self.store.export(&files, folder, progress)
    }

    /// Takes from a folder whatever lies there under the name of one of these models' files; what became of each.
    ///
    /// # Errors
    /// As [`Store::import`].
    pub fn import<'a>(
        &self,
        models: &[&'a Model],
        folder: &Path,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Vec<(&'a str, Carried)>, CarryError> {
        let files = models.iter().flat_map(|model| &model.files).filter(|file| file.lies_in(folder));
        self.store.import(&files.collect::<Vec<_>>(), folder, progress)
    }

    /// The paths of a profile's models, or of one's own in their place, after a quick look at each.
    ///
    /// # Errors
    /// The profile is unknown, unavailable, no whole set or too large for this machine, its models are missing, damaged or
    /// unverified, or a file of one's own is of no use.
    pub fn select(&self, profile: &str) -> Result<Selection, SelectError> {
        let models = self.resolve(&Wanted::Profile(profile.to_owned()))?;
        if let Some(reason) = self.manifest.profile(profile).and_then(|profile| profile.unavailable.as_ref()) {
            return Err(SelectError(format!("profile `{profile}` cannot be used: {reason}. Choose another profile")));
        }
        let looked = self.own.look()?;
        let models: Vec<&Model> = models.into_iter().filter(|model| !self.own.replaces(model.purpose)).collect();
        self.fits(profile, memory::need(models.iter().copied(), &looked.bytes))?;
        let unverified = models.iter().filter(|model| model.bytes().is_none()).map(|model| model.id.as_str());
        let unverified: Vec<&str> = unverified.collect();
        if !unverified.is_empty() {
            return Err(SelectError(format!(
                "profile `{profile}` cannot be used yet: nobody has verified the checksums of {}. Choose another \
                 profile, or verify them as `models.toml` says",
                unverified.join(", ")
            )));
        }
        let of_purpose = |purpose: Purpose| {
            let selected = models.iter().filter(|model| model.purpose == purpose).filter_map(|model| {
                let (worker, file) = (model.worker.clone()?, self.store.path(model.files.first()?));
                Some((model.languages.clone(), Selected { worker, file }))
            });
            selected.collect::<Vec<_>>()
        };
        let wrong_number = |purpose: Purpose, count: usize| {
            let advice = "choose a profile that has what a conversation needs";
            SelectError(format!("profile `{profile}` has {count} models for {purpose:?}; {advice}"))
        };
        let exactly_one = |purpose, own: &Option<PathBuf>| match (own, of_purpose(purpose).as_slice()) {
            (Some(file), _) => Ok(Selected { worker: self.worker(purpose)?, file: file.clone() }),
            (None, [(_, selected)]) => Ok(selected.clone()),
            (None, others) => Err(wrong_number(purpose, others.len())),
        };
        let language_model = exactly_one(Purpose::LanguageModel, &self.own.language_model)?;
        let text_to_speech = if looked.voices.is_empty() {
            voices(profile, of_purpose(Purpose::TextToSpeech))?.ok_or_else(|| wrong_number(Purpose::TextToSpeech, 0))?
        } else {
            Voices { worker: self.worker(Purpose::TextToSpeech)?, files: looked.voices }
        };
        let mut selection = Selection {
            speech_to_text: exactly_one(Purpose::SpeechToText, &self.own.speech_to_text)?,
            language_model,
            languages: understood(&models),
            context_tokens: None,
            unsure_below: models
                .iter()
                .find(|model| model.purpose == Purpose::LanguageModel)
                .and_then(|model| model.unsure_below),
            text_to_speech,
            end_of_turn: of_purpose(Purpose::EndOfTurn).into_iter().next().map(|(_, selected)| selected),
        };
        // A conversation goes on without what no worker runs, such as a wake word.
        let needed: Vec<&Model> = models.iter().filter(|model| model.worker.is_some()).copied().collect();
        let states = self.list(&needed);
        let problems: String = states.iter().flat_map(|state| &state.files).filter_map(problem).collect();
        if problems.is_empty() {
            // What is no GGUF file says nothing of it.
            let header = parley_model_file::gguf_header(&selection.language_model.file);
            selection.context_tokens = header.ok().and_then(|header| header.context_tokens);
            return Ok(selection);
        }
        let folder = self.folder().display();
        Err(SelectError(format!(
            "these models are not ready in {folder}:{problems}\nRun `parley models fetch --profile {profile}`"
        )))
    }

    /// Whether a wake word of this name comes with the models.
    pub fn knows_wake_word(&self, name: &str) -> bool {
        self.called().any(|(_, called)| called.name.eq_ignore_ascii_case(name.trim()))
    }

    /// The wake words that come with the models.
    pub fn wake_words(&self) -> impl Iterator<Item = &str> {
        self.called().map(|(_, called)| called.name.as_str())
    }

    fn called(&self) -> impl Iterator<Item = (&Model, &Called)> {
        self.manifest.models.iter().filter_map(|model| Some((model, model.called.as_ref()?)))
    }

    /// A wake word by its name, such as "hey jarvis": the file of its network, and how that hears it.
    ///
    /// # Errors
    /// There is none of this name, or it is missing or damaged.
    pub fn wake_word(&self, name: &str) -> Result<(PathBuf, &Called), SelectError> {
        let Some((model, called)) = self.called().find(|(_, called)| called.name.eq_ignore_ascii_case(name.trim()))
        else {
            return Err(SelectError(format!("no wake word \"{name}\" comes with the models")));
        };
        Ok((self.ready(model, &format!("the wake word \"{name}\""))?, called))
    }

    /// The network with which words of one's own are learnt and heard.
    ///
    /// # Errors
    /// It is missing or damaged.
    pub fn speech_embedding(&self) -> Result<PathBuf, SelectError> {
        const ID: &str = "speech-embedding";
        let model = self.manifest.models.iter().find(|model| model.id == ID);
        let model = model.ok_or_else(|| SelectError(format!("the manifest has no model \"{ID}\"")))?;
        self.ready(model, "what hears words of one's own")
    }

    /// The first file of a model that no worker runs.
    fn ready(&self, model: &Model, what: &str) -> Result<PathBuf, SelectError> {
        let states = self.list(&[model]);
        let problems: String = states.iter().flat_map(|state| &state.files).filter_map(problem).collect();
        match model.files.first().filter(|_| problems.is_empty()) {
            Some(file) => Ok(self.store.path(file)),
            None => Err(SelectError(format!(
                "{what} is not ready in {}:{problems}\nRun `parley models fetch {}`",
                self.folder().display(),
                model.id
            ))),
        }
    }

    /// The program that runs a file of one's own: the one that runs the listed models of its purpose.
    fn worker(&self, purpose: Purpose) -> Result<String, SelectError> {
        let mut listed = self.manifest.models.iter().filter(|model| model.purpose == purpose);
        let worker = listed.find_map(|model| model.worker.clone());
        worker.ok_or_else(|| SelectError(format!("the manifest names no worker for {purpose:?}")))
    }

    fn fits(&self, profile: &str, need: Option<Need>) -> Result<(), SelectError> {
        let (Some(need), Some(machine)) = (need, self.machine_bytes) else { return Ok(()) };
        if need.fits(machine) {
            return Ok(());
        }
        let own = if self.own == OwnFiles::default() { "" } else { " with the files that [models] names" };
        let about = if need.is_verified { "" } else { "about " };
        Err(SelectError(format!(
            "profile `{profile}`{own} needs {about}{:.1} GB of memory (computed: the models, their workers, the system), which a \
             machine with {} GB has, and this one has {:.1} GB. Choose smaller models: `parley models` shows what runs here",
            need.bytes as f64 / 1e9,
            need.least_gb(),
            machine as f64 / 1e9,
        )))
    }
}

/// What is wrong with a model's file, as a line.
fn problem((name, state): &(&str, FileState)) -> Option<String> {
    match state {
        FileState::Present => None,
        FileState::Missing | FileState::Unverified => Some(format!("\n  {name} is missing")),
        FileState::Damaged { reason } => Some(format!("\n  {name} is damaged: {reason}")),
    }
}

/// The languages in which these models hear and answer; `None`: many.
fn understood(models: &[&Model]) -> Option<Vec<String>> {
    let purposes = [Purpose::SpeechToText, Purpose::LanguageModel];
    let known = models.iter().filter(|model| purposes.contains(&model.purpose) && !model.languages.is_empty());
    let known: Vec<&Vec<String>> = known.map(|model| &model.languages).collect();
    let first = known.first()?.iter();
    Some(first.filter(|code| known.iter().all(|others| others.contains(code))).cloned().collect())
}

/// The voices as one worker takes them; `None` where there are none.
fn voices(profile: &str, selected: Vec<(Vec<String>, Selected)>) -> Result<Option<Voices>, SelectError> {
    let mut voices: Option<Voices> = None;
    for (languages, Selected { worker, file }) in selected {
        let voices = voices.get_or_insert_with(|| Voices { worker: worker.clone(), files: Vec::new() });
        if voices.worker != worker {
            let first = &voices.worker;
            return Err(SelectError(format!(
                "profile `{profile}` has voices for two workers, {first} and {worker}; choose voices of one"
            )));
        }
        voices.files.extend(languages.into_iter().map(|code| (code, file.clone())));
    }
    Ok(voices.filter(|voices| !voices.files.is_empty()))
}

fn states<'a>(models: &[&'a Model], mut state: impl FnMut(&PinnedFile) -> FileState) -> Vec<ModelState<'a>> {
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
mod tests;

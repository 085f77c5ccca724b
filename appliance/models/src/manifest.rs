//! The list of models that Parley knows, out of `models.toml`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::pinned::PinnedFile;

/// The models and profiles there are.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    #[serde(rename = "profile", default)]
    pub(crate) profiles: Vec<Profile>,
    #[serde(rename = "model", default)]
    pub(crate) models: Vec<Model>,
}

/// A set of models that work together.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name in the configuration.
    pub name: String,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// Ids of models that belong to it, beside those that name it themselves.
    #[serde(default)]
    pub models: Vec<String>,
    /// What the product says of it.
    pub promised: Option<Promised>,
    /// Why nothing runs it, whatever the machine.
    pub unavailable: Option<String>,
}

/// What the product says of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promised {
    /// Memory in GB, for the whole board.
    #[serde(rename(deserialize = "memory-gb"))]
    pub memory_gb: f64,
    /// From the last sound of a question to the first of its answer, in milliseconds.
    #[serde(rename(deserialize = "first-sound-ms"))]
    pub first_sound_ms: u32,
}

/// A model: one or more files with a purpose.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Its name on the command line.
    pub id: String,
    /// What it is for.
    pub purpose: Purpose,
    /// The program that runs it, by its file name in the folder of workers; `None` where nothing can run it yet.
    pub worker: Option<String>,
    /// What it is.
    pub description: String,
    /// The profiles that it belongs to.
    pub profiles: Vec<String>,
    /// ISO 639-1 codes of the languages that it is for; empty where it knows many, or where that has no meaning.
    #[serde(default)]
    pub languages: Vec<String>,
    /// Memory that its worker takes beside the files, in MiB, where it was measured; otherwise a usual one is computed with.
    #[serde(rename = "beside-mib")]
    pub beside_mib: Option<u32>,
    /// In percent: what this language model says with a word less likely than that is more often wrong than right, or nearly so;
    /// where it was measured.
    #[serde(rename = "unsure-below")]
    pub unsure_below: Option<u8>,
    /// The word that it hears, where it is a network of microWakeWord's.
    pub called: Option<Called>,
    /// Its licence as an SPDX identifier; `LicenseRef-…` where SPDX has none.
    pub licence: String,
    /// The model itself first, then what belongs to it; at least one.
    #[serde(rename = "file")]
    pub files: Vec<PinnedFile>,
}

/// A word that a network of microWakeWord's hears, as its maker describes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Called {
    /// The word as it is said.
    pub name: String,
    /// The mean likelihood in percent above which it was said,
    pub cutoff_percent: u8,
    /// over so many of the last likelihoods, 1 to 100.
    pub window: usize,
}

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Writes down what is said.
    SpeechToText,
    /// Answers.
    LanguageModel,
    /// Speaks.
    TextToSpeech,
    /// Tells whether a speaker has finished.
    EndOfTurn,
    /// Listens for its name.
    WakeWord,
    /// Tells speech from other sounds.
    VoiceActivity,
}

/// A manifest, or a part of one, that does not hold together: what is wrong, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ManifestError(pub(crate) String);

impl Manifest {
    /// The manifest that this program was built with.
    ///
    /// # Errors
    /// None that a test has not seen before the build.
    pub fn embedded() -> Result<Self, ManifestError> {
        Self::parse(include_str!("../models.toml"))
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// It is malformed, ambiguous or incomplete.
    pub fn parse(toml: &str) -> Result<Self, ManifestError> {
        let malformed = |error: toml::de::Error| ManifestError(format!("the model manifest is malformed:\n{error}"));
        toml::from_str::<Self>(toml).map_err(malformed)?.checked()
    }

    /// These models and profiles, and those of another manifest.
    ///
    /// # Errors
    /// A name is in both, or they do not hold together.
    pub fn and(mut self, other: Self) -> Result<Self, ManifestError> {
        self.profiles.extend(other.profiles);
        self.models.extend(other.models);
        self.checked()
    }

    /// Reads a manifest that may name models of this one, and adds it.
    ///
    /// # Errors
    /// As [`Manifest::parse`] and [`Manifest::and`].
    pub fn and_parsed(self, toml: &str) -> Result<Self, ManifestError> {
        let malformed = |error: toml::de::Error| ManifestError(format!("the model manifest is malformed:\n{error}"));
        self.and(toml::from_str(toml).map_err(malformed)?)
    }

    fn checked(self) -> Result<Self, ManifestError> {
        let manifest = self;
        let mut seen = BTreeSet::new();
        let ids = manifest.models.iter().map(|model| model.id.as_str());
        let files = manifest.models.iter().flat_map(|model| &model.files).map(|file| file.name.as_str());
        let refused = |text: String| Err(ManifestError(text));
        for name in ids.chain(manifest.profile_names()).chain(files) {
            if !seen.insert(name) {
                return refused(format!(
                    "`{name}` is there twice; give each model, profile and file a name of its own"
                ));
            }
        }
        for model in &manifest.models {
            let Model { id, files, licence, profiles, .. } = model;
            if id.is_empty() || files.is_empty() || licence.is_empty() {
                return refused(format!("model `{id}` needs an id, at least one file, and a licence as SPDX has it"));
            }
            if !model.names_its_worker() {
                return refused(format!("model `{id}` needs a `worker`, the plain name of the program that runs it"));
            }
            if let Some(name) = profiles.iter().find(|name| manifest.profile(name).is_none()) {
                return refused(format!("model `{id}` belongs to profile `{name}`, which the manifest does not list"));
            }
        }
        for Profile { name, models, .. } in &manifest.profiles {
            if let Some(id) = models.iter().find(|id| manifest.model(id).is_none()) {
                return refused(format!("profile `{name}` has model `{id}`, which no manifest lists"));
            }
        }
        Ok(manifest)
    }

    /// The profiles, in order.
    pub fn profiles(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.iter()
    }

    pub(crate) fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.name == name)
    }

    pub(crate) fn model(&self, id: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.id == id)
    }

    /// The names of the profiles.
    pub fn profile_names(&self) -> impl Iterator<Item = &str> {
        self.profiles.iter().map(|profile| profile.name.as_str())
    }

    /// The programs of all workers.
    pub fn workers(&self) -> BTreeSet<&str> {
        self.models.iter().filter_map(|model| model.worker.as_deref()).collect()
    }

    /// The models of a profile, in the manifest's order.
    pub fn models_of(&self, profile: &str) -> impl Iterator<Item = &Model> {
        let listed = self.profile(profile).map(|profile| profile.models.as_slice()).unwrap_or_default();
        self.models
            .iter()
            .filter(move |model| listed.contains(&model.id) || model.profiles.iter().any(|name| name == profile))
    }
}

impl Model {
    /// Size of its files together, in bytes; `None` while one of them is unverified.
    pub fn bytes(&self) -> Option<u64> {
        self.files.iter().map(|file| file.pin.as_ref().map(|pin| pin.bytes)).sum()
    }

    /// A worker's name is put behind a folder's, so it must not lead out of it.
    fn names_its_worker(&self) -> bool {
        match &self.worker {
            Some(name) => {
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
            }
            None => matches!(self.purpose, Purpose::WakeWord | Purpose::VoiceActivity),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileSource;

    /// The model that Kokoro's voices share.
    const KOKORO: &str = "kokoro-82m";

    const MODEL: &str = r#"
        [[profile]]
        name = "p"
        [[model]]
        id = "a"
        purpose = "language-model"
        worker = "w"
        description = "x"
        profiles = ["p"]
        licence = "MIT"
        [[model.file]]
        name = "a.gguf"
        verified = false
        sources = ["https://example.org/a"]
    "#;

    #[test]
    fn the_embedded_manifest_is_complete() {
        let manifest = Manifest::embedded().unwrap();
        for model in &manifest.models {
            let id = &model.id;
            assert!(!model.description.is_empty(), "{id}");
            assert!(model.licence.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c)), "{id}: SPDX");
            assert!(model.languages.iter().all(|code| code.len() == 2), "{id}: ISO 639-1");
            let is_voice = model.purpose == Purpose::TextToSpeech && id != KOKORO;
            assert!(!is_voice || model.languages.len() == 1, "{id}: a voice has a language");
            for file in &model.files {
                assert!(file.format.is_some(), "{}: no header check", file.name);
                let origins: Vec<_> = file.pin.iter().flat_map(|pin| &pin.digests).map(|digest| &digest.from).collect();
                assert!(origins.len() < 2 || origins.iter().all(|from| !from.is_empty()), "{}", file.name);
                for source in file.recipes.iter().flat_map(|recipe| recipe.sources()) {
                    let is_plain = matches!(source, FileSource::Web(address) if !address.starts_with("https://"));
                    assert!(!is_plain, "{source}");
                }
            }
        }
    }

    #[test]
    fn a_model_is_as_large_as_its_files_together() {
        let manifest = Manifest::embedded().unwrap();
        let bytes = |id: &str| manifest.model(id).unwrap().bytes();
        assert_eq!(bytes("piper-en-us-joe-medium"), Some(63_201_294 + 4_794));
        assert_eq!(bytes("tinyllama-1.1b"), None, "nobody has verified it");
    }

    #[test]
    fn every_profile_but_the_tests_one_is_a_whole_set_or_says_why_not() {
        let manifest = Manifest::embedded().unwrap();
        let whole = |profile: &&Profile| profile.name != "test" && profile.unavailable.is_none();
        assert!(manifest.profiles.iter().all(|profile| !profile.description.is_empty()));
        for profile in manifest.profiles.iter().filter(whole) {
            let count = |purpose| manifest.models_of(&profile.name).filter(|model| model.purpose == purpose).count();
            for purpose in [Purpose::SpeechToText, Purpose::LanguageModel, Purpose::EndOfTurn] {
                assert_eq!(count(purpose), 1, "{}: {purpose:?}", profile.name);
            }
            assert!(count(Purpose::TextToSpeech) >= 1, "{}", profile.name);
        }
    }

    #[test]
    fn what_everybody_may_try_comes_from_registries_and_is_verified() {
        let manifest = Manifest::embedded().unwrap();
        for model in ["tiny", "pi5", "multilingual"].into_iter().flat_map(|profile| manifest.models_of(profile)) {
            assert!(model.bytes().is_some(), "{}", model.id);
            let from_registry = |file: &PinnedFile| {
                file.recipes.iter().any(|recipe| recipe.sources().all(|source| source.package().is_some()))
            };
            assert!(model.files.iter().all(from_registry), "{}", model.id);
        }
    }

    #[test]
    fn a_voice_of_kokoros_comes_with_the_model_of_all_of_them() {
        let manifest = Manifest::embedded().unwrap();
        for profile in manifest.profile_names().filter(|name| *name != "test") {
            let ids: Vec<&str> = manifest.models_of(profile).map(|model| model.id.as_str()).collect();
            let voices = ids.iter().filter(|id| id.starts_with("kokoro-") && **id != KOKORO).count();
            assert_eq!(voices > 0, ids.contains(&KOKORO), "{profile}");
        }
        assert!(manifest.model(KOKORO).unwrap().languages.is_empty(), "it is no voice by itself");
        assert_eq!(manifest.model(KOKORO).unwrap().files.len(), 2);
    }

    #[test]
    fn a_voice_brings_its_settings_under_the_name_that_piper_expects() {
        let manifest = Manifest::embedded().unwrap();
        let is_piper = |model: &&Model| model.purpose == Purpose::TextToSpeech && !model.id.starts_with("kokoro-");
        for model in manifest.models.iter().filter(is_piper) {
            let names: Vec<&str> = model.files.iter().map(|file| file.name.as_str()).collect();
            assert_eq!(names[1..], [format!("{}.json", names[0])], "{}", model.id);
        }
    }

    #[test]
    fn what_does_not_hold_together_is_refused() {
        assert!(Manifest::parse(MODEL).is_ok());
        let check = |from: &str, to: &str, expected: &str| {
            let error = Manifest::parse(&MODEL.replace(from, to)).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        check("profiles = [\"p\"]", "profiles = [\"q\"]", "`q`, which the manifest does not list");
        check("id = \"a\"", "id = \"p\"", "`p` is there twice");
        check("id = \"a\"", "id = \"a.gguf\"", "`a.gguf` is there twice");
        check("licence = \"MIT\"", "licence = \"\"", "licence");
        check("worker = \"w\"", "", "`a` needs a `worker`");
        for name in ["", "../sh", "a/b", "/bin/sh", "a b", "."] {
            check("worker = \"w\"", &format!("worker = {name:?}"), "plain name");
        }
        check("name = \"p\"", "name = \"p\"\nmodels = [\"b\"]", "`b`, which no manifest lists");
        check("name = \"p\"", "name = \"p\"\nmodel = [\"a\"]", "unknown field");
        check("purpose", "porpoise", "porpoise");
        check("verified = false", "", "verified");
        check("https://example.org/a", "example.org/a", "source");
    }

    #[test]
    fn a_manifest_beside_ours_adds_to_it_and_takes_no_name() {
        let ours = || Manifest::parse(MODEL).unwrap();
        let own = "[[profile]]\nname = \"mine\"\nmodels = [\"a\"]\n";
        let both = ours().and_parsed(own).unwrap();
        assert_eq!(both.models_of("mine").map(|model| model.id.as_str()).collect::<Vec<_>>(), ["a"]);
        assert_eq!(both.models_of("p").count(), 1);
        let twice = ours().and_parsed(MODEL).unwrap_err().to_string();
        assert!(twice.contains("`a` is there twice"), "{twice}");
        let file = MODEL.replace("id = \"a\"", "id = \"b\"").replace("name = \"p\"", "name = \"q\"");
        let twice = ours().and_parsed(&file).unwrap_err().to_string();
        assert!(twice.contains("`a.gguf` is there twice"), "{twice}");
        assert!(ours().and_parsed("[[profile]]\nname = \"mine\"\nmodels = [\"x\"]").is_err());
    }
}

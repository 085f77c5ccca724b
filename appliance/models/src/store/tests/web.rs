//! Fetching from a web server on the loopback device, with everything that can go wrong.

use std::path::PathBuf;
use std::time::Duration;

use super::server::{Answer, Server};
use crate::digest::Sha256;
use crate::error::FetchError;
use crate::pinned::{PinnedFile, Recipe};
use crate::progress::FetchPhase;
use crate::store::{FileState, Store};

/// Content that differs at every place, so that a piece put in the wrong place is noticed.
pub(super) fn content(bytes: usize) -> Vec<u8> {
    (0..bytes as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

pub(super) fn pinned(content: &[u8], sources: &[&str]) -> PinnedFile {
    let sha256 = Sha256::of_bytes(content).to_string();
    let mut file = PinnedFile::new("file.dat", content.len() as u64, &sha256, sources[0]).unwrap();
    file.recipes =
        sources.iter().map(|source| Recipe { parts: vec![source.parse().unwrap()], convert: None }).collect();
    file
}

pub(super) struct Place {
    folder: tempfile::TempDir,
    pub(super) store: Store,
}

impl Place {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::new(folder.path().join("store")).unwrap();
        store.web.pause = Duration::ZERO;
        Self { folder, store }
    }

    pub(super) fn ensure(&self, file: &PinnedFile) -> Result<PathBuf, FetchError> {
        self.store.ensure(file, &mut |_| {})
    }

    fn holds(&self, file: &PinnedFile, content: &[u8]) {
        assert_eq!(std::fs::read(self.store.path(file)).unwrap(), content);
        assert_eq!(self.store.verify(file, &mut |_| {}), FileState::Present);
        assert!(!self.store.folder().join(".downloads").exists(), "working files are left");
    }

    pub(super) fn part(&self) -> PathBuf {
        self.store.folder().join(".downloads/file.dat.part")
    }
}

/// What the last source that was tried in vain said.
fn the_error(result: Result<PathBuf, FetchError>) -> String {
    match result {
        Err(FetchError::Exhausted { tried, .. }) => tried.lines().last().unwrap_or_default().trim().to_owned(),
        other => panic!("{other:?}"),
    }
}

pub(super) const BYTES: usize = 700_000;

#[test]
fn a_file_is_fetched_once_and_then_left_alone() {
    let (content, place) = (content(BYTES), Place::new());
    let server = Server::start(vec![Answer::Whole(content.clone())]);
    let file = pinned(&content, &[&server.address("/a")]);
    assert_eq!(place.store.look(&file), FileState::Missing);
    let mut phases = Vec::new();
    let mut last = 0;
    let path = place.store.ensure(&file, &mut |progress| {
        assert_eq!(progress.file, "file.dat");
        if !phases.contains(&progress.phase) {
            phases.push(progress.phase);
        }
        last = progress.done_bytes;
    });
    assert_eq!(path.unwrap(), place.store.path(&file));
    assert_eq!((phases, last), (vec![FetchPhase::Downloading, FetchPhase::Verifying, FetchPhase::Done], BYTES as u64));
    place.holds(&file, &content);
    place.ensure(&file).unwrap();
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_broken_connection_is_taken_up_where_it_broke() {
    let (content, place) = (content(BYTES), Place::new());
    let cut = |at| Answer::Cut(content.clone(), at);
    let server = Server::start(vec![cut(100_000), cut(300_000), Answer::Whole(content.clone())]);
    let file = pinned(&content, &[&server.address("/a")]);
    place.ensure(&file).unwrap();
    place.holds(&file, &content);
    let ranges = server.requests();
    assert_eq!(ranges[0], None);
    assert!(ranges[1] > Some(0) && ranges[1] <= Some(100_000), "{ranges:?}");
    assert!(ranges[2] > ranges[1] && ranges[2] <= Some(400_000), "{ranges:?}");
    assert_eq!(ranges.len(), 3);
}

#[test]
fn an_interrupted_fetch_is_resumed_by_the_next_one() {
    let (content, place) = (content(BYTES), Place::new());
    let server = Server::start(vec![Answer::Whole(content.clone())]);
    let file = pinned(&content, &[&server.address("/a")]);
    std::fs::create_dir_all(place.part().parent().unwrap()).unwrap();
    std::fs::write(place.part(), &content[..500_000]).unwrap();
    assert_eq!(place.store.look(&file), FileState::Missing, "a part is never mistaken for the file");
    place.ensure(&file).unwrap();
    place.holds(&file, &content);
    assert_eq!(server.requests()[0], Some(500_000));
}

#[test]
fn a_server_without_ranges_is_asked_for_all_of_it() {
    let (content, place) = (content(BYTES), Place::new());
    let cut = Answer::WithoutRanges(content.clone(), 200_000);
    let server = Server::start(vec![cut, Answer::WithoutRanges(content.clone(), BYTES)]);
    let file = pinned(&content, &[&server.address("/a")]);
    place.ensure(&file).unwrap();
    place.holds(&file, &content);
}

#[test]
fn a_server_that_goes_on_elsewhere_is_asked_again_from_the_start() {
    let (content, place) = (content(BYTES), Place::new());
    let server = Server::start(vec![Answer::WrongRange(content.clone()), Answer::Whole(content.clone())]);
    let file = pinned(&content, &[&server.address("/a")]);
    std::fs::create_dir_all(place.part().parent().unwrap()).unwrap();
    std::fs::write(place.part(), &content[..1000]).unwrap();
    place.ensure(&file).unwrap();
    place.holds(&file, &content);
    assert_eq!(server.requests()[1], None);
}

#[test]
fn the_beginning_of_another_file_is_thrown_away() {
    let (content, place) = (content(BYTES), Place::new());
    let server = Server::start(vec![Answer::Whole(content.clone())]);
    let file = pinned(&content, &[&server.address("/a")]);
    std::fs::create_dir_all(place.part().parent().unwrap()).unwrap();
    std::fs::write(place.part(), vec![7; 1000]).unwrap();
    place.ensure(&file).unwrap();
    place.holds(&file, &content);
}

#[test]
fn a_part_that_is_longer_than_the_file_is_thrown_away() {
    let (content, place) = (content(1000), Place::new());
    let server = Server::start(vec![Answer::Whole(content.clone())]);
    let file = pinned(&content, &[&server.address("/a")]);
    std::fs::create_dir_all(place.part().parent().unwrap()).unwrap();
    std::fs::write(place.part(), vec![7; 1001]).unwrap();
    place.ensure(&file).unwrap();
    place.holds(&file, &content);
    assert_eq!(server.requests(), [None]);
}

#[test]
fn a_server_that_is_busy_or_lost_its_place_is_asked_again() {
    for status in ["429 Too Many Requests", "503 Service Unavailable", "416 Range Not Satisfiable"] {
        let (content, place) = (content(1000), Place::new());
        let server = Server::start(vec![Answer::Head(status, String::new()), Answer::Whole(content.clone())]);
        let file = pinned(&content, &[&server.address("/a")]);
        std::fs::create_dir_all(place.part().parent().unwrap()).unwrap();
        std::fs::write(place.part(), &content[..10]).unwrap();
        place.ensure(&file).unwrap();
        place.holds(&file, &content);
        let again = if status.starts_with("416") { None } else { Some(10) };
        assert_eq!(server.requests(), [Some(10), again], "{status}");
    }
}

#[test]
fn a_server_that_always_breaks_off_is_given_up() {
    let (content, place) = (content(BYTES), Place::new());
    let server = Server::start(vec![Answer::WithoutRanges(content.clone(), 100_000)]);
    let file = pinned(&content, &[&server.address("/a")]);
    assert!(the_error(place.ensure(&file)).starts_with("broke off after "));
    assert!(server.requests().len() <= 6);
    assert_eq!(place.store.look(&file), FileState::Missing);
}

#[test]
fn a_server_that_breaks_off_after_next_to_nothing_is_given_up() {
    let (content, place) = (content(BYTES), Place::new());
    let server = Server::start(vec![Answer::Cut(content.clone(), 10_000)]);
    let file = pinned(&content, &[&server.address("/a")]);
    assert!(place.ensure(&file).is_err());
    assert_eq!(server.requests().len(), 3, "thirty kilobytes in three attempts are not worth a fourth");
}

#[test]
fn a_wrong_checksum_deletes_the_file_and_says_so() {
    let (content, place) = (content(BYTES), Place::new());
    let mut other = content.clone();
    other[BYTES / 2] ^= 1;
    let server = Server::start(vec![Answer::Whole(other)]);
    let file = pinned(&content, &[&server.address("/a")]);
    let error = place.ensure(&file).unwrap_err().to_string();
    assert!(
        error.contains("SHA-256") && error.contains("it was deleted") && error.contains("parley models verify"),
        "{error}"
    );
    assert_eq!(place.store.look(&file), FileState::Missing);
    assert!(!place.part().exists());
}

#[test]
fn the_next_source_is_taken_where_one_fails() {
    let (content, place) = (content(BYTES), Place::new());
    let broken = Server::start(vec![Answer::Head("404 No", String::new())]);
    let (short, long) = (Server::start(vec![Answer::Whole(vec![1; 10])]), Server::start(vec![Answer::Endless]));
    let good = Server::start(vec![Answer::Whole(content.clone())]);
    let addresses = [
        "http://127.0.0.1:9/".to_owned(),
        broken.address("/a"),
        short.address("/a"),
        long.address("/a"),
        good.address("/a"),
    ];
    let file = pinned(&content, &addresses.each_ref().map(String::as_str));
    place.ensure(&file).unwrap();
    place.holds(&file, &content);
}

#[test]
fn the_last_error_lists_everything_that_was_tried() {
    let (content, place) = (content(1000), Place::new());
    let server = Server::start(vec![Answer::Head("404 No", String::new())]);
    let other = Server::start(vec![Answer::Whole(vec![1; 10])]);
    let file = pinned(&content, &[&server.address("/gone"), &other.address("/short")]);
    let error = place.ensure(&file).unwrap_err().to_string();
    for part in ["/gone", "the server answered 404", "/short", "10 bytes instead of 1000", "file.dat"] {
        assert!(error.contains(part), "{part}: {error}");
    }
}

#[test]
fn an_endless_body_is_cut_off() {
    let (content, place) = (content(BYTES), Place::new());
    let server = Server::start(vec![Answer::Endless]);
    let file = pinned(&content, &[&server.address("/a")]);
    assert_eq!(the_error(place.ensure(&file)), "it is larger than the 700000 bytes that it may have");
    assert!(!place.part().exists());
}

#[test]
fn redirects_are_followed_but_not_for_ever() {
    let (content, place) = (content(BYTES), Place::new());
    let target = Server::start(vec![Answer::Whole(content.clone())]);
    let server = Server::start(vec![Answer::Head("302 Found", format!("Location: {}\r\n", target.address("/real")))]);
    let file = pinned(&content, &[&server.address("/a")]);
    place.ensure(&file).unwrap();
    place.holds(&file, &content);

    let place = Place::new();
    let circle = Server::start(vec![Answer::Head("302 Found", "Location: /again\r\n".to_owned())]);
    let file = pinned(&content, &[&circle.address("/a")]);
    assert!(place.ensure(&file).is_err());
    assert!(circle.requests().len() <= 20);
}

#[test]
fn a_host_that_cannot_be_reached_is_tried_once() {
    let (content, place) = (content(1000), Place::new());
    let file = pinned(&content, &["http://127.0.0.1:9/a"]);
    assert!(!place.ensure(&file).unwrap_err().to_string().contains("not tried again"));
    assert!(place.ensure(&file).unwrap_err().to_string().contains("not tried again"));
}

#[test]
fn a_damaged_file_is_fetched_again() {
    let (content, place) = (content(BYTES), Place::new());
    let server = Server::start(vec![Answer::Whole(content.clone())]);
    let file = pinned(&content, &[&server.address("/a")]);
    std::fs::create_dir_all(place.store.folder()).unwrap();
    let mut damaged = content.clone();
    damaged[5] ^= 1;
    std::fs::write(place.store.path(&file), damaged).unwrap();
    assert_eq!(place.store.look(&file), FileState::Present, "a quick look sees size and header only");
    assert!(matches!(place.store.verify(&file, &mut |_| {}), FileState::Damaged { .. }));
    place.ensure(&file).unwrap();
    place.holds(&file, &content);
}

#[test]
fn an_unverified_file_is_not_fetched() {
    let place = Place::new();
    let server = Server::start(vec![Answer::Whole(content(10))]);
    let mut file = pinned(&content(10), &[&server.address("/a")]);
    file.pin = None;
    let error = place.ensure(&file).unwrap_err();
    assert!(matches!(&error, FetchError::Unverified { .. }), "{error}");
    assert!(error.to_string().contains("compare it"));
    assert!(server.requests().is_empty());
    std::fs::create_dir_all(place.store.folder()).unwrap();
    std::fs::write(place.store.path(&file), content(10)).unwrap();
    assert_eq!(place.store.verify(&file, &mut |_| {}), FileState::Unverified);
}

#[test]
fn of_several_fetchers_one_works_and_the_others_wait() {
    let (content, place) = (content(BYTES), Place::new());
    let server = Server::start(vec![Answer::Whole(content.clone())]);
    let file = pinned(&content, &[&server.address("/a")]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| Store::new(place.store.folder()).unwrap().ensure(&file, &mut |_| {}).unwrap());
        }
    });
    place.holds(&file, &content);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_store_that_is_no_folder_is_refused() {
    let place = Place::new();
    let path = place.folder.path().join("file");
    std::fs::write(&path, "").unwrap();
    assert!(matches!(Store::new(&path), Err(FetchError::Store { .. })));
    let below = Store::new(path.join("below")).unwrap();
    assert!(matches!(
        below.ensure(&pinned(b"x", &["http://127.0.0.1:9/"]), &mut |_| {}),
        Err(FetchError::Store { .. })
    ));
}

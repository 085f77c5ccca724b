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
fn content(bytes: usize) -> Vec<u8> {
    (0..bytes as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

fn pinned(content: &[u8], sources: &[&str]) -> PinnedFile {
    let sha256 = Sha256::of_bytes(content).to_string();
    let mut file = PinnedFile::new("file.dat", content.len() as u64, &sha256, sources[0]).unwrap();
    file.recipes =
        sources.iter().map(|source| Recipe { parts: vec![source.parse().unwrap()], convert: None }).collect();
    file
}

/// A store, and a server for one file.
pub(super) struct Place {
    folder: tempfile::TempDir,
    pub(super) store: Store,
    content: Vec<u8>,
    server: Server,
    pub(super) file: PinnedFile,
}

impl Place {
    /// A file of so many bytes, which the server gives in these ways.
    pub(super) fn new(bytes: usize, answers: Vec<Answer>) -> Self {
        let content = content(bytes);
        let server = Server::start(&content, answers);
        Self::with(content, server)
    }

    /// A file that the server does not have: it gives something else.
    fn with(content: Vec<u8>, server: Server) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::new(folder.path().join("store")).unwrap();
        store.web.pause = Duration::ZERO;
        let file = pinned(&content, &[&server.address("/a")]);
        Self { folder, store, content, server, file }
    }

    pub(super) fn ensure(&self) -> Result<PathBuf, FetchError> {
        self.store.ensure(&self.file, &mut |_| {})
    }

    /// Fetches the file; the start of the range of each request.
    fn fetch(&self) -> Vec<Option<usize>> {
        self.ensure().unwrap();
        assert_eq!(std::fs::read(self.store.path(&self.file)).unwrap(), self.content);
        assert_eq!(self.store.verify(&self.file, &mut |_| {}), FileState::Present);
        assert!(!self.store.folder().join(".downloads").exists(), "working files are left");
        self.server.requests()
    }

    /// Tries in vain to fetch the file.
    fn error(&self) -> String {
        let error = self.ensure().unwrap_err().to_string();
        assert_eq!(self.store.look(&self.file), FileState::Missing);
        error
    }

    pub(super) fn part(&self) -> PathBuf {
        self.store.folder().join(".downloads/file.dat.part")
    }

    /// Leaves a download that broke off.
    fn begin(&self, part: &[u8]) {
        std::fs::create_dir_all(self.part().parent().unwrap()).unwrap();
        std::fs::write(self.part(), part).unwrap();
    }
}

pub(super) const BYTES: usize = 700_000;

#[test]
fn a_file_is_fetched_once_and_then_left_alone() {
    let place = Place::new(BYTES, vec![Answer::Whole]);
    assert_eq!(place.store.look(&place.file), FileState::Missing);
    let mut phases = Vec::new();
    let mut last = 0;
    let path = place.store.ensure(&place.file, &mut |progress| {
        assert_eq!(progress.file, "file.dat");
        if !phases.contains(&progress.phase) {
            phases.push(progress.phase);
        }
        last = progress.done_bytes;
    });
    assert_eq!(path.unwrap(), place.store.path(&place.file));
    assert_eq!((phases, last), (vec![FetchPhase::Downloading, FetchPhase::Verifying, FetchPhase::Done], BYTES as u64));
    assert_eq!(place.fetch().len(), 1);
}

#[test]
fn a_broken_connection_is_taken_up_where_it_broke() {
    let place = Place::new(BYTES, vec![Answer::Cut(100_000), Answer::Cut(300_000), Answer::Whole]);
    let ranges = place.fetch();
    assert_eq!(ranges[0], None);
    assert!(ranges[1] > Some(0) && ranges[1] <= Some(100_000), "{ranges:?}");
    assert!(ranges[2] > ranges[1] && ranges[2] <= Some(400_000), "{ranges:?}");
    assert_eq!(ranges.len(), 3);
}

#[test]
fn an_interrupted_fetch_is_resumed_by_the_next_one() {
    let place = Place::new(BYTES, vec![Answer::Whole]);
    place.begin(&place.content[..500_000]);
    assert_eq!(place.store.look(&place.file), FileState::Missing, "a part is never mistaken for the file");
    assert_eq!(place.fetch()[0], Some(500_000));
}

#[test]
fn a_server_without_ranges_is_asked_for_all_of_it() {
    Place::new(BYTES, vec![Answer::WithoutRanges(200_000), Answer::WithoutRanges(BYTES)]).fetch();
}

#[test]
fn a_server_that_goes_on_elsewhere_is_asked_again_from_the_start() {
    let place = Place::new(BYTES, vec![Answer::WrongRange, Answer::Whole]);
    place.begin(&place.content[..1000]);
    assert_eq!(place.fetch()[1], None);
}

#[test]
fn the_beginning_of_another_file_is_thrown_away() {
    let place = Place::new(BYTES, vec![Answer::Whole]);
    place.begin(&[7; 1000]);
    place.fetch();
}

#[test]
fn a_part_that_is_longer_than_the_file_is_thrown_away() {
    let place = Place::new(1000, vec![Answer::Whole]);
    place.begin(&[7; 1001]);
    assert_eq!(place.fetch(), [None]);
}

#[test]
fn a_server_that_is_busy_or_lost_its_place_is_asked_again() {
    for status in ["429 Too Many Requests", "503 Service Unavailable", "416 Range Not Satisfiable"] {
        let place = Place::new(1000, vec![Answer::Head(status, String::new()), Answer::Whole]);
        place.begin(&place.content[..10]);
        let again = if status.starts_with("416") { None } else { Some(10) };
        assert_eq!(place.fetch(), [Some(10), again], "{status}");
    }
}

#[test]
fn a_server_that_always_breaks_off_is_given_up() {
    let place = Place::new(BYTES, vec![Answer::WithoutRanges(100_000)]);
    assert!(place.error().contains("\n    broke off after "));
    assert!(place.server.requests().len() <= 6);
}

#[test]
fn a_server_that_breaks_off_after_next_to_nothing_is_given_up() {
    let place = Place::new(BYTES, vec![Answer::Cut(10_000)]);
    place.error();
    assert_eq!(place.server.requests().len(), 3, "thirty kilobytes in three attempts are not worth a fourth");
}

#[test]
fn a_wrong_checksum_deletes_the_file_and_says_so() {
    let mut other = content(BYTES);
    other[BYTES / 2] ^= 1;
    let place = Place::with(content(BYTES), Server::start(&other, vec![Answer::Whole]));
    let error = place.error();
    assert!(
        error.contains("SHA-256") && error.contains("it was deleted") && error.contains("parley models verify"),
        "{error}"
    );
    assert!(!place.part().exists());
}

#[test]
fn the_next_source_is_taken_where_one_fails() {
    let mut place = Place::new(BYTES, vec![Answer::Whole]);
    let broken = Server::start(&[], vec![Answer::Head("404 No", String::new())]);
    let (short, long) = (Server::start(&[1; 10], vec![Answer::Whole]), Server::start(&[], vec![Answer::Endless]));
    let addresses = [&broken, &short, &long, &place.server].map(|server| server.address("/a"));
    let [broken, short, long, good] = addresses.each_ref().map(String::as_str);
    place.file = pinned(&place.content, &["http://127.0.0.1:9/", broken, short, long, good]);
    place.fetch();
}

#[test]
fn the_last_error_lists_everything_that_was_tried() {
    let mut place = Place::new(1000, vec![Answer::Head("404 No", String::new())]);
    let other = Server::start(&[1; 10], vec![Answer::Whole]);
    place.file = pinned(&place.content, &[&place.server.address("/gone"), &other.address("/short")]);
    let error = place.error();
    for part in ["/gone", "the server answered 404", "/short", "10 bytes instead of 1000", "file.dat"] {
        assert!(error.contains(part), "{part}: {error}");
    }
}

#[test]
fn an_endless_body_is_cut_off() {
    let place = Place::new(BYTES, vec![Answer::Endless]);
    assert!(place.error().contains("it is larger than the 700000 bytes that it may have"));
    assert!(!place.part().exists());
}

#[test]
fn redirects_are_followed_but_not_for_ever() {
    let target = Server::start(&content(BYTES), vec![Answer::Whole]);
    let there = format!("Location: {}\r\n", target.address("/real"));
    Place::new(BYTES, vec![Answer::Head("302 Found", there)]).fetch();
    let circle = Place::new(BYTES, vec![Answer::Head("302 Found", "Location: /again\r\n".to_owned())]);
    circle.error();
    assert!(circle.server.requests().len() <= 20);
}

#[test]
fn a_host_that_cannot_be_reached_is_tried_once() {
    let mut place = Place::new(1000, vec![]);
    place.file = pinned(&place.content, &["http://127.0.0.1:9/a"]);
    assert!(!place.error().contains("not tried again"));
    assert!(place.error().contains("not tried again"));
}

#[test]
fn a_damaged_file_is_fetched_again() {
    let place = Place::new(BYTES, vec![Answer::Whole]);
    std::fs::create_dir_all(place.store.folder()).unwrap();
    let mut damaged = place.content.clone();
    damaged[5] ^= 1;
    std::fs::write(place.store.path(&place.file), damaged).unwrap();
    assert_eq!(place.store.look(&place.file), FileState::Present, "a quick look sees size and header only");
    assert!(matches!(place.store.verify(&place.file, &mut |_| {}), FileState::Damaged { .. }));
    place.fetch();
}

#[test]
fn an_unverified_file_is_not_fetched() {
    let mut place = Place::new(10, vec![Answer::Whole]);
    place.file.pin = None;
    let error = place.ensure().unwrap_err();
    assert!(matches!(&error, FetchError::Unverified { .. }), "{error}");
    assert!(error.to_string().contains("compare it"));
    assert!(place.server.requests().is_empty());
    std::fs::create_dir_all(place.store.folder()).unwrap();
    std::fs::write(place.store.path(&place.file), &place.content).unwrap();
    assert_eq!(place.store.verify(&place.file, &mut |_| {}), FileState::Unverified);
}

#[test]
fn of_several_fetchers_one_works_and_the_others_wait() {
    let place = Place::new(BYTES, vec![Answer::Whole]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| Store::new(place.store.folder()).unwrap().ensure(&place.file, &mut |_| {}).unwrap());
        }
    });
    assert_eq!(place.fetch().len(), 1);
}

#[test]
fn a_store_that_is_no_folder_is_refused() {
    let place = Place::new(1, vec![]);
    let path = place.folder.path().join("file");
    std::fs::write(&path, "").unwrap();
    assert!(matches!(Store::new(&path), Err(FetchError::Store { .. })));
    let below = Store::new(path.join("below")).unwrap();
    assert!(matches!(below.ensure(&place.file, &mut |_| {}), Err(FetchError::Store { .. })));
}

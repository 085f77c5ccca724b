use super::*;

/// Version 1 has lines of text; version 2 numbers them in front; version 3 adds a file that older ones cannot hold.
fn number(folder: &Path) -> io::Result<()> {
    rewrite(folder, |number, line| format!("{number} {line}"))
}

fn unnumber(folder: &Path) -> io::Result<()> {
    rewrite(folder, |_, line| line.split_once(' ').map_or(line, |(_, rest)| rest).to_owned())
}

fn add_index(folder: &Path) -> io::Result<()> {
    fs::write(folder.join("index"), b"3")
}

fn remove_index(folder: &Path) -> io::Result<()> {
    fs::remove_file(folder.join("index"))
}

fn fail(folder: &Path) -> io::Result<()> {
    fs::write(folder.join("notes"), b"half")?;
    Err(io::Error::other("no space left"))
}

fn rewrite(folder: &Path, change: impl Fn(usize, &str) -> String) -> io::Result<()> {
    let notes = fs::read_to_string(folder.join("notes"))?;
    let changed: String = notes.lines().enumerate().map(|(at, line)| change(at, line) + "\n").collect();
    fs::write(folder.join("notes"), changed)
}

const V1: &[Schema] = &[Schema { name: "notes", version: 1, forward: &[], back: &[] }];
const V3: &[Schema] =
    &[Schema { name: "notes", version: 3, forward: &[number, add_index], back: &[unnumber, remove_index] }];
const FAILING: &[Schema] = &[Schema { name: "notes", version: 2, forward: &[fail], back: &[fail] }];

/// The data in a folder, with root's note beside it.
fn data(folder: &Path, schemas: &'static [Schema]) -> Data {
    Data::new(folder.join("data"), note(folder), schemas)
}

fn note(folder: &Path) -> PathBuf {
    folder.join("roots/in-use.json")
}

/// Data that version 1 wrote and committed.
fn old_data() -> (tempfile::TempDir, Data) {
    let folder = tempfile::tempdir().unwrap();
    let old = data(folder.path(), V1);
    fs::create_dir(folder.path().join("data")).unwrap();
    old.prepare(Takeover::Keep).unwrap();
    write(&old, "one\ntwo\n");
    old.commit().unwrap();
    (folder, old)
}

fn write(data: &Data, text: &str) {
    fs::write(data.of(&data.schemas[0]).join("notes"), text).unwrap();
}

fn read(data: &Data) -> String {
    fs::read_to_string(data.of(&data.schemas[0]).join("notes")).unwrap()
}

#[test]
fn a_trial_works_on_a_copy_and_a_commit_makes_it_current() {
    let (folder, old) = old_data();
    let new = data(folder.path(), V3);
    new.prepare(Takeover::Keep).unwrap();
    assert_eq!(read(&new), "0 one\n1 two\n");
    assert_eq!(read(&old), "one\ntwo\n", "what the old slot reads is untouched");
    assert_eq!(new.current()["notes"], 1);
    new.commit().unwrap();
    assert_eq!(new.current()["notes"], 3);
}

#[test]
fn a_trial_that_fails_leaves_the_old_data_in_use() {
    let (folder, old) = old_data();
    data(folder.path(), V3).prepare(Takeover::Keep).unwrap();
    old.prepare(Takeover::Keep).unwrap();
    assert_eq!(read(&old), "one\ntwo\n");
    assert_eq!(old.current()["notes"], 1);
}

#[test]
fn what_was_written_since_is_carried_back() {
    let (folder, old) = old_data();
    let before = old.current();
    let new = data(folder.path(), V3);
    new.prepare(Takeover::Keep).unwrap();
    new.commit().unwrap();
    write(&new, "0 one\n1 two\n2 three\n");
    new.carry_back(&before).unwrap();
    old.prepare(Takeover::Keep).unwrap();
    assert_eq!(read(&old), "one\ntwo\nthree\n");
    assert!(!old.of(&V1[0]).join("index").exists(), "the older schema has no place for it");
    assert_eq!(old.current()["notes"], 1);
}

#[test]
fn a_migration_that_fails_or_is_cut_changes_nothing_and_is_done_again() {
    let (folder, old) = old_data();
    let failing = data(folder.path(), FAILING);
    let failed = failing.prepare(Takeover::Keep).unwrap_err().to_string();
    assert!(failed.contains("notes/v2: no space left; is the data partition full?"), "{failed}");
    assert_eq!(read(&old), "one\ntwo\n");
    assert!(!failing.of(&FAILING[0]).exists(), "a half migration is never in place");
    // The next version that can do it finds what the cut left behind.
    let new = data(folder.path(), V3);
    fs::create_dir_all(folder.path().join("data/notes/v3.part/rubbish")).unwrap();
    new.prepare(Takeover::Keep).unwrap();
    assert!(!new.of(&V3[0]).join("rubbish").exists());
}

#[test]
fn a_migration_that_lacks_room_is_told_from_one_that_goes_wrong() {
    fn lacks_room(_: &Path) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }
    const FULL: &[Schema] = &[Schema { name: "notes", version: 2, forward: &[lacks_room], back: &[lacks_room] }];
    let (folder, _) = old_data();
    for (schemas, lacked_room) in [(FULL, true), (FAILING, false)] {
        let failed = data(folder.path(), schemas).prepare(Takeover::Anew).unwrap_err();
        assert_eq!(failed.downcast_ref::<TakeoverFailed>().map(TakeoverFailed::lacked_room), Some(lacked_room));
    }
}

#[test]
fn carrying_back_that_fails_leaves_what_the_old_slot_wrote() {
    let (folder, old) = old_data();
    let before = old.current();
    fs::create_dir_all(folder.path().join("data/notes/v2")).unwrap();
    let failing = data(folder.path(), FAILING);
    assert!(failing.carry_back(&before).is_err());
    assert_eq!(read(&old), "one\ntwo\n");
}

#[test]
fn when_probation_ends_only_what_neither_slot_reads_goes() {
    let (folder, old) = old_data();
    let new = data(folder.path(), V3);
    let before = old.current();
    new.prepare(Takeover::Keep).unwrap();
    new.commit().unwrap();
    fs::create_dir_all(folder.path().join("data/notes/v2")).unwrap();
    new.forget_old(&before).unwrap();
    assert!(!folder.path().join("data/notes/v2").exists());
    assert_eq!(read(&new), "0 one\n1 two\n");
    // The committed slot no longer starts; the firmware's way out is the other one.
    old.prepare(Takeover::Keep).unwrap();
    assert_eq!(read(&old), "one\ntwo\n");
}

#[test]
fn a_second_trial_begins_with_what_was_written_after_the_first() {
    let (folder, old) = old_data();
    let new = data(folder.path(), V3);
    new.prepare(Takeover::Anew).unwrap();
    old.prepare(Takeover::Keep).unwrap();
    write(&old, "one\ntwo\nthree\n");
    new.prepare(Takeover::Anew).unwrap();
    assert_eq!(read(&new), "0 one\n1 two\n2 three\n");
}

#[test]
fn a_trial_of_the_way_back_keeps_what_was_carried_back() {
    let (folder, old) = old_data();
    let before = old.current();
    let new = data(folder.path(), V3);
    new.prepare(Takeover::Anew).unwrap();
    new.commit().unwrap();
    write(&new, "0 changed\n");
    new.carry_back(&before).unwrap();
    old.prepare(Takeover::Anew).unwrap();
    assert_eq!(read(&old), "changed\n");
}

#[test]
fn data_of_a_newer_program_is_not_touched() {
    let (folder, _) = old_data();
    files::replace_json(&note(folder.path()), &BTreeMap::from([("notes", 9)])).unwrap();
    fs::remove_dir_all(folder.path().join("data/notes")).unwrap();
    let failed = data(folder.path(), V3).prepare(Takeover::Keep).unwrap_err().to_string();
    assert!(failed.starts_with("the data notes has version 9, which this program does not know"), "{failed}");
}

#[test]
fn links_are_not_followed_and_pipes_not_waited_for() {
    let (folder, old) = old_data();
    let secret = folder.path().join("secret");
    fs::write(&secret, b"not the daemon's").unwrap();
    let place = |name: &str| old.of(&V1[0]).join(name);
    std::os::unix::fs::symlink(&secret, place("link")).unwrap();
    nix::unistd::mkfifo(&place("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let new = data(folder.path(), V3);
    new.prepare(Takeover::Keep).unwrap();
    assert_eq!(read(&new), "0 one\n1 two\n");
    assert!(!new.of(&V3[0]).join("link").exists() && !new.of(&V3[0]).join("pipe").exists());
}

#[test]
fn which_versions_are_in_use_is_found_out_where_the_note_of_it_is_lost() {
    let (folder, old) = old_data();
    let current = note(folder.path());
    for lost in [None, Some(&b"{\"notes\": "[..])] {
        lost.map_or_else(|| fs::remove_file(&current).unwrap(), |damage| fs::write(&current, damage).unwrap());
        assert_eq!(old.current()["notes"], 1);
        let new = data(folder.path(), V3);
        new.prepare(Takeover::Anew).unwrap();
        assert_eq!(read(&new), "0 one\n1 two\n", "nothing is begun with an empty folder");
        fs::remove_dir_all(new.of(&V3[0])).unwrap();
        old.commit().unwrap();
    }
    assert!(folder.path().join("roots/in-use.json.damaged").exists());
}

#[test]
fn a_kind_of_data_that_only_a_later_version_knows_is_not_forgotten() {
    let (folder, old) = old_data();
    let later = BTreeMap::from([("notes", 1), ("dreams", 7)]);
    files::replace_json(&note(folder.path()), &later).unwrap();
    old.prepare(Takeover::Keep).unwrap();
    data(folder.path(), V3).commit().unwrap();
    assert_eq!((old.current()["dreams"], old.current()["notes"]), (7, 3));
}

/// Root migrates, and the daemon, who is another user, reads and writes what comes of it.
#[test]
#[allow(clippy::print_stderr, reason = "a test that cannot run says so")]
fn what_root_migrates_belongs_to_whom_the_data_belongs() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    const DAEMON: u32 = 65_534;
    let (folder, _) = old_data();
    let place = folder.path().join("data");
    let theirs = |path: &Path| chown(path, Some(DAEMON), Some(DAEMON)).is_ok();
    if !WalkDir::new(&place).into_iter().flatten().all(|entry| theirs(entry.path())) {
        eprintln!("not tested: only root can become the other user");
        return;
    }
    fs::set_permissions(&place, fs::Permissions::from_mode(0o750)).unwrap();
    let new = data(folder.path(), V3);
    let before = new.current();
    new.prepare(Takeover::Keep).unwrap();
    new.commit().unwrap();
    new.carry_back(&before).unwrap();
    new.prepare(Takeover::Anew).unwrap();
    for entry in WalkDir::new(&place) {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().uid(), DAEMON, "{}", entry.path().display());
    }
    assert_eq!(fs::metadata(note(folder.path())).unwrap().uid(), 0, "the note is root's, for whom room is kept");
    let _daemon = AsOwner::of(&place).unwrap();
    write(&new, "0 one\n");
}

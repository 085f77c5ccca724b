use std::fs;
use std::os::unix::fs::symlink;

use proptest::prelude::*;

use super::*;

/// A root folder, and the daemon's folder in it.
fn place() -> (tempfile::TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join(FOLDER.trim_start_matches('/'));
    fs::create_dir_all(&folder).unwrap();
    (root, folder)
}

#[test]
fn what_is_left_is_taken_once_and_what_nobody_takes_is_withdrawn() {
    let (root, folder) = place();
    assert_eq!(take(root.path()).unwrap(), None);
    for wish in Wish::ALL {
        let left = LeftWish::new(&folder, wish).unwrap();
        assert!(!left.is_taken());
        assert_eq!(take(root.path()).unwrap(), Some(wish));
        assert!(left.is_taken() && !left.withdraw());
        assert_eq!(take(root.path()).unwrap(), None, "once");
    }
    // One of a daemon that was killed does not stay in the way.
    fs::write(folder.join("accept"), "").unwrap();
    assert!(LeftWish::new(&folder, Wish::Accept).unwrap().withdraw());
    drop(LeftWish::new(&folder, Wish::Restart).unwrap());
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    let nobody = LeftWish::new(&root.path().join("laptop"), Wish::Accept).unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::NotFound);
}

#[test]
fn several_wishes_are_taken_one_at_a_time_and_unknown_ones_never() {
    let (root, folder) = place();
    for number in 0..1_000 {
        fs::write(folder.join(format!("wish-{number}")), "").unwrap();
    }
    fs::write(folder.join("reset"), "").unwrap();
    fs::write(folder.join("accept "), "").unwrap();
    assert_eq!(take(root.path()).unwrap(), None);
    for wish in Wish::ALL {
        fs::write(folder.join(wish.name()), "rm -rf /").unwrap();
    }
    for wish in Wish::ALL {
        assert_eq!(take(root.path()).unwrap(), Some(wish));
    }
    assert_eq!(take(root.path()).unwrap(), None);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1_002, "nobody looks at them");
}

#[test]
fn what_is_no_plain_file_wishes_nothing_and_goes_and_no_link_is_followed() {
    let (root, folder) = place();
    let secret = root.path().join("secret");
    fs::write(&secret, "the card").unwrap();
    symlink(&secret, folder.join("accept")).unwrap();
    nix::unistd::mkfifo(&folder.join("rollback"), Mode::S_IRWXU).unwrap();
    fs::create_dir(folder.join("restart")).unwrap();
    assert_eq!(take(root.path()).unwrap(), None);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    assert_eq!(fs::read(&secret).unwrap(), b"the card");
}

/// A daemon that somebody has taken over: root's unit is started as long as something has the name of a wish.
#[test]
fn a_folder_with_something_in_it_has_the_name_of_no_wish_any_more_and_is_not_looked_into() {
    let (root, folder) = place();
    let outside = root.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("file"), "the card").unwrap();
    for _ in 0..3 {
        fs::create_dir_all(folder.join("accept/deep/deeper")).unwrap();
        symlink(&outside, folder.join("accept/link")).unwrap();
        fs::write(folder.join("restart"), "").unwrap();
        assert_eq!(take(root.path()).unwrap(), Some(Wish::Restart), "it stands in no other wish's way");
        assert_eq!(take(root.path()).unwrap(), None);
        assert!(folder.join("accept").symlink_metadata().is_err());
    }
    let aside: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(aside.len(), 3);
    assert!(aside.iter().all(|folder| folder.join("deep/deeper").is_dir() && folder.join("link").is_symlink()));
    assert_eq!(fs::read(outside.join("file")).unwrap(), b"the card");
}

#[test]
fn what_stands_in_a_wish_is_not_read_however_much_it_is() {
    let (root, folder) = place();
    fs::File::create(folder.join("accept")).unwrap().set_len(1 << 30).unwrap();
    let read = || {
        let io = fs::read_to_string("/proc/self/io").unwrap();
        io.lines().find_map(|line| line.strip_prefix("rchar: ")?.parse::<u64>().ok()).unwrap()
    };
    let before = read();
    assert_eq!(take(root.path()).unwrap(), Some(Wish::Accept));
    // Other tests of this process may read as well.
    assert!(read() - before < 1 << 28);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn a_folder_that_is_a_link_or_none_is_no_folder_of_wishes() {
    for part in ["run/parley", "run/parley/wishes"] {
        let (root, folder) = place();
        let elsewhere = root.path().join("elsewhere");
        fs::create_dir_all(elsewhere.join("wishes")).unwrap();
        for wish in [elsewhere.join("accept"), elsewhere.join("wishes/accept"), folder.join("accept")] {
            fs::write(wish, "").unwrap();
        }
        fs::remove_dir_all(root.path().join(part)).unwrap();
        symlink(&elsewhere, root.path().join(part)).unwrap();
        assert_eq!(take(root.path()).unwrap(), None, "{part}");
        assert!(elsewhere.join("accept").exists() && elsewhere.join("wishes/accept").exists());
        fs::remove_file(root.path().join(part)).unwrap();
        assert_eq!(take(root.path()).unwrap(), None);
        fs::write(root.path().join(part), "").unwrap();
        assert_eq!(take(root.path()).unwrap(), None);
    }
}

/// What the daemon, somebody who has taken it over, and root may do.
#[derive(Debug, Clone, Copy)]
enum Step {
    Leave(usize),
    Withdraw(usize),
    /// A link, a pipe or a folder, empty or not, under the name of a wish.
    Put(usize, u8),
    Take,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let wish = || 0..Wish::ALL.len();
    let step = prop_oneof![
        4 => wish().prop_map(Step::Leave),
        2 => wish().prop_map(Step::Withdraw),
        1 => (wish(), 0..4_u8).prop_map(|(wish, kind)| Step::Put(wish, kind)),
        4 => Just(Step::Take),
    ];
    proptest::collection::vec(step, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn each_wish_is_taken_or_withdrawn_once_and_nothing_else_is_one(steps in steps()) {
        let (root, folder) = place();
        let mut left: [Option<LeftWish>; 3] = [None, None, None];
        let mut lies = [false; 3];
        for step in steps {
            match step {
                Step::Leave(which) => {
                    // An older one goes first, as its request has ended.
                    left[which] = None;
                    match LeftWish::new(&folder, Wish::ALL[which]) {
                        Ok(wish) => (left[which], lies[which]) = (Some(wish), true),
                        Err(_) => prop_assert!(folder.join(Wish::ALL[which].name()).is_dir()),
                    }
                }
                Step::Withdraw(which) => if let Some(wish) = left[which].take() {
                    prop_assert_eq!(wish.is_taken(), !lies[which]);
                    prop_assert_eq!(wish.withdraw(), lies[which]);
                    lies[which] = false;
                },
                Step::Put(which, kind) => {
                    let path = folder.join(Wish::ALL[which].name());
                    if path.symlink_metadata().is_err() {
                        match kind {
                            0 => symlink("/etc/hostname", &path).unwrap(),
                            1 => nix::unistd::mkfifo(&path, Mode::S_IRWXU).unwrap(),
                            2 => fs::create_dir(&path).unwrap(),
                            _ => fs::create_dir_all(path.join("full")).unwrap(),
                        }
                        // Whoever had a wish there is told no more of it.
                        left[which] = None;
                    }
                }
                Step::Take => {
                    let wanted = lies.iter().position(|lies| *lies);
                    prop_assert_eq!(take(root.path()).unwrap(), wanted.map(|which| Wish::ALL[which]));
                    if let Some(which) = wanted {
                        lies[which] = false;
                    }
                }
            }
        }
    }
}

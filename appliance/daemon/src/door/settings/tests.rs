use std::fs;
use std::path::{Path, PathBuf};

use parley_settings::OWNER;
use tempfile::TempDir;

use super::*;

/// A device with a daemon that starts.
struct Device(TempDir);

impl Device {
    fn new(owner: &str) -> Self {
        let device = Self(tempfile::tempdir().expect("a folder"));
        device.owner_says(owner);
        device
    }

    fn owner_says(&self, text: &str) {
        let file = self.0.path().join(OWNER.trim_start_matches('/'));
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text).expect("a file");
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("var/lib/parley/settings.toml")
    }

    fn places(&self) -> Places {
        Places::below(self.0.path()).with_door(None)
    }

    fn start(&self) -> DoorSettings {
        DoorSettings::new(self.places().load().config).kept(self.places(), None)
    }
}

fn set(settings: &DoorSettings, key: &str, value: &str) -> (OwnerSetting, bool) {
    let reply = settings.change(key, Some(value)).expect("it may be set").0;
    let DoorReply::Setting { setting, restart } = reply else { panic!("{reply:?}") };
    (setting, restart)
}

fn listed(settings: &DoorSettings, key: &str) -> (Option<String>, bool, bool) {
    let found = settings.listed().into_iter().find(|setting| setting.key == key).expect("it is listed");
    (found.value, found.set, found.waits)
}

#[test]
fn what_may_change_while_it_runs_is_in_force_at_once_and_the_rest_after_a_restart() {
    let device = Device::new("");
    let settings = device.start();
    let (setting, restart) = set(&settings, "conversation.remembered-turns", "7");
    assert_eq!((setting.value.as_deref(), setting.set, restart), (Some("7"), true, false));
    assert_eq!(listed(&settings, "conversation.remembered-turns"), (Some("7".into()), true, false));
    let (setting, restart) = set(&settings, "conversation.language", "de");
    assert_eq!((setting.value.as_deref(), restart), (Some("\"de\""), true));
    assert_eq!(listed(&settings, "conversation.language"), (Some("\"auto\"".into()), true, true));
    let again = device.start();
    assert_eq!(listed(&again, "conversation.language"), (Some("\"de\"".into()), true, false));
    assert_eq!(listed(&again, "conversation.remembered-turns"), (Some("7".into()), true, false));
    let (reply, running) = again.change("conversation.remembered-turns", None).expect("it may be unset");
    let DoorReply::Setting { setting, restart: false } = reply else { panic!("{reply:?}") };
    assert_eq!((setting.value.as_deref(), setting.set, running.conversation.remembered_turns), (Some("5"), false, 5));
}

#[test]
fn what_somebody_has_changed_in_a_file_is_forgotten_at_the_next_start() {
    let device = Device::new("[audio]\nvolume = 60\n");
    set(&device.start(), "audio.volume", "40");
    device.owner_says("[audio]\nvolume = 70\n");
    assert_eq!(listed(&device.start(), "audio.volume"), (Some("70".into()), false, false));
    device.owner_says("[audio]\nvolume = 60\n");
    assert_eq!(listed(&device.start(), "audio.volume"), (Some("60".into()), false, false));
}

#[test]
fn what_cannot_be_written_changes_nothing() {
    let device = Device::new("");
    let settings = device.start();
    fs::write(device.0.path().join("var/lib/parley"), "").expect("a file in the folder's place");
    let refused = settings.change("audio.volume", Some("40")).expect_err("there is no folder");
    assert!(refused.code == ErrorCode::NotAvailable && refused.message.contains("nothing has changed"), "{refused}");
    assert_eq!(listed(&settings, "audio.volume"), (Some("100".into()), false, false));
    let nowhere = DoorSettings::new(Config::default()).change("audio.volume", Some("40")).expect_err("no folder");
    assert!(nowhere.message.contains("STATE_DIRECTORY"), "{nowhere}");
}

#[test]
fn nonsense_in_its_place_is_set_aside_by_the_next_change() {
    let device = Device::new("");
    fs::create_dir_all(device.file().parent().expect("a folder")).expect("a folder");
    fs::write(device.file(), "nonsense").expect("a file");
    let settings = device.start();
    assert_eq!(fs::read(device.file()).expect("it is left"), b"nonsense");
    set(&settings, "audio.volume", "40");
    assert_eq!(fs::read(device.file().with_added_extension("damaged")).expect("it lies aside"), b"nonsense");
    fs::remove_file(device.file()).expect("it is there");
    fs::create_dir_all(device.file().join("full")).expect("a folder");
    set(&device.start(), "audio.volume", "30");
    assert_eq!(listed(&device.start(), "audio.volume"), (Some("30".into()), true, false));
}

#[test]
fn refusals_say_why() {
    let device = Device::new("");
    let settings = device.start();
    for (key, value, code, word) in [
        ("audio.volume", "101", ErrorCode::BadRequest, "audio.volume = 101 has to be 0 to 100 percent"),
        ("audio.loudness", "10", ErrorCode::BadRequest, "[audio] has input, output, channel, volume"),
        ("updates.stick", "install", ErrorCode::NotAllowed, "root"),
        ("engines.folder", "/tmp", ErrorCode::NotAllowed, "programs"),
    ] {
        let refused = settings.change(key, Some(value)).expect_err("it is refused");
        assert!(refused.code == code && refused.message.contains(word), "{refused:?}");
    }
    assert!(!device.file().exists());
    let named = device.0.path().join("named.toml");
    fs::write(&named, "[audio]\nvolume = 3\n").expect("a file");
    let settings = settings.kept(device.places(), Some(named));
    let refused = settings.change("audio.volume", Some("10")).expect_err("the file says it");
    assert!(refused.code == ErrorCode::NotAvailable && refused.message.contains("named.toml"), "{refused:?}");
}

/// Many clients at once: what each was told is on the card in the end.
#[test]
fn changes_come_one_after_the_other() {
    let device = Device::new("");
    let settings = device.start();
    let keys = ["audio.volume", "conversation.remembered-turns", "conversation.answer-tokens"];
    std::thread::scope(|scope| {
        for key in keys {
            let settings = settings.clone();
            scope.spawn(move || (1..=20_u8).for_each(|value| drop(set(&settings, key, &value.to_string()))));
        }
    });
    let again = device.start();
    keys.iter().for_each(|key| assert_eq!(listed(&again, key), (Some("20".into()), true, false)));
    let left: Vec<_> = fs::read_dir(device.file().parent().unwrap_or(Path::new("/"))).expect("a folder").collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

//! The built program on a card and a system in a folder: what an owner may do to the file, and what becomes of it.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use parley_settings::{OWNER, OnStick, Places};
use parley_update::announcements;
use parley_update::bootchain::fat;

const FILE: &str = "parley-setup.toml";
const OLD: &str = "var/lib/parley/.config/parley/parley.toml";

struct Device {
    folder: tempfile::TempDir,
}

impl Device {
    fn new() -> Self {
        let device = Self { folder: tempfile::tempdir().unwrap() };
        device.file("proc/sys/kernel/hostname", "");
        device.file("usr/share/zoneinfo/Europe/Berlin", "TZif");
        device.file("usr/share/parley/parley.toml", "[models]\nprofile = \"pi5\"\n");
        device
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root().join(path.trim_start_matches('/'))
    }

    fn file(&self, path: &str, content: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), content).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_default()
    }

    /// The program on this partition, as its unit runs it.
    fn started_on(&self, partition: &Path) -> Output {
        let script = "umask 027; exec \"$@\"";
        let mut program = Command::new("sh");
        program.args(["-c", script, "sh", env!("CARGO_BIN_EXE_parley-setup"), "--partition"]).arg(partition);
        program.arg("--root").arg(self.root()).env_clear().output().unwrap()
    }

    /// A start with these files on the card; the report.
    fn started(&self, files: &[(&str, &[u8])]) -> String {
        let card = self.card(files);
        let said = self.started_on(&card);
        assert!(said.status.success(), "{said:?}");
        self.read("var/lib/parley-setup/report.txt")
    }

    fn card(&self, files: &[(&str, &[u8])]) -> PathBuf {
        let card = self.folder.path().join("card");
        fs::File::create(&card).unwrap().set_len(4 * 1024 * 1024).unwrap();
        fat::make_anew(&card, "AUTOBOOT", "autoboot.txt", b"[all]\n").unwrap();
        for (name, content) in files {
            fat::create(&card, name, content).unwrap();
        }
        card
    }

    /// What the assistant is to say of the file.
    fn said(&self, name: &str) -> String {
        let said = announcements::read(&self.path(announcements::FOLDER));
        said.get(name).map(|announcement| announcement.text.clone()).unwrap_or_default()
    }

    /// Every file of the system but the report, what is said of it, and what remembers that it was written.
    fn everything(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        fn look(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.ends_with("parley-announcements") {
                    continue;
                }
                if path.is_dir() {
                    look(&path, found);
                } else if !path.ends_with("report.txt") && !path.ends_with("applied") {
                    found.insert(path.clone(), fs::read(&path).unwrap());
                }
            }
        }
        let mut found = BTreeMap::new();
        look(&self.root(), &mut found);
        found
    }

    fn settings(&self) -> parley_settings::Config {
        let loaded = Places::below(self.root()).load();
        assert_eq!(loaded.mistakes, []);
        loaded.config
    }
}

#[test]
fn what_an_owner_says_is_in_the_settings_that_every_program_reads_and_nothing_else_is() {
    let device = Device::new();
    let file = "name = \"kitchen\"\nlanguage = \"de\"\n[updates]\nstick = \"install\"\n";
    let report = device.started(&[(FILE, file.as_bytes())]);
    assert_eq!(report, "name: kitchen\nconversation.language: \"de\"\nupdates.stick: \"install\"\n");
    assert_eq!(device.read("proc/sys/kernel/hostname"), "kitchen");
    let config = device.settings();
    assert_eq!((config.conversation.language.as_str(), config.updates.stick), ("de", OnStick::Install));
    assert_eq!(config.models.profile, "pi5");
    // An update brings an image with another profile, and it counts.
    device.file("usr/share/parley/parley.toml", "[models]\nprofile = \"tiny\"\n");
    assert_eq!(device.settings().models.profile, "tiny");
    assert_eq!(device.read(OWNER), "[conversation]\nlanguage = \"de\"\n\n[updates]\nstick = \"install\"\n");
    // The daemon's user reads it, whatever the mask of the unit.
    let mode = |path: &str| fs::metadata(device.path(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(OWNER), 0o644);
}

#[test]
fn the_time_servers_are_told_at_every_start_and_whoever_keeps_the_clock_can_read_them() {
    let device = Device::new();
    device.started(&[(FILE, b"ntp = \"pool.ntp.org\"\ntime-zone = \"Europe/Berlin\"\n")]);
    let told = "run/systemd/timesyncd.conf.d/50-owner.conf";
    fs::remove_dir_all(device.path("run")).unwrap();
    device.started(&[]);
    assert_eq!(device.read(told), "[Time]\nNTP=pool.ntp.org\n");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&device.path(told)), mode(device.path(told).parent().unwrap())), (0o644, 0o755));
    assert_eq!(device.read("var/lib/parley-setup/environment"), "TZ=Europe/Berlin\n");
}

#[test]
fn the_first_start_without_a_file_greets_and_every_start_with_one_says_what_it_did() {
    let device = Device::new();
    device.started(&[]);
    assert!(device.said("greeting").starts_with("Hello, I am Parley."), "{}", device.said("greeting"));
    assert_eq!(device.said("owners-file"), "");
    let start = |files: &[(&str, &[u8])]| {
        fs::remove_dir_all(device.path("run")).unwrap();
        device.started(files);
        announcements::read(&device.path(announcements::FOLDER))
    };
    let first = start(&[(FILE, b"name = \"kitchen\"\n")]);
    assert_eq!(first.keys().collect::<Vec<_>>(), ["owners-file"], "no greeting");
    assert!(first["owners-file"].text.ends_with("My name is kitchen.") && !first["owners-file"].every_start);
    // The next start, also when the owner has removed the file: the same one, which the assistant has said before.
    assert_eq!(start(&[(FILE, b"name = \"kitchen\"\n")]), first);
    assert_eq!(start(&[]), first);
    // The same mistake in another file is news.
    let wrong = start(&[(FILE, b"name = \"-\"\n")]);
    let again = start(&[(FILE, b"name = \"--\"\n")]);
    assert_eq!(wrong["owners-file"].text, again["owners-file"].text);
    assert_ne!(wrong, again);
}

#[test]
fn secrets_are_readable_by_root_alone() {
    let device = Device::new();
    let report = device.started(&[(FILE, b"[wifi]\nnetwork = \"x\"\npassword = \"swordfish\"\n")]);
    let file = device.path("var/lib/parley-setup/wpa_supplicant-wlan0.conf");
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!report.contains("swordfish"));
}

#[test]
fn a_file_is_applied_once_and_again_when_it_or_the_version_changes() {
    let device = Device::new();
    let name = "var/lib/parley-setup/hostname";
    device.started(&[(FILE, b"name = \"one\"\n")]);
    device.file(name, "changed since\n");
    device.started(&[(FILE, b"name = \"one\"\n")]);
    assert_eq!(device.read(name), "changed since\n");
    device.started(&[(FILE, b"name = \"two\"\n")]);
    assert_eq!(device.read(name), "two\n");
    device.file(name, "changed since\n");
    // What the version before the layers wrote for the same file: it knew fewer keys.
    let digest: String =
        <sha2::Sha256 as sha2::Digest>::digest(b"name = \"two\"\n").iter().map(|b| format!("{b:02x}")).collect();
    device.file("var/lib/parley-setup/applied", digest);
    device.started(&[(FILE, b"name = \"two\"\n")]);
    assert_eq!(device.read(name), "two\n");
}

/// Each with a word that the report has to say.
#[test]
fn bad_files_change_nothing_and_are_explained() {
    let device = Device::new();
    device.started(&[(FILE, b"name = \"before\"\nlanguage = \"de\"\n[wifi]\nnetwork = \"x\"\n")]);
    let before = device.everything();
    let wide: Vec<u8> =
        b"\xff\xfe".iter().copied().chain("name = \"a\"\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let huge = vec![b'#'; 3 * 1024 * 1024];
    for (name, content, words) in [
        (FILE, &b""[..], &["parley-setup.toml is empty"][..]),
        (FILE, b"name = \"kitchen\"\nlanguage = \"gb\"\n", &["line 2", "write \"en\" for English"]),
        (FILE, b"language = \"jp\"\n", &["line 1", "write \"ja\" for Japanese"]),
        (
            FILE,
            b"[wifi]\nnetwork = \"Home\"\npassword = \"longpassword\"\ncountry = \"UK\"\n",
            &["line 4", "write \"GB\""],
        ),
        (FILE, b"name = \"a\"\nlangauge = \"en\"\n", &["line 2", "no key langauge"]),
        (FILE, b"name = \"a\"\n[of-a-newer-version]\nx = 1\n", &["line 3", "newer version"]),
        (FILE, b"time-zone = \"Europe/Bern\"\n", &["no time zone Europe/Bern in this image", "Europe/Berlin"]),
        (
            FILE,
            b"sound-card = \"dacplus\"\n",
            &["line 1", "sound-card has to be one of hifiberry-amp, ", "or \"none\""],
        ),
        (FILE, b"ntp = \"not a host\"\n", &["line 1", "pool.ntp.org"]),
        (FILE, b"[updates]\nstick = \"download\"\n", &["line 2", "\"ask\", \"install\" or \"ignore\""]),
        (FILE, &wide, &["UTF-16", "UTF-8"]),
        (FILE, &huge, &["3072 KiB"]),
        (FILE, &[0xde, 0xad, 0xbe, 0xef], &["plain text"]),
        ("parley-setup.toml.txt", b"name = \"a\"\n", &["parley-setup.toml.txt is not read: rename it", "Windows"]),
        ("Parley-Setup.txt", b"name = \"a\"\n", &["rename it"]),
    ] {
        let report = device.started(&[(name, content)]);
        assert!(report.starts_with("nothing was changed: "), "{report}");
        assert!(words.iter().all(|word| report.contains(word)), "{words:?} in {report}");
        let said = device.said("owners-file");
        assert!(said.starts_with("I have changed nothing. "), "{said}");
        assert!(words.iter().all(|word| said.contains(word)), "{words:?} in {said}");
        assert_eq!(device.everything(), before, "{report}");
    }
    // A name in capitals is the same name on such a card, and a mark at the beginning is what Windows' editor writes.
    let report = device.started(&[("PARLEY-SETUP.TOML", "\u{feff}name = \"a\"\r\n".as_bytes())]);
    assert_eq!(report, "name: a\n");
    // The same file as at the beginning, after a bad one, is applied and reported again.
    assert!(device.started(&[(FILE, b"name = \"before\"\n")]).contains("name: before"));
}

#[test]
fn a_card_that_cannot_be_read_changes_nothing_and_the_name_is_taken_all_the_same() {
    let device = Device::new();
    device.started(&[(FILE, b"name = \"kitchen\"\n")]);
    let before = device.everything();
    device.file("garbled", [0x55; 100_000]);
    let garbled = device.path("garbled");
    for partition in [&garbled, Path::new("/no/such/partition")] {
        fs::write(device.path("proc/sys/kernel/hostname"), "").unwrap();
        let said = device.started_on(partition);
        assert!(said.status.success(), "{said:?}");
        assert!(device.read("var/lib/parley-setup/report.txt").contains("the drive AUTOBOOT cannot be read"));
        assert_eq!(device.read("proc/sys/kernel/hostname"), "kitchen");
    }
    fs::remove_file(garbled).unwrap();
    assert_eq!(device.everything(), before);
}

#[test]
fn a_device_whose_report_cannot_be_written_has_its_name_all_the_same() {
    let device = Device::new();
    device.started(&[(FILE, b"name = \"kitchen\"\n")]);
    fs::remove_file(device.path("var/lib/parley-setup/report.txt")).unwrap();
    fs::create_dir(device.path("var/lib/parley-setup/report.txt")).unwrap();
    fs::write(device.path("proc/sys/kernel/hostname"), "").unwrap();
    let said = device.started_on(&device.card(&[(FILE, b"language = \"de\"\n")]));
    assert!(!said.status.success(), "{said:?}");
    assert_eq!(device.read("proc/sys/kernel/hostname"), "kitchen");
    assert!(device.said("owners-file").contains("takes no write"), "{}", device.said("owners-file"));
}

#[test]
fn a_folder_in_the_files_place_is_explained() {
    let device = Device::new();
    let card = device.card(&[]);
    // `fat` makes no folders: a file becomes one by its attribute, in the entry of its short name.
    fat::create(&card, FILE, b"").unwrap();
    let mut image = fs::read(&card).unwrap();
    let entry = image.windows(11).position(|name| name.starts_with(b"PARLEY") && name.ends_with(b"TOM")).unwrap();
    image[entry + 11] = 0x10;
    fs::write(&card, image).unwrap();
    assert!(device.started_on(&card).status.success());
    let report = device.read("var/lib/parley-setup/report.txt");
    assert_eq!(report, "nothing was changed: parley-setup.toml is a folder: it has to be a file\n");
    assert!(device.said("owners-file").contains("is a folder"));
}

#[test]
fn a_file_of_a_hundred_megabytes_is_explained_and_not_read() {
    let device = Device::new();
    let card = device.card(&[]);
    fat::create(&card, FILE, b"# short\n").unwrap();
    let mut image = fs::read(&card).unwrap();
    let entry = image.windows(11).position(|name| name.starts_with(b"PARLEY") && name.ends_with(b"TOM")).unwrap();
    image[entry + 28..entry + 32].copy_from_slice(&100_000_000_u32.to_le_bytes());
    fs::write(&card, image).unwrap();
    assert!(device.started_on(&card).status.success());
    let report = device.read("var/lib/parley-setup/report.txt");
    assert_eq!(report, "nothing was changed: parley-setup.toml has 97656 KiB, and no such file needs more than 64\n");
    assert!(device.said("owners-file").contains("97656 KiB"));
}

#[test]
fn a_wireless_key_is_written_without_quotation_marks() {
    let device = Device::new();
    let key = "a1".repeat(32);
    let file = format!("[wifi]\nnetwork = \"Home\"\npassword = \"{key}\"\ncountry = \"GB\"\n");
    device.started(&[(FILE, file.as_bytes())]);
    let written = device.read("var/lib/parley-setup/wpa_supplicant-wlan0.conf");
    assert!(written.contains(&format!("psk={key}\n")) && written.starts_with("country=GB\n"), "{written}");
}

/// What 0.1.0 before the layers wrote for `language = "de"` on an image with the profile "demo".
const COPY: &str = "[conversation]\nlanguage = \"de\"\n\n[models]\nprofile = \"demo\"\n";

#[test]
fn of_an_earlier_versions_copy_only_the_language_is_taken_over_and_once() {
    let device = Device::new();
    device.file(OLD, COPY);
    let report = device.started(&[]);
    assert!(report.contains("taken over from /var/lib/parley/.config/parley/parley.toml"), "{report}");
    assert!(report.contains("conversation.language = \"de\""), "{report}");
    let config = device.settings();
    assert_eq!((config.conversation.language.as_str(), config.models.profile.as_str()), ("de", "pi5"));
    assert_eq!(device.read(OLD), COPY, "the older version finds it when the device goes back");
    device.started(&[(FILE, b"language = \"fr\"\n")]);
    device.started(&[]);
    assert_eq!(device.settings().conversation.language, "fr");
}

#[test]
fn an_earlier_versions_copy_is_believed_no_more_than_the_code_of_a_language() {
    let untouched = "[audio]\ninput = \"evil\"\n[updates]\nstick = \"install\"\n[conversation]\npersona = \"x\"\n";
    for content in [untouched, "[conversation]\nlanguage = \"gb\"\n", "[conversation]\nlanguage = \"auto\"\n", "\0", ""]
    {
        let device = Device::new();
        device.file(OLD, content);
        device.started(&[]);
        assert_eq!(device.read(OWNER), "", "{content}");
    }
    let device = Device::new();
    device.file("elsewhere/parley.toml", COPY);
    fs::create_dir_all(device.path("var/lib/parley/.config")).unwrap();
    std::os::unix::fs::symlink(device.path("elsewhere"), device.path("var/lib/parley/.config/parley")).unwrap();
    device.started(&[]);
    assert!(!device.path(OWNER).exists(), "no link of the daemon's is followed");
}

#[test]
fn words_that_only_a_newer_version_knows_outlive_an_older_one() {
    let device = Device::new();
    device.file(OWNER, "[future]\nx = 1\n[updates]\nweekday = \"2-4\"\nstick = \"ignore\"\n");
    device.started(&[(FILE, b"language = \"de\"\n")]);
    let loaded = Places::below(device.root()).load();
    assert_eq!((loaded.config.updates.stick, loaded.mistakes.len()), (OnStick::Ignore, 2));
    assert_eq!(loaded.config.conversation.language, "de");
    assert!(device.read(OWNER).contains("weekday = \"2-4\"") && device.read(OWNER).contains("x = 1"));
    // What nobody can read is begun anew.
    device.file(OWNER, [0xff; 10]);
    device.started(&[(FILE, b"language = \"fr\"\n")]);
    assert_eq!(device.settings().conversation.language, "fr");
}

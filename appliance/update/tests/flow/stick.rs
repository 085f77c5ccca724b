//! Updates on a stick.

use super::*;

#[test]
fn a_stick_is_offered_and_installed_with_a_yes() {
    let bench = Bench::new();
    let stick = bench.device.path("stick");
    let folder = stick.to_string_lossy().into_owned();
    let look = || bench.done(&["stick", &folder, "--unit", "parley-stick@sda1.service"]);
    bench.device.write("stick/holiday.jpg", "x");
    assert_eq!(look(), "", "no update is on it");
    assert!(bench.says(&["accept"]).err.contains("no stick offers an update"));
    bench.device.write("stick/parley.raucb", "x");
    assert!(look().contains("version 1.4.0 may be installed, and waits for a yes"));
    assert_eq!(bench.status()["offered"], NEW);
    assert!(bench.done(&["status"]).contains("A stick offers version 1.4.0"));
    bench.done(&["report", &folder]);
    let report = bench.device.read("stick/parley-report.txt");
    assert!(report.starts_with("Parley, version 1.0.0 in use\r\n\r\nversion 1.4.0 may be installed"), "{report}");
    bench.done(&["accept"]);
    assert_eq!(bench.device.read("systemctl"), "restart --no-block parley-stick@sda1.service\n");
    assert!(bench.installed.lock().unwrap().is_empty(), "the unit does it");
    assert!(look().contains("version 1.4.0 was installed; the device tries it now"));
    assert_eq!(bench.device.reboots(), Vec::<String>::new(), "the report comes first");
    bench.done(&["report", &folder]);
    assert_eq!(bench.device.reboots(), [TRIAL]);
    assert!(bench.device.read("stick/parley-report.txt").contains("1.4.0        was installed into slot B"));
    bench.done(&["report", &folder]);
    assert_eq!(bench.device.reboots(), Vec::<String>::new(), "nothing has become of any stick since");
    assert!(bench.was_told("offered") && bench.was_told("offer-gone"));
}

#[test]
fn a_stick_that_cannot_be_read_is_told_until_one_can() {
    let bench = Bench::new();
    let stick = bench.device.path("stick").to_string_lossy().into_owned();
    let said = || {
        let folder = bench.device.path("run/parley-announcements");
        parley_update::announcements::read(&folder).remove("stick").unwrap_or_default()
    };
    bench.device.write("stick/holiday.jpg", "x");
    bench.device.write("proc/self/mountinfo", "22 1 254:0 / / ro - erofs /dev/dm-0 ro\n");
    let look = || bench.says(&["stick", &stick, "--unit", "unit"]);
    assert_eq!(look().code, Some(1), "nothing is mounted there");
    assert!(said().text.starts_with("There is something on the USB stick that I cannot read."), "{:?}", said());
    assert!(!said().every_start && !said().about.is_empty(), "once for each time: {:?}", said());
    assert!(bench.done(&["status"]).contains("Note: There is something on the USB stick"));
    assert!(bench.was_told("not-installed"));
    bench.device.write("proc/self/mountinfo", format!("90 22 8:1 / {stick} ro - vfat /dev/sda1 ro\n"));
    bench.device.write("stick/parley.raucb", "x");
    assert_eq!(look().code, Some(0));
    bench.done(&["report", &stick]);
    assert!(bench.device.read("stick/parley-report.txt").contains("Note: There is something on the USB stick"));
    assert_eq!(said().text, "", "one was read since");
    std::fs::remove_dir_all(bench.device.path("stick")).unwrap();
    assert_eq!(look().code, Some(1), "mounted, and damaged inside");
    assert!(said().text.contains("cannot read"), "{:?}", said());
}

#[test]
fn a_disk_speaks_for_itself_only_where_it_has_no_partitions() {
    let bench = Bench::new();
    let told = || bench.device.path("run/parley-announcements/stick.json").exists();
    bench.device.write("sys/class/block/sda/size", "1");
    bench.device.write("sys/class/block/sda/sda1/partition", "1");
    bench.done(&["stick-unreadable", "/dev/sda"]);
    assert!(!told(), "its partitions say what there is to say");
    bench.device.write("sys/class/block/sdb/size", "1");
    bench.done(&["stick-unreadable", "/dev/sdb"]);
    assert!(told());
}

#[test]
fn a_stick_of_two_parts_that_cannot_be_read_is_told_once_and_again_when_it_comes_back() {
    let bench = Bench::new();
    // As the kernel lays it out: what has a name in the class is a link into the tree of devices.
    bench.device.write("sys/devices/block/sda/sda1/partition", "1");
    bench.device.write("sys/devices/block/sda/sda2/partition", "2");
    bench.device.write("sys/class/block/dm-0/diskseq", "1");
    for (name, there) in [("sda", "sda"), ("sda1", "sda/sda1"), ("sda2", "sda/sda2")] {
        let link = bench.device.path(&format!("sys/class/block/{name}"));
        std::os::unix::fs::symlink(format!("../../devices/block/{there}"), link).unwrap();
    }
    let about = |number: &str, device: &str| {
        bench.device.write("sys/devices/block/sda/diskseq", number);
        bench.done(&["stick-unreadable", device]);
        parley_update::announcements::read(&bench.device.path("run/parley-announcements"))["stick"].about.clone()
    };
    let first = about("7\n", "/dev/sda1");
    assert!(first.ends_with(" 7"), "{first}");
    assert_eq!(about("7\n", "/dev/sda2"), first);
    assert_ne!(about("8\n", "/dev/sda1"), first);
}

/// Looks at the stick of a device, as its unit does.
pub fn look(bench: &Bench) -> String {
    bench.done(&["stick", &bench.device.path("stick").to_string_lossy(), "--unit", "unit"])
}

#[test]
fn a_file_beside_the_update_is_a_yes_and_the_report_says_so() {
    let bench = Bench::new();
    let stick = bench.device.path("stick").to_string_lossy().into_owned();
    bench.device.write("stick/PARLEY.RAUCB", "x");
    std::os::unix::fs::symlink("/etc/hostname", bench.device.path("stick/install")).unwrap();
    assert!(look(&bench).contains("waits for a yes"), "a link is no file");
    bench.done(&["report", &stick]);
    let report = bench.device.read("stick/parley-report.txt");
    assert!(report.contains("put a file with the name install.txt beside it and plug the stick in again"), "{report}");
    assert!(bench.installed.lock().unwrap().is_empty());
    bench.device.write("stick/Install.TXT", "");
    assert!(look(&bench).contains("version 1.4.0 was installed; the device tries it now"));
    bench.done(&["report", &stick]);
    assert_eq!(bench.device.reboots(), [TRIAL]);
}

#[test]
fn the_report_tells_what_the_owners_file_did() {
    let bench = Bench::new();
    let stick = bench.device.path("stick").to_string_lossy().into_owned();
    bench.device.write("stick/parley.raucb", "x");
    bench.device.write("var/lib/parley-setup/report.txt", "the name is kitchen\n");
    look(&bench);
    bench.done(&["report", &stick]);
    let report = bench.device.read("stick/parley-report.txt");
    assert!(report.contains("\r\n\r\nThe owner's file\r\nthe name is kitchen\r\n\r\nHistory\r\n"), "{report}");
}

#[test]
fn a_stick_that_stays_in_place_installs_nothing_twice() {
    let bench = Bench::new();
    bench.device.write("stick/parley.raucb", "x");
    bench.device.write("stick/install.txt", "");
    assert!(look(&bench).contains("was installed"));
    assert!(look(&bench).contains("version 1.4.0 is installed; the device tries it now"), "a cut came before");
    for trial in 1..=3 {
        bench.done(&["install", "--restart"]);
        bench.device.started(Slot::A, false, "1.0.0");
        bench.done(&["started"]);
        if trial < 3 {
            assert!(look(&bench).contains("will be tried again by itself"));
        }
    }
    assert_eq!(bench.installed.lock().unwrap().len(), 1);
    assert!(look(&bench).contains("parley.raucb: version 1.4.0 was tried before and never came up"));
    // The same for one that nobody could judge, and that may be installed once more.
    bench.device.write(
        "var/lib/parley-update/ledger.json",
        r#"[{"at_unix_s":1,"version":"1.4.0","what":"given-up"},{"at_unix_s":1,"version":"1.4.0","what":"refused","because":"x"}]"#,
    );
    std::fs::remove_file(bench.device.path("var/lib/parley-update/blocks")).unwrap();
    assert!(look(&bench).contains("could not be judged three times"));
    assert_eq!(bench.installed.lock().unwrap().len(), 1);
}

#[test]
fn whoever_says_yes_has_it_installed_once_more() {
    let bench = Bench::new();
    bench.device.write("stick/parley.raucb", "x");
    for installed in 1..=2 {
        assert!(look(&bench).contains("waits for a yes"));
        bench.done(&["accept"]);
        assert!(look(&bench).contains("version 1.4.0 was installed"));
        assert_eq!(bench.installed.lock().unwrap().len(), installed);
    }
}

#[test]
fn what_is_too_large_or_too_much_on_a_stick_is_not_even_read() {
    // Whoever asked RAUC would wait for ever.
    let bench = Bench::with(|_| Script { inspect_hangs: true, ..Script::default() });
    bench.device.write("stick/holiday.raucb", "");
    let file = std::fs::File::options().write(true).open(bench.device.path("stick/holiday.raucb")).unwrap();
    file.set_len(20 << 30).unwrap();
    bench.device.write("stick/._holiday.raucb", "what a Mac notes of it");
    let said = look(&bench);
    assert!(
        said.starts_with("holiday.raucb: this file has 21475 MB, and no update for this device has more"),
        "{said}"
    );
    assert!(!said.contains("._"), "{said}");
    let file = bench.device.path("stick/holiday.raucb").to_string_lossy().into_owned();
    assert!(
        bench.says(&["install", &file]).err.contains("21475 MB") && bench.says(&["check", &file]).out.contains("MB")
    );
    for number in 0..1_000 {
        std::fs::write(bench.device.path(&format!("stick/{number}.raucb")), b"x").unwrap();
    }
    let said = look(&bench);
    assert!(said.starts_with("there are 1001 updates on this stick, and no more than 16 are looked at"), "{said}");
    assert!(bench.was_told("not-installed") && !bench.was_told("inspecting"));
    assert_eq!(bench.status()["offered"], Value::Null);
}

#[test]
fn a_clock_that_jumps_by_years_changes_no_more_than_dates() {
    let bench = Bench::committed();
    let far = r#"[{"at_unix_s":4102444800,"version":"1.4.0","what":"installed","slot":"B"},{"at_unix_s":1,"version":"1.4.0","what":"committed","slot":"B"}]"#;
    bench.device.write("var/lib/parley-update/ledger.json", far);
    let history = bench.done(&["history"]);
    let dates: Vec<&str> = history.lines().map(|line| &line[..10]).collect();
    assert_eq!(dates, ["2100-01-01", "1970-01-01"], "in the order in which it happened");
    bench.measures("memory-mb", 100.0, 10);
    bench.done(&["probation"]);
    assert_eq!(bench.status()["probation-left-s"], DAY_S);
    // What was kept in the future is no reason not to keep anything any more.
    bench.device.started(Slot::B, false, "1.0.0");
    bench.measures("error-rate", 0.25, 100);
    bench.done(&["probation"]);
    let baseline = bench.device.path("var/lib/parley-update/baseline.json");
    let future = std::time::SystemTime::now() + std::time::Duration::from_secs(10 * 365 * DAY_S);
    std::fs::File::options().write(true).open(&baseline).unwrap().set_modified(future).unwrap();
    bench.measures("error-rate", 0.5, 100);
    bench.done(&["probation"]);
    assert!(bench.device.read("var/lib/parley-update/baseline.json").contains("0.5"));
}

#[test]
fn an_offer_ends_with_its_stick_and_with_no_other() {
    let bench = Bench::new();
    bench.device.write("stick/parley.raucb", "x");
    let [stick, other] = ["stick", "other"].map(|name| bench.device.path(name).to_string_lossy().into_owned());
    bench.done(&["stick", &stick, "--unit", "unit"]);
    bench.done(&["stick-gone", &other]);
    assert_eq!(bench.status()["offered"], NEW);
    bench.done(&["stick-gone", &stick]);
    assert_eq!(bench.status()["offered"], Value::Null);
}

#[test]
fn a_stick_does_what_the_owner_has_set() {
    let bench = Bench::new();
    bench.device.write("stick/parley.raucb", "x");
    let stick = bench.device.path("stick").to_string_lossy().into_owned();
    assert_eq!(bench.done(&["stick-wanted"]), "");
    bench.device.write(OWNER, "[updates]\nstick = \"ignore\"\n");
    let said = bench.says(&["stick-wanted"]);
    assert!(said.code == Some(1) && said.out.contains("switched off (updates.stick)"), "{said:?}");
    bench.device.write(OWNER, "[updates]\nstick = \"install\"\n");
    assert!(bench.done(&["stick", &stick, "--unit", "unit"]).contains("was installed"));
    bench.device.started(Slot::A, false, NEW);
    assert!(bench.done(&["stick", &stick, "--unit", "unit"]).contains("parley.raucb: version 1.4.0 is already in use"));
}

#[test]
fn updates_are_set_by_image_and_owner_together_and_no_mistake_of_either_stops_them() {
    let bench = Bench::new();
    bench.device.write("stick/parley.raucb", "x");
    bench.device.write("usr/share/parley/parley.toml", "[models]\nprofile = \"pi5\"\n[updates]\nstick = \"ignore\"\n");
    let stick = bench.device.path("stick").to_string_lossy().into_owned();
    let asked = || bench.says(&["stick-wanted"]);
    assert!(asked().out.contains("switched off"));
    bench.device.write(OWNER, "[updates]\nof-a-newer-version = 1\nrestart = \"soon\"\n");
    let said = asked();
    assert!(said.out.contains("switched off"), "the image's word holds: {said:?}");
    assert!(said.err.contains("line 2: this version has no setting updates.of-a-newer-version"), "{said:?}");
    assert!(said.err.contains("restart = \"soon\" has to be \"asked\" or \"quiet\""), "{said:?}");
    bench.device.write(OWNER, "[future]\nx = 1\n[updates]\nstick = \"install\"\n");
    assert!(bench.done(&["stick", &stick, "--unit", "unit"]).contains("was installed"), "the owner's word wins");
}

#[test]
fn a_link_on_a_stick_leads_nowhere() {
    let bench = Bench::new();
    bench.device.write("stick/real.raucb", "x");
    let stick = bench.device.path("stick");
    let folder = stick.to_string_lossy().into_owned();
    bench.device.write("secret", "the card");
    std::os::unix::fs::symlink(bench.device.path("secret"), stick.join("parley-report.txt")).unwrap();
    bench.done(&["stick", &folder, "--unit", "unit"]);
    bench.done(&["report", &folder]);
    assert_eq!(bench.device.read("secret"), "the card");
    assert!(bench.device.read("stick/parley-report.txt").starts_with("Parley, version"));
    std::fs::rename(stick.join("real.raucb"), bench.device.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(bench.device.path("elsewhere"), stick.join("link.raucb")).unwrap();
    assert_eq!(bench.done(&["stick", &folder, "--unit", "unit"]), "", "no update is on it");
}

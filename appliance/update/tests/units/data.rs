//! Data, sticks, and where they are mounted.

use super::*;

#[test]
fn a_stick_can_run_nothing_and_is_written_only_for_the_report() {
    let condition = values("parley-stick@.service", "ExecCondition");
    assert_eq!(condition, ["/usr/bin/parley-update stick-wanted"], "it is asked before anything is mounted");
    let rules = fs::read_to_string(overlay().join("usr/lib/udev/rules.d/80-parley-stick.rules")).unwrap();
    assert!(rules.contains("ENV{ID_FS_TYPE}==\"vfat|exfat\","), "{rules}");
    let before = values("parley-stick@.service", "ExecStartPre");
    assert_eq!(before.len(), 1);
    assert!(before[0].starts_with("-/usr/bin/systemd-mount "), "who looks says what cannot be mounted: {before:?}");
    assert!(before.iter().all(|line| line.contains("ro,nosuid,nodev,noexec")), "{before:?}");
    let report = fs::read_to_string(overlay().join("usr/lib/parley/report-on-stick")).unwrap();
    let mounts: Vec<&str> = report.lines().filter(|line| line.starts_with("mount ")).collect();
    assert_eq!(mounts.len(), 2);
    assert!(mounts.iter().all(|line| line.contains("nosuid,nodev,noexec")), "{mounts:?}");
    assert!(mounts[1].contains("remount,ro"), "{mounts:?}");
}

/// systemd runs a unit's conditions before anything else of it, and one that fails ends it without a fault.
#[test]
fn a_stick_is_mounted_only_if_the_owner_wants_sticks() {
    assert_eq!(values("parley-stick@.service", "ExecCondition"), ["/usr/bin/parley-update stick-wanted"]);
}

/// Each rule by itself: the programs are asked for what they do in `flow`.
#[test]
fn what_no_kernel_reads_the_owner_hears_of() {
    let rules = fs::read_to_string(overlay().join("usr/lib/udev/rules.d/80-parley-stick.rules")).unwrap();
    let rules: Vec<&str> = rules.lines().filter(|line| line.starts_with("ACTION")).collect();
    let (mounted, told): (Vec<&str>, Vec<&str>) =
        rules.iter().partition(|rule| rule.ends_with("ENV{SYSTEMD_WANTS}+=\"parley-stick@dev-%k.service\""));
    assert_eq!((mounted.len(), told.len()), (1, 3));
    for rule in &told {
        assert!(rule.ends_with("ENV{SYSTEMD_WANTS}+=\"parley-stick-unreadable@dev-%k.service\""), "{rule}");
    }
    let other = told.iter().filter(|rule| rule.contains("ENV{ID_FS_TYPE}!=\"vfat|exfat\""));
    assert_eq!(other.count(), 1, "what the one rule mounts no other speaks of");
    assert_eq!(told.iter().filter(|rule| rule.contains("ENV{ID_FS_USAGE}==\"\"")).count(), 2);
    let tells = "parley-stick-unreadable@.service";
    assert_eq!(values(tells, "ExecStart"), ["/usr/bin/parley-update stick-unreadable /%I"]);
    assert_eq!(values(tells, "ExecCondition"), values("parley-stick@.service", "ExecCondition"));
    for (name, last) in [
        ("CapabilityBoundingSet", ""),
        ("DeviceAllow", ""),
        ("ReadWritePaths", "/run/parley-update /run/parley-announcements"),
    ] {
        assert_eq!(values(tells, name).last().unwrap(), last, "who only speaks of a stick may do nothing with it");
    }
}

/// What a process mounts in a unit with a namespace of its own ends with that process, even with a plus before its
/// line: systemd makes the namespace all the same.
#[test]
fn no_unit_mounts_where_nobody_else_sees_it() {
    for service in units(".service") {
        for name in ["ExecStartPre", "ExecStart", "ExecStartPost"] {
            for line in values(&service, name) {
                assert!(!line.contains("/bin/mount "), "{service}: {line}");
            }
        }
    }
}

/// systemd makes folders in /var/tmp for units, as root: where the daemon has made as many files as the partition can
/// hold, none of them would start.
#[test]
fn no_unit_needs_a_file_on_the_data_partition_to_start() {
    assert_eq!(values("var-tmp.mount", "Type"), ["tmpfs"]);
    assert_eq!(values("var-tmp.mount", "Where"), ["/var/tmp"]);
    let options = values("var-tmp.mount", "Options").join(",");
    assert!(["nosuid", "nodev", "size="].iter().all(|option| options.contains(option)), "{options}");
    assert!(overlay().join("usr/lib/systemd/system/local-fs.target.wants/var-tmp.mount").exists(), "it is switched on");
}

/// Without them the kernel lets nobody act for the daemon, and a migration leaves folders that the daemon cannot read.
#[test]
fn whoever_takes_data_over_may_act_as_its_owner() {
    for service in ["parley-started.service", "parley-probation.service", "parley-wish.service"] {
        let granted = values(service, "CapabilityBoundingSet").join(" ");
        for capability in ["CAP_SETUID", "CAP_SETGID", "CAP_DAC_OVERRIDE"] {
            assert!(granted.split(' ').any(|found| found == capability), "{service}: {granted}");
        }
        let calls = values(service, "SystemCallFilter");
        assert!(calls.iter().all(|line| !line.starts_with('~') || !line.contains("@setuid")), "{service}: {calls:?}");
    }
}

/// Who owns a folder may put another one in the place of what lies in it.
#[test]
fn roots_memory_lies_in_no_folder_of_anybody_else() {
    let text = fs::read_to_string(overlay().join("usr/lib/tmpfiles.d/parley.conf")).unwrap();
    let lines = text.lines().filter(|line| line.starts_with("d "));
    let folders: Vec<Vec<&str>> = lines.map(|line| line.split_whitespace().collect()).collect();
    let memory = folders.iter().find(|folder| folder[1] == UpdateFolder::FOLDER).unwrap();
    assert_eq!(memory[2..5], ["2750", "root", "parley"]);
    for folder in folders.iter().filter(|folder| folder[3] == "root") {
        let above = folders.iter().filter(|above| Path::new(folder[1]).starts_with(above[1]) && above[3] != "root");
        assert_eq!(above.count(), 0, "{folder:?}");
    }
}

/// What `repair-data`, which runs before the data partition is mounted, says of an image: 0 where it was whole, 1 where it
/// was put right.
fn repaired(harm: impl FnOnce(&fs::File)) -> i32 {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("data.img");
    let file = fs::File::create(&image).unwrap();
    file.set_len(16 << 20).unwrap();
    // Not everybody's path holds the tools of file systems.
    let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
    let run = |program: &str, options: &[&str]| {
        let output = Command::new(program).args(options).arg(&image).env("PATH", &path).output();
        output.unwrap_or_else(|error| panic!("{program} (package e2fsprogs): {error}")).status.success()
    };
    assert!(run("mkfs.ext4", &["-q", "-F"]));
    harm(&file);
    let script = overlay().join("usr/lib/parley/repair-data");
    let output = Command::new(script).arg(&image).env("PATH", &path).output().unwrap();
    let code = output.status.code().unwrap();
    assert_eq!(code < 2, run("e2fsck", &["-f", "-n"]), "it says what became of it: {code}");
    code
}

#[test]
fn data_whose_first_superblock_is_torn_is_put_right_before_it_is_mounted() {
    use std::os::unix::fs::FileExt;
    // The superblock lies at 1024 and fills two sectors.
    let torn = |file: &fs::File| file.write_all_at(&[0; 512], 1536).unwrap();
    assert_eq!(repaired(torn), 1);
    assert_eq!(repaired(|_| {}), 0, "a whole one");
    let wiped = |file: &fs::File| file.write_all_at(&vec![0; 16 << 20], 0).unwrap();
    assert!(repaired(wiped) >= 4, "nothing is left to put right");
}

/// The data partition is what `open-data` says, and nobody else looks for one.
#[test]
fn the_data_comes_through_the_ladder_alone() {
    assert_eq!(values("var.mount", "What"), ["/run/parley-data/device"]);
    assert_eq!(values("var.mount", "Requires"), ["parley-data.service"]);
    let order = values("var.mount", "After");
    assert!(order.contains(&"parley-data.service".to_owned()), "{order:?}");
    assert_eq!(values("parley-data.service", "ExecStart"), ["/usr/lib/parley/open-data /dev/disk/by-parley/data"]);
    // A temporary folder of its own would lie in /var, which waits for it.
    assert_eq!(values("parley-data.service", "PrivateTmp").last().unwrap(), "no");
    assert_eq!(values("parley-data.service", "ReadWritePaths").last().unwrap(), "/run");
}

/// A stick or a second card may have the same names: only what the initramfs made counts.
#[test]
fn no_partition_is_found_by_a_name_that_another_disk_may_have() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut open: Vec<PathBuf> =
        ["appliance", "meta-voice", "ota", "rootfs-overlay"].iter().map(|folder| top.join(folder)).collect();
    let mut seen = 0;
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().flatten().map(|entry| entry.path()));
            continue;
        }
        seen += 1;
        // Not in this test, which names them.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        if !path.ends_with("tests/units/data.rs") {
            let shared = ["by-partlabel", "by-partuuid", "by-label", "by-uuid"].iter().find(|way| text.contains(**way));
            assert_eq!(shared, None, "{}", path.display());
        }
    }
    assert!(seen > 300, "{seen} files were found");
}

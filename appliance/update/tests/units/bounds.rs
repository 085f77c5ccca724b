//! Every wait has an end, and no start ends in a shell.

use super::*;

#[test]
fn every_wait_of_a_unit_has_an_end() {
    for service in units(".service") {
        let limits = values(&service, "TimeoutStartSec");
        assert!(limits.len() == 1 && limits[0] != "infinity", "{service}: {limits:?}");
    }
}

#[test]
fn a_hang_of_the_assistant_is_over_in_eight_seconds_and_it_is_always_started_again() {
    assert_eq!(values("parley.service", "Type"), ["notify"]);
    assert_eq!(values("parley.service", "WatchdogSec"), ["8"]);
    assert_eq!(values("parley.service", "Restart"), ["always"]);
}

/// What the kernel ends for want of memory is a worker, which is started again; what was said is in no file of a crash; and
/// whatever the audio threads touch is in memory.
#[test]
fn the_assistant_outlives_a_worker_that_has_taken_all_memory() {
    assert_eq!(values("parley.service", "OOMPolicy"), ["continue"]);
    assert_eq!(values("parley.service", "MemoryMax"), ["85%"]);
    assert_eq!(values("parley.service", "LimitCORE"), ["0"]);
    assert_eq!(values("parley.service", "LimitMEMLOCK"), ["infinity"], "a bound would fail the next allocation");
}

/// A group that is not there would keep the assistant from starting.
#[test]
fn the_groups_of_the_assistant_exist() {
    let users = fs::read_to_string(overlay().join("usr/lib/sysusers.d/parley.conf")).unwrap();
    let groups = values("parley.service", "SupplementaryGroups");
    assert_eq!(groups, ["audio input"]);
    for group in groups[0].split(' ') {
        let is_member = |line: &str| line.split_whitespace().eq(["m", "parley", group]);
        assert!(users.lines().any(is_member), "{group}: {users}");
    }
}

#[test]
fn a_hang_of_the_system_is_over_in_twelve_seconds() {
    let manager = fs::read_to_string(overlay().join("usr/lib/systemd/system.conf.d/10-parley.conf")).unwrap();
    assert!(manager.lines().any(|line| line == "RuntimeWatchdogSec=12s"));
    assert!(manager.lines().any(|line| line == "CrashAction=reboot"), "PID 1 that fails restarts the device");
}

#[test]
fn whatever_ends_a_trial_early_leaves_it() {
    for service in ["parley-gate.service", "parley-commit.service"] {
        assert_eq!(values(service, "OnFailure"), ["parley-leave-trial.service"], "{service}");
    }
    assert!(values("parley-commit.service", "Requires").contains(&"boot-complete.target".to_owned()));
}

/// A committed version that dies at each of its starts never passes its gate: nothing else would send it away, and no
/// update that was installed meanwhile would be tried.
#[test]
fn probation_judges_a_start_whose_gate_has_failed() {
    let probation = "parley-probation.service";
    for name in ["Requisite", "Requires", "BindsTo", "PartOf"] {
        assert_eq!(values(probation, name), Vec::<String>::new(), "{name}");
    }
    assert_eq!(values(probation, "After"), ["parley-commit.service"], "a trial is the gate's until it is committed");
    assert!(!settings("parley-probation.timer").iter().any(|(_, name, _)| name.starts_with("Requi")));
}

#[test]
fn every_orderly_shutdown_is_written_down_while_data_is_there() {
    assert_eq!(values("parley-started.service", "ExecStop"), ["/usr/bin/parley-update stopping"]);
    assert_eq!(
        values("parley-started.service", "RemainAfterExit"),
        ["yes"],
        "systemd stops what still counts as started"
    );
    assert_eq!(values("parley-started.service", "Conflicts"), ["shutdown.target"]);
    assert_eq!(values("parley-started.service", "RequiresMountsFor"), ["/var/lib/parley"]);
}

#[test]
fn who_goes_by_the_owners_hours_knows_the_owners_time_zone() {
    let files = values("parley-probation.service", "EnvironmentFile");
    assert_eq!(files, values("parley.service", "EnvironmentFile"));
    assert_eq!(files, ["-/var/lib/parley-setup/environment"]);
}

/// A board's clock may jump by years at any moment: it dates what an owner reads, chooses the hour of a restart, and
/// decides nothing else.
#[test]
fn no_step_of_an_update_goes_by_the_clock() {
    let mut users = Vec::new();
    for entry in walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let entry = entry.unwrap();
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        let is_test = entry.file_name() == "tests.rs";
        let code = text.split("#[cfg(test)]").next().filter(|_| !is_test).unwrap_or_default();
        let clocks = ["SystemTime::now", "Zoned::now", "Timestamp::now", ".modified()"];
        let found = clocks.iter().filter(|clock| code.contains(**clock));
        users.extend(found.map(|clock| format!("{} {clock}", entry.file_name().to_string_lossy())));
    }
    users.sort();
    // How old a baseline is: one that seems young or old by mistake is written an hour later, or sooner.
    let known = ["probation.rs Zoned::now", "update_folder.rs SystemTime::now", "watched.rs .modified()"];
    assert_eq!(users, known);
}

#[test]
fn the_system_log_is_bounded_and_an_address_stays() {
    let log = fs::read_to_string(overlay().join("usr/lib/systemd/journald.conf.d/10-parley.conf")).unwrap();
    assert!(log.contains("\nStorage=volatile\n") && log.contains("\nRuntimeMaxUse=16M\n"), "{log}");
    let network = fs::read_to_string(setup_files().join("25-wlan.network")).unwrap();
    let client = network.split_once("[DHCPv4]").unwrap().1;
    assert!(client.contains("\nClientIdentifier=mac\n"), "{network}");
}

#[test]
fn the_time_that_is_kept_never_goes_back() {
    let kept = tempfile::NamedTempFile::new().unwrap();
    let keep = || {
        let script = overlay().join("usr/lib/parley/keep-time");
        assert!(Command::new(script).arg(kept.path()).status().unwrap().success());
        kept.path().metadata().unwrap().modified().unwrap()
    };
    let now = std::time::SystemTime::now();
    let day = std::time::Duration::from_secs(86_400);
    kept.as_file().set_modified(now - day).unwrap();
    assert!(keep() > now - day / 2, "the time goes on");
    kept.as_file().set_modified(now + day).unwrap();
    assert!(keep() > now + day / 2, "a clock that nobody has set yet says nothing");
    let missing = kept.path().with_extension("missing");
    Command::new(overlay().join("usr/lib/parley/keep-time")).arg(&missing).output().unwrap();
    assert!(!missing.exists(), "the file is systemd-timesyncd's to make");
}

/// Whoever starts instead of a shell that nobody sits at.
#[test]
fn no_start_ends_in_a_shell() {
    for unit in ["emergency.service", "rescue.service"] {
        let drop_in = overlay().join(format!("usr/lib/systemd/system/{unit}.d/10-parley.conf"));
        let text = fs::read_to_string(drop_in).unwrap();
        assert!(text.contains("ExecStart=\nExecStart=/usr/lib/parley/restart-soon\nStandardInput=null"), "{text}");
    }
    let script = fs::read_to_string(overlay().join("usr/lib/parley/restart-soon")).unwrap();
    assert!(script.trim_end().ends_with("systemctl --force reboot"), "{script}");
}

//! What our units see, and what they can do: each started with its own user, environment, sandbox and mounts, and a probe as its program.

use anyhow::{Context, Result, ensure};

use super::{ANSWERS, Bench, RARE, Report, Scenario, doors, owner_wants_no_stick, said_on, switched_on};
use crate::layout::SlotName;
use crate::virtual_device::VirtualDevice;

pub const UNITS: Scenario = Scenario {
    name: "units",
    cases: cases! {
        "every_unit_can_do_its_work": "in its own sandbox each can write, open and do what its program needs",
        "no_unit_can_do_more_than_its_work": "and nothing of what would harm the device or the person",
        "every_unit_sees_the_owners_settings": "what the owner has said of sticks reaches every program that goes by it",
        "what_we_lay_over_others_units_holds": "RAUC gives way to a conversation, the clock's file keeps the time of the end, and nobody is given a shell",
        "each_door_is_for_its_group": "the daemon's sockets, the one for sound too, belong to the groups of their folders, out of its user namespace",
        "a_door_opens_for_its_group_alone": "a user of each group, and one of none, come in where they may: to look, to steer, to take a seat; and nowhere else",
        "the_gateway_follows_the_daemon": "through the read door, as a user of its own",
    },
    starts: 1,
    run: units,
    ..RARE
};

/// A unit of ours, and what the probe says in its place.
struct Expected {
    unit: &'static str,
    /// Lines of the probe that have to be there, separated by `|`.
    needs: &'static str,
    /// Beginnings of lines that must not be there.
    never: &'static str,
}

/// What no unit may do, whoever it is.
const NEVER: &str = "writes /etc|writes /usr|writes /boot|writes /home|writes /sys/kernel|opens /dev/mem|opens /dev/kmsg|opens /dev/vport0p1|\
                     does namespaces|does host-name|does clock|does modules|does kernel-log|does kernel-settings";
/// What helpers of updates need: root's folders, the boot chain, and the state of the root.
const HELPER: &str = "user root|writes /var/lib|writes /run|writes /run/parley-update|changes autoboot|changes boot_b|opens /dev/mapper/control";
const HELPER_NEVER: &str = "does mount|opens /dev/snd|sees interface-e";

const UNITS_OF_OURS: &[Expected] = &[
    Expected {
        unit: "parley.service",
        needs: "user parley|environment HOME=/var/lib/parley|environment PARLEY_MODELS=/usr/share/parley/models|\
                writes /var/lib/parley|writes /run/parley|writes /run/parley/measurements|writes /run/parley/wishes|writes /tmp|\
                opens /dev/snd/controlC0",
        never: "writes /var/lib/parley/update|writes /var/lib/parley-update|writes /run/parley-update|writes /run/parley-data|\
                writes /run/parley-announcements|reads |changes |opens /dev/mapper|does mount|does other-processes",
    },
    Expected { unit: "parley-started.service", needs: HELPER, never: HELPER_NEVER },
    Expected { unit: "parley-gate.service", needs: HELPER, never: HELPER_NEVER },
    Expected { unit: "parley-commit.service", needs: HELPER, never: HELPER_NEVER },
    Expected { unit: "parley-leave-trial.service", needs: HELPER, never: HELPER_NEVER },
    Expected { unit: "parley-sound-card.service", needs: HELPER, never: HELPER_NEVER },
    Expected { unit: "parley-board.service", needs: HELPER, never: HELPER_NEVER },
    Expected { unit: "parley-probation.service", needs: HELPER, never: HELPER_NEVER },
    // Whoever is at the daemon's door decides when it runs.
    Expected {
        unit: "parley-wish.service",
        needs: "user root|writes /var/lib|writes /run/parley|writes /run/parley/wishes|writes /run/parley-update|writes /run/systemd|\
                changes autoboot|changes boot_b|opens /dev/mapper/control",
        never: "writes /run|writes /run/parley-announcements|writes /run/parley-data|does mount|opens /dev/snd|sees interface-e",
    },
    // What it may have to do with the network is not decided yet: nothing.
    Expected {
        unit: "parley-gateway.service",
        needs: "user parley-gateway|writes /tmp",
        never: "writes /var/lib|writes /run|reads |changes |opens |does mount|does other-processes|sees interface-e",
    },
    // The report makes a stick writable for a moment.
    Expected {
        unit: "parley-stick@.service",
        needs: "user root|writes /run/parley-update|writes /run/parley-announcements|does mount",
        never: "opens /dev/snd|sees interface-e",
    },
    Expected {
        unit: "parley-stick-unreadable@.service",
        needs: "user root|writes /run/parley-update|writes /run/parley-announcements",
        never: "writes /var/lib|writes /run|reads |changes |does mount|opens /dev/snd|opens /dev/mapper|sees interface-e",
    },
    Expected {
        unit: "parley-data.service",
        needs: "user root|writes /run|writes /run/parley-data|changes data|changes autoboot|does mount",
        never: "writes /var/lib|opens /dev/snd|opens /dev/mapper|sees interface-e",
    },
    // It gives the kernel the device's name, in the folder of all of the kernel's settings.
    Expected {
        unit: "parley-setup.service",
        needs: "user root|writes /var/lib/parley-setup|writes /run|reads autoboot",
        never: "changes |does mount|opens /dev/snd|opens /dev/mapper|sees interface-e",
    },
    Expected {
        unit: "parley-wifi.service",
        needs: "user root|writes /run/parley-announcements",
        never: "writes /var/lib|writes /var/lib/parley-setup|writes /run|writes /run/parley-update|reads |changes |does mount|\
                opens /dev/snd|opens /dev/mapper|sees interface-e",
    },
];

/// What we lay over the unit of hawkBit's client, which is not in this root: tried with nothing below. The client has a user of its
/// own; here it is root, who can write whatever is not mounted read-only.
const FLEET: Expected = Expected {
    unit: "probe-hawkbit.service",
    needs: "user root|writes /tmp|environment CREDENTIALS_DIRECTORY=/run/credentials/probe-hawkbit.service",
    never: "writes /etc|writes /usr|writes /home|writes /var/lib|writes /run|writes /run/parley-update|writes /run/parley-data|\
            writes /run/parley-announcements|writes /run/systemd|does mount",
};
const FLEETS_DROP_IN: &str = "/usr/lib/systemd/system/rauc-hawkbit-updater.service.d/30-fleet.conf";

/// Units of others over which we lay something: what theirs is for, and what ours says.
const OTHERS: &[(&str, &str)] = &[
    (
        "rauc.service",
        "systemctl start rauc.service && [ \"$(cut -d ' ' -f 19 /proc/$(systemctl show -P MainPID rauc.service)/stat)\" = 19 ]",
    ),
    // It must be able to run the script, as its own user and with the system calls that are left to it.
    ("systemd-timesyncd.service", KEEPS_TIME),
    (
        "rescue.service emergency.service",
        "for unit in rescue emergency; do systemctl cat $unit.service | grep '^ExecStart=' | tail -n 1 | grep -qx ExecStart=/usr/lib/parley/restart-soon || exit 1; done",
    ),
];
const KEEPS_TIME: &str = "systemctl start systemd-timesyncd.service && sleep 1 && before=$(stat -c %Y /var/lib/systemd/timesync/clock) && sleep 2 && \
                          systemctl stop systemd-timesyncd.service && [ \"$(stat -c %Y /var/lib/systemd/timesync/clock)\" -gt \"$before\" ]; \
                          held=$?; systemctl start systemd-timesyncd.service; exit $held";

/// What one unit may do of all that none may.
const EXCEPTIONS: &[(&str, &str)] = &[("parley-setup.service", "does kernel-settings")];

/// Units whose programs go by the owner's settings of updates.
const GO_BY_SETTINGS: &[&str] = &["parley-stick@.service", "parley-probation.service"];

/// Whether a thread of the daemon's runs by the first-in-first-out rule (1), or in turns at a fixed priority (2).
const REAL_TIME: &str = "cat /proc/$(systemctl show --property=MainPID --value parley.service)/task/*/stat | \
                         sed 's/.*) //' | cut -d ' ' -f 39 | grep -q '[12]'";

const GATEWAY: &str = "for second in $(seq 30); do \
                       systemctl show --property=StatusText --value parley-gateway.service | grep '^follows Parley' && exit 0; sleep 1; done; \
                       systemctl status --no-pager parley-gateway.service; exit 1";

fn units(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&UNITS)?;
    switched_on(&mut device, SlotName::A)?;
    said_on(&mut device, ANSWERS, SlotName::A)?;
    owner_wants_no_stick(&mut device)?;
    report.case("each_door_is_for_its_group", doors::rights(&mut device));
    report.case("a_door_opens_for_its_group_alone", doors::visitors(&mut device));
    report
        .case("the_gateway_follows_the_daemon", device.run(&format!("({GATEWAY})")).map(|said| said.trim().to_owned()));
    let listed = device.run("cd /usr/lib/systemd/system && ls parley*.service")?;
    let (mut lacking, mut excessive, mut blind) = (Vec::new(), Vec::new(), Vec::new());
    for unit in listed.lines().map(str::trim) {
        let expected = UNITS_OF_OURS.iter().find(|expected| expected.unit == unit);
        let expected = expected.with_context(|| format!("nobody has said what {unit} needs"))?;
        let said = probe(&mut device, unit)?;
        let lines: Vec<&str> = said.lines().map(str::trim).collect();
        lacking.extend(lines.iter().filter(|line| line.starts_with("lacks ")).map(|line| format!("the probe {line}")));
        let missing = expected.needs.split('|').filter(|need| !lines.contains(need));
        lacking.extend(missing.map(|need| format!("{unit} cannot: {need}")));
        let forbidden = || NEVER.split('|').chain(expected.never.split('|'));
        let may = |line: &str| EXCEPTIONS.contains(&(unit, line));
        let done = lines.iter().filter(|line| !may(line) && forbidden().any(|never| is(line, never)));
        excessive.extend(done.map(|line| format!("{unit} can: {line}")));
        if GO_BY_SETTINGS.contains(&unit) && !lines.contains(&"sees no-sticks") {
            blind.push(unit.to_owned());
        }
    }
    let said = probe_fleet(&mut device)?;
    let lines: Vec<&str> = said.lines().map(str::trim).collect();
    let missing = FLEET.needs.split('|').filter(|need| !lines.contains(need));
    lacking.extend(missing.map(|need| format!("hawkBit's client cannot: {need}")));
    let done = lines.iter().filter(|line| FLEET.never.split('|').any(|never| is(line, never)));
    excessive.extend(done.map(|line| format!("hawkBit's client can: {line}")));
    report.case("what_we_lay_over_others_units_holds", others(&mut device));
    // The probe has no tool for it; the daemon itself has asked.
    if device.run(REAL_TIME).is_err() {
        lacking.push("parley.service cannot: run threads at a real-time priority".to_owned());
    }
    for (name, found) in [
        ("every_unit_can_do_its_work", lacking),
        ("no_unit_can_do_more_than_its_work", excessive),
        ("every_unit_sees_the_owners_settings", blind),
    ] {
        let outcome = match found.is_empty() {
            true => Ok(format!("{} units", UNITS_OF_OURS.len())),
            false => Err(anyhow::anyhow!("{}", found.join("\n"))),
        };
        report.case(name, outcome);
    }
    Ok(())
}

fn others(device: &mut VirtualDevice) -> Result<String> {
    for (unit, holds) in OTHERS {
        device.run(&format!("({holds})")).with_context(|| format!("what we lay over {unit} does not hold"))?;
    }
    Ok(format!("{} units", OTHERS.iter().map(|(units, _)| units.split(' ').count()).sum::<usize>()))
}

/// Whether a line of the probe is the one that is forbidden: `writes /run` is another than `writes /run/parley`, and what ends with a space or a
/// letter behind a dash stands for all that begin so.
fn is(line: &str, forbidden: &str) -> bool {
    let begins = forbidden.ends_with([' ', '-']) || forbidden.starts_with("opens ") || forbidden.starts_with("sees ");
    line == forbidden || (begins && line.starts_with(forbidden))
}

/// Starts a copy of a unit with the probe in the place of its programs. Its own name stays free: others depend on it.
fn probe(device: &mut VirtualDevice, unit: &str) -> Result<String> {
    let (name, instance) = match unit.split_once('@') {
        Some((name, ending)) => (format!("{name}@{ending}"), format!("{name}@dev-sda1{ending}")),
        None => (unit.to_owned(), unit.to_owned()),
    };
    // The drop-ins for all helpers are read by a name with that beginning; parley.service has none.
    let copy = |name: &str| match name.strip_prefix("parley-") {
        Some(rest) => format!("parley-probe-{rest}"),
        None => format!("probe-{name}"),
    };
    let (file, started) = (copy(&name), copy(&instance));
    let copied = format!(
        "sed -n '/^\\[Service\\]/,/^\\[Install\\]/p' /usr/lib/systemd/system/{name} | grep -v '^\\[Install\\]' > {file}; \
         mkdir -p {file}.d; cp /usr/lib/systemd/system/{name}.d/* {file}.d/ 2>/dev/null"
    );
    start_probe(device, &copied, &file, &started)
}

/// The probe in the place of hawkBit's client, below our drop-in for it.
fn probe_fleet(device: &mut VirtualDevice) -> Result<String> {
    let file = FLEET.unit;
    let made = format!(
        "touch /var/lib/parley-setup/hawkbit.conf; printf '[Service]\\n' > {file}; mkdir -p {file}.d; cp {FLEETS_DROP_IN} {file}.d/"
    );
    start_probe(device, &made, file, file)
}

/// Starts a unit that a command makes in the folder of this start's units, with the probe as its program.
fn start_probe(device: &mut VirtualDevice, made: &str, file: &str, started: &str) -> Result<String> {
    let said = device.run(&format!(
        "mkdir -p /run/systemd/system; cd /run/systemd/system; {made}; \
         printf '%s\\n' '[Unit]' 'DefaultDependencies=no' '[Service]' 'Type=oneshot' 'RemainAfterExit=no' 'Restart=no' 'WatchdogSec=0' \
         'ExecCondition=' 'ExecStartPre=' 'ExecStart=' 'ExecStart=/usr/lib/device/probe' 'ExecStartPost=' 'ExecStop=' 'ExecStopPost=' \
         'StandardOutput=truncate:/run/probe.out' > {file}.d/90-probe.conf; \
         rm -f /run/probe.out; systemctl daemon-reload && systemctl start {started} || systemctl status --no-pager {started}; cat /run/probe.out"
    ))?;
    ensure!(said.contains("user "), "the probe as {file} did not run: {said}");
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_not_its_parent_and_a_beginning_stands_for_all() {
        assert!(is("writes /run", "writes /run") && !is("writes /run/parley", "writes /run"));
        assert!(is("reads autoboot", "reads ") && is("sees interface-eth0", "sees interface-e"));
        assert!(!is("sees interface-lo", "sees interface-e"));
    }

    #[test]
    fn nothing_is_needed_and_forbidden_at_once() {
        for expected in UNITS_OF_OURS {
            for need in expected.needs.split('|') {
                let mut forbidden = NEVER.split('|').chain(expected.never.split('|'));
                assert!(!forbidden.any(|never| is(need, never)), "{}: {need}", expected.unit);
            }
        }
    }
}

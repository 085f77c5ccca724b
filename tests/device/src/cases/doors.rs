//! The daemon's doors as other users of the device find them: whose the sockets are, and who comes in.

use anyhow::{Result, bail, ensure};

use crate::virtual_device::VirtualDevice;

/// What lies in the folder of the doors: kind, mode, user, group and path. A socket that is not here is nobody's decision.
const RIGHTS: &str = "\
directory 755 parley parley /run/parley/door
directory 2750 parley parley-control /run/parley/door/control
socket 660 parley parley-control /run/parley/door/control/socket
socket 660 parley parley-control /run/parley/door/control/sound
directory 2750 parley parley-read /run/parley/door/read
socket 660 parley parley-read /run/parley/door/read/socket";

const HELLO: &str = r#"{"type":"hello","version":"1.0","name":"a visitor","words":true}"#;
const STATUS: &str = r#"{"type":"request","id":1,"request":"status"}"#;
const VOLUME: &str = r#"{"type":"request","id":1,"request":"volume"}"#;
const SEAT: &str = r#"{"type":"hello","version":"1.0","name":"a visitor","rate-hz":16000}"#;

/// The groups of a visitor who is in none.
const NONE: &str = "--property=SupplementaryGroups=";
const READS: &str = "--property=SupplementaryGroups=parley-read";
const CONTROLS: &str = "--property=SupplementaryGroups=parley-control";

/// Who comes to which socket with what, and what the daemon answers; `None`: it cannot even be reached.
const VISITS: &[(&str, &str, &[&str], Option<&str>)] = &[
    (NONE, "read/socket", &[HELLO, STATUS], None),
    (NONE, "control/socket", &[HELLO, VOLUME], None),
    (NONE, "control/sound", &[SEAT], None),
    (READS, "read/socket", &[HELLO, STATUS], Some(r#""reply":"status""#)),
    // What it must not hear, and what it must not do.
    (READS, "read/socket", &[HELLO], Some(r#""control":false,"words":false"#)),
    (READS, "read/socket", &[HELLO, VOLUME], Some(r#""code":"not-allowed""#)),
    (READS, "control/socket", &[HELLO, VOLUME], None),
    (READS, "control/sound", &[SEAT], None),
    (CONTROLS, "control/socket", &[HELLO], Some(r#""control":true,"words":true"#)),
    (CONTROLS, "control/socket", &[HELLO, VOLUME], Some(r#""reply":"volume""#)),
    (CONTROLS, "control/sound", &[SEAT], Some(r#""seat":"seat-"#)),
    (CONTROLS, "read/socket", &[HELLO], None),
];

pub(super) fn rights(device: &mut VirtualDevice) -> Result<String> {
    let listed = device.run("stat -c '%F %a %U %G %n' $(find /run/parley/door | sort)")?;
    let lines: Vec<&str> = listed.lines().map(str::trim).collect();
    ensure!(lines.join("\n") == RIGHTS, "they are\n{}", lines.join("\n"));
    Ok(format!("{} sockets", lines.iter().filter(|line| line.starts_with("socket ")).count()))
}

/// Each visitor is `nobody`, with the one group that the owner would have given it.
pub(super) fn visitors(device: &mut VirtualDevice) -> Result<String> {
    for (groups, socket, lines, answer) in VISITS {
        let quoted: String = lines.iter().map(|line| format!(" '{line}'")).collect();
        let word = answer.unwrap_or("\"");
        let knock = format!(
            "systemd-run --quiet --wait --pipe --uid=nobody --gid=nogroup {groups} --property=NoNewPrivileges=yes \
             /usr/lib/device/knock /run/parley/door/{socket} '{word}'{quoted}"
        );
        let done = device.shell(&knock)?;
        match answer {
            Some(_) => ensure!(done.code == 0, "{groups} at {socket} with {lines:?}: {}", done.output),
            None if done.code == 0 => bail!("{groups} comes in at {socket}: {}", done.output),
            None => ensure!(done.output.contains("Permission denied"), "{groups} at {socket}: {}", done.output),
        }
    }
    Ok(format!("{} visits", VISITS.len()))
}

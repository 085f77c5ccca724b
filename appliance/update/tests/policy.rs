//! Who may ask RAUC: the product's policy on a real bus, read after RAUC's own as on the device. Only root can run it.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "helpers of tests fail like tests; a test that cannot run says so"
)]

mod double;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use double::{Bus, Script, ScriptedRauc};

/// As RAUC's package ships it: everybody may call.
const RAUCS_OWN: &str = r#"<busconfig>
  <policy user="root"><allow own="de.pengutronix.rauc"/><allow send_destination="de.pengutronix.rauc"/></policy>
  <policy context="default"><allow send_destination="de.pengutronix.rauc"/></policy>
</busconfig>"#;

/// As every distribution configures the system bus: nothing but what policies allow.
const SYSTEM_BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={folder}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus"/>
  </policy>
  <include>{folder}/rauc.conf</include>
  <include>{folder}/parley.conf</include>
</busconfig>"#;

/// Users that every machine has. The assistant's is none of those that the policy names.
const OTHERS: [&str; 2] = ["1", "65534"];

/// A bus with both policies.
fn bus(folder: &Path) -> Bus {
    let ours = include_str!("../../../rootfs-overlay/etc/dbus-1/system.d/parley-rauc.conf");
    let named: Vec<&str> = ours.lines().filter(|line| line.contains("<policy user=")).map(str::trim).collect();
    assert_eq!(named, [r#"<policy user="root">"#], "the assistant is not named");
    let here = folder.to_string_lossy();
    for (name, content) in [
        ("rauc.conf", RAUCS_OWN.to_owned()),
        ("parley.conf", ours.to_owned()),
        ("bus.conf", SYSTEM_BUS.replace("{folder}", &here)),
    ] {
        fs::write(folder.join(name), content).unwrap();
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    Bus::with(&[&format!("--config-file={here}/bus.conf")])
}

fn ask(bus: &Bus, user: &str, method: &[&str]) -> Output {
    let mut ask = Command::new("setpriv");
    ask.args([&format!("--reuid={user}"), "--clear-groups", "dbus-send", "--print-reply"]);
    ask.args([&format!("--bus={}", bus.address), "--dest=de.pengutronix.rauc", "/"]).args(method);
    ask.output().expect("setpriv and dbus-send are installed (packages util-linux, dbus-bin)")
}

const READ: &[&str] =
    &["org.freedesktop.DBus.Properties.Get", "string:de.pengutronix.rauc.Installer", "string:Operation"];
const INSTALL: &[&str] = &["de.pengutronix.rauc.Installer.InstallBundle", "string:/tmp/x.raucb", "dict:string:string:"];

#[tokio::test(flavor = "multi_thread")]
async fn only_root_may_ask_rauc() {
    if !fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0) {
        eprintln!("not tested: only root can become the other users");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let bus = bus(folder.path());
    let script = Script { result: Some(0), ..Script::default() };
    let (_server, installed) = ScriptedRauc::on(&bus, script).await;
    let said = ask(&bus, "0", READ);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    for other in OTHERS {
        for method in [READ, INSTALL] {
            let said = ask(&bus, other, method);
            let because = String::from_utf8_lossy(&said.stderr).into_owned();
            assert!(!said.status.success() && because.contains("AccessDenied"), "{other}, {method:?}: {because}");
        }
    }
    assert!(installed.lock().unwrap().is_empty());
}

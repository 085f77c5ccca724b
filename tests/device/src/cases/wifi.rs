//! The owner's Wi-Fi on radios that the kernel simulates (`mac80211_hwsim`): one is the board's, the other a router's.

use anyhow::{Result, ensure};

use super::flashing::put;
use super::{Bench, RARE, Report, Scenario, switched_on};
use crate::layout::SlotName;
use crate::virtual_device::VirtualDevice;

pub const WIFI: Scenario = Scenario {
    name: "wifi",
    cases: cases! {
        "a_wrong_wifi_key_is_said_and_tried_again": "the network of the owner's file does not take the password: that is announced, and the supplicant goes on",
        "a_router_that_takes_the_key_is_joined": "the router now has the password of the owner's file: the device comes in by itself, and nothing is announced any more",
    },
    starts: 1,
    run: wifi,
    ..RARE
};

const NETWORK: &str = "Home of \\\"Parley\\\"";
const PASSWORD: &str = "what the owner wrote";
const ANNOUNCED: &str = "/run/parley-announcements/wifi.json";
/// The board's radio is there from now on, and a router's, with this password.
const RADIOS: &str =
    "modprobe mac80211_hwsim radios=2 && for i in $(seq 50); do test -e /sys/class/net/wlan1 && break; sleep 0.1; done";
const ROUTER: &str = "wpa_supplicant -B -P /run/router.pid -D nl80211 -i wlan1 -c /run/router.conf";

fn wifi(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&WIFI)?;
    let drive = bench.layout.partition("autoboot")?.clone();
    let file = format!("[wifi]\nnetwork = \"{NETWORK}\"\npassword = \"{PASSWORD}\"\ncountry = \"GB\"\n");
    put(&device.disk, &drive, &bench.folder(WIFI.name), &file)?;
    switched_on(&mut device, SlotName::A)?;
    device.run(&format!("({RADIOS})"))?;
    report.case("a_wrong_wifi_key_is_said_and_tried_again", refused(&mut device));
    report.case("a_router_that_takes_the_key_is_joined", joined(&mut device));
    Ok(())
}

/// Starts a router whose network takes this password; one that runs ends.
fn router(device: &mut VirtualDevice, password: &str) -> Result<()> {
    let network = NETWORK.replace('\\', "");
    let configuration = format!(
        "network={{\\n\\tssid=\"{network}\"\\n\\tmode=2\\n\\tfrequency=2412\\n\\tkey_mgmt=WPA-PSK\\n\\tpsk=\"{password}\"\\n}}\\n"
    );
    let end = "test ! -e /run/router.pid || kill $(cat /run/router.pid); sleep 1";
    device.run(&format!("{end}; printf '{configuration}' > /run/router.conf; {ROUTER}")).map(|_| ())
}

fn refused(device: &mut VirtualDevice) -> Result<String> {
    router(device, "another password")?;
    let wait =
        format!("for i in $(seq 90); do test -e {ANNOUNCED} && break; sleep 1; done; cat {ANNOUNCED} || {TROUBLE}");
    let said = device.run_within(&wait, super::starting::LONG)?;
    ensure!(said.contains("does not take the password"), "the owner hears nothing of it: {said}");
    ensure!(!said.contains(PASSWORD), "the password is in what is said: {said}");
    device.run("systemctl is-active wpa_supplicant@wlan0.service parley-wifi.service")?;
    Ok(said.trim().to_owned())
}

/// What is shown where nothing was announced.
const TROUBLE: &str = "(ls /sys/class/net; journalctl --no-pager --lines=40 --unit=wpa_supplicant@wlan0.service --unit=parley-wifi.service)";

fn joined(device: &mut VirtualDevice) -> Result<String> {
    router(device, PASSWORD)?;
    // After refusals the supplicant waits for some time before it tries again.
    // It is up only behind the handshake with the key.
    let joins = format!("[ \"$(cat /sys/class/net/wlan0/operstate)\" = up ] && ! test -e {ANNOUNCED}");
    let wait = format!(
        "(for i in $(seq 180); do ({joins}) 2>/dev/null && echo joined after $i s && exit 0; sleep 1; done; {TROUBLE}; exit 1)"
    );
    device.run_within(&wait, super::starting::LONG)
}

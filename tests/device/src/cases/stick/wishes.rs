//! Updates at the daemon's door: what is wished there and what is told, by users who may do no more than that.

use anyhow::{Context, Result, ensure};

use super::super::install::wait_committed;
use super::super::{START_BUDGET, STARTED};
use crate::virtual_device::VirtualDevice;

/// Where the answers outlive a restart.
const KEPT: &str = "/var/device";
/// A user of one group.
const VISITOR: &str = "/usr/lib/device/bin/setpriv --reuid=nobody --regid=nogroup --no-new-privs";

fn wish(wish: &str, answer: &str) -> String {
    format!(
        "{VISITOR} --groups=parley-control parley ctl --json update {wish} > {KEPT}/{answer} 2>&1; sync {KEPT}/{answer}"
    )
}

/// Looks on at the read door until the device restarts.
pub(super) fn look_on(device: &mut VirtualDevice) -> Result<()> {
    let watch = format!("exec {VISITOR} --groups=parley-read parley ctl watch --json > {KEPT}/told");
    device.run(&format!(
        "(mkdir -p {KEPT} && systemd-run --quiet sh -c '{watch}' && \
          for second in $(seq 20); do grep -q state {KEPT}/told && exit 0; sleep 1; done; exit 1)"
    ))?;
    Ok(())
}

/// Says yes to what is offered, and wishes the way back as soon as the other slot is written.
pub(super) fn say_yes_and_go_on_wishing(device: &mut VirtualDevice) -> Result<()> {
    let (yes, back) = (wish("accept", "yes"), wish("rollback", "back-meanwhile"));
    device.begin(&format!("{yes}; until grep -q '\"because\":\"Copying image' {KEPT}/told; do sleep 0.1; done; {back}"))
}

/// The steps that the door has told, in their order.
fn steps(device: &mut VirtualDevice) -> Result<Vec<String>> {
    let told = device.run(&format!("grep '\"event\":\"update\"' {KEPT}/told"))?;
    let step = |line: &str| -> Result<String> {
        let event: serde_json::Value = serde_json::from_str(line).with_context(|| format!("no JSON: {line}"))?;
        Ok(event["step"].as_str().with_context(|| format!("no step: {line}"))?.to_owned())
    };
    let mut steps = told.lines().map(|line| step(line.trim())).collect::<Result<Vec<_>>>()?;
    steps.dedup();
    Ok(steps)
}

pub(super) fn told(device: &mut VirtualDevice) -> Result<String> {
    let yes = device.run(&format!("cat {KEPT}/yes"))?;
    ensure!(yes.contains(r#""reply":"done""#), "the yes was answered with: {yes}");
    let steps = steps(device)?;
    let mut left = steps.iter();
    for step in ["offered", "wish-taken", "wish-fulfilled", "admitted", "progress", "installed"] {
        ensure!(left.any(|told| told == step), "no `{step}` where it belongs: {steps:?}");
    }
    Ok(steps.join(", "))
}

pub(super) fn refused(device: &mut VirtualDevice) -> Result<String> {
    let answer = device.run(&format!("cat {KEPT}/back-meanwhile"))?;
    let words = r#""message":"slot A is the only one that can be started"#;
    ensure!(answer.contains(r#""code":"not-available""#) && answer.contains(words), "it was answered with: {answer}");
    let steps = steps(device)?;
    let place = |name: &str| steps.iter().position(|step| step == name);
    let (refused, installed) = (place("wish-refused"), place("installed"));
    ensure!(refused.is_some() && refused < installed, "it was too late to show anything: {steps:?}");
    Ok(answer)
}

/// From the version that was installed, once it is committed.
pub(super) fn back(device: &mut VirtualDevice) -> Result<String> {
    wait_committed(device)?;
    look_on(device)?;
    device.begin(&wish("rollback", "back"))?;
    device.wait(&format!("{STARTED} slot=A"), START_BUDGET)?;
    device.run("grep -qx 'IMAGE_VERSION=1.0.0' /etc/os-release")?;
    // The restart may come before the answer; an answer that there is says yes.
    let answer = device.run(&format!("cat {KEPT}/back"))?;
    ensure!(answer.is_empty() || answer.contains(r#""reply":"done""#), "it was answered with: {answer}");
    let steps = steps(device)?;
    ensure!(steps.iter().any(|step| step == "wish-taken"), "the door has not told it: {steps:?}");
    Ok(steps.join(", "))
}

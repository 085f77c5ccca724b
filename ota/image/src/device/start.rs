//! `cargo xtask device run`: a device to look at, until it switches itself off.

use std::time::Duration;

use anyhow::Result;
use clap::Args;
use parley_device::virtual_device::VirtualDevice;

use super::disk;

#[derive(Args)]
pub struct Options {
    /// Start the other slot, as a restart with `0 tryboot` would
    #[arg(long)]
    trial: bool,
    /// Commands for the guest's shell, once it has started; then the device is switched off
    commands: Vec<String>,
}

pub fn run(options: &Options) -> Result<()> {
    let built = disk::ready()?;
    let mut device = VirtualDevice::new(super::layout()?, &built.disk, &super::folder()?.join("run"))?;
    if options.trial {
        device.power_on_in_trial()?
    } else {
        device.power_on()?
    }
    let said = device.wait(parley_device::cases::STARTED, Duration::from_secs(120))?;
    println!("{}", said.line.text);
    for command in &options.commands {
        let done = device.shell_within(command, Duration::from_secs(600))?;
        println!("# {command}\n{}\n({})", done.output, done.code);
    }
    if options.commands.is_empty() {
        println!("{}", device.last_words());
    }
    device.cut_power()
}

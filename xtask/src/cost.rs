//! What a command cost the machine: processor, time and network, from the moment that it was typed.
//!
//! `cargo run` becomes the program that it has built, in the same process: what the process and its children used
//! includes cargo's own work and the compilers' before `main` began.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use nix::unistd::{SysconfVar, sysconf};
use xtask::places;

/// Where a measurement begins.
pub struct Cost {
    received_before: u64,
    begun: Option<SystemTime>,
}

impl Cost {
    /// Of the command that this process is.
    pub fn begin() -> Self {
        let begun = age().and_then(|age| SystemTime::now().checked_sub(age));
        let crates = begun.map_or(0, crates_since);
        Self { received_before: received().saturating_sub(crates), begun }
    }

    /// One line.
    pub fn line(&self) -> String {
        let seconds = |who| getrusage(who).as_ref().map_or(0.0, processor_seconds);
        let processor = seconds(UsageWho::RUSAGE_SELF) + seconds(UsageWho::RUSAGE_CHILDREN);
        let time = self.begun.and_then(|begun| begun.elapsed().ok()).unwrap_or_default().as_secs();
        let megabytes = received().saturating_sub(self.received_before) as f64 / 1e6;
        format!(
            "Cost since the command began: {processor:.0} s of processor in {} min {} s; this machine received {megabytes:.0} MB",
            time / 60,
            time % 60
        )
    }
}

fn processor_seconds(usage: &Usage) -> f64 {
    (usage.user_time() + usage.system_time()).num_milliseconds() as f64 / 1e3
}

/// How long this process has existed, cargo's part included.
fn age() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let started: f64 = stat.rsplit(')').next()?.split_whitespace().nth(19)?.parse().ok()?;
    let up: f64 = fs::read_to_string("/proc/uptime").ok()?.split_whitespace().next()?.parse().ok()?;
    let ticks = sysconf(SysconfVar::CLK_TCK).ok()?? as f64;
    Duration::try_from_secs_f64(up - started / ticks).ok()
}

/// Bytes that came in by all network devices but the loop.
fn received() -> u64 {
    let devices = fs::read_to_string("/proc/net/dev").unwrap_or_default();
    let counted = devices.lines().filter_map(|line| line.split_once(':')).filter(|(name, _)| name.trim() != "lo");
    counted.filter_map(|(_, counts)| counts.split_whitespace().next()?.parse::<u64>().ok()).sum()
}

/// Bytes of the crates that cargo fetched before this program began.
fn crates_since(begun: SystemTime) -> u64 {
    let Ok(registry) = places::registry() else { return 0 };
    let entries = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries(&registry.join("cache")).flat_map(|registry| entries(&registry.path()).collect::<Vec<_>>());
    let new = files.filter_map(|file| file.metadata().ok()).filter(|file| file.modified().is_ok_and(|at| at >= begun));
    new.map(|file| file.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_of_children_and_the_age_of_the_process_are_seen() {
        let before = getrusage(UsageWho::RUSAGE_CHILDREN).map(|usage| processor_seconds(&usage)).unwrap();
        let burn = ["-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"];
        std::process::Command::new("sh").args(burn).status().unwrap();
        let after = getrusage(UsageWho::RUSAGE_CHILDREN).map(|usage| processor_seconds(&usage)).unwrap();
        assert!(after > before, "{before} {after}");
        let age = age().unwrap();
        assert!(age > Duration::ZERO && age < Duration::from_secs(3_600), "{age:?}");
        assert!(Cost::begin().line().contains(" s of processor in 0 min "), "{}", Cost::begin().line());
    }
}

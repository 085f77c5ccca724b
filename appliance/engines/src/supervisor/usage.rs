//! What a worker costs, read from `/proc`.

use std::time::Duration;
use std::{fs, io};

/// Memory and processor time of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessUsage {
    /// Memory that is in RAM now, shared pages included.
    pub resident_bytes: u64,
    /// Processor time of all its threads since it was started.
    pub cpu_time: Duration,
}

impl ProcessUsage {
    /// What the process `pid` uses.
    ///
    /// # Errors
    /// It is gone, or `/proc` is not there.
    pub fn of(pid: u32) -> io::Result<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        parse_stat(&stat, rustix::param::page_size() as u64, rustix::param::clock_ticks_per_second())
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, format!("/proc/{pid}/stat has an unknown form")))
    }
}

/// `man 5 proc_pid_stat`: the second field, the program's name in brackets, may hold spaces and brackets itself.
fn parse_stat(stat: &str, page_bytes: u64, ticks_per_second: u64) -> Option<ProcessUsage> {
    let (_, after_name) = stat.rsplit_once(')')?;
    // The first of these is field 3, the state.
    let fields: Vec<&str> = after_name.split_ascii_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    let (user_ticks, system_ticks, resident_pages) = (field(14)?, field(15)?, field(24)?);
    Some(ProcessUsage {
        resident_bytes: resident_pages * page_bytes,
        cpu_time: Duration::from_secs_f64((user_ticks + system_ticks) as f64 / ticks_per_second as f64),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_shift_the_fields() {
        let stat =
            "7 (a) b (c) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 1 0 999 8000000 321 18446744073709551615 1";
        assert_eq!(
            parse_stat(stat, 4096, 100),
            Some(ProcessUsage { resident_bytes: 321 * 4096, cpu_time: Duration::from_secs(3) })
        );
        assert_eq!(parse_stat("7 (a) S 1", 4096, 100), None);
    }

    #[test]
    fn this_process_uses_memory() {
        let usage = ProcessUsage::of(std::process::id()).unwrap();
        assert!(usage.resident_bytes > 100_000, "{usage:?}");
    }
}

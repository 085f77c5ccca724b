//! The machine that figures were measured on.

use serde::Serialize;

/// What a report says about the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// Processor architecture, as in `x86_64`.
    pub architecture: &'static str,
    pub processor: String,
    /// Cores that this process may use.
    pub cores: usize,
    pub memory_mb: u64,
    pub system: String,
}

impl Machine {
    /// The machine that this runs on.
    pub fn this() -> Self {
        let field = |file: &str, key: &str, separator: char| {
            let text = std::fs::read_to_string(file).unwrap_or_default();
            let line = text.lines().find(|line| line.starts_with(key)).map(str::to_owned);
            line.and_then(|line| Some(line.split_once(separator)?.1.trim().trim_matches('"').to_owned()))
        };
        let memory = field("/proc/meminfo", "MemTotal", ':').unwrap_or_default();
        let kilobytes = memory.split_whitespace().next().and_then(|number| number.parse::<u64>().ok());
        Self {
            architecture: std::env::consts::ARCH,
            // x86 names its model in cpuinfo, a Raspberry Pi in the device tree.
            processor: field("/proc/cpuinfo", "model name", ':')
                .or_else(|| std::fs::read_to_string("/proc/device-tree/model").ok())
                .map_or_else(|| "unknown".into(), |name| name.trim_end_matches('\0').to_owned()),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            memory_mb: kilobytes.unwrap_or(0) / 1024,
            system: field("/etc/os-release", "PRETTY_NAME", '=').unwrap_or_else(|| "unknown".into()),
        }
    }
}

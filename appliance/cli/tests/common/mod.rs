//! What several tests need.

use std::time::{Duration, Instant};

/// Waits for something, and fails where it does not come.
pub fn eventually(what: &str, mut comes: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !comes() {
        assert!(begun.elapsed() < Duration::from_secs(30), "in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Every socket that a process has open is a Unix socket; how many there are.
pub fn only_unix_sockets(pid: u32) -> usize {
    let unix = std::fs::read_to_string(format!("/proc/{pid}/net/unix")).expect("it runs");
    let known: Vec<&str> = unix.lines().filter_map(|line| line.split_whitespace().nth(6)).collect();
    let open = std::fs::read_dir(format!("/proc/{pid}/fd")).expect("it runs").flatten();
    let sockets = open.filter_map(|entry| {
        let target = std::fs::read_link(entry.path()).ok()?.to_string_lossy().into_owned();
        Some(target.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())
    });
    let sockets: Vec<String> = sockets.collect();
    for socket in &sockets {
        assert!(known.contains(&socket.as_str()), "socket {socket} of process {pid} is no Unix socket");
    }
    sockets.len()
}

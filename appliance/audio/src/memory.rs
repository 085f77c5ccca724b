//! Keeping memory where it is.

use rustix::mm::{MlockAllFlags, mlockall};

/// Keeps everything that this process has touched, or will touch, in memory: a page that has to be read from a card first is
/// a period that comes late. What is mapped and never touched takes none.
///
/// Meant for a service whose limit on locked memory is infinite: a smaller one would make allocations fail later, so it
/// is refused.
///
/// # Errors
/// The limit is finite, or the kernel refuses.
pub fn lock_memory() -> std::io::Result<()> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Memlock);
    if limit.current.is_some() {
        return Err(std::io::Error::other("the limit on locked memory is finite"));
    }
    Ok(mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In a process of its own: the others of this crate need no locked memory.
    #[test]
    fn memory_is_locked_only_where_no_limit_can_be_reached() {
        let mut limits = rustix::process::getrlimit(rustix::process::Resource::Memlock);
        limits.current = Some(1 << 20);
        rustix::process::setrlimit(rustix::process::Resource::Memlock, limits).expect("it may be lowered");
        assert!(lock_memory().is_err(), "the next allocations would fail");
        let unlimited = rustix::process::Rlimit { current: None, maximum: None };
        if rustix::process::setrlimit(rustix::process::Resource::Memlock, unlimited).is_err() {
            eprintln!("not tried further: this user may not lift the limit");
            return;
        }
        if let Err(error) = lock_memory() {
            // Some sandboxes forbid it.
            eprintln!("not tried further: {error}");
            return;
        }
        let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
        let locked = status.lines().find_map(|line| line.strip_prefix("VmLck:")).expect("Linux tells");
        assert!(locked.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") > 0, "{locked}");
    }
}

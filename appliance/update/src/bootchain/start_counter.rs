//! The sector in which the initramfs counts starts that nobody confirmed: `starts=2 slot=A` and spaces.

use crate::bootchain::autoboot::SECTOR;
use crate::bootchain::slot::Slot;

/// Where the sector lies on the disk.
pub const OFFSET_BYTES: u64 = 1_048_576;

/// The sector of a slot that has proved itself: it counts from none again.
pub fn confirmed(slot: Slot) -> [u8; SECTOR] {
    let mut sector = [b' '; SECTOR];
    let line = format!("starts=0 slot={slot}\n");
    sector[..line.len()].copy_from_slice(line.as_bytes());
    sector
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use super::*;

    /// The number that the initramfs reads in a sector, by its own expression.
    fn counted(sector: &[u8], slot: &str) -> String {
        let script = include_str!("../../../../ota/initramfs/init");
        let line = script.lines().find(|line| line.contains("sed -n \"s/^starts=")).unwrap();
        let expression = line.split("sed -n \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let mut sed = Command::new("sed");
        sed.args(["-n", &expression.replace("$slot", slot)]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut sed = sed.spawn().unwrap();
        sed.stdin.take().unwrap().write_all(sector).unwrap();
        String::from_utf8(sed.wait_with_output().unwrap().stdout).unwrap()
    }

    #[test]
    fn the_initramfs_counts_no_start_of_a_confirmed_slot() {
        assert_eq!(counted(&confirmed(Slot::B), "B"), "0\n");
        assert_eq!(counted(&confirmed(Slot::B), "A"), "", "it is another slot's");
    }

    #[test]
    fn the_counter_is_a_line_in_a_sector_of_spaces() {
        let expected = format!("starts=0 slot=A\n{:496}", "");
        assert_eq!(confirmed(Slot::A), expected.as_bytes());
    }
}

//! What this device's owner uses of what images offer.

use crate::owners_card;
use crate::policy::offers::Uses;
use crate::system::System;

/// The configuration of the fleet's client, which `parley-setup` writes and the client's unit waits for.
const FLEET: &str = "/var/lib/parley-setup/hawkbit.conf";

/// Looks.
pub fn of(system: &System) -> Uses {
    Uses {
        sound_card: owners_card::choice(system),
        fleet: system.path(FLEET).symlink_metadata().is_ok(),
        board_gb: board_gb(&system.read("/proc/meminfo")),
    }
}

/// The board's memory as it is sold: the next power of two, for the firmware and the kernel keep some of it to themselves.
fn board_gb(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    kib.div_ceil(1 << 20).checked_next_power_of_two()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files;

    #[test]
    fn boards_are_known_by_what_is_left_of_their_memory() {
        // As Linux 6.12 says on boards of 2, 4, 8 and 16 GB.
        for (kib, gb) in [(2_063_392, 2), (4_147_200, 4), (8_255_872, 8), (16_584_704, 16)] {
            assert_eq!(board_gb(&format!("MemTotal:       {kib} kB\nMemFree: 1 kB\n")), Some(gb), "{kib}");
        }
        for nothing in ["", "MemTotal: x kB\n", "MemTotal: 18446744073709551615 kB\n"] {
            let _ = board_gb(nothing);
        }
        assert_eq!(board_gb("MemFree: 1 kB\n"), None);
    }

    #[test]
    fn what_the_owner_said_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let system = System::below(folder.path());
        assert_eq!(of(&system), Uses::default());
        let put = |path: &str, content: &str| files::replace(&system.path(path), content.as_bytes()).unwrap();
        put(owners_card::CHOICE, "hifiberry-dac\n");
        put(FLEET, "[client]\n");
        assert_eq!(of(&system), Uses { sound_card: Some("hifiberry-dac".into()), fleet: true, board_gb: None });
        put(owners_card::CHOICE, "none\n");
        assert_eq!(of(&system).sound_card, None);
        put(owners_card::CHOICE, "x\ndtparam=y");
        assert_eq!(of(&system).sound_card, None);
    }
}

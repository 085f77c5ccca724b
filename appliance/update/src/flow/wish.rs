//! `parley-update wish`: fulfils what was wished through the daemon's door, by the rules of the command for it.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};

use super::{restart, stick};
use crate::output;
use crate::records::events::UpdateEvent;
use crate::system::System;
use crate::wishes::{self, Wish};

/// systemd starts this program again as long as there is something to take: that is not to keep the device busy.
const PAUSE: Duration = Duration::from_secs(1);

/// The same where something cannot be taken away, and so is found again at once, for ever: whoever has made it so has the
/// daemon, and is to have no more of the device. Its unit gives the program twice as long.
const LONG_PAUSE: Duration = Duration::from_secs(30);

/// Takes one wish and fulfils it. One that is refused is no fault of the device: it is told, and that is all.
pub(super) fn fulfil(system: &System) -> Result<ExitCode> {
    let taken = wishes::take(&system.path("/"));
    if let Ok(Some(wish)) = taken {
        system.tell(&UpdateEvent::WishTaken { wish });
        let done = match wish {
            Wish::Accept => stick::say_yes(system),
            Wish::Rollback => restart::rollback(system, false),
            Wish::Restart => restart::into_trial(system),
        };
        system.tell(&match done {
            Ok(_) => UpdateEvent::WishFulfilled { wish },
            Err(refused) => {
                let because = format!("{refused:#}");
                output::remark(&because);
                UpdateEvent::WishRefused { wish, because }
            }
        });
    }
    std::thread::sleep(pause_behind(&taken));
    taken.context("a wish of the daemon cannot be taken away")?;
    Ok(ExitCode::SUCCESS)
}

fn pause_behind(taken: &io::Result<Option<Wish>>) -> Duration {
    if taken.is_ok() { PAUSE } else { LONG_PAUSE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_taken_away_starts_it_twice_a_minute_at_most() {
        assert_eq!(pause_behind(&Ok(None)), PAUSE);
        assert_eq!(pause_behind(&Ok(Some(Wish::Accept))), PAUSE);
        assert_eq!(pause_behind(&Err(io::Error::other("it stays"))), LONG_PAUSE);
    }
}

//! `parley-update wish`: fulfils what was wished through the daemon's door, by the rules of the command for it.

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
    std::thread::sleep(PAUSE);
    taken.context("a wish of the daemon cannot be taken away")?;
    Ok(ExitCode::SUCCESS)
}

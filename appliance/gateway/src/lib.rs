//! The gateway: the one process of Parley's that will accept connections from a network. It has no functions yet: it
//! follows the daemon through the read door, so that they will find a state to show.
//!
//! Rules:
//! - It hears and sees what the local door hands it, and nothing else: it depends on the door alone, and opens no sound
//!   device, no model and, so far, no socket of its own.
//! - The voice does not need it: it may be absent, die or misbehave. Nor does it need the voice: it waits for a daemon that
//!   is away, and tries again less and less often.
//! - It tells the service manager that it lives ([`LOOK`]), whether or not there is a daemon.

mod back_off;

use std::time::Duration;

use parley_door::Door;
use parley_door_client::{DoorClient, DoorClientError};
use sd_notify::NotifyState;

use self::back_off::BackOff;

/// The longest time without a sign of life: a third of the unit's `WatchdogSec`.
pub const LOOK: Duration = Duration::from_secs(5);

/// Follows the daemon until this process is ended.
pub fn run() -> ! {
    let mut back_off = BackOff::default();
    alive(&[NotifyState::Ready, NotifyState::Status("looks for the daemon")]);
    loop {
        let Err(error) = follow(&mut back_off);
        tracing::debug!(%error, "the daemon is away");
        alive(&[NotifyState::Status(&format!("waits for the daemon: {error}"))]);
        let mut left = back_off.next();
        while !left.is_zero() {
            let nap = left.min(LOOK);
            std::thread::sleep(nap);
            left -= nap;
            alive(&[]);
        }
    }
}

/// Follows the daemon as long as it is there.
fn follow(back_off: &mut BackOff) -> Result<std::convert::Infallible, DoorClientError> {
    let mut door = DoorClient::connect(Door::Read, "parley gateway", false)?;
    back_off.succeeded();
    alive(&[NotifyState::Status(&format!("follows Parley {}", door.hello().parley))]);
    loop {
        door.wait(Some(LOOK))?;
        alive(&[]);
    }
}

/// Tells the service manager, where there is one.
fn alive(more: &[NotifyState<'_>]) {
    let all: Vec<_> = [NotifyState::Watchdog].into_iter().chain(more.iter().cloned()).collect();
    if let Err(error) = sd_notify::notify(&all) {
        tracing::warn!(%error, "the service manager cannot be told");
    }
}

//! What is on the board's pins: buttons and lights, as [`parley_board`] describes them.
//!
//! Buttons and lights stand at the daemon's own control door ([`OwnDoor`]): a press asks for what a program could ask for, and a light shows
//! what every program sees. Each has a thread, which waits for the kernel.
//!
//! Rules: what is missing, in use or taken away costs what it would have done and nothing else; it is told once, and tried again.

mod buttons;
mod hands;
mod lights;
mod lines;
mod showing;

use std::time::Duration;

use parley_board::Board;
use parley_settings::{HardwareSettings, Updates};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::door::OwnDoor;
use hands::Hands;
use lights::LightsThread;
pub use lines::chip_of;
use showing::Shower;

/// How often is looked for what was missing.
const AGAIN: Duration = Duration::from_secs(2);
/// Presses that may wait; further ones are dropped.
const PRESSES: usize = 32;

/// Buttons and lights of a board; dropping them lets go of every line.
pub struct Hardware {
    tasks: Vec<JoinHandle<()>>,
    _lights: Option<LightsThread>,
}

impl Hardware {
    /// Watches the buttons and shows what happens, until it is dropped. `sleeps`: whether Parley has to be woken before it listens.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn start(
        board: Board,
        door: OwnDoor,
        settings: &HardwareSettings,
        updates: &Updates,
        sleeps: bool,
    ) -> std::io::Result<Self> {
        let (pressed, presses) = mpsc::channel(PRESSES);
        let (says, heard) = watch::channel(hands::Says::default());
        let hands = Hands::new(board.buttons.clone(), door.clone(), says);
        let mut tasks = vec![tokio::spawn(hands.run(presses))];
        if !board.buttons.is_empty() {
            buttons::watch(board.chip.clone(), board.buttons.clone(), pressed)?;
        }
        let lights = match &board.lights {
            Some(lights) => {
                let thread = LightsThread::start(board.chip.clone(), lights.clone())?;
                let shower = Shower::new(sleeps, settings.clone(), updates.clone());
                tasks.push(tokio::spawn(shower.run(door, heard, thread.wanted())));
                Some(thread)
            }
            None => None,
        };
        Ok(Self { tasks, _lights: lights })
    }
}

impl Drop for Hardware {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Here there is no chip of a board: everything else goes on, and ends.
    #[tokio::test]
    async fn without_its_chip_a_board_costs_nothing_but_itself() {
        let board = parley_board::board("plain").expect("it is known").expect("it is sound");
        assert!(chip_of(&board.chip).is_err_and(|says| says.contains("pinctrl-rp1") || says.contains("looked at")));
        let door = OwnDoor::to_nobody();
        let hardware = Hardware::start(board, door, &HardwareSettings::default(), &Updates::default(), true);
        tokio::time::sleep(Duration::from_millis(50)).await;
        drop(hardware.expect("its threads start"));
    }
}

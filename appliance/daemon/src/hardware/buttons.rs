//! The thread that watches buttons.

use std::os::fd::AsFd;
use std::thread;
use std::time::Duration;

use gpio_cdev::{EventRequestFlags, EventType, LineEventHandle, LineRequestFlags};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::time::{ClockId, clock_gettime};
use parley_board::{Button, ButtonReader, Polarity, Press};
use tokio::sync::mpsc;

use super::AGAIN;
use super::lines::{chip_of, free_line};

/// How often is looked whether anybody still wants to know.
const LOOK: Duration = Duration::from_secs(1);

/// A press, and the place of its button in the board's file.
pub(super) type Pressed = (usize, Press);

/// Watches the buttons until nobody wants to know any more.
pub(super) fn watch(chip: String, buttons: Vec<Button>, told: mpsc::Sender<Pressed>) -> std::io::Result<()> {
    let run = move || {
        let mut said = Vec::new();
        while !told.is_closed() {
            let (mut watched, problems) = open(&chip, &buttons);
            // Once for each, not every two seconds.
            problems
                .iter()
                .filter(|problem| !said.contains(*problem))
                .for_each(|problem| tracing::warn!("buttons: {problem}"));
            if watched.is_empty() {
                said = problems;
                thread::sleep(AGAIN);
                continue;
            }
            let missing = !problems.is_empty();
            said = problems;
            if let Err(problem) = follow(&mut watched, &told, missing) {
                tracing::warn!("buttons: {problem}");
            }
        }
    };
    thread::Builder::new().name("buttons".into()).spawn(run).map(drop)
}

/// A button whose line is open.
struct Watched {
    button: usize,
    pressed: Polarity,
    events: LineEventHandle,
    reader: ButtonReader,
}

/// Those whose lines can be opened, and why the others cannot.
fn open(chip: &str, buttons: &[Button]) -> (Vec<Watched>, Vec<String>) {
    let mut chip = match chip_of(chip) {
        Ok(chip) => chip,
        Err(problem) => return (Vec::new(), vec![problem]),
    };
    let (mut watched, mut problems) = (Vec::new(), Vec::new());
    for (place, button) in buttons.iter().enumerate() {
        let opened = free_line(&mut chip, button.line).and_then(|line| {
            let events = line.events(LineRequestFlags::INPUT, EventRequestFlags::BOTH_EDGES, "parley");
            let events = events.map_err(|error| format!("line {} cannot be watched: {error}", button.line))?;
            let now = events.get_value().map_err(|error| format!("line {} cannot be read: {error}", button.line))?;
            let reader = ButtonReader::new(button, is_pressed(button.pressed, now == 1));
            Ok(Watched { button: place, pressed: button.pressed, events, reader })
        });
        match opened {
            Ok(button) => watched.push(button),
            Err(problem) => problems.push(problem),
        }
    }
    (watched, problems)
}

fn is_pressed(pressed: Polarity, high: bool) -> bool {
    high == (pressed == Polarity::High)
}

/// Until nobody wants to know; `missing`: only for so long, since others may be there then.
fn follow(watched: &mut [Watched], told: &mpsc::Sender<Pressed>, missing: bool) -> Result<(), String> {
    let begun = monotonic();
    loop {
        if told.is_closed() {
            return Ok(());
        }
        let now = monotonic();
        let idle = watched.iter().all(|button| button.reader.due().is_none());
        if missing && idle && now.saturating_sub(begun) >= AGAIN {
            return Ok(());
        }
        let due = watched.iter().filter_map(|button| button.reader.due()).min();
        let wait = due.map_or(LOOK, |due| due.saturating_sub(now).min(LOOK));
        let ready = wait_for(watched, wait)?;
        for button in watched.iter_mut().zip(ready).filter_map(|(button, ready)| ready.then_some(button)) {
            let event = button.events.get_event().map_err(|error| format!("a line is gone: {error}"))?;
            let high = event.event_type() == EventType::RisingEdge;
            button.reader.edge(is_pressed(button.pressed, high), Duration::from_nanos(event.timestamp()));
        }
        let now = monotonic();
        for button in watched.iter_mut().filter(|button| button.reader.due().is_some_and(|due| due <= now)) {
            // The kernel keeps sixteen edges for a line and drops more: what counts is what the line is.
            let high = button.events.get_value().map_err(|error| format!("a line is gone: {error}"))? == 1;
            let pressed = is_pressed(button.pressed, high);
            if pressed != button.reader.level() {
                button.reader.edge(pressed, now);
                continue;
            }
            for press in button.reader.pass(now) {
                // Full: somebody plays with the buttons.
                let _ = told.try_send((button.button, press));
            }
        }
    }
}

/// Which of them have an edge to tell, after at most this long.
fn wait_for(watched: &[Watched], wait: Duration) -> Result<Vec<bool>, String> {
    let mut lines: Vec<PollFd<'_>> =
        watched.iter().map(|button| PollFd::new(button.events.as_fd(), PollFlags::POLLIN)).collect();
    // Rounded up: a wait that ends before its time would be repeated at once.
    let millis = u16::try_from(wait.as_micros().div_ceil(1_000)).unwrap_or(u16::MAX);
    match poll(&mut lines, PollTimeout::from(millis)) {
        Ok(_) | Err(nix::errno::Errno::EINTR) => {}
        Err(error) => return Err(format!("lines cannot be waited for: {error}")),
    }
    let gone = PollFlags::POLLERR | PollFlags::POLLHUP | PollFlags::POLLNVAL;
    let told: Vec<PollFlags> = lines.iter().map(|line| line.revents().unwrap_or(PollFlags::empty())).collect();
    if told.iter().any(|events| events.intersects(gone)) {
        return Err("a line is gone".to_owned());
    }
    Ok(told.iter().map(|events| events.contains(PollFlags::POLLIN)).collect())
}

/// The clock of the kernel's edges.
fn monotonic() -> Duration {
    clock_gettime(ClockId::CLOCK_MONOTONIC).map_or(Duration::ZERO, Duration::from)
}

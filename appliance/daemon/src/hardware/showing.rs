//! What the lights tell, from what the door tells.

use std::time::Duration;

use parley_board::Showing;
use parley_door::{DoorEvent, DoorPhase, DoorState, NumberedEvent, OWN_SEAT};
use parley_settings::{HardwareSettings, Updates};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::hands::Says;
use super::lights::{Wanted, Wishes};
use crate::clock;
use crate::door::OwnDoor;

/// How long something that failed is shown.
const FAILED_FOR: Duration = Duration::from_secs(2);
/// How often is looked whether the night has begun.
const CLOCK: Duration = Duration::from_secs(60);

/// Decides what is shown, and tells the lights.
pub(super) struct Shower {
    sleeps: bool,
    settings: HardwareSettings,
    updates: Updates,
}

impl Shower {
    pub(super) fn new(sleeps: bool, settings: HardwareSettings, updates: Updates) -> Self {
        Self { sleeps, settings, updates }
    }

    /// Until the door is closed.
    pub(super) async fn run(self, door: OwnDoor, mut hands: watch::Receiver<Says>, lights: Wishes) {
        let (mut state, mut events) = door.join();
        let (mut failed, mut told) = (None::<Instant>, Wanted::default());
        loop {
            let now = Instant::now();
            let says = hands.borrow_and_update().clone();
            let recently = failed.into_iter().chain(says.failed).any(|at| now < at + FAILED_FOR);
            let showings = showings(&state, self.sleeps, says.held, recently);
            let wanted = Wanted { showings, brightness: self.brightness() };
            if wanted != told {
                told = wanted.clone();
                // An error means that the lights' thread has ended.
                let _ = lights.send(Some(wanted));
            }
            let over = failed.into_iter().chain(says.failed).map(|at| at + FAILED_FOR).filter(|over| *over > now).min();
            tokio::select! {
                event = events.recv() => match event {
                    Ok(event) => {
                        if fails(&event) {
                            failed = Some(Instant::now());
                        }
                        state.apply(&event);
                    }
                    Err(RecvError::Lagged(_)) => (state, events) = door.join(),
                    Err(RecvError::Closed) => return,
                },
                changed = hands.changed() => if changed.is_err() { return },
                () = sleep_until(over.unwrap_or(now + CLOCK)) => {}
            }
        }
    }

    /// 0..1.
    fn brightness(&self) -> f32 {
        let is_night = clock::now().is_some_and(|now| self.updates.is_night(now.hour, now.minute));
        let HardwareSettings { brightness, night_brightness, .. } = self.settings;
        f32::from(if is_night { night_brightness } else { brightness }) / 100.0
    }
}

fn fails(event: &NumberedEvent) -> bool {
    match &event.event {
        DoorEvent::NoWords { seat } => seat == OWN_SEAT,
        DoorEvent::Engine { works, .. } => !works,
        DoorEvent::Trouble { over, .. } => !over,
        DoorEvent::SeatTaken(_)
        | DoorEvent::SeatLeft { .. }
        | DoorEvent::Phase { .. }
        | DoorEvent::SpeechBegan { .. }
        | DoorEvent::Understood { .. }
        | DoorEvent::Answering { .. }
        | DoorEvent::TurnEnded { .. }
        | DoorEvent::Volume { .. }
        | DoorEvent::Muted { .. }
        | DoorEvent::Setting { .. }
        | DoorEvent::Update(_)
        | DoorEvent::Echo(_)
        | DoorEvent::Unknown => false,
    }
}

/// Everything that is so, the least important first. `held`: a button is held and means something; `failed`: something has just failed.
fn showings(state: &DoorState, sleeps: bool, held: bool, failed: bool) -> Vec<Showing> {
    let own = state.seat(OWN_SEAT);
    let phase = own.and_then(|own| match own.phase {
        DoorPhase::Quiet => sleeps.then_some(Showing::Listening),
        DoorPhase::Listening | DoorPhase::Deciding | DoorPhase::Interrupted => Some(Showing::Listening),
        DoorPhase::Thinking => Some(Showing::Thinking),
        DoorPhase::Speaking => Some(Showing::Speaking),
        DoorPhase::Asleep | DoorPhase::Unknown => None,
    });
    let is_muted = own.is_some_and(|own| own.muted);
    let updating = state.update.as_ref().is_some_and(|update| {
        matches!(update.step.as_str(), "inspecting" | "admitted" | "progress" | "restarting" | "going-back")
    });
    let is_wrong = !state.troubles.is_empty() || !state.out_of_order.is_empty();
    // Nobody listens while the microphone is closed, whatever the conversation waits for.
    let phase = phase.filter(|phase| !is_muted || *phase != Showing::Listening);
    let mut showings: Vec<Showing> = [
        is_wrong.then_some(Showing::Wrong),
        updating.then_some(Showing::Updating),
        is_muted.then_some(Showing::Muted),
        phase,
        failed.then_some(Showing::Error),
        held.then_some(Showing::Held),
    ]
    .into_iter()
    .flatten()
    .collect();
    showings.sort_unstable();
    showings
}

#[cfg(test)]
mod tests {
    use parley_door::{SeatState, TroubleState, UpdateStep};

    use super::*;

    fn state(phase: DoorPhase, muted: bool) -> DoorState {
        DoorState::new(vec![SeatState { phase, muted, ..SeatState::own() }])
    }

    #[test]
    fn every_phase_shows_what_somebody_has_to_know() {
        let shown = |phase, sleeps| showings(&state(phase, false), sleeps, false, false);
        assert_eq!(shown(DoorPhase::Asleep, true), []);
        assert_eq!(shown(DoorPhase::Quiet, true), [Showing::Listening], "it was woken");
        assert_eq!(shown(DoorPhase::Quiet, false), [], "it listens all the time");
        assert_eq!(shown(DoorPhase::Listening, false), [Showing::Listening]);
        assert_eq!(shown(DoorPhase::Thinking, true), [Showing::Thinking]);
        assert_eq!(shown(DoorPhase::Speaking, true), [Showing::Speaking]);
    }

    #[test]
    fn a_closed_microphone_is_shown_and_never_one_that_listens() {
        for phase in [DoorPhase::Quiet, DoorPhase::Listening, DoorPhase::Deciding, DoorPhase::Interrupted] {
            assert_eq!(showings(&state(phase, true), true, false, false), [Showing::Muted], "{phase:?}");
        }
        let speaking = showings(&state(DoorPhase::Speaking, true), true, false, false);
        assert_eq!(speaking, [Showing::Muted, Showing::Speaking]);
    }

    #[test]
    fn what_is_wrong_waits_behind_what_happens() {
        let mut state = state(DoorPhase::Thinking, false);
        state.troubles.push(TroubleState { part: "microphone".into(), says: "is away".into() });
        state.update = Some(UpdateStep { step: "progress".into(), ..UpdateStep::default() });
        let all = showings(&state, true, true, true);
        let expected = [Showing::Wrong, Showing::Updating, Showing::Thinking, Showing::Error, Showing::Held];
        assert_eq!(all, expected);
        state.update = Some(UpdateStep { step: "committed".into(), ..UpdateStep::default() });
        assert_eq!(showings(&state, true, false, false), [Showing::Wrong, Showing::Thinking]);
    }
}

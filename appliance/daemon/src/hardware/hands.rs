//! What presses do: what a program could ask for at the door.

use parley_board::{Button, ButtonAction, Press};
use parley_door::{DoorError, DoorPhase, DoorRequest, DoorState, ErrorCode, OWN_SEAT, UpdateWish};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::buttons::Pressed;
use crate::door::OwnDoor;

/// By so many percent points a press changes the volume.
const STEP: u8 = 10;

/// What lights have to know of the buttons.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Says {
    /// A button is held for so long that letting it go means something.
    pub(super) held: bool,
    /// When something that a button wanted has failed last.
    pub(super) failed: Option<Instant>,
}

/// Does what presses mean.
pub(super) struct Hands {
    buttons: Vec<Button>,
    door: OwnDoor,
    says: watch::Sender<Says>,
}

impl Hands {
    pub(super) fn new(buttons: Vec<Button>, door: OwnDoor, says: watch::Sender<Says>) -> Self {
        Self { buttons, door, says }
    }

    /// Until no button can be pressed any more.
    pub(super) async fn run(self, mut presses: mpsc::Receiver<Pressed>) {
        while let Some((place, press)) = presses.recv().await {
            let Some(button) = self.buttons.get(place) else { continue };
            match press {
                Press::Held(_) => self.is_held(true),
                Press::Up => self.is_held(false),
                Press::Down | Press::Short | Press::Double | Press::Long | Press::LetGo(_) | Press::Stuck => {}
            }
            if press == Press::Stuck {
                tracing::warn!(line = button.line, "a button is held all the time; it is ignored until it is let go");
            }
            if let Some(action) = action(button, press) {
                self.act(action).await;
            }
        }
    }

    fn is_held(&self, held: bool) {
        self.says.send_if_modified(|says| std::mem::replace(&mut says.held, held) != held);
    }

    async fn act(&self, action: ButtonAction) {
        let asked = match request(action, &self.door.state()) {
            Ok(Some(request)) => self.door.ask(request).await.map(drop),
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = asked {
            tracing::warn!(?action, error = error.message, "a button could not do what it should");
            self.says.send_modify(|says| says.failed = Some(Instant::now()));
        }
    }
}

/// What a press of this button does.
fn action(button: &Button, press: Press) -> Option<ButtonAction> {
    match press {
        // What is held to talk is heard from the first moment.
        Press::Down => button.while_held,
        Press::Short => button.short,
        Press::Double => button.double,
        Press::Long => button.long,
        Press::LetGo(stage) => button.hold.get(stage).map(|stage| stage.does),
        Press::Held(_) | Press::Up | Press::Stuck => None,
    }
}

/// What is asked for it; nothing where nothing has to be done.
///
/// # Errors
/// It makes no sense now: in words.
fn request(action: ButtonAction, state: &DoorState) -> Result<Option<DoorRequest>, DoorError> {
    let own = state.seat(OWN_SEAT);
    let step = state.update.as_ref().map(|update| update.step.as_str());
    let to = |percent: u8| DoorRequest::Volume { percent: Some(percent), seat: None };
    let volume = || {
        let none = || DoorError::new(ErrorCode::NotAvailable, "there is no loudspeaker");
        own.and_then(|own| own.volume).ok_or_else(none)
    };
    let wish = |wish| Some(DoorRequest::Update { wish });
    Ok(match action {
        ButtonAction::Talk => Some(DoorRequest::Interrupt { seat: None }),
        ButtonAction::Stop | ButtonAction::No => {
            let sounds = matches!(
                own.map(|own| own.phase),
                Some(DoorPhase::Speaking | DoorPhase::Thinking | DoorPhase::Interrupted)
            );
            sounds.then_some(DoorRequest::Interrupt { seat: None })
        }
        ButtonAction::Louder => Some(to(volume()?.saturating_add(STEP).min(100))),
        ButtonAction::Quieter => Some(to(volume()?.saturating_sub(STEP))),
        ButtonAction::Mute => Some(DoorRequest::Mute { muted: !own.is_some_and(|own| own.muted), seat: None }),
        ButtonAction::Yes | ButtonAction::Update => match step {
            Some("offered") => wish(UpdateWish::Accept),
            Some("installed") => wish(UpdateWish::Restart),
            Some(_) | None => return Err(DoorError::new(ErrorCode::NotAvailable, "no update waits for a yes")),
        },
        ButtonAction::Rollback => wish(UpdateWish::Rollback),
        ButtonAction::Reset | ButtonAction::PowerOff => {
            return Err(DoorError::new(ErrorCode::NotAvailable, "this version cannot do that by a button"));
        }
    })
}

#[cfg(test)]
mod tests {
    use parley_door::{SeatState, UpdateStep};

    use super::*;

    fn state(phase: DoorPhase, muted: bool, volume: Option<u8>) -> DoorState {
        DoorState::new(vec![SeatState { phase, muted, volume, ..SeatState::own() }])
    }

    fn asked(action: ButtonAction, state: &DoorState) -> Option<DoorRequest> {
        request(action, state).unwrap_or_else(|error| panic!("{action:?}: {error:?}"))
    }

    #[test]
    fn a_press_asks_for_what_a_program_could() {
        let speaking = state(DoorPhase::Speaking, false, Some(95));
        let volume = |percent| Some(DoorRequest::Volume { percent: Some(percent), seat: None });
        assert_eq!(asked(ButtonAction::Talk, &speaking), Some(DoorRequest::Interrupt { seat: None }));
        assert_eq!(asked(ButtonAction::Stop, &speaking), Some(DoorRequest::Interrupt { seat: None }));
        assert_eq!(asked(ButtonAction::Louder, &speaking), volume(100));
        assert_eq!(asked(ButtonAction::Quieter, &speaking), volume(85));
        assert_eq!(asked(ButtonAction::Mute, &speaking), Some(DoorRequest::Mute { muted: true, seat: None }));
        let asleep = state(DoorPhase::Asleep, true, Some(5));
        assert_eq!(asked(ButtonAction::Stop, &asleep), None, "nothing sounds, and nobody is woken");
        assert_eq!(asked(ButtonAction::Quieter, &asleep), volume(0));
        assert_eq!(asked(ButtonAction::Mute, &asleep), Some(DoorRequest::Mute { muted: false, seat: None }));
        assert!(request(ButtonAction::Louder, &state(DoorPhase::Quiet, false, None)).is_err());
    }

    #[test]
    fn a_yes_is_one_to_what_waits_and_nothing_without() {
        let mut state = state(DoorPhase::Quiet, false, None);
        assert!(request(ButtonAction::Update, &state).is_err());
        for (step, wish) in [("offered", UpdateWish::Accept), ("installed", UpdateWish::Restart)] {
            state.update = Some(UpdateStep { step: step.into(), ..UpdateStep::default() });
            assert_eq!(asked(ButtonAction::Yes, &state), Some(DoorRequest::Update { wish }), "{step}");
            assert_eq!(asked(ButtonAction::Update, &state), Some(DoorRequest::Update { wish }), "{step}");
        }
        state.update = Some(UpdateStep { step: "committed".into(), ..UpdateStep::default() });
        assert!(request(ButtonAction::Update, &state).is_err(), "nothing waits any more");
    }

    #[test]
    fn what_is_held_counts_when_it_is_let_go() {
        let board = parley_board::board("hifiberry-buttons").expect("it is known").expect("it is sound");
        let button = &board.buttons[0];
        assert_eq!(action(button, Press::Short), Some(ButtonAction::Talk));
        assert_eq!(action(button, Press::Double), Some(ButtonAction::Stop));
        assert_eq!(action(button, Press::Held(1)), None);
        assert_eq!(action(button, Press::LetGo(1)), Some(ButtonAction::Rollback));
        assert_eq!(action(button, Press::Stuck), None);
    }
}

//! What a session's host tells of the device's sound, as it changes.

use parley_door::{DoorEvent, EchoState};
use tokio::sync::watch;

use super::Hub;
use crate::health::{SoundPart, Trouble, Troubles};

/// Tells what is wrong, and what is so no more; never ends.
pub(super) async fn tell_troubles(mut troubles: watch::Receiver<Troubles>, hub: &Hub) {
    let mut told = Troubles::new();
    loop {
        let now = troubles.borrow_and_update().clone();
        let event = |(part, trouble): &(SoundPart, Trouble), over| DoorEvent::Trouble {
            part: part.to_string(),
            says: trouble.to_string(),
            over,
        };
        let over = told.iter().filter(|trouble| !now.contains(trouble)).map(|trouble| event(trouble, true));
        let new = now.iter().filter(|trouble| !told.contains(trouble)).map(|trouble| event(trouble, false));
        over.chain(new).for_each(|event| hub.publish(event));
        told = now;
        if troubles.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Tells what is known of the echo; never ends.
pub(super) async fn tell_echo(mut echo: watch::Receiver<Option<EchoState>>, hub: &Hub) {
    loop {
        let now = echo.borrow_and_update().clone();
        if let Some(state) = now {
            hub.publish(DoorEvent::Echo(state));
        }
        if echo.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use parley_door::DoorState;

    use super::*;

    #[tokio::test]
    async fn what_is_wrong_is_in_the_state_until_it_is_over() {
        let (troubles, hub) = (watch::Sender::<Troubles>::default(), Hub::new(DoorState::new(Vec::new())));
        let told = async |now: Troubles, words: &[&str]| {
            troubles.send_replace(now);
            tokio::task::yield_now().await;
            let state = hub.state();
            let says = state.troubles.iter().map(|trouble| format!("{} {}", trouble.part, trouble.says));
            let says: Vec<String> = says.collect();
            assert_eq!(says.len(), words.len(), "{says:?}");
            assert!(says.iter().zip(words).all(|(says, words)| says.contains(words)), "{says:?}");
        };
        let tell = tell_troubles(troubles.subscribe(), &hub);
        let check = async {
            let away = (SoundPart::Microphone, Trouble::Away);
            told(vec![away], &["microphone is not there"]).await;
            told(vec![away, (SoundPart::Loudspeaker, Trouble::Gaps)], &["microphone", "loudspeaker had nothing"]).await;
            told(vec![], &[]).await;
        };
        tokio::select! {
            biased;
            () = check => {}
            () = tell => {}
        }
        assert_eq!(hub.state().number, 4, "each is told twice: when it begins and when it is over");
    }

    #[tokio::test]
    async fn what_is_known_of_the_echo_is_in_the_state() {
        let (echo, hub) = (watch::Sender::<Option<EchoState>>::default(), Hub::new(DoorState::new(Vec::new())));
        let check = async {
            tokio::task::yield_now().await;
            assert_eq!((hub.state().echo, hub.state().number), (None, 0), "nothing is known");
            let state = EchoState { chirp: Some(parley_door::ChirpEcho::default()), ..EchoState::default() };
            echo.send_replace(Some(state.clone()));
            tokio::task::yield_now().await;
            assert_eq!(hub.state().echo.as_deref(), Some(&state));
        };
        tokio::select! {
            biased;
            () = check => {}
            () = tell_echo(echo.subscribe(), &hub) => {}
        }
    }
}

//! A seat as the door knows it: what can be told to its conversation, and what of it is told to the clients.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use parley_conversation::{
    Announcement, AnnouncementOutcome, BargeIn, Event, MAX_QUESTION_CHARS, Notice, Outcome, Phase, Settings, Sounding,
    Urgency,
};
use parley_door::{DoorError, DoorEvent, DoorOutcome, DoorPhase, DoorReply, ErrorCode, OWN_SEAT, SeatState};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::timeout;

use super::Hub;
use crate::conductor::{Conducting, Handle, Observation, TurnReport, lock, next_announcement};
use crate::listening::Mute;

/// The longest wait for an answer's end: that of a long answer, read aloud slowly.
const LONGEST_ANSWER: Duration = Duration::from_secs(150);

/// A seat that is taken; clones are the same one.
#[derive(Clone)]
pub struct SeatControl {
    /// Its name in events and requests.
    pub name: String,
    pub handle: Handle,
    pub mute: Mute,
    /// What may interrupt there, where its client has said so.
    pub barge_in: Option<BargeIn>,
    /// Held from a typed question until its turn is known, so that of two with the same words each learns of its own.
    asking: Arc<tokio::sync::Mutex<()>>,
}

/// The seats that clients have taken, by their names; clones are the same list.
#[derive(Clone, Default)]
pub struct SeatList(Arc<Mutex<Taken>>);

#[derive(Default)]
struct Taken {
    seats: BTreeMap<String, SeatControl>,
    /// How their conversations are conducted, where that has changed since the start.
    conducting: Option<Conducting>,
}

impl SeatList {
    pub(super) fn find(&self, name: &str) -> Option<SeatControl> {
        lock(&self.0).seats.get(name).cloned()
    }

    pub(super) fn names(&self) -> Vec<String> {
        lock(&self.0).seats.keys().cloned().collect()
    }

    pub(super) fn add(&self, seat: SeatControl) {
        let mut taken = lock(&self.0);
        // It may have been prepared before the last change.
        taken.conducting.iter().for_each(|conducting| seat.take_over(conducting));
        taken.seats.insert(seat.name.clone(), seat);
    }

    pub(super) fn remove(&self, name: &str) {
        lock(&self.0).seats.remove(name);
    }

    /// All conversations there, and those to come, are conducted like this.
    pub(super) fn take_over(&self, conducting: Conducting) {
        let mut taken = lock(&self.0);
        taken.seats.values().for_each(|seat| seat.take_over(&conducting));
        taken.conducting = Some(conducting);
    }
}

impl SeatControl {
    pub(super) fn own(handle: Handle, mute: Mute) -> Self {
        Self::of(OWN_SEAT.into(), handle, mute, None)
    }

    pub(super) fn of(name: String, handle: Handle, mute: Mute, barge_in: Option<BargeIn>) -> Self {
        Self { name, handle, mute, barge_in, asking: Arc::default() }
    }

    /// From the next question on it is conducted like this.
    pub(super) fn take_over(&self, conducting: &Conducting) {
        let Conducting { settings, generating } = conducting.clone();
        let settings = match self.barge_in {
            // Whoever plays and records somewhere else knows of a key there.
            Some(barge_in) => Settings { barge_in, rest: Duration::ZERO, ..settings },
            None => settings,
        };
        self.handle.conducting.send_replace(Some(Conducting { settings, generating }));
    }

    /// What is so now. The volume is not among it, nor what is said.
    pub(super) fn state(&self) -> SeatState {
        let phase = phase_of(*self.handle.phase.borrow());
        SeatState { seat: self.name.clone(), phase, muted: self.mute.is_set(), ..SeatState::own() }
    }

    /// Tells the hub what happens, until the conversation is over.
    pub(super) async fn follow(&self, hub: &Hub) {
        let mut observations = self.handle.observations.subscribe();
        let mut phase = self.handle.phase.clone();
        phase.mark_changed();
        loop {
            tokio::select! {
                changed = phase.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    let phase = phase_of(*phase.borrow_and_update());
                    hub.publish(DoorEvent::Phase { seat: self.name.clone(), phase });
                }
                observation = observations.recv() => match observation {
                    Ok(observation) => self.publish(observation, hub),
                    Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "the door did not see all that happened"),
                    Err(RecvError::Closed) => return,
                },
            }
        }
    }

    pub(super) fn tell_conductor(&self, event: Event) -> Result<(), DoorError> {
        self.handle.control.try_send(event).map_err(|error| match error {
            TrySendError::Full(_) => DoorError::new(ErrorCode::Busy, "too much is asked at once; try again"),
            TrySendError::Closed(_) => DoorError::new(ErrorCode::NotAvailable, "the conversation is over"),
        })
    }

    pub(super) async fn ask(&self, text: String) -> Result<DoorReply, DoorError> {
        if text.trim().is_empty() || text.chars().nth(MAX_QUESTION_CHARS).is_some() {
            let text = format!("a question has 1 to {MAX_QUESTION_CHARS} characters");
            return Err(DoorError::new(ErrorCode::BadRequest, text));
        }
        let over = async {
            let mut alone = Some(self.asking.lock().await);
            let mut observations = self.handle.observations.subscribe();
            self.tell_conductor(Event::Typed { text: text.clone() })?;
            let mut asked = None;
            loop {
                match observations.recv().await {
                    Ok(Observation::Notice(Notice::Understood { turn, text: understood, .. })) => {
                        if asked.is_none() && understood == text {
                            asked = Some(turn);
                            drop(alone.take());
                        }
                    }
                    Ok(Observation::Turn(report)) if Some(report.turn) == asked => return Ok(Some(report)),
                    // What was missed may have been it: the time tells, and nobody else waits for that.
                    Err(RecvError::Lagged(_)) => drop(alone.take()),
                    Ok(_) => {}
                    Err(RecvError::Closed) => return Ok(None),
                }
            }
        };
        let over = async { over.await.transpose() };
        match timeout(LONGEST_ANSWER, self.unless_over(over)).await {
            Ok(Some(Err(refused))) => Err(refused),
            Ok(Some(Ok(TurnReport { turn, answer, outcome, .. }))) => {
                Ok(DoorReply::Answered { turn: turn.0, answer: Some(answer), outcome: outcome_of(outcome) })
            }
            Ok(None) => Err(DoorError::new(ErrorCode::NotAvailable, "the conversation is over")),
            Err(_) => {
                let text = format!("there was no end of an answer within {} s", LONGEST_ANSWER.as_secs());
                Err(DoorError::new(ErrorCode::TooLate, text))
            }
        }
    }

    /// What comes of a wait; nothing where the conversation ends before.
    async fn unless_over<T>(&self, wait: impl Future<Output = Option<T>>) -> Option<T> {
        tokio::select! {
            came = wait => came,
            () = self.handle.control.closed() => None,
        }
    }

    /// Has a text said; `expires` after which it is of no more use. Waits until it was said where `waits`.
    pub(super) async fn announce(
        &self,
        text: String,
        urgency: Urgency,
        expires: Option<Duration>,
        waits: bool,
    ) -> Result<DoorReply, DoorError> {
        if text.trim().is_empty() || text.chars().nth(MAX_QUESTION_CHARS).is_some() {
            let text = format!("a text has 1 to {MAX_QUESTION_CHARS} characters");
            return Err(DoorError::new(ErrorCode::BadRequest, text));
        }
        let id = next_announcement();
        let until = expires.map(|expires| self.handle.started.elapsed().saturating_add(expires));
        let announcement =
            Announcement { id, sounding: Sounding::Text(text), urgency, until, until_acknowledged: false };
        let mut observations = self.handle.observations.subscribe();
        self.tell_conductor(Event::Announce { announcement })?;
        if !waits {
            return Ok(DoorReply::Done);
        }
        let outcome = async {
            loop {
                match observations.recv().await {
                    Ok(Observation::Notice(Notice::Announced { id: other, outcome })) if other == id => {
                        return Some(outcome);
                    }
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                }
            }
        };
        let (code, text) = match timeout(LONGEST_ANSWER, self.unless_over(outcome)).await {
            Ok(Some(AnnouncementOutcome::Heard | AnnouncementOutcome::Stopped)) => return Ok(DoorReply::Done),
            Ok(Some(AnnouncementOutcome::Refused)) => (ErrorCode::Busy, "too much waits to be said; try again"),
            Ok(Some(AnnouncementOutcome::Failed)) => (ErrorCode::NotAvailable, "the voice is out of order"),
            Ok(Some(AnnouncementOutcome::Expired)) | Err(_) => {
                (ErrorCode::TooLate, "nobody has fallen silent; it may still be said")
            }
            Ok(None) => (ErrorCode::NotAvailable, "the conversation is over"),
        };
        Err(DoorError::new(code, text))
    }

    /// Publishes what an observation means for the outside.
    fn publish(&self, observation: Observation, hub: &Hub) {
        let seat = || self.name.clone();
        hub.publish(match observation {
            Observation::Notice(Notice::SpeechBegan) => DoorEvent::SpeechBegan { seat: seat() },
            Observation::Notice(Notice::NoWords) => DoorEvent::NoWords { seat: seat() },
            Observation::Notice(Notice::Understood { turn, text, language }) => {
                DoorEvent::Understood { seat: seat(), turn: turn.0, language, text: Some(text) }
            }
            Observation::Notice(Notice::Answering { turn, text }) => {
                DoorEvent::Answering { seat: seat(), turn: turn.0, text: Some(text) }
            }
            // All seats have the same engines: one of them tells.
            Observation::Notice(Notice::Degraded { .. }) if self.name != OWN_SEAT => return,
            Observation::Notice(Notice::Degraded { stage, degraded }) => {
                DoorEvent::Engine { engine: stage.to_string(), works: !degraded }
            }
            // The report of the turn follows, and says more; the phase tells who is listened to.
            Observation::Notice(
                Notice::Ended { .. } | Notice::Announcing { .. } | Notice::Announced { .. } | Notice::Attentive { .. },
            ) => return,
            Observation::Turn(TurnReport { turn, outcome, timeline, .. }) => DoorEvent::TurnEnded {
                seat: seat(),
                turn: turn.0,
                outcome: outcome_of(outcome),
                first_sound_ms: timeline.stages().played,
            },
        });
    }
}

fn phase_of(phase: Phase) -> DoorPhase {
    match phase {
        Phase::Asleep => DoorPhase::Asleep,
        Phase::Quiet => DoorPhase::Quiet,
        Phase::Listening => DoorPhase::Listening,
        Phase::Deciding => DoorPhase::Deciding,
        Phase::Thinking => DoorPhase::Thinking,
        Phase::Speaking => DoorPhase::Speaking,
        Phase::Interrupted => DoorPhase::Interrupted,
    }
}

fn outcome_of(outcome: Outcome) -> DoorOutcome {
    match outcome {
        Outcome::Completed => DoorOutcome::Completed,
        Outcome::Interrupted => DoorOutcome::Interrupted,
        Outcome::Withdrawn => DoorOutcome::Withdrawn,
    }
}

#[cfg(test)]
mod tests {
    use parley_conversation::{Conversation, ModelOnly, Stage};
    use parley_door::DoorState;

    use super::*;
    use crate::conductor::{Conductor, Engines, Generating};

    #[tokio::test]
    async fn an_engine_that_fails_is_told_once_however_many_seats_there_are() {
        let seats = ["own", "seat-2", "seat-3"].map(|name| {
            let conversation = Conversation::new(Settings::default(), Box::new(ModelOnly), false);
            let (_, handle) = Conductor::new(conversation, Engines::answering(""), Generating::default(), None);
            SeatControl::of(name.into(), handle, Mute::default(), None)
        });
        let hub = Hub::new(DoorState::new(seats.iter().map(SeatControl::state).collect()));
        for seat in &seats {
            let notice = Notice::Degraded { stage: Stage::LanguageModel, degraded: true };
            seat.publish(Observation::Notice(notice), &hub);
            seat.publish(Observation::Notice(Notice::SpeechBegan), &hub);
        }
        assert_eq!(hub.state().number, 4);
        assert_eq!(hub.state().out_of_order, ["language-model"]);
    }
}

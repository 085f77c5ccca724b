//! What stands behind the door of a session: its conductor, microphone, loudspeaker and settings.

use std::path::{Path, PathBuf};
use std::time::Duration;

use parley_conversation::{
    Announcement, AnnouncementOutcome, Event, MAX_QUESTION_CHARS, Notice, Outcome, Phase, Sounding, Urgency,
};
use parley_door::{
    DoorError, DoorEvent, DoorOutcome, DoorPhase, DoorReply, DoorRequest, DoorState, DoorUrgency, ErrorCode, OWN_SEAT,
    OwnerSetting, SeatState, UpdateWish,
};
use parley_settings::Config;
use parley_update::records::events;
use parley_update::wishes::{self, Wish};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::updates::{self, UpdateLog};
use super::wishes::Wishes;
use super::{DoorHost, Guest, Hub};
use crate::conductor::{Handle, Observation, TurnReport, next_announcement};
use crate::listening::Mute;
use crate::session::Session;
use crate::tools::Tools;
use crate::volume::Volume;

/// The longest wait for an answer's end: that of a long answer, read aloud slowly.
const LONGEST_ANSWER: Duration = Duration::from_secs(150);

/// How often is looked whether something has happened with an update.
const LOOK: Duration = Duration::from_secs(1);

pub struct SessionHost {
    handle: Handle,
    mute: Mute,
    /// None without a loudspeaker.
    volume: Option<Volume>,
    settings: Vec<OwnerSetting>,
    /// Where root's helpers tell what happens with updates.
    update_log: PathBuf,
    wishes: Wishes,
    tools: Tools,
}

impl SessionHost {
    pub fn new(session: &Session, volume: Option<Volume>, config: &Config) -> Self {
        Self::of(session.handle.clone(), session.mute.clone(), volume, config, Path::new("/"))
            .with_tools(session.tools.clone())
    }

    /// The same of its parts, for tests; `root`: below which root's helpers are talked to about updates.
    pub fn of(handle: Handle, mute: Mute, volume: Option<Volume>, config: &Config, root: &Path) -> Self {
        let setting = |(key, value): (&str, Option<String>)| OwnerSetting { key: key.into(), value };
        let settings = config.listed().into_iter().map(setting).collect();
        let below = |path: &str| root.join(path.trim_start_matches('/'));
        let (update_log, wishes) = (below(events::LOG), Wishes::new(below(wishes::FOLDER)));
        Self { handle, mute, volume, settings, update_log, wishes, tools: Tools::default() }
    }

    /// The same where clients offer the tools of this conversation.
    #[must_use]
    pub fn with_tools(self, tools: Tools) -> Self {
        Self { tools, ..self }
    }

    fn tell_conductor(&self, event: Event) -> Result<(), DoorError> {
        self.handle.control.try_send(event).map_err(|error| match error {
            TrySendError::Full(_) => DoorError::new(ErrorCode::Busy, "too much is asked at once; try again"),
            TrySendError::Closed(_) => DoorError::new(ErrorCode::NotAvailable, "the conversation is over"),
        })
    }

    async fn ask(&self, text: String) -> Result<DoorReply, DoorError> {
        if text.trim().is_empty() || text.chars().nth(MAX_QUESTION_CHARS).is_some() {
            let text = format!("a question has 1 to {MAX_QUESTION_CHARS} characters");
            return Err(DoorError::new(ErrorCode::BadRequest, text));
        }
        let mut observations = self.handle.observations.subscribe();
        self.tell_conductor(Event::Typed { text: text.clone() })?;
        let mut asked = None;
        let over = async {
            loop {
                match observations.recv().await {
                    Ok(Observation::Notice(Notice::Understood { turn, text: understood, .. })) => {
                        if asked.is_none() && understood == text {
                            asked = Some(turn);
                        }
                    }
                    Ok(Observation::Turn(report)) if Some(report.turn) == asked => return Some(report),
                    // What was missed may have been it: the time tells.
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                }
            }
        };
        match timeout(LONGEST_ANSWER, over).await {
            Ok(Some(TurnReport { turn, answer, outcome, .. })) => {
                Ok(DoorReply::Answered { turn: turn.0, answer: Some(answer), outcome: outcome_of(outcome) })
            }
            Ok(None) => Err(DoorError::new(ErrorCode::NotAvailable, "the conversation is over")),
            Err(_) => {
                let text = format!("there was no end of an answer within {} s", LONGEST_ANSWER.as_secs());
                Err(DoorError::new(ErrorCode::TooLate, text))
            }
        }
    }

    async fn set_volume(&self, percent: Option<u8>, hub: &Hub) -> Result<DoorReply, DoorError> {
        let Some(volume) = self.volume.clone() else {
            return Err(DoorError::new(ErrorCode::NotAvailable, "there is no loudspeaker"));
        };
        match percent {
            None => {}
            Some(percent @ 0..=100) => {
                let setting = volume.clone();
                // It waits for the card.
                let set = tokio::task::spawn_blocking(move || setting.set(percent)).await;
                if let Ok(Err(error)) = set {
                    tracing::warn!(%error, "the volume is not remembered beyond this start");
                }
                hub.publish(DoorEvent::Volume { seat: OWN_SEAT.into(), percent });
            }
            Some(_) => return Err(DoorError::new(ErrorCode::BadRequest, "the volume is 0 to 100")),
        }
        Ok(DoorReply::Volume { percent: volume.get() })
    }

    /// Has a text said; `expires` after which it is of no more use. Waits until it was said where `waits`.
    async fn announce(
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
        let (code, text) = match timeout(LONGEST_ANSWER, outcome).await {
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
        let seat = || OWN_SEAT.to_owned();
        hub.publish(match observation {
            Observation::Notice(Notice::SpeechBegan) => DoorEvent::SpeechBegan { seat: seat() },
            Observation::Notice(Notice::NoWords) => DoorEvent::NoWords { seat: seat() },
            Observation::Notice(Notice::Understood { turn, text, language }) => {
                DoorEvent::Understood { seat: seat(), turn: turn.0, language, text: Some(text) }
            }
            Observation::Notice(Notice::Answering { turn, text }) => {
                DoorEvent::Answering { seat: seat(), turn: turn.0, text: Some(text) }
            }
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

impl DoorHost for SessionHost {
    fn state(&self) -> DoorState {
        let phase = phase_of(*self.handle.phase.borrow());
        let volume = self.volume.as_ref().map(Volume::get);
        DoorState::new(vec![SeatState { phase, muted: self.mute.is_set(), volume, ..SeatState::own() }])
    }

    async fn follow(&self, hub: &Hub) {
        let mut observations = self.handle.observations.subscribe();
        let mut phase = self.handle.phase.clone();
        phase.mark_changed();
        let mut log = UpdateLog::new(self.update_log.clone());
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                changed = phase.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    let phase = phase_of(*phase.borrow_and_update());
                    hub.publish(DoorEvent::Phase { seat: OWN_SEAT.into(), phase });
                }
                observation = observations.recv() => match observation {
                    Ok(observation) => self.publish(observation, hub),
                    Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "the door did not see all that happened"),
                    Err(RecvError::Closed) => return,
                },
                _ = look.tick() => for event in log.look() {
                    self.wishes.happened(&event);
                    hub.publish(DoorEvent::Update(updates::step(event)));
                },
            }
        }
    }

    fn left(&self, guest: &Guest) {
        self.tools.left(guest);
    }

    async fn handle(&self, request: DoorRequest, guest: &Guest, hub: &Hub) -> Result<DoorReply, DoorError> {
        if let Some(seat) = request.seat().filter(|seat| *seat != OWN_SEAT) {
            let text = format!("there is no seat {seat:?}; the only one is {OWN_SEAT:?}");
            return Err(DoorError::new(ErrorCode::UnknownSeat, text));
        }
        match request {
            DoorRequest::Status => Ok(DoorReply::Status(hub.state())),
            DoorRequest::Settings => Ok(DoorReply::Settings { settings: self.settings.clone() }),
            DoorRequest::Interrupt { .. } => self.tell_conductor(Event::Interrupt).map(|()| DoorReply::Done),
            DoorRequest::Mute { muted, .. } => {
                self.mute.set(muted);
                hub.publish(DoorEvent::Muted { seat: OWN_SEAT.into(), muted });
                Ok(DoorReply::Done)
            }
            DoorRequest::Volume { percent, .. } => self.set_volume(percent, hub).await,
            DoorRequest::Ask { text, .. } => self.ask(text).await,
            DoorRequest::Say { text, .. } => self.announce(text, Urgency::Low, None, true).await,
            DoorRequest::Announce { text, urgency, expires_s, .. } => {
                let expires = expires_s.map(|seconds| Duration::from_secs(seconds.into()));
                self.announce(text, urgency_of(urgency), expires, false).await
            }
            DoorRequest::Forget { minutes, .. } => {
                let last = minutes.map(|minutes| Duration::from_secs(60 * u64::from(minutes)));
                self.tell_conductor(Event::Forget { last }).map(|()| DoorReply::Done)
            }
            DoorRequest::OfferTool { name, description, sentences, parameters } => {
                self.tools.offer(guest, &name, &description, &sentences, parameters.as_deref())
            }
            DoorRequest::ToolResult { call, text, think } => self.tools.result(guest, call, text, think),
            DoorRequest::Update { wish } => self.wishes.wish(wish_of(wish)).await,
            DoorRequest::Unknown => Err(DoorError::new(ErrorCode::UnknownRequest, "this version has no such request")),
        }
    }
}

fn wish_of(wish: UpdateWish) -> Wish {
    match wish {
        UpdateWish::Accept => Wish::Accept,
        UpdateWish::Rollback => Wish::Rollback,
        UpdateWish::Restart => Wish::Restart,
    }
}

fn urgency_of(urgency: DoorUrgency) -> Urgency {
    match urgency {
        DoorUrgency::Low => Urgency::Low,
        DoorUrgency::Normal => Urgency::Normal,
        DoorUrgency::High => Urgency::High,
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

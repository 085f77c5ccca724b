//! What stands behind the door of a session: its conductor, microphone, loudspeaker and settings.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parley_audio::capture::CaptureCounters;
use parley_conversation::{Event, Urgency, Waking};
use parley_door::{
    DoorError, DoorEvent, DoorReply, DoorRequest, DoorState, DoorUrgency, EchoState, ErrorCode, OWN_SEAT, SeatState,
    UpdateWish,
};
use parley_settings::{Config, Places};
use parley_update::records::events;
use parley_update::wishes::{self, Wish};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::{MissedTickBehavior, interval};

use super::seat::{SeatControl, SeatList};
use super::settings::DoorSettings;
use super::told::{tell_echo, tell_troubles};
use super::updates::{self, UpdateLog};
use super::wishes::Wishes;
use super::{DoorHost, Guest, Hub, KeptNearMisses};
use crate::conductor::Handle;
use crate::health::Troubles;
use crate::keys;
use crate::listening::Mute;
use crate::room_check::{NoRoomCheck, RoomChecker};
use crate::session::{self, Session, conducting};
use crate::tools::{ToolOffer, Tools};
use crate::volume::Volume;

/// How often is looked whether something has happened with an update.
const LOOK: Duration = Duration::from_secs(1);

/// The setting that the loudspeaker follows at once.
const VOLUME: &str = "audio.volume";

/// Changes of settings that may not be told yet.
const CHANGES_KEPT: usize = 16;

pub struct SessionHost {
    own: SeatControl,
    others: SeatList,
    /// None without a loudspeaker.
    volume: Option<Volume>,
    settings: DoorSettings,
    /// What was changed of them; followed by [`DoorHost::follow`]. Where nobody does, or many are told at once, an event is
    /// lost.
    changed: broadcast::Sender<DoorEvent>,
    /// Where root's helpers tell what happens with updates.
    update_log: PathBuf,
    wishes: Wishes,
    tools: Tools,
    troubles: watch::Receiver<Troubles>,
    echo: watch::Receiver<Option<EchoState>>,
    /// Held by whoever sets something that is written to a file: the first that asks is the first that is served.
    setting: Arc<tokio::sync::Mutex<()>>,
    /// Below which keys that stop an answer are looked for; none where something else can press.
    keys: Option<PathBuf>,
    /// Whether the device's microphone is without what its loudspeaker plays.
    cancels_echo: bool,
    room: Option<RoomChecker>,
    near_misses: KeptNearMisses,
    /// What the device's microphone has been through.
    capture: Option<Arc<CaptureCounters>>,
}

impl SessionHost {
    pub fn new(session: &Session, volume: Option<Volume>, config: &Config) -> Self {
        Self::of(session.handle.clone(), session.mute.clone(), volume, config, Path::new("/"))
            .with_tools(session.tools.clone())
            .with_troubles(session.troubles.subscribe())
            .with_echo(session.echo.subscribe())
            .with_room(session.room.clone())
            .with_echo_cancelled(session.cancels_echo)
            .with_near_misses(session.near_misses.clone())
            .with_capture(session.sound.as_ref().map(|sound| Arc::clone(&sound.capture)))
    }

    /// The same, which tells how much was heard.
    #[must_use]
    pub fn with_capture(self, capture: Option<Arc<CaptureCounters>>) -> Self {
        Self { capture, ..self }
    }

    /// A state with how much was heard in it.
    fn with_heard(&self, mut state: DoorState) -> DoorState {
        let heard = self.capture.as_ref().map(|capture| capture.heard_us.get() / 1_000_000);
        state.seats.iter_mut().filter(|seat| seat.seat == OWN_SEAT).for_each(|seat| seat.heard_s = heard);
        state
    }

    /// The same of its parts, for tests; `root`: below which root's helpers are talked to about updates.
    pub fn of(handle: Handle, mute: Mute, volume: Option<Volume>, config: &Config, root: &Path) -> Self {
        let (settings, changed) = (DoorSettings::new(config.clone()), broadcast::Sender::new(CHANGES_KEPT));
        let below = |path: &str| root.join(path.trim_start_matches('/'));
        let (update_log, wishes) = (below(events::LOG), Wishes::new(below(wishes::FOLDER)));
        let (own, others) = (SeatControl::own(handle, mute), SeatList::default());
        let (tools, setting, troubles) = (Tools::default(), Arc::default(), watch::Sender::default().subscribe());
        let (keys, cancels_echo, echo) = (None, false, watch::Sender::default().subscribe());
        Self {
            own,
            others,
            volume,
            settings,
            changed,
            update_log,
            wishes,
            tools,
            troubles,
            echo,
            setting,
            keys,
            cancels_echo,
            room: None,
            near_misses: KeptNearMisses::default(),
            capture: None,
        }
    }

    /// The same where an answer is stopped by keys alone, which are looked for below this root folder: as long as there is
    /// none, the conversation is half duplex.
    #[must_use]
    pub fn with_keys(self, root: &Path) -> Self {
        Self { keys: Some(root.to_owned()), ..self }
    }

    /// The same where the device's own echo is cancelled, or not.
    #[must_use]
    pub fn with_echo_cancelled(self, cancels_echo: bool) -> Self {
        Self { cancels_echo, ..self }
    }

    /// The same where near misses are kept.
    #[must_use]
    pub fn with_near_misses(self, near_misses: KeptNearMisses) -> Self {
        Self { near_misses, ..self }
    }

    /// The same where somebody looks after microphone and loudspeaker.
    #[must_use]
    pub fn with_troubles(self, troubles: watch::Receiver<Troubles>) -> Self {
        Self { troubles, ..self }
    }

    /// The same where somebody can check the room.
    #[must_use]
    pub fn with_room(self, room: Option<RoomChecker>) -> Self {
        Self { room, ..self }
    }

    /// The same where somebody watches over the echo.
    #[must_use]
    pub fn with_echo(self, echo: watch::Receiver<Option<EchoState>>) -> Self {
        Self { echo, ..self }
    }

    /// The same where what clients set is kept in these places; `named`: the file of settings that was named at the start.
    #[must_use]
    pub fn with_places(self, places: Places, named: Option<&Path>) -> Self {
        Self { settings: self.settings.kept(places, named.map(Path::to_owned)), ..self }
    }

    /// The same where clients offer the tools of this house.
    #[must_use]
    pub fn with_tools(self, tools: Tools) -> Self {
        Self { tools, ..self }
    }

    /// The same where clients can take seats too.
    #[must_use]
    pub fn with_seats(self, others: SeatList) -> Self {
        Self { others, ..self }
    }

    /// The seat of this name; the device's own where none is named.
    fn seat(&self, name: Option<&str>) -> Result<SeatControl, DoorError> {
        match name {
            None | Some(OWN_SEAT) => Ok(self.own.clone()),
            Some(name) => self.others.find(name).ok_or_else(|| {
                let others: String = self.others.names().iter().map(|name| format!(", {name:?}")).collect();
                let text = format!("there is no seat {name:?}; there are: {OWN_SEAT:?}{others}");
                DoorError::new(ErrorCode::UnknownSeat, text)
            }),
        }
    }

    /// Goes on to its end where its client does not wait for that.
    async fn change_setting(&self, key: String, value: Option<String>) -> Result<DoorReply, DoorError> {
        let (settings, volume, changed) = (self.settings.clone(), self.volume.clone(), self.changed.clone());
        let (own, others, keys) = (self.own.clone(), self.others.clone(), self.keys.clone());
        let cancels_echo = self.cancels_echo;
        // It goes to the thread that writes: what comes next waits, whatever becomes of this one's client.
        let alone = Arc::clone(&self.setting).lock_owned().await;
        let change = move || {
            let _alone = alone;
            let (reply, running) = settings.change(&key, value.as_deref())?;
            if let Some(volume) = volume.filter(|_| key == VOLUME)
                && let Err(error) = volume.take_over(running.audio.volume)
            {
                tracing::warn!(%error, "the volume is not remembered beyond this start");
            }
            let alone = keys.is_some_and(|root| keys::found(&root).is_empty());
            let half_duplex = |conducting| if alone { session::half_duplex(conducting) } else { conducting };
            let conducting = conducting(&running);
            let at_the_device = match cancels_echo {
                true => session::with_echo_cancelled(conducting.clone(), &running),
                false => conducting.clone(),
            };
            own.take_over(&half_duplex(at_the_device));
            others.take_over(half_duplex(conducting));
            // An error means that the door closes.
            let _ = changed.send(DoorEvent::Setting { key });
            Ok(reply)
        };
        let failed = |_| Err(DoorError::new(ErrorCode::NotAvailable, "it failed"));
        tokio::task::spawn_blocking(change).await.unwrap_or_else(failed)
    }

    async fn check_room(&self) -> Result<DoorReply, DoorError> {
        let Some(room) = &self.room else {
            return Err(DoorError::new(ErrorCode::NotAvailable, NoRoomCheck::NoSound.to_string()));
        };
        let verdict = room.check().await.map_err(|error| DoorError::new(code_of(error), error.to_string()))?;
        Ok(DoorReply::Room(Box::new(verdict.told())))
    }

    async fn set_volume(&self, percent: Option<u8>) -> Result<DoorReply, DoorError> {
        let Some(volume) = self.volume.clone() else {
            return Err(DoorError::new(ErrorCode::NotAvailable, "there is no loudspeaker"));
        };
        match percent {
            None => {}
            Some(percent @ 0..=100) => {
                let setting = volume.clone();
                let alone = Arc::clone(&self.setting).lock_owned().await;
                // It waits for the card.
                let set = tokio::task::spawn_blocking(move || {
                    let _alone = alone;
                    setting.set(percent)
                });
                let set = set.await;
                if let Ok(Err(error)) = set {
                    tracing::warn!(%error, "the volume is not remembered beyond this start");
                }
            }
            Some(_) => return Err(DoorError::new(ErrorCode::BadRequest, "the volume is 0 to 100")),
        }
        Ok(DoorReply::Volume { percent: volume.get() })
    }
}

impl DoorHost for SessionHost {
    fn state(&self) -> DoorState {
        let volume = self.volume.as_ref().map(Volume::get);
        DoorState::new(vec![SeatState { volume, ..self.own.state() }])
    }

    async fn follow(&self, hub: &Hub) {
        let mut log = UpdateLog::new(self.update_log.clone());
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let updates = async {
            loop {
                look.tick().await;
                for event in log.look() {
                    self.wishes.happened(&event);
                    hub.publish(DoorEvent::Update(updates::step(event)));
                }
            }
        };
        let volume = async {
            let Some(volume) = &self.volume else { return std::future::pending().await };
            let mut changes = volume.changes();
            while changes.changed().await.is_ok() {
                let percent = *changes.borrow_and_update();
                hub.publish(DoorEvent::Volume { seat: OWN_SEAT.into(), percent });
            }
        };
        let mut changed = self.changed.subscribe();
        let settings = async {
            loop {
                match changed.recv().await {
                    Ok(event) => hub.publish(event),
                    Err(RecvError::Lagged(missed)) => {
                        tracing::warn!(missed, "the door did not see all settings change")
                    }
                    Err(RecvError::Closed) => return,
                }
            }
        };
        tokio::select! {
            () = self.own.follow(hub) => {}
            () = updates => {}
            () = tell_troubles(self.troubles.clone(), hub) => {}
            () = tell_echo(self.echo.clone(), hub) => {}
            () = volume => {}
            () = settings => {}
        }
    }

    fn left(&self, guest: &Guest) {
        self.tools.left(guest);
    }

    async fn handle(&self, request: DoorRequest, guest: &Guest, hub: &Hub) -> Result<DoorReply, DoorError> {
        let seat = self.seat(request.seat())?;
        match request {
            DoorRequest::Status => Ok(DoorReply::Status(self.with_heard(hub.state()))),
            DoorRequest::Settings => Ok(DoorReply::Settings { settings: self.settings.listed() }),
            DoorRequest::SetSetting { key, value } => self.change_setting(key, Some(value)).await,
            DoorRequest::UnsetSetting { key } => self.change_setting(key, None).await,
            DoorRequest::Interrupt { .. } => {
                seat.tell_conductor(Event::Woken { by: Waking::Button }).map(|()| DoorReply::Done)
            }
            DoorRequest::Mute { muted, .. } => {
                seat.mute.set(muted);
                hub.publish(DoorEvent::Muted { seat: seat.name, muted });
                let mute = seat.mute;
                // It waits for the card.
                let kept = tokio::task::spawn_blocking(move || mute.keep()).await;
                if let Ok(Err(error)) = kept {
                    tracing::warn!(%error, "that the microphone is closed or open is not remembered beyond this start");
                }
                Ok(DoorReply::Done)
            }
            DoorRequest::Volume { .. } if seat.name != OWN_SEAT => {
                let text = format!("how loud {} is, is up to the program that has it", seat.name);
                Err(DoorError::new(ErrorCode::NotAvailable, text))
            }
            DoorRequest::Volume { percent, .. } => self.set_volume(percent).await,
            DoorRequest::Ask { text, .. } => seat.ask(text).await,
            DoorRequest::Say { text, .. } => seat.announce(text, Urgency::Low, None, true).await,
            DoorRequest::Announce { text, urgency, expires_s, .. } => {
                let expires = expires_s.map(|seconds| Duration::from_secs(seconds.into()));
                seat.announce(text, urgency_of(urgency), expires, false).await
            }
            DoorRequest::Forget { minutes, .. } => {
                let last = minutes.map(|minutes| Duration::from_secs(60 * u64::from(minutes)));
                seat.tell_conductor(Event::Forget { last }).map(|()| DoorReply::Done)
            }
            DoorRequest::OfferTool { name, description, sentences, parameters, any } => {
                let offer = ToolOffer::checked(&name, &description, &sentences, parameters.as_deref(), any);
                self.tools.offer(guest, offer)
            }
            DoorRequest::ToolResult { call, text, think } => self.tools.result(guest, call, text, think),
            DoorRequest::CheckRoom => self.check_room().await,
            DoorRequest::NearMisses => self.near_misses.list(),
            DoorRequest::NearMissMine { number } => self.near_misses.mine(number).await,
            DoorRequest::ClearNearMisses => self.near_misses.clear(),
            DoorRequest::Update { wish } => self.wishes.wish(wish_of(wish)).await,
            DoorRequest::Unknown => Err(DoorError::new(ErrorCode::UnknownRequest, "this version has no such request")),
        }
    }
}

fn code_of(error: NoRoomCheck) -> ErrorCode {
    match error {
        NoRoomCheck::InTurn | NoRoomCheck::Disturbed | NoRoomCheck::UnderWay => ErrorCode::Busy,
        NoRoomCheck::Muted | NoRoomCheck::NoSound => ErrorCode::NotAvailable,
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

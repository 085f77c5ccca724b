//! The whole state, and what events change of it.

use serde::{Deserialize, Serialize};

use crate::echo::EchoState;
use crate::event::{DoorEvent, DoorPhase, NumberedEvent, UpdateStep};
use crate::{OWN_SEAT, own_seat};

/// The longest answer that a state holds, in bytes; of a longer one it holds the beginning.
const LONGEST_ANSWER: usize = 8 * 1024;

/// Everything that a client can know without having been there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DoorState {
    /// The number of the last event that it holds.
    pub number: u64,
    /// The places of conversation; the first one is the device's own.
    pub seats: Vec<SeatState>,
    /// Engines that are out of order, by name.
    #[serde(default)]
    pub out_of_order: Vec<String>,
    /// What is wrong with the device's microphone and loudspeaker.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub troubles: Vec<TroubleState>,
    /// What happened last with an update, since the device's start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update: Option<UpdateStep>,
    /// How well the device's own echo is taken out, as far as that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub echo: Option<Box<EchoState>>,
}

/// Something that is wrong with the microphone or the loudspeaker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TroubleState {
    /// `microphone` or `loudspeaker`.
    pub part: String,
    /// What is wrong, for a person: it goes on from the part's name.
    pub says: String,
}

/// What is known of a seat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SeatState {
    /// Its name.
    #[serde(default = "own_seat")]
    pub seat: String,
    /// What it is doing.
    pub phase: DoorPhase,
    /// Whether its microphone is closed.
    #[serde(default)]
    pub muted: bool,
    /// How many seconds of its microphone's sound were heard since the start, by whatever; only in the answer to a request for the
    /// state, and only of the device's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard_s: Option<u64>,
    /// Its loudness, 0 to 100; none where it has no loudspeaker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<u8>,
    /// The question that is being answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<TurnState>,
}

/// A question that is being answered. Words are there only for whoever asked for them at the control door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TurnState {
    /// Its number.
    pub turn: u64,
    /// ISO 639-1 code.
    pub language: String,
    /// What was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// The answer so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

impl SeatState {
    /// The device's own seat, as it is at the start.
    pub fn own() -> Self {
        Self { seat: OWN_SEAT.into(), phase: DoorPhase::Quiet, muted: false, heard_s: None, volume: None, turn: None }
    }
}

impl DoorState {
    /// A state in which nothing has happened yet.
    pub fn new(seats: Vec<SeatState>) -> Self {
        Self { number: 0, seats, out_of_order: Vec::new(), troubles: Vec::new(), update: None, echo: None }
    }

    /// The seat of this name.
    pub fn seat(&self, name: &str) -> Option<&SeatState> {
        self.seats.iter().find(|seat| seat.seat == name)
    }

    /// Takes up an event. One that is not the next shows a gap, behind which the daemon sends the whole state.
    pub fn apply(&mut self, NumberedEvent { number, event }: &NumberedEvent) {
        self.number = *number;
        match event {
            DoorEvent::SeatTaken(seat) => {
                self.seats.retain(|other| other.seat != seat.seat);
                self.seats.push(seat.clone());
            }
            DoorEvent::SeatLeft { seat } => self.seats.retain(|other| other.seat != *seat),
            DoorEvent::Phase { seat, phase } => self.change(seat, |seat| seat.phase = *phase),
            DoorEvent::Understood { seat, turn, language, text } => self.change(seat, |seat| {
                let (language, question) = (language.clone(), text.clone());
                seat.turn = Some(TurnState { turn: *turn, language, question, answer: None });
            }),
            DoorEvent::Answering { seat, turn, text: Some(text) } => self.change(seat, |seat| {
                if let Some(state) = seat.turn.as_mut().filter(|state| state.turn == *turn) {
                    state.go_on(text);
                }
            }),
            DoorEvent::TurnEnded { seat, turn, .. } => self.change(seat, |seat| {
                seat.turn.take_if(|state| state.turn == *turn);
            }),
            DoorEvent::Engine { engine, works } => {
                self.out_of_order.retain(|other| other != engine);
                if !works {
                    self.out_of_order.push(engine.clone());
                    self.out_of_order.sort_unstable();
                }
            }
            DoorEvent::Trouble { part, says, over } => {
                self.troubles.retain(|trouble| (&trouble.part, &trouble.says) != (part, says));
                if !over {
                    self.troubles.push(TroubleState { part: part.clone(), says: says.clone() });
                }
            }
            DoorEvent::Volume { seat, percent } => self.change(seat, |seat| seat.volume = Some(*percent)),
            DoorEvent::Muted { seat, muted } => self.change(seat, |seat| seat.muted = *muted),
            DoorEvent::Update(step) => self.update = Some(step.clone()),
            DoorEvent::Echo(echo) => self.echo = Some(Box::new(echo.clone())),
            DoorEvent::Answering { text: None, .. }
            | DoorEvent::SpeechBegan { .. }
            | DoorEvent::NoWords { .. }
            | DoorEvent::Setting { .. }
            | DoorEvent::Unknown => {}
        }
    }

    /// The same without what people and Parley said.
    pub fn without_words(mut self) -> Self {
        for turn in self.seats.iter_mut().filter_map(|seat| seat.turn.as_mut()) {
            (turn.question, turn.answer) = (None, None);
        }
        self
    }

    fn change(&mut self, name: &str, change: impl FnOnce(&mut SeatState)) {
        if let Some(seat) = self.seats.iter_mut().find(|seat| seat.seat == name) {
            change(seat);
        }
    }
}

impl TurnState {
    fn go_on(&mut self, text: &str) {
        let answer = self.answer.get_or_insert_default();
        if answer.len() + text.len() < LONGEST_ANSWER {
            if !answer.is_empty() {
                answer.push(' ');
            }
            answer.push_str(text);
        }
    }
}

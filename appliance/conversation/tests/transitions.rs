//! What every event does in every state, as one table: the next phase, and the actions. Notices are in brackets.

mod common;

use std::fmt::Write;
use std::time::Duration;

use common::{Room, Works, kind_of, ms};
use parley_conversation::{
    Announcement, AnnouncementId, Effect, EffectId, EffectResult, Event, GenerationEnd, Phase, Request, Route, Router,
    Sounding, Stage, Transcript, TurnId, Urgency, Waking,
};

/// A state: its name, its phase, and the shortest way that leads there.
type State = (&'static str, Phase, fn(&mut Room) -> &mut Room);

const STATES: &[State] = &[
    ("quiet", Phase::Quiet, |room| room),
    ("listening", Phase::Listening, |room| room.says("Hello there", 400)),
    ("deciding, words unknown", Phase::Deciding, |room| deaf(room).says("Hello there", 400).silence(200)),
    ("deciding, draft in the making", Phase::Deciding, |room| room.says("Hello there", 400).silence(300)),
    ("thinking", Phase::Thinking, released),
    ("thinking, something is being done", Phase::Thinking, doing),
    ("interrupted while something is being done", Phase::Interrupted, |room| doing(room).says("and the", 400)),
    ("speaking, text still comes", Phase::Speaking, |room| speak(released(room), false)),
    ("speaking, all is said", Phase::Speaking, |room| speak(released(room), true)),
    ("interrupted, somebody speaks", Phase::Interrupted, |room| speak(released(room), true).says("Wait", 400)),
    ("interrupted, words unknown", Phase::Interrupted, |room| {
        deaf(speak(released(room), true)).says("Wait", 400).silence(200)
    }),
    ("interrupted before anything was heard", Phase::Interrupted, |room| {
        deaf(released(room)).says("my friend", 400).silence(200)
    }),
    ("speaking, an announcement before the answer", Phase::Speaking, |room| {
        speak(released(room), true).tell(announce(Urgency::High));
        room.tell(Event::Heard { turn: latest(room), heard: ms(200) });
        room
    }),
    ("speaking, noise is ignored", Phase::Speaking, |room| speak(released(room), true).noise(2_400)),
];

/// No words are known from here on.
fn deaf(room: &mut Room) -> &mut Room {
    room.speech_to_text = Works::Never;
    room
}

/// A question was asked, and its answer is released.
fn released(room: &mut Room) -> &mut Room {
    room.says("Hello there", 400).until("release");
    room
}

fn announce(urgency: Urgency) -> Event {
    let (id, sounding) = (AnnouncementId(1), Sounding::Text("The tea is ready.".into()));
    Event::Announce { announcement: Announcement { id, sounding, urgency, until: None, until_acknowledged: false } }
}

/// A question was asked that is a command; it is being done.
fn doing(room: &mut Room) -> &mut Room {
    room.effects = None;
    room.says("Light on", 400).until("perform");
    room
}

/// The effect that was begun last.
fn begun(room: &Room) -> Option<EffectId> {
    let exchange = room.conversation.history().exchanges().next_back();
    exchange.and_then(|exchange| Some(exchange.effects.last()?.id))
}

/// "Light on" is a command.
struct Commands;

impl Router for Commands {
    fn route(&self, request: &Request<'_>) -> Route {
        if request.transcript.text.starts_with("Light on") {
            Route::Do(Effect { name: "light".into(), arguments: "{}".into() })
        } else {
            Route::Model
        }
    }
}

/// The answer's first clause is heard.
fn speak(room: &mut Room, all: bool) -> &mut Room {
    let turn = latest(room);
    let text = "Hello to you. ".into();
    room.tell(Event::Text { turn, text });
    if all {
        room.tell(Event::GenerationEnded { turn, end: GenerationEnd::Complete });
    }
    room.tell(Event::Heard { turn, heard: ms(200) });
    room
}

/// The turn that was asked for something last.
fn latest(room: &Room) -> TurnId {
    let turns = room.done.iter().filter_map(|(_, action)| common::turn_of(action));
    turns.max().unwrap_or(TurnId(1))
}

/// The turn that an event of this kind would be for: the answer's, or the draft's.
fn answer(room: &Room) -> TurnId {
    let exchange = room.conversation.history().exchanges().next_back();
    exchange.map_or_else(|| latest(room), |exchange| exchange.turn)
}

type MakeEvents = fn(&Room) -> Vec<Event>;

fn frames(room: &Room, count: u32, speech: bool) -> Vec<Event> {
    let frame = |number| Event::Frame { end: room.position.forward(ms(20) * number), speech, dbfs: -25.0 };
    (1..=count).map(frame).collect()
}

fn transcript(room: &Room, text: &str) -> Event {
    let transcript = Transcript {
        text: text.into(),
        language: "en".into(),
        language_probability: 0.9,
        confidence: 0.9,
        incomplete: false,
    };
    Event::Transcribed { turn: latest(room), transcript }
}

const EVENTS: &[(&str, MakeEvents)] = &[
    ("speech, 60 ms", |room| frames(room, 3, true)),
    ("silence, 100 ms", |room| frames(room, 5, false)),
    ("silence, 2 s", |room| frames(room, 100, false)),
    ("transcribed: words", |room| vec![transcript(room, "What time is it?")]),
    ("transcribed: \"mhm\"", |room| vec![transcript(room, "Mhm.")]),
    ("transcribed: nothing", |room| vec![transcript(room, "")]),
    ("end of turn judged: finished", |room| vec![Event::EndOfTurnJudged { turn: latest(room), probability: 0.9 }]),
    ("sentence judged: whole", |room| vec![Event::SentenceJudged { turn: latest(room), probability: 0.9 }]),
    ("text: a clause", |room| vec![Event::Text { turn: answer(room), text: "That is the answer. ".into() }]),
    ("answer judged: unsure", |room| vec![Event::AnswerJudged { turn: answer(room), probability: 0.05 }]),
    ("generation ended", |room| vec![Event::GenerationEnded { turn: answer(room), end: GenerationEnd::Complete }]),
    ("an effect is called", |room| {
        let effect = Effect { name: "light".into(), arguments: "{}".into() };
        vec![Event::EffectCalled { turn: answer(room), effect }]
    }),
    ("performed", |room| {
        let (turn, result) = (answer(room), EffectResult::Say("The light is on.".into()));
        begun(room).map(|id| Event::Performed { turn, id, result }).into_iter().collect()
    }),
    ("clause synthesized", |room| {
        vec![Event::ClauseSynthesized { turn: answer(room), clause: 0, length: Duration::from_secs(1) }]
    }),
    ("heard", |room| vec![Event::Heard { turn: answer(room), heard: ms(300) }]),
    ("ran dry", |room| vec![Event::RanDry { turn: answer(room) }]),
    ("playback ended", |room| vec![Event::PlaybackEnded { turn: answer(room) }]),
    ("failed: speech to text", |room| vec![Event::Failed { turn: latest(room), stage: Stage::SpeechToText }]),
    ("failed: end of turn", |room| vec![Event::Failed { turn: latest(room), stage: Stage::EndOfTurn }]),
    ("failed: language model", |room| vec![Event::Failed { turn: answer(room), stage: Stage::LanguageModel }]),
    ("failed: text to speech", |room| vec![Event::Failed { turn: answer(room), stage: Stage::TextToSpeech }]),
    ("degraded: language model", |_| vec![Event::Degraded { stage: Stage::LanguageModel, degraded: true }]),
    ("key", |_| vec![Event::Interrupt]),
    ("announce: when it is quiet", |_| vec![announce(Urgency::Low)]),
    ("announce: now", |_| vec![announce(Urgency::High)]),
    ("woken by its name", |room| vec![Event::Woken { by: Waking::Word(room.position) }]),
    ("forget", |_| vec![Event::Forget { last: None }]),
    ("typed", |_| vec![Event::Typed { text: "Hello?".into() }]),
    ("due, no microphone for 2 s", |_| vec![Event::Due]),
];

/// The room in a state, with engines that leave the rest to the event.
fn reach(&(name, phase, way): &State) -> Room {
    let mut room = Room::routed(|_| {}, Box::new(Commands), true);
    room.finished = 0.3;
    room.language_model = Works::Never;
    room.text_to_speech = Works::Never;
    room.silence(1_000);
    way(&mut room);
    assert_eq!(room.phase(), phase, "{name}");
    room
}

/// The phase and the actions after these events.
fn row(mut room: Room, events: Vec<Event>) -> String {
    let (before, done) = (room.phase(), room.done.len());
    room.now += if events == [Event::Due] { ms(2_000) } else { ms(20) };
    for event in events {
        room.tell(event);
    }
    let actions: Vec<String> = room.done.iter().skip(done).map(|(_, action)| kind_of(action)).collect();
    match (room.phase() == before, actions.is_empty()) {
        (true, true) => "-".into(),
        (true, false) => format!("{:<12} {}", "", actions.join(", ")),
        (false, _) => format!("{:<12} {}", format!("{:?}", room.phase()), actions.join(", ")),
    }
}

#[test]
fn every_event_in_every_state() {
    let mut table = String::new();
    for state in STATES {
        writeln!(table, "\n{} ({:?})", state.0, state.1).expect("a string takes everything");
        for (name, events) in EVENTS {
            let room = reach(state);
            let events = events(&room);
            let row = row(room, events);
            writeln!(table, "  {name:<28} {}", row.trim_end()).expect("a string takes everything");
        }
    }
    insta::assert_snapshot!(table);
}

//! What every event does in every state, as one table: the next phase, and the actions. Notices are in brackets.

mod common;

use std::fmt::Write;
use std::time::Duration;

use common::{Room, Works, kind_of, ms};
use parley_conversation::{Event, Phase, Stage, Transcript, TurnId};

/// A state, by the shortest way that leads there.
struct State {
    name: &'static str,
    phase: Phase,
    reach: fn(&mut Room),
}

const STATES: &[State] = &[
    State { name: "quiet", phase: Phase::Quiet, reach: |_| {} },
    State {
        name: "listening",
        phase: Phase::Listening,
        reach: |room| {
            room.says("Hello there", 400);
        },
    },
    State {
        name: "deciding, words unknown",
        phase: Phase::Deciding,
        reach: |room| {
            room.speech_to_text = Works::Never;
            room.says("Hello there", 400).silence(200);
        },
    },
    State {
        name: "deciding, draft in the making",
        phase: Phase::Deciding,
        reach: |room| {
            room.says("Hello there", 400).silence(300);
        },
    },
    State {
        name: "thinking",
        phase: Phase::Thinking,
        reach: |room| {
            room.says("Hello there", 400).until("release");
        },
    },
    State {
        name: "speaking, text still comes",
        phase: Phase::Speaking,
        reach: |room| {
            room.says("Hello there", 400).until("release");
            speak(room, false);
        },
    },
    State {
        name: "speaking, all is said",
        phase: Phase::Speaking,
        reach: |room| {
            room.says("Hello there", 400).until("release");
            speak(room, true);
        },
    },
    State {
        name: "interrupted, somebody speaks",
        phase: Phase::Interrupted,
        reach: |room| {
            room.says("Hello there", 400).until("release");
            speak(room, true);
            room.says("Wait", 400);
        },
    },
    State {
        name: "interrupted, words unknown",
        phase: Phase::Interrupted,
        reach: |room| {
            room.says("Hello there", 400).until("release");
            speak(room, true);
            room.speech_to_text = Works::Never;
            room.says("Wait", 400).silence(200);
        },
    },
    State {
        name: "interrupted before anything was heard",
        phase: Phase::Interrupted,
        reach: |room| {
            room.says("Hello there", 400).until("release");
            room.speech_to_text = Works::Never;
            room.says("my friend", 400).silence(200);
        },
    },
    State {
        name: "speaking, noise is ignored",
        phase: Phase::Speaking,
        reach: |room| {
            room.says("Hello there", 400).until("release");
            speak(room, true);
            room.noise(2_400);
        },
    },
];

/// The answer's first clause is heard.
fn speak(room: &mut Room, all: bool) {
    let turn = latest(room);
    let text = "Hello to you. ".into();
    room.tell(Event::Text { turn, text });
    if all {
        room.tell(Event::GenerationEnded { turn });
    }
    room.tell(Event::Heard { turn, heard: ms(200) });
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
    let frame = |number| Event::Frame { end: room.position.forward(ms(20) * number), speech };
    (1..=count).map(frame).collect()
}

fn transcript(room: &Room, text: &str) -> Vec<Event> {
    let transcript =
        Transcript { text: text.into(), language: "en".into(), language_probability: 0.9, confidence: 0.9 };
    let turn = latest(room);
    vec![Event::Transcribed { turn, transcript }]
}

fn failed(turn: TurnId, stage: Stage) -> Vec<Event> {
    vec![Event::Failed { turn, stage }]
}

const EVENTS: &[(&str, MakeEvents)] = &[
    ("speech, 60 ms", |room| frames(room, 3, true)),
    ("silence, 100 ms", |room| frames(room, 5, false)),
    ("silence, 2 s", |room| frames(room, 100, false)),
    ("transcribed: words", |room| transcript(room, "What time is it?")),
    ("transcribed: \"mhm\"", |room| transcript(room, "Mhm.")),
    ("transcribed: nothing", |room| transcript(room, "")),
    ("end of turn judged: finished", |room| {
        let turn = latest(room);
        vec![Event::EndOfTurnJudged { turn, probability: 0.9 }]
    }),
    ("sentence judged: whole", |room| {
        let turn = latest(room);
        vec![Event::SentenceJudged { turn, probability: 0.9 }]
    }),
    ("text: a clause", |room| {
        let (turn, text) = (answer(room), "That is the answer. ".into());
        vec![Event::Text { turn, text }]
    }),
    ("generation ended", |room| vec![Event::GenerationEnded { turn: answer(room) }]),
    ("clause synthesized", |room| {
        let (turn, clause, length) = (answer(room), 0, Duration::from_secs(1));
        vec![Event::ClauseSynthesized { turn, clause, length }]
    }),
    ("heard", |room| {
        let turn = answer(room);
        vec![Event::Heard { turn, heard: ms(300) }]
    }),
    ("playback ended", |room| vec![Event::PlaybackEnded { turn: answer(room) }]),
    ("failed: speech to text", |room| failed(latest(room), Stage::SpeechToText)),
    ("failed: end of turn", |room| failed(latest(room), Stage::EndOfTurn)),
    ("failed: language model", |room| failed(answer(room), Stage::LanguageModel)),
    ("failed: text to speech", |room| failed(answer(room), Stage::TextToSpeech)),
    ("degraded: language model", |_| {
        let (stage, degraded) = (Stage::LanguageModel, true);
        vec![Event::Degraded { stage, degraded }]
    }),
    ("key", |_| vec![Event::Interrupt]),
    ("typed", |_| vec![Event::Typed { text: "Hello?".into() }]),
    ("due, no microphone for 2 s", |_| vec![Event::Due]),
];

/// The room in a state, with engines that leave the rest to the event.
fn reach(state: &State) -> Room {
    let mut room = Room::new();
    room.finished = 0.3;
    room.language_model = Works::Never;
    room.text_to_speech = Works::Never;
    room.silence(1_000);
    (state.reach)(&mut room);
    assert_eq!(room.phase(), state.phase, "{}", state.name);
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
        writeln!(table, "\n{} ({:?})", state.name, state.phase).expect("a string takes everything");
        for (name, events) in EVENTS {
            let room = reach(state);
            let events = events(&room);
            let row = row(room, events);
            writeln!(table, "  {name:<28} {}", row.trim_end()).expect("a string takes everything");
        }
    }
    insta::assert_snapshot!(table);
}

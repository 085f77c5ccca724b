//! Tools, over real sockets, of a conversation whose engines are scripted.

use parley_conversation::{Conversation, SeatId, Settings};
use parley_door::ToolCall;
use parley_engines::scripted::Scripted;
use parley_engines::{LanguageModel, SpeechToText, TextToSpeech};
use parley_settings::{Config, Places};
use serde_json::json;

use super::*;
use crate::conductor::{Conductor, Engines, Generating};
use crate::listening::Mute;
use crate::tools::{LONGEST_ANY, LONGEST_CALL, MOST_SENTENCES, MOST_TOOLS, MOST_TOOLS_OF_A_CLIENT, Tools};

const SORRY: &str = "Sorry, that did not work.";
const MODEL: &str = "I do not know.";

/// A conversation in writing, with doors; its language model knows no more than it is told.
pub(super) struct Home {
    pub(super) folder: TempDir,
    pub(super) model: Scripted<LanguageModel>,
    _doors: OpenDoors,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Home {
    pub(super) fn open() -> Self {
        Self::with(Tools::default())
    }

    fn with(tools: Tools) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let model = Scripted::<LanguageModel>::new(|task| {
            let told = task.messages.last().map(|message| message.text.as_str()).unwrap_or_default();
            if told.contains("a four") { "So it is a four." } else { MODEL }
        });
        let engines = Engines {
            speech_to_text: Arc::new(Scripted::<SpeechToText>::hearing("")),
            language_model: Arc::new(model.clone()),
            text_to_speech: Arc::new(Scripted::<TextToSpeech>::tone()),
            end_of_turn: None,
            seat: SeatId::default(),
        };
        let settings = Settings { spoken: false, ..Settings::default() };
        let conversation = Conversation::new(settings, Box::new(tools.router()), false);
        let (conductor, handle) = Conductor::new(conversation, engines, Generating::default(), None);
        let conductor = conductor.with_performer(Arc::new(tools.performer(OWN_SEAT)));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        runtime.spawn(conductor.run(mpsc::channel(1).1));
        let host = SessionHost::of(handle, Mute::default(), None, &Config::default(), folder.path());
        let places = Places::below(folder.path()).with_door(Some(folder.path().join("state")));
        let host = host.with_tools(tools).with_places(places, None).with_keys(folder.path());
        let _doors = OpenDoors::open(folder.path(), host, PATIENCE).expect("they can be opened");
        Self { folder, model, _doors, runtime: Some(runtime) }
    }

    pub(super) fn guest(&self, door: Door, hello: &str) -> Visitor {
        let stream = UnixStream::connect(door.socket(self.folder.path())).expect("the door is open");
        stream.set_read_timeout(Some(FAR_TOO_LONG)).expect("it can be set");
        let mut visitor = Visitor { lines: BufReader::new(stream.try_clone().expect("a second one")), stream };
        visitor.say(hello);
        assert!(matches!([visitor.hear(), visitor.hear()], [Some(FromDaemon::Hello(_)), Some(_)]));
        visitor
    }

    fn program(&self) -> Program {
        Program(self.guest(Door::Control, HELLO))
    }

    /// A program that offers to roll dice.
    fn dice(&self) -> Program {
        let mut dice = self.program();
        dice.offer("dice", &["Roll a die."]).expect("nobody else offers anything");
        dice
    }

    /// Somebody asks; [`answered`] tells what it comes to.
    pub(super) fn asks(&self, text: &str) -> Visitor {
        let mut person = self.guest(Door::Control, HELLO_WORDS);
        person.say(&json!({"type": "request", "id": 1, "request": "ask", "text": text}).to_string());
        person
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        self.runtime.take().expect("it goes on").shutdown_background();
    }
}

/// A client that offers tools.
struct Program(Visitor);

impl Program {
    fn requests(&mut self, request: serde_json::Value) -> Result<(), ErrorCode> {
        self.0.say(&request.to_string());
        match self.0.answer() {
            (Some(7), Ok(DoorReply::Done)) => Ok(()),
            (Some(7), Err(error)) if !error.message.is_empty() => Err(error.code),
            other => panic!("{other:?}"),
        }
    }

    fn offer(&mut self, name: &str, sentences: &[&str]) -> Result<(), ErrorCode> {
        self.requests(json!({
            "type": "request", "id": 7, "request": "offer-tool", "name": name, "description": "for a test", "sentences": sentences,
        }))
    }

    fn result(&mut self, call: u64, text: &str, think: bool) -> Result<(), ErrorCode> {
        self.requests(
            json!({"type": "request", "id": 7, "request": "tool-result", "call": call, "text": text, "think": think}),
        )
    }

    fn called(&mut self) -> ToolCall {
        loop {
            match self.0.hear() {
                Some(FromDaemon::ToolCalled(call)) => return call,
                Some(FromDaemon::Event(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

pub(super) fn answered(mut person: Visitor) -> String {
    match person.answer().1 {
        Ok(DoorReply::Answered { answer: Some(answer), .. }) => answer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_sentence_is_done_by_the_tool_that_offers_it_and_what_that_tells_is_said() {
    let home = Home::open();
    let mut dice = home.dice();
    let person = home.asks("roll a DIE!");
    let call = dice.called();
    assert_eq!((call.name.as_str(), call.seat.as_str()), ("dice", OWN_SEAT));
    assert_eq!(call.arguments, r#"{"sentence":"Roll a die."}"#);
    dice.result(call.call, "It is a four.", false).expect("it is waited for");
    assert_eq!(answered(person), "It is a four.");
    assert_eq!(answered(home.asks("Roll two dice.")), MODEL, "nobody offers that");
}

#[test]
fn a_result_to_think_on_is_given_to_the_language_model() {
    let home = Home::open();
    let mut dice = home.dice();
    let person = home.asks("Roll a die");
    let call = dice.called().call;
    dice.result(call, "a four", true).expect("it is waited for");
    assert_eq!(answered(person), "So it is a four.");
}

#[test]
fn a_call_is_told_to_nobody_else_and_the_read_door_sees_no_words() {
    let home = Home::open();
    let mut dice = home.dice();
    let mut others = [(Door::Control, HELLO_WORDS), (Door::Control, HELLO), (Door::Read, HELLO_WORDS)]
        .map(|(door, hello)| home.guest(door, hello));
    let person = home.asks("Roll a die");
    let call = dice.called().call;
    dice.result(call, "a four of spades", false).expect("it is waited for");
    answered(person);
    for (place, other) in others.iter_mut().enumerate() {
        let mut told = Vec::new();
        while !matches!(told.last(), Some(FromDaemon::Event(NumberedEvent { event: DoorEvent::TurnEnded { .. }, .. })))
        {
            told.push(other.hear().expect("it goes on"));
        }
        assert!(!told.iter().any(|told| matches!(told, FromDaemon::ToolCalled(_))), "{told:?}");
        let told = format!("{told:?}");
        assert_eq!((told.contains("spades"), told.contains("Roll")), (place == 0, place == 0), "{told}");
    }
}

#[test]
fn a_tool_that_never_answers_fails_in_time_and_is_told_so() {
    let home = Home::with(Tools::with_longest_call(Duration::from_millis(300)));
    let mut dice = home.dice();
    let person = home.asks("Roll a die");
    let call = dice.called().call;
    assert_eq!(answered(person), SORRY);
    assert_eq!(dice.result(call, "a four", false), Err(ErrorCode::TooLate));
    let person = home.asks("Roll a die");
    let call = dice.called().call;
    dice.result(call, "", false).expect("the next one is in time");
    assert_eq!(answered(person), "", "what has nothing to say is done all the same");
}

#[test]
fn a_second_answer_and_one_to_another_clients_call_are_errors_and_nothing_is_lost() {
    let home = Home::open();
    let (mut dice, mut other) = (home.dice(), home.program());
    let person = home.asks("Roll a die");
    let call = dice.called().call;
    assert_eq!(other.result(call, "a six", false), Err(ErrorCode::BadRequest));
    assert_eq!(dice.result(call + 1, "a six", false), Err(ErrorCode::BadRequest));
    assert_eq!(dice.result(call, &"x".repeat(4_001), false), Err(ErrorCode::BadRequest));
    dice.result(call, "a four", false).expect("it still waits");
    assert_eq!(dice.result(call, "a five", false), Err(ErrorCode::BadRequest));
    assert_eq!(answered(person), "a four");
    assert_eq!(dice.result(call, "a five", true), Err(ErrorCode::BadRequest));
    assert_eq!(answered(home.asks("And now?")), MODEL);
}

#[test]
fn a_client_that_goes_or_sends_a_megabyte_fails_at_once_and_takes_its_tools_along() {
    for sends in [false, true] {
        let home = Home::open();
        let mut dice = home.dice();
        let person = home.asks("Roll a die");
        let call = dice.called().call;
        let begun = Instant::now();
        if sends {
            let text = "x".repeat(1 << 20);
            // It is sent away in the midst of it.
            let _ = dice.0.stream.write_all(
                format!(
                    "{}\n",
                    json!({"type": "request", "id": 7, "request": "tool-result", "call": call, "text": text})
                )
                .as_bytes(),
            );
        } else {
            drop(dice);
        }
        assert_eq!(answered(person), SORRY);
        assert!(begun.elapsed() < LONGEST_CALL / 2, "{:?}", begun.elapsed());
        assert_eq!(answered(home.asks("Roll a die")), MODEL, "nobody offers it any more");
        home.dice();
    }
}

/// It may have done what it was asked for, and died before it said so.
#[test]
fn a_client_that_comes_back_is_not_asked_once_more_for_what_it_was_asked_before() {
    let home = Home::open();
    let mut dice = home.dice();
    let person = home.asks("Roll a die");
    let first = dice.called().call;
    drop(dice);
    assert_eq!(answered(person), SORRY);
    let mut dice = home.dice();
    assert_eq!(dice.result(first, "a four", false), Err(ErrorCode::BadRequest), "nobody waits for it");
    let person = home.asks("Roll a die");
    let second = dice.called().call;
    assert!(second > first, "what comes is asked for anew");
    dice.result(second, "a five", false).expect("it is waited for");
    assert_eq!(answered(person), "a five");
}

#[test]
fn what_a_client_was_asked_for_when_it_died_nobody_else_is_asked_for() {
    let home = Home::open();
    let mut dice = home.dice();
    let person = home.asks("Roll a die");
    dice.called();
    let begun = Instant::now();
    let mut next = home.program();
    drop(dice);
    while next.offer("dice", &["Roll a die."]).is_err() {
        assert!(begun.elapsed() < FAR_TOO_LONG, "nothing is left free");
    }
    assert_eq!(answered(person), SORRY);
    next.offer("cards", &["Draw a card"]).expect("and it is told of no call");
}

#[test]
fn whoever_comes_first_has_a_name_and_a_sentence() {
    let home = Home::open();
    let (mut dice, mut other) = (home.dice(), home.program());
    assert_eq!(dice.offer("dice", &["Roll another"]), Err(ErrorCode::Taken), "its own");
    assert_eq!(other.offer("dice", &["Roll another"]), Err(ErrorCode::Taken));
    assert_eq!(other.offer("cards", &["Draw a card", "roll a die!"]), Err(ErrorCode::Taken));
    assert_eq!(answered(home.asks("Draw a card")), MODEL, "nothing of it was taken");
    assert_eq!(other.offer("Cards", &["Draw a card"]), Err(ErrorCode::BadRequest));
    let many: Vec<String> = (0..=MOST_SENTENCES).map(|number| format!("Draw {number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(other.offer("cards", &many), Err(ErrorCode::BadRequest));
    other.offer("cards", &many[1..]).expect("that is as many as may be");
    let mut reader = home.guest(Door::Read, HELLO);
    let refused = r#"{"type":"request","id":7,"request":"offer-tool","name":"x","description":"x","sentences":["x"]}"#;
    assert_eq!(reader.refused(refused), (Some(7), ErrorCode::NotAllowed));
}

#[test]
fn tools_are_few_and_a_place_that_is_left_is_given_again() {
    let home = Home::open();
    let offer =
        |program: &mut Program, number: usize| program.offer(&format!("tool-{number}"), &[&format!("Do {number}")]);
    let mut programs: Vec<Program> = (0..MOST_TOOLS / MOST_TOOLS_OF_A_CLIENT).map(|_| home.program()).collect();
    for (client, program) in programs.iter_mut().enumerate() {
        for tool in 0..MOST_TOOLS_OF_A_CLIENT {
            offer(program, 10 * client + tool).expect("there is room");
        }
        assert_eq!(offer(program, 100), Err(ErrorCode::Busy), "a client too many");
    }
    let mut late = home.program();
    assert_eq!(offer(&mut late, 100), Err(ErrorCode::Busy), "one too many");
    programs.pop();
    let begun = Instant::now();
    while offer(&mut late, 100).is_err() {
        assert!(begun.elapsed() < FAR_TOO_LONG, "nothing is left free");
    }
    let person = home.asks("Do 100");
    let call = late.called().call;
    late.result(call, "done", false).expect("it is waited for");
    assert_eq!(answered(person), "done");
}

#[test]
fn a_program_that_is_asked_for_any_text_answers_in_the_models_place_or_leaves_it_to_the_model() {
    let home = Home::open();
    let offer = |program: &mut Program, name: &str| {
        program.requests(json!({
            "type": "request", "id": 7, "request": "offer-tool", "name": name, "description": "a mind", "any": true,
        }))
    };
    let mut mind = Program(home.guest(Door::Control, HELLO_WORDS));
    offer(&mut mind, "mind").expect("nobody else offers anything");
    assert_eq!(offer(&mut home.program(), "spy"), Err(ErrorCode::NotAllowed), "it did not say that it wants words");
    assert_eq!(offer(&mut Program(home.guest(Door::Control, HELLO_WORDS)), "other"), Err(ErrorCode::Taken));
    let mut dice = home.dice();
    let person = home.asks("Why?");
    let call = mind.called();
    assert_eq!((call.name.as_str(), call.arguments.as_str()), ("mind", r#"{"language":"en","text":"Why?"}"#));
    mind.result(call.call, "Because.", false).expect("it is waited for");
    assert_eq!(answered(person), "Because.");
    // A sentence is for whoever offers it.
    let person = home.asks("Roll a die");
    let call = dice.called().call;
    dice.result(call, "It is a four.", false).expect("it is waited for");
    assert_eq!(answered(person), "It is a four.");
    // It has nothing to say: the model is given the question, and nothing else.
    let person = home.asks("What?");
    let call = mind.called();
    assert_eq!(call.name, "mind");
    mind.result(call.call, "", true).expect("it is waited for");
    assert_eq!(answered(person), MODEL);
    let asked = home.model.tasks().into_iter().rev().find(|task| task.max_tokens > 0).expect("it was asked").messages;
    assert_eq!(asked.last().map(|message| message.text.as_str()), Some("What?"));
    let begun = Instant::now();
    assert_eq!(answered(home.asks("Where?")), MODEL);
    assert!(begun.elapsed() >= LONGEST_ANY && begun.elapsed() < 3 * LONGEST_ANY, "{:?}", begun.elapsed());
    let late = mind.called().call;
    assert_eq!(mind.result(late, "late", false), Err(ErrorCode::TooLate));
    let person = home.asks("Who?");
    mind.called();
    let begun = Instant::now();
    drop(mind);
    assert_eq!(answered(person), MODEL);
    assert!(begun.elapsed() < LONGEST_ANY, "{:?}", begun.elapsed());
}

/// Each learns of its own turn, whichever is answered.
#[test]
fn of_many_who_ask_the_same_each_is_told_of_its_own_turn() {
    let home = Home::open();
    let persons: Vec<Visitor> = (0..8).map(|_| home.asks("the same?")).collect();
    let turns = persons.into_iter().map(|mut person| match person.answer().1 {
        Ok(DoorReply::Answered { turn, .. }) => turn,
        other => panic!("{other:?}"),
    });
    let turns: std::collections::BTreeSet<u64> = turns.collect();
    assert_eq!(turns.len(), 8, "{turns:?}");
}

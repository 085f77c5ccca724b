//! Clients at a real socket, in real time, in front of scripted engines.

mod bad_clients;
mod requests;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use parley_audio::playback::{PlaybackThread, Recording, RecordingSink};
use parley_conversation::{Conversation, ModelOnly, Settings};
use parley_door::{Door, DoorEvent, DoorOutcome, DoorReply, DoorRequest, ErrorCode, SoundFromDaemon, SoundHello};
use parley_door_client::{DoorClient, DoorClientError, DoorNews, PlayQueue, SeatClient};
use parley_engines::scripted::{Scripted, last_words};
use parley_engines::{LanguageModel, SpeechToText, TextToSpeech};
use parley_settings::Config;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::super::{OpenDoors, Patience, SessionHost};
use super::*;
use crate::conductor::{Conductor, Engines, Generating, Loudspeaker};
use crate::listening::{AudioFrame, Mute, vowel};
use crate::seats::{Seat, Seats};
use crate::tools::Tools;
use crate::workers::EngineHealth;

const PATIENCE: SoundPatience = SoundPatience {
    hello: Duration::from_millis(400),
    silent: Duration::from_millis(1_500),
    unplayed: Duration::from_millis(1_500),
};
/// Far longer than anything here may take.
const FAR_TOO_LONG: Duration = Duration::from_secs(30);
const FRAME: Duration = Duration::from_millis(20);
const QUESTION: &str = "what is a sonnet?";
const ANSWER: &str = "Half past four in the afternoon.";
/// Of all that is said.
const LEVEL: i16 = 8_000;
const CHARACTER: Duration = parley_engines::scripted::SPEECH_PER_CHARACTER;

/// A Parley with its own seat, and with doors.
struct House {
    folder: TempDir,
    hearing: Scripted<SpeechToText>,
    thinking: Scripted<LanguageModel>,
    own_heard: Recording,
    _own_said: mpsc::Sender<AudioFrame>,
    doors: Mutex<Option<OpenDoors>>,
    _playback: PlaybackThread,
    _seat: Seat,
    _runtime: Runtime,
}

impl House {
    fn open(answer: &'static str) -> Self {
        Self::hearing(answer, |_| QUESTION)
    }

    /// `understood`: what is heard at the how manieth time.
    fn hearing(answer: &'static str, understood: fn(u32) -> &'static str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("it can be made");
        let times = AtomicU32::new(0);
        let hearing = Scripted::<SpeechToText>::new(move |_| understood(times.fetch_add(1, Ordering::Relaxed)));
        let thinking = Scripted::<LanguageModel>::new(move |task| match last_words(task) {
            QUESTION => answer.to_owned(),
            other => format!("You have written {other}."),
        });
        let speaking = Scripted::<TextToSpeech>::new(|task| {
            let samples = CHARACTER.as_secs_f64() * f64::from(parley_engines::scripted::RATE_HZ);
            vec![LEVEL; (samples * task.text.chars().count() as f64) as usize]
        });
        let engines = Engines {
            seat: parley_conversation::SeatId::default(),
            speech_to_text: Arc::new(hearing.clone()),
            language_model: Arc::new(thinking.clone()),
            text_to_speech: Arc::new(speaking),
            end_of_turn: None,
        };
        let seats = Seats::new(engines);
        let seat = seats.take().expect("the first is free");
        let (sink, own_heard) = RecordingSink::new(48_000);
        let (mixer, playback) = PlaybackThread::start(sink).expect("it starts");
        let conversation = Conversation::new(Settings::default(), Box::new(ModelOnly), false);
        let loudspeaker = Loudspeaker::open(mixer).expect("feeds are free");
        let (conductor, own) = Conductor::new(conversation, seat.engines(), Generating::default(), Some(loudspeaker));
        let (own_said, frames) = mpsc::channel(64);
        runtime.spawn(conductor.run(frames));
        let inside = runtime.enter();
        let clients = ClientSeats::of(seats, Settings::default(), Generating::default(), EngineHealth::default());
        drop(inside);
        let tools = Tools::default();
        let clients = clients.with_tools(tools.clone());
        let host = SessionHost::of(own, Mute::default(), None, &Config::default(), folder.path());
        let host = host.with_seats(clients.taken()).with_tools(tools);
        let mut doors = OpenDoors::open(folder.path(), host, Patience::default()).expect("they can be opened");
        doors.open_for_sound(clients, PATIENCE).expect("it can be opened");
        let doors = Mutex::new(Some(doors));
        Self {
            folder,
            hearing,
            thinking,
            own_heard,
            _own_said: own_said,
            doors,
            _playback: playback,
            _seat: seat,
            _runtime: runtime,
        }
    }

    fn satellite(&self) -> Satellite {
        Satellite::at(self, SoundHello::new("a test")).expect("a seat is free")
    }

    fn control(&self) -> DoorClient {
        DoorClient::connect_below(self.folder.path(), Door::Control, "a test", true).expect("the door is open")
    }

    /// The device's own seat answers as ever, and all of it is heard. (This machine may be too busy for no gaps.)
    fn own_is_served(&self) {
        let (begun, before) = (Instant::now(), self.own_heard.samples().len());
        let ask = DoorRequest::Ask { text: "well".into(), seat: None };
        let reply = self.control().call(ask, FAR_TOO_LONG).expect("it is answered");
        let DoorReply::Answered { answer, outcome, .. } = reply else { panic!("{reply:?}") };
        let answer = answer.expect("words were wanted");
        assert_eq!((answer.as_str(), outcome), ("You have written well.", DoorOutcome::Completed));
        let slack = Duration::from_secs(3);
        assert!(begun.elapsed() < spoken(&answer) + slack, "{:?}", begun.elapsed());
        let heard = self.own_heard.samples().split_off(before).iter().filter(|sample| **sample > LEVEL / 2).count();
        let difference = length(heard, 48_000).abs_diff(spoken(&answer));
        assert!(difference < Duration::from_millis(10), "{difference:?}");
    }
}

impl Drop for House {
    fn drop(&mut self) {
        // Before the runtime in which the conversations are.
        self.doors.lock().expect("no panic").take();
    }
}

/// How long a text takes to say.
fn spoken(text: &str) -> Duration {
    CHARACTER * u32::try_from(text.chars().count()).expect("a short text")
}

fn length(samples: usize, rate_hz: u32) -> Duration {
    Duration::from_secs_f64(samples as f64 / f64::from(rate_hz))
}

/// The text was heard from its beginning to its end, without a gap, and nothing else.
fn assert_one_sound(heard: &[i16], text: &str) {
    let loud = |sample: &i16| *sample > LEVEL / 2;
    let first = heard.iter().position(loud).expect("something was heard");
    let last = heard.iter().rposition(loud).expect("something was heard");
    let sound = &heard[first..=last];
    let gaps = sound.iter().filter(|sample| !loud(sample)).count();
    assert_eq!(gaps, 0, "of {} samples", sound.len());
    let difference = length(sound.len(), RATE_HZ).abs_diff(spoken(text));
    assert!(difference < Duration::from_millis(10), "{difference:?}");
}

/// What a microphone gives while somebody speaks.
fn speech(milliseconds: usize) -> Vec<i16> {
    (0..milliseconds / 20).flat_map(|frame| vowel(frame, 2_000.0)).collect()
}

/// How alike two sounds are, whatever their loudness: 1 for the same.
fn likeness(a: &[i16], b: &[i16]) -> f64 {
    let product = |a: &[i16], b: &[i16]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    product(a, b) / (product(a, a) * product(b, b)).sqrt().max(1.0)
}

/// An honest client: a microphone and a loudspeaker in real time.
struct Satellite {
    client: SeatClient,
    queue: PlayQueue,
    /// What its loudspeaker has played, silence included.
    heard: Vec<i16>,
    flushes: usize,
    next: Instant,
}

impl Satellite {
    fn at(house: &House, hello: SoundHello) -> Result<Self, DoorClientError> {
        let client = SeatClient::connect_below(house.folder.path(), hello)?;
        Ok(Self { client, queue: PlayQueue::default(), heard: Vec::new(), flushes: 0, next: Instant::now() })
    }

    fn name(&self) -> String {
        self.client.welcome().seat.clone()
    }

    /// 20 ms.
    fn live(&mut self, said: &[i16]) -> Result<(), DoorClientError> {
        self.client.send(said)?;
        let mut block = [0; samples_in(20)];
        if self.queue.fill(&mut block) > 0 {
            self.client.played(self.queue.played())?;
        }
        self.heard.extend_from_slice(&block);
        self.next += FRAME;
        while let Some(frame) = self.client.receive(self.next.saturating_duration_since(Instant::now()))? {
            match frame {
                SoundFromDaemon::Sound(samples) => self.queue.push(&samples),
                SoundFromDaemon::Flush => {
                    self.queue.flush();
                    self.flushes += 1;
                    self.client.flushed(self.queue.played())?;
                }
                SoundFromDaemon::Goodbye(_) | SoundFromDaemon::Unknown => panic!("{frame:?}"),
            }
        }
        Ok(())
    }

    fn say(&mut self, samples: &[i16]) {
        samples.chunks(320).for_each(|said| self.live(said).expect("it goes on"));
    }

    fn wait(&mut self, time: Duration) {
        let until = Instant::now() + time;
        while Instant::now() < until {
            self.live(&[0; 320]).expect("it goes on");
        }
    }

    /// Waits until so much sound was heard since the beginning.
    fn listen(&mut self, time: Duration) {
        let begun = Instant::now();
        while length(self.sound(), RATE_HZ) < time {
            assert!(begun.elapsed() < FAR_TOO_LONG, "it was not heard");
            self.live(&[0; 320]).expect("it goes on");
        }
    }

    /// Samples that were no silence.
    fn sound(&self) -> usize {
        self.heard.iter().filter(|sample| **sample > LEVEL / 2).count()
    }

    /// Waits until nothing was heard for a second.
    fn quiet(&mut self) {
        let (begun, mut before) = (Instant::now(), usize::MAX);
        while self.sound() != before {
            assert!(begun.elapsed() < FAR_TOO_LONG, "it does not fall silent");
            before = self.sound();
            self.wait(Duration::from_secs(1));
        }
    }
}

/// What the door has told until this event came.
fn until(door: &mut DoorClient, wanted: impl Fn(&DoorEvent) -> bool) -> Vec<DoorEvent> {
    let mut told = Vec::new();
    while told.last().is_none_or(|event| !wanted(event)) {
        match door.wait(Some(FAR_TOO_LONG)).expect("the door is open") {
            Some(DoorNews::Event(event)) => told.push(event.event),
            other => panic!("{other:?} after {told:?}"),
        }
    }
    told
}

fn ended(event: &DoorEvent) -> bool {
    matches!(event, DoorEvent::TurnEnded { .. })
}

#[test]
fn a_client_speaks_over_the_socket_and_hears_the_answer() {
    let house = House::open(ANSWER);
    let mut door = house.control();
    let mut satellite = house.satellite();
    assert_eq!(satellite.name(), "seat-2");
    let question = speech(800);
    satellite.say(&question);
    satellite.listen(Duration::from_millis(20));
    satellite.quiet();
    assert_one_sound(&satellite.heard, ANSWER);
    let told = until(&mut door, ended);
    assert!(matches!(&told[0], DoorEvent::SeatTaken(seat) if seat.seat == "seat-2"), "{told:?}");
    let told_of = |wanted: &DoorEvent| assert!(told.contains(wanted), "{wanted:?} in {told:?}");
    let (seat, text) = (|| "seat-2".to_owned(), |text: &str| Some(text.to_owned()));
    told_of(&DoorEvent::Understood { seat: seat(), turn: 1, language: "en".into(), text: text(QUESTION) });
    told_of(&DoorEvent::Answering { seat: seat(), turn: 1, text: text(ANSWER) });
    let last = told.last().expect("there is one");
    assert!(
        matches!(last, DoorEvent::TurnEnded { seat, outcome: DoorOutcome::Completed, .. } if seat == "seat-2"),
        "{last:?}"
    );
    // What the engine was given is what the microphone has heard, as a detector makes it fit to be listened to.
    let given = house.hearing.tasks().pop().expect("it was asked").audio;
    let likeness = given.windows(question.len()).map(|part| likeness(part, &question)).fold(0.0, f64::max);
    assert!(likeness > 0.9, "{likeness} in {} samples", given.len());
    drop(satellite);
    until(&mut door, |event| *event == DoorEvent::SeatLeft { seat: "seat-2".into() });
    assert_eq!(door.state().seats.len(), 1);
    house.own_is_served();
}

#[test]
fn who_speaks_over_an_answer_silences_it_and_only_what_was_heard_is_remembered() {
    const LONG: &str = "One is a number. Two is the next number. Three is a prime number. Four is a square number. \
        Five is a prime number too. Six is a perfect number. Seven is a lucky number.";
    let house = House::open(LONG);
    let mut door = house.control();
    let mut satellite = house.satellite();
    satellite.say(&speech(800));
    satellite.listen(Duration::from_secs(3));
    let before = satellite.sound();
    satellite.say(&speech(1_000));
    let silenced = length(satellite.sound() - before, RATE_HZ);
    assert!(silenced < Duration::from_millis(500), "it went on for {silenced:?}");
    assert_eq!(satellite.flushes, 1);
    let heard = length(satellite.sound(), RATE_HZ);
    let first = until(&mut door, ended).pop();
    assert!(matches!(first, Some(DoorEvent::TurnEnded { outcome: DoorOutcome::Interrupted, .. })), "{first:?}");
    satellite.listen(heard + Duration::from_millis(500));
    let prompt = house.thinking.tasks().pop().expect("it was asked again").messages;
    let answers = prompt.iter().filter(|message| message.role == parley_engines::Role::Assistant);
    let remembered = answers.map(|message| message.text.clone()).next_back().expect("it was heard");
    assert!(LONG.starts_with(&remembered), "{remembered:?}");
    // Between sentences nothing is spoken.
    let said = spoken(&remembered.replace(". ", "."));
    let missed = heard.saturating_sub(said);
    assert!(said <= heard + CHARACTER && missed < Duration::from_secs(2), "{heard:?}: {remembered:?}");
    house.own_is_served();
}

#[test]
fn an_answer_goes_on_at_the_very_sample_behind_a_noise() {
    let house = House::hearing(ANSWER, |time| if time == 0 { QUESTION } else { "" });
    let mut satellite = house.satellite();
    satellite.say(&speech(800));
    satellite.listen(Duration::from_millis(500));
    satellite.say(&speech(400));
    satellite.quiet();
    satellite.listen(spoken(ANSWER) - Duration::from_millis(10));
    satellite.quiet();
    assert!(satellite.flushes > 0, "it was silent for a while");
    let heard = length(satellite.sound(), RATE_HZ);
    assert!(heard.abs_diff(spoken(ANSWER)) < Duration::from_millis(10), "{heard:?}");
}

#[test]
fn a_client_that_dies_in_the_middle_of_its_answer_leaves_its_seat() {
    let house = House::open(ANSWER);
    let mut door = house.control();
    let mut satellite = house.satellite();
    satellite.say(&speech(800));
    satellite.listen(Duration::from_millis(500));
    drop(satellite);
    until(&mut door, |event| *event == DoorEvent::SeatLeft { seat: "seat-2".into() });
    // The next one in this seat hears nothing of it.
    let mut next = house.satellite();
    assert_eq!(next.name(), "seat-2");
    next.wait(Duration::from_secs(1));
    assert_eq!(next.sound(), 0);
    house.own_is_served();
}

#[test]
fn there_are_five_seats_and_the_sixth_is_refused_politely() {
    let house = House::open(ANSWER);
    let mut door = house.control();
    let mut taken: Vec<Satellite> = (0..4).map(|_| house.satellite()).collect();
    let names: Vec<String> = taken.iter().map(Satellite::name).collect();
    assert_eq!(names, ["seat-2", "seat-3", "seat-4", "seat-5"]);
    match Satellite::at(&house, SoundHello::new("one too many")) {
        Err(DoorClientError::Refused(error)) => {
            assert_eq!(error.code, ErrorCode::Busy);
            assert!(error.message.contains("end a conversation first"), "{error}");
        }
        Err(error) => panic!("{error}"),
        Ok(satellite) => panic!("{}", satellite.name()),
    }
    std::thread::scope(|scope| {
        let own = scope.spawn(|| house.own_is_served());
        while !own.is_finished() {
            taken.iter_mut().for_each(|satellite| satellite.live(&[0; 320]).expect("it goes on"));
        }
    });
    drop(taken.remove(1));
    until(&mut door, |event| *event == DoorEvent::SeatLeft { seat: "seat-3".into() });
    assert_eq!(house.satellite().name(), "seat-3");
}

#[test]
fn seats_speak_at_the_same_time_and_each_hears_its_own_answer() {
    let house = House::open(ANSWER);
    let heard: Vec<Vec<i16>> = std::thread::scope(|scope| {
        let talk = || {
            let mut satellite = house.satellite();
            satellite.say(&speech(800));
            satellite.listen(Duration::from_millis(20));
            satellite.quiet();
            satellite.heard
        };
        let talking: Vec<_> = (0..3).map(|_| scope.spawn(talk)).collect();
        house.own_is_served();
        talking.into_iter().map(|talk| talk.join().expect("it hears its answer")).collect()
    });
    heard.iter().for_each(|heard| assert_one_sound(heard, ANSWER));
}

#[test]
fn doors_that_are_closed_end_the_conversations() {
    let house = House::open(ANSWER);
    let mut satellite = house.satellite();
    satellite.say(&speech(800));
    satellite.listen(Duration::from_millis(100));
    let socket = Door::sound_socket(house.folder.path());
    assert!(socket.exists());
    house.doors.lock().expect("no panic").take();
    assert!(!socket.exists());
    let end = (0..50).map(|_| satellite.live(&[0; 320])).find(Result::is_err);
    assert!(matches!(end, Some(Err(DoorClientError::Closed | DoorClientError::Io(_)))), "{end:?}");
}

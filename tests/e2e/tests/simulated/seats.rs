//! Several places of conversation on the same engines.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use parley_audio::playback::Renderer;
use parley_conversation::{Conversation, Event, ModelOnly, SeatId, Settings};
use parley_daemon::conductor::{Conductor, Engines, Generating, Handle, Loudspeaker, Observation, TurnReport};
use parley_daemon::seats::{Seat, Seats};
use parley_engines::scripted::{Fault, Pace, RATE_HZ, Scripted, last_words};
use parley_engines::{LanguageModel, Role, SpeechToText, TextToSpeech};
use proptest::prelude::*;
use tokio::sync::{broadcast, mpsc};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::ms;

/// 10 ms.
const PERIOD: usize = RATE_HZ as usize / 100;

/// What is said in each seat, and by whose voice: loudness tells who speaks.
const NAMES: [&str; 3] = ["apple", "berry", "cherry"];

fn level(text: &str) -> i16 {
    let whose = NAMES.iter().position(|name| text.contains(name));
    whose.map_or(30_000, |index| 1_000 * (index as i16 + 1))
}

/// One seat: somebody who types and listens.
struct Place {
    handle: Handle,
    observations: broadcast::Receiver<Observation>,
    reports: Vec<TurnReport>,
    renderer: Renderer,
    heard: BTreeSet<i16>,
    conductor: JoinHandle<()>,
    _seat: Seat,
}

impl Place {
    fn new(seats: &Seats) -> Self {
        let seat = seats.take().expect("there is a free seat");
        let settings = Settings { seat: seat.id(), ..Settings::default() };
        let conversation = Conversation::new(settings, Box::new(ModelOnly), false);
        let (mixer, renderer) = Renderer::new(RATE_HZ, PERIOD);
        let loudspeaker = Loudspeaker::open(mixer).ok();
        let (conductor, handle) = Conductor::new(conversation, seat.engines(), Generating::default(), loudspeaker);
        let observations = handle.observations.subscribe();
        let conductor = tokio::spawn(conductor.run(mpsc::channel(1).1));
        let (reports, heard) = (Vec::new(), BTreeSet::new());
        Self { handle, observations, reports, renderer, heard, conductor, _seat: seat }
    }

    async fn types(&self, text: String) {
        self.handle.control.send(Event::Typed { text }).await.expect("it goes on");
    }

    fn step(&mut self) {
        let mut period = [0; PERIOD];
        self.renderer.render(&mut period);
        self.heard.extend(period.iter().copied().filter(|sample| *sample != 0));
        while let Ok(observation) = self.observations.try_recv() {
            if let Observation::Turn(report) = observation {
                self.reports.push(report);
            }
        }
    }
}

/// A house with engines of these costs, whose model says the question again.
struct House {
    model: Scripted<LanguageModel>,
    voice: Scripted<TextToSpeech>,
    places: Vec<Place>,
}

impl House {
    fn new(thinking: Duration, speaking: Duration) -> Self {
        let pace = |first| Pace { first, each: Duration::ZERO };
        let model = Scripted::<LanguageModel>::new(|task| format!("You said {}.", last_words(task)));
        let model = model.with_pace(pace(thinking));
        let voice = Scripted::<TextToSpeech>::new(|task| vec![level(&task.text); RATE_HZ as usize / 5]);
        let voice = voice.with_pace(pace(speaking));
        let seats = Seats::new(Engines {
            speech_to_text: Arc::new(Scripted::<SpeechToText>::hearing("")),
            language_model: Arc::new(model.clone()),
            text_to_speech: Arc::new(voice.clone()),
            end_of_turn: None,
            seat: SeatId::default(),
        });
        let places = NAMES.map(|_| Place::new(&seats)).into();
        Self { model, voice, places }
    }

    /// Time passes in every seat.
    async fn run(&mut self, length: Duration) {
        let until = Instant::now() + length;
        while Instant::now() < until {
            tokio::time::sleep(ms(10)).await;
            self.places.iter_mut().for_each(Place::step);
        }
    }

    /// Nothing of one seat is in another: no word, no sound, no history.
    fn check(&self) {
        for (index, (place, name)) in self.places.iter().zip(NAMES).enumerate() {
            let others = NAMES.iter().filter(|other| **other != name);
            for other in others {
                for TurnReport { question, answer, .. } in &place.reports {
                    assert!(!question.contains(other) && !answer.contains(other), "{name}: {question} {answer}");
                }
            }
            let own = 1_000 * (index as i16 + 1);
            // Apologies are nobody's words.
            assert!(place.heard.iter().all(|sample| [own, 30_000].contains(sample)), "{name}: {:?}", place.heard);
        }
        for task in self.model.tasks() {
            let said = task.messages.iter().filter(|message| message.role != Role::System);
            let said: String = said.map(|message| message.text.as_str()).collect();
            let named = NAMES.iter().filter(|name| said.contains(**name)).count();
            assert!(named <= 1, "a prompt is of one seat: {said}");
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.conductor.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn the_third_waits_exactly_for_the_work_of_the_two_before_it() {
    let mut house = House::new(ms(500), ms(100));
    house.run(ms(3_000)).await;
    for (place, name) in house.places.iter().zip(NAMES) {
        place.types(name.into()).await;
    }
    house.run(ms(10_000)).await;
    let played: Vec<f64> = house
        .places
        .iter()
        .map(|place| place.reports.first().and_then(|report| report.timeline.stages().played).expect("it was heard"))
        .collect();
    for (number, played) in (1_u32..).zip(&played) {
        // Each thinks for 500 ms after the one before it; the voice is free by then.
        let wanted = f64::from(500 * number + 100);
        assert!((wanted..wanted + 30.0).contains(played), "{played:?}: {wanted}");
    }
    house.check();
}

#[derive(Debug, Clone)]
enum Op {
    Type { place: usize, long: bool },
    Interrupt { place: usize },
    Crash { model: bool },
    Wait { milliseconds: u64 },
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (0..NAMES.len(), any::<bool>()).prop_map(|(place, long)| Op::Type { place, long }),
        1 => (0..NAMES.len()).prop_map(|place| Op::Interrupt { place }),
        1 => any::<bool>().prop_map(|model| Op::Crash { model }),
        6 => (0_u64..1_500).prop_map(|milliseconds| Op::Wait { milliseconds }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn nothing_of_one_seat_is_ever_in_another(ops in prop::collection::vec(op(), 1..30)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime").block_on(async {
            let mut house = House::new(ms(300), ms(80));
            let mut asked = 0;
            for op in ops {
                match op {
                    Op::Type { place, long } => {
                        asked += 1;
                        let words = if long { format!("{} again. ", NAMES[place]).repeat(6) } else { NAMES[place].into() };
                        house.places[place].types(words).await;
                    }
                    Op::Interrupt { place } => {
                        house.places[place].handle.control.send(Event::Interrupt).await.expect("it goes on");
                    }
                    Op::Crash { model } => {
                        let fault = Fault::Crash { after_outputs: 1, restart: ms(400) };
                        if model { house.model.fail_next(fault) } else { house.voice.fail_next(fault) }
                    }
                    Op::Wait { milliseconds } => house.run(ms(milliseconds)).await,
                }
                house.check();
            }
            house.run(ms(60_000)).await;
            house.check();
            let reports: usize = house.places.iter().map(|place| place.reports.len()).sum();
            assert_eq!(reports, asked, "each question has an end");
        });
    }
}

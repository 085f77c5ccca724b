//! One life: a house, its seats, and everything that happens in it.

mod happenings;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use parley_conversation::{AnnouncementId, BargeIn, Outcome, Settings, Stage};
use parley_daemon::conductor::Generating;
use parley_e2e::world::{House, Place, World, tasks, voice};

use super::super::invariants::{length, pick};
use super::hands::{Commands, Hands};
use super::tally::{Deaths, Tally};
use super::visitors::SeatDoor;
use super::words::{ANSWER, NAMES, QUESTION, seats};
use super::{LONGEST_TURN, rules};

/// How finely it is noted when a seat was disturbed.
const TICK: Duration = Duration::from_millis(100);
/// A job that has begun to go wrong ends so long after its engine is well again at the latest.
const AFTERMATH: Duration = Duration::from_secs(10);

/// What was wanted in a seat, and what disturbed it.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub typed: Vec<String>,
    /// With the time after which they are of no more use.
    pub announced: BTreeMap<AnnouncementId, Option<Duration>>,
    /// Numbers of news that are said until somebody stops them.
    pub repeated: BTreeSet<u64>,
    /// The ticks in which there was a reason to end a turn.
    disturbed: BTreeSet<u128>,
}

impl Wanted {
    fn disturb(&mut self, at: Duration) {
        self.disturbed.insert(at.as_millis() / TICK.as_millis());
    }

    /// Whether there was a reason to end a turn in that time.
    pub fn was_disturbed(&self, from: Duration, to: Duration) -> bool {
        let tick = |at: Duration| at.as_millis() / TICK.as_millis();
        self.disturbed.range(tick(from).saturating_sub(1)..=tick(to)).next().is_some()
    }
}

pub(super) struct Life {
    random: Rng,
    house: House,
    worlds: Vec<World>,
    hands: Vec<Hands>,
    doors: Vec<Option<SeatDoor>>,
    wanted: Vec<Wanted>,
    /// Until when each engine goes wrong, in the order of [`STAGES`].
    wrong_until: [Option<Duration>; 4],
    /// Until when what has gone wrong may be felt.
    felt_until: Duration,
    questions: u64,
    news: u64,
    steps: u64,
    deaths: Deaths,
}

const STAGES: [Stage; 4] = [Stage::SpeechToText, Stage::LanguageModel, Stage::TextToSpeech, Stage::EndOfTurn];

impl Life {
    pub fn new(mut random: Rng) -> Self {
        let judgements = [Some([0.9, 0.1]), Some([0.9, 0.9]), Some([0.3, 0.1]), None];
        let answers = answers(random.fork());
        let house = House::new(answers, pick(&mut random, &judgements), voice::scripted());
        let seats = random.usize(1..=NAMES.len());
        let hands: Vec<Hands> = (0..seats).map(Hands::new).collect();
        let mut place = |hands: &Hands| Place {
            settings: Settings {
                speculation: random.u8(..4) > 0,
                barge_in: if random.u8(..4) > 0 { BargeIn::Voice } else { BargeIn::Key },
                ..Settings::default()
            },
            generating: Generating::default(),
            router: Box::new(Commands),
            performer: Some(Arc::new(hands.clone())),
        };
        let worlds: Vec<World> = hands.iter().map(|hands| World::in_house(&house, place(hands))).collect();
        let has_door = |(seat, world)| (seat == 0 || random.bool()).then(|| SeatDoor::open(seat, world));
        let doors = worlds.iter().enumerate().map(has_door).collect();
        let wanted = (0..seats).map(|_| Wanted::default()).collect();
        Self {
            random,
            house,
            worlds,
            hands,
            doors,
            wanted,
            wrong_until: [None; 4],
            felt_until: Duration::ZERO,
            questions: 0,
            news: 0,
            steps: 0,
            deaths: Deaths::default(),
        }
    }

    /// Those that began with a question.
    pub fn turns(&self) -> usize {
        let turns = self.worlds.iter().flat_map(World::turns);
        turns.filter(|turn| !turn.question.is_empty()).count()
    }

    fn question(&mut self, seat: usize, what: &str) -> String {
        self.questions += 1;
        format!("{} {QUESTION}{} {what}", NAMES[seat], self.questions)
    }

    pub async fn pass_a_while(&mut self) {
        let most = 2_400 / self.worlds.len() as u64;
        let length = length(&mut self.random, most);
        self.pass(length).await;
    }

    async fn pass(&mut self, length: Duration) {
        let end = self.worlds[0].now + length;
        while self.worlds[0].now < end {
            self.step().await;
        }
    }

    async fn step(&mut self) {
        World::step_all(&mut self.worlds).await;
        let now = self.worlds[0].now;
        for engine in 0..STAGES.len() {
            if self.wrong_until[engine].is_some_and(|until| until <= now) {
                self.mend(engine).await;
            }
        }
        for (world, wanted) in self.worlds.iter().zip(&mut self.wanted) {
            let speaks = world.spoke_last + TICK >= now;
            if speaks || world.is_without_loudspeaker() || now < self.felt_until {
                wanted.disturb(now);
            }
        }
        self.steps += 1;
        if self.steps.is_multiple_of(5) {
            for (door, world) in self.doors.iter_mut().zip(&self.worlds) {
                door.iter_mut().for_each(|door| door.look(world));
            }
            rules::nothing_hangs(&self.worlds);
            rules::effects(&self.hands, false);
        }
        if self.steps.is_multiple_of(100) {
            rules::prompts_are_of_one_seat(&self.house);
        }
    }

    pub async fn all_is_well_again(&mut self) {
        for engine in 0..STAGES.len() {
            self.mend(engine).await;
        }
        self.quiet().await;
    }

    /// Whatever happened, life goes on.
    pub async fn has_each_seat_answer_a_last_question(&mut self) {
        let asked: Vec<String> = (0..self.worlds.len()).map(|seat| self.question(seat, "what is your name")).collect();
        for (world, question) in self.worlds.iter_mut().zip(&asked) {
            world.say(question);
        }
        self.quiet().await;
        for (world, question) in self.worlds.iter().zip(&asked) {
            let turns = world.turns();
            let last = turns.last().map(|turn| (&turn.question, turn.ended.map(|(_, outcome)| outcome)));
            assert_eq!(last, Some((question, Some(Outcome::Completed))), "life goes on");
        }
    }

    /// Lets time pass until nobody speaks, waits or is waited for, anywhere.
    async fn quiet(&mut self) {
        let end = self.worlds[0].now + 4 * LONGEST_TURN;
        let mut calm = 0;
        while calm < 50 {
            self.step().await;
            let nobody = self.doors.iter().flatten().all(SeatDoor::is_empty);
            let never: usize = self.hands.iter().map(|hands| hands.done().never).sum();
            let servers = self.doors.iter().flatten().count();
            let (left, meant) = (tasks(), self.worlds.len() + servers + never);
            let rests = self.worlds.iter().all(World::rests) && nobody && left == meant;
            let rests = rests && !rules::is_waited_for(&self.worlds, &self.wanted);
            calm = if rests { calm + 1 } else { 0 };
            let phases: Vec<_> = self.worlds.iter().map(|world| world.phase).collect();
            assert!(self.worlds[0].now < end, "life returns to quiet: {phases:?}, {left} tasks of {meant}");
        }
    }

    /// What was in it, by rules that hold at its end.
    pub fn tally(&self) -> Tally {
        let (ends, longest) = rules::turns(&self.worlds, &self.wanted);
        let mut tally = Tally { ends, deaths: self.deaths, longest_ms: longest.as_millis() as u32, ..Tally::default() };
        tally.effects = rules::effects(&self.hands, true) as u32;
        tally.announcements = self.wanted.iter().map(|wanted| wanted.announced.len() as u32).sum();
        tally.deaths.performers = self.hands.iter().map(|hands| hands.done().died as u32).sum();
        tally.deaths.jobs = [
            self.house.speech_to_text.counts(),
            self.house.language_model.counts(),
            self.house.text_to_speech.counts(),
            self.house.end_of_turn.counts(),
        ]
        .map(|counts| counts.failed)
        .iter()
        .sum();
        self.doors.iter().flatten().for_each(|door| tally.served.add(door.served));
        tally
    }

    pub async fn end(mut self) {
        for door in self.doors.drain(..).flatten() {
            door.close().await;
        }
        self.worlds.iter_mut().for_each(World::leave);
        self.steps = 0;
        while !self.worlds.iter().all(World::has_ended) {
            World::step_all(&mut self.worlds).await;
            self.steps += 1;
            assert!(self.steps < 100, "the conductors end");
        }
    }
}

/// What the language model says: the name of the seat that it was asked in, and numbers that are said once.
fn answers(random: Rng) -> Box<dyn Fn(&str) -> String + Send + Sync> {
    let state = Mutex::new((random, 0));
    Box::new(move |question| {
        let mut state = state.lock().expect("nobody panics with it");
        let (random, count) = &mut *state;
        let name = seats(question).first().map_or("nobody", |seat| NAMES[*seat]);
        let mut sentence = || {
            *count += 1;
            format!("{name} answers {ANSWER}{count}.")
        };
        // Now and then nothing at all, now and then a long story.
        let sentences = [0, 1, 1, 1, 1, 2, 2, 3, 5][random.usize(..9)];
        (0..sentences).map(|_| sentence()).collect::<Vec<_>>().join(" ")
    })
}

//! The parts of a day, and what is looked at in each.

use std::time::Duration;

use fastrand::Rng;
use parley_conversation::{Event, Phase, Settings};
use parley_daemon::conductor::{Conducting, Generating};
use parley_e2e::world::{STEP, Scene, World};
use parley_engines::scripted::Fault;

use super::super::{memory, ms};
use super::report::Report;
use super::{Mode, PART};

/// A question in silence is answered within this time.
const ANSWERED_WITHIN: Duration = Duration::from_secs(10);
/// So many words of a question come again in each of the six sentences of its answer.
const ANSWERED_WORDS: usize = 8;
/// What was killed or unplugged may be felt for so long.
const AFTERMATH: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Nobody,
    Talk,
    Television,
    Music,
    Unplugged,
    Killed,
    Changed,
}

const PARTS: [Part; 7] =
    [Part::Talk, Part::Television, Part::Music, Part::Unplugged, Part::Killed, Part::Changed, Part::Nobody];

pub(super) struct Day {
    random: Rng,
    world: World,
    mode: Mode,
    /// Until when what was killed on purpose may be felt.
    disturbed_until: Duration,
    questions: u32,
    report: Report,
}

impl Day {
    pub fn begin(random: Rng, mode: Mode) -> Self {
        let scene = Scene {
            settings: mode.settings(),
            answers: Box::new(|question| {
                // An answer has a limit, however much was asked at once.
                let words: Vec<&str> = question.split_whitespace().collect();
                let last = words[words.len().saturating_sub(ANSWERED_WORDS)..].join(" ");
                let sentence = |number| format!("Sentence number {number} about {last} goes here.");
                (1..=6).map(sentence).collect::<Vec<_>>().join(" ")
            }),
            ..Scene::default()
        };
        let report = Report { mode: format!("{mode:?}"), ..Report::default() };
        Self { random, world: World::new(scene), mode, disturbed_until: Duration::ZERO, questions: 0, report }
    }

    /// Lives a part, then asks.
    pub async fn live(&mut self, number: u64) {
        let index = if (number as usize) < PARTS.len() { number as usize } else { self.random.usize(..PARTS.len()) };
        let part = PARTS[index];
        let now = self.world.now;
        self.world.timeline.note(now, format!("{part:?}"));
        let end = now + PART;
        while self.world.now < end {
            match part {
                Part::Nobody => self.pass(ms(10_000)).await,
                Part::Talk => self.talk().await,
                Part::Television => self.television().await,
                Part::Music => {
                    let length = self.between(20_000, 120_000);
                    self.noise(length).await;
                    self.pass(ms(300)).await;
                }
                Part::Unplugged => self.unplug().await,
                Part::Killed => self.kill().await,
                Part::Changed => self.change().await,
            }
        }
        self.calm().await;
        self.probe().await;
        self.world.forget();
        self.report.memory.push(memory::live());
    }

    pub async fn end(mut self) -> Report {
        self.calm().await;
        self.report.length = self.world.now;
        self.report.frames = (self.world.now.as_millis() / 20) as u64;
        self.report
    }

    fn between(&mut self, least_ms: u64, most_ms: u64) -> Duration {
        ms(self.random.u64(least_ms..most_ms))
    }

    fn question(&mut self) -> String {
        self.questions += 1;
        format!("what is number {}", self.questions)
    }

    /// Lets time pass, and looks at each step whether Parley could answer.
    async fn pass(&mut self, length: Duration) {
        let end = self.world.now + length;
        while self.world.now < end {
            self.step().await;
        }
    }

    async fn step(&mut self) {
        self.world.run(STEP).await;
        let disturbed = self.world.now < self.disturbed_until || self.world.is_without_loudspeaker();
        let deadline = match self.world.phase {
            Phase::Quiet => {
                return if !disturbed {
                    self.report.undisturbed += STEP
                };
            }
            Phase::Listening => ms(35_000),
            Phase::Speaking => ms(60_000),
            Phase::Asleep | Phase::Deciding | Phase::Thinking | Phase::Interrupted => ms(15_000),
        };
        if !disturbed {
            self.report.undisturbed += STEP;
            if self.world.in_this_phase() > deadline {
                self.report.unable += STEP;
            }
        }
        let age = self.world.in_this_phase();
        assert!(age < 2 * deadline, "{:?} is older than its deadline: {age:?}", self.world.phase);
    }

    async fn noise(&mut self, length: Duration) {
        self.world.noise(length);
        self.report.noise += length;
        self.pass(length).await;
    }

    /// Somebody asks and hears the answer, or interrupts it.
    async fn talk(&mut self) {
        let question = self.question();
        if self.random.u8(..4) == 0 {
            self.world.say_and_go_on("I would like to know");
            let pause = self.between(100, 600);
            self.world.pause(pause);
        }
        self.world.say(&question);
        self.said().await;
        let begun = self.heard().await;
        if begun && self.random.bool() {
            let after = self.between(200, 3_000);
            self.pass(after).await;
            self.interrupt().await;
        }
        self.calm().await;
        let pause = self.between(1_000, 20_000);
        self.pass(pause).await;
    }

    async fn said(&mut self) {
        self.step().await;
        while !self.world.person_is_done() {
            self.step().await;
        }
    }

    /// Whether something of an answer is heard in time.
    async fn heard(&mut self) -> bool {
        let from = self.world.now;
        while self.world.now < from + ANSWERED_WITHIN {
            self.step().await;
            if self.world.heard_last > Some(from) {
                let waited = self.world.now.saturating_sub(self.world.spoke_last);
                self.report.slowest = self.report.slowest.max(waited);
                return true;
            }
        }
        false
    }

    async fn interrupt(&mut self) {
        let sounds = |world: &World| world.heard_last.is_some_and(|last| last + ms(100) > world.now);
        if self.world.phase != Phase::Speaking || !sounds(&self.world) {
            return;
        }
        let silent = |world: &World| world.heard_last.is_some_and(|last| last + ms(350) < world.now);
        while self.mode == Mode::HalfDuplex && !silent(&self.world) {
            self.step().await;
        }
        if self.world.phase != Phase::Speaking {
            return;
        }
        let from = self.world.now;
        match self.mode {
            Mode::Key => self.world.tell(Event::Interrupt).await,
            Mode::HalfDuplex => self.world.say("stop"),
            Mode::Voice => self.world.say("no wait tell me something else"),
        }
        self.pass(ms(1_000)).await;
        match self.world.heard_last {
            Some(last) if last < from + ms(900) => self.report.interruptions.push(last.saturating_sub(from)),
            _ => self.report.failed += 1,
        }
    }

    /// Voices without a pause that ends a turn, and now and then a pause.
    async fn television(&mut self) {
        let voice = self.between(1_000, 20_000);
        self.noise(voice).await;
        let pause = if self.random.u8(..8) == 0 { self.between(1_000, 4_000) } else { self.between(60, 500) };
        self.pass(pause).await;
    }

    async fn unplug(&mut self) {
        self.report.unplugged += 1;
        let length = self.between(500, 30_000);
        if self.random.bool() {
            self.world.lose_loudspeaker(length);
        } else {
            self.world.lose_frames(length);
            self.report.lost += (length.as_millis() / 20) as u64;
        }
        self.disturbed_until = self.world.now + length + AFTERMATH;
        let after = self.between(1_000, 10_000);
        self.pass(after).await;
        let question = self.question();
        self.world.say(&question);
        self.pass(length + AFTERMATH).await;
    }

    /// An owner changes settings while somebody talks.
    async fn change(&mut self) {
        self.report.changed += 1;
        let (remembered_turns, prompt_tokens) = (self.random.usize(..8), self.random.usize(400..1_800));
        let settings = self.mode.settings();
        let settings = Settings { remembered_turns, prompt_tokens, ..settings };
        let generating = Generating { max_tokens: self.random.u32(60..200), ..Generating::default() };
        let changing = self.world.handle().expect("it is open").conducting.clone();
        let after = self.between(0, 3_000);
        let question = self.question();
        self.world.say(&question);
        self.pass(after).await;
        changing.send_replace(Some(Conducting { settings, generating }));
        self.said().await;
        self.heard().await;
        self.calm().await;
        self.talk().await;
    }

    async fn kill(&mut self) {
        self.report.killed += 1;
        let after_outputs = self.random.usize(..6);
        let restart = self.between(100, 2_000);
        let fault = Fault::Crash { after_outputs, restart };
        match self.random.u8(..3) {
            0 => self.world.speech_to_text.fail_next(fault),
            1 => self.world.language_model.fail_next(fault),
            _ => self.world.text_to_speech.fail_next(fault),
        }
        self.disturbed_until = self.world.now + AFTERMATH + restart;
        let question = self.question();
        self.world.say(&question);
        self.said().await;
        self.heard().await;
        self.calm().await;
        let pause = self.between(1_000, 10_000);
        self.pass(pause).await;
    }

    /// Until nobody speaks and nothing is said.
    async fn calm(&mut self) {
        let end = self.world.now + ms(120_000);
        while !(self.world.rests() && self.world.in_this_phase() > ms(500)) {
            assert!(self.world.now < end, "it comes to rest: {:?}", self.world.phase);
            self.step().await;
        }
    }

    async fn probe(&mut self) {
        self.pass(ms(2_000)).await;
        let question = self.question();
        self.report.asked += 1;
        self.world.say(&question);
        self.said().await;
        let heard = self.heard().await;
        self.calm().await;
        let answered = self.world.turns().last().is_some_and(|turn| turn.question == question && !turn.heard.is_zero());
        self.report.answered += u32::from(heard && answered);
        if !(heard && answered) {
            let last = self.world.turns().last().map(|turn| (turn.question.clone(), turn.answer()));
            let now = self.world.now;
            self.world.timeline.note(now, format!("not answered: {question:?}, but {last:?}"));
        }
    }
}

//! What happens in a life, by chance.

use std::time::Duration;

use parley_conversation::{Announcement, Event, Sounding, Stage, Urgency};
use parley_daemon::conductor::next_announcement;
use parley_engines::scripted::{Fault, Pace};

use super::super::super::invariants::{length, pick};
use super::super::LONGEST_TURN;
use super::super::hands::WAYS;
use super::super::visitors::{KINDS, Kind};
use super::super::words::{NAMES, NEWS};
use super::{AFTERMATH, Life, STAGES};

impl Life {
    pub async fn something_happens(&mut self) {
        let seat = self.random.usize(..self.worlds.len());
        let now = self.worlds[seat].now;
        match self.random.u8(..41) {
            0..9 => self.person_speaks(seat),
            9..17 => {
                let text = self.any_question(seat);
                self.wanted[seat].typed.push(text.clone());
                self.interrupt(seat, Event::Typed { text }).await;
            }
            17..19 => self.interrupt(seat, Event::Interrupt).await,
            19 => {
                let length = length(&mut self.random, 4_000);
                self.worlds[seat].noise(length);
            }
            20 => {
                let length = length(&mut self.random, 1_000);
                self.worlds[seat].lose_frames(length);
            }
            21..24 => self.engine_goes_wrong().await,
            24..26 => self.loudspeaker_goes_away(seat),
            26..29 => self.announce(seat, now).await,
            29..35 => {
                let kind = pick(&mut self.random, &KINDS);
                self.somebody_is_at_the_door(seat, now, kind);
            }
            35..37 => match &mut self.doors[seat] {
                Some(door) if door.has(Kind::Gateway) => {
                    door.kill(Kind::Gateway);
                    self.deaths.gateways += 1;
                }
                Some(_) | None => self.somebody_is_at_the_door(seat, now, Kind::Gateway),
            },
            37 => self.worlds[seat].tell(Event::Forget { last: None }).await,
            40 => self.nothing_happens().await,
            _ => self.change_pace(),
        }
    }

    /// Long enough for an answer.
    async fn nothing_happens(&mut self) {
        let length = length(&mut self.random, 15_000);
        self.pass(length).await;
    }

    fn any_question(&mut self, seat: usize) -> String {
        let what = match self.random.u8(..10) {
            0..4 => format!("light {}", pick(&mut self.random, &WAYS)),
            4 => "hello".to_owned(),
            5 => "and why".to_owned(),
            _ => "what now".to_owned(),
        };
        self.question(seat, &what)
    }

    /// Tells something that ends what is being said.
    async fn interrupt(&mut self, seat: usize, event: Event) {
        let now = self.worlds[seat].now;
        self.wanted[seat].disturb(now);
        self.worlds[seat].tell(event).await;
    }

    fn person_speaks(&mut self, seat: usize) {
        if self.random.u8(..4) == 0 {
            let words = self.question(seat, "because");
            self.worlds[seat].say_and_go_on(&words);
            let pause = length(&mut self.random, 1_200);
            self.worlds[seat].pause(pause);
        }
        let words = self.any_question(seat);
        self.worlds[seat].say(&words);
        let pause = length(&mut self.random, 300);
        self.worlds[seat].pause(pause);
    }

    /// An engine goes wrong for a while, with every job, in the middle of one or before.
    async fn engine_goes_wrong(&mut self) {
        let random = &mut self.random;
        let engine = random.usize(..STAGES.len());
        let after_outputs = random.usize(..12);
        let restart = length(random, 2_000);
        let fault = match random.u8(..6) {
            0 => Fault::Refuse("no".into()),
            1 => Fault::Unavailable("broken".into()),
            2 | 3 => Fault::Crash { after_outputs, restart },
            4 => Fault::CrashTwice { after_outputs, restart },
            _ => Fault::Hang { after_outputs, stall: length(random, 4_000) },
        };
        let out_of_order = matches!(fault, Fault::Unavailable(_));
        let now = self.worlds[0].now;
        let until = now + length(random, 4_000);
        self.worlds[0].timeline.note(now, format!("{:?} goes wrong: {fault:?}", STAGES[engine]));
        self.fail(engine, Some(fault));
        self.deaths.workers += 1;
        self.wrong_until[engine] = Some(until);
        self.felt_until = self.felt_until.max(until + AFTERMATH);
        if out_of_order {
            self.tell_all(Event::Degraded { stage: STAGES[engine], degraded: true }).await;
        }
    }

    fn fail(&self, engine: usize, fault: Option<Fault>) {
        match STAGES[engine] {
            Stage::SpeechToText => self.house.speech_to_text.fail_always(fault),
            Stage::LanguageModel => self.house.language_model.fail_always(fault),
            Stage::TextToSpeech => self.house.text_to_speech.fail_always(fault),
            Stage::EndOfTurn => self.house.end_of_turn.fail_always(fault),
        }
    }

    pub(super) async fn mend(&mut self, engine: usize) {
        self.fail(engine, None);
        self.wrong_until[engine] = None;
        self.tell_all(Event::Degraded { stage: STAGES[engine], degraded: false }).await;
    }

    async fn tell_all(&mut self, event: Event) {
        for world in &mut self.worlds {
            world.tell(event.clone()).await;
        }
    }

    /// For a moment, or for longer than a turn waits for it.
    fn loudspeaker_goes_away(&mut self, seat: usize) {
        let most = if self.random.u8(..4) == 0 { 15_000 } else { 2_000 };
        let length = length(&mut self.random, most);
        self.worlds[seat].lose_loudspeaker(length);
        self.deaths.loudspeakers += 1;
    }

    /// Of one seat, while somebody is being answered whom nobody interrupts, and for longer than any turn may take.
    pub async fn a_loudspeaker_stays_away(&mut self) {
        let seat = self.random.usize(..self.worlds.len());
        let text = self.question(seat, "what is your name");
        self.wanted[seat].typed.push(text.clone());
        self.interrupt(seat, Event::Typed { text }).await;
        let answering = length(&mut self.random, 4_000);
        self.pass(answering).await;
        self.worlds[seat].lose_loudspeaker(LONGEST_TURN + AFTERMATH);
        self.deaths.loudspeakers += 1;
        self.pass(LONGEST_TURN + AFTERMATH).await;
    }

    async fn announce(&mut self, seat: usize, now: Duration) {
        self.news += 1;
        let id = next_announcement();
        let random = &mut self.random;
        let urgency = pick(random, &[Urgency::Low, Urgency::Normal, Urgency::High]);
        let until_acknowledged = random.u8(..6) == 0;
        let until = (until_acknowledged || random.bool()).then(|| now + length(random, 15_000));
        let sounding = match random.u8(..6) {
            0 => Sounding::Sound("chime".into()),
            _ => Sounding::Text(format!("{} has {NEWS}{}.", NAMES[seat], self.news)),
        };
        self.wanted[seat].announced.insert(id, until);
        if until_acknowledged {
            self.wanted[seat].repeated.insert(self.news);
        }
        let announcement = Announcement { id, sounding, urgency, until, until_acknowledged };
        self.worlds[seat].tell(Event::Announce { announcement }).await;
    }

    fn somebody_is_at_the_door(&mut self, seat: usize, now: Duration, kind: Kind) {
        let question = self.any_question(seat);
        if let Some(door) = &mut self.doors[seat] {
            door.visit(&mut self.random, now, kind, &question);
            // Some of what is asked there ends what is being said.
            self.wanted[seat].disturb(now);
        }
    }

    fn change_pace(&mut self) {
        let random = &mut self.random;
        let mut pace = |first, each| Pace { first: length(random, first), each: length(random, each) };
        self.house.speech_to_text.set_pace(pace(800, 0));
        self.house.language_model.set_pace(pace(800, 60));
        // Now and then slower than it is played.
        self.house.text_to_speech.set_pace(pace(400, 140));
        self.house.end_of_turn.set_pace(pace(200, 0));
    }
}

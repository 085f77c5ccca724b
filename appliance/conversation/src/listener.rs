//! The listener: who speaks at the microphone, what they say, and whether they have finished.
//!
//! ```text
//! Quiet ──onset──▶ Speaking ──silence──▶ Pausing ──enough──▶ Quiet, and the draft is released
//!                     ▲  speech again ──────┘ (the draft is discarded)
//! Speaking ──no new words for long──▶ Ignoring ──silence, or half a minute──▶ Quiet
//!    ▲ somebody louder ─────────────────┘
//! ```
//! Over an answer, the onset makes the answer wait. Words cancel it; an acknowledgement, or no words, let it go on.

mod attention;
mod background;
mod echo;
mod endpoint;
mod hearing;
mod meaning;
mod pausing;
mod speaking;
mod voice;

use std::collections::VecDeque;
use std::time::Duration;

use self::attention::Awake;
use self::background::{Background, Lately};
use self::echo::Echo;
pub use self::endpoint::{Endpointing, PATIENCE};
use self::endpoint::{Judgement, SpeakerHabit};
use self::hearing::{Hearing, LONGEST_IGNORING, Question, Utterance};
pub(crate) use self::meaning::LEAST_CONFIDENCE;
use self::voice::level;
use crate::action::Action;
use crate::conversation::Phase;
use crate::ids::{Position, TurnId};
use crate::interface::{Answering, ListenerOutput};
use crate::settings::{BargeIn, Settings};

/// An answer that was paused goes on after this long without words; a microphone without frames for this long has gone.
const WITHOUT_WORDS: Duration = Duration::from_secs(2);

pub(crate) struct Listener {
    endpointing: Endpointing,
    speculation: bool,
    barge_in: BargeIn,
    echo_guard: Duration,
    energy_floor_dbfs: Option<f32>,
    awake: Awake,
    /// Kept where it sleeps at all.
    lately: Lately,
    /// What spoke already when it was called; while it is awake.
    background: Option<Background>,
    end_of_turn_model: bool,
    end_of_turn_degraded: bool,
    habit: SpeakerHabit,
    hearing: Hearing,
    /// The microphone's last frame.
    latest: Position,
    latest_at: Duration,
    latest_dbfs: f32,
    /// The time of the event that is being handled.
    pub(crate) now: Duration,
    /// The last spoken question that was released.
    question: Question,
    echo: Echo,
    /// What is said and waits for somebody's words, and since when. Only while there is an utterance, and it is said.
    waiting: Option<(TurnId, Duration)>,
    turns: u64,
    outputs: VecDeque<ListenerOutput>,
}

impl Listener {
    pub(crate) fn new(settings: &Settings, end_of_turn_model: bool) -> Self {
        Self {
            endpointing: settings.endpointing.clone(),
            speculation: settings.speculation,
            barge_in: settings.barge_in,
            echo_guard: settings.echo_guard,
            energy_floor_dbfs: settings.energy_floor_dbfs,
            awake: Awake::new(settings.attention),
            lately: Lately::default(),
            background: None,
            end_of_turn_model,
            end_of_turn_degraded: false,
            habit: SpeakerHabit::default(),
            hearing: Hearing::default(),
            latest: Position::default(),
            latest_at: Duration::ZERO,
            latest_dbfs: level(f32::NAN),
            now: Duration::ZERO,
            question: Question::default(),
            echo: Echo::default(),
            waiting: None,
            turns: 0,
            outputs: VecDeque::new(),
        }
    }

    pub(crate) fn poll(&mut self) -> Option<ListenerOutput> {
        self.outputs.pop_front()
    }

    pub(crate) fn frame(&mut self, end: Position, speech: bool, dbfs: f32, answer: Option<Answering>) {
        self.latest = end;
        self.latest_at = self.now;
        let dbfs = level(dbfs);
        self.latest_dbfs = dbfs;
        let speech = speech && self.energy_floor_dbfs.is_none_or(|floor| dbfs >= floor);
        let speech = self.beside_background(end, speech, dbfs);
        let may_be_own_voice = self.hears_itself(answer);
        match std::mem::take(&mut self.hearing) {
            Hearing::Quiet(mut onset) => match onset.add(end, speech && !self.is_deaf(end, answer)) {
                Some(utterance) => self.begin(utterance, answer),
                None => self.hearing = Hearing::Quiet(onset),
            },
            Hearing::Ignoring(mut ignored) => {
                let deaf = self.is_deaf(end, answer);
                if let Some(utterance) = ignored.add(end, speech, dbfs, deaf) {
                    self.begin(utterance, answer);
                } else if !ignored.has_stopped() && (answer.is_some() || ignored.frames < LONGEST_IGNORING) {
                    self.hearing = Hearing::Ignoring(ignored);
                }
            }
            Hearing::Speaking(mut utterance) => {
                utterance.hear(end, speech, dbfs);
                if let Some(alone) = self.background_alone() {
                    utterance.last_speech = utterance.last_speech.min(alone);
                }
                self.hearing = Hearing::Speaking(utterance);
                self.while_speaking();
            }
            Hearing::Pausing(mut utterance, mut pause) => {
                let theirs = speech && (utterance.voice.hears(end, dbfs) || pause.others.is_none());
                let goes_on = pause.add(theirs && !may_be_own_voice);
                if goes_on && !pause.forced {
                    self.go_on(utterance, &pause, answer);
                } else {
                    if goes_on {
                        utterance.last_speech = end;
                    }
                    self.hearing = Hearing::Pausing(utterance, pause);
                    self.ask_for_end();
                    self.end_if_enough();
                }
            }
        }
    }

    /// Notices when the microphone has gone in the middle of an utterance, or of what may have become one.
    pub(crate) fn due(&mut self, now: Duration) {
        if now.saturating_sub(self.latest_at) < WITHOUT_WORDS {
            return;
        }
        if matches!(self.hearing, Hearing::Quiet(_)) {
            self.hearing = Hearing::default();
            return;
        }
        if let Hearing::Pausing(_, pause) = &mut self.hearing {
            pause.forced = true;
            self.end_if_enough();
        } else {
            self.stop_hearing();
        }
        self.resume_answer();
    }

    /// When [`Listener::due`] has something to do. What was forced once, with no answer waiting, only waits for words.
    pub(crate) fn next_wakeup(&self) -> Option<Duration> {
        let waits = match &self.hearing {
            Hearing::Quiet(onset) => !onset.is_silent(),
            Hearing::Pausing(_, pause) => !pause.forced || self.answer_waits(),
            Hearing::Speaking(_) | Hearing::Ignoring(_) => true,
        };
        let words = waits.then(|| self.latest_at.saturating_add(WITHOUT_WORDS));
        [words, self.next_sleep()].into_iter().flatten().min()
    }

    /// What was said in this turn is over, and with it whatever wait there was.
    /// `said`: its last words.
    pub(crate) fn answer_over(&mut self, turn: TurnId, noticed: bool, said: &str) {
        self.waiting.take_if(|(waiting, _)| *waiting == turn);
        if let Hearing::Speaking(utterance) | Hearing::Pausing(utterance, _) = &mut self.hearing {
            utterance.over_is_said |= utterance.over == Some(turn);
        }
        self.follow_up();
        if noticed && self.barge_in == BargeIn::Key {
            self.echo = Echo::new(self.latest.forward(self.echo_guard), said);
        }
    }

    /// What is being said falls silent for a while, in which somebody may say that it is enough.
    pub(crate) fn answer_rests(&mut self, said: &str) {
        if self.barge_in == BargeIn::Key {
            self.echo = Echo::new(self.latest.forward(self.echo_guard), said);
        }
    }

    pub(crate) fn take_over(&mut self, settings: &Settings) {
        self.barge_in = settings.barge_in;
    }

    pub(crate) fn end_of_turn_degraded(&mut self, degraded: bool) {
        self.end_of_turn_degraded = degraded;
    }

    /// What it took for noise may be somebody who wants to be heard.
    pub(crate) fn attend(&mut self) {
        if matches!(self.hearing, Hearing::Ignoring(_)) {
            self.hearing = Hearing::default();
        }
    }

    /// Whoever still speaks does not mean Parley.
    pub(crate) fn ignore_utterance(&mut self) {
        if let Some(dbfs) = self.utterance().map(|utterance| utterance.voice.dbfs) {
            self.stop_hearing();
            // A microphone that has gone is not waited for.
            if self.now < self.latest_at.saturating_add(WITHOUT_WORDS) {
                self.hearing = Hearing::ignoring(dbfs);
            }
        }
    }

    /// Something begins to be said over whoever speaks. Where the microphone cannot tell its own voice from theirs, what
    /// they say is not to be made out.
    pub(crate) fn spoken_over(&mut self) {
        if self.barge_in == BargeIn::Key {
            self.ignore_utterance();
            self.resume_answer();
        }
    }

    /// Numbers all turns, since most of them begin here.
    pub(crate) fn next_turn(&mut self) -> TurnId {
        self.turns += 1;
        TurnId(self.turns)
    }

    /// As far as the microphone tells.
    pub(crate) fn phase(&self) -> Phase {
        match self.hearing {
            Hearing::Speaking(_) => Phase::Listening,
            Hearing::Pausing(..) => Phase::Deciding,
            Hearing::Quiet(_) | Hearing::Ignoring(_) if self.awake.is_asleep() => Phase::Asleep,
            Hearing::Quiet(_) | Hearing::Ignoring(_) => Phase::Quiet,
        }
    }

    /// Whether nobody speaks, nor may just be beginning to.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(&self.hearing, Hearing::Quiet(onset) if onset.is_silent())
    }

    /// Whether something that is said waits for somebody's words.
    pub(crate) fn answer_waits(&self) -> bool {
        self.waiting.is_some()
    }

    /// Whether what is said in this turn does.
    pub(crate) fn holds(&self, turn: TurnId) -> bool {
        self.waiting.is_some_and(|(waiting, _)| waiting == turn)
    }

    /// Whether somebody goes on with the question that is being answered.
    pub(crate) fn continues(&self) -> bool {
        self.utterance().is_some_and(|utterance| utterance.continues)
    }

    /// The turn that is to answer what is being said, if there is one yet.
    pub(crate) fn turn(&self) -> Option<TurnId> {
        match &self.hearing {
            Hearing::Quiet(_) | Hearing::Ignoring(_) => None,
            Hearing::Speaking(utterance) => utterance.peek.map(|peek| peek.turn),
            Hearing::Pausing(_, pause) => Some(pause.turn),
        }
    }

    /// What is being said, or has just been said.
    fn utterance(&self) -> Option<&Utterance> {
        match &self.hearing {
            Hearing::Quiet(_) | Hearing::Ignoring(_) => None,
            Hearing::Speaking(utterance) | Hearing::Pausing(utterance, _) => Some(utterance),
        }
    }

    /// Whether the speech in the microphone may be Parley's own, for want of a reference for the echo.
    fn hears_itself(&self, answer: Option<Answering>) -> bool {
        self.barge_in == BargeIn::Key && !self.answer_waits() && answer.is_some_and(|answer| answer.audible)
    }

    fn stop_hearing(&mut self) {
        if let Some(turn) = self.turn() {
            self.want(ListenerOutput::Discard { turn });
        }
        self.hearing = Hearing::default();
    }

    fn pause_answer(&mut self, answer: Option<Answering>) {
        if let Some(Answering { turn, .. }) = answer.filter(|_| !self.answer_waits()) {
            self.waiting = Some((turn, self.latest_at));
            self.want(ListenerOutput::Pause { turn });
        }
    }

    pub(crate) fn resume_answer(&mut self) {
        if let Some((turn, _)) = self.waiting.take() {
            self.want(ListenerOutput::Resume { turn });
        }
    }

    fn waiting_for(&self) -> Option<Duration> {
        self.waiting.map(|(_, since)| self.latest_at.saturating_sub(since))
    }

    fn want(&mut self, output: ListenerOutput) {
        self.outputs.push_back(output);
    }

    fn act(&mut self, action: Action) {
        self.want(ListenerOutput::Do(action));
    }

    /// What the end-of-turn model says of what has just been asked of it, at first.
    fn end_of_turn_pending(&self) -> Judgement {
        if self.end_of_turn_model && !self.end_of_turn_degraded { Judgement::Pending } else { Judgement::NoModel }
    }
}

//! Listens to the loudspeaker and to the conductor's notices, and panics with the name of the rule that was broken.
//!
//! Rules:
//! - Only what is released and not cancelled is heard, an answer and an announcement at most: every sample is the next
//!   one of its clauses.
//! - What was released and not cancelled is heard completely and in order.
//! - History holds what was heard: an answer in a prompt is no longer than what the loudspeaker played of it.
//! - The end of every turn that onlookers know of is reported once.

use std::collections::BTreeMap;
use std::time::Duration;

use parley_conversation::{Notice, Outcome, TurnId};
use parley_daemon::conductor::{Observation, TurnReport};
use parley_engines::{ChatMessage, Generate, Role};

use super::voice;

/// Samples that are shown of a sound that should not be there.
const SHOWN: usize = 8;
/// What the language model wanted done stands in a prompt too, and nobody hears it.
const TOOL_CALL: &str = "<tool_call>";

#[derive(Debug, Clone, Default)]
pub struct Turn {
    /// What was asked; empty where Parley spoke unasked.
    pub question: String,
    /// The clauses that are certain to be said.
    pub clauses: Vec<String>,
    /// When onlookers heard of it first.
    pub began: Duration,
    pub heard: Duration,
    pub first_heard: Option<Duration>,
    pub last_heard: Option<Duration>,
    /// Whether it was said unasked, over whatever else was said.
    pub announces: bool,
    pub ended: Option<(Duration, Outcome)>,
    pub report: Option<TurnReport>,
    samples: Vec<i16>,
}

impl Turn {
    pub fn answer(&self) -> String {
        self.clauses.join(" ")
    }
}

#[derive(Debug, Default)]
pub struct Auditor {
    /// Every turn that was released.
    pub turns: BTreeMap<TurnId, Turn>,
    pub notices: Vec<Notice>,
    alive: Vec<TurnId>,
    is_shown: bool,
}

impl Auditor {
    /// An auditor of a conversation; `spoken`: whether there is a loudspeaker.
    pub fn new(spoken: bool) -> Self {
        Self { is_shown: !spoken, ..Self::default() }
    }

    /// The turn that may be heard now.
    pub fn alive(&self) -> Option<TurnId> {
        self.alive.last().copied()
    }

    /// How long ago the oldest turn that may be heard began.
    pub fn oldest(&self, now: Duration) -> Duration {
        let began = self.alive.iter().filter_map(|turn| self.turns.get(turn)).map(|turn| turn.began);
        began.min().map_or(Duration::ZERO, |began| now.saturating_sub(began))
    }

    /// Forgets the notices, of the turns that are over all but the last ones, which a prompt may remember, and of these the
    /// sound.
    pub fn forget(&mut self) {
        /// More than any conversation remembers.
        const KEPT: usize = 32;
        self.notices = Vec::new();
        let over = |turn: &TurnId| self.turns.get(turn).is_some_and(|said| said.report.is_some());
        let mut over: Vec<TurnId> = self.turns.keys().copied().filter(over).collect();
        let kept = over.split_off(over.len().saturating_sub(KEPT));
        over.iter().for_each(|turn| _ = self.turns.remove(turn));
        let kept = kept.iter().filter(|turn| !self.alive.contains(turn));
        kept.for_each(|turn| self.turns.entry(*turn).or_default().samples = Vec::new());
    }

    /// Whether every turn has ended and was reported.
    pub fn is_settled(&self) -> bool {
        self.turns.values().all(|turn| turn.ended.is_some() && turn.report.is_some())
    }

    /// The conductor told something.
    pub(super) fn observe(&mut self, at: Duration, observation: Observation) {
        match observation {
            Observation::Notice(notice) => {
                self.take_notice(at, &notice);
                self.notices.push(notice);
            }
            Observation::Turn(report) => self.take_report(report),
        }
    }

    fn take_notice(&mut self, at: Duration, notice: &Notice) {
        match notice {
            Notice::Understood { turn, text, .. } => self.begin(at, *turn).question.clone_from(text),
            Notice::Answering { turn, text } => {
                let said = self.begin(at, *turn);
                // The voice is given what is spoken of it.
                said.samples.extend(voice::samples(&parley_speech_text::speakable(text, "en")));
                said.clauses.push(text.clone());
            }
            Notice::Ended { turn, outcome, .. } => {
                let shown = self.is_shown;
                let ended = self.alive.iter().position(|alive| alive == turn).map(|index| self.alive.remove(index));
                assert_eq!(ended, Some(*turn), "a turn ends once, after it was released");
                let said = self.turns.entry(*turn).or_default();
                said.ended = Some((at, *outcome));
                assert!(
                    *outcome != Outcome::Completed
                        || shown
                        || said.clauses.is_empty()
                        || said.heard == milliseconds(said.samples.len()),
                    "what was released and not cancelled is heard completely: only {:?} of {:?} of {:?}",
                    said.heard,
                    milliseconds(said.samples.len()),
                    said.answer(),
                );
            }
            Notice::Announcing { turn, .. } => {
                self.turns.entry(*turn).or_default().announces = true;
                self.begin(at, *turn);
            }
            Notice::SpeechBegan
            | Notice::NoWords
            | Notice::Degraded { .. }
            | Notice::Announced { .. }
            | Notice::Attentive { .. } => {}
        }
    }

    fn begin(&mut self, at: Duration, turn: TurnId) -> &mut Turn {
        let announces = self.turns.entry(turn).or_default().announces;
        if !self.alive.contains(&turn) {
            let like_it = |alive: &&TurnId| self.turns.get(alive).is_some_and(|other| other.announces == announces);
            let other = self.alive.iter().find(like_it);
            assert_eq!(other, None, "one answer and one announcement at a time: {turn}");
            self.alive.push(turn);
            self.turns.entry(turn).or_default().began = at;
        }
        let said = self.turns.entry(turn).or_default();
        assert!(said.ended.is_none(), "what is over stays over: {turn}");
        said
    }

    fn take_report(&mut self, report: TurnReport) {
        let Some(said) = self.turns.get_mut(&report.turn) else {
            panic!("only turns that were released are reported: {report:?}");
        };
        assert_eq!(said.report, None, "the end of a turn is reported once");
        assert_eq!(said.ended.map(|(_, outcome)| outcome), Some(report.outcome), "a report tells how the turn ended");
        assert_eq!(said.answer(), report.answer, "a report tells all clauses");
        assert_eq!(said.question, report.question, "a report tells the question");
        said.report = Some(report);
    }

    /// A period left the loudspeaker; returns the clause that began in it.
    pub(super) fn hear(&mut self, at: Duration, period: &[i16]) -> Option<String> {
        let sounds: Vec<i16> = period.iter().copied().filter(|sample| *sample != 0).collect();
        if sounds.is_empty() {
            return None;
        }
        let mut rest = sounds.as_slice();
        let mut clause = None;
        while !rest.is_empty() {
            let next = self.alive.iter().map(|turn| (self.samples_of(*turn, rest), *turn)).max();
            let Some((count, turn)) = next.filter(|(count, _)| *count > 0) else {
                panic!(
                    "a cancelled turn never says anything, nor does a draft, and no sample is lost or repeated: {}, \
                     while {:?} may be heard",
                    self.describe(rest),
                    self.alive
                );
            };
            rest = rest.get(count..).unwrap_or_default();
            clause = self.heard(at, turn, count).or(clause);
        }
        clause
    }

    /// How many of these samples are the next ones of a turn. A sound that is announced is whatever else is heard.
    fn samples_of(&self, turn: TurnId, sounds: &[i16]) -> usize {
        let Some(said) = self.turns.get(&turn) else { return 0 };
        if said.announces && said.clauses.is_empty() {
            return sounds.len();
        }
        let next = said.samples.iter().skip(said.heard.as_millis() as usize);
        next.zip(sounds).take_while(|(next, sound)| next == sound).count()
    }

    /// So many samples of a turn were heard; returns the clause that began in them.
    fn heard(&mut self, at: Duration, turn: TurnId, samples: usize) -> Option<String> {
        let said = self.turns.entry(turn).or_default();
        let from = said.heard.as_millis() as usize;
        said.heard += milliseconds(samples);
        said.first_heard.get_or_insert(at);
        said.last_heard = Some(at);
        let mut start = 0;
        let begins = |clause: &&String| {
            let begun = (from..from + samples).contains(&start);
            start += voice::length(clause).as_millis() as usize;
            begun
        };
        said.clauses.iter().find(begins).cloned()
    }

    /// The language model was asked: what the prompt remembers was heard.
    pub(super) fn check_prompt(&self, task: &Generate) {
        let said = |message: &&ChatMessage| message.role == Role::Assistant && !message.text.starts_with(TOOL_CALL);
        for message in task.messages.iter().filter(said) {
            let was_heard = self.turns.values().any(|turn| holds_only_heard(turn, &message.text));
            assert!(was_heard, "history holds what was heard, not {:?}", message.text);
        }
    }

    fn describe(&self, sounds: &[i16]) -> String {
        let shown = sounds.get(..SHOWN.min(sounds.len())).unwrap_or_default();
        for (id, turn) in &self.turns {
            if let Some(at) = turn.samples.windows(shown.len()).position(|window| window == shown) {
                return format!("{} ms of turn {id} ({:?})", at, turn.answer());
            }
        }
        format!("a sound of no turn that was released: {shown:?}")
    }
}

fn holds_only_heard(turn: &Turn, remembered: &str) -> bool {
    let Some(rest) = turn.answer().strip_prefix(remembered).map(str::to_owned) else {
        return false;
    };
    let ends_at_word = rest.is_empty() || rest.starts_with(' ');
    // A joint between clauses is a space that nobody says.
    let joints = turn.clauses.iter().scan(0, |end, clause| {
        *end += clause.chars().count() + 1;
        Some(*end)
    });
    let count = remembered.chars().count();
    let joints = joints.filter(|joint| *joint <= count).count();
    // The voice is given what is spoken of it.
    let spoken = parley_speech_text::speakable(remembered, "en").chars().count().saturating_sub(joints);
    ends_at_word && voice::length(&"x".repeat(spoken)) <= turn.heard
}

fn milliseconds(count: usize) -> Duration {
    Duration::from_millis(count as u64)
}

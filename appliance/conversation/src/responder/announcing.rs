//! Announcements: which is said when, and what becomes of it.
//!
//! ```text
//! waits ──due──▶ is said ──heard──▶ over, or waits to be said again
//!   ▲               │ stopped before anything was heard, or the voice failed
//!   └───────────────┘
//! ```

use std::time::Duration;

use parley_speech_text::language_of_letters;

use super::Responder;
use super::answer::Answer;
use crate::action::{Action, Notice, Outcome};
use crate::announcement::{Announcement, AnnouncementOutcome, Sounding, Urgency};
use crate::ids::TurnId;
use crate::interface::ResponderOutput;
use crate::settings::MAX_QUESTION_CHARS;

/// Announcements that may wait; beyond, the least urgent is refused.
const MAX_WAITING: usize = 16;
/// How long one of normal urgency waits for silence.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long after its end one is said again that nobody has stopped.
const SAID_AGAIN_AFTER: Duration = Duration::from_secs(5);
/// How long after a failure of the voice it is tried again.
const TRIED_AGAIN_AFTER: Duration = Duration::from_secs(10);
/// How long one is said again and again, where nobody says until when.
const LONGEST_REPEATING: Duration = Duration::from_secs(15 * 60);

#[derive(Debug)]
pub(super) struct Waiting {
    announcement: Announcement,
    /// Since when it might be said.
    since: Duration,
}

/// What is being announced.
#[derive(Debug)]
pub(super) struct Announcing {
    announcement: Announcement,
    pub(super) answer: Answer,
}

impl Announcing {
    pub(super) fn is_until_acknowledged(&self) -> bool {
        self.announcement.until_acknowledged
    }
}

impl Responder {
    pub(crate) fn announce(&mut self, mut announcement: Announcement) {
        if announcement.until_acknowledged {
            let longest = self.now.saturating_add(LONGEST_REPEATING);
            announcement.until = Some(announcement.until.unwrap_or(longest));
        }
        self.put(announcement, self.now);
        if self.waiting.len() > MAX_WAITING {
            // They are in the order of their urgency.
            if let Some(Waiting { announcement, .. }) = self.waiting.pop_back() {
                self.tell_outcome(&announcement, AnnouncementOutcome::Refused);
            }
        }
    }

    /// Begins what is due; `silent`: nobody speaks. Returns whether something was begun.
    pub(crate) fn announcement_is_due(&mut self, silent: bool) -> bool {
        self.expire_announcements();
        let Some(next) = self.waiting.iter().position(|waiting| self.may_be_said(waiting, silent)) else {
            return false;
        };
        let urgency = self.waiting[next].announcement.urgency;
        match &self.announcing {
            None => true,
            Some(said) if said.announcement.urgency < Urgency::High && urgency == Urgency::High => {
                self.put_back(Duration::ZERO);
                true
            }
            Some(_) => false,
        }
    }

    /// Says the first that may be said; an answer waits behind it.
    pub(crate) fn begin_announcement(&mut self, turn: TurnId, silent: bool) {
        let next = self.waiting.iter().position(|waiting| self.may_be_said(waiting, silent));
        let Some(Waiting { announcement, .. }) = next.and_then(|next| self.waiting.remove(next)) else {
            return;
        };
        if let Some(turn) = self.answer.as_ref().map(|answer| answer.turn) {
            self.hold(turn, |answer| answer.behind = true);
        }
        self.act(Action::Tell(Notice::Announcing { turn, id: announcement.id }));
        let language = match &announcement.sounding {
            Sounding::TextIn { language, .. } => language,
            Sounding::Text(text) => language_of_letters(text).unwrap_or(self.preferred_voice()),
            Sounding::Sound(_) => self.preferred_voice(),
        };
        let mut answer = Answer::new(turn, None, language.to_owned(), self.settings.rest());
        match &announcement.sounding {
            Sounding::Text(text) | Sounding::TextIn { text, .. } => {
                let end = text.char_indices().nth(MAX_QUESTION_CHARS).map_or(text.len(), |(end, _)| end);
                self.say_only(&mut answer, text.get(..end).unwrap_or_default());
            }
            Sounding::Sound(sound) => {
                answer.finished = true;
                if self.settings.spoken {
                    answer.sounds = true;
                    self.act(Action::Play { turn, sound: sound.clone() });
                }
                self.end_speech(turn);
            }
        }
        answer.noticed = !self.settings.spoken;
        let clauses = answer.clauses.clone();
        self.announcing = Some(Announcing { announcement, answer });
        self.act(Action::Release { turn });
        for clause in clauses {
            self.act(Action::Tell(Notice::Answering { turn, text: clause.text }));
        }
        if !self.settings.spoken {
            self.announcement_heard();
        }
    }

    /// Somebody wants silence, by a key or by words over it. What nobody heard is said again.
    pub(crate) fn stop_announcement(&mut self) {
        let Some(said) = &self.announcing else { return };
        if said.answer.noticed {
            self.cancel_announcement(AnnouncementOutcome::Stopped);
        } else {
            self.put_back(Duration::ZERO);
        }
    }

    /// The voice failed. What may be said later is tried again.
    pub(super) fn announcement_failed(&mut self) {
        if self.announcing.as_ref().is_some_and(|said| said.announcement.until.is_some()) {
            self.put_back(TRIED_AGAIN_AFTER);
        } else {
            self.cancel_announcement(AnnouncementOutcome::Failed);
        }
    }

    pub(super) fn announcement_heard(&mut self) {
        let Some(said) = &self.announcing else { return };
        if said.announcement.until_acknowledged {
            if let Some(announcement) = self.end_announcement(Outcome::Completed) {
                self.put(announcement, self.now.saturating_add(SAID_AGAIN_AFTER));
            }
        } else if let Some(announcement) = self.end_announcement(Outcome::Completed) {
            self.tell_outcome(&announcement, AnnouncementOutcome::Heard);
        }
    }

    /// Whether this turn is being said, as an answer or an announcement.
    pub(crate) fn says(&self, turn: TurnId) -> bool {
        self.announcing() == Some(turn) || self.answer.as_ref().is_some_and(|answer| answer.turn == turn)
    }

    /// The turn that announces something.
    pub(crate) fn announcing(&self) -> Option<TurnId> {
        self.announcing.as_ref().map(|said| said.answer.turn)
    }

    /// When time alone changes what is to be announced.
    pub(crate) fn next_wakeup(&self) -> Option<Duration> {
        let times = self.waiting.iter().flat_map(|Waiting { announcement, since }| {
            let patience = match announcement.urgency {
                Urgency::Low => None,
                Urgency::Normal => Some(since.saturating_add(PATIENCE)),
                Urgency::High => Some(*since),
            };
            // What might be said already waits for silence, and is looked at with every event.
            let begins = Some(*since).filter(|since| *since > self.now);
            [announcement.until, begins, patience.filter(|at| *at > self.now)]
        });
        times.flatten().min()
    }

    fn may_be_said(&self, Waiting { announcement, since }: &Waiting, silent: bool) -> bool {
        let quiet = silent && self.answer.is_none() && self.announcing.is_none();
        let waited = self.now.checked_sub(*since);
        waited.is_some_and(|waited| match announcement.urgency {
            Urgency::Low => quiet,
            Urgency::Normal => quiet || (waited >= PATIENCE && self.announcing.is_none()),
            Urgency::High => true,
        })
    }

    fn expire_announcements(&mut self) {
        let now = self.now;
        let over = |waiting: &Waiting| waiting.announcement.until.is_some_and(|until| until <= now);
        while let Some(index) = self.waiting.iter().position(over) {
            if let Some(Waiting { announcement, .. }) = self.waiting.remove(index) {
                self.tell_outcome(&announcement, AnnouncementOutcome::Expired);
            }
        }
    }

    /// It waits once more, for so long at least.
    fn put_back(&mut self, wait: Duration) {
        let Some(turn) = self.announcing() else { return };
        self.act(Action::Cancel { turn });
        let Some(announcement) = self.end_announcement(Outcome::Interrupted) else { return };
        self.put(announcement, self.now.saturating_add(wait));
    }

    /// In the order of urgency, and of arrival within one.
    fn put(&mut self, announcement: Announcement, since: Duration) {
        let urgency = announcement.urgency;
        let place = self.waiting.iter().position(|waiting| waiting.announcement.urgency < urgency);
        self.waiting.insert(place.unwrap_or(self.waiting.len()), Waiting { announcement, since });
    }

    fn cancel_announcement(&mut self, outcome: AnnouncementOutcome) {
        let Some(turn) = self.announcing() else { return };
        self.act(Action::Cancel { turn });
        if let Some(announcement) = self.end_announcement(Outcome::Interrupted) {
            self.tell_outcome(&announcement, outcome);
        }
    }

    /// Its turn is over, and the answer behind it goes on.
    fn end_announcement(&mut self, outcome: Outcome) -> Option<Announcement> {
        let Announcing { announcement, answer } = self.announcing.take()?;
        let (turn, noticed, said) = (answer.turn, answer.noticed, answer.last_words());
        if noticed {
            self.remember(answer, outcome == Outcome::Completed);
        }
        self.outputs.push_back(ResponderOutput::AnswerOver { turn, noticed, said });
        self.act(Action::Tell(Notice::Ended { turn, outcome, failed: false }));
        if let Some(turn) = self.answer.as_ref().map(|answer| answer.turn) {
            self.hold(turn, |answer| answer.behind = false);
        }
        Some(announcement)
    }

    fn tell_outcome(&mut self, announcement: &Announcement, outcome: AnnouncementOutcome) {
        self.act(Action::Tell(Notice::Announced { id: announcement.id, outcome }));
    }
}

//! A lesson for a new wake word: the sound and the words that [`Lesson`] asks for.
//!
//! While it listens, the conversation hears silence, so that no example is a question and nothing hangs; wake words are not
//! looked at. It begins when the answer that invites to it has been heard to its end, and learns beside the conversation.

use std::sync::Arc;
use std::time::Duration;

use parley_conversation::{
    Announcement, AnnouncementId, AnnouncementOutcome, Effect, EffectId, EffectResult, Event, Lesson, LessonAction,
    LessonEvent, LessonResult, Outcome, Phase, Position, Sounding, TurnId, Urgency, WakeWordWish,
};
use parley_engines::{Order, Priority, Transcribe};

use super::{Conductor, Report, Task, jobs, next_announcement};
use crate::listening::AudioFrame;

/// How its tone is called.
pub(crate) const TONE: &str = "tone";
/// A tone that does not sound in this time is none, and what is said about a lesson is of no use after that.
const TONE_STALE_AFTER: Duration = Duration::from_secs(5);
const STALE_AFTER: Duration = Duration::from_secs(60);

/// Learns wake words and forgets them. It may take seconds, on a thread where it may wait.
pub trait Teacher: Send + Sync {
    /// Learns a word from examples, mono at 16 kHz, in each of which it is said once; listens for it from now on.
    fn learn(&self, name: &str, examples: &[Vec<i16>]) -> LessonResult;

    /// Forgets the word that is called so; of the only one nobody need say how it is called.
    fn forget(&self, name: &str) -> LessonResult;

    /// The names of all that is listened for.
    fn names(&self) -> Vec<String>;
}

/// A lesson that goes on.
pub(super) struct LessonUnderWay {
    lesson: Lesson,
    language: String,
    tone: Option<AnnouncementId>,
    takes: Vec<Vec<i16>>,
    /// What finds the words of the last example.
    job: Option<Task>,
}

/// A lesson that begins when its invitation was heard.
pub(super) struct LessonWanted {
    turn: TurnId,
    language: String,
}

impl Conductor {
    /// The same conductor, with somebody who learns wake words.
    #[must_use]
    pub fn with_teacher(mut self, teacher: Arc<dyn Teacher>) -> Self {
        self.teacher = Some(teacher);
        self
    }

    /// Does what somebody wants of wake words; false where an effect is something else.
    pub(super) fn perform_wish(&mut self, turn: TurnId, id: EffectId, effect: &Effect) -> bool {
        let Some((wish, language)) = WakeWordWish::of(effect) else { return false };
        let its = language.clone();
        let said =
            move |result: LessonResult| Event::Performed { turn, id, result: EffectResult::Say(result.says(&its)) };
        match (wish, self.teacher.clone()) {
            (_, None) => self.send_later(said(LessonResult::NotHere)),
            (WakeWordWish::Learn, Some(_)) => {
                self.lesson_wanted = Some(LessonWanted { turn, language });
                self.send_later(said(LessonResult::Begins));
            }
            (WakeWordWish::Forget(name), Some(teacher)) => {
                let reports = self.reports.clone();
                tokio::spawn(async move {
                    let (result, names) = taught(teacher, move |teacher| teacher.forget(&name)).await;
                    // An error means that the conductor is gone.
                    let _ = reports.send(Report::Names(names)).await;
                    jobs::send(&reports, said(result)).await;
                });
            }
        }
        true
    }

    /// A turn is over: the lesson that it invites to begins, if all of it was heard.
    pub(super) fn lesson_may_begin(&mut self, turn: TurnId, outcome: Outcome) {
        let Some(LessonWanted { language, .. }) = self.lesson_wanted.take_if(|wanted| wanted.turn == turn) else {
            return;
        };
        if outcome == Outcome::Completed {
            let (lesson, first) = Lesson::begin(self.started.elapsed());
            self.lesson = Some(LessonUnderWay { lesson, language, tone: None, takes: Vec::new(), job: None });
            self.do_for_lesson(first);
        }
    }

    /// Whether a lesson listens, so that nobody else does; it takes the frame then.
    pub(super) fn lesson_hears(&mut self, frame: &AudioFrame) -> bool {
        if self.lesson.is_none() {
            return false;
        }
        let sounds = match self.conversation.phase() {
            Phase::Thinking | Phase::Speaking | Phase::Interrupted => true,
            Phase::Asleep | Phase::Quiet | Phase::Listening | Phase::Deciding => false,
        };
        self.tell_lesson(LessonEvent::Frame { end: frame.end, speech: frame.speech, sounds });
        true
    }

    /// Whoever presses or types wants something else.
    pub(super) fn lesson_gives_way(&mut self, event: &Event) {
        if matches!(event, Event::Interrupt | Event::Woken { .. } | Event::Typed { .. }) {
            self.tell_lesson(LessonEvent::Stop);
        }
    }

    /// Something that was announced is over.
    pub(super) fn lesson_heard(&mut self, id: AnnouncementId, outcome: AnnouncementOutcome) {
        if self.lesson.as_ref().is_some_and(|lesson| lesson.tone == Some(id)) {
            self.tell_lesson(LessonEvent::ToneOver { heard: outcome == AnnouncementOutcome::Heard });
        }
    }

    pub(super) fn lesson_wakeup(&self) -> Option<Duration> {
        self.lesson.as_ref()?.lesson.next_wakeup()
    }

    pub(super) fn tell_lesson(&mut self, event: LessonEvent) {
        let now = self.started.elapsed();
        let Some(under_way) = &mut self.lesson else { return };
        let action = under_way.lesson.handle(event, now);
        if let Some(action) = action {
            self.do_for_lesson(action);
        }
        self.lesson.take_if(|under_way| under_way.lesson.is_over());
    }

    fn do_for_lesson(&mut self, action: LessonAction) {
        let Some(under_way) = &mut self.lesson else { return };
        match action {
            LessonAction::Tone => {
                let id = next_announcement();
                under_way.tone = Some(id);
                self.announce(id, Sounding::Sound(TONE.into()), Urgency::High, TONE_STALE_AFTER);
            }
            LessonAction::Take { from, to } => self.take_example(from, to),
            LessonAction::Learn { takes, name } => {
                let examples: Vec<Vec<i16>> =
                    takes.into_iter().filter_map(|take| under_way.takes.get_mut(take).map(std::mem::take)).collect();
                let (language, reports) = (under_way.language.clone(), self.reports.clone());
                let Some(teacher) = self.teacher.clone() else { return };
                tokio::spawn(async move {
                    let (result, names) = taught(teacher, move |teacher| teacher.learn(&name, &examples)).await;
                    // An error means that the conductor is gone.
                    let _ = reports.send(Report::Names(names)).await;
                    let _ = reports.send(Report::Lesson { result, language }).await;
                });
            }
            LessonAction::Say(result) => {
                let language = under_way.language.clone();
                self.say_of_lesson(&result, language);
            }
        }
    }

    pub(super) fn say_of_lesson(&self, result: &LessonResult, language: String) {
        let text = result.says(&language);
        let sounding = Sounding::TextIn { language, text };
        self.announce(next_announcement(), sounding, Urgency::Normal, STALE_AFTER);
    }

    fn take_example(&mut self, from: Position, to: Position) {
        let audio = self.audio.stretch(from, to);
        let task = Transcribe { language: self.language.clone(), audio: Arc::clone(&audio) };
        let order = Order { seat: self.engines.seat.0, priority: Priority::Released };
        let job = self.engines.speech_to_text.start_as(task, order);
        let reports = self.reports.clone();
        let Some(under_way) = &mut self.lesson else { return };
        under_way.takes.push(audio.to_vec());
        let take = under_way.takes.len();
        under_way.job = Some(Task::spawn(async move {
            let transcript = jobs::transcript(job).await;
            // An error means that the conductor is gone.
            let _ = reports.send(Report::Example { take, transcript }).await;
        }));
    }

    /// The words of an example are known; those of an earlier one are of no use any more.
    pub(super) fn example(&mut self, take: usize, transcript: Option<parley_conversation::Transcript>) {
        if self.lesson.as_ref().is_some_and(|under_way| under_way.takes.len() == take) {
            self.tell_lesson(LessonEvent::Words(transcript));
        }
    }

    fn announce(&self, id: AnnouncementId, sounding: Sounding, urgency: Urgency, stale_after: Duration) {
        let until = Some(self.started.elapsed() + stale_after);
        let announcement = Announcement { id, sounding, urgency, until, until_acknowledged: false };
        self.send_later(Event::Announce { announcement });
    }
}

/// What came of what a teacher does, and the names of all that is listened for then.
async fn taught(
    teacher: Arc<dyn Teacher>,
    teach: impl FnOnce(&dyn Teacher) -> LessonResult + Send + 'static,
) -> (LessonResult, Vec<String>) {
    let its = Arc::clone(&teacher);
    let result = tokio::task::spawn_blocking(move || teach(its.as_ref())).await;
    let result = result.unwrap_or_else(|panic| {
        tracing::warn!(%panic, "a wake word could not be learnt");
        LessonResult::Failed
    });
    (result, teacher.names())
}

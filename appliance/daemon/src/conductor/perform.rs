//! Performing actions: one `match`, and what it calls.

use std::sync::Arc;
use std::time::Duration;

use parley_conversation::{Action, Event, Notice, Stage, TurnId};
use parley_engines::{JudgeEndOfTurn, Order, Priority, Transcribe};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::jobs::{self, AnswerJob};
use super::speech::{self, Speech};
use super::timeline::Mark;
use super::{Conductor, Generating, Observation, Report, SharedFeed, SharedLoudspeaker, Task, Turn, TurnReport};
use crate::signals::Signal;

/// An audio thread takes up a pause within two periods; what was heard no longer changes after it.
const PAUSE_TAKES: Duration = Duration::from_millis(40);

impl Conductor {
    pub(super) fn perform(&mut self, action: Action) {
        let now = Instant::now();
        match action {
            Action::Transcribe { turn, from, to } => {
                self.speech_ended(turn);
                self.turn(turn).timeline.mark(Mark::TranscriptionStarted, now);
                let task = Transcribe { language: self.language.clone(), audio: self.audio.stretch(from, to) };
                let job = self.engines.speech_to_text.start_as(task, self.order(turn));
                self.turn(turn).priorities.push(job.job_priority());
                self.spawn(turn, jobs::transcribe(turn, job, self.reports.clone()));
            }
            Action::JudgeEndOfTurn { turn, from, to } => {
                self.speech_ended(turn);
                if let Some(engine) = &self.engines.end_of_turn {
                    let task = JudgeEndOfTurn { audio: self.audio.stretch(from, to) };
                    let job = engine.start_as(task, self.order(turn));
                    self.turn(turn).priorities.push(job.job_priority());
                    self.spawn(turn, jobs::judge(turn, job, self.reports.clone()));
                } else {
                    self.send_later(Event::Failed { turn, stage: Stage::EndOfTurn });
                }
            }
            Action::Generate { turn, messages } => {
                self.preparation = None;
                self.turn(turn).timeline.mark(Mark::GenerationStarted, now);
                let task = jobs::generate_task(messages, &self.generating);
                let job = self.engines.language_model.start_as(task, self.order(turn));
                self.turn(turn).priorities.push(job.job_priority());
                let answer = AnswerJob::start(turn, job, self.generating.max_tokens, self.reports.clone());
                self.turn(turn).answer = Some(answer);
            }
            Action::Prepare { messages } => {
                let reading = Generating { max_tokens: 0, ..self.generating.clone() };
                let order = Order { seat: self.engines.seat.0, priority: Priority::ReadingAhead };
                let mut job = self.engines.language_model.start_as(jobs::generate_task(messages, &reading), order);
                // A failure needs no word: the next question will tell.
                self.preparation = Some(Task::spawn(async move { while let Some(Ok(_)) = job.next().await {} }));
            }
            Action::Speak { turn, clause, text, language, rest } => {
                if clause == 0 {
                    self.turn(turn).timeline.mark(Mark::FirstClause, now);
                }
                if let Some(speech) = self.speech(turn) {
                    speech.say(clause, text, language, rest);
                }
            }
            Action::Play { turn, sound } => {
                if let Some(speech) = self.speech(turn) {
                    speech.play(crate::sounds::named(&sound));
                }
            }
            Action::EndSpeech { turn } => {
                if let Some(speech) = self.speech(turn) {
                    speech.end();
                }
            }
            Action::Release { turn } => {
                self.turn(turn).timeline.mark(Mark::Released, now);
                let state = self.turn(turn);
                (state.told, state.released) = (true, true);
                state.priorities.iter().for_each(|priority| priority.set(Priority::Released));
                if let Some(speech) = self.speech(turn) {
                    speech.release();
                }
            }
            Action::Perform { turn, id, effect } => {
                if !self.perform_wish(turn, id, &effect) {
                    self.perform_effect(turn, id, effect);
                }
            }
            Action::Pause { turn } => {
                if let Some(speech) = self.turn(turn).speech.as_ref() {
                    speech.stream.pause();
                    let report = speech.report_heard(PAUSE_TAKES);
                    self.spawn(turn, report);
                }
            }
            Action::Resume { turn } => {
                if let Some(speech) = self.turn(turn).speech.as_ref() {
                    speech.stream.resume();
                }
            }
            Action::Cancel { turn } => self.cancel(turn),
            Action::Tell(notice) => self.tell(notice),
        }
    }

    /// Stops everything of a turn. One that onlookers know of is remembered until the core says how it ended.
    fn cancel(&mut self, turn: TurnId) {
        let Some(state) = self.turns.get_mut(&turn) else { return };
        state.answer = None;
        state.jobs.clear();
        let speech = state.speech.take();
        if !state.told {
            self.turns.remove(&turn);
        } else if let Some(speech) = speech {
            let heard = speech.stream.stop();
            self.send_later(Event::Heard { turn, heard });
        }
    }

    fn tell(&mut self, notice: Notice) {
        let report = match &notice {
            Notice::Understood { turn, text, language } => {
                let state = self.turn(*turn);
                (state.told, state.question, state.language) = (true, text.clone(), language.clone());
                self.signal(Signal::Heard);
                None
            }
            Notice::Answering { turn, text } => {
                self.turn(*turn).clauses.push(text.clone());
                None
            }
            Notice::Ended { turn, outcome, failed } => {
                self.lesson_may_begin(*turn, *outcome);
                self.turns.remove(turn).map(|state| {
                    if state.voice_failed {
                        self.signal(Signal::Failed);
                    }
                    TurnReport {
                        turn: *turn,
                        question: state.question,
                        language: state.language,
                        answer: state.clauses.join(" "),
                        outcome: *outcome,
                        failed: *failed,
                        timeline: state.timeline,
                    }
                })
            }
            Notice::Announcing { turn, .. } => {
                let state = self.turn(*turn);
                (state.told, state.announces) = (true, true);
                None
            }
            Notice::NoWords => {
                self.signal(Signal::NotUnderstood);
                None
            }
            Notice::Announced { id, outcome } => {
                self.lesson_heard(*id, *outcome);
                None
            }
            Notice::SpeechBegan | Notice::Degraded { .. } | Notice::Attentive { .. } => None,
        };
        // An error means that nobody looks on.
        let _ = self.observations.send(Observation::Notice(notice));
        if let Some(report) = report {
            let _ = self.observations.send(Observation::Turn(report));
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(signals) = &self.signals {
            signals.play(signal);
        }
    }

    /// The place of a turn's jobs among those of others.
    fn order(&self, turn: TurnId) -> Order {
        let released = self.turns.get(&turn).is_some_and(|turn| turn.released);
        let priority = if released { Priority::Released } else { Priority::Draft };
        Order { seat: self.engines.seat.0, priority }
    }

    fn speech_ended(&mut self, turn: TurnId) {
        let at = self.last_speech;
        self.turn(turn).timeline.mark(Mark::SpeechEnded, at);
    }

    fn turn(&mut self, turn: TurnId) -> &mut Turn {
        self.turns.entry(turn).or_default()
    }

    /// The turn's speech, begun where it has not been yet; `None` without a loudspeaker.
    fn speech(&mut self, turn: TurnId) -> Option<&mut Speech> {
        let state = self.turns.entry(turn).or_default();
        let SharedLoudspeaker { answers, announcements } = self.loudspeaker.as_ref()?;
        let SharedFeed { feed, rate_hz, control } = if state.announces { announcements } else { answers };
        let begin = || {
            speech::Outlet {
                feed: Arc::clone(feed),
                rate_hz: *rate_hz,
                control: control.clone(),
                voice: Arc::clone(&self.engines.text_to_speech),
                seat: self.engines.seat,
                replies: Arc::clone(&self.replies),
                reports: self.reports.clone(),
            }
            .begin(turn)
        };
        Some(state.speech.get_or_insert_with(begin))
    }

    fn spawn(&mut self, turn: TurnId, job: impl Future<Output = ()> + Send + 'static) {
        let state = self.turn(turn);
        state.jobs.retain(|job| !job.0.is_finished());
        state.jobs.push(Task::spawn(job));
    }

    /// Hands the core an event after the one that is being handled.
    pub(super) fn send_later(&self, event: Event) {
        let reports = self.reports.clone();
        match reports.try_send(Report::Event(event)) {
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
            Err(mpsc::error::TrySendError::Full(report)) => {
                tokio::spawn(async move { reports.send(report).await.ok() });
            }
        }
    }
}

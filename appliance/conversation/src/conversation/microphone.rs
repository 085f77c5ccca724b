//! The microphone's side: onsets, pauses and the end of an utterance.

use std::time::Duration;

use super::{Conversation, WITHOUT_WORDS};
use crate::action::{Action, Notice};
use crate::answer::Progress;
use crate::back_channel::is_back_channel;
use crate::endpoint::{Judgement, TextCue};
use crate::event::Transcript;
use crate::hearing::{Hearing, LONGEST_UTTERANCE, Pause, Utterance, noise_stopped};
use crate::ids::{Position, TurnId};
use crate::settings::BargeIn;

/// While somebody speaks over an answer, words are looked for this often.
const PEEK_EVERY: Duration = Duration::from_millis(900);
/// A second look at the end of a turn, with more silence to listen to, pays off from here.
const JUDGE_AGAIN_AFTER: Duration = Duration::from_millis(320);
/// Words less sure than this were made up from noise.
const LEAST_CONFIDENCE: f32 = 0.3;

impl Conversation {
    pub(super) fn on_frame(&mut self, end: Position, speech: bool, now: Duration) {
        self.latest = end;
        self.latest_at = now;
        match std::mem::take(&mut self.hearing) {
            Hearing::Quiet(mut onset) => match onset.add(end, speech) {
                _ if self.microphone_closed() => {}
                Some(utterance) => self.on_onset(utterance),
                None => self.hearing = Hearing::Quiet(onset),
            },
            Hearing::Ignoring { mut silence } => {
                if !noise_stopped(&mut silence, speech) {
                    self.hearing = Hearing::Ignoring { silence };
                }
            }
            Hearing::Speaking(mut utterance) => {
                if speech {
                    utterance.last_speech = end;
                }
                let too_long = end.since(utterance.from) >= LONGEST_UTTERANCE;
                if too_long || end.since(utterance.last_speech) >= self.settings.endpointing.speculate_after {
                    self.on_silence(utterance, too_long);
                } else {
                    self.peek(&mut utterance, end);
                    self.hearing = Hearing::Speaking(utterance);
                }
            }
            Hearing::Pausing(mut utterance, mut pause) => {
                if pause.add(speech) && !pause.forced {
                    self.habit.paused(end.since(utterance.last_speech));
                    self.actions.push(Action::Cancel { turn: pause.turn });
                    utterance.last_speech = end;
                    self.hearing = Hearing::Speaking(utterance);
                } else {
                    self.judge_again(&utterance, &mut pause);
                    self.hearing = Hearing::Pausing(utterance, pause);
                    self.end_if_enough();
                }
            }
        }
    }

    /// Without a reference for the echo, Parley would hear itself.
    pub(super) fn microphone_closed(&self) -> bool {
        self.settings.barge_in == BargeIn::Key && self.answer.as_ref().is_some_and(|answer| !answer.heard.is_zero())
    }

    pub(super) fn on_onset(&mut self, mut utterance: Utterance) {
        self.actions.push(Action::Tell(Notice::SpeechBegan));
        if let Some(answer) = &mut self.answer
            && answer.progress == Progress::Released
        {
            answer.progress = Progress::Paused;
            self.actions.push(Action::Pause { turn: answer.turn });
            utterance.next_peek = Position(utterance.onset.0 + PEEK_EVERY);
            // Nothing was heard yet: they had not finished, and what follows belongs to what they said before.
            if let Some(asked_from) = answer.asked_from
                && answer.heard.is_zero()
                && utterance.onset.since(asked_from) < LONGEST_UTTERANCE / 2
            {
                utterance.from = asked_from;
            }
        }
        self.hearing = Hearing::Speaking(utterance);
    }

    /// While an answer waits, finds out whether what goes on and on has words.
    pub(super) fn peek(&mut self, utterance: &mut Utterance, end: Position) {
        if self.paused_answer().is_some() && utterance.peek.is_none() && end >= utterance.next_peek {
            let turn = self.new_turn();
            utterance.peek = Some(turn);
            self.actions.push(Action::Transcribe {
                turn,
                from: utterance.from,
                to: end,
            });
        }
    }

    pub(super) fn on_silence(&mut self, mut utterance: Utterance, too_long: bool) {
        if let Some(turn) = utterance.peek.take() {
            self.actions.push(Action::Cancel { turn });
        }
        let turn = self.new_turn();
        let judged = if self.judge_works {
            Judgement::Pending
        } else {
            Judgement::NoModel
        };
        let mut pause = Box::new(Pause::new(turn, judged, too_long));
        if self.settings.speculation || too_long || self.paused_answer().is_some() {
            self.transcribe(&utterance, &mut pause);
        }
        if self.judge_works {
            self.actions.push(Action::JudgeEndOfTurn {
                turn,
                from: utterance.from,
                to: self.latest,
            });
        }
        self.hearing = Hearing::Pausing(utterance, pause);
    }

    pub(super) fn transcribe(&mut self, utterance: &Utterance, pause: &mut Pause) {
        pause.transcribing = true;
        self.actions.push(Action::Transcribe {
            turn: pause.turn,
            from: utterance.from,
            to: self.latest,
        });
    }

    pub(super) fn judge_again(&mut self, utterance: &Utterance, pause: &mut Pause) {
        let doubtful =
            matches!(pause.judged, Judgement::Probability(p) if p < self.settings.endpointing.finished_probability);
        if doubtful && !pause.judged_again && self.latest.since(utterance.last_speech) >= JUDGE_AGAIN_AFTER {
            pause.judged_again = true;
            self.actions.push(Action::JudgeEndOfTurn {
                turn: pause.turn,
                from: utterance.from,
                to: self.latest,
            });
        }
    }

    pub(super) fn on_judged(&mut self, turn: TurnId, judged: Judgement) {
        if let Hearing::Pausing(_, pause) = &mut self.hearing
            && pause.turn == turn
        {
            pause.judged = judged;
            self.end_if_enough();
        }
    }

    pub(super) fn on_transcript(&mut self, turn: TurnId, transcript: Transcript) {
        let words = transcript.confidence >= LEAST_CONFIDENCE && transcript.text.chars().any(char::is_alphanumeric);
        // Before anything was heard, "yes" goes on with the question; over an answer it only says "I am listening".
        let interrupts = words
            && self
                .paused_answer()
                .is_none_or(|answer| answer.heard.is_zero() || !is_back_channel(&transcript.text));
        match std::mem::take(&mut self.hearing) {
            Hearing::Speaking(mut utterance) if utterance.peek == Some(turn) => {
                utterance.peek = None;
                self.actions.push(Action::Cancel { turn });
                if interrupts {
                    self.give_way();
                } else if self.latest.since(utterance.onset) >= WITHOUT_WORDS {
                    self.resume_answer();
                    self.hearing = Hearing::Ignoring {
                        silence: Duration::ZERO,
                    };
                    return;
                }
                utterance.next_peek = Position(self.latest.0 + PEEK_EVERY);
                self.hearing = Hearing::Speaking(utterance);
            }
            Hearing::Pausing(_, pause) if pause.turn == turn && !interrupts => {
                self.actions.push(Action::Cancel { turn });
                self.resume_answer();
                if !words {
                    self.actions.push(Action::Tell(Notice::NoWords));
                }
            }
            Hearing::Pausing(utterance, mut pause) if pause.turn == turn => {
                self.give_way();
                if self.settings.speculation || pause.forced {
                    pause.draft = Some(self.draft(turn, &transcript, Some(utterance.from)));
                }
                pause.transcript = Some(transcript);
                self.hearing = Hearing::Pausing(utterance, pause);
                self.end_if_enough();
            }
            unchanged
            @ (Hearing::Quiet(_) | Hearing::Speaking(_) | Hearing::Pausing(..) | Hearing::Ignoring { .. }) => {
                self.hearing = unchanged;
            }
        }
    }

    /// Ends the utterance if there has been silence enough, and what is needed to answer it is there.
    pub(super) fn end_if_enough(&mut self) {
        let Hearing::Pausing(utterance, pause) = &mut self.hearing else {
            return;
        };
        let silence = self.latest.since(utterance.last_speech);
        let cue = match &pause.transcript {
            Some(transcript) => Some(TextCue::of(&transcript.text)),
            // Without speculation the words are not known yet: the sound alone decides.
            None if !self.settings.speculation => Some(TextCue::Open),
            None => None,
        };
        let enough = pause.forced || silence >= self.settings.endpointing.enough(pause.judged, cue, &self.habit);
        let interrupting = self
            .answer
            .as_ref()
            .is_some_and(|answer| answer.progress == Progress::Paused);
        if interrupting && silence >= WITHOUT_WORDS && pause.transcript.is_none() {
            self.actions.push(Action::Cancel { turn: pause.turn });
            self.hearing = Hearing::default();
            self.resume_answer();
        } else if enough && pause.transcript.is_some() {
            let Hearing::Pausing(utterance, mut pause) = std::mem::take(&mut self.hearing) else {
                return;
            };
            self.habit.finished();
            let draft = pause.draft.take();
            let answer = match (draft, pause.transcript) {
                (Some(draft), _) => draft,
                (None, Some(transcript)) => self.draft(pause.turn, &transcript, Some(utterance.from)),
                (None, None) => return,
            };
            self.release(answer);
        } else if enough && !pause.transcribing {
            let Hearing::Pausing(utterance, mut pause) = std::mem::take(&mut self.hearing) else {
                return;
            };
            self.transcribe(&utterance, &mut pause);
            self.hearing = Hearing::Pausing(utterance, pause);
        }
    }
}

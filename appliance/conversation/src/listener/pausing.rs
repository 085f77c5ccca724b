//! While somebody pauses: their words, what is said of the end, and when there was silence enough.

use std::time::Duration;

use super::endpoint::{Judgement, TextCue};
use super::hearing::{Hearing, Looked, Pause, Peek, Question, Utterance};
use super::meaning::Meaning;
use super::speaking::{LONGEST_WAIT_FOR_WORDS, end_of_stretch};
use super::{Listener, WITHOUT_WORDS};
use crate::action::{Action, Notice};
use crate::event::Transcript;
use crate::ids::TurnId;
use crate::interface::ListenerOutput;
use crate::remarks::words_of;
use crate::settings::MAX_QUESTION_CHARS;

/// No question is longer: what goes on is a television, which holds no turn for ever.
const LONGEST_TURN: Duration = Duration::from_secs(3 * 60);
/// Whose words are the same for so long, for all that is heard, says nothing new.
const NOTHING_NEW: Duration = Duration::from_secs(4);
/// Words that are not there after this much silence will not come: no engine takes as long.
const LONGEST_TRANSCRIPTION: Duration = Duration::from_secs(15);

impl Listener {
    pub(crate) fn transcribed(&mut self, turn: TurnId, transcript: Transcript) {
        match std::mem::take(&mut self.hearing) {
            Hearing::Speaking(utterance) if utterance.peek.is_some_and(|peek| peek.turn == turn) => {
                self.on_peeked(turn, utterance, &transcript, WITHOUT_WORDS);
            }
            Hearing::Pausing(utterance, pause) if pause.turn == turn && pause.peeking => {
                self.on_peeked(turn, utterance, &transcript, Duration::MAX);
                self.while_speaking();
            }
            Hearing::Pausing(utterance, pause) if pause.turn == turn && pause.awaits_words() => {
                self.on_words(utterance, pause, transcript);
            }
            unchanged @ (Hearing::Quiet(_) | Hearing::Speaking(_) | Hearing::Pausing(..) | Hearing::Ignoring(_)) => {
                self.hearing = unchanged;
            }
        }
    }

    /// A transcription has failed, or takes too long.
    pub(crate) fn transcription_failed(&mut self, turn: TurnId) {
        match &self.hearing {
            Hearing::Speaking(utterance) if utterance.peek.is_some_and(|peek| peek.turn == turn) => {
                let dbfs = utterance.voice.dbfs;
                if self.answer_waits() {
                    self.stop_hearing();
                    self.resume_answer();
                    self.hearing = Hearing::ignoring(dbfs);
                } else {
                    self.without_look(turn);
                }
            }
            Hearing::Pausing(utterance, pause) if pause.turn == turn && pause.awaits_words() => {
                let over_answer = utterance.over_answer;
                self.stop_hearing();
                // An announcement that began later waits for them too.
                self.resume_answer();
                if !over_answer {
                    self.want(ListenerOutput::NotUnderstood);
                }
            }
            Hearing::Quiet(_) | Hearing::Speaking(_) | Hearing::Pausing(..) | Hearing::Ignoring(_) => {}
        }
    }

    /// What the end-of-turn model says; `None` where it failed.
    pub(crate) fn end_of_turn_judged(&mut self, turn: TurnId, probability: Option<f32>) {
        if let Some(pause) = self.pause_of(turn) {
            pause.end_of_turn = probability.map_or(Judgement::NoModel, Judgement::Probability);
            self.end_if_enough();
        }
    }

    pub(crate) fn sentence_judged(&mut self, turn: TurnId, probability: f32) {
        if let Some(pause) = self.pause_of(turn) {
            pause.sentence = Judgement::Probability(probability);
            self.end_if_enough();
        }
    }

    /// The language model will say no more about the words.
    pub(crate) fn without_sentence_judgement(&mut self, turn: TurnId) {
        if let Some(pause) = self.pause_of(turn).filter(|pause| pause.sentence == Judgement::Pending) {
            pause.sentence = Judgement::NoModel;
            self.end_if_enough();
        }
    }

    /// An answer to the words is being prepared; `complete`: without the language model.
    pub(crate) fn drafted(&mut self, turn: TurnId, complete: bool) {
        if let Some(pause) = self.pause_of(turn) {
            pause.sentence = if complete { Judgement::NoModel } else { Judgement::Pending };
            self.end_if_enough();
        }
    }

    pub(super) fn transcribe(&mut self) {
        if let Hearing::Pausing(utterance, pause) = &mut self.hearing {
            let (turn, from) = (pause.turn, utterance.from);
            let to = end_of_stretch(utterance, pause, self.latest);
            pause.transcribed_to = Some(to);
            self.act(Action::Transcribe { turn, from, to });
        }
    }

    /// `patience`: how long an answer waits for words.
    fn on_peeked(&mut self, turn: TurnId, mut utterance: Utterance, transcript: &Transcript, patience: Duration) {
        let peek = utterance.peek.take();
        if let Some(peek) = peek.filter(|_| !self.answer_waits() && !utterance.over_answer) {
            return self.on_looked(utterance, peek, transcript);
        }
        self.want(ListenerOutput::Discard { turn });
        if matches!(self.meaning(&utterance, transcript, false), Meaning::Speaks(_)) {
            utterance.over_answer = false;
            self.interrupt_answer(&utterance);
        } else if self.waiting_for().is_some_and(|time| time >= patience) {
            self.hearing = Hearing::ignoring(utterance.voice.dbfs);
            return self.resume_answer();
        }
        self.hearing = Hearing::Speaking(utterance);
    }

    fn on_words(&mut self, mut utterance: Utterance, mut pause: Box<Pause>, mut transcript: Transcript) {
        let turn = pause.turn;
        let speaks_on = pause.transcribed_to.is_some_and(|to| utterance.last_speech > to);
        let meaning = self.meaning(&utterance, &transcript, true);
        let interrupts = matches!(meaning, Meaning::Speaks(_));
        if !interrupts && utterance.before.is_empty() && self.may_have_words(&utterance, &pause) {
            (pause.transcribed_to, pause.transcript) = (None, None);
            self.hearing = Hearing::Pausing(utterance, pause);
            return;
        }
        if !interrupts && utterance.before.is_empty() {
            self.want(ListenerOutput::Discard { turn });
            self.resume_answer();
            if meaning == Meaning::NoWords {
                self.act(Action::Tell(Notice::NoWords));
            }
            if let (Meaning::ChangesVolume(step), Some(turn)) = (meaning, utterance.over) {
                self.want(ListenerOutput::ChangeVolume { turn, step });
            }
            if let Some(dbfs) = pause.others.or(speaks_on.then_some(utterance.voice.dbfs)) {
                self.hearing = Hearing::ignoring(dbfs);
            }
            return;
        }
        self.interrupt_answer(&utterance);
        transcript.text = utterance.with_words(if interrupts { &transcript.text } else { "" });
        transcript.incomplete |= utterance.torn;
        if interrupts
            && speaks_on
            && transcript.text.chars().count() < MAX_QUESTION_CHARS
            && self.latest.since(utterance.onset) < LONGEST_TURN
            && !self.goes_on_beside_background(&utterance)
            && let Some(to) = pause.transcribed_to
        {
            self.want(ListenerOutput::Discard { turn });
            utterance.settle(transcript, to);
            self.hearing = Hearing::Speaking(utterance);
            return;
        }
        let draft = self.speculation || pause.forced;
        pause.drafted = draft;
        pause.transcript = Some(transcript.clone());
        let remark = if let Meaning::Speaks(remark) = meaning { remark } else { None };
        pause.remark = remark;
        self.hearing = Hearing::Pausing(utterance, pause);
        if draft {
            // Whether it is enough is seen when it is drafted.
            self.want(ListenerOutput::Draft { turn, transcript, remark });
        } else {
            self.end_if_enough();
        }
    }

    /// Whether somebody of whom no word was made out may still be asking: beside a background the first half of a question often
    /// has none. They are listened to for as long as anybody there, and then once more.
    fn may_have_words(&self, utterance: &Utterance, pause: &Pause) -> bool {
        let silence = self.latest.since(utterance.last_speech);
        self.background_alone().is_some() && !pause.forced && silence < self.endpointing.enough_beside_background()
    }

    /// Somebody who speaks on and on says nothing new: their words, or that there are none, are known.
    fn on_looked(&mut self, mut utterance: Utterance, Peek { turn, to }: Peek, transcript: &Transcript) {
        let known = self.meaning(&utterance, transcript, true) != Meaning::NoWords;
        let words = if known { words_of(&transcript.text) } else { Vec::new() };
        let looked = utterance.looked.take().filter(|looked| looked.words == words);
        match looked {
            Some(looked) if to.since(looked.to) < NOTHING_NEW => {
                self.want(ListenerOutput::Discard { turn });
                utterance.looked = Some(looked);
                utterance.next_peek = self.next_look(&utterance);
                self.hearing = Hearing::Speaking(utterance);
            }
            Some(looked) if !words.is_empty() => {
                utterance.last_speech = looked.to;
                let mut pause = Box::new(Pause::new(turn, Judgement::NoModel, true));
                (pause.others, pause.transcribed_to) = (Some(utterance.voice.dbfs), Some(to));
                self.on_words(utterance, pause, transcript.clone());
            }
            Some(_) if utterance.before.is_empty() => {
                self.want(ListenerOutput::Discard { turn });
                self.hearing = Hearing::ignoring(utterance.voice.dbfs);
                self.act(Action::Tell(Notice::NoWords));
            }
            _ => {
                self.want(ListenerOutput::Discard { turn });
                if known && self.speculation {
                    self.want(ListenerOutput::SaysSoFar { turn, transcript: utterance.with_all_words(transcript) });
                }
                utterance.looked = Some(Looked { words, to });
                utterance.next_peek = self.next_look(&utterance);
                self.hearing = Hearing::Speaking(utterance);
            }
        }
    }

    /// A look has failed, which harms nobody.
    fn without_look(&mut self, turn: TurnId) {
        if let Hearing::Speaking(utterance) = &mut self.hearing {
            utterance.peek = None;
            self.want(ListenerOutput::Discard { turn });
        }
    }

    /// Ends the utterance if there has been silence enough, and what is needed to answer it is there.
    pub(super) fn end_if_enough(&mut self) {
        let Hearing::Pausing(utterance, pause) = &self.hearing else {
            return;
        };
        let silence = self.latest.since(utterance.last_speech);
        let cue = match &pause.transcript {
            Some(transcript) => Some(TextCue::of(&transcript.text, &transcript.language)),
            // Without speculation the words are not known yet: the sound alone decides, as it would for a question.
            None if !self.speculation => Some(TextCue::Question),
            None => None,
        };
        let needed = if self.background_alone().is_some() {
            self.endpointing.enough_beside_background()
        } else {
            self.endpointing.enough(pause.end_of_turn, pause.sentence, cue, &self.habit)
        };
        let waiting = self.waiting_for().unwrap_or_default();
        let enough = pause.forced || (silence >= needed && !pause.in_doubt());
        if silence >= LONGEST_TRANSCRIPTION && pause.awaits_words() {
            self.transcription_failed(pause.turn);
        } else if pause.awaits_words() && (silence >= WITHOUT_WORDS || waiting >= LONGEST_WAIT_FOR_WORDS) {
            // Should there be words after all, they still count.
            self.resume_answer();
        } else if enough && pause.transcript.is_some() {
            self.end_utterance();
        } else if enough && pause.transcribed_to.is_none() {
            self.transcribe();
        }
    }

    fn end_utterance(&mut self) {
        if matches!(&self.hearing, Hearing::Pausing(_, pause) if pause.is_torn()) {
            self.stop_hearing();
            return self.want(ListenerOutput::NotUnderstood);
        }
        let Hearing::Pausing(utterance, pause) = std::mem::take(&mut self.hearing) else {
            return;
        };
        self.habit.finished();
        let speaks_on = pause.transcribed_to.is_some_and(|to| utterance.last_speech > to);
        if let Some(dbfs) = pause.others.or(speaks_on.then_some(utterance.voice.dbfs)) {
            self.hearing = Hearing::ignoring(dbfs);
        }
        let Pause { turn, transcript, remark, drafted, .. } = *pause;
        let text = transcript.as_ref().map(|transcript| transcript.text.clone()).unwrap_or_default();
        if let Some(transcript) = transcript.filter(|_| !drafted) {
            self.want(ListenerOutput::Draft { turn, transcript, remark });
        }
        let Utterance { from, last_speech: until, before, torn, .. } = utterance;
        self.question = Question { turn: Some(turn), from, until, before, torn, text };
        self.want(ListenerOutput::Release { turn });
    }

    fn interrupt_answer(&mut self, utterance: &Utterance) {
        self.waiting = None;
        self.want(ListenerOutput::GiveWay { continues: utterance.continues, over: utterance.over });
    }

    fn pause_of(&mut self, turn: TurnId) -> Option<&mut Pause> {
        match &mut self.hearing {
            Hearing::Pausing(_, pause) => Some(pause.as_mut()).filter(|pause| pause.turn == turn),
            Hearing::Quiet(_) | Hearing::Speaking(_) | Hearing::Ignoring(_) => None,
        }
    }
}

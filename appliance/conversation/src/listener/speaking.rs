//! While somebody speaks: the onset, looks for words over an answer, and the silence that may be the end.

use std::time::Duration;

use super::Listener;
use super::background::Background;
use super::endpoint::Judgement;
use super::hearing::{Hearing, LONGEST_UTTERANCE, Pause, Peek, Utterance};
use super::voice::Voice;
use crate::action::{Action, Notice};
use crate::ids::Position;
use crate::interface::{Answering, ListenerOutput};
use crate::settings::MAX_QUESTION_CHARS;

/// While somebody speaks over an answer, words are looked for this often.
const PEEK_EVERY: Duration = Duration::from_millis(1_000);
/// While somebody speaks their words are looked at this often, so that little is left to do once they pause,
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// for as long as most questions are.
const LOOK_OFTEN_FOR: Duration = Duration::from_secs(8);
/// Then this often, to find out whether they still say anything new.
const LOOK_SELDOM_EVERY: Duration = Duration::from_secs(4);
/// Words that were followed by so much silence are final.
const FINAL_AFTER: Duration = Duration::from_millis(300);
/// Less than this is transcribed again together with what follows: it is done soon, and context helps.
const WORTH_KEEPING: Duration = Duration::from_secs(4);
/// Beside something that spoke already when Parley was called, no question is longer: so long is it listened to at most.
const LONGEST_BESIDE_BACKGROUND: Duration = Duration::from_secs(8);
/// So much after another voice's speaker was heard last may still be theirs.
const AFTER_VOICE: Duration = Duration::from_millis(200);
/// An answer waits this long for words from somebody who makes sounds all the time, however slow the engine is.
pub(super) const LONGEST_WAIT_FOR_WORDS: Duration = Duration::from_secs(6);

impl Listener {
    pub(super) fn begin(&mut self, mut utterance: Utterance, answer: Option<Answering>) {
        self.act(Action::Tell(Notice::SpeechBegan));
        self.pause_answer(answer);
        utterance.over_answer = answer.is_some();
        utterance.over = answer.map(|answer| answer.turn);
        utterance.asked = answer.is_some_and(|answer| answer.asks);
        utterance.acknowledges = answer.is_some_and(|answer| answer.until_acknowledged);
        utterance.next_peek = utterance.onset.forward(PEEK_EVERY);
        if answer.is_none() {
            utterance.next_peek = self.next_look(&utterance);
        }
        utterance.voice = Voice { dbfs: self.latest_dbfs, last: self.latest };
        utterance.began = self.awake.beginning(utterance.began).max(self.question.until).max(self.echo.until);
        if let Some(since) = self.background.as_ref().and_then(Background::spoken_since) {
            utterance.began = utterance.began.min(since.max(self.question.until));
        }
        utterance.from = utterance.began;
        // Nothing was heard yet: they had not finished, and what follows belongs to what they said before.
        if answer.is_some_and(|answer| !answer.noticed && !answer.committed && self.question.turn == Some(answer.turn))
            && utterance.onset.since(self.question.from) < LONGEST_UTTERANCE / 2
        {
            self.habit.cut_off(utterance.onset.since(self.question.until));
            utterance.from = self.question.from;
            (utterance.before, utterance.torn) = (self.question.before.clone(), self.question.torn);
            utterance.continues = true;
        }
        utterance.since = utterance.from;
        self.hearing = Hearing::Speaking(utterance);
    }

    pub(super) fn while_speaking(&mut self) {
        let Hearing::Speaking(utterance) = &self.hearing else {
            return;
        };
        let waiting = self.waiting_for();
        let too_long =
            self.latest.since(utterance.from) >= LONGEST_UTTERANCE || self.goes_on_beside_background(utterance);
        if waiting.is_some_and(|time| time >= LONGEST_WAIT_FOR_WORDS) {
            let dbfs = utterance.voice.dbfs;
            self.stop_hearing();
            self.hearing = Hearing::ignoring(dbfs);
            self.resume_answer();
        } else if too_long
            || self.latest.since(utterance.last_speech) >= self.endpointing.speculate_after
            || self.others_go_on(utterance)
        {
            self.pause(too_long);
        } else if utterance.peek.is_none() && self.latest >= utterance.next_peek {
            self.peek();
        }
    }

    /// Whether the speaker has been silent for as long as anybody who goes on, and what is heard is somebody else.
    fn others_go_on(&self, utterance: &Utterance) -> bool {
        utterance.last_speech.since(utterance.voice.last) >= self.endpointing.unfinished
    }

    /// Whether somebody who called speaks for so long beside a background that it can hardly be they alone.
    pub(super) fn goes_on_beside_background(&self, utterance: &Utterance) -> bool {
        self.background.is_some() && self.latest.since(utterance.since) >= LONGEST_BESIDE_BACKGROUND
    }

    /// Finds out whether what goes on and on has words, while an answer waits for them; otherwise, whether it has others
    /// than before.
    fn peek(&mut self) {
        let turn = self.next_turn();
        let waits = self.answer_waits();
        let looks = self.utterance().map(|utterance| self.next_look(utterance)).filter(|_| !waits);
        let next = looks.unwrap_or(self.latest.forward(PEEK_EVERY));
        if let Hearing::Speaking(utterance) = &mut self.hearing {
            let to = self.latest;
            utterance.peek = Some(Peek { turn, to });
            utterance.next_peek = next;
            let from = if waits { utterance.began } else { utterance.from }.max(to.back(LONGEST_UTTERANCE));
            self.act(Action::Transcribe { turn, from, to });
        }
    }

    /// When the words of somebody whom no answer waits for are looked at next. What had none is hardly a question.
    pub(super) fn next_look(&self, utterance: &Utterance) -> Position {
        let has_words = utterance.looked.as_ref().is_none_or(|looked| !looked.words.is_empty());
        let often = self.speculation && has_words && self.latest.since(utterance.onset) < LOOK_OFTEN_FOR;
        self.latest.forward(if often { LOOK_EVERY } else { LOOK_SELDOM_EVERY })
    }

    /// They pause, or have spoken for too long to wait until they do.
    fn pause(&mut self, too_long: bool) {
        let Hearing::Speaking(mut utterance) = std::mem::take(&mut self.hearing) else {
            return;
        };
        let judged = self.end_of_turn_pending();
        let background = self.background.as_ref().filter(|background| background.alone_since().is_some());
        let others = if too_long {
            None
        } else if let Some(background) = background {
            Some(background.level)
        } else if self.others_go_on(&utterance) {
            utterance.last_speech = utterance.voice.last;
            Some(utterance.voice.others())
        } else {
            None
        };
        let mut peek = utterance.peek.take();
        // Nothing waits for a look, and the words for the answer must not.
        if let Some(Peek { turn, .. }) = peek.take_if(|_| !self.answer_waits()) {
            self.want(ListenerOutput::Discard { turn });
        }
        let turn = peek.map_or_else(|| self.next_turn(), |peek| peek.turn);
        let mut pause = Box::new(Pause::new(turn, judged, too_long));
        pause.others = others;
        pause.peeking = peek.is_some();
        pause.transcribed_to = peek.map(|peek| peek.to);
        pause.unasked = judged == Judgement::Pending && !too_long;
        self.hearing = Hearing::Pausing(utterance, pause);
        if peek.is_none() && (self.speculation || too_long || self.answer_waits()) {
            self.transcribe();
        }
        self.ask_for_end();
    }

    /// Asks the end-of-turn model, once there is as much silence as it needs.
    pub(super) fn ask_for_end(&mut self) {
        let latest = self.latest;
        let Hearing::Pausing(utterance, pause) = &mut self.hearing else { return };
        let silence = latest.since(utterance.last_speech);
        if pause.unasked && silence >= self.endpointing.judge_after && !pause.in_doubt() {
            pause.unasked = false;
            let from = utterance.since.max(latest.back(LONGEST_UTTERANCE));
            let (turn, to) = (pause.turn, end_of_stretch(utterance, pause, latest));
            self.act(Action::JudgeEndOfTurn { turn, from, to });
        }
    }

    /// It was not the end.
    pub(super) fn go_on(&mut self, mut utterance: Utterance, pause: &Pause, answer: Option<Answering>) {
        self.pause_answer(answer);
        let silence = self.latest.since(utterance.last_speech);
        // Beside a background a gap is a guess, and no habit.
        if self.background.is_none() {
            self.habit.paused(silence);
        }
        utterance.last_speech = self.latest;
        if !self.answer_waits() {
            utterance.next_peek = self.next_look(&utterance);
        }
        utterance.looked = None;
        if let (Some(transcript), Some(to)) = (&pause.transcript, pause.transcribed_to)
            && silence >= FINAL_AFTER
            && to.since(utterance.from) >= WORTH_KEEPING
            && transcript.text.chars().count() < MAX_QUESTION_CHARS
        {
            utterance.settle(transcript.clone(), to);
        }
        // While an answer waits, sounds that come and go would otherwise never be found to have words or none.
        let waited_for = pause.transcribed_to.filter(|_| pause.awaits_words() && self.answer_waits());
        utterance.peek = waited_for.map(|to| Peek { turn: pause.turn, to });
        if utterance.peek.is_none() {
            self.want(ListenerOutput::Discard { turn: pause.turn });
        }
        self.hearing = Hearing::Speaking(utterance);
        self.while_speaking();
    }
}

/// Where the audio ends that belongs to somebody who pauses: another voice after them does not, and what is too long is cut
/// where it is quiet.
pub(super) fn end_of_stretch(utterance: &Utterance, pause: &Pause, latest: Position) -> Position {
    let longest = utterance.from.forward(LONGEST_UTTERANCE);
    if pause.others.is_some() {
        let from = utterance.last_speech.max(utterance.from);
        from.forward(AFTER_VOICE).min(latest).min(longest)
    } else if latest >= longest {
        utterance.quiet_place.place().unwrap_or(longest)
    } else {
        latest
    }
}

//! What happens within 10 ms.

use std::time::Duration;

use parley_conversation::{FRAME, Phase};
use parley_daemon::conductor::Observation;
use parley_daemon::listening::AudioFrame;
use parley_engines::scripted::Counts;
use tokio::time::Instant;

use super::person::Sound;
use super::{BUFFER, PERIOD, STEP, World};

/// From the moment that the core pauses an answer until nothing of it is heard: two periods.
const PAUSE_TAKES: Duration = Duration::from_millis(2 * PERIOD as u64);

impl World {
    pub(super) async fn step(&mut self) {
        tokio::time::sleep_until(self.started + self.now + STEP).await;
        self.pass();
    }

    /// Lets 10 ms pass in several worlds of one house.
    pub async fn step_all(worlds: &mut [Self]) {
        if let Some(first) = worlds.first() {
            tokio::time::sleep_until(first.started + first.now + STEP).await;
        }
        worlds.iter_mut().for_each(Self::pass);
    }

    /// What happens in 10 ms that have passed.
    fn pass(&mut self) {
        self.now += STEP;
        self.hear();
        self.observe();
        if let Some(beside) = &mut self.beside {
            beside.play();
        }
        self.play();
        if self.now.as_millis().is_multiple_of(FRAME.as_millis()) {
            self.record();
        }
        assert!(!self.conductor.is_finished() || self.handle.is_none(), "the conductor is alive");
    }

    /// What the playback thread does.
    fn play(&mut self) {
        while self.card.pending.len() + PERIOD <= BUFFER {
            let away = self.now < self.card_away_until;
            if away && !self.card.is_lost {
                return self.renderer.idle();
            }
            // An error is the loss that was wanted.
            let _ = self.renderer.step(&mut self.card, Instant::now().into_std());
        }
    }

    /// What was heard in the last 10 ms, by what was known before.
    fn hear(&mut self) {
        self.card.listen(PERIOD);
        let period = std::mem::take(&mut self.card.heard);
        let sounds = period.iter().any(|sample| *sample != 0);
        self.sounded.push(sounds);
        if sounds {
            self.heard_last = Some(self.now);
            let paused = self.phase == Phase::Interrupted && self.now > self.phase_since + PAUSE_TAKES;
            assert!(!paused, "what is paused is silent");
        }
        if let Some(clause) = self.auditor.hear(self.now, &period) {
            self.timeline.note(self.now, format!("heard: {clause:?}"));
        }
    }

    fn observe(&mut self) {
        while let Ok(observation) = self.observations.try_recv() {
            if let Observation::Notice(notice) = &observation {
                self.timeline.note(self.now, format!("{notice:?}"));
            }
            self.auditor.observe(self.now, observation);
        }
        let counts = [
            self.speech_to_text.counts(),
            self.language_model.counts(),
            self.text_to_speech.counts(),
            self.end_of_turn.counts(),
        ];
        let names = ["speech-to-text", "language-model", "text-to-speech", "end-of-turn"];
        for ((name, counts), before) in names.into_iter().zip(counts).zip(self.counts) {
            if counts != before {
                self.timeline.note(self.now, format!("{name}: {}", changes(before, counts)));
            }
        }
        self.counts = counts;
        let asked = std::mem::take(&mut *self.asked.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        asked.iter().for_each(|task| self.auditor.check_prompt(task));
        if let Some(handle) = &self.handle {
            let phase = *handle.phase.borrow();
            if std::mem::replace(&mut self.phase, phase) != phase {
                self.phase_since = self.now;
                self.timeline.note(self.now, format!("phase: {phase:?}"));
            }
        }
    }

    fn record(&mut self) {
        let sound = self.person.next();
        self.position = self.position.forward(FRAME);
        if sound.is_speech() {
            self.spoke_last = self.now;
        }
        let mut frame = AudioFrame::new(self.position, Instant::now(), sound.samples(), sound.is_speech());
        let sounded = std::mem::take(&mut self.sounded);
        if let Some(ears) = &mut self.ears {
            (frame.speech, frame.dbfs) = ears(&sounded, sound.is_speech());
        }
        if let Some(frames) = &self.frames
            && sound != Sound::Lost
        {
            assert!(frames.try_send(frame).is_ok(), "the conductor takes every frame in time");
        }
    }
}

fn changes(before: Counts, after: Counts) -> String {
    let counts = |counts: Counts| [counts.asked, counts.begun, counts.finished, counts.cancelled, counts.failed];
    let names = ["asked", "begun", "finished", "cancelled", "failed"];
    let changed = names.into_iter().zip(counts(before).into_iter().zip(counts(after)));
    changed.filter(|(_, (before, after))| before != after).map(|(name, _)| name).collect::<Vec<_>>().join(", ")
}

//! When each stage of a turn happened.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Serialize, Serializer};
use tokio::time::Instant;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    SpeechEnded,
    TranscriptionStarted,
    Transcribed,
    Judged,
    GenerationStarted,
    FirstText,
    FirstClause,
    FirstAudio,
    Released,
    Played,
}

/// Milliseconds from the end of speech to each stage of a turn; `None` where it did not happen.
/// A stage before the end of speech counts as 0.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct StagesMs {
    /// The transcription that was used had begun.
    pub transcription_started: Option<f64>,
    pub transcribed: Option<f64>,
    pub judged: Option<f64>,
    /// The end was confirmed.
    pub endpoint: Option<f64>,
    pub first_text: Option<f64>,
    pub first_clause: Option<f64>,
    /// Its first block of audio was synthesised.
    pub first_block: Option<f64>,
    /// The first block was handed to the loudspeaker.
    pub played: Option<f64>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Timeline(BTreeMap<Mark, Instant>);

impl Timeline {
    /// Notes a stage; the first time counts.
    pub(super) fn mark(&mut self, mark: Mark, at: Instant) {
        self.0.entry(mark).or_insert(at);
    }

    #[cfg(test)]
    pub(crate) fn that_was_played() -> Self {
        Self(BTreeMap::from([(Mark::Played, Instant::now())]))
    }

    /// The stages, relative to the last frame in which speech was heard (or to the beginning of a typed turn).
    pub fn stages(&self) -> StagesMs {
        match self.0.get(&Mark::SpeechEnded).or_else(|| self.0.values().min()) {
            Some(zero) => self.stages_after(*zero),
            None => StagesMs::default(),
        }
    }

    /// The stages, relative to an end of speech that is known better than by listening.
    pub fn stages_after(&self, zero: Instant) -> StagesMs {
        let ms = |mark: Mark| self.0.get(&mark).map(|at| milliseconds(at.saturating_duration_since(zero)));
        StagesMs {
            transcription_started: ms(Mark::TranscriptionStarted),
            transcribed: ms(Mark::Transcribed),
            judged: ms(Mark::Judged),
            endpoint: ms(Mark::Released),
            first_text: ms(Mark::FirstText),
            first_clause: ms(Mark::FirstClause),
            first_block: ms(Mark::FirstAudio),
            played: ms(Mark::Played),
        }
    }
}

/// As [`Timeline::stages`].
impl Serialize for Timeline {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.stages().serialize(serializer)
    }
}

/// Milliseconds with one decimal.
pub fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 10_000.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_count_from_the_end_that_is_known_best() {
        let heard_end = Instant::now();
        let after = |ms| heard_end + Duration::from_millis(ms);
        let mut timeline = Timeline::default();
        assert_eq!(timeline.stages(), StagesMs::default());
        timeline.mark(Mark::SpeechEnded, heard_end);
        timeline.mark(Mark::Transcribed, after(20));
        timeline.mark(Mark::Released, after(300));
        timeline.mark(Mark::Released, after(900));
        assert_eq!(timeline.stages().endpoint, Some(300.0));
        let stages = timeline.stages_after(after(50));
        assert_eq!((stages.transcribed, stages.endpoint, stages.played), (Some(0.0), Some(250.0), None));
    }
}

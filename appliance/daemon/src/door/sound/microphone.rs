//! The microphone of a client: whatever it sends becomes frames in real time.
//!
//! Time is an argument. Sound is taken as it comes; where none comes for [`GAP`] there is silence in its place, so that
//! whoever speaks into a connection that hangs comes to an end of the utterance, as before a microphone that was unplugged.

use std::time::Duration;

use parley_conversation::{FRAME, Position};
use tokio::time::Instant;

use crate::listening::{AudioFrame, Detector, FRAME_SAMPLES};

/// So long nothing may come: what a network or a busy client holds up for a moment.
pub(super) const GAP: Duration = Duration::from_millis(200);

#[derive(Default)]
struct Sound {
    detector: Detector,
    waiting: Vec<i16>,
    end: Position,
}

/// Stays on the thread that made it, like its detector.
pub(super) struct ClientMicrophone {
    sound: Sound,
    /// The time up to which there is sound or silence.
    until: Instant,
}

impl ClientMicrophone {
    pub(super) fn new(now: Instant) -> Self {
        Self { sound: Sound::default(), until: now }
    }

    /// Takes what has come; without samples it was nothing. Hands out every frame that is whole.
    pub(super) fn push(&mut self, samples: &[i16], muted: bool, now: Instant, hear: impl FnMut(AudioFrame)) {
        if !samples.is_empty() {
            self.until = now;
            self.sound.push(samples.iter().map(|sample| if muted { 0 } else { *sample }), now, hear);
        }
    }

    /// When there is silence for want of sound.
    pub(super) fn next_silence(&self) -> Instant {
        self.until + GAP
    }

    /// A frame of silence, if it is due.
    pub(super) fn fill(&mut self, now: Instant, hear: impl FnMut(AudioFrame)) {
        if now >= self.next_silence() {
            self.until += FRAME;
            self.sound.push([0; FRAME_SAMPLES].into_iter(), now, hear);
        }
    }
}

impl Sound {
    fn push(&mut self, samples: impl Iterator<Item = i16>, arrived: Instant, mut hear: impl FnMut(AudioFrame)) {
        self.waiting.extend(samples);
        let (frames, rest) = self.waiting.as_chunks::<FRAME_SAMPLES>();
        for frame in frames {
            self.end = self.end.forward(FRAME);
            // Nothing is heard of what was muted.
            let silent = frame.iter().all(|sample| *sample == 0);
            hear(self.detector.hear(frame, silent, self.end, arrived));
        }
        self.waiting = rest.to_vec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listening::vowel;

    #[test]
    fn sound_is_cut_into_frames_and_a_gap_is_filled_in_real_time() {
        let begun = Instant::now();
        let mut microphone = ClientMicrophone::new(begun);
        let mut frames = Vec::new();
        let at = |ms| begun + Duration::from_millis(ms);
        let tone =
            |samples: usize| (0..samples).map(|n| if n / 20 % 2 == 0 { 9_000 } else { -9_000 }).collect::<Vec<_>>();
        microphone.push(&tone(500), false, at(10), |frame| frames.push(frame));
        microphone.push(&tone(500), true, at(20), |frame| frames.push(frame));
        microphone.push(&[], false, at(30), |frame| frames.push(frame));
        assert_eq!(frames.len(), 3);
        let loudest = |samples: &[i16]| samples.iter().map(|sample| sample.unsigned_abs()).max();
        assert!(loudest(&frames[1].samples[..180]) > Some(8_000), "it was open");
        assert!(loudest(&frames[1].samples[240..]) < Some(3_000), "it was muted in between");
        assert_eq!(loudest(&frames[2].samples), Some(0));
        assert_eq!(microphone.next_silence(), at(20) + GAP, "a sign of life is no sound");
        frames.clear();
        for ms in 30..1_220 {
            microphone.fill(at(ms), |frame| frames.push(frame));
        }
        assert_eq!(frames.len(), 50, "a second of silence behind the gap");
        assert!(frames.iter().all(|frame| !frame.speech));
        assert_eq!(frames[49].end, Position::default().forward(FRAME * 53));
        microphone.push(&tone(320), false, at(1_220), |frame| frames.push(frame));
        assert_eq!(microphone.next_silence(), at(1_220) + GAP);
    }

    #[test]
    fn a_client_is_heard_as_a_microphone_of_our_own_is() {
        // A quiet voice with an offset and hum.
        let sound: Vec<i16> = (0..50).flat_map(|frame| vowel(frame, 100.0).map(|sample| sample + 900)).collect();
        let mut frames = Vec::new();
        let begun = Instant::now();
        ClientMicrophone::new(begun).push(&sound, false, begun, |frame| frames.push(frame));
        let mut detector = Detector::default();
        for (frame, sent) in frames.iter().zip(sound.as_chunks::<FRAME_SAMPLES>().0) {
            let own = detector.hear(sent, false, frame.end, begun);
            assert_eq!((frame.samples, frame.speech, frame.dbfs), (own.samples, own.speech, own.dbfs));
        }
        let mean =
            |samples: &[i16]| samples.iter().map(|sample| i64::from(*sample)).sum::<i64>() / samples.len() as i64;
        assert!(frames.len() == 50 && mean(&frames[49].samples).abs() < 100, "the offset is taken out");
    }
}

//! Records the chirp beside a listener that goes on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use parley_audio::capture::{FRAME_RATE_HZ, FRAME_SAMPLES};
use parley_audio::playback::TapBlock;
use parley_audio::sample::Sample;

use super::recording::{EchoRecording, LONGEST};
use crate::echo::Played;

/// The most that is kept: of a listener that nobody stops.
const MOST_FRAMES: usize = LONGEST.as_secs() as usize * FRAME_RATE_HZ as usize / FRAME_SAMPLES;

/// Takes what a listener hears and what was played, while somebody wants that. Clones are of the same.
#[derive(Debug, Clone, Default)]
pub struct EchoRecorder(Arc<Mutex<Option<EchoRecording>>>);

impl EchoRecorder {
    /// Begins a recording, in the place of one that was under way. `loudspeaker_hz`: the rate of what is played.
    pub fn begin(&self, loudspeaker_hz: u32) {
        *self.lock() = Some(EchoRecording { loudspeaker_hz, ..EchoRecording::default() });
    }

    /// Whether it records.
    pub fn is_recording(&self) -> bool {
        self.lock().is_some()
    }

    /// Takes a frame as it came from the microphone; `arrived`: when its last sample was there.
    pub fn captured(&self, frame: &[i16; FRAME_SAMPLES], arrived: Instant) {
        if let Some(recording) = self.lock().as_mut().filter(|recording| recording.arrived.len() < MOST_FRAMES) {
            recording.captured.extend(frame.map(Sample::into_f32));
            recording.arrived.push(arrived);
        }
    }

    /// Ends it; `None` where there is none.
    pub fn finish(&self) -> Option<EchoRecording> {
        self.lock().take()
    }

    fn played(&self, block: TapBlock, samples: &[i16]) {
        if let Some(recording) = self.lock().as_mut().filter(|recording| recording.arrived.len() < MOST_FRAMES) {
            recording.played.push((block, samples.to_vec()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<EchoRecording>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A tap of which a recorder gets a copy.
#[derive(Debug)]
pub struct RecordedTap<P> {
    played: P,
    recorder: EchoRecorder,
}

impl<P: Played> RecordedTap<P> {
    /// What is played, and who records it.
    pub fn new(played: P, recorder: EchoRecorder) -> Self {
        Self { played, recorder }
    }
}

impl<P: Played> Played for RecordedTap<P> {
    fn next(&mut self, samples: &mut Vec<i16>) -> Option<TapBlock> {
        let block = self.played.next(samples)?;
        self.recorder.played(block, samples);
        Some(block)
    }

    fn is_sounding(&self) -> bool {
        self.played.is_sounding()
    }

    fn wait(&mut self, moment: Duration) {
        self.played.wait(moment);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Always has the same to tell.
    struct Tone;

    impl Played for Tone {
        fn next(&mut self, samples: &mut Vec<i16>) -> Option<TapBlock> {
            *samples = vec![7; 480];
            Some(TapBlock { position: 0, heard_at: Instant::now(), frames: 480 })
        }

        fn is_sounding(&self) -> bool {
            true
        }
    }

    #[test]
    fn what_is_heard_and_played_is_kept_while_it_is_wanted() {
        let recorder = EchoRecorder::default();
        let (mut tap, mut samples) = (RecordedTap::new(Tone, recorder.clone()), Vec::new());
        let mut pass = || {
            recorder.captured(&[16_384; FRAME_SAMPLES], Instant::now());
            assert!(tap.is_sounding() && tap.next(&mut samples).is_some());
            assert_eq!(samples, [7; 480], "who listens gets it all the same");
        };
        pass();
        assert!(!recorder.is_recording() && recorder.finish().is_none());
        recorder.begin(48_000);
        (0..3).for_each(|_| pass());
        let recording = recorder.finish().expect("it recorded");
        assert_eq!((recording.captured.len(), recording.captured[0]), (3 * FRAME_SAMPLES, 0.5));
        assert_eq!((recording.arrived.len(), recording.played.len(), recording.loudspeaker_hz), (3, 3, 48_000));
        pass();
        assert!(recorder.finish().is_none(), "it has ended");
        recorder.begin(48_000);
        (0..MOST_FRAMES + 10).for_each(|_| pass());
        assert_eq!(recorder.finish().map(|recording| recording.arrived.len()), Some(MOST_FRAMES));
    }
}

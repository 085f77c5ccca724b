//! What every microphone's sound goes through, a card's or a client's.

use std::time::Instant;

use super::{Conditioning, FRAME_SAMPLES, VoiceActivity};

/// Makes sound fit to be listened to, and says whether there is speech in it. Stays on the thread that made it.
#[derive(Default)]
pub struct Detector {
    conditioning: Conditioning,
    activity: VoiceActivity,
}

impl Detector {
    /// What is to be listened to of a frame, and whether there is speech in it; of a muted one silence.
    pub fn hear(
        &mut self,
        frame: &[i16; FRAME_SAMPLES],
        muted: bool,
        arrived: Instant,
    ) -> ([i16; FRAME_SAMPLES], bool) {
        let heard = if muted { [0; FRAME_SAMPLES] } else { *frame };
        let conditioned = self.conditioning.condition(&heard, arrived);
        // What is filtered goes on for a moment.
        let samples = if muted { heard } else { conditioned };
        let speech = self.activity.judge(&samples);
        self.conditioning.note(speech);
        (samples, speech)
    }

    /// As [`Conditioning::speech_dbfs`].
    pub fn speech_dbfs(&self) -> Option<f32> {
        self.conditioning.speech_dbfs()
    }
}

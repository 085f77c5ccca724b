//! What every microphone's sound goes through, a card's or a client's.

use parley_conversation::Position;
use parley_echo::EchoFigures;
use parley_wake::Word;
use tokio::time::Instant;

use super::names::{Called, Names};
use super::passages::PassageFigures;
use super::{AudioFrame, Canceller, Conditioned, Conditioning, FRAME_SAMPLES, VoiceActivity};

/// While the loudspeaker plays, who calls is heard to speak in so many of the last 64 frames. What is left of Parley's own voice in
/// the sound in which words are heard passes for a word now and then, and hardly ever for somebody who speaks. Where nobody can be told
/// from its own voice yet, a word counts by itself: the first answer after a start has to be stopped, too.
const CALLING_FRAMES: u32 = 8;

/// Makes sound fit to be listened to, and says whether there is speech or a wake word in it. Stays on the thread that made it.
#[derive(Default)]
pub struct Detector {
    conditioning: Conditioning,
    activity: VoiceActivity,
    names: Names,
    /// The last 64 frames, 1.3 s, one bit each, the newest lowest: whether there was speech in them.
    spoken: u64,
}

impl Detector {
    /// One that listens for wake words, too, and for what stops Parley.
    #[must_use]
    pub fn with_wake_words(mut self, words: Vec<Word>, stop: Option<Word>) -> Self {
        self.listen_for(words, stop);
        self
    }

    /// Listens for these from now on.
    pub fn listen_for(&mut self, words: Vec<Word>, stop: Option<Word>) {
        self.names = Names::new(words, stop);
    }

    /// The same where somebody takes out what the loudspeaker plays.
    #[must_use]
    pub fn with_canceller(self, canceller: Box<dyn Canceller>) -> Self {
        Self { conditioning: self.conditioning.with_canceller(canceller), ..self }
    }

    /// What is to be listened to of a microphone's frame, and whether there is speech in it; of a muted one silence.
    pub fn hear(&mut self, frame: &[i16; FRAME_SAMPLES], muted: bool, end: Position, arrived: Instant) -> AudioFrame {
        let heard = if muted { [0; FRAME_SAMPLES] } else { *frame };
        let conditioned = self.conditioning.condition(&heard, end, arrived.into_std());
        // What is filtered goes on for a moment.
        let silence = Conditioned { samples: heard, judged: heard, plays: false, may_be_echo: false };
        let Conditioned { samples, judged, plays, may_be_echo } = if muted { silence } else { conditioned };
        let speech = self.activity.judge(&judged) && !may_be_echo;
        self.conditioning.note(speech);
        self.spoken = self.spoken << 1 | u64::from(speech);
        let Called { name, stop } =
            self.names.hear(&samples, end).unless(nobody_speaks(plays, may_be_echo, self.spoken));
        AudioFrame { end, arrived, samples, speech, dbfs: self.conditioning.level_dbfs(), name, stop }
    }

    /// As [`Conditioning::figures`].
    pub fn echo(&self) -> Option<EchoFigures> {
        self.conditioning.figures()
    }

    /// As [`Conditioning::take_passage`].
    pub fn take_passage(&mut self) -> Option<PassageFigures> {
        self.conditioning.take_passage()
    }

    /// As [`Conditioning::speech_dbfs`].
    pub fn speech_dbfs(&self) -> Option<f32> {
        self.conditioning.speech_dbfs()
    }
}

/// `spoken`: as [`Detector::spoken`].
fn nobody_speaks(plays: bool, may_be_echo: bool, spoken: u64) -> bool {
    plays && !may_be_echo && spoken.count_ones() < CALLING_FRAMES
}

#[cfg(test)]
mod tests {
    use super::super::{level_dbfs, vowel};
    use super::*;

    #[test]
    fn a_word_over_its_own_voice_is_somebodys_who_speaks_and_counts_where_nobody_can_tell() {
        assert!(nobody_speaks(true, false, 0b111_1111) && !nobody_speaks(true, false, 0b1111_1111));
        assert!(!nobody_speaks(false, false, 0), "nothing plays");
        assert!(!nobody_speaks(true, true, 0), "it has not learnt its own voice yet");
    }

    #[test]
    fn the_level_is_the_microphones_whatever_is_made_of_it() {
        let (mut detector, mut levels) = (Detector::default(), Vec::new());
        for frame in 0..2_000 {
            // Words of a second with a pause behind each.
            let sound = if frame % 75 < 50 { vowel(frame, 100.0) } else { [0; FRAME_SAMPLES] };
            let heard = detector.hear(&sound, false, Position::default(), Instant::now());
            levels.push((heard.dbfs, level_dbfs(&heard.samples)));
        }
        let (early, late) = (levels[80], levels[1_955]);
        assert!(late.1 > early.1 + 6.0, "the quiet voice was made louder: {early:?}, {late:?}");
        assert!((late.0 - early.0).abs() < 2.0, "{early:?}, {late:?}");
    }
}

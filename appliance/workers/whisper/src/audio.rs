//! How much of its window the encoder computes, and how long an answer may become.

use parley_engines::INPUT_RATE_HZ;

/// The window that Whisper was trained on, and the longest audio of one task.
pub const MAX_SAMPLES: usize = 30 * INPUT_RATE_HZ as usize;
/// Encoder positions of the whole window; one is 20 ms.
pub const MAX_POSITIONS: usize = 1500;

/// Samples of one encoder position.
const POSITION_SAMPLES: usize = INPUT_RATE_HZ as usize / 50;
/// With fewer positions words are lost and made up, even where the audio is far shorter.
const MIN_POSITIONS: usize = 448;
/// Silence after the audio, 1.3 s: the model needs it to see that the speech has ended,
const MARGIN_POSITIONS: usize = 64;
/// and makes fewer errors with 3.8 s,
const WIDE_MARGIN_POSITIONS: usize = 192;
/// as long as there are no more positions than these; beyond, the wide margin gains nothing.
const WIDE_POSITIONS: usize = 640;

/// whisper.cpp does not look at less than a second.
const MIN_SAMPLES: usize = 11 * INPUT_RATE_HZ as usize / 10;

/// Fast speech has 5 tokens in a second, in languages that are written with many tokens 8.
const TOKENS_PER_SECOND: usize = 8;
/// The model has places for so many,
pub const PLACES: usize = 448;
/// the first few of which say the language and the task.
pub const MAX_TOKENS: usize = 440;
/// Tokens that even the shortest answer may have.
const MIN_TOKENS: usize = 12;

/// Encoder positions for this much audio, and some silence after it.
pub fn positions(samples: usize) -> usize {
    let audio = samples.div_ceil(POSITION_SAMPLES);
    let wide = (audio + WIDE_MARGIN_POSITIONS).clamp(MIN_POSITIONS, WIDE_POSITIONS);
    wide.max(audio + MARGIN_POSITIONS).min(MAX_POSITIONS)
}

/// The most tokens of a transcript; a model that goes on after that repeats itself.
pub fn max_tokens(samples: usize) -> usize {
    (samples * TOKENS_PER_SECOND / INPUT_RATE_HZ as usize + MIN_TOKENS).min(MAX_TOKENS)
}

/// Samples as whisper.cpp wants them, -1..1, with silence after audio that is too short for it.
pub fn padded(samples: &[i16]) -> Vec<f32> {
    let mut padded: Vec<f32> = samples.iter().map(|&sample| f32::from(sample) / 32768.0).collect();
    padded.resize(samples.len().max(MIN_SAMPLES), 0.0);
    padded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_cover_the_audio_and_stay_within_the_window() {
        assert_eq!(positions(0), MIN_POSITIONS);
        assert_eq!(positions(16_000), MIN_POSITIONS);
        assert_eq!(positions(8 * 16_000), 8 * 50 + WIDE_MARGIN_POSITIONS);
        assert_eq!(positions(10 * 16_000), WIDE_POSITIONS);
        assert_eq!(positions(20 * 16_000), 20 * 50 + MARGIN_POSITIONS);
        assert_eq!(positions(20 * 16_000 + 1), 20 * 50 + 1 + MARGIN_POSITIONS);
        assert_eq!(positions(MAX_SAMPLES), MAX_POSITIONS);
    }

    #[test]
    fn short_audio_gets_silence_and_long_audio_nothing() {
        let padded_short = padded(&[16384; 10]);
        assert_eq!((padded_short.len(), padded_short[9], padded_short[10]), (MIN_SAMPLES, 0.5, 0.0));
        assert_eq!(padded(&[0; 20_000]).len(), 20_000);
    }
}

//! The mel filter bank that Whisper was trained with: Slaney's mel scale and norm, for 16 kHz and windows of 400.

const RATE_HZ: f64 = 16_000.0;
const WINDOW: usize = 400;
/// Frequency bins of a window of 400 samples.
pub(super) const BINS: usize = WINDOW / 2 + 1;

/// Below this frequency Slaney's scale is linear, above it logarithmic.
const BREAK_HZ: f64 = 1000.0;
const LINEAR_HZ_PER_MEL: f64 = 200.0 / 3.0;
const BREAK_MEL: f64 = BREAK_HZ / LINEAR_HZ_PER_MEL;
/// The logarithmic part takes 27 steps for a factor of this much.
const LOG_FACTOR: f64 = 6.4;
const LOG_STEPS: f64 = 27.0;

/// `mels` triangular filters one after the other, each with [`BINS`] weights.
pub(super) fn filters(mels: usize) -> Vec<f32> {
    let top = hz_to_mel(RATE_HZ / 2.0);
    let step = top / (mels + 1) as f64;
    let mut corners_hz: Vec<f64> = (0..=mels).map(|i| mel_to_hz(i as f64 * step)).collect();
    corners_hz.push(mel_to_hz(top));

    let bin_hz = |bin: usize| bin as f64 * (RATE_HZ / WINDOW as f64);
    let filter = |corners: &[f64]| {
        let (low, peak, high) = (corners[0], corners[1], corners[2]);
        let norm = 2.0 / (high - low);
        let weight = move |hz: f64| {
            let rising = -(low - hz) / (peak - low);
            let falling = (high - hz) / (high - peak);
            // Comparisons, because `min` and `max` may give either zero where both signs meet.
            let height = if rising < falling { rising } else { falling };
            let height = if height < 0.0 { 0.0 } else { height };
            (height * norm) as f32
        };
        (0..BINS).map(move |bin| weight(bin_hz(bin))).collect::<Vec<f32>>()
    };
    corners_hz.windows(3).flat_map(filter).collect()
}

fn log_step() -> f64 {
    libm::log(LOG_FACTOR) / LOG_STEPS
}

fn hz_to_mel(hz: f64) -> f64 {
    if hz < BREAK_HZ { hz / LINEAR_HZ_PER_MEL } else { BREAK_MEL + libm::log(hz / BREAK_HZ) / log_step() }
}

fn mel_to_hz(mel: f64) -> f64 {
    if mel < BREAK_MEL { mel * LINEAR_HZ_PER_MEL } else { BREAK_HZ * libm::exp(log_step() * (mel - BREAK_MEL)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whispers_filters_are_the_same_on_every_machine() {
        let bytes: Vec<u8> = filters(80).iter().flat_map(|weight| weight.to_le_bytes()).collect();
        let digest = crate::digest::Sha256::of_bytes(&bytes).to_string();
        assert_eq!(digest, "2150c30cbbeb6029f52002ffa666c1c72d83dbf53f463cb8462052055806e891");
    }
}

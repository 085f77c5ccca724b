//! One sound through another, by Fourier transforms: a room's way has thousands of taps, and hours of speech go through it.

use realfft::RealFftPlanner;

/// The sound through the way: as long as both together.
pub fn convolve(samples: &[f32], way: &[f32]) -> Vec<f32> {
    let mut result = vec![0.0; samples.len() + way.len()];
    if samples.is_empty() || way.is_empty() {
        return result;
    }
    // The longer the blocks, the less is computed twice, up to the length of the sound.
    let length = (4 * way.len()).min(samples.len() + way.len()).max(2 * way.len()).next_power_of_two();
    let mut planner = RealFftPlanner::<f32>::new();
    let (there, back) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
    let (mut sound, mut spectrum, mut through) =
        (there.make_input_vec(), there.make_output_vec(), there.make_output_vec());
    sound[..way.len()].copy_from_slice(way);
    // None can fail: every length is the plan's own.
    let _ = there.process(&mut sound, &mut through).is_ok();
    let block = length + 1 - way.len();
    for (number, piece) in samples.chunks(block).enumerate() {
        sound.fill(0.0);
        sound[..piece.len()].copy_from_slice(piece);
        let _ = there.process(&mut sound, &mut spectrum).is_ok();
        spectrum.iter_mut().zip(&through).for_each(|(value, tap)| *value *= tap / length as f32);
        let _ = back.process(&mut spectrum, &mut sound).is_ok();
        result[number * block..].iter_mut().zip(&sound).for_each(|(place, value)| *place += value);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::Randomness;

    #[test]
    fn it_is_what_the_plain_way_gives() {
        let mut random = Randomness::new(5);
        for (samples, way) in [(1, 1), (5_000, 37), (300, 700), (9_000, 1_000), (0, 3)] {
            let sound: Vec<f32> = (0..samples).map(|_| random.next_sample()).collect();
            let way: Vec<f32> = (0..way).map(|_| random.next_sample()).collect();
            let mut plain = vec![0.0; sound.len() + way.len()];
            for (index, tap) in way.iter().enumerate() {
                plain[index..].iter_mut().zip(&sound).for_each(|(place, sample)| *place += tap * sample);
            }
            let fast = convolve(&sound, &way);
            let worst = plain.iter().zip(&fast).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(fast.len() == plain.len() && worst < 1e-3, "{samples}: {worst}");
        }
    }
}

//! One sound through another, by Fourier transforms: a room's way has thousands of taps, and hours of speech go through it.
//!
//! Two blocks are transformed at a time, one as the real part and one as the imaginary: what they go through is real.

use std::f64::consts::TAU;

/// A complex number.
#[derive(Debug, Clone, Copy, Default)]
struct Complex {
    re: f32,
    im: f32,
}

impl Complex {
    fn times(self, other: Self) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }
}

/// Transforms of one length.
struct Transform {
    /// The roots of unity, the first half of them.
    roots: Vec<Complex>,
}

impl Transform {
    /// `length`: a power of two.
    fn new(length: usize) -> Self {
        let root = |index: usize| {
            let (sin, cos) = (-TAU * index as f64 / length as f64).sin_cos();
            Complex { re: cos as f32, im: sin as f32 }
        };
        Self { roots: (0..length / 2).map(root).collect() }
    }

    fn length(&self) -> usize {
        self.roots.len() * 2
    }

    /// In place, as long as the transform (Cooley and Tukey).
    fn forward(&self, values: &mut [Complex]) {
        let length = self.length();
        let bits = length.trailing_zeros();
        for index in 0..length {
            let other = index.reverse_bits() >> (usize::BITS - bits);
            if index < other {
                values.swap(index, other);
            }
        }
        let mut half = 1;
        while half < length {
            let stride = length / (2 * half);
            for group in values.chunks_exact_mut(2 * half) {
                let (low, high) = group.split_at_mut(half);
                for ((low, high), root) in low.iter_mut().zip(high).zip(self.roots.iter().step_by(stride)) {
                    let turned = high.times(*root);
                    *high = Complex { re: low.re - turned.re, im: low.im - turned.im };
                    *low = Complex { re: low.re + turned.re, im: low.im + turned.im };
                }
            }
            half *= 2;
        }
    }

    /// The way back, in place.
    fn backward(&self, values: &mut [Complex]) {
        // With both parts swapped it is the same as the way there.
        let swap = |values: &mut [Complex], by: f32| {
            values.iter_mut().for_each(|value| *value = Complex { re: value.im * by, im: value.re * by });
        };
        swap(values, 1.0);
        self.forward(values);
        swap(values, 1.0 / self.length() as f32);
    }
}

/// The sound through the way: as long as both together.
pub fn convolve(samples: &[f32], way: &[f32]) -> Vec<f32> {
    let mut result = vec![0.0; samples.len() + way.len()];
    if samples.is_empty() || way.is_empty() {
        return result;
    }
    // The longer the blocks, the less is computed twice, up to the length of the sound.
    let length = (4 * way.len()).min(samples.len() + way.len()).max(2 * way.len()).next_power_of_two();
    let (transform, block) = (Transform::new(length), length + 1 - way.len());
    let mut through = vec![Complex::default(); length];
    through.iter_mut().zip(way).for_each(|(place, tap)| place.re = *tap);
    transform.forward(&mut through);
    let mut values = vec![Complex::default(); length];
    for (number, pair) in samples.chunks(2 * block).enumerate() {
        let (first, second) = pair.split_at(block.min(pair.len()));
        values.fill(Complex::default());
        values.iter_mut().zip(first).for_each(|(place, sample)| place.re = *sample);
        values.iter_mut().zip(second).for_each(|(place, sample)| place.im = *sample);
        transform.forward(&mut values);
        values.iter_mut().zip(&through).for_each(|(value, tap)| *value = value.times(*tap));
        transform.backward(&mut values);
        let begin = number * 2 * block;
        result.iter_mut().skip(begin).zip(&values).for_each(|(place, value)| *place += value.re);
        result.iter_mut().skip(begin + block).zip(&values).for_each(|(place, value)| *place += value.im);
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

//! A head while it is taught: one layer of units behind a window of embeddings, and what comes of them; gradients, and
//! Adam (Kingma and Ba, 2015). In plain numbers of four bytes, and always in the same order, so that the same seed
//! gives the same head.

use parley_speech::noise::Randomness;

use crate::hearing::WINDOW;

/// Units in the middle.
pub const UNITS: usize = 32;

/// How fast Adam forgets the mean and the square of gradients, and what keeps it from dividing by nothing.
const FORGETS: [f32; 2] = [0.9, 0.999];
const LEAST: f32 = 1e-8;

/// The numbers of a head, or of anything that there is one of for each of them.
#[derive(Clone)]
pub struct Network {
    /// For each number of a window what it is to each unit.
    pub weights: Vec<[f32; UNITS]>,
    pub biases: [f32; UNITS],
    pub counts: [f32; UNITS],
    pub bias: f32,
}

/// One example of a batch.
pub struct Example<'a> {
    pub window: &'a [f32],
    /// 1 where the word has just been said, else 0.
    pub wanted: f32,
    /// What each unit is multiplied by: nothing where it is left out.
    pub kept: [f32; UNITS],
}

impl Network {
    /// Nothing of everything.
    fn zero() -> Self {
        Self { weights: vec![[0.0; UNITS]; WINDOW], biases: [0.0; UNITS], counts: [0.0; UNITS], bias: 0.0 }
    }

    /// A network that has learnt nothing, and finds everything unlikely.
    pub fn new(random: &mut Randomness) -> Self {
        let mut network = Self { bias: -3.0, ..Self::zero() };
        let spread = 1.0 / (WINDOW as f32).sqrt();
        network.weights.iter_mut().flatten().for_each(|weight| *weight = spread * normal(random));
        network.counts.iter_mut().for_each(|count| *count = normal(random) / (UNITS as f32).sqrt());
        network
    }

    fn sums(&self, window: &[f32]) -> [f32; UNITS] {
        let mut sums = self.biases;
        for (number, weights) in window.iter().zip(&self.weights) {
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += number * weight;
            }
        }
        sums
    }

    /// The logarithm of the odds that the word has just been said.
    pub fn odds(&self, window: &[f32]) -> f32 {
        let sums = self.sums(window);
        self.bias + sums.iter().zip(&self.counts).map(|(sum, count)| sum.max(0.0) * count).sum::<f32>()
    }

    /// The mean loss of a batch (cross entropy), and how it changes with every number.
    pub fn gradient(&self, batch: &[Example<'_>]) -> (f32, Self) {
        let (mut gradient, mut loss) = (Self::zero(), 0.0);
        let share = 1.0 / batch.len().max(1) as f32;
        for Example { window, wanted, kept } in batch {
            let sums = self.sums(window);
            let mut odds = self.bias;
            for unit in 0..UNITS {
                odds += sums[unit].max(0.0) * kept[unit] * self.counts[unit];
            }
            // As log(1 + exp(odds)), without exp of anything great.
            loss += share * (odds.max(0.0) + (-odds.abs()).exp().ln_1p() - wanted * odds);
            let off = share * (1.0 / (1.0 + (-odds).exp()) - wanted);
            gradient.bias += off;
            let mut back = [0.0; UNITS];
            for unit in 0..UNITS {
                let active = if sums[unit] > 0.0 { kept[unit] } else { 0.0 };
                gradient.counts[unit] += off * sums[unit] * active;
                back[unit] = off * self.counts[unit] * active;
                gradient.biases[unit] += back[unit];
            }
            for (number, weights) in window.iter().zip(&mut gradient.weights) {
                for (weight, back) in weights.iter_mut().zip(&back) {
                    *weight += number * back;
                }
            }
        }
        (loss, gradient)
    }

    fn numbers(&self) -> impl Iterator<Item = &f32> {
        self.weights.as_flattened().iter().chain(&self.biases).chain(&self.counts).chain([&self.bias])
    }

    fn numbers_mut(&mut self) -> impl Iterator<Item = &mut f32> {
        let Self { weights, biases, counts, bias } = self;
        weights.as_flattened_mut().iter_mut().chain(biases).chain(counts).chain([bias])
    }
}

/// Goes down a gradient.
pub struct Adam {
    mean: Network,
    square: Network,
    steps: i32,
}

impl Adam {
    pub fn new() -> Self {
        Self { mean: Network::zero(), square: Network::zero(), steps: 0 }
    }

    /// One step of this length; weights are made a little smaller with it.
    pub fn step(&mut self, network: &mut Network, mut gradient: Network, length: f32) {
        const DECAY: f32 = 1e-5;
        let its = gradient.weights.as_flattened_mut().iter_mut().zip(network.weights.as_flattened());
        its.for_each(|(gradient, weight)| *gradient += DECAY * weight);
        self.steps += 1;
        let [mean_left, square_left] = FORGETS.map(|forgets| 1.0 - forgets.powi(self.steps));
        let both = self.mean.numbers_mut().zip(self.square.numbers_mut());
        for ((number, gradient), (mean, square)) in network.numbers_mut().zip(gradient.numbers()).zip(both) {
            *mean = FORGETS[0] * *mean + (1.0 - FORGETS[0]) * gradient;
            *square = FORGETS[1] * *square + (1.0 - FORGETS[1]) * gradient * gradient;
            *number -= length * (*mean / mean_left) / ((*square / square_left).sqrt() + LEAST);
        }
    }
}

/// About what is normally spread around nothing with a deviation of 1: the sum of twelve even ones (Irwin and Hall).
fn normal(random: &mut Randomness) -> f32 {
    (0..12).map(|_| random.next_share()).sum::<f32>() - 6.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(random: &mut Randomness) -> Vec<f32> {
        (0..WINDOW).map(|_| normal(random)).collect()
    }

    #[test]
    fn the_gradient_is_how_the_loss_changes() {
        const BY: f32 = 1e-2;
        let mut random = Randomness::new(3);
        let mut network = Network::new(&mut random);
        network.bias = 0.3;
        let windows: Vec<Vec<f32>> = (0..6).map(|_| window(&mut random)).collect();
        let mut kept = [1.0; UNITS];
        kept[4] = 0.0;
        let batch: Vec<Example<'_>> = (0..6)
            .map(|at| Example { window: &windows[at], wanted: if at % 2 == 0 { 1.0 } else { 0.0 }, kept })
            .collect();
        let (_, gradient) = network.gradient(&batch);
        let slopes: Vec<f32> = gradient.numbers().copied().collect();
        let greatest = slopes.iter().fold(0.0_f32, |so_far, slope| so_far.max(slope.abs()));
        let count = slopes.len();
        // Some weights, and all that is behind them.
        for at in (0..count).step_by(997).chain(count - 2 * UNITS - 1..count) {
            let loss = |by: f32| {
                let mut other = network.clone();
                if let Some(number) = other.numbers_mut().nth(at) {
                    *number += by;
                }
                other.gradient(&batch).0
            };
            let measured = (loss(BY) - loss(-BY)) / (2.0 * BY);
            assert!((measured - slopes[at]).abs() < 0.02 * greatest + 2e-4, "{at}: {measured} for {}", slopes[at]);
        }
    }

    #[test]
    fn what_can_be_learnt_is_learnt_the_same_every_time() {
        let learnt = |seed| {
            let mut random = Randomness::new(seed);
            let (mut network, mut adam) = (Network::new(&mut random), Adam::new());
            // Not to be told by any number alone: whether two of them have the same sign.
            let examples: Vec<(Vec<f32>, f32)> = (0..128)
                .map(|_| {
                    let mut window = vec![0.0; WINDOW];
                    (window[7], window[500]) = (random.next_sample().signum(), random.next_sample().signum());
                    let same = if window[7] == window[500] { 1.0 } else { 0.0 };
                    (window, same)
                })
                .collect();
            for _ in 0..300 {
                let batch: Vec<Example<'_>> = examples
                    .iter()
                    .map(|(window, wanted)| Example { window, wanted: *wanted, kept: [1.0; UNITS] })
                    .collect();
                let (_, gradient) = network.gradient(&batch);
                adam.step(&mut network, gradient, 2e-2);
            }
            let right = examples.iter().filter(|(window, wanted)| (network.odds(window) > 0.0) == (*wanted > 0.5));
            (right.count(), network.bias)
        };
        let (right, bias) = learnt(5);
        assert_eq!(right, 128);
        assert_eq!(learnt(5).1.to_bits(), bias.to_bits());
    }
}

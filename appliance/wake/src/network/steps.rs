//! The kinds of steps, over values of eight bits.

/// What a value stands for: the number that is `zero` higher, times `scale`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Quantization {
    pub scale: f32,
    pub zero: i32,
}

impl Quantization {
    pub fn real(self, value: i8) -> f32 {
        (i32::from(value) - self.zero) as f32 * self.scale
    }

    pub fn quantized(self, real: f32) -> i8 {
        ((real / self.scale).round() + self.zero as f32).clamp(f32::from(i8::MIN), f32::from(i8::MAX)) as i8
    }
}

/// Sums of products, for each place of an input and each of its channels, or of all of them.
#[derive(Debug)]
pub(super) struct Convolution {
    pub from: usize,
    pub to: usize,
    /// By output, tap and input; where `depthwise`, by tap and channel.
    pub weights: Vec<i8>,
    pub biases: Vec<i32>,
    /// From sums to the output's values.
    pub scales: Vec<f32>,
    /// The input's and the output's.
    pub zeros: (i32, i32),
    pub bounds: (i8, i8),
    /// Channels.
    pub inputs: usize,
    pub outputs: usize,
    /// For each place of the output, where in the input each of the kernel's places lies.
    pub taps: Vec<Vec<usize>>,
    /// Whether each channel is summed by itself.
    pub depthwise: bool,
}

/// One step: from some values to others.
#[derive(Debug)]
pub(super) enum Step {
    Copy {
        from: usize,
        to: usize,
    },
    /// Values from these places.
    Pick {
        from: usize,
        to: usize,
        places: Vec<usize>,
    },
    /// Values into these places.
    Place {
        from: usize,
        to: usize,
        places: Vec<usize>,
    },
    Convolve(Convolution),
    Logistic {
        from: usize,
        to: usize,
        before: Quantization,
        after: Quantization,
    },
    Quantize {
        from: usize,
        to: usize,
        before: Quantization,
        after: Quantization,
    },
}

impl Step {
    /// How many products it computes.
    pub fn products(&self) -> usize {
        match self {
            Self::Convolve(convolution) => convolution.weights.len() * convolution.taps.len(),
            Self::Pick { places, .. } | Self::Place { places, .. } => places.len(),
            Self::Copy { .. } | Self::Logistic { .. } | Self::Quantize { .. } => 0,
        }
    }

    pub fn run(&self, values: &mut [Vec<i8>]) {
        let (from, to) = self.ends();
        // Taken out for a moment, so that it can be written while others are read.
        let mut output = std::mem::take(&mut values[to]);
        let input = &values[from];
        match self {
            Self::Copy { .. } => output.copy_from_slice(input),
            Self::Pick { places, .. } => {
                output.iter_mut().zip(places).for_each(|(value, place)| *value = input[*place]);
            }
            Self::Place { places, .. } => places.iter().zip(input).for_each(|(place, value)| output[*place] = *value),
            Self::Convolve(convolution) => convolution.run(input, &mut output),
            Self::Logistic { before, after, .. } => {
                let logistic = |value: i8| after.quantized(1.0 / (1.0 + (-before.real(value)).exp()));
                output.iter_mut().zip(input).for_each(|(to, from)| *to = logistic(*from));
            }
            Self::Quantize { before, after, .. } => {
                output.iter_mut().zip(input).for_each(|(to, from)| *to = after.quantized(before.real(*from)));
            }
        }
        values[to] = output;
    }

    fn ends(&self) -> (usize, usize) {
        match self {
            Self::Convolve(Convolution { from, to, .. })
            | Self::Copy { from, to }
            | Self::Pick { from, to, .. }
            | Self::Place { from, to, .. }
            | Self::Logistic { from, to, .. }
            | Self::Quantize { from, to, .. } => (*from, *to),
        }
    }
}

impl Convolution {
    fn run(&self, input: &[i8], output: &mut [i8]) {
        for (taps, place) in self.taps.iter().zip(output.chunks_exact_mut(self.outputs)) {
            for (channel, value) in place.iter_mut().enumerate() {
                let sum = if self.depthwise {
                    self.of_channel(input, taps, channel)
                } else {
                    self.of_all(input, taps, channel)
                };
                let scaled = sum.saturating_add(self.biases[channel]) as f32 * self.scales[channel];
                let (lowest, highest) = self.bounds;
                *value = (scaled.round() + self.zeros.1 as f32).clamp(f32::from(lowest), f32::from(highest)) as i8;
            }
        }
    }

    fn of_channel(&self, input: &[i8], taps: &[usize], channel: usize) -> i32 {
        let weights = self.weights.iter().skip(channel).step_by(self.outputs);
        taps.iter()
            .zip(weights)
            .map(|(tap, weight)| (i32::from(input[tap + channel]) - self.zeros.0) * i32::from(*weight))
            .sum()
    }

    fn of_all(&self, input: &[i8], taps: &[usize], channel: usize) -> i32 {
        let weights = &self.weights[channel * taps.len() * self.inputs..][..taps.len() * self.inputs];
        let of = |(tap, weights): (&usize, &[i8])| -> i32 {
            let input = &input[*tap..tap + self.inputs];
            input
                .iter()
                .zip(weights)
                .map(|(value, weight)| (i32::from(*value) - self.zeros.0) * i32::from(*weight))
                .sum()
        };
        taps.iter().zip(weights.chunks_exact(self.inputs)).map(of).sum()
    }
}

//! The network's layers, each of which remembers as much as it needs of what came before.
//!
//! A *row* is what a layer has of one moment: for each place on the axis of frequency its channels, one behind the other.

use super::EMBEDDING;
use super::mel::BANDS;

/// Between two layers.
pub(super) enum Layer {
    Convolution(Convolution),
    /// The largest of so many rows and places.
    Pool {
        rows: usize,
        places: usize,
        /// Of the rows that come in.
        row: Row,
    },
}

/// How long a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) places: usize,
    pub(super) channels: usize,
}

pub(super) struct Convolution {
    /// Of the rows that come in.
    pub(super) row: Row,
    pub(super) channels: usize,
    /// How many rows and places it looks at, 1 or 3 each: no row beyond the first, and silence beyond both edges.
    pub(super) rows: usize,
    pub(super) places: usize,
    /// For each row, place and channel that comes in, one number for each channel that goes out.
    pub(super) weights: Vec<f32>,
    pub(super) bias: Vec<f32>,
    pub(super) activation: Option<Activation>,
}

/// What is below zero becomes less, and nothing is less than `least`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Activation {
    pub(super) slope: f32,
    pub(super) least: f32,
}

/// What a layer remembers: the last rows, and what it gave last.
pub(super) struct Memory {
    /// The oldest first, one behind the other; the last `known` are there.
    rows: Vec<f32>,
    known: usize,
    output: Vec<f32>,
}

impl Layer {
    /// Of the rows that go out.
    pub(super) fn output(&self) -> Row {
        match self {
            Self::Convolution(Convolution { row, channels, .. }) => Row { channels: *channels, ..*row },
            Self::Pool { places, row, .. } => Row { places: row.places / places, ..*row },
        }
    }

    pub(super) fn memory(&self) -> Memory {
        let (rows, row) = match self {
            Self::Convolution(Convolution { rows, row, .. }) | Self::Pool { rows, row, .. } => (rows, row),
        };
        let Row { places, channels } = self.output();
        Memory { rows: vec![0.0; rows * row.len()], known: 0, output: vec![0.0; places * channels] }
    }

    /// Takes a row; what comes of it is in the memory then, if something does.
    fn push(&self, memory: &mut Memory, row: &[f32]) -> bool {
        let Memory { rows, known, output } = memory;
        let length = row.len();
        rows.copy_within(length.., 0);
        let last = rows.len() - length;
        rows[last..].copy_from_slice(row);
        *known += 1;
        match self {
            Self::Convolution(convolution) => {
                *known = (*known).min(convolution.rows);
                if *known < convolution.rows {
                    return false;
                }
                convolution.run(rows, output);
            }
            Self::Pool { rows: needed, places, row } => {
                if *known < *needed {
                    return false;
                }
                *known = 0;
                pool(rows, *row, *places, output);
            }
        }
        true
    }
}

impl Row {
    pub(super) fn len(self) -> usize {
        self.places * self.channels
    }
}

impl Convolution {
    fn run(&self, rows: &[f32], output: &mut [f32]) {
        let Row { places, channels } = self.row;
        let beside = self.places / 2;
        for (place, sums) in output.chunks_exact_mut(self.channels).enumerate() {
            sums.copy_from_slice(&self.bias);
            let mut weights = self.weights.chunks_exact(channels * self.channels);
            for row in rows.chunks_exact(self.row.len()) {
                for offset in 0..self.places {
                    let Some(weights) = weights.next() else { return };
                    let seen = (place + offset).checked_sub(beside).filter(|seen| *seen < places);
                    if let Some(seen) = seen {
                        add(sums, &row[seen * channels..(seen + 1) * channels], weights);
                    }
                }
            }
            if let Some(Activation { slope, least }) = self.activation {
                for sum in sums {
                    *sum = if *sum < 0.0 { (*sum * slope).max(least) } else { *sum };
                }
            }
        }
    }
}

/// Adds to each sum what every input gives it: four inputs at a time, so that sums are seldom fetched.
fn add(sums: &mut [f32], inputs: &[f32], weights: &[f32]) {
    let outputs = sums.len();
    let (fours, rest) = inputs.as_chunks::<4>();
    let (of_fours, of_rest) = weights.split_at(fours.len() * 4 * outputs);
    for ([a, b, c, d], weights) in fours.iter().zip(of_fours.chunks_exact(4 * outputs)) {
        let (first, second) = weights.split_at(2 * outputs);
        let ((of_a, of_b), (of_c, of_d)) = (first.split_at(outputs), second.split_at(outputs));
        let both = of_a.iter().zip(of_b).zip(of_c.iter().zip(of_d));
        for (sum, ((of_a, of_b), (of_c, of_d))) in sums.iter_mut().zip(both) {
            *sum += a * of_a + b * of_b + (c * of_c + d * of_d);
        }
    }
    for (input, weights) in rest.iter().zip(of_rest.chunks_exact(outputs)) {
        for (sum, weight) in sums.iter_mut().zip(weights) {
            *sum += input * weight;
        }
    }
}

fn pool(rows: &[f32], row: Row, places: usize, output: &mut [f32]) {
    output.fill(f32::MIN);
    for row_of in rows.chunks_exact(row.len()) {
        for (together, largest) in row_of.chunks_exact(places * row.channels).zip(output.chunks_exact_mut(row.channels))
        {
            for place in together.chunks_exact(row.channels) {
                for (largest, value) in largest.iter_mut().zip(place) {
                    *largest = largest.max(*value);
                }
            }
        }
    }
}

/// Takes the bands of a step through all layers; an embedding, where one is complete with it.
pub(super) fn run<'a>(
    layers: &[Layer],
    memories: &'a mut [Memory],
    bands: &[f32; BANDS],
) -> Option<&'a [f32; EMBEDDING]> {
    let mut done: Option<&Memory> = None;
    for (layer, memory) in layers.iter().zip(memories) {
        let row = done.map_or(bands.as_slice(), |before| &before.output);
        if !layer.push(memory, row) {
            return None;
        }
        done = Some(memory);
    }
    done?.output.as_slice().try_into().ok()
}

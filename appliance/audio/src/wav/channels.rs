//! Many channels to one.

/// What the mean has to keep of the channels' energy. Channels that have nothing in common keep all of this measure; two
/// that are each other's inverse keep nothing, or what else is in the room.
const LEAST_KEPT: f64 = 0.25;
/// Mean square of what nobody hears: -80 dB. Rounding errors cancel each other too.
const INAUDIBLE: f64 = 1e-8;

/// Mixes channels, and looks at what is left of them.
#[derive(Debug)]
pub(super) struct Mixer {
    channels: usize,
    /// The one that was taken instead of the mean.
    taken: Option<usize>,
    pub has_cancelled: bool,
}

impl Mixer {
    pub fn new(channels: usize) -> Self {
        Self { channels: channels.max(1), taken: None, has_cancelled: false }
    }

    /// Appends one sample for each whole frame: the mean of its channels, or the loudest channel where most of the sound
    /// cancels itself in the mean.
    pub fn mix(&mut self, frames: &[f32], mono: &mut Vec<f32>) {
        if self.channels == 1 {
            mono.extend_from_slice(frames);
            return;
        }
        let begin = mono.len();
        let frames = || frames.chunks_exact(self.channels);
        mono.extend(frames().map(|frame| frame.iter().sum::<f32>() / self.channels as f32));
        let mixed: f64 = mono[begin..].iter().map(|sample| square(*sample)).sum();
        let energy_of = |channel: usize| frames().map(|frame| square(frame[channel])).sum::<f64>();
        let energies: Vec<f64> = (0..self.channels).map(energy_of).collect();
        // The mean of channels that have nothing in common has this energy.
        let unrelated = energies.iter().sum::<f64>() / (self.channels * self.channels) as f64;
        let is_audible = unrelated > INAUDIBLE * frames().len() as f64;
        if !is_audible || mixed >= unrelated * LEAST_KEPT {
            return;
        }
        self.has_cancelled = true;
        let loudest = energies.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(channel, _)| channel);
        // Going over to one that is hardly louder would only make a click.
        let taken = self.taken.filter(|taken| energies[*taken] * 2.0 > energies[loudest]).unwrap_or(loudest);
        self.taken = Some(taken);
        for (sample, frame) in mono[begin..].iter_mut().zip(frames()) {
            *sample = frame[taken];
        }
    }
}

fn square(sample: f32) -> f64 {
    f64::from(sample).powi(2)
}

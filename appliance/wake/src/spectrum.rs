//! The spectrum of a short stretch of sound, step by step: what both kinds of features begin with.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// Samples from one step to the next: 10 ms.
pub const STEP_SAMPLES: usize = 160;
/// Samples of a transform; what a window does not fill is silence.
pub(crate) const SPECTRUM: usize = 512;

/// Turns sound into spectra.
pub(crate) struct Spectrum {
    fft: Arc<dyn RealToComplex<f32>>,
    /// How much of each sample of a step counts: at least a step of them.
    window: Vec<f32>,
    /// What becomes of a sample that was weighed.
    rounded: fn(f32) -> f32,
    /// The last samples; its first `heard` ones are there.
    samples: Vec<i16>,
    heard: usize,
    input: Vec<f32>,
    output: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

impl Spectrum {
    pub(crate) fn new(window: Vec<f32>, rounded: fn(f32) -> f32) -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(SPECTRUM);
        Self {
            samples: vec![0; window.len()],
            window,
            rounded,
            heard: 0,
            input: fft.make_input_vec(),
            output: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            fft,
        }
    }

    /// Takes sound, however it is cut, and gives `step` the spectrum of each step that is complete with it.
    pub(crate) fn push(&mut self, mut sound: &[i16], mut step: impl FnMut(&[Complex<f32>])) {
        let window = self.window.len();
        while !sound.is_empty() {
            let (now, later) = sound.split_at(sound.len().min(window - self.heard));
            self.samples[self.heard..self.heard + now.len()].copy_from_slice(now);
            self.heard += now.len();
            sound = later;
            if self.heard == window {
                step(self.look());
                self.samples.copy_within(STEP_SAMPLES.., 0);
                self.heard -= STEP_SAMPLES;
            }
        }
    }

    fn look(&mut self) -> &[Complex<f32>] {
        self.input.fill(0.0);
        for ((input, sample), share) in self.input.iter_mut().zip(&self.samples).zip(&self.window) {
            *input = (self.rounded)(f32::from(*sample) * share);
        }
        // Cannot fail: every length is the plan's own.
        let _ = self.fft.process_with_scratch(&mut self.input, &mut self.output, &mut self.scratch).is_ok();
        &self.output
    }
}

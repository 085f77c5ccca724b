//! A voice in its two halves, so that sound comes before a sentence is computed.

use std::ops::Range;

use ort::session::Session;
use ort::value::TensorRef;
use piper_rs::ModelConfig;

use crate::phonemes;
use crate::reach::Reach;
use crate::session::{self, Arena};
use crate::split::Halves;
use crate::voice::VoiceError;

pub struct Chunked {
    config: ModelConfig,
    front: Session,
    decoder: Session,
    latent: String,
    reach: Reach,
}

/// What the front made of a sentence: channels, each with all its frames.
pub struct Latent {
    channels: usize,
    frames: usize,
    values: Vec<f32>,
}

impl Latent {
    pub fn frames(&self) -> usize {
        self.frames
    }

    fn window(&self, frames: &Range<usize>) -> Vec<f32> {
        let rows = self.values.chunks_exact(self.frames.max(1)).take(self.channels);
        rows.flat_map(|row| &row[frames.clone()]).copied().collect()
    }
}

impl Chunked {
    /// Loads both halves. Only the decoder keeps its memory: its runs are short, while a front's grows with the square
    /// of the longest sentence.
    pub fn load(config: ModelConfig, halves: Halves, threads: usize) -> Result<Self, VoiceError> {
        // By value, so that at no time both models are in memory twice.
        let load = |model: Vec<u8>, arena| session::options(threads, arena)?.commit_from_memory(&model);
        let front = load(halves.front, Arena::Off)?;
        let decoder = load(halves.decoder, Arena::On)?;
        Ok(Self { config, front, decoder, latent: halves.latent, reach: halves.reach })
    }

    /// How far the decoder looks.
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Runs the front on a sentence.
    pub fn begin(&mut self, phonemes: &str) -> Result<Latent, VoiceError> {
        let ids = phonemes::to_ids(phonemes, &self.config.phoneme_id_map);
        let lengths = [ids.len() as i64];
        let scales =
            [self.config.inference.noise_scale, self.config.inference.length_scale, self.config.inference.noise_w];
        let outputs = self.front.run(ort::inputs! {
            "input" => TensorRef::from_array_view(([1, ids.len()], &*ids))?,
            "input_lengths" => TensorRef::from_array_view(([1], &lengths[..]))?,
            "scales" => TensorRef::from_array_view(([3], &scales[..]))?,
        })?;
        let output = outputs.get(&self.latent).ok_or(VoiceError::Shape("latent"))?;
        let (shape, values) = output.try_extract_tensor::<f32>()?;
        let &[1, channels, frames] = &shape[..] else { return Err(VoiceError::Shape("latent")) };
        Ok(Latent { channels: channels as usize, frames: frames as usize, values: values.to_vec() })
    }

    /// The samples of some frames, which are the same however a sentence is cut, to less than a step of 16 bits:
    /// ONNX Runtime adds up in another order where a stretch is short.
    pub fn decode(&mut self, latent: &Latent, frames: Range<usize>) -> Result<Vec<f32>, VoiceError> {
        let Reach { samples_per_frame, margin_frames } = self.reach;
        let seen =
            frames.start.saturating_sub(margin_frames)..frames.end.saturating_add(margin_frames).min(latent.frames);
        let window = latent.window(&seen);
        let outputs = self.decoder.run(ort::inputs! {
            self.latent.as_str() => TensorRef::from_array_view(([1, latent.channels, seen.len()], &*window))?,
        })?;
        let (_, samples) = outputs[0].try_extract_tensor::<f32>()?;
        if samples.len() != seen.len() * samples_per_frame {
            return Err(VoiceError::Shape("number of samples"));
        }
        let start = (frames.start - seen.start) * samples_per_frame;
        Ok(samples[start..start + frames.len() * samples_per_frame].to_vec())
    }
}

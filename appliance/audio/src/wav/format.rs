//! How samples are encoded, and decoding them.
//!
//! A sample lies in its *container* of whole bytes; where only some of its bits are *valid*, these are on top, as
//! Microsoft says. Some programs put them at the bottom, which the samples give away.

use super::WavProblem;
use super::input::{le_u16, le_u32};

const PCM: u16 = 1;
const FLOAT: u16 = 3;
/// The tag stands further on, beside the number of valid bits.
const EXTENSIBLE: u16 = 0xfffe;
/// The shortest fmt chunk.
pub(super) const SHORTEST_BYTES: usize = 16;
const EXTENSIBLE_BYTES: usize = 40;

/// What the fmt chunk says, as far as it can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Format {
    encoding: Encoding,
    pub channels: usize,
    pub rate_hz: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Integer { container_bytes: usize, valid_bits: u32 },
    Float { bytes: usize },
}

impl Format {
    /// Understands a fmt chunk of any length from [`SHORTEST_BYTES`] on.
    pub fn parse(chunk: &[u8]) -> Result<Self, WavProblem> {
        let (channels, rate_hz) = (usize::from(le_u16(chunk, 2)), le_u32(chunk, 4));
        let (byte_rate, frame_bytes) = (le_u32(chunk, 8), le_u16(chunk, 12));
        let (mut tag, bits) = (le_u16(chunk, 0), le_u16(chunk, 14));
        let mut valid_bits = bits;
        if tag == EXTENSIBLE && chunk.len() >= EXTENSIBLE_BYTES {
            tag = le_u16(chunk, 24);
            valid_bits = Some(le_u16(chunk, 18)).filter(|valid| (1..bits).contains(valid)).unwrap_or(bits);
        }
        if channels == 0 {
            return Err(WavProblem::not_wav("it has no channels"));
        }
        if rate_hz == 0 {
            return Err(WavProblem::not_wav("its sample rate is 0"));
        }
        let encoding = match (tag, bits) {
            (PCM, 1..=32) => {
                // Some programs write nonsense as the bytes of a frame; the bytes of a second are a second witness.
                let narrowest = usize::from(bits.div_ceil(8));
                let told = usize::from(frame_bytes) / channels;
                let is_told = usize::from(frame_bytes).is_multiple_of(channels)
                    && (narrowest..=4).contains(&told)
                    && (byte_rate == 0 || u64::from(byte_rate) == u64::from(rate_hz) * u64::from(frame_bytes));
                let container_bytes = if is_told { told } else { narrowest };
                Encoding::Integer { container_bytes, valid_bits: valid_bits.into() }
            }
            (FLOAT, 32 | 64) => Encoding::Float { bytes: usize::from(bits / 8) },
            _ => return Err(WavProblem::Unsupported(format!("format {tag:#06x} with {bits} bits"))),
        };
        Ok(Self { encoding, channels, rate_hz })
    }

    /// Bytes of one sample of every channel; at least 1.
    pub fn frame_bytes(&self) -> usize {
        self.channels
            * match self.encoding {
                Encoding::Integer { container_bytes: bytes, .. } | Encoding::Float { bytes } => bytes,
            }
    }
}

/// Decodes samples, and remembers where their valid bits are.
#[derive(Debug)]
pub(super) struct Decoder {
    encoding: Encoding,
    /// A sample was seen that has more than the valid bits would hold at the bottom.
    is_on_top: bool,
    /// Bits below the valid ones were seen, which are empty where those are on top.
    is_at_bottom: bool,
}

impl Decoder {
    pub fn new(format: &Format) -> Self {
        Self { encoding: format.encoding, is_on_top: false, is_at_bottom: false }
    }

    /// Appends whole samples in -1..=1.
    pub fn decode(&mut self, bytes: &[u8], onto: &mut Vec<f32>) {
        match self.encoding {
            Encoding::Float { bytes: 4 } => {
                onto.extend(bytes.as_chunks().0.iter().map(|b| finite(f32::from_le_bytes(*b))))
            }
            Encoding::Float { .. } => {
                onto.extend(bytes.as_chunks().0.iter().map(|b| finite(f64::from_le_bytes(*b) as f32)));
            }
            Encoding::Integer { container_bytes: 1, .. } => {
                // The only size without a sign.
                onto.extend(bytes.iter().map(|byte| (f32::from(*byte) - 128.0) / 128.0));
            }
            Encoding::Integer { container_bytes, valid_bits } => {
                let container_bits = 8 * container_bytes as u32;
                let full_scale = self.full_scale(bytes, container_bytes, container_bits, valid_bits);
                onto.extend(integers(bytes, container_bytes).map(|sample| sample as f32 / full_scale));
            }
        }
    }

    /// The value that stands for 1.
    fn full_scale(&mut self, bytes: &[u8], container_bytes: usize, container_bits: u32, valid_bits: u32) -> f32 {
        if valid_bits < container_bits && !self.is_on_top {
            let below = (1_i32 << (container_bits - valid_bits).min(30)) - 1;
            for sample in integers(bytes, container_bytes) {
                self.is_on_top |= sample.unsigned_abs() > 1 << (valid_bits - 1);
                self.is_at_bottom |= sample & below != 0;
            }
        }
        let bits = if self.is_at_bottom && !self.is_on_top { valid_bits } else { container_bits };
        2_f32.powi(bits as i32 - 1)
    }
}

/// Samples of 2 to 4 bytes.
fn integers(bytes: &[u8], container_bytes: usize) -> impl Iterator<Item = i32> {
    bytes.chunks_exact(container_bytes).map(move |sample| {
        let mut high = [0; 4];
        high[4 - container_bytes..].copy_from_slice(sample);
        i32::from_le_bytes(high) >> (32 - 8 * container_bytes)
    })
}

fn finite(sample: f32) -> f32 {
    if sample.is_finite() { sample } else { 0.0 }
}

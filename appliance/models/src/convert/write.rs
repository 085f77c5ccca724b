//! Writing the ggml file, a chunk of a tensor at a time.

use std::io::{Read, Seek, Write};

use parley_model_file::{GGML_MAGIC, Scan};

use super::mel;
use super::plan::{Shape, Step};
use super::{ConvertError, wrong};

/// whisper.cpp's number for "weights are 16-bit floats".
const FILE_TYPE_F16: u32 = 1;
const TENSOR_F32: u32 = 0;
const TENSOR_F16: u32 = 1;
/// Bytes of the original that are in memory at a time; a multiple of an element's size.
const CHUNK_BYTES: u64 = 64 * 1024;

struct Output<W, P> {
    to: W,
    written: u64,
    progress: P,
}

impl<W: Write, P: FnMut(u64)> Output<W, P> {
    fn bytes(&mut self, bytes: &[u8]) -> Result<(), ConvertError> {
        self.to.write_all(bytes).map_err(ConvertError::Write)?;
        self.written += bytes.len() as u64;
        Ok(())
    }

    fn numbers(&mut self, numbers: &[u32]) -> Result<(), ConvertError> {
        numbers.iter().try_for_each(|number| self.bytes(&number.to_le_bytes()))
    }
}

pub(super) fn ggml<R: Read + Seek>(
    scan: &mut Scan<R>,
    shape: &Shape,
    vocabulary: &[Vec<u8>],
    steps: &[Step],
    to: impl Write,
    progress: impl FnMut(u64),
) -> Result<(), ConvertError> {
    let mut output = Output { to, written: 0, progress };
    let (encoder, decoder) = (&shape.encoder, &shape.decoder);
    output.bytes(&GGML_MAGIC)?;
    output.numbers(&[shape.vocabulary])?;
    output.numbers(&[encoder.positions, shape.width, encoder.heads, encoder.layers])?;
    output.numbers(&[decoder.positions, shape.width, decoder.heads, decoder.layers])?;
    output.numbers(&[shape.mels, FILE_TYPE_F16])?;
    output.numbers(&[shape.mels, mel::BINS as u32])?;
    for weight in mel::filters(shape.mels as usize) {
        output.bytes(&weight.to_le_bytes())?;
    }
    output.numbers(&[vocabulary.len() as u32])?;
    for token in vocabulary {
        output.numbers(&[token.len() as u32])?;
        output.bytes(token)?;
    }
    for step in steps {
        let kind = if step.single { TENSOR_F32 } else { TENSOR_F16 };
        output.numbers(&[step.shape.len() as u32, step.name.len() as u32, kind])?;
        for dimension in step.shape.iter().rev() {
            output.numbers(&[*dimension])?;
        }
        output.bytes(step.name.as_bytes())?;
        copy(scan, step, &mut output)?;
        (output.progress)(output.written);
    }
    output.to.flush().map_err(ConvertError::Write)
}

fn copy<R: Read + Seek, W: Write, P: FnMut(u64)>(
    scan: &mut Scan<R>,
    step: &Step,
    output: &mut Output<W, P>,
) -> Result<(), ConvertError> {
    scan.jump(step.offset)?;
    let mut left = 2 * step.elements;
    let mut chunk = vec![0; CHUNK_BYTES as usize];
    while left > 0 {
        let bytes = &mut chunk[..left.min(CHUNK_BYTES) as usize];
        if scan.read_some(bytes)? != bytes.len() {
            return Err(wrong("it is cut short"));
        }
        left -= bytes.len() as u64;
        if step.single {
            let (halves, _) = bytes.as_chunks::<2>();
            let singles: Vec<u8> =
                halves.iter().flat_map(|half| from_half(u16::from_le_bytes(*half)).to_le_bytes()).collect();
            output.bytes(&singles)?;
        } else {
            output.bytes(bytes)?;
        }
    }
    Ok(())
}

/// The value of a half-precision float; exact.
fn from_half(half: u16) -> f32 {
    /// 2¹¹²: the difference of the exponents' biases.
    const REBIASED: f32 = f32::from_bits((127 + 112) << 23);
    let (sign, magnitude) = (u32::from(half & 0x8000) << 16, u32::from(half & 0x7fff) << 13);
    let is_number = half & 0x7c00 != 0x7c00;
    let magnitude =
        if is_number { (f32::from_bits(magnitude) * REBIASED).to_bits() } else { magnitude | f32::INFINITY.to_bits() };
    f32::from_bits(sign | magnitude)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_have_their_well_known_values() {
        for (half, single) in [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 2f32.powi(-24)),
            (0x83ff, -1023.0 * 2f32.powi(-24)),
            (0x0400, 2f32.powi(-14)),
            (0x3555, 0.333_251_95),
            (0x7c00, f32::INFINITY),
        ] {
            assert_eq!(from_half(half), single);
        }
        assert!(from_half(0x8000).is_sign_negative() && from_half(0x7e00).is_nan());
    }
}

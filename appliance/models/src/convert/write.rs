//! Writing the ggml file, a chunk of a tensor at a time.

use std::io::{Read, Seek, Write};

use parley_model_file::{GGML_MAGIC, Scan};

use super::ConvertError;
use super::ctranslate2::Element;
use super::float::{from_half, to_half};
use super::mel;
use super::plan::{Range, Shape, Step};

/// whisper.cpp's number for "weights are 16-bit floats".
const FILE_TYPE_F16: u32 = 1;
const TENSOR_F32: u32 = 0;
const TENSOR_F16: u32 = 1;
/// Bytes of the original that are in memory at a time; a multiple of every element's size.
const CHUNK_BYTES: usize = 64 * 1024;

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
        copy(scan, &step.source, step.single, &mut output)?;
        (output.progress)(output.written);
    }
    output.to.flush().map_err(ConvertError::Write)
}

fn copy<R: Read + Seek, W: Write, P: FnMut(u64)>(
    scan: &mut Scan<R>,
    source: &Range,
    single: bool,
    output: &mut Output<W, P>,
) -> Result<(), ConvertError> {
    if let Some(zero) = &source.zero {
        // Minus zero is zero too: the sign is the top bit of each element's last byte.
        let width = zero.element.bytes() as usize;
        chunks(scan, zero, |bytes| {
            let nonzero = |(i, byte): (usize, &u8)| byte & if i % width == width - 1 { 0x7f } else { 0xff } != 0;
            if bytes.iter().enumerate().any(nonzero) {
                return Err(ConvertError::Model("a key projection has a bias".to_owned()));
            }
            Ok(())
        })?;
    }
    let mut converted = Vec::with_capacity(2 * CHUNK_BYTES);
    chunks(scan, source, |bytes| {
        converted.clear();
        match (source.element, single) {
            (Element::F16, true) => {
                let (halves, _) = bytes.as_chunks::<2>();
                converted.extend(halves.iter().flat_map(|half| from_half(u16::from_le_bytes(*half)).to_le_bytes()));
                output.bytes(&converted)
            }
            (Element::F32, false) => {
                let (singles, _) = bytes.as_chunks::<4>();
                converted.extend(singles.iter().flat_map(|single| to_half(f32::from_le_bytes(*single)).to_le_bytes()));
                output.bytes(&converted)
            }
            // The plan lets floats through only; those left here have the right width already.
            (Element::F16 | Element::F32 | Element::I8 | Element::I16 | Element::I32, _) => output.bytes(bytes),
        }
    })
}

fn chunks<R: Read + Seek>(
    scan: &mut Scan<R>,
    range: &Range,
    mut each: impl FnMut(&[u8]) -> Result<(), ConvertError>,
) -> Result<(), ConvertError> {
    scan.jump(range.offset)?;
    let mut left = range.elements * range.element.bytes();
    let mut chunk = vec![0; CHUNK_BYTES];
    while left > 0 {
        let wanted = left.min(CHUNK_BYTES as u64) as usize;
        let got = scan.read_some(&mut chunk[..wanted])?;
        if got != wanted {
            return Err(ConvertError::Model("it is cut short".to_owned()));
        }
        each(&chunk[..got])?;
        left -= got as u64;
    }
    Ok(())
}

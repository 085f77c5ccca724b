//! whisper.cpp's format: a magic, eleven numbers, mel filters, vocabulary, then tensors to the end of the file.

use std::io::{Read, Seek};

use super::Finding;
use crate::scan::Scan;

pub(crate) const MAGIC: u32 = 0x6767_6d6c;
/// Whisper's largest model is far below each of these.
const MAX_HYPERPARAMETER: u32 = 1 << 20;
const MAX_NAME_BYTES: u32 = 256;
const NUMBERS: usize = 11;

pub(super) fn check<R: Read + Seek>(scan: &mut Scan<R>) -> Result<(), Finding> {
    if scan.u32()? != MAGIC {
        return Err(Finding::WrongKind("its first bytes are others"));
    }
    for _ in 0..NUMBERS {
        if scan.u32()? > MAX_HYPERPARAMETER {
            return Err(Finding::WrongKind("its dimensions are absurd"));
        }
    }
    let (mels, bins) = (scan.u32()?, scan.u32()?);
    scan.skip(4 * u64::from(mels) * u64::from(bins))?;
    for _ in 0..scan.u32()? {
        let bytes = scan.u32()?;
        scan.skip(u64::from(bytes))?;
    }
    let mut tensors = 0;
    while tensors == 0 || scan.remaining() > 0 {
        tensor(scan)?;
        tensors += 1;
    }
    Ok(())
}

fn tensor<R: Read + Seek>(scan: &mut Scan<R>) -> Result<(), Finding> {
    let (dimensions, name_bytes, kind) = (scan.u32()?, scan.u32()?, scan.u32()?);
    if !(1..=4).contains(&dimensions) || name_bytes > MAX_NAME_BYTES {
        return Err(Finding::WrongKind("a tensor's header is absurd"));
    }
    let mut elements: u64 = 1;
    for _ in 0..dimensions {
        elements = elements.saturating_mul(u64::from(scan.u32()?));
    }
    scan.skip(u64::from(name_bytes))?;
    let (block_elements, block_bytes) = block(kind).ok_or(Finding::WrongKind("a tensor is of an unknown type"))?;
    Ok(scan.skip((elements / block_elements).saturating_mul(block_bytes))?)
}

/// Elements and bytes of one block of a tensor type, shared with GGUF.
pub(super) fn block(kind: u32) -> Option<(u64, u64)> {
    Some(match kind {
        0 | 26 => (1, 4),
        1 | 25 | 30 => (1, 2),
        2 => (32, 18),
        3 => (32, 20),
        6 => (32, 22),
        7 => (32, 24),
        8 => (32, 34),
        9 => (32, 36),
        10 => (256, 84),
        11 => (256, 110),
        12 => (256, 144),
        13 => (256, 176),
        14 => (256, 210),
        15 => (256, 292),
        24 => (1, 1),
        27 | 28 => (1, 8),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Format, tests::whole_only};

    #[test]
    fn a_whole_file_passes_and_no_beginning_of_it() {
        let mut file = Vec::new();
        let numbers = |file: &mut Vec<u8>, numbers: &[u32]| file.extend(numbers.iter().flat_map(|n| n.to_le_bytes()));
        numbers(&mut file, &[super::MAGIC, 3, 4, 4, 1, 1, 4, 4, 1, 1, 80, 1]);
        numbers(&mut file, &[1, 2, 0, 0]);
        numbers(&mut file, &[1, 1]);
        file.push(b'a');
        numbers(&mut file, &[2, 1, 1, 3, 2]);
        file.extend([b'w'; 1 + 2 * 6]);
        whole_only(&file, Format::Ggml);
    }
}

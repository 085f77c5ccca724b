//! GGUF: a magic, a version, counts, key-value pairs, the tensors' descriptions, then aligned data.

use std::io::{Read, Seek};

use super::ggml::block;
use super::{Finding, magic};
use crate::scan::Scan;

const MAX_PAIRS: u64 = 1 << 16;
const MAX_TENSORS: u64 = 1 << 20;
const DEFAULT_ALIGNMENT: u64 = 32;
const MAX_NESTED_ARRAYS: u32 = 4;
const STRING: u32 = 8;
const ARRAY: u32 = 9;
const U32: u32 = 4;

pub(super) fn check<R: Read + Seek>(scan: &mut Scan<R>) -> Result<(), Finding> {
    magic(scan, b"GGUF")?;
    if !matches!(scan.u32()?, 2 | 3) {
        return Err(Finding::WrongKind("its version is neither 2 nor 3"));
    }
    let (tensors, pairs) = (scan.u64()?, scan.u64()?);
    if !(1..=MAX_TENSORS).contains(&tensors) || pairs > MAX_PAIRS {
        return Err(Finding::WrongKind("it claims an absurd number of tensors or keys"));
    }
    let mut alignment = DEFAULT_ALIGNMENT;
    for _ in 0..pairs {
        let is_alignment = key(scan)?;
        let kind = scan.u32()?;
        if is_alignment && kind == U32 {
            alignment = u64::from(scan.u32()?).max(1);
        } else {
            value(scan, kind, MAX_NESTED_ARRAYS)?;
        }
    }
    let mut data_bytes: u64 = 0;
    for _ in 0..tensors {
        data_bytes = data_bytes.max(tensor_end(scan)?);
    }
    let data_start = scan.at().next_multiple_of(alignment);
    scan.jump(data_start)?;
    Ok(scan.skip(data_bytes)?)
}

/// Reads a key; whether it is the one of the alignment.
fn key<R: Read + Seek>(scan: &mut Scan<R>) -> Result<bool, Finding> {
    let bytes = u16::try_from(scan.u64()?).map_err(|_| Finding::WrongKind("a key is absurdly long"))?;
    Ok(scan.bytes(bytes)? == b"general.alignment")
}

fn value<R: Read + Seek>(scan: &mut Scan<R>, kind: u32, depth: u32) -> Result<(), Finding> {
    if let Some(bytes) = scalar_bytes(kind) {
        return Ok(scan.skip(bytes)?);
    }
    match kind {
        STRING => {
            let bytes = scan.u64()?;
            Ok(scan.skip(bytes)?)
        }
        ARRAY if depth > 0 => {
            let (kind, count) = (scan.u32()?, scan.u64()?);
            if let Some(bytes) = scalar_bytes(kind) {
                return Ok(scan.skip(bytes.saturating_mul(count))?);
            }
            // Every element takes bytes of the file, so the file's end bounds this loop.
            (0..count).try_for_each(|_| value(scan, kind, depth - 1))
        }
        _ => Err(Finding::WrongKind("a value is of an unknown type")),
    }
}

fn scalar_bytes(kind: u32) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

/// Where a tensor ends, counted from the start of the data.
fn tensor_end<R: Read + Seek>(scan: &mut Scan<R>) -> Result<u64, Finding> {
    key(scan)?;
    let dimensions = scan.u32()?;
    if dimensions > 4 {
        return Err(Finding::WrongKind("a tensor has an absurd number of dimensions"));
    }
    let mut elements: u64 = 1;
    for _ in 0..dimensions {
        elements = elements.saturating_mul(scan.u64()?);
    }
    let (kind, offset) = (scan.u32()?, scan.u64()?);
    // A tensor type newer than this table still has to begin within the file.
    let bytes =
        block(kind).map_or(1, |(block_elements, block_bytes)| (elements / block_elements).saturating_mul(block_bytes));
    Ok(offset.saturating_add(bytes))
}

#[cfg(test)]
mod tests {
    use super::super::{Format, tests::whole_only};

    #[test]
    fn a_whole_file_passes_and_no_beginning_of_it() {
        let mut file = b"GGUF\x03\0\0\0".to_vec();
        let long = |file: &mut Vec<u8>, number: u64| file.extend(number.to_le_bytes());
        let int = |file: &mut Vec<u8>, number: u32| file.extend(number.to_le_bytes());
        let text = |file: &mut Vec<u8>, text: &str| {
            file.extend((text.len() as u64).to_le_bytes());
            file.extend(text.as_bytes());
        };
        long(&mut file, 2);
        long(&mut file, 3);
        text(&mut file, "general.alignment");
        int(&mut file, 4);
        int(&mut file, 64);
        text(&mut file, "words");
        int(&mut file, 9);
        int(&mut file, 8);
        long(&mut file, 2);
        text(&mut file, "a");
        text(&mut file, "bc");
        text(&mut file, "numbers");
        int(&mut file, 9);
        int(&mut file, 6);
        long(&mut file, 3);
        file.extend([0; 12]);
        for (kind, offset) in [(0, 0), (2, 256)] {
            text(&mut file, "w");
            int(&mut file, 2);
            long(&mut file, 32);
            long(&mut file, 2);
            int(&mut file, kind);
            long(&mut file, offset);
        }
        file.resize(file.len().next_multiple_of(64), 0);
        file.extend([1; 256 + 2 * 18]);
        whole_only(&file, Format::Gguf);
    }
}

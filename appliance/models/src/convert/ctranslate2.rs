//! CTranslate2's `model.bin`, version 6: a specification's name, then named tensors, then further names for them.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use parley_model_file::Scan;

use super::ConvertError;

const VERSION: u32 = 6;
const SPECIFICATION: &str = "WhisperSpec";
/// Whisper's largest model has about 900 tensors.
const MAX_TENSORS: u32 = 1 << 14;
const MAX_RANK: u8 = 4;

/// How a tensor's elements are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    F32,
    I8,
    I16,
    I32,
    F16,
}

/// A tensor in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tensor {
    pub(super) shape: Vec<u64>,
    pub(super) element: Element,
    /// Where its data begins in the file.
    pub(super) offset: u64,
}

impl Element {
    pub(super) fn bytes(self) -> u64 {
        match self {
            Element::I8 => 1,
            Element::I16 | Element::F16 => 2,
            Element::F32 | Element::I32 => 4,
        }
    }
}

/// The tensors by name. Every one lies within the file, and its size is that of its shape.
pub(super) fn parse<R: Read + Seek>(scan: &mut Scan<R>) -> Result<BTreeMap<String, Tensor>, ConvertError> {
    if scan.u32()? != VERSION {
        return Err(wrong("it is not of binary version 6"));
    }
    if text(scan)? != SPECIFICATION {
        return Err(wrong("it is not of the Whisper specification"));
    }
    let _revision = scan.u32()?;
    let mut tensors = BTreeMap::new();
    for _ in 0..count(scan)? {
        let name = text(scan)?;
        let tensor = tensor(scan)?;
        if tensors.insert(name, tensor).is_some() {
            return Err(wrong("two tensors have one name"));
        }
    }
    for _ in 0..count(scan)? {
        let (alias, name) = (text(scan)?, text(scan)?);
        let tensor =
            tensors.get(&name).cloned().ok_or_else(|| wrong("a name stands for a tensor that is not there"))?;
        tensors.entry(alias).or_insert(tensor);
    }
    if scan.remaining() > 0 {
        return Err(wrong("something follows its end"));
    }
    Ok(tensors)
}

fn tensor<R: Read + Seek>(scan: &mut Scan<R>) -> Result<Tensor, ConvertError> {
    let rank = scan.u8()?;
    if rank > MAX_RANK {
        return Err(wrong("a tensor has more than four dimensions"));
    }
    let mut shape = Vec::new();
    for _ in 0..rank {
        shape.push(u64::from(scan.u32()?));
    }
    let element = match scan.u8()? {
        0 => Element::F32,
        1 => Element::I8,
        2 => Element::I16,
        3 => Element::I32,
        4 => Element::F16,
        _ => return Err(wrong("a tensor is of an unknown type")),
    };
    let bytes = u64::from(scan.u32()?);
    let expected = shape.iter().try_fold(element.bytes(), |product, dimension| product.checked_mul(*dimension));
    if expected != Some(bytes) {
        return Err(wrong("a tensor's size is not that of its shape"));
    }
    let offset = scan.at();
    scan.skip(bytes)?;
    Ok(Tensor { shape, element, offset })
}

fn count<R: Read + Seek>(scan: &mut Scan<R>) -> Result<u32, ConvertError> {
    match scan.u32()? {
        count @ 0..=MAX_TENSORS => Ok(count),
        _ => Err(wrong("it claims an absurd number of tensors")),
    }
}

/// A string is written with its length and a final NUL, which the length includes.
fn text<R: Read + Seek>(scan: &mut Scan<R>) -> Result<String, ConvertError> {
    let bytes = scan.u16()?;
    let bytes = scan.bytes(bytes)?;
    let (0, text) = bytes.split_last().map(|(last, text)| (*last, text)).ok_or_else(|| wrong("a name is empty"))?
    else {
        return Err(wrong("a name does not end where it says"));
    };
    String::from_utf8(text.to_vec()).map_err(|_| wrong("a name is no text"))
}

fn wrong(reason: &str) -> ConvertError {
    ConvertError::Model(reason.to_owned())
}

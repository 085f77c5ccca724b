//! CTranslate2's `model.bin`, version 6: a specification's name, then named tensors, then further names for them.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use parley_model_file::Scan;

use super::{ConvertError, wrong};

const VERSION: u32 = 6;
const SPECIFICATION: &str = "WhisperSpec";
/// Whisper's largest model has about 900 tensors.
const MAX_TENSORS: u32 = 1 << 14;
const MAX_RANK: u8 = 4;

/// A tensor in the file; its data lies within it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tensor {
    pub(super) shape: Vec<u32>,
    /// What its elements are, by CTranslate2's number.
    pub(super) kind: u8,
    /// Where its data begins in the file.
    pub(super) offset: u64,
    pub(super) bytes: u64,
}

impl Tensor {
    pub(super) const I16: u8 = 2;
    pub(super) const F16: u8 = 4;
}

/// The tensors by name.
pub(super) fn parse<R: Read + Seek>(scan: &mut Scan<R>) -> Result<BTreeMap<String, Tensor>, ConvertError> {
    if scan.u32()? != VERSION || text(scan)? != SPECIFICATION {
        return Err(wrong("it is not of binary version 6 and the Whisper specification"));
    }
    let _revision = scan.u32()?;
    let mut tensors = BTreeMap::new();
    for _ in 0..count(scan)? {
        tensors.insert(text(scan)?, tensor(scan)?);
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
    let shape = (0..rank).map(|_| scan.u32()).collect::<Result<_, _>>()?;
    let (kind, bytes) = (scan.u8()?, u64::from(scan.u32()?));
    let offset = scan.at();
    scan.skip(bytes)?;
    Ok(Tensor { shape, kind, offset, bytes })
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
    let text = bytes.strip_suffix(&[0]).ok_or_else(|| wrong("a name does not end where it says"))?;
    String::from_utf8(text.to_vec()).map_err(wrong)
}

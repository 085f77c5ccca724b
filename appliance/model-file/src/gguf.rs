//! GGUF: a magic, a version, counts, key-value pairs, the tensors' descriptions, then aligned data.

use std::io::{Read, Seek};

use crate::error::ModelFileError;
use crate::ggml::tensor_bytes;
use crate::scan::Scan;

/// A model has hundreds of tensors and dozens of pairs; far more than that is a damaged header.
const MAX_PAIRS: u64 = 1 << 16;
const MAX_TENSORS: u64 = 1 << 20;
/// Where tensors begin at a multiple of, unless `general.alignment` says otherwise.
const DEFAULT_ALIGNMENT: u64 = 32;
const MAX_NESTED_ARRAYS: u32 = 4;
const U32: u32 = 4;
const STRING: u32 = 8;
const ARRAY: u32 = 9;
const U64: u32 = 10;
/// How a key ends that says how long a context a model was trained for; before it stands the architecture.
const CONTEXT: &str = ".context_length";
/// A file has one such key; of a damaged one no more are kept.
const MAX_CONTEXTS: usize = 8;

/// What a GGUF file says of its model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// Its architecture, such as "llama"; empty where the file does not say.
    pub architecture: String,
    /// The longest context that it was trained for, in tokens.
    pub context_tokens: Option<u32>,
}

/// Looks at what follows the magic.
pub(crate) fn header<R: Read + Seek>(scan: &mut Scan<R>) -> Result<Header, ModelFileError> {
    if !matches!(scan.u32()?, 2 | 3) {
        return Err(ModelFileError::Damaged("its version is neither 2 nor 3"));
    }
    let (tensors, pairs) = (scan.u64()?, scan.u64()?);
    if !(1..=MAX_TENSORS).contains(&tensors) || pairs > MAX_PAIRS {
        return Err(ModelFileError::Damaged("it claims an absurd number of tensors or keys"));
    }
    let mut architecture = String::new();
    let mut contexts: Vec<(String, u64)> = Vec::new();
    let mut alignment = DEFAULT_ALIGNMENT;
    for _ in 0..pairs {
        let key = short_text(scan)?;
        let kind = scan.u32()?;
        match (key.as_slice(), kind) {
            (b"general.architecture", STRING) => {
                architecture = String::from_utf8_lossy(&short_text(scan)?).into_owned();
            }
            (b"general.alignment", U32) => alignment = u64::from(scan.u32()?).max(1),
            (key, U32 | U64) if key.ends_with(CONTEXT.as_bytes()) && contexts.len() < MAX_CONTEXTS => {
                let tokens = if kind == U32 { u64::from(scan.u32()?) } else { scan.u64()? };
                contexts.push((String::from_utf8_lossy(key).into_owned(), tokens));
            }
            _ => value(scan, kind, MAX_NESTED_ARRAYS)?,
        }
    }
    let mut data_bytes: u64 = 0;
    for _ in 0..tensors {
        data_bytes = data_bytes.max(tensor_end(scan)?);
    }
    let data_start = scan.at().next_multiple_of(alignment);
    scan.require(data_start.saturating_add(data_bytes))?;
    let own = contexts.iter().find(|(key, _)| key.strip_suffix(CONTEXT) == Some(architecture.as_str()));
    let context_tokens = own.and_then(|(_, tokens)| u32::try_from(*tokens).ok()).filter(|tokens| *tokens > 0);
    Ok(Header { architecture, context_tokens })
}

/// Reads a name. GGUF bounds keys at 65,535 bytes, and tensors' names far below.
fn short_text<R: Read + Seek>(scan: &mut Scan<R>) -> Result<Vec<u8>, ModelFileError> {
    let bytes = u16::try_from(scan.u64()?).map_err(|_| ModelFileError::Damaged("a name is absurdly long"))?;
    scan.bytes(bytes)
}

fn value<R: Read + Seek>(scan: &mut Scan<R>, kind: u32, depth: u32) -> Result<(), ModelFileError> {
    if let Some(bytes) = scalar_bytes(kind) {
        return scan.skip(bytes);
    }
    match kind {
        STRING => {
            let bytes = scan.u64()?;
            scan.skip(bytes)
        }
        ARRAY if depth > 0 => {
            let (kind, count) = (scan.u32()?, scan.u64()?);
            if let Some(bytes) = scalar_bytes(kind) {
                return scan.skip(bytes.saturating_mul(count));
            }
            // Every element takes bytes of the file, so the file's end bounds this loop.
            (0..count).try_for_each(|_| value(scan, kind, depth - 1))
        }
        _ => Err(ModelFileError::Damaged("a value has a type that GGUF does not have")),
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
fn tensor_end<R: Read + Seek>(scan: &mut Scan<R>) -> Result<u64, ModelFileError> {
    short_text(scan)?;
    let dimensions = scan.u32()?;
    if dimensions > 4 {
        return Err(ModelFileError::Damaged("a tensor has more than four dimensions"));
    }
    let mut elements: u64 = 1;
    for _ in 0..dimensions {
        elements = elements.saturating_mul(scan.u64()?);
    }
    let (kind, offset) = (scan.u32()?, scan.u64()?);
    // A tensor of a newer type still has to begin within the file.
    Ok(offset.saturating_add(tensor_bytes(kind, elements).unwrap_or(1)))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Format;
    use crate::tests::{refusal, whole_only};

    fn text(text: &str) -> Vec<u8> {
        [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
    }

    fn tensor(kind: u32, offset: u64) -> Vec<u8> {
        let shape: Vec<u8> = [32_u64, 2, 1, 1].iter().flat_map(|size| size.to_le_bytes()).collect();
        [text("w"), 4_u32.to_le_bytes().into(), shape, kind.to_le_bytes().into(), offset.to_le_bytes().into()].concat()
    }

    /// A pair of each sort, and two tensors of 64 elements: F32, and behind it one of `kind` in `bytes`.
    fn file_with(kind: u32, bytes: usize) -> Vec<u8> {
        let mut file = [b"GGUF".as_slice(), &3_u32.to_le_bytes(), &2_u64.to_le_bytes(), &4_u64.to_le_bytes()].concat();
        file.extend([text("general.architecture"), STRING.to_le_bytes().into(), text("llama")].concat());
        file.extend([text("general.alignment"), U32.to_le_bytes().into(), 64_u32.to_le_bytes().into()].concat());
        file.extend([text("words"), ARRAY.to_le_bytes().into(), STRING.to_le_bytes().into()].concat());
        file.extend([2_u64.to_le_bytes().into(), text("a"), text("bc")].concat());
        file.extend([text("numbers"), ARRAY.to_le_bytes().into(), 6_u32.to_le_bytes().into()].concat());
        file.extend([&3_u64.to_le_bytes()[..], &[0; 12]].concat());
        file.extend([tensor(0, 0), tensor(kind, 256)].concat());
        file.resize(file.len().next_multiple_of(64), 0);
        file.resize(file.len() + 256 + bytes, 1);
        file
    }

    /// One pair and one tensor of 64 bytes.
    fn file_with_pair(key: &str, kind: u32, value: &[u8]) -> Vec<u8> {
        let mut file = [b"GGUF".as_slice(), &2_u32.to_le_bytes(), &1_u64.to_le_bytes(), &1_u64.to_le_bytes()].concat();
        file.extend([text(key), kind.to_le_bytes().into(), value.into(), tensor(24, 0)].concat());
        file.resize(file.len().next_multiple_of(32) + 64, 1);
        file
    }

    /// Arrays in arrays, and in the innermost a byte.
    fn nested(depth: u32) -> Vec<u8> {
        let (kind, inner) = if depth == 1 { (0, vec![7]) } else { (ARRAY, nested(depth - 1)) };
        [&kind.to_le_bytes()[..], &1_u64.to_le_bytes(), &inner].concat()
    }

    pub(crate) fn small_file() -> Vec<u8> {
        file_with(2, 2 * 18)
    }

    #[test]
    fn a_whole_file_passes_and_no_beginning_of_it() {
        whole_only(&small_file(), Format::Gguf);
        // IQ4_NL and IQ4_XS.
        whole_only(&file_with(20, 2 * 18), Format::Gguf);
        whole_only(&file_with(23, 136), Format::Gguf);
    }

    #[test]
    fn a_tensor_of_a_newer_type_has_to_begin_within_the_file() {
        whole_only(&file_with(1000, 1), Format::Gguf);
    }

    #[test]
    fn a_file_cut_short_says_where_its_data_ends() {
        let file = small_file();
        let whole = file.len();
        let error = refusal(&file[..whole - 1], Format::Gguf);
        let expected = format!("it has {} bytes, and its contents go on to byte {whole} at least", whole - 1);
        assert!(error.contains(&expected), "{error}");
    }

    #[test]
    fn the_architecture_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.gguf");
        std::fs::write(&path, small_file()).unwrap();
        let header = Header { architecture: "llama".to_owned(), context_tokens: None };
        assert_eq!(crate::gguf_header(&path).unwrap(), header);
        assert_eq!(crate::architecture(&path).unwrap(), "llama");
    }

    #[test]
    fn the_context_is_that_of_the_files_own_architecture() {
        let context = |pairs: &[(&str, u32, Vec<u8>)]| {
            let count = pairs.len() as u64;
            let mut file =
                [b"GGUF".as_slice(), &3_u32.to_le_bytes(), &1_u64.to_le_bytes(), &count.to_le_bytes()].concat();
            for (key, kind, value) in pairs {
                file.extend([text(key), kind.to_le_bytes().into(), value.clone()].concat());
            }
            file.extend(tensor(24, 0));
            file.resize(file.len().next_multiple_of(32) + 64, 1);
            let mut scan = Scan::new(std::io::Cursor::new(file)).unwrap();
            Format::Gguf.begin(&mut scan).unwrap();
            header(&mut scan).unwrap().context_tokens
        };
        let named = ("general.architecture", STRING, text("qwen2"));
        let tokens = |tokens: u32| ("qwen2.context_length", U32, tokens.to_le_bytes().to_vec());
        assert_eq!(context(&[named.clone(), tokens(32_768)]), Some(32_768));
        // Keys have no order.
        assert_eq!(context(&[tokens(2_048), named.clone()]), Some(2_048));
        let others = ("clip.context_length", U32, 77_u32.to_le_bytes().to_vec());
        assert_eq!(context(&[others, tokens(4_096), named.clone()]), Some(4_096));
        let long = |value: u64| ("qwen2.context_length", U64, value.to_le_bytes().to_vec());
        assert_eq!(context(&[named.clone(), long(131_072)]), Some(131_072));
        for nonsense in [long(u64::MAX), tokens(0)] {
            assert_eq!(context(&[named.clone(), nonsense]), None);
        }
        assert_eq!(context(&[tokens(4_096)]), None, "it is nobody's");
    }

    #[test]
    fn every_kind_of_value_is_passed_over() {
        for (kinds, bytes) in [(&[0, 1, 7][..], 1), (&[2, 3], 2), (&[4, 5, 6], 4), (&[10, 11, 12], 8)] {
            kinds.iter().for_each(|kind| whole_only(&file_with_pair("k", *kind, &vec![7; bytes]), Format::Gguf));
        }
        whole_only(&file_with_pair("k", STRING, &text("word")), Format::Gguf);
        whole_only(&file_with_pair("k", ARRAY, &nested(MAX_NESTED_ARRAYS)), Format::Gguf);
        let refused = |kind, value: &[u8]| refusal(&file_with_pair("k", kind, value), Format::Gguf);
        assert!(refused(13, &[]).contains("a value has a type"));
        assert!(refused(ARRAY, &nested(MAX_NESTED_ARRAYS + 1)).contains("a value has a type"));
    }

    #[test]
    fn what_no_gguf_file_has_is_refused() {
        let with = |at: usize, bytes: &[u8]| {
            let mut file = file_with_pair("k", 0, &[7]);
            file[at..at + bytes.len()].copy_from_slice(bytes);
            crate::check_in(std::io::Cursor::new(file), Format::Gguf).map_err(|error| error.to_string())
        };
        assert!(with(4, &[3]).is_ok());
        for version in [1, 4] {
            assert!(with(4, &[version]).unwrap_err().contains("version is neither 2 nor 3"));
        }
        assert!(with(24, &65_536_u64.to_le_bytes()).unwrap_err().contains("absurdly long"));
        let dimensions_at = 24 + 8 + 1 + 4 + 1 + 8 + 1;
        assert!(with(dimensions_at, &[5]).unwrap_err().contains("more than four dimensions"));
    }

    #[test]
    fn absurd_counts_are_refused() {
        let with = |at: usize, count: u64| {
            let mut file = small_file();
            file[at..at + 8].copy_from_slice(&count.to_le_bytes());
            refusal(&file, Format::Gguf)
        };
        for (at, count) in [(8, 0), (8, MAX_TENSORS + 1), (16, MAX_PAIRS + 1), (16, u64::MAX)] {
            assert!(with(at, count).contains("absurd number"), "{count} at {at}");
        }
        assert!(!with(8, MAX_TENSORS).contains("absurd number") && !with(16, MAX_PAIRS).contains("absurd number"));
    }

    #[test]
    fn an_alignment_of_nothing_is_one_of_a_byte() {
        let file = file_with_pair("general.alignment", U32, &[0; 4]);
        assert!(crate::check_in(std::io::Cursor::new(file), Format::Gguf).is_ok());
    }
}

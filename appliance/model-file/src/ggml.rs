//! whisper.cpp's format: a magic, eleven numbers, mel filters, vocabulary, then tensors to the end of the file.

use std::io::{Read, Seek};

use crate::error::ModelFileError;
use crate::scan::Scan;

/// Whisper's largest model is far below each of these.
const MAX_DIMENSION: u32 = 1 << 20;
const MAX_NAME_BYTES: u32 = 256;
/// How large the model is in ten respects, and the type of its weights.
const NUMBERS: usize = 11;
const AUDIO_LAYERS: usize = 4;
const TEXT_LAYERS: usize = 8;

/// Looks at what follows the magic.
pub(crate) fn check<R: Read + Seek>(scan: &mut Scan<R>) -> Result<(), ModelFileError> {
    let mut numbers = [0; NUMBERS];
    for number in &mut numbers {
        *number = scan.u32()?;
    }
    let [dimensions @ .., weights] = numbers;
    if weights > MAX_DIMENSION || dimensions.iter().any(|size| !(1..=MAX_DIMENSION).contains(size)) {
        return Err(ModelFileError::Damaged("its first numbers are not those of a Whisper model"));
    }
    let filters = u64::from(scan.u32()?) * u64::from(scan.u32()?);
    scan.skip(filters.saturating_mul(4))?;
    for _ in 0..scan.u32()? {
        let bytes = scan.u32()?;
        scan.skip(u64::from(bytes))?;
    }
    // As whisper.cpp counts them: 7 and 15 of the encoder, 4 and 24 of the decoder.
    let expected = 11 + 15 * u64::from(dimensions[AUDIO_LAYERS]) + 24 * u64::from(dimensions[TEXT_LAYERS]);
    let mut tensors = 0;
    while tensors < expected || scan.remaining() > 0 {
        tensor(scan)?;
        tensors += 1;
    }
    Ok(())
}

fn tensor<R: Read + Seek>(scan: &mut Scan<R>) -> Result<(), ModelFileError> {
    let (dimensions, name_bytes, kind) = (scan.u32()?, scan.u32()?, scan.u32()?);
    if !(1..=4).contains(&dimensions) || name_bytes > MAX_NAME_BYTES {
        return Err(ModelFileError::Damaged("a tensor's header is absurd"));
    }
    let mut elements: u64 = 1;
    for _ in 0..dimensions {
        elements = elements.saturating_mul(u64::from(scan.u32()?));
    }
    scan.skip(u64::from(name_bytes))?;
    let bytes = tensor_bytes(kind, elements).ok_or(ModelFileError::Damaged("a tensor is of an unknown type"))?;
    scan.skip(bytes)
}

/// The bytes of a tensor's data, in GGUF as well; `None` for a type newer than this table.
pub(crate) fn tensor_bytes(kind: u32, elements: u64) -> Option<u64> {
    let (block_elements, block_bytes) = block(kind)?;
    Some(elements.div_ceil(block_elements).saturating_mul(block_bytes))
}

/// Elements and bytes of one block of a tensor type.
fn block(kind: u32) -> Option<(u64, u64)> {
    Some(match kind {
        0 | 26 => (1, 4),      // F32, I32
        1 | 25 | 30 => (1, 2), // F16, I16, BF16
        2 => (32, 18),         // Q4_0
        3 => (32, 20),         // Q4_1
        6 => (32, 22),         // Q5_0
        7 => (32, 24),         // Q5_1
        8 => (32, 34),         // Q8_0
        9 => (32, 36),         // Q8_1
        10 => (256, 84),       // Q2_K
        11 => (256, 110),      // Q3_K
        12 => (256, 144),      // Q4_K
        13 => (256, 176),      // Q5_K
        14 => (256, 210),      // Q6_K
        15 => (256, 292),      // Q8_K
        20 => (32, 18),        // IQ4_NL
        23 => (256, 136),      // IQ4_XS
        24 => (1, 1),          // I8
        27 | 28 => (1, 8),     // I64, F64
        _ => return None,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::tests::{refusal, whole_only};
    use crate::{Format, GGML_MAGIC};

    fn numbers(numbers: &[u32]) -> Vec<u8> {
        numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
    }

    /// Eleven numbers, two mel filters, a vocabulary of "a" and "bc", and as many tensors of one half float.
    fn file_with(header: [u32; NUMBERS], tensors: usize) -> Vec<u8> {
        let mut file = [GGML_MAGIC.as_slice(), &numbers(&header), &numbers(&[1, 2, 0, 0])].concat();
        file.extend([numbers(&[2, 1]), b"a".into(), numbers(&[2]), b"bc".into()].concat());
        let tensor = [numbers(&[1, 4, 1, 1]), b"name".into(), b"\0\x3c".into()].concat();
        file.extend(tensor.repeat(tensors));
        file
    }

    /// One layer each, and the tensors that such a model has.
    const HEADER: [u32; NUMBERS] = [9, 1500, 8, 1, 1, 448, 8, 1, 1, 80, 0];
    const TENSORS: usize = 50;

    pub(crate) fn small_file() -> Vec<u8> {
        file_with(HEADER, TENSORS)
    }

    #[test]
    fn a_whole_file_passes_and_no_beginning_of_it() {
        whole_only(&small_file(), Format::Ggml);
    }

    #[test]
    fn a_file_without_all_tensors_of_its_layers_is_cut_short() {
        for (at, missing) in [(AUDIO_LAYERS, 15), (TEXT_LAYERS, 24)] {
            let mut header = HEADER;
            header[at] += 1;
            assert!(refusal(&file_with(header, TENSORS), Format::Ggml).contains("cut short"));
            assert!(refusal(&file_with(header, TENSORS + missing - 1), Format::Ggml).contains("cut short"));
            whole_only(&file_with(header, TENSORS + missing), Format::Ggml);
        }
    }

    #[test]
    fn absurd_dimensions_are_refused() {
        for at in 0..NUMBERS {
            for size in [0, MAX_DIMENSION + 1] {
                let mut header = HEADER;
                header[at] = size;
                let allowed = at == NUMBERS - 1 && size == 0;
                let refused = crate::check_in(std::io::Cursor::new(file_with(header, TENSORS)), Format::Ggml).is_err();
                assert_eq!(refused, !allowed, "number {at} is {size}");
            }
        }
    }

    #[test]
    fn filters_beyond_all_measure_are_cut_short() {
        let mut file = small_file();
        file[48..56].fill(0xff);
        assert!(refusal(&file, Format::Ggml).contains("cut short"));
    }

    #[test]
    fn a_tensor_with_an_absurd_header_is_refused() {
        // The last one: behind another, what is read by a wrong length would be absurd as well.
        let tensor_at = small_file().len() - (4 * 4 + 4 + 2);
        let with = |at: usize, number: u32| {
            let mut file = small_file();
            file[tensor_at + at..][..4].copy_from_slice(&number.to_le_bytes());
            refusal(&file, Format::Ggml)
        };
        for (at, number) in [(0, 0), (0, 5), (4, MAX_NAME_BYTES + 1)] {
            assert!(with(at, number).contains("header is absurd"), "{number} at {at}");
        }
        assert!(with(4, MAX_NAME_BYTES).contains("cut short"));
        assert!(with(8, 4).contains("unknown type"));
    }

    #[test]
    fn every_tensor_type_has_its_size() {
        let bytes_of_256 = |kind| tensor_bytes(kind, 256);
        for (kinds, bytes) in [
            (&[24][..], 256),
            (&[1, 25, 30], 512),
            (&[0, 26], 1024),
            (&[27, 28], 2048),
            (&[2, 20], 144),
            (&[3], 160),
            (&[6], 176),
            (&[7], 192),
            (&[8], 272),
            (&[9], 288),
            (&[10], 84),
            (&[11], 110),
            (&[12], 144),
            (&[13], 176),
            (&[14], 210),
            (&[15], 292),
            (&[23], 136),
        ] {
            kinds.iter().for_each(|kind| assert_eq!(bytes_of_256(*kind), Some(bytes), "type {kind}"));
        }
        [4, 5, 16, 22, 31].iter().for_each(|kind| assert_eq!(bytes_of_256(*kind), None, "type {kind}"));
    }

    #[test]
    fn a_partly_filled_block_counts_whole() {
        for (kind, elements, bytes) in [(2, 33, 36), (20, 32, 18), (20, 33, 36), (23, 1, 136), (24, 3, 3)] {
            assert_eq!(tensor_bytes(kind, elements), Some(bytes), "{elements} elements of type {kind}");
        }
    }
}

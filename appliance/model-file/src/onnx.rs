//! ONNX: a protobuf message with a format version (field 1) and a graph (field 7), and nothing after its last field.

use std::io::{Read, Seek};

use crate::error::ModelFileError;
use crate::scan::Scan;

const IR_VERSION_FIELD: u64 = 1;
const GRAPH_FIELD: u64 = 7;
/// ONNX's message has about a dozen fields; the numbers leave room for more.
const MAX_FIELD: u64 = 100;
const MAX_IR_VERSION: u64 = 100;
const NO_MESSAGE: ModelFileError = ModelFileError::Damaged("it is no protobuf message");

/// Follows the fields to the end.
pub(crate) fn check<R: Read + Seek>(scan: &mut Scan<R>) -> Result<(), ModelFileError> {
    let mut version = None;
    let mut graph = false;
    while scan.remaining() > 0 {
        let tag = varint(scan)?;
        let field = tag >> 3;
        if !(1..=MAX_FIELD).contains(&field) {
            return Err(ModelFileError::Damaged("it has fields that ONNX does not have"));
        }
        match tag & 7 {
            0 => {
                let value = varint(scan)?;
                if field == IR_VERSION_FIELD {
                    version = Some(value);
                }
            }
            1 => scan.skip(8)?,
            2 => {
                let bytes = varint(scan)?;
                scan.skip(bytes)?;
                graph |= field == GRAPH_FIELD && bytes > 0;
            }
            5 => scan.skip(4)?,
            _ => return Err(NO_MESSAGE),
        }
    }
    match version {
        Some(1..=MAX_IR_VERSION) if graph => Ok(()),
        Some(_) | None if scan.at() == 0 => scan.require(1),
        Some(_) | None => Err(ModelFileError::Damaged("it has no format version or no graph")),
    }
}

fn varint<R: Read + Seek>(scan: &mut Scan<R>) -> Result<u64, ModelFileError> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = scan.u8()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(NO_MESSAGE)
}

#[cfg(test)]
mod tests {
    use crate::Format;
    use crate::tests::{refusal, whole_only};

    #[test]
    fn a_whole_file_passes_and_no_beginning_of_it() {
        let file = b"\x08\x08\x12\x07pytorch\x3a\x05graph";
        whole_only(file, Format::Onnx);
        let mut long = b"\x08\x08\x3a\x80\x02".to_vec();
        long.extend([7; 256]);
        whole_only(&long, Format::Onnx);
    }

    #[test]
    fn fields_of_every_wire_type_are_passed_over() {
        whole_only(b"\x08\x64\x11eightbyt\x1dfour\xa0\x06\x01\x3a\x05graph", Format::Onnx);
    }

    #[test]
    fn what_no_onnx_file_has_is_refused() {
        let check = |file: &[u8], words: &str| assert!(refusal(file, Format::Onnx).contains(words), "{file:?}");
        check(b"\x0b", "no protobuf message");
        check(&[0xff; 12], "no protobuf message");
        check(b"\x00\x01", "fields that ONNX does not have");
        check(b"\xa8\x06\x01", "fields that ONNX does not have");
        for headless in
            [b"\x3a\x05graph".as_slice(), b"\x08\x08", b"\x08\x08\x3a\x00", b"\x08\x00\x3a\x01g", b"\x08\x65\x3a\x01g"]
        {
            check(headless, "no format version or no graph");
        }
    }
}

//! What holds for every format.

use std::io::Cursor;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;

const EVERY: [Format; 7] =
    [Format::Ggml, Format::Gguf, Format::Onnx, Format::Json, Format::Wav, Format::Tflite, Format::Elf];

/// Why a file is refused.
pub(crate) fn refusal(bytes: &[u8], format: Format) -> String {
    check_in(Cursor::new(bytes), format).expect_err("a refusal").to_string()
}

/// Checks a whole file, that every shorter beginning of it is found cut short, and that no other format takes it for
/// its own.
pub(crate) fn whole_only(bytes: &[u8], format: Format) {
    let passed = check_in(Cursor::new(bytes), format);
    assert!(passed.is_ok(), "{format:?}: {passed:?}");
    for length in 0..bytes.len() {
        let looked = check_in(Cursor::new(&bytes[..length]), format);
        let Err(ModelFileError::CutShort { present, needed }) = looked else {
            // ONNX has no end of its own: only a file cut within a field is known to be cut.
            assert!(format == Format::Onnx && looked.is_err(), "{format:?} cut to {length} of {}", bytes.len());
            continue;
        };
        assert!(present == length as u64 && needed > present && needed <= bytes.len() as u64, "{needed} of {length}");
    }
    for other in EVERY.into_iter().filter(|other| *other != format) {
        assert!(check_in(Cursor::new(bytes), other).is_err(), "{format:?} as {other:?}");
    }
}

#[test]
fn names_imply_formats() {
    for (name, format) in [
        ("ggml-base.bin", Some(Format::Ggml)),
        ("x.Q4_1.gguf", Some(Format::Gguf)),
        ("ef_dora.kokoro", Some(Format::Kokoro)),
        ("x.onnx", Some(Format::Onnx)),
        ("x.onnx.json", Some(Format::Json)),
        ("x.wav", Some(Format::Wav)),
        ("x.tflite", Some(Format::Tflite)),
        ("libonnxruntime.so.1.24.4", Some(Format::Elf)),
        ("README", None),
        ("model.bin", None),
        ("x.so", None),
        ("library", None),
    ] {
        assert_eq!(Format::of_name(name), format, "{name}");
    }
}

#[test]
fn a_wrong_file_is_called_by_its_name() {
    let check = |bytes: &[u8], format: Format, expected: &str| assert_eq!(refusal(bytes, format), expected);
    check(
        &gguf::tests::small_file(),
        Format::Ggml,
        "it is a GGUF file, such as a language model, and not a Whisper model in ggml format",
    );
    check(
        &ggml::tests::small_file(),
        Format::Gguf,
        "it is a ggml file, such as a Whisper model, and not a language model in GGUF format",
    );
    check(b"\x7fELF\x02\x01", Format::Onnx, "it is a program or a shared library, and not an ONNX model");
    check(b"\x1c\0\0\0TFL2", Format::Tflite, "it is something else, and not a TensorFlow Lite model");
    check(b"RIFF\0\0\0\0WEBP", Format::Wav, "it is a RIFF file of another kind, and not a WAV recording");
    check(b"RIFF\0\0\0\0WAVE", Format::Json, "it is a RIFF file, such as a recording, and not a JSON object");
    for format in [Format::Ggml, Format::Gguf, Format::Wav, Format::Elf] {
        assert!(refusal(b"Dear reader", format).starts_with("it is something else, and not a"), "{format:?}");
    }
    check(b" [1]", Format::Json, "it is something else, and not a JSON object");
}

#[test]
fn small_formats_are_known_by_their_beginning() {
    for (bytes, format) in [
        (&b"\n {}"[..], Format::Json),
        (b"RIFF\0\0\0\0WAVE", Format::Wav),
        (b"\x1c\0\0\0TFL3", Format::Tflite),
        (b"\x7fELF", Format::Elf),
    ] {
        assert!(check_in(Cursor::new(bytes), format).is_ok(), "{format:?}");
    }
    assert_eq!(
        refusal(b"lm", Format::Ggml),
        "it is cut short: it has 2 bytes, and its contents go on to byte 4 at least"
    );
}

#[test]
fn a_kokoro_voice_is_whole_styles() {
    let look = |bytes: usize| check_in(Cursor::new(vec![0; bytes]), Format::Kokoro);
    assert!(look(1_024).is_ok() && look(510 * 1_024).is_ok());
    for (present, expected) in [(0, 1_024), (1, 1_024), (522_239, 522_240)] {
        let found = look(present);
        assert!(matches!(found, Err(ModelFileError::CutShort { needed, .. }) if needed == expected), "{found:?}");
    }
    assert!(refusal(b"GGUF", Format::Kokoro).contains("and not a voice of Kokoro's"));
}

#[test]
fn a_folder_is_not_a_file() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(check(folder.path(), Format::Ggml), Err(ModelFileError::NotAFile)));
    assert!(matches!(architecture(folder.path()), Err(ModelFileError::NotAFile)));
    assert!(matches!(check(&folder.path().join("none"), Format::Ggml), Err(ModelFileError::Io(_))));
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), format in select(&EVERY[..])) {
        let _ = check_in(Cursor::new(bytes), format);
    }

    #[test]
    fn no_damage_makes_it_panic_or_take_memory(at: Index, byte: u8) {
        for (mut file, format) in [(ggml::tests::small_file(), Format::Ggml), (gguf::tests::small_file(), Format::Gguf)] {
            let at = at.index(file.len());
            file[at] = byte;
            let _ = check_in(Cursor::new(file), format);
        }
    }

    #[test]
    fn no_bytes_behind_a_magic_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for (format, magic) in [(Format::Ggml, &GGML_MAGIC[..]), (Format::Gguf, b"GGUF\x03\0\0\0")] {
            let _ = check_in(Cursor::new([magic, &bytes].concat()), format);
        }
    }
}

use super::*;
use crate::{Catalogue, Manifest, Store, Wanted};

/// A GGUF file of this architecture with one tensor of 64 bytes.
fn gguf(architecture: &str, context: u32) -> Vec<u8> {
    let text = |text: &str| [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat();
    let mut file = [b"GGUF".as_slice(), &3_u32.to_le_bytes(), &1_u64.to_le_bytes(), &2_u64.to_le_bytes()].concat();
    file.extend([text("general.architecture"), 8_u32.to_le_bytes().into(), text(architecture)].concat());
    let key = format!("{architecture}.context_length");
    file.extend([text(&key), 4_u32.to_le_bytes().into(), context.to_le_bytes().into()].concat());
    file.extend([text("w"), 1_u32.to_le_bytes().into(), 64_u64.to_le_bytes().into()].concat());
    file.extend([24_u32.to_le_bytes().as_slice(), &0_u64.to_le_bytes()].concat());
    file.resize(file.len().next_multiple_of(32) + 64, 1);
    file
}

/// As small as a Whisper model can be: one of everything, and tensors of one byte.
fn ggml() -> Vec<u8> {
    let mut file = b"lmgg".to_vec();
    (0..11).for_each(|_| file.extend(1_u32.to_le_bytes()));
    (0..3).for_each(|_| file.extend(0_u32.to_le_bytes()));
    for _ in 0..50 {
        file.extend([1_u32, 0, 24, 1].iter().flat_map(|value| value.to_le_bytes()).chain([0]));
    }
    file
}

const ONNX: &[u8] = b"\x08\x08\x12\x07pytorch\x3a\x05graph";

fn json(language: &str) -> String {
    format!(
        r#"{{"audio":{{"sample_rate":22050}},"espeak":{{"voice":"{language}"}},"phoneme_id_map":{{"a":[1]}},"x":1}}"#
    )
}

struct Shelf(tempfile::TempDir);

impl Shelf {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn select(&self, own: OwnFiles, machine_gb: u64) -> Result<crate::Selection, String> {
        let models = Catalogue::new(Manifest::embedded().unwrap(), Store::new(self.0.path()).unwrap());
        models.with_own(own).on_machine(Some(machine_gb << 30)).select("tiny").map_err(|error| error.to_string())
    }
}

fn brain(path: PathBuf) -> OwnFiles {
    OwnFiles { language_model: Some(path), ..OwnFiles::default() }
}

#[test]
fn ones_own_files_take_the_place_of_a_profiles_and_their_workers() {
    let shelf = Shelf::new();
    let turn = "smart-turn-v3.2-cpu.onnx";
    let manifest = Manifest::embedded().unwrap();
    let models = Catalogue::new(manifest, Store::new(shelf.0.path()).unwrap());
    let listed = models.resolve(&Wanted::Ids(vec!["smart-turn-3.2".into()])).unwrap();
    // A file as large as the pinned one, and an ONNX file at a glance.
    let bytes = usize::try_from(listed[0].bytes().unwrap()).unwrap();
    let mut content = b"\x08\x08\x3a".to_vec();
    let length = bytes - 7;
    content.extend((0..3).map(|index| 0x80 | ((length >> (7 * index)) & 0x7f) as u8).chain([(length >> 21) as u8]));
    content.resize(bytes, 1);
    shelf.file(turn, content);
    let (hears, thinks) = (shelf.file("heard.bin", ggml()), shelf.file("thinks", gguf("qwen2", 1024)));
    let (says, sagt) = (shelf.file("en.onnx", ONNX), shelf.file("de.onnx", ONNX));
    shelf.file("en.onnx.json", json("en-gb"));
    shelf.file("de.json", json("de"));
    let own = OwnFiles {
        speech_to_text: Some(hears.clone()),
        language_model: Some(thinks.clone()),
        voices: vec![says.clone(), sagt.clone()],
    };
    let selection = shelf.select(own, 2).unwrap();
    let of = |selected: &crate::Selected| (selected.worker.clone(), selected.file.clone());
    assert_eq!(of(&selection.speech_to_text), ("parley-worker-whisper".into(), hears));
    assert_eq!(of(&selection.language_model), ("parley-worker-llama".into(), thinks));
    assert_eq!(selection.context_tokens, Some(1024));
    assert_eq!(selection.text_to_speech.worker, "parley-worker-piper");
    assert_eq!(selection.text_to_speech.files, [("en".to_owned(), says), ("de".to_owned(), sagt)]);
    assert_eq!(selection.end_of_turn.unwrap().file, shelf.0.path().join(turn));
}

#[test]
fn a_language_model_of_no_use_is_named_before_a_worker_begins() {
    let shelf = Shelf::new();
    let refused = |content: Vec<u8>| shelf.select(brain(shelf.file("x.gguf", content)), 4).unwrap_err();
    let of = |content, expected: &str| {
        let error = refused(content);
        assert!(error.starts_with("models.language-model = ") && error.contains(expected), "{error}");
    };
    of(gguf("martian", 2048), "does not know the architecture `martian`");
    of(gguf("bert", 512), "`bert` does not answer");
    of(gguf("", 512), "does not say its architecture");
    let whole = gguf("llama", 2048);
    of(whole[..whole.len() - 1].to_vec(), "it is cut short");
    of(ggml(), "it is a ggml file, such as a Whisper model, and not a language model in GGUF format");
    of(Vec::new(), "it is cut short");
    let gone = shelf.select(brain(shelf.0.path().join("gone.gguf")), 4).unwrap_err();
    assert!(gone.contains("gone.gguf: it cannot be read"), "{gone}");
    let folder = shelf.select(brain(shelf.0.path().to_owned()), 4).unwrap_err();
    assert!(folder.contains("it is not a file"), "{folder}");
}

#[test]
fn a_model_of_40_gb_is_refused_on_a_board_of_4() {
    let shelf = Shelf::new();
    let path = shelf.file("huge.gguf", gguf("llama", 2048));
    // It takes no room on the disk.
    std::fs::File::options().append(true).open(&path).unwrap().set_len(40_000_000_000).unwrap();
    let error = shelf.select(brain(path.clone()), 4).unwrap_err();
    for part in ["`tiny` with the files that [models] names needs 67", "GB of memory", "this one has 4.3 GB"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    assert!(!shelf.select(brain(path), 128).unwrap_err().contains("memory"), "there it has room");
}

#[test]
fn a_voice_without_its_json_or_with_another_is_refused() {
    let shelf = Shelf::new();
    let path = shelf.file("x.onnx", ONNX);
    let voice = |voice: &Path| OwnFiles { voices: vec![voice.to_owned()], ..OwnFiles::default() };
    let refused = || shelf.select(voice(&path), 4).unwrap_err();
    assert!(refused().contains("the voice has no x.onnx.json beside it; fetch both files"), "{}", refused());
    for (content, expected) in [
        ("[1]".to_owned(), "does not describe a Piper voice"),
        ("{}".to_owned(), "does not describe a Piper voice"),
        (json("en").replace("22050", "0"), "no sample rate"),
        (json("eng"), "no code of two letters"),
        (json("cmn"), "no code of two letters"),
    ] {
        shelf.file("x.onnx.json", &content);
        assert!(refused().contains(expected), "{content}: {}", refused());
    }
    shelf.file("x.onnx.json", vec![0xff; 9]);
    assert!(refused().contains("cannot be read"), "{}", refused());
    let other = shelf.file("y.onnx", ggml());
    assert!(shelf.select(voice(&other), 4).unwrap_err().contains("and not an ONNX model"));
}

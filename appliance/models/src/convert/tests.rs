use std::io::Cursor;

use parley_model_file::{Format, check_in};
use proptest::prelude::*;

use super::*;
use crate::digest::Sha256;

const WIDTH: u32 = 4;
const MELS: u32 = 80;
const POSITIONS: u32 = 3;

/// Builds a small model in CTranslate2's format, with Whisper's vocabulary.
struct Builder {
    tensors: Vec<(String, Vec<u32>, u8, Vec<u8>)>,
    aliases: Vec<(String, String)>,
}

impl Builder {
    fn new(vocabulary: u32) -> Self {
        let mut builder = Self { tensors: vec![], aliases: vec![] };
        let halves = |builder: &mut Self, name: &str, shape: &[u32]| {
            let count: u32 = shape.iter().product();
            let bytes = (0..count).flat_map(|i| (0x3c00 + (i % 512) as u16).to_le_bytes()).collect();
            builder.tensors.push((name.to_owned(), shape.to_vec(), 4, bytes));
        };
        let linear = |builder: &mut Self, name: &str, shape: [u32; 2]| {
            halves(builder, &format!("{name}/weight"), &shape);
            halves(builder, &format!("{name}/bias"), &shape[..1]);
        };
        let norm = |builder: &mut Self, name: &str| {
            halves(builder, &format!("{name}/gamma"), &[WIDTH]);
            halves(builder, &format!("{name}/beta"), &[WIDTH]);
        };
        for side in ["encoder", "decoder"] {
            builder.tensors.push((format!("{side}/num_heads"), vec![], 2, vec![2, 0]));
            halves(&mut builder, &format!("{side}/position_encodings/encodings"), &[POSITIONS, WIDTH]);
            let layer = format!("{side}/layer_0");
            linear(&mut builder, &format!("{layer}/self_attention/linear_0"), [3 * WIDTH, WIDTH]);
            linear(&mut builder, &format!("{layer}/self_attention/linear_1"), [WIDTH, WIDTH]);
            norm(&mut builder, &format!("{layer}/self_attention/layer_norm"));
            if side == "decoder" {
                linear(&mut builder, &format!("{layer}/attention/linear_0"), [WIDTH, WIDTH]);
                linear(&mut builder, &format!("{layer}/attention/linear_1"), [2 * WIDTH, WIDTH]);
                linear(&mut builder, &format!("{layer}/attention/linear_2"), [WIDTH, WIDTH]);
                norm(&mut builder, &format!("{layer}/attention/layer_norm"));
            }
            linear(&mut builder, &format!("{layer}/ffn/linear_0"), [4 * WIDTH, WIDTH]);
            linear(&mut builder, &format!("{layer}/ffn/linear_1"), [WIDTH, 4 * WIDTH]);
            norm(&mut builder, &format!("{layer}/ffn/layer_norm"));
            norm(&mut builder, &format!("{side}/layer_norm"));
        }
        for (conv, inputs) in [("conv1", MELS), ("conv2", WIDTH)] {
            halves(&mut builder, &format!("encoder/{conv}/weight"), &[WIDTH, inputs, 3]);
            halves(&mut builder, &format!("encoder/{conv}/bias"), &[WIDTH]);
        }
        halves(&mut builder, "decoder/embeddings/weight", &[vocabulary, WIDTH]);
        builder.aliases.push(("decoder/projection/weight".to_owned(), "decoder/embeddings/weight".to_owned()));
        builder
    }

    fn bytes_of(&mut self, name: &str) -> Option<&mut Vec<u8>> {
        self.tensors.iter_mut().find(|tensor| tensor.0 == name).map(|tensor| &mut tensor.3)
    }

    /// The file, and the part of it that is structure rather than weights: all of it before the vocabulary.
    fn build(&self) -> (Vec<u8>, usize) {
        let mut file = 6u32.to_le_bytes().to_vec();
        let text = |file: &mut Vec<u8>, text: &str| {
            file.extend((text.len() as u16 + 1).to_le_bytes());
            file.extend(text.as_bytes());
            file.push(0);
        };
        text(&mut file, "WhisperSpec");
        file.extend(3u32.to_le_bytes());
        file.extend((self.tensors.len() as u32).to_le_bytes());
        let mut structure = 0;
        for (name, shape, kind, bytes) in &self.tensors {
            text(&mut file, name);
            file.push(shape.len() as u8);
            shape.iter().for_each(|dimension| file.extend(dimension.to_le_bytes()));
            file.push(*kind);
            file.extend((bytes.len() as u32).to_le_bytes());
            structure = file.len();
            file.extend(bytes);
        }
        file.extend((self.aliases.len() as u32).to_le_bytes());
        for (alias, name) in &self.aliases {
            text(&mut file, alias);
            text(&mut file, name);
        }
        (file, structure)
    }
}

/// A tokenizer whose tokens are three letters of the byte alphabet.
fn tokenizer(end_of_text: u32) -> String {
    let letter = |i: u32| char::from(b'a' + (i % 26) as u8);
    let word = |i: u32| format!("{}{}{}{}", letter(i), letter(i / 26), letter(i / 676), letter(i / 17_576));
    let mut vocab: Vec<String> = (0..end_of_text).map(|i| format!("\"{}\":{i}", word(i))).collect();
    vocab[1] = r#""Ġa":1"#.to_owned();
    format!(
        r#"{{"added_tokens":[{{"id":{end_of_text},"content":"<|endoftext|>","special":true}}],"model":{{"vocab":{{{}}},"merges":[]}}}}"#,
        vocab.join(",")
    )
}

fn convert(model: &[u8], tokenizer: &str) -> Result<Vec<u8>, ConvertError> {
    let mut output = Vec::new();
    ctranslate2_whisper(Cursor::new(model), tokenizer.as_bytes(), &mut output, |_| {})?;
    Ok(output)
}

fn message(result: Result<Vec<u8>, ConvertError>) -> String {
    match result {
        Err(ConvertError::Input(message)) => message,
        other => panic!("{:?}", other.map(|bytes| bytes.len())),
    }
}

#[test]
fn a_small_model_is_converted_alike_on_every_machine() {
    for (vocabulary, end_of_text, digest) in [
        (51_865, 50_257, "3a3a92a3cfe6f375563730de84247ae9d35dd10475d230b8d88c804e514972e4"),
        (51_864, 50_256, "62b36eab225535543796d577fbb0b0b29013d8b32fb1cb687940a851a95e0bf1"),
    ] {
        let (model, _) = Builder::new(vocabulary).build();
        let output = convert(&model, &tokenizer(end_of_text)).unwrap();
        assert!(check_in(Cursor::new(&output), Format::Ggml).is_ok());
        assert_eq!(Sha256::of_bytes(&output).to_string(), digest);
        let number = |at: usize| u32::from_le_bytes(output[at..at + 4].try_into().unwrap());
        let numbers: Vec<u32> = (0..12).map(|i| number(4 * i)).collect();
        assert_eq!(numbers, [0x6767_6d6c, vocabulary, POSITIONS, WIDTH, 2, 1, POSITIONS, WIDTH, 2, 1, MELS, 1]);
        let tokens = 56 + 4 * 80 * 201;
        assert_eq!(number(tokens), 50_257);
        assert_eq!(&output[tokens + 4 + 8..][..6], b"\x02\0\0\0 a");
        let ends_with_end_of_text = output.windows(17).any(|window| window == b"\x0d\0\0\0<|endoftext|>");
        assert_eq!(ends_with_end_of_text, vocabulary == 51_864);
    }
}

#[test]
fn fused_projections_are_taken_apart() {
    let mut builder = Builder::new(51_865);
    let weights = builder.bytes_of("decoder/layer_0/attention/linear_1/weight").unwrap();
    let (keys, values) = weights.split_at_mut(2 * (WIDTH * WIDTH) as usize);
    keys.fill(1);
    values.fill(2);
    let output = convert(&builder.build().0, &tokenizer(50_257)).unwrap();
    let after = |name: &[u8]| {
        let at = output.windows(name.len()).position(|window| window == name).unwrap() + name.len();
        output[at..at + 2 * (WIDTH * WIDTH) as usize].to_vec()
    };
    assert_eq!(after(b"decoder.blocks.0.cross_attn.key.weight"), [1; 32]);
    assert_eq!(after(b"decoder.blocks.0.cross_attn.value.weight"), [2; 32]);
    assert!(!output.windows(19).any(|window| window == b"cross_attn.key.bias"));
}

#[test]
fn weights_of_another_kind_are_refused() {
    for (kind, bytes_of_one) in [(0, 4), (1, 1)] {
        let mut builder = Builder::new(51_865);
        for (_, shape, of, bytes) in builder.tensors.iter_mut().filter(|tensor| tensor.0 == "encoder/conv2/weight") {
            *of = kind;
            bytes.resize(shape.iter().product::<u32>() as usize * bytes_of_one, 0);
        }
        let message = message(convert(&builder.build().0, &tokenizer(50_257)));
        assert!(message.contains("encoder/conv2/weight is not of 16-bit floats"), "{message}");
    }
}

#[test]
fn a_foreign_tokenizer_is_refused() {
    let (model, _) = Builder::new(51_865).build();
    for bad in [
        "{".to_owned(),
        tokenizer(50_000),
        tokenizer(50_257).replace("endoftext", "end"),
        tokenizer(50_257).replace("\"Ġa\":1", "\"日\":1"),
        tokenizer(50_257).replace("\"Ġa\":1", "\"Ġa\":2"),
        tokenizer(50_257).replace("\"id\":50257", "\"id\":4000000000"),
        " ".repeat((16 << 20) + 1),
    ] {
        assert!(message(convert(&model, &bad)).contains("tokenizer"));
    }
}

#[test]
fn every_missing_tensor_is_named() {
    let whole = Builder::new(51_864);
    for index in 0..whole.tensors.len() {
        let mut builder = Builder::new(51_864);
        let (name, ..) = builder.tensors.remove(index);
        builder.aliases.clear();
        let message = message(convert(&builder.build().0, &tokenizer(50_256)));
        assert!(message.contains(&name) || message.contains("layers"), "{name}: {message}");
    }
}

/// Parses and plans without writing: where a hostile file could do harm.
fn understand(model: &[u8]) -> Result<(), ConvertError> {
    let mut scan = Scan::new(Cursor::new(model))?;
    let tensors = ctranslate2::parse(&mut scan)?;
    let shape = plan::Shape::of(&tensors, &mut scan)?;
    plan::steps(&shape, &tensors).map(drop)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_damaged_structure_never_panics(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let (mut model, structure) = MODEL.clone();
        for (index, byte) in changes {
            model[index.index(structure)] = byte;
        }
        let _ = understand(&model);
    }

    #[test]
    fn a_model_cut_short_is_an_error(len in any::<prop::sample::Index>()) {
        let (model, _) = &*MODEL;
        prop_assert!(understand(&model[..len.index(model.len())]).is_err());
    }

    #[test]
    fn absurd_numbers_are_errors(at in any::<prop::sample::Index>(), number in prop_oneof![Just(u32::MAX), Just(i32::MAX as u32), any::<u32>()]) {
        let (mut model, structure) = MODEL.clone();
        let at = at.index(structure - 4);
        model[at..at + 4].copy_from_slice(&number.to_le_bytes());
        let _ = understand(&model);
    }

    #[test]
    fn no_bytes_are_a_model(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(understand(&bytes).is_err());
    }
}

static MODEL: std::sync::LazyLock<(Vec<u8>, usize)> = std::sync::LazyLock::new(|| Builder::new(51_864).build());

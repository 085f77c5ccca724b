//! The vocabulary out of a `tokenizer.json`: the bytes that each token stands for, by number.

use std::collections::HashMap;
use std::io::Read;

use serde::Deserialize;

use super::{ConvertError, wrong};

/// A Whisper tokenizer has about 2.2 MB.
pub(crate) const MAX_TOKENIZER_BYTES: u64 = 16 << 20;
/// Tokens in whisper.cpp's files: those that stand for text. The English-only models' end of text is among them.
const TEXT_TOKENS: usize = 50_257;
const END_OF_TEXT: &str = "<|endoftext|>";

#[derive(Deserialize)]
struct Tokenizer {
    model: Model,
    added_tokens: Vec<Added>,
}

#[derive(Deserialize)]
struct Model {
    vocab: HashMap<String, u32>,
}

#[derive(Deserialize)]
struct Added {
    id: u32,
    content: String,
}

/// The text tokens' bytes; `model_tokens` is how many tokens the model knows, control tokens included.
pub(super) fn read(json: impl Read, model_tokens: u32) -> Result<Vec<Vec<u8>>, ConvertError> {
    let mut text = Vec::new();
    json.take(MAX_TOKENIZER_BYTES + 1).read_to_end(&mut text).map_err(wrong)?;
    if text.len() as u64 > MAX_TOKENIZER_BYTES {
        return Err(wrong("the tokenizer is larger than any"));
    }
    let tokenizer: Tokenizer = serde_json::from_slice(&text).map_err(wrong)?;
    let end_of_text = tokenizer.added_tokens.iter().find(|added| added.content == END_OF_TEXT);
    let end_of_text = end_of_text.ok_or_else(|| wrong("the tokenizer has no end of text"))?.id as usize;
    // One before the end of the text tokens in the English-only models, the first after them in the multilingual ones.
    if end_of_text != TEXT_TOKENS && end_of_text + 1 != TEXT_TOKENS {
        return Err(wrong("the tokenizer's end of text has another number"));
    }
    if tokenizer.added_tokens.iter().any(|added| added.id >= model_tokens) {
        return Err(wrong("the tokenizer has more tokens than the model"));
    }
    let byte_of = byte_of_char();
    let mut tokens: Vec<Option<Vec<u8>>> = vec![None; TEXT_TOKENS];
    for (token, id) in &tokenizer.model.vocab {
        let Some(place) = tokens.get_mut(*id as usize).filter(|_| (*id as usize) < end_of_text) else { continue };
        let bytes = token.chars().map(|c| byte_of.get(&c).copied()).collect::<Option<Vec<u8>>>();
        *place = Some(bytes.ok_or_else(|| wrong("a token is not written in the byte alphabet"))?);
    }
    if let Some(place) = tokens.get_mut(end_of_text) {
        *place = Some(END_OF_TEXT.as_bytes().to_vec());
    }
    tokens.into_iter().collect::<Option<Vec<_>>>().ok_or_else(|| wrong("a token is missing"))
}

/// GPT-2's alphabet: a printable character for each byte, its own where it has one, else the next from U+0100 on.
fn byte_of_char() -> HashMap<char, u8> {
    let mut next = 0x100;
    let mut char_of = |byte: u8| match byte {
        b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff => char::from(byte),
        _ => {
            let substitute = char::from_u32(next).unwrap_or(char::REPLACEMENT_CHARACTER);
            next += 1;
            substitute
        }
    };
    (0..=u8::MAX).map(|byte| (char_of(byte), byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_has_every_byte_once() {
        let alphabet = byte_of_char();
        assert_eq!(alphabet.len(), 256);
        assert_eq!(alphabet.get(&'a'), Some(&b'a'));
        assert_eq!(alphabet.get(&'Ġ'), Some(&b' '));
        assert_eq!(alphabet.get(&'Ċ'), Some(&b'\n'));
    }
}

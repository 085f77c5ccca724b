//! From tokens to text that may be shown: whole characters, and nothing after the end of the answer.

#[derive(Debug, Default)]
pub struct Answer {
    /// What may still become part of a character, or of the stop text.
    held: Vec<u8>,
    /// The text that ends an answer, for models that cannot say it with a token.
    stop: Option<&'static str>,
    stopped: bool,
}

impl Answer {
    /// An answer that ends where `stop` would begin.
    pub fn new(stop: Option<&'static str>) -> Self {
        Self { stop, ..Self::default() }
    }

    /// Takes a token's bytes; returns what is certain by now, perhaps nothing.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        if self.stopped {
            return String::new();
        }
        self.held.extend_from_slice(bytes);
        if let Some(at) = self.stop.and_then(|stop| find(&self.held, stop.as_bytes())) {
            self.held.truncate(at);
            self.stopped = true;
            return self.finish();
        }
        let kept = self.stop.map_or(0, |stop| longest_beginning_at_end(&self.held, stop.as_bytes()));
        let certain = self.held.len() - kept;
        let whole = whole_characters(&self.held[..certain]);
        let rest = self.held.split_off(whole);
        let text = String::from_utf8_lossy(&self.held).into_owned();
        self.held = rest;
        text
    }

    pub fn has_stopped(&self) -> bool {
        self.stopped
    }

    /// What was still held back; a character that was never finished is dropped.
    pub fn finish(&mut self) -> String {
        let held = std::mem::take(&mut self.held);
        let whole = whole_characters(&held);
        String::from_utf8_lossy(&held[..whole]).into_owned()
    }
}

/// Bytes up to the last character that may still be incomplete. Bytes that can never be text count as whole.
fn whole_characters(bytes: &[u8]) -> usize {
    let mut from = 0;
    loop {
        match std::str::from_utf8(&bytes[from..]) {
            Ok(_) => return bytes.len(),
            Err(error) => match error.error_len() {
                Some(bad) => from += error.valid_up_to() + bad,
                None => return from + error.valid_up_to(),
            },
        }
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

/// How many bytes at the end of `text` are a beginning of `wanted`.
fn longest_beginning_at_end(text: &[u8], wanted: &[u8]) -> usize {
    (1..wanted.len().min(text.len() + 1)).rev().find(|&length| text.ends_with(&wanted[..length])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_character_in_two_tokens_comes_out_once_and_whole() {
        let mut answer = Answer::default();
        assert_eq!(answer.push(&[b'a', 0xc3]), "a");
        assert_eq!(answer.push(&[0xa9, b'!']), "é!");
        assert_eq!(answer.finish(), "");
    }

    #[test]
    fn bytes_that_are_no_text_do_not_block_what_follows() {
        let mut answer = Answer::default();
        assert_eq!(answer.push(&[0xff]), "\u{fffd}");
        assert_eq!(answer.push(b"ok"), "ok");
    }

    #[test]
    fn the_stop_text_and_all_after_it_is_left_out() {
        let mut answer = Answer::new(Some("\nUser:"));
        assert_eq!(answer.push(b"Yes.\nUs"), "Yes.");
        assert_eq!(answer.push(b"er: and"), "");
        assert!(answer.has_stopped());
        assert_eq!(answer.push(b"more"), "");
        assert_eq!(answer.finish(), "");
    }

    #[test]
    fn what_only_looked_like_the_stop_text_is_given_back() {
        let mut answer = Answer::new(Some("\nUser:"));
        assert_eq!(answer.push(b"Yes.\nUs"), "Yes.");
        assert_eq!(answer.push(b"ually"), "\nUsually");
        assert_eq!(answer.push(b"\nUse"), "");
        assert_eq!(answer.finish(), "\nUse");
    }

    proptest! {
        #[test]
        fn any_text_in_any_pieces_comes_out_the_same(text in "\\PC{0,40}", cuts in prop::collection::vec(1_usize..5, 0..60)) {
            let mut answer = Answer::new(Some("\nUser:"));
            let (mut rest, mut out) = (text.as_bytes(), String::new());
            for cut in cuts.into_iter().chain(std::iter::repeat(7)) {
                if rest.is_empty() {
                    break;
                }
                let (piece, after) = rest.split_at(cut.min(rest.len()));
                out += &answer.push(piece);
                rest = after;
            }
            out += &answer.finish();
            prop_assert_eq!(out, text);
        }
    }
}

//! Kokoro: one model for all voices, and for each voice a file of styles.
//!
//! It computes slower than it speaks on most small machines, and a sentence is one run, so a sentence is computed in
//! *pieces*: the first ends at the first mark that it has, so that sound comes soon, and a gap falls where people breathe.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use ort::session::{RunOptions, Session};
use ort::value::TensorRef;
use parley_engines::worker::CancelFlag;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use crate::session::{self, Arena};
use crate::voice::VoiceError;

/// What the model gives, in Hz.
pub const RATE_HZ: u32 = 24_000;
/// What ends the name of a file of styles.
const ENDING: &str = "kokoro";
/// The model of all voices, and its vocabulary; both lie beside the styles.
const MODEL: &str = "kokoro-82m.onnx";
const VOCABULARY: &str = "kokoro-82m.json";

/// Numbers in one style.
const STYLE: usize = 256;
/// More styles than any voice has: one for each number of tokens.
const MOST_STYLES: usize = 1_024;
/// The token around every text.
const PAD: i64 = 0;
/// A shorter piece sounds cut off.
const SHORTEST_PIECE: usize = 12;
/// A longer piece is cut between words: about 4 s of sound.
const LONGEST_PIECE: usize = 60;

/// Two sounds of espeak-ng's that Kokoro was taught as one.
const JOINED: [(&str, char); 11] = [
    ("dʒ", 'ʤ'),
    ("tʃ", 'ʧ'),
    ("dz", 'ʣ'),
    ("ts", 'ʦ'),
    ("tɕ", 'ʨ'),
    ("aɪ", 'I'),
    ("aʊ", 'W'),
    ("eɪ", 'A'),
    ("oʊ", 'O'),
    ("əʊ", 'Q'),
    ("ɔɪ", 'Y'),
];
/// What espeak-ng writes otherwise than Kokoro's vocabulary.
const WRITTEN_OTHERWISE: [(&str, &str); 4] = [("c\u{327}", "ç"), ("g", "ɡ"), ("ɫ", "l"), ("ɬ", "l")];

/// How often somebody looks whether a piece is still wanted.
const LOOK: Duration = Duration::from_millis(20);
/// A run that takes longer hangs, however busy the machine is.
const LONGEST_RUN: Duration = Duration::from_secs(60);

/// The model, once it is loaded; all voices share it.
#[derive(Clone, Default)]
pub struct Shared(Arc<Mutex<Option<Model>>>);

struct Model {
    path: PathBuf,
    vocabulary: HashMap<char, i64>,
    session: Session,
}

#[derive(Deserialize)]
struct VocabularyFile {
    vocab: HashMap<char, i64>,
}

/// One voice.
pub struct Kokoro {
    model: Shared,
    /// One behind the other, the first for a text of no tokens.
    styles: Vec<f32>,
}

/// The job that a piece is computed for.
#[derive(Clone, Copy)]
pub struct Watched<'a> {
    pub cancel: &'a CancelFlag,
    /// Says that the job goes on.
    pub alive: &'a (dyn Fn() + Sync),
}

impl Watched<'_> {
    /// Until `over` is, which takes long: says that the job goes on, as long as it can, and stops what is cancelled.
    fn watch<E>(&self, over: &mpsc::Receiver<()>, stop: impl Fn() -> Result<(), E>) {
        let begun = Instant::now();
        while over.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            if self.cancel.is_set() {
                // An error means that it goes on, and is over at its end.
                let _ = stop();
            } else if begun.elapsed() < LONGEST_RUN {
                (self.alive)();
            }
        }
    }
}

/// Whether a file is a voice of Kokoro's, by its name.
pub fn is_voice(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == ENDING)
}

impl Kokoro {
    /// Loads a voice's styles, and the model beside them unless another voice has loaded it.
    pub fn load(styles: &Path, threads: usize, model: &Shared) -> Result<Self, VoiceError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| VoiceError::Io { path, source }
        };
        let size = fs::metadata(styles).map_err(io(styles))?.len();
        if size == 0 || size > (MOST_STYLES * STYLE * 4) as u64 || !size.is_multiple_of((STYLE * 4) as u64) {
            return Err(VoiceError::Styles(styles.to_owned()));
        }
        let bytes = fs::read(styles).map_err(io(styles))?;
        let (numbers, _) = bytes.as_chunks::<4>();
        let read: Vec<f32> = numbers.iter().map(|number| f32::from_le_bytes(*number)).collect();
        if read.iter().any(|number| !number.is_finite()) {
            return Err(VoiceError::Styles(styles.to_owned()));
        }
        let path = styles.with_file_name(MODEL);
        let mut shared = model.0.lock().unwrap_or_else(PoisonError::into_inner);
        if shared.as_ref().is_none_or(|loaded| loaded.path != path) {
            let vocabulary = styles.with_file_name(VOCABULARY);
            let text = fs::read(&vocabulary).map_err(io(&vocabulary))?;
            let VocabularyFile { vocab } =
                serde_json::from_slice(&text).map_err(|source| VoiceError::Config { path: vocabulary, source })?;
            fs::metadata(&path).map_err(io(&path))?;
            // Its runs are of all lengths: memory that one needed is given back.
            let session = session::options(threads, Arena::Off)?.commit_from_file(&path)?;
            let has = |name: &str| session.inputs().iter().any(|input| input.name() == name);
            if !["tokens", "style", "speed"].into_iter().all(has) {
                return Err(VoiceError::Shape("inputs"));
            }
            *shared = Some(Model { path, vocabulary: vocab, session });
        }
        drop(shared);
        Ok(Self { model: model.clone(), styles: read })
    }

    /// The samples of a piece; none where it was cancelled meanwhile.
    pub fn say(&mut self, phonemes: &str, job: &Watched<'_>) -> Result<Vec<f32>, VoiceError> {
        let mut shared = self.model.0.lock().unwrap_or_else(PoisonError::into_inner);
        let model = shared.as_mut().ok_or(VoiceError::Shape("model"))?;
        let tokens = tokens(phonemes, &model.vocabulary);
        if tokens.is_empty() {
            return Ok(Vec::new());
        }
        let style = style(&self.styles, tokens.len()).ok_or(VoiceError::Shape("style"))?;
        let padded: Vec<i64> = std::iter::once(PAD).chain(tokens).chain([PAD]).collect();
        let inputs = ort::inputs! {
            "tokens" => TensorRef::from_array_view(([1, padded.len()], &*padded))?,
            "style" => TensorRef::from_array_view(([1, STYLE], style))?,
            "speed" => TensorRef::from_array_view(([1], &[1.0_f32][..]))?,
        };
        let options = RunOptions::new()?;
        let said = thread::scope(|scope| {
            let (done, over) = mpsc::channel::<()>();
            let options = &options;
            scope.spawn(move || job.watch(&over, || options.terminate()));
            let said = model.session.run_with_options(inputs, options).and_then(|outputs| {
                let (_, samples) = outputs[0].try_extract_tensor::<f32>()?;
                Ok(samples.to_vec())
            });
            drop(done);
            said
        });
        match said {
            Err(_) if job.cancel.is_set() => Ok(Vec::new()),
            said => Ok(said?),
        }
    }
}

/// The style for so many tokens, or the last.
fn style(styles: &[f32], tokens: usize) -> Option<&[f32]> {
    let rows = styles.len() / STYLE;
    styles.chunks_exact(STYLE).nth(tokens.min(rows.checked_sub(1)?))
}

/// The numbers of what Kokoro knows of these phonemes.
fn tokens(phonemes: &str, vocabulary: &HashMap<char, i64>) -> Vec<i64> {
    let mut text: String = phonemes.nfd().collect();
    for (from, to) in WRITTEN_OTHERWISE {
        text = text.replace(from, to);
    }
    for (from, to) in JOINED {
        text = text.replace(from, to.encode_utf8(&mut [0; 4]));
    }
    text.trim().chars().filter_map(|phoneme| vocabulary.get(&phoneme).copied()).collect()
}

/// A sentence in the pieces that are computed one after the other.
pub fn pieces(sentence: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut length, mut space) = (0, 0_usize, None);
    for (index, character) in sentence.char_indices() {
        length += 1;
        let end = index + character.len_utf8();
        let is_mark = matches!(character, ',' | ';' | ':' | '—' | '…' | '.' | '!' | '?');
        let cut = match character {
            _ if is_mark && length >= SHORTEST_PIECE => Some(end),
            ' ' => {
                space = Some(end);
                None
            }
            _ => None,
        };
        let cut = cut.or_else(|| (length >= LONGEST_PIECE).then_some(space.unwrap_or(end)));
        if let Some(cut) = cut {
            pieces.push(&sentence[start..cut]);
            (start, space) = (cut, None);
            length = sentence[cut..end].chars().count();
        }
    }
    // A rest that is too short for itself belongs to what is before.
    match pieces.last_mut() {
        Some(last) if length < SHORTEST_PIECE && last.chars().count() + length <= LONGEST_PIECE => {
            let whole = start - last.len();
            *last = &sentence[whole..];
        }
        _ if start < sentence.len() => pieces.push(&sentence[start..]),
        _ => {}
    }
    pieces
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sounds_become_the_numbers_of_the_vocabulary() {
        let vocabulary: HashMap<char, i64> =
            [('ʧ', 1), ('a', 2), ('ɡ', 3), ('ç', 4), ('\u{303}', 5), (' ', 6), ('t', 7)].into();
        assert_eq!(tokens("tʃa ga", &vocabulary), [1, 2, 6, 3, 2]);
        assert_eq!(tokens("ça\u{303}", &vocabulary), [4, 2, 5]);
        assert_eq!(tokens("c\u{327}ã?", &vocabulary), [4, 2, 5], "decomposed or not, and what is unknown is left out");
        assert_eq!(tokens("  ", &vocabulary), Vec::<i64>::new());
    }

    #[test]
    fn a_text_has_the_style_of_its_length_and_a_long_one_the_last() {
        let styles: Vec<f32> = (0..3).flat_map(|row| vec![row as f32; STYLE]).collect();
        let first = |tokens| style(&styles, tokens).map(|style| style[0]);
        assert_eq!([first(1), first(2), first(3), first(900)], [Some(1.0), Some(2.0), Some(2.0), Some(2.0)]);
        assert_eq!(style(&[], 1), None);
    }

    #[test]
    fn a_job_is_watched_until_it_is_over_and_stopped_once_it_is_cancelled() {
        let (signs, stops) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (done, over) = mpsc::channel::<()>();
        let cancel = CancelFlag::default();
        let alive = || {
            if signs.fetch_add(1, Ordering::Relaxed) == 2 {
                cancel.set();
            }
        };
        let ended = Mutex::new(Some(done));
        let stop = || {
            stops.fetch_add(1, Ordering::Relaxed);
            ended.lock().unwrap().take();
            Ok::<(), ()>(())
        };
        Watched { cancel: &cancel, alive: &alive }.watch(&over, stop);
        assert_eq!((signs.into_inner(), stops.into_inner()), (3, 1));
    }

    #[test]
    fn a_sentence_is_cut_at_its_marks_and_a_long_stretch_between_words() {
        assert_eq!(pieces("bwˈenos dˈias, ke tˈal estˈas ˈoi?"), ["bwˈenos dˈias,", " ke tˈal estˈas ˈoi?"]);
        assert_eq!(pieces("sˈi, ke tˈal estˈas?"), ["sˈi, ke tˈal estˈas?"], "too short for itself");
        assert_eq!(pieces("ke tˈal estˈas, sˈi."), ["ke tˈal estˈas, sˈi."], "so is the end");
        let words = "abcd ".repeat(40);
        assert!(pieces(&words).iter().all(|piece| piece.ends_with(' ') && piece.len() <= LONGEST_PIECE));
        assert_eq!(pieces(""), Vec::<&str>::new());
    }

    proptest! {
        #[test]
        fn pieces_are_short_and_lose_nothing(sentence in "[abəˈː ,;.]{0,2000}") {
            let pieces = pieces(&sentence);
            prop_assert_eq!(pieces.concat(), sentence.as_str());
            prop_assert!(pieces.iter().all(|piece| (1..=LONGEST_PIECE).contains(&piece.chars().count())));
        }
    }
}

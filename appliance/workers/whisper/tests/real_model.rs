//! The worker with a real model, Whisper base, and with people's voices.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use parley_engines::{SpeechToText, Transcribe, Transcript};
use parley_speech::word_errors::{WordErrors, normalised, word_errors};
use parley_speech::{Clip, SpeechSets};
use parley_worker_harness::{check_only_whole_models_start, check_refused, model};

const PROGRAM: &str = env!("CARGO_BIN_EXE_parley-worker-whisper");
const MODEL: &str = "ggml-base.bin";

type Worker = parley_worker_harness::Worker<SpeechToText>;

fn worker(more: &[&str]) -> Worker {
    let model = model(MODEL);
    Worker::start(PROGRAM, &[&["--model", model.to_str().unwrap(), "--threads", "1"], more].concat())
}

/// The recordings of people; `cargo xtask test` prepares them.
fn speech() -> SpeechSets {
    parley_speech::prepare(&parley_speech::default_folder()).expect("`cargo xtask test` prepares the recordings")
}

fn recording(sets: &SpeechSets, clip: &Clip) -> Vec<i16> {
    let mut reader = hound::WavReader::open(sets.path(clip)).unwrap();
    reader.samples().collect::<Result<_, _>>().unwrap()
}

/// "He was not an ill-disposed young man."
fn sentence() -> Vec<i16> {
    let sets = speech();
    recording(&sets, sets.words.iter().find(|clip| clip.id == "ill-disposed").unwrap())
}

fn task(audio: Vec<i16>, language: Option<&str>) -> Transcribe {
    Transcribe { language: language.map(str::to_owned), audio: audio.into() }
}

fn transcript(worker: &mut Worker, task: Transcribe) -> Transcript {
    let [transcript] = worker.done(task).try_into().expect("one transcript");
    transcript
}

#[test]
fn a_reader_of_books_is_understood() {
    let (mut worker, sets) = (worker(&[]), speech());
    let mut total = WordErrors::default();
    for clip in &sets.words[..5] {
        let heard = transcript(&mut worker, task(recording(&sets, clip), None));
        assert_eq!(heard.language, "en");
        assert!(heard.language_probability > 0.9 && heard.confidence > 0.7, "{heard:?}");
        total += word_errors(&clip.text, &heard.text, &sets.replacements);
    }
    assert!(total.reference_words > 60 && total.rate() <= 0.02, "{total:?}");
}

#[test]
fn each_language_is_detected_and_written() {
    let (mut worker, sets) = (worker(&[]), speech());
    let (mut right, mut total) = (0, 0);
    for (language, clips) in &sets.languages {
        let alphabet = if language == "ru" { 'а'..='я' } else { 'a'..='z' };
        for clip in &clips[..5] {
            let heard = transcript(&mut worker, task(recording(&sets, clip), None));
            total += 1;
            if heard.language == *language {
                right += 1;
                let letters = heard.text.to_lowercase().chars().filter(|c| alphabet.contains(c)).count();
                assert!(letters * 2 > heard.text.chars().count(), "{}: {heard:?}", clip.id);
            }
        }
    }
    // All clips are measured by `cargo xtask measure accuracy`; these guard against a mistake in the code.
    assert!(total == 25 && right >= 23, "{right} of {total}");
}

#[test]
fn a_given_language_is_not_questioned() {
    let mut worker = worker(&[]);
    let heard = transcript(&mut worker, task(sentence(), Some("de")));
    assert_eq!((heard.language.as_str(), heard.language_probability), ("de", 1.0));
}

#[test]
fn silence_and_noise_have_no_words() {
    let mut worker = worker(&[]);
    let mut seed = 1_u32;
    let mut noise = |amplitude: i32| -> Vec<i16> {
        (0..32_000)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (((seed >> 16) as i32 % (2 * amplitude + 1)) - amplitude) as i16
            })
            .collect()
    };
    let hum =
        (0..32_000).map(|i| ((i as f32 * 50.0 * std::f32::consts::TAU / 16_000.0).sin() * 1500.0) as i16).collect();
    for audio in [vec![], vec![0; 100], vec![0; 32_000], noise(1), noise(100), noise(3000), hum] {
        let heard = transcript(&mut worker, task(audio, None));
        assert_eq!((heard.text.as_str(), heard.confidence, heard.language.as_str()), ("", 0.0, "en"));
    }
}

/// What is said again and again, and what is heard of it.
fn check_repetitions(ids: &[&str], remedies: bool) {
    let (mut worker, sets) = (worker(&[]), speech());
    for id in ids {
        let clip = sets.repetitions.iter().find(|clip| clip.id == *id).unwrap();
        let heard = transcript(&mut worker, task(recording(&sets, clip), Some("en")));
        let words = |text: &str| normalised(text, &sets.replacements);
        let (said, heard_words) = (words(&clip.text), words(&heard.text));
        let end = |words: &[String]| words.last().cloned();
        assert_eq!(end(&heard_words), end(&said), "{heard:?}");
        // The model counts badly: "la" is said seven times and heard thirteen times.
        let (all, most) = (said.len() * 4 / 5, said.len() * 3 / 2 + 1);
        assert!((all..=most).contains(&heard_words.len()) && !heard.incomplete, "{heard:?}");
        assert_eq!(heard.remedy.is_some(), remedies, "{heard:?}");
    }
}

#[test]
fn a_speaker_who_says_a_word_again_and_again_is_believed_at_once() {
    check_repetitions(&["important", "tomorrow", "cold-outside", "blue-one"], false);
}

#[test]
fn a_loop_of_the_model_is_left() {
    check_repetitions(&["boat", "singing", "good-joke"], true);
}

#[test]
fn the_recordings_that_ended_in_loops_come_to_their_end() {
    let (mut worker, sets) = (worker(&[]), speech());
    for (id, errors) in [("both-help", 1), ("pound-key", 1)] {
        let clip = sets.repetitions.iter().find(|clip| clip.id == id).unwrap();
        let heard = transcript(&mut worker, task(recording(&sets, clip), None));
        let wrong = word_errors(&clip.text, &heard.text, &sets.replacements);
        assert!(wrong.total() <= errors && !heard.incomplete, "{heard:?}");
    }
}

#[test]
fn the_usual_sentence_needs_no_remedy() {
    let (mut worker, sets) = (worker(&[]), speech());
    for clip in sets.words.iter().take(12) {
        let heard = transcript(&mut worker, task(recording(&sets, clip), Some("en")));
        assert_eq!((heard.remedy, heard.incomplete), (None, false), "{}: {heard:?}", clip.id);
    }
}

#[test]
fn more_than_half_a_minute_is_refused() {
    let mut worker = worker(&[]);
    let error = worker.refusal(task(vec![0; 30 * 16_000 + 1], None));
    assert!(error.contains("30.0 s") && error.contains("at most 30 s"), "{error}");
    assert_eq!(transcript(&mut worker, task(vec![0; 30 * 16_000], None)).text, "");
}

#[test]
fn an_unknown_language_is_refused() {
    let error = worker(&[]).refusal(task(vec![0; 16_000], Some("xx")));
    assert!(error.contains("\"xx\""), "{error}");
    let model = model(MODEL);
    let arguments = ["--model", model.to_str().unwrap(), "--languages", "en,xx"];
    let line = check_refused(PROGRAM, &arguments, "\"xx\"");
    assert!(line.contains("es, "), "{line}");
}

#[test]
fn a_cancel_stops_the_encoder_and_the_next_job_is_right() {
    let mut worker = worker(&[]);
    let speech = sentence();
    let expected = transcript(&mut worker, task(speech.clone(), None));
    let long: Vec<i16> = speech.iter().copied().cycle().take(29 * 16_000).collect();
    worker.check_cancelled_in_the_middle(task(long.clone(), None), task(long, None));
    assert_eq!(transcript(&mut worker, task(speech, None)), expected);
}

#[test]
fn only_the_candidates_are_detected() {
    let mut worker = worker(&["--languages", "es,ru", "--language", "ru"]);
    assert_eq!(worker.details().languages, ["es", "ru"]);
    let heard = transcript(&mut worker, task(sentence(), None));
    assert!(["es", "ru"].contains(&heard.language.as_str()), "{heard:?}");
}

#[test]
fn a_file_that_is_no_whole_model_is_refused_with_one_line() {
    let others = [(&b"GGUF and so on"[..], "a language model"), (b"Dear reader", "something else")];
    check_only_whole_models_start(PROGRAM, &model(MODEL), &others);
}

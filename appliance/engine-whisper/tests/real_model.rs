//! The worker with a real model, Whisper base, and with people's voices.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::fs;

use parley_engine::{Listen, Transcribe, Transcript};
use parley_speech::word_errors::{WordErrors, word_errors};
use parley_speech::{Clip, SpeechSets};
use support::{End, failed_start, model};

const PROGRAM: &str = env!("CARGO_BIN_EXE_parley-engine-whisper");
const MODEL: &str = "ggml-base.bin";

type Worker = support::Worker<Listen>;

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
    let (outputs, end) = worker.run(task);
    assert_eq!(end, End::Done);
    let [transcript] = outputs.try_into().expect("one transcript");
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

#[test]
fn more_than_half_a_minute_is_refused() {
    let mut worker = worker(&[]);
    let (outputs, end) = worker.run(task(vec![0; 30 * 16_000 + 1], None));
    assert!(outputs.is_empty());
    assert!(
        matches!(&end, End::Failed(error) if error.contains("30.0 s") && error.contains("at most 30 s")),
        "{end:?}"
    );
    assert_eq!(transcript(&mut worker, task(vec![0; 30 * 16_000], None)).text, "");
}

#[test]
fn an_unknown_language_is_refused() {
    let (_, end) = worker(&[]).run(task(vec![0; 16_000], Some("xx")));
    assert!(matches!(&end, End::Failed(error) if error.contains("\"xx\"")), "{end:?}");
    let model = model(MODEL);
    let (code, error) = failed_start(PROGRAM, &["--model", model.to_str().unwrap(), "--languages", "en,xx"]);
    assert_eq!((code, error.lines().count()), (Some(65), 1), "{error}");
    assert!(error.contains("\"xx\"") && error.contains("es, "), "{error}");
}

#[test]
fn a_cancel_stops_the_encoder_and_the_next_job_is_right() {
    let mut worker = worker(&[]);
    let speech = sentence();
    let expected = transcript(&mut worker, task(speech.clone(), None));
    let long: Vec<i16> = speech.iter().copied().cycle().take(29 * 16_000).collect();
    let before = worker.processor_ticks();
    worker.run(task(long.clone(), None));
    let whole = worker.processor_ticks() - before;

    let before = worker.processor_ticks();
    let job = worker.send(task(long, None));
    worker.wait_for_ticks(whole / 5);
    worker.cancel(job);
    assert_eq!(worker.rest(), (vec![], End::Done));
    let cancelled = worker.processor_ticks() - before;
    assert!(cancelled * 2 < whole, "{cancelled} of {whole} ticks");
    assert_eq!(transcript(&mut worker, task(speech, None)), expected);
}

#[test]
fn only_the_candidates_are_detected() {
    let mut worker = worker(&["--languages", "es,ru", "--language", "ru"]);
    assert_eq!(worker.details.languages, ["es", "ru"]);
    let heard = transcript(&mut worker, task(sentence(), None));
    assert!(["es", "ru"].contains(&heard.language.as_str()), "{heard:?}");
}

#[test]
fn a_file_that_is_no_whole_model_is_refused_with_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str, contents: Option<&[u8]>, code: i32, words: &str| {
        let file = folder.path().join(name);
        if let Some(contents) = contents {
            fs::write(&file, contents).unwrap();
        }
        let (exit, error) = failed_start(PROGRAM, &["--model", file.to_str().unwrap()]);
        assert_eq!(exit, Some(code), "{name}: {error}");
        assert!(error.contains(words) && error.lines().count() == 1, "{name}: {error}");
    };
    let whole = fs::read(model(MODEL)).unwrap();
    check("missing.bin", None, 66, "No such file");
    check("empty.bin", Some(b""), 65, "cut short");
    check("header.bin", Some(&whole[..1000]), 65, "cut short");
    check("half.bin", Some(&whole[..whole.len() / 2]), 65, "cut short");
    check("almost.bin", Some(&whole[..whole.len() - 1]), 65, "cut short");
    check("llama.bin", Some(b"GGUF and so on"), 65, "a language model");
    check("text.bin", Some(b"Dear reader"), 65, "something else");
}

//! The worker with a real model, Whisper base, and with people's voices.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::fs;

use parley_engine::{Listen, Transcribe, Transcript};
use support::{End, failed_start, model};

const PROGRAM: &str = env!("CARGO_BIN_EXE_parley-engine-whisper");
const MODEL: &str = "ggml-base.bin";

type Worker = support::Worker<Listen>;

fn worker(more: &[&str]) -> Worker {
    let model = model(MODEL);
    Worker::start(PROGRAM, &[&["--model", model.to_str().unwrap(), "--threads", "1"], more].concat())
}

/// A recording as 16 kHz; one at 8 kHz is stretched.
fn recording(name: &str) -> Vec<i16> {
    let mut reader = hound::WavReader::open(model(name)).unwrap();
    let samples: Vec<i16> = reader.samples().collect::<Result<_, _>>().unwrap();
    match reader.spec().sample_rate {
        16_000 => samples,
        8_000 => {
            let next = samples.iter().skip(1).chain(samples.last());
            samples.iter().zip(next).flat_map(|(&a, &b)| [a, ((i32::from(a) + i32::from(b)) / 2) as i16]).collect()
        }
        rate => panic!("{name} has {rate} Hz"),
    }
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

fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace('-', " ").replace("mr.", "mister");
    let spoken: String = text.chars().filter(|c| c.is_alphanumeric() || c.is_whitespace() || *c == '\'').collect();
    spoken.split_whitespace().map(str::to_owned).collect()
}

/// Words to change, insert or leave out.
fn word_errors(expected: &[String], heard: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (i, wanted) in expected.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, got) in heard.iter().enumerate() {
            let substituted = diagonal + usize::from(wanted != got);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[heard.len()]
}

#[test]
fn a_reader_of_books_is_understood() {
    let mut worker = worker(&[]);
    let transcription = fs::read_to_string(model("speech/librivox/transcription")).unwrap();
    let (mut errors, mut total) = (0, 0);
    for line in transcription.lines() {
        let (spoken, name) = line.trim_start_matches("<s>").split_once("</s>").unwrap();
        let name = name.trim().trim_matches(['(', ')']);
        let heard = transcript(&mut worker, task(recording(&format!("speech/librivox/{name}.wav")), None));
        assert_eq!(heard.language, "en");
        assert!(heard.language_probability > 0.9 && heard.confidence > 0.7, "{heard:?}");
        let expected = words(spoken);
        errors += word_errors(&expected, &words(&heard.text));
        total += expected.len();
    }
    assert!(total > 60 && errors * 50 <= total, "{errors} of {total} words wrong");
}

#[test]
fn each_language_is_detected_and_written() {
    let mut worker = worker(&[]);
    let (mut right, mut total) = (0, 0);
    for (language, alphabet) in
        [("en", 'a'..='z'), ("es", 'a'..='z'), ("fr", 'a'..='z'), ("it", 'a'..='z'), ("ru", 'а'..='я')]
    {
        for entry in fs::read_dir(model(&format!("speech/{language}"))).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let heard = transcript(&mut worker, task(recording(&format!("speech/{language}/{name}")), None));
            total += 1;
            if heard.language == language {
                right += 1;
                let letters = heard.text.to_lowercase().chars().filter(|c| alphabet.contains(c)).count();
                assert!(letters * 2 > heard.text.chars().count(), "{name}: {heard:?}");
            }
        }
    }
    assert!(total >= 20 && right * 20 >= total * 19, "{right} of {total}");
}

#[test]
fn a_given_language_is_not_questioned() {
    let mut worker = worker(&[]);
    let [name] = ["speech/librivox/sense_and_sensibility_01_austen_64kb-0880.wav"];
    let heard = transcript(&mut worker, task(recording(name), Some("de")));
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
    let speech = recording("speech/librivox/sense_and_sensibility_01_austen_64kb-0880.wav");
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
    let name = "speech/librivox/sense_and_sensibility_01_austen_64kb-0880.wav";
    let heard = transcript(&mut worker, task(recording(name), None));
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

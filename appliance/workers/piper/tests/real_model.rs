//! The worker with a real voice: needs PARLEY_MODELS, and beside the binary ONNX Runtime and espeak-ng-data, all of
//! which `cargo xtask test` provides.

use std::fs;
use std::path::Path;
use std::time::Instant;

use parley_engines::worker::CancelFlag;
use parley_engines::{Kind, Speak, Spoken, TextToSpeech};
use parley_worker_harness::{End, check_refused, model};
use parley_worker_piper::kokoro::Watched;
use parley_worker_piper::onnx::{self, Model, Node, ValueInfo};
use parley_worker_piper::reach::Reach;
use parley_worker_piper::voice::{Sentence, Voice};
use prost::Message;

const PROGRAM: &str = env!("CARGO_BIN_EXE_parley-worker-piper");
const MODEL: &str = "en_US-joe-medium.onnx";
const RATE_HZ: usize = 22_050;

type Worker = parley_worker_harness::Worker<TextToSpeech>;

fn voice_option(language: &str, path: &Path) -> String {
    format!("{language}={}", path.display())
}

fn joe() -> Worker {
    Worker::start(PROGRAM, &["--voice", &voice_option("en", &model(MODEL))])
}

fn task(text: &str, language: Option<&str>) -> Speak {
    Speak { text: text.to_owned(), language: language.map(str::to_owned) }
}

/// What is in outputs of a job.
fn blocks(worker: &Worker, outputs: Vec<Spoken>) -> Vec<Vec<i16>> {
    let rate_hz = worker.details().rate_hz;
    assert!(outputs.iter().all(|output| Some(output.rate_hz) == rate_hz && !output.audio.is_empty()), "an odd block");
    outputs.into_iter().map(|output| output.audio).collect()
}

/// The blocks of a text that can be said.
fn said(worker: &mut Worker, text: &str, language: Option<&str>) -> Vec<Vec<i16>> {
    let outputs = worker.done(task(text, language));
    blocks(worker, outputs)
}

/// All samples of a text in the first voice.
fn say(worker: &mut Worker, text: &str) -> Vec<i16> {
    said(worker, text, None).concat()
}

/// Cut elsewhere, sums are rounded otherwise: one step of 16 bits, which nobody hears.
fn assert_same(found: &[i16], expected: &[i16]) {
    assert_eq!(found.len(), expected.len());
    let furthest = found.iter().zip(expected).map(|(found, expected)| found.abs_diff(*expected)).max();
    assert!(furthest <= Some(1), "samples are up to {furthest:?} apart");
}

#[test]
fn how_a_sentence_is_cut_never_changes_its_samples() {
    let mut voice = Voice::load(&model(MODEL), 1).unwrap();
    assert_eq!(voice.reach(), Some(Reach { samples_per_frame: 256, margin_frames: 13 }));
    let nobodys = Watched { cancel: &CancelFlag::default(), alive: &|| {} };
    let sentence = voice.begin("ðə kˈɪtʃən lˈaɪt ɪz ˈɔn, ænd ðə wˈɪndoʊz ɑːɹ kloʊzd.", &nobodys).unwrap();
    let Sentence::Latent(latent) = sentence else { panic!("the voice was not taken apart") };
    let whole = voice.decode(&latent, 0..latent.frames()).unwrap();
    assert_eq!(whole.len(), latent.frames() * 256);
    for step in [1, 8, 11, 64] {
        let mut cut = Vec::new();
        for start in (0..latent.frames()).step_by(step) {
            cut.extend(voice.decode(&latent, start..(start + step).min(latent.frames())).unwrap());
        }
        let furthest = cut.iter().zip(&whole).map(|(cut, whole)| (cut - whole).abs()).fold(0.0, f32::max);
        assert!(cut.len() == whole.len() && furthest < 1.0 / 32_768.0, "blocks of {step} frames: {furthest} apart");
    }
}

#[test]
fn the_worker_says_what_it_loaded() {
    let joe = joe();
    let details = joe.details();
    assert_eq!((details.engine.as_str(), details.model.as_str()), (TextToSpeech::NAME, MODEL));
    assert_eq!((details.rate_hz, details.languages.as_slice()), (Some(RATE_HZ as u32), &["en".to_owned()][..]));
}

#[test]
fn a_text_sounds_the_same_whatever_ran_before() {
    const TEXT: &str = "The kitchen light is on. Shall I turn it off?";
    let mut first = joe();
    let before = say(&mut first, TEXT);
    say(&mut first, "Something else was said in the meantime.");
    assert_same(&say(&mut first, TEXT), &before);
    assert_same(&say(&mut joe(), TEXT), &before);
}

#[test]
fn speech_is_audible_at_once_and_does_not_clip() {
    let mut joe = joe();
    let blocks = said(&mut joe, "It is twenty one degrees in the living room right now.", None);
    assert!(blocks.len() > 1 && blocks[0].len() < RATE_HZ / 5, "the first block is not small");
    let speech = blocks.concat();
    let seconds = speech.len() as f64 / RATE_HZ as f64;
    assert!((1.5..5.0).contains(&seconds), "{seconds} s");
    let audible = speech.iter().position(|sample| sample.unsigned_abs() > 650).unwrap();
    assert!(audible < RATE_HZ * 6 / 100, "{audible} samples of silence first");
    let peak = speech.iter().map(|sample| sample.unsigned_abs()).max().unwrap();
    assert!((6_000..32_767).contains(&peak), "peak {peak}");
    assert!(speech[0].abs() < 50, "it begins with a click: {}", speech[0]);
}

#[test]
fn a_job_that_is_cancelled_does_not_wait_for_its_voice() {
    let voices: Vec<_> = ["en", "de", "fr"].iter().map(|language| voice_option(language, &model(MODEL))).collect();
    let options: Vec<_> = voices.iter().flat_map(|voice| ["--voice", voice]).collect();
    let mut worker = Worker::start(PROGRAM, &options);
    let begun = Instant::now();
    assert!(!said(&mut worker, "Ja.", Some("de")).is_empty());
    let loading = begun.elapsed();
    let begun = Instant::now();
    let job = worker.send(task("Oui.", Some("fr")));
    worker.cancel(job);
    assert!(worker.rest(job).0.is_empty());
    let cancelled = begun.elapsed();
    assert!(cancelled * 2 < loading, "it took {cancelled:?}, and all of the loading {loading:?}");
    assert!(!said(&mut worker, "Oui.", Some("fr")).is_empty(), "the loading went on");
}

#[test]
fn a_text_without_words_is_over_without_sound() {
    let mut joe = joe();
    for text in ["", "...", "\0\n", "🙂"] {
        assert_eq!(joe.done(task(text, None)), [], "{text:?}");
    }
    assert!(!say(&mut joe, "a\0b\u{7}c\nd").is_empty());
}

#[test]
fn what_cannot_be_said_is_refused_and_the_next_text_is_said() {
    let mut joe = joe();
    assert!(joe.refusal(task(&"a ".repeat(600), None)).contains("1200 characters"));
    assert!(joe.refusal(task("Bonjour.", Some("xx"))).contains("no voice for \"xx\", only for en"));
    assert!(!said(&mut joe, "Hello.", Some("en")).is_empty());
}

#[test]
fn a_cancelled_text_ends_early_and_the_next_one_is_said() {
    let mut joe = joe();
    let long = "This goes on and on, ".repeat(45);
    let job = joe.send(task(&long, None));
    joe.read();
    joe.cancel(job);
    let (outputs, end) = joe.rest(job);
    assert_eq!(end, End::Done);
    let rest = blocks(&joe, outputs).concat();
    // What fits into the pipe is there already, and one block is under way; the whole text is 50 s long.
    assert!(rest.len() < 10 * RATE_HZ, "{} more seconds", rest.len() / RATE_HZ);
    assert!(!say(&mut joe, "Hello.").is_empty());
}

#[test]
fn another_language_is_loaded_when_it_is_asked_for() {
    let [en, de] = ["en", "de"].map(|language| voice_option(language, &model(MODEL)));
    let mut worker = Worker::start(PROGRAM, &["--voice", &en, "--voice", &de]);
    assert_eq!(worker.details().languages, ["en", "de"]);
    assert!(!said(&mut worker, "Hello.", Some("de")).is_empty());
}

#[test]
fn espeak_itself_says_what_has_no_voice_and_the_voices_go_on_as_before() {
    let mut joe = joe();
    let before = say(&mut joe, "Hello.");
    let german = said(&mut joe, "Guten Tag, wie geht es Ihnen heute?", Some("de")).concat();
    let seconds = german.len() as f64 / RATE_HZ as f64;
    assert!((1.0..4.0).contains(&seconds), "{seconds} s");
    assert!(german.iter().any(|sample| sample.unsigned_abs() > 3_000), "it is silent");
    // Its noise is another each time, and with it where the silence at its beginning is cut.
    let again = said(&mut joe, "Guten Tag, wie geht es Ihnen heute?", Some("de")).concat();
    let apart = again.len().abs_diff(german.len());
    assert!(apart < RATE_HZ / 10, "{apart} samples");
    assert!(!said(&mut joe, "Goedendag.", Some("nl")).concat().is_empty());
    assert_same(&say(&mut joe, "Hello."), &before);
    let job = joe.send(task(&"und so weiter, ".repeat(60), Some("de")));
    joe.cancel(job);
    assert_eq!(joe.rest(job).1, End::Done);
}

#[test]
#[ignore = "fetches Kokoro and a voice of its own, 95 MB"]
fn kokoro_speaks_and_what_it_has_said_it_says_at_once() {
    const RATE_HZ: f64 = 24_000.0;
    let mut worker = Worker::start(PROGRAM, &["--voice", &voice_option("es", &model("ef_dora.kokoro"))]);
    let mut said = |text: &str| {
        let begun = Instant::now();
        let sound: Vec<i16> = worker.done(task(text, Some("es"))).into_iter().flat_map(|block| block.audio).collect();
        (sound, begun.elapsed())
    };
    let (first, computed) = said("Lo siento, eso no lo sé.");
    let seconds = first.len() as f64 / RATE_HZ;
    assert!((1.0..4.0).contains(&seconds), "{seconds} s");
    assert!(first.iter().any(|sample| sample.unsigned_abs() > 3_000), "it is silent");
    let (again, kept) = said("Lo siento, eso no lo sé.");
    assert_eq!(again, first);
    assert!(kept * 4 < computed, "again after {kept:?}, the first time after {computed:?}");
    assert_ne!(said("Hasta luego.").0, first);
}

#[test]
fn files_of_kokoros_that_are_no_use_are_one_clear_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.kokoro");
    let check = |bytes: &[u8], words: &str| {
        fs::write(&path, bytes).unwrap();
        check_refused(PROGRAM, &["--voice", &voice_option("es", &path)], words);
    };
    check(b"", "no voice of Kokoro's");
    check(&[0; 1_023], "no voice of Kokoro's");
    check(&f32::NAN.to_le_bytes().repeat(256), "no voice of Kokoro's");
    check(&[0; 1_024], "kokoro-82m.json cannot be read");
    fs::write(folder.path().join("kokoro-82m.json"), "{}").unwrap();
    check(&[0; 1_024], "kokoro-82m.json does not describe");
    fs::write(folder.path().join("kokoro-82m.json"), "{\"vocab\": {\"a\": 1}}").unwrap();
    check(&[0; 1_024], "kokoro-82m.onnx cannot be read");
    fs::copy(model("smart-turn-v3.2-cpu.onnx"), folder.path().join("kokoro-82m.onnx")).unwrap();
    check(&[0; 1_024], "no usable inputs");
}

#[test]
fn a_voice_that_cannot_be_taken_apart_speaks_whole_sentences() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("whole.onnx");
    let mut whole = Model::decode(fs::read(model(MODEL)).unwrap().as_slice()).unwrap();
    let graph = whole.graph.as_mut().unwrap();
    let output = ValueInfo::decode(&*graph.output[0]).unwrap();
    // A sine after the decoder changes little, but is not among the operations that the split knows to be local.
    let node = |input: &str, output: &str, op_type: &str| {
        onnx::encoded(&Node {
            input: vec![input.to_owned()],
            output: vec![output.to_owned()],
            name: output.to_owned(),
            op_type: op_type.to_owned(),
            attribute: Vec::new(),
        })
    };
    graph.node.push(node(&output.name, "sine", "Sin"));
    graph.output = vec![onnx::encoded(&ValueInfo { name: "sine".to_owned(), ..output })];
    fs::write(&path, whole.encode_to_vec()).unwrap();
    fs::copy(model(&format!("{MODEL}.json")), folder.path().join("whole.json")).unwrap();

    assert_eq!(Voice::load(&path, 1).unwrap().reach(), None);
    let mut worker = Worker::start(PROGRAM, &["--voice", &voice_option("en", &path)]);
    let seconds = say(&mut worker, "The kitchen light is on.").len() as f64 / RATE_HZ as f64;
    assert!((0.7..3.0).contains(&seconds), "{seconds} s");
}

#[test]
fn files_that_are_no_use_are_one_clear_line() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |arguments: &[&str], words: &str| {
        check_refused(PROGRAM, arguments, words);
    };
    let check = |name: &str, bytes: &[u8], json: Option<&str>, words: &str| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        if let Some(json) = json {
            fs::write(folder.path().join(format!("{name}.json")), json).unwrap();
        }
        refused(&["--voice", &voice_option("en", &path)], words);
    };
    let whole = fs::read(model(MODEL)).unwrap();
    let json = fs::read_to_string(model(&format!("{MODEL}.json"))).unwrap();
    let smart_turn = fs::read(model("smart-turn-v3.2-cpu.onnx")).unwrap();
    check("alone.onnx", &whole, None, "has no");
    check("described.onnx", &whole, Some("{}"), "does not describe a voice");
    check("truncated.onnx", &whole[..whole.len() / 2], Some(&json), "not a whole ONNX model");
    check("text.onnx", b"not a model", Some(&json), "not a whole ONNX model");
    check("smart-turn.onnx", &smart_turn, Some(&json), "not a Piper voice");
    refused(&["--voice", "en=/nowhere/at-all.onnx"], "there is no voice at /nowhere/at-all.onnx");
    refused(
        &["--voice", &voice_option("en", &model(MODEL)), "--espeak-data", "/nowhere"],
        "there is no espeak-ng-data",
    );
}
